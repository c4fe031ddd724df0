"""Assisted entry: one page made for typing while listening. Earlier cases of the caller and the machine's proposals are shown
as one types, or after 检查; then the case is there, with words to read back and a receipt to print."""

import hashlib
import secrets
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from feedback import clock
from feedback.actions import asking, taking_calls
from feedback.rules import code
from feedback.rules.permission import Role
from feedback.rules.status import TABLE, Step, WrongStep
from feedback.store import cases, contacts
from feedback.web import (
    assisting,
    case_page,
    dispatch,
    doors,
    errors,
    forms,
    pocket,
    reading,
    receipts,
    steps,
    templating,
    timeline,
    wording,
)
from feedback.web.assisting_forms import AssistedCase, Caller
from feedback.web.doors import Enter, door

AT_THE_PHONE = Enter(frozenset({Role.DISPATCHER}))
LABELS = {
    "source": "怎么来的", "phone": "电话", "name": "怎么称呼", "body": "诉求内容", "address": "地点", "district": "城区",
    "kind": "类型", "other": "派给", "matter": "事项", "publish": "同意公开",
}  # fmt: skip
_LEAST = 6
"""Characters from which the machine is asked."""
_DONE = {"supplement": "已补充到 {}，承办单位能看到。", "remind": "已代市民催办 {}。"}


async def home(request: Request) -> Response:
    """The empty form."""
    return await _form(request, {"once": secrets.token_hex(16), "source": "phone", "sms": "true"})


async def _form(
    request: Request, given: dict[str, str], faults: dict[str, str] | None = None, *, sentence: str = "",
    status_code: int = 200,
) -> Response:  # fmt: skip
    hall, asked = doors.hall(request), request.query_params
    done = _DONE.get(asked.get("done", ""), "").format(asked.get("about", "")[:20])
    return templating.page(
        request, "dispatch/assist.html", status_code=422 if faults else status_code, given=given, faults=faults or {},
        sentence=sentence, done=done, labels=LABELS, sources=assisting.SOURCES.items(), kinds=wording.KINDS.items(),
        districts=sorted(hall.city.districts.items()), bureaus=case_page.bureaus(hall.city, secret=False),
        categories=case_page.categories(hall.city), look=await looked(request, given),
    )  # fmt: skip


async def looked(request: Request, given: dict[str, str]) -> dict[str, Any]:
    """Earlier cases of the phone typed so far, and the machine's proposals for the words."""
    hall, now = doors.hall(request), clock.now()
    caller, _ = reading.try_form(Caller, {"phone": given.get("phone", "")})
    found = await taking_calls.earlier(hall, doors.actor(request), caller.phone) if caller else []
    body = given.get("body", "").strip()[:5000]
    understood = None
    if len(body) >= _LEAST:
        district = given.get("district") if given.get("district") in hall.city.districts else None
        understood = hall.understood("", body, district=district, address=given.get("address", "")[:200])
    return {
        "earlier": [
            {**assisting.brief(hall, case), "adds": case.status in TABLE[Step.SUPPLEMENT], "reminds": _may_remind(case, now)}
            for case in found
        ],
        "known": caller is not None,
        "guess": assisting.guessed(hall, understood) if understood else None,
        "chosen": given.get("choice", ""),
        "urgent": receipts.URGENT_NOTICE if understood and understood.urgent else "",
    }  # fmt: skip


def _may_remind(case: Any, now: Any) -> bool:
    earliest = asking.may_remind_from(case)
    return case.status in TABLE[Step.REMIND] and earliest is not None and now >= earliest


async def look(request: Request) -> Response:
    """A piece of page, asked for while the dispatcher types."""
    return templating.page(request, "dispatch/assist_look.html", look=await looked(request, await reading.posted(request)))


async def enter(request: Request) -> Response:
    """One of the buttons: check, add to an earlier case, remind of it, or a new case."""
    given = await reading.posted(request)
    for name, act in (("onto", _add), ("remind", _remind)):
        if number := given.get(name, ""):
            return await act(request, number, given)
    if given.get("check"):
        return await _form(request, given)
    try:
        new = _checked(request, given)
        content = orjson.dumps({name: given[name] for name in sorted(given) if name != "once"})
        # Sent twice, a form is one case; sent again with other words, it is another.
        key = f"{given['once'][:64]}:{hashlib.sha256(content).hexdigest()}" if given.get("once") else ""
        made = await assisting.write_down(request, new, key, content, now=clock.now())
    except errors.BadFields as bad:
        return await _form(request, given, {name.removeprefix("contact."): words for name, words in bad.fields.items()})
    kept = {"number": made["number"], "sms": bool(new.sms and new.contact and contacts.takes_messages(new.contact.phone)), "urgent": bool(made.get("urgent_notice"))}
    held = pocket.Pocket({}, kept).with_code(made["number"], made["query_code"])
    return pocket.put(RedirectResponse("/assist/receipt", 303), request, held, now=clock.now())


def _checked(request: Request, given: dict[str, str]) -> AssistedCase:
    """The form as the model of the API; the bureau typed wins over the proposal chosen. Raises BadFields."""
    city = doors.hall(request).city
    wanted: dict[str, Any] = {name: given[name] for name in ("source", "body", "address", "district", "kind") if given.get(name)}
    wanted |= {name: bool(given.get(name)) for name in ("anonymous", "publish", "sms")}
    contact = {name: given[name] for name in ("name", "phone") if given.get(name, "").strip()}
    if contact:
        wanted["contact"] = contact
    bureau, _, category = given.get("choice", "").partition("|")
    if given.get("other", "").strip():
        bureau, category = dispatch.meant(city, given["other"]), ""
    if given.get("matter", "").strip():
        category = dispatch.meant_category(city, given["matter"])
    try:
        return reading.checked(AssistedCase, {**wanted, "bureau": bureau, "category": category})
    except errors.BadFields as bad:
        raise errors.BadFields({"body" if name == "body" else name: words for name, words in bad.fields.items()}) from None


class Added(forms.Form):
    """What a caller adds to an earlier case."""

    body: forms.words(2000, least=1)  # type: ignore[valid-type]


async def _add(request: Request, number: str, given: dict[str, str]) -> Response:
    """What was typed becomes a supplement of an earlier case."""
    added, wrong = reading.try_form(Added, {"body": given.get("body", "")})
    if added is None:
        return await _form(request, given, wrong)
    return await _step(request, number, given, {"step": "supplement", "text": added.body})


async def _remind(request: Request, number: str, given: dict[str, str]) -> Response:
    return await _step(request, number, given, {"step": "remind"})


async def _step(request: Request, number: str, given: dict[str, str], step: dict[str, str]) -> Response:
    """A step on an earlier case, on its newest version: the caller speaks now, whatever the page showed."""
    try:
        case = await steps.visible(request, number)
        await steps.take(request, number, {**step, "version": str(case.version)})
    except (cases.Stale, WrongStep, asking.TooEarly) as fault:
        return await _form(request, given, sentence=(fault.__doc__ or "").splitlines()[0], status_code=409)
    return RedirectResponse(f"/assist?done={step['step']}&about={number}", 303)


async def receipt(request: Request) -> Response:
    """Number and code to read back, and a receipt to print. Can be reloaded for a quarter of an hour."""
    held, hall = pocket.read(request), doors.hall(request)
    number = held.receipt["number"] if held.receipt and "sms" in held.receipt else ""
    typed = held.codes.get(number, "")
    found = await cases.with_code(hall.database, number, hall.vault.hash("code", code.normalised(typed) or ""))
    if held.receipt is None or found is None:
        return RedirectResponse("/assist", 303)
    return templating.page(
        request, "dispatch/assisted.html", case=await timeline.citizen_view(hall, found, clock.now()), code=typed,
        read_back=assisting.read_back(number, typed).replace(" ", "\u00a0"), sms=held.receipt["sms"], protected=found.protected,
        urgent=receipts.URGENT_NOTICE if held.receipt["urgent"] else "",
    )  # fmt: skip


ROUTES = [
    door("/assist", home, enter=AT_THE_PHONE, name="assist"),
    door("/assist", enter, enter=AT_THE_PHONE, methods=("POST",), name="assist_enter"),
    door("/assist/look", look, enter=AT_THE_PHONE, methods=("POST",), name="assist_look"),
    door("/assist/receipt", receipt, enter=AT_THE_PHONE, name="assist_receipt"),
]
