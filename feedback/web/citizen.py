"""A citizen writes: the form, what the classifier thinks while they write, and the receipt. Following a case is `tracking`."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from feedback import clock
from feedback.actions import intake
from feedback.actions.hall import Hall
from feedback.rules import code
from feedback.rules.attachment import Kept
from feedback.rules.record import Decision, Understanding
from feedback.store import cases, publication
from feedback.web import (
    api,
    article_pages,
    case_view,
    doors,
    errors,
    forms,
    idempotency,
    pocket,
    public,
    pulse,
    reading,
    receipts,
    templating,
    timeline,
    tracking,
    uploads,
)
from feedback.web.doors import door

LABELS = {
    "body": "您的诉求或建议", "title": "标题", "address": "地点", "district": "城区", "name": "怎么称呼您", "phone": "手机号", "email": "电子邮箱",
    "publish": "同意公开", "anonymous": "匿名提交", "files": "照片和文件",
}  # fmt: skip
_FIELDS = frozenset({*LABELS, "once", uploads.KEPT})
_GARBLED = "有些字显示不出来（编码不对），请重新输入。"
_KEPT_REASONS = 8
_HINT_FROM = 10
"""Characters: below that the classifier would only guess."""


async def home(request: Request) -> Response:
    """The form for a new case."""
    return await _form(request, {"once": secrets.token_hex(16)})


async def _form(
    request: Request, given: dict[str, str], faults: dict[str, str] | None = None, *, sentence: str = ""
) -> Response:
    figures = await pulse.figures(request)
    return templating.page(
        request,
        "public/home.html",
        figures=figures if figures and figures["received"] else None,
        first_response=pulse.days(figures, "first_response_median_hours") if figures else "",
        status_code=422 if faults else 429 if sentence else 200,
        given=given,
        held=uploads.shown(doors.hall(request), given),
        faults=faults or {},
        sentence=sentence,
        labels=LABELS,
        districts=sorted(doors.hall(request).city.districts.items()),
    )


async def submit(request: Request) -> Response:
    """A letter becomes a case; the receipt shows number and query code."""
    # A form with files is read as it comes, never whole into memory.
    multipart = request.headers.get("content-type", "").startswith("multipart/")
    raw = b"" if multipart else await request.body()
    given = await reading.posted(request)
    hall, now = doors.hall(request), clock.now()
    try:
        _demand_encoded(raw)
        refused = await uploads.take(request, given, about=f"form:{given.get('once', '')[:64]}")
        new = _checked(given, refused)
        await api.limit_submission(request, new)
        files, _ = uploads.remembered(hall, given, now=now)
        letter = replace(api.letter_of(hall, new), files=tuple(files))
    except errors.BadFields as bad:
        return await _form(request, _again(given), _by_field(bad.fields))
    except errors.TooMany as many:
        sentence = f"提交得太频繁了，请 {many.seconds // 60 + 1} 分钟后再提交。您写的内容还在。"
        refusal = await _form(request, _again(given), sentence=sentence)
        refusal.headers["retry-after"] = str(many.seconds)
        return refusal

    async def make(keep: idempotency.Keep | None) -> Any:
        also = (lambda receipt: keep(_carried(receipt))) if keep else None
        return _carried(await intake.submit(hall, letter, now=now, also=also))

    words = _content(given, files)
    content, _ = await idempotency.once(hall, _key(given, words), words, make, now=now)
    held = pocket.Pocket(pocket.read(request).codes, content["receipt"]).with_code(content["number"], content["code"])
    return pocket.put(RedirectResponse("/receipt", 303), request, held, now=now)


def _demand_encoded(raw: bytes) -> None:
    """Browsers write everything but ASCII as percent signs: what comes raw is of an encoding nobody names. Raises BadFields."""
    if not raw.isascii():
        raise errors.BadFields({"body": _GARBLED})


def _again(given: dict[str, str]) -> dict[str, str]:
    """What was typed, for the same form once more, under the same key."""
    return {**given, "once": (given.get("once") or secrets.token_hex(16))[:64]}


def _checked(given: dict[str, str], refused: list[str]) -> forms.NewCase:
    """The form as the same model that checks the API. Who stays anonymous leaves neither name, phone nor e-mail.

    Raises BadFields, with what was `refused` among the files beside all other faults."""
    try:
        new = _words(given)
    except errors.BadFields as bad:
        raise errors.BadFields(bad.fields | ({uploads.FIELD: "".join(refused)} if refused else {})) from None
    if refused:
        raise errors.BadFields({uploads.FIELD: "".join(refused)})
    return new


def _words(given: dict[str, str]) -> forms.NewCase:
    strange = {name[:40]: "不认识这个字段。" for name in given if name not in _FIELDS}
    garbled = {name: _GARBLED for name in given if "\ufffd" in given[name]}
    if strange or garbled:
        raise errors.BadFields(strange | garbled)
    anonymous = bool(given.get("anonymous"))
    contact = {name: given[name] for name in ("name", "phone", "email") if given.get(name, "").strip()}
    wanted: dict[str, Any] = {name: given.get(name, "") for name in ("title", "body", "address", "district")}
    wanted |= {"anonymous": anonymous, "publish": bool(given.get("publish"))}
    if contact and not anonymous:
        wanted["contact"] = contact
    return reading.checked(forms.NewCase, wanted)


def _by_field(faults: dict[str, str]) -> dict[str, str]:
    """The errors by the names of the form: a nested field is one field there."""
    return {name.removeprefix("contact."): sentence for name, sentence in faults.items()}


def _content(given: dict[str, str], files: Sequence[Kept]) -> bytes:
    """What makes two forms the same letter: everything but the key, and files as they were sent."""
    words = {name: given[name] for name in sorted(given) if name not in ("once", uploads.KEPT)}
    return orjson.dumps([words, uploads.identity(files)])


def _key(given: dict[str, str], content: bytes) -> str:
    """Sent twice, a form is one case; sent again with other words, it is another. Without a key every sending counts."""
    once = given.get("once", "")
    return f"page:{once}:{hashlib.sha256(content).hexdigest()}" if 0 < len(once) <= 64 else ""


def _carried(receipt: intake.Receipt) -> dict[str, Any]:
    """What the browser keeps for the receipt page; of a protected case no reason."""
    understood = receipt.understanding
    reasons = () if understood.decision is Decision.PROTECTED else understood.reasons[:_KEPT_REASONS]
    return {
        "number": receipt.number,
        "code": receipt.query_code,
        "receipt": {"number": receipt.number, "reasons": [one[:20] for one in reasons], "urgent": understood.urgent},
    }


async def receipt(request: Request) -> Response:
    """Number, query code, who has it, why and until when. Can be reloaded for a quarter of an hour."""
    held, hall, now = pocket.read(request), doors.hall(request), clock.now()
    number = held.receipt["number"] if held.receipt else ""
    typed = held.codes.get(number, "")
    found = await cases.with_code(hall.database, number, hall.vault.hash("code", code.normalised(typed) or ""))
    if held.receipt is None or found is None:
        return RedirectResponse("/track", 303)
    return templating.page(
        request,
        "public/receipt.html",
        case=await timeline.citizen_view(hall, found, now),
        code=typed,
        reasons=held.receipt["reasons"],
        urgent_notice=receipts.URGENT_NOTICE if held.receipt["urgent"] else "",
    )


class Hint(forms.Form):
    """What has been written so far."""

    text: forms.words(5000)  # type: ignore[valid-type]


async def hint(request: Request) -> Response:
    """A piece of page: what the classifier makes of an unfinished letter. Posted by our own pages, since addresses are logged."""
    await reading.limit(request, f"hint:{reading.client(request)}", burst=60, per_hour=1200)
    given = dict(request.query_params) if request.method == "GET" else await reading.posted(request)
    text = reading.checked(Hint, given).text
    if len(text) < _HINT_FROM:
        return Response(media_type="text/html")
    hall = doors.hall(request)
    understood = hall.understood("", text, district=None, address="")
    known, answered = await article_pages.fitting(hall, understood), await _answered(hall, understood)
    return templating.page(
        request, "public/hint.html", **_hinted(request, understood), articles=known, answered=answered
    )


_ANSWERED = 3


async def _answered(hall: Hall, understood: Understanding) -> list[dict[str, Any]]:
    """Published answers about the matter, while it is rather sure what the matter is; none for what is confidential."""
    if understood.decision is Decision.PROTECTED or understood.category is None:
        return []
    wanted = publication.Wanted(category=understood.category)
    found = await publication.page(hall.database, wanted, limit=_ANSWERED, now=clock.now())
    return [public.brief(hall, one) for one in found]


def _hinted(request: Request, understood: Understanding) -> dict[str, Any]:
    """What may be said of it: of a protected text nothing but that it is one."""
    city = doors.hall(request).city
    if understood.decision is Decision.PROTECTED:
        return {
            "protected": True,
            "sure": False,
            "guesses": [],
            "bureau": None,
            "limit": "",
            "reasons": (),
            "urgent": "",
        }
    sure = understood.decision is Decision.AUTO and understood.category is not None
    term = city.term(kind=understood.kind, category=understood.category, urgent=understood.urgent)
    guesses = [case_view.category(city, one.category) for one in understood.candidates]
    return {
        "protected": False,
        "sure": sure,
        "guesses": [one["name"] for one in guesses if one],
        "bureau": case_view.bureau(city, understood.bureau) if sure else None,
        "limit": term.limit.text(),
        "reasons": understood.reasons[:_KEPT_REASONS],
        "urgent": receipts.URGENT_NOTICE if understood.urgent else "",
    }


ROUTES = [
    door("/", home, enter=doors.ANYBODY),
    door("/", submit, enter=doors.ANYBODY, methods=("POST",)),
    door("/receipt", receipt, enter=doors.ANYBODY),
    door("/hint", hint, enter=doors.ANYBODY, methods=("GET", "POST")),
    *tracking.ROUTES,
]
