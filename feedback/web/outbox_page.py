"""The outbox for who looks after it: what waits, failed and was sent, sending again, how each message reads, and who is woken at night.

Never what a message says, and never a whole number: administrators see no case."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any

from pydantic import Field
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from feedback import clock
from feedback.actions import keeping_duty, sending
from feedback.actions.hall import Hall
from feedback.rules.administration import Act
from feedback.rules.outbox import Fault, Quiet, State
from feedback.rules.permission import Actor
from feedback.store import duty, notices
from feedback.web import admin, doors, errors, fields, forms, notice_samples, reading, templating, wording
from feedback.web.doors import door

KEEPER = admin.entrance(Act.NOTICES)
DAYS = 14

CHANNELS = {"sms": "短信", "email": "邮件"}
FAULTS = {
    Fault.TIMEOUT: "对方没有在规定时间内回答",
    Fault.UNREACHABLE: "连不上对方的服务器",
    Fault.SERVER: "对方的服务器出错或太忙",
    Fault.SIGNATURE: "对方不认我们的签名或密码，请核对设置",
    Fault.REFUSED: "对方拒绝了这条消息，号码、地址或内容可能不对",
    Fault.UNKNOWN: "程序遇到了没有料到的问题，请看后台日志",
}
_KINDS = frozenset(one.value for one in Fault)


class Again(forms.Form):
    """Which failed message is to be sent again; none: all of them."""

    id: forms.empty_is_none(Annotated[int, Field(ge=1, le=2**63 - 1)]) = None  # type: ignore[valid-type]


class OnDuty(forms.Form):
    """Whom a bureau's urgent matters wake."""

    bureau: forms.Code
    phone: fields.OptionalPhone = ""
    email: forms.Email = ""


async def home(request: Request) -> Response:
    """What waits, what failed and why, how many went out on each day."""
    hall, now, asked = doors.hall(request), clock.now(), request.query_params
    own = request.app.state.settings
    morning = Quiet.parse(own.quiet).until(now)
    return templating.page(
        request,
        "admin/notices.html",
        waiting=await notices.waiting(hall.database, now=now),
        morning=morning,
        quiet=own.quiet.replace("-", "—"),
        ways=_ways(own),
        failed_count=await notices.failed_count(hall.database),
        failed=[line(hall, row) for row in await notices.listed(hall.database, State.FAILED)],
        tried=[line(hall, row) for row in await notices.listed(hall.database, State.WAITING, limit=20)],
        days=await notices.per_day(hall.database, since=first_day(now)),
        resends=await notices.resends(hall.database),
        channels=CHANNELS,
        done=_done(asked.get("done", "")),
    )


def first_day(now: Any) -> Any:
    """The midnight from which the days of the outbox are counted."""
    midnight = clock.local(now).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - timedelta(days=DAYS - 1)


def _ways(own: Any) -> dict[str, str]:
    nowhere = "演示：只写入文件" if own.demo else "没有设置，只在日志里留一行"
    return {
        "短信": "经短信网关发出" if own.sms_url else nowhere,
        "邮件": "经邮件服务器发出" if own.mail_url else nowhere,
    }


def line(hall: Hall, row: Any) -> dict[str, Any]:
    """One message in words: what, how, to whom (masked), and why it did not go."""
    return {
        **dict(row._mapping),
        "name": notice_samples.NAMES.get(row["template"], row["template"]),
        "channel": CHANNELS.get(row["channel"], row["channel"]),
        "to": masked(hall.vault.open(row["receiver"])),
        "why": why(row["fault"] or ""),
    }


def masked(address: str) -> str:
    """139****0001, or l***@example.com."""
    return wording.masked_email(address) or wording.masked_phone(address)


def why(fault: str) -> str:
    """The reason in words, with what the other side said behind it."""
    kind, _, detail = fault.partition(" ")
    if kind not in _KINDS:
        return fault
    return FAULTS[Fault(kind)] + (f"（{detail}）" if detail else "")


def _done(text: str) -> str:
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        return ""
    return f"{int(text)} 条正在重新发送，结果会出现在本页。" if int(text) else "没有要重发的：可能已经有人重发了。"


async def again(request: Request) -> Response:
    """One failed message, or all, once more."""
    given = reading.checked(Again, await reading.posted(request))
    n = await sending.send_again(doors.hall(request), doors.actor(request), given.id, now=clock.now())
    return RedirectResponse(f"/admin/notices?done={n}", 303)


async def words(request: Request) -> Response:
    """How each message reads, with sample values."""
    now = clock.now()
    return templating.page(
        request,
        "admin/notice_words.html",
        messages=[notice_samples.shown(event, now) for event in notice_samples.events()],
        in_house=notice_samples.in_house(),
    )


async def on_duty(request: Request) -> Response:
    """Whom each bureau's urgent matters wake."""
    return await _duty_page(request, {}, {})


async def _duty_page(request: Request, given: dict[str, str], faults: dict[str, str], code: int = 200) -> Response:
    known = await duty.everywhere(doors.hall(request).database)
    listed = on_duty_of(request, known)
    return templating.page(
        request,
        "admin/duty.html",
        status_code=code,
        bureaus=[(one["code"], one["name"]) for one in listed],
        listed=[one for one in listed if one["phone"] or one["email"]],
        given={"bureau": request.query_params.get("bureau", "")[:40], **given},
        faults=faults,
        done=request.query_params.get("done") == "1",
    )


def _contact(request: Request, row: Any) -> dict[str, Any]:
    vault = doors.hall(request).vault
    phone, email = (vault.open(row[name]) if row and row[name] else "" for name in ("phone", "email"))
    return {
        "phone": masked(phone) if phone else "", "email": masked(email) if email else "",
        "at": row["at"] if row else None, "who": row["who"] if row else None,
    }  # fmt: skip


async def set_duty(request: Request) -> Response:
    """Another phone or e-mail for a bureau; both empty: none."""
    given, hall = await reading.posted(request), doors.hall(request)
    try:
        await put_duty(hall, doors.actor(request), reading.checked(OnDuty, given))
    except errors.BadFields as bad:
        return await _duty_page(request, given, bad.fields, 422)
    return RedirectResponse("/admin/duty?done=1", 303)


async def put_duty(hall: Hall, who: Actor, wanted: OnDuty) -> None:
    """Whom this bureau's urgent matters wake. Raises BadFields for a bureau that is none."""
    if wanted.bureau not in hall.city.bureaus:
        raise errors.BadFields({"bureau": "没有这个单位。"})
    await keeping_duty.put(hall, who, wanted.bureau, phone=wanted.phone, email=wanted.email, now=clock.now())


def on_duty_of(request: Request, known: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every bureau with its number and address on duty, masked."""
    return [
        {"name": bureau.name, "code": bureau.code, **_contact(request, known.get(bureau.code))}
        for bureau in doors.hall(request).city.bureaus.values()
        if bureau.active
    ]


ROUTES = [
    door("/admin/notices", home, enter=KEEPER, name="outbox"),
    door("/admin/notices/again", again, enter=KEEPER, methods=("POST",), name="outbox_again"),
    door("/admin/notices/words", words, enter=KEEPER, name="outbox_words"),
    door("/admin/duty", on_duty, enter=KEEPER, name="duty"),
    door("/admin/duty", set_duty, enter=KEEPER, methods=("POST",), name="duty_set"),
]
