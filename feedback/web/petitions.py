"""联名建议 for citizens: the list, one petition, proposing one, and 附议 in two steps: phone, then code, name and district."""

import base64
import uuid
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from feedback import clock
from feedback.actions import proving
from feedback.actions.hall import Hall
from feedback.rules import petition
from feedback.rules.petition import Petition, Status
from feedback.store import petitions
from feedback.store.vault import WrongKey
from feedback.web import doors, errors, forms, petition_view, petitions_api, reading, templating
from feedback.web.doors import door
from feedback.web.petitions_api import known

COOKIE = "minsheng_phone"
"""Carries the phone from the first step to the second, sealed, so that it is in no address."""

SHOWN = {"": (Status.OPEN,), "open": (Status.OPEN,), "closed": (Status.CLOSED,), "rejected": (Status.REJECTED,)}
SIGNED = {"new": "您的附议已计入，谢谢您。", "already": "您已经附议过这条建议，不用重复附议，谢谢您。"}

KEPT = (errors.BadFields, errors.TooMany, proving.WrongCode, petition.Confidential)
"""What is told beside a field of the same page, so that nothing typed is lost."""

Given = dict[str, Any]


async def listed(request: Request) -> Response:
    """The petitions of one status, with a search over all that is public."""
    hall, now, wanted, faults = doors.hall(request), clock.now(), petitions_api.Search(), {}
    try:
        wanted = petitions_api.searched(request)
    except errors.BadFields as bad:
        faults = bad.fields
    statuses = petition.PUBLIC if wanted.q else SHOWN[wanted.status]
    found, more = await petitions.page(hall.database, statuses, q=wanted.q, cursor=wanted.cursor, now=now)
    return templating.page(
        request, "public/petitions.html", status_code=422 if faults else 200, faults=faults, more=more, q=wanted.q,
        items=await petition_view.rows(hall, found), status=wanted.status or "open", rule=petition,
        counts=await petitions.counts(hall.database, now=now),
    )  # fmt: skip


async def one(request: Request) -> Response:
    """One petition and, while it is open, the first step of signing."""
    said = SIGNED.get(request.query_params.get("signed", ""), "")
    return await _petition(request, await known(request), said=said)


async def _petition(
    request: Request, found: Petition, *, given: Given | None = None, faults: dict[str, str] | None = None,
    said: str = "", status_code: int = 200,
) -> Response:  # fmt: skip
    view = await petition_view.full(doors.hall(request), found, now=clock.now(), staff=request.state.person is not None)
    return templating.page(
        request, "public/petition.html", status_code=status_code, petition=view, rule=petition, said=said,
        given=given or {}, faults=faults or {},
    )  # fmt: skip


async def send_code(request: Request) -> Response:
    """First step: a code goes to the phone, and the second step asks for it."""
    found, given = await known(request), await reading.posted(request)
    if found.status is not Status.OPEN:
        return await _petition(request, found, said=petition.NotOpen.__doc__ or "", status_code=409)
    wanted, faults = reading.try_form(forms.PhoneCodeRequest, {"phone": given.get("phone", "")})
    if wanted is None:
        return await _petition(request, found, given=given, faults=faults, status_code=422)
    await _send(request, wanted.phone)
    response = RedirectResponse(f"/petitions/{found.number}/sign", 303)
    _remember(request, response, wanted.phone)
    return response


async def _send(request: Request, phone: str) -> None:
    """Limited as the API limits it, and for each number: nobody's phone is flooded from many addresses."""
    hall = doors.hall(request)
    await reading.limit(request, f"phone-code:{reading.client(request)}", burst=30, per_hour=60)
    await reading.limit(request, f"phone-code:{hall.vault.hash('limit', phone).hex()}", burst=5, per_hour=10)
    await proving.send_code(hall, phone, now=clock.now())


def _remember(request: Request, response: Response, phone: str) -> None:
    sealed = base64.urlsafe_b64encode(doors.hall(request).vault.seal(f"phone:{phone}")).decode()
    response.set_cookie(
        COOKIE, sealed, max_age=600, path="/petitions", httponly=True, samesite="strict",
        secure=request.url.scheme == "https",
    )  # fmt: skip


def _remembered(request: Request) -> str:
    """The phone of the first step; empty without the cookie, or when it is not ours."""
    try:
        held = doors.hall(request).vault.open(base64.urlsafe_b64decode(request.cookies.get(COOKIE, "")))
    except (WrongKey, ValueError):
        return ""
    return held.removeprefix("phone:") if held.startswith("phone:") else ""


async def sign_form(request: Request) -> Response:
    """Second step: code, name and district."""
    found = await known(request)
    if found.status is not Status.OPEN:
        return RedirectResponse(f"/petitions/{found.number}", 303)
    return _sign_page(request, found, {"phone": _remembered(request), "key": str(uuid.uuid4())}, {})


def _sign_page(
    request: Request, found: Petition, given: Given, faults: dict[str, str], *, status_code: int = 200
) -> Response:
    hall = doors.hall(request)
    title = found.public_title
    return templating.page(
        request, "public/petition_sign.html", status_code=status_code, number=found.number, title=title, given=given,
        faults=faults, districts=hall.city.districts, sent=_remembered(request),
    )  # fmt: skip


async def sign(request: Request) -> Response:
    """附议, and back to the petition, which says whether it was counted now or had been before."""
    found, given = await known(request), await reading.posted(request)
    if found.status is not Status.OPEN:
        return await _petition(request, found, said=petition.NotOpen.__doc__ or "", status_code=409)
    form, faults = reading.try_form(petitions_api.Signature, _fields(petitions_api.Signature, given))
    if form is None:
        return _sign_page(request, found, given, faults, status_code=422)
    try:
        told = await petitions_api.add_signature(request, found, form, **_retry(request, given))
    except petition.NotOpen:
        return await _petition(request, await known(request), said=petition.NotOpen.__doc__ or "", status_code=409)
    except KEPT as fault:
        return _sign_page(request, found, given, _sentences(fault), status_code=_code(fault))
    response = RedirectResponse(f"/petitions/{found.number}?signed={'already' if told['already'] else 'new'}", 303)
    response.delete_cookie(COOKIE, path="/petitions")
    return response


def _fields(model: type[forms.Form], given: dict[str, str]) -> dict[str, str]:
    """What the form has for the model; buttons and the key of the form are not its business."""
    return {name: given[name] for name in model.model_fields if name in given}


def _retry(request: Request, given: dict[str, str]) -> dict[str, Any]:
    """The form's own key, so that a double click counts as one; and what was sent with it."""
    body = "\x1f".join([request.url.path, *(f"{name}={value}" for name, value in sorted(given.items()))])
    return {"key": given.get("key", "")[:64], "body": body.encode(errors="replace")}


def _sentences(fault: Exception) -> dict[str, str]:
    """Beside which field an exception is told."""
    if isinstance(fault, errors.BadFields):
        return fault.fields
    field = {petition.Confidential: "body", errors.TooMany: "phone"}.get(type(fault), "phone_code")
    return {field: (type(fault).__doc__ or "").splitlines()[0]}


def _code(fault: Exception) -> int:
    return errors.TABLE.get(type(fault), (422, ""))[0]


async def new(request: Request) -> Response:
    """What a petition is, what happens with it, and the form. `q` shows what exists already."""
    title = request.query_params.get("title", "")[:60]
    return await _new_page(request, {"title": title, "key": str(uuid.uuid4())}, {})


async def _new_page(
    request: Request, given: Given, faults: dict[str, str], *, sent: str = "", status_code: int = 200
) -> Response:
    hall = doors.hall(request)
    alike = await similar(hall, given.get("title", ""))
    return templating.page(
        request, "public/petition_new.html", status_code=status_code, given=given, faults=faults, sent=sent,
        districts=hall.city.districts, similar=await petition_view.rows(hall, alike), rule=petition,
    )  # fmt: skip


async def similar(hall: Hall, text: str) -> list[Petition]:
    """Open petitions that wish for much the same."""
    if not text.strip():
        return []
    found, _ = await petitions.page(hall.database, [Status.OPEN], limit=500, now=clock.now())
    return petition.similar(text, found)


async def propose(request: Request) -> Response:
    """Two buttons: the first sends the code and keeps the page, the second sends the petition to be read."""
    given = await reading.posted(request)
    if given.get("action") == "code":
        return await _code_for_proposal(request, given)
    form, faults = reading.try_form(petitions_api.NewPetition, _fields(petitions_api.NewPetition, given))
    if form is None:
        return await _new_page(request, given, faults, status_code=422)
    try:
        made = await petitions_api.make_petition(request, form, **_retry(request, given))
    except KEPT as fault:
        return await _new_page(request, given, _sentences(fault), status_code=_code(fault))
    return RedirectResponse(f"/petitions/{made['number']}", 303)


async def _code_for_proposal(request: Request, given: dict[str, str]) -> Response:
    wanted, faults = reading.try_form(forms.PhoneCodeRequest, {"phone": given.get("phone", "")})
    if wanted is None:
        return await _new_page(request, given, faults, status_code=422)
    await _send(request, wanted.phone)
    return await _new_page(request, given, {}, sent=wanted.phone)


_ONE = "/petitions/{number}"
ROUTES = [
    door("/petitions", listed, enter=doors.ANYBODY, name="petitions"),
    door("/petitions/new", new, enter=doors.ANYBODY, name="petition_new"),
    door("/petitions/new", propose, enter=doors.ANYBODY, methods=("POST",), name="petition_propose"),
    door(_ONE, one, enter=doors.ANYBODY, name="petition"),
    door(f"{_ONE}/code", send_code, enter=doors.ANYBODY, methods=("POST",), name="petition_code"),
    door(f"{_ONE}/sign", sign_form, enter=doors.ANYBODY, name="petition_sign_form"),
    door(f"{_ONE}/sign", sign, enter=doors.ANYBODY, methods=("POST",), name="petition_sign"),
]
