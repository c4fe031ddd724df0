"""The addresses of photos and files: added, sent out, taken back. The same door as the case: who may not open that, finds nothing."""

from typing import Any
from urllib.parse import quote

import orjson
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from feedback import clock
from feedback.actions import asking, attaching, handling, taking_calls
from feedback.rules import attachment, permission
from feedback.rules.attachment import Kept, Purpose
from feedback.rules.permission import Actor
from feedback.rules.record import Case
from feedback.rules.status import TABLE, Step, WrongStep
from feedback.store import attachments, cases
from feedback.web import (
    attachment_view,
    doors,
    errors,
    forms,
    idempotency,
    pocket,
    reading,
    steps,
    uploads,
)
from feedback.web.doors import door

CSP = "default-src 'none'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"
"""What somebody else made runs nothing, loads nothing and is shown inside nothing."""


# Reading ----------------------------------------------------------------------------------------------------------


async def read(request: Request) -> Response:
    """One file of a case; `small=1` gives the small picture of a photo."""
    case = await _case(request)
    return await _sent(request, case, public_only=request.state.person is None)


async def _case(request: Request) -> Case:
    """The case for who may open it: staff by token, its citizen by query code. Raises NotFound, NotYours."""
    number = request.path_params["number"]
    if request.state.person is not None:
        return await steps.visible(request, number)
    code = request.query_params.get("code", "") or request.headers.get("x-query-code", "")
    return await reading.own_case(request, number, code)


async def on_track(request: Request) -> Response:
    """A file for the citizen who carries the code of the case, in a browser."""
    number, held = request.path_params["number"], pocket.read(request)
    if number not in held.codes:
        raise errors.NotFound
    return await _sent(request, await reading.own_case(request, number, held.codes[number]), public_only=True)


async def on_desk(request: Request) -> Response:
    """A file for staff who may see the case, in a browser."""
    return await _sent(request, await steps.visible(request, request.path_params["number"]), public_only=False)


async def _sent(request: Request, case: Case, *, public_only: bool) -> Response:
    hall, code = doors.hall(request), request.path_params["id"]
    found = await attachments.get(hall.database, hall.vault, case.id, code[:40], public_only=public_only)
    small = request.query_params.get("small") == "1"
    if found is None or (small and not found.small):
        raise errors.NotFound
    content = await attaching.content(hall, found.small if small else found.content)
    name = hall.redact(found.name) if public_only and found.person_id is not None else found.name
    media = attachment.MEDIA[attachment.Format.JPEG if small else found.format]
    shown = found.format in attachment.PICTURES
    return Response(content, media_type=media, headers=_headers(name, found.format, shown=shown))


def _headers(name: str, format: attachment.Format, *, shown: bool) -> dict[str, str]:
    """Only what we drew ourselves is shown by the browser; everything else is downloaded."""
    how, plain = "inline" if shown else "attachment", f"file.{attachment.ENDINGS[format][0]}"
    return {
        "content-disposition": f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}",
        "content-security-policy": CSP,
        "x-content-type-options": "nosniff",
        "cross-origin-resource-policy": "same-origin",
        "cache-control": "private, no-store",
    }


# Adding -----------------------------------------------------------------------------------------------------------


async def add(request: Request) -> Response:
    """Adds up to nine files to a case: for its citizen with an optional text, for staff with a purpose. All of them or none."""
    case = await _case(request)
    if request.state.person is not None:
        return await _add_of_staff(request, case)
    if case.status not in TABLE[Step.SUPPLEMENT]:
        raise asking.refusal(case, Step.SUPPLEMENT)
    given, files = await _taken(request, about=case.number)
    hall, now, key = doors.hall(request), clock.now(), request.headers.get("idempotency-key", "")
    form = reading.checked(forms.Attach, given)

    async def make(keep: idempotency.Keep | None) -> Any:
        told = {"number": case.number, "added": len(files)}
        also = keep(told) if keep else ()
        await asking.supplement(hall, case, text=form.text, files=files, also=also, now=now)
        return told

    if len(key) > 200:
        raise errors.BadFields({"Idempotency-Key": "最多 200 个字符。"})
    body = orjson.dumps([case.number, form.text, uploads.identity(files)])
    content, _ = await idempotency.once(hall, key, body, make, now=now)
    shown = attachment_view.citizen(hall, case, await attachment_view.of_case(hall, case, public_only=True))
    return _answer({**content, "attachments": shown})


async def _taken(request: Request, *, about: str) -> tuple[dict[str, Any], list[Kept]]:
    """The words and the files of the form. Raises BadFields when one file is not taken, or there is none."""
    given: dict[str, Any] = dict(await reading.posted(request))
    given.pop(uploads.KEPT, None)
    refused = await uploads.take(request, given, about=about)
    files, _ = uploads.remembered(doors.hall(request), given, now=clock.now())
    given.pop(uploads.KEPT, None)
    if refused or not files:
        raise errors.BadFields({uploads.FIELD: "".join(refused) or "请选择至少一个文件（multipart/form-data 的 files）。"})
    return given, files


async def _add_of_staff(request: Request, case: Case) -> Response:
    hall, who = doors.hall(request), doors.actor(request)
    given = await reading.posted(request)
    form = reading.checked(forms.Attach, {name: value for name, value in given.items() if name != uploads.KEPT})
    _demand(who, case, form.purpose)
    _, files = await _taken(request, about=f"person:{who.person_id}")
    await _step(request, who, case, form, files)
    fresh = await cases.by_id(hall.database, case.id) or case
    shown = attachment_view.staff(hall, who, fresh, await attachment_view.of_case(hall, fresh))
    return _answer({"number": case.number, "added": len(files), "version": fresh.version, "attachments": shown})


def _demand(who: Actor, case: Case, purpose: Purpose) -> None:
    """Raises WrongRole and WrongStep, before anything is looked through."""
    if purpose is Purpose.ANSWER:
        return attaching.demand_answering(who, case)
    step = Step.SUPPLEMENT if purpose is Purpose.LETTER else Step.NOTE
    permission.demand_on(who, step, bureau=case.bureau, unit=case.unit_id, handler=case.handler_id)
    if case.status not in TABLE[step]:
        raise WrongStep(step, case.status)
    return None


async def _step(request: Request, who: Actor, case: Case, form: forms.Attach, files: list[Kept]) -> None:
    hall, now = doors.hall(request), clock.now()
    if form.purpose is Purpose.LETTER:
        await taking_calls.supplement(hall, who, case, text=form.text, files=files, now=now)
    else:
        await handling.note(hall, who, case, text=form.text, files=files, purpose=form.purpose, now=now)


def _answer(content: Any) -> Response:
    return Response(orjson.dumps(content, option=orjson.OPT_UTC_Z), 201, media_type="application/json")


# Taking back ------------------------------------------------------------------------------------------------------


async def remove(request: Request) -> Response:
    """Takes back a file that no citizen has seen yet."""
    await _removed(request)
    return Response(status_code=204)


async def remove_on_desk(request: Request) -> Response:
    """The same from the page of the case."""
    case = await _removed(request)
    return RedirectResponse(f"/desk/{case.number}?done=removed", 303)


async def _removed(request: Request) -> Case:
    case, who = await steps.visible(request, request.path_params["number"]), doors.actor(request)
    await attaching.remove(doors.hall(request), who, case, request.path_params["id"][:40], now=clock.now())
    return case


class Asked(forms.Form):
    """How a file is read."""

    code: forms.Code = ""
    small: str = ""


_API = "/api/v1/cases/{number}/attachments"

ROUTES = [
    door(_API, add, enter=doors.ANYBODY, methods=("POST",), name="api_attach", takes=forms.Attach),
    door(f"{_API}/{{id}}", read, enter=doors.ANYBODY, name="api_attachment", asks=Asked),
    door(f"{_API}/{{id}}", remove, enter=doors.CASEWORK, methods=("DELETE",), name="api_attachment_remove"),
    door("/track/{number}/files/{id}", on_track, enter=doors.ANYBODY, name="track_file"),
    door("/desk/{number}/files/{id}", on_desk, enter=doors.CASEWORK, name="desk_file"),
    door("/desk/{number}/files/{id}/remove", remove_on_desk, enter=doors.CASEWORK, methods=("POST",), name="desk_file_remove"),
]
