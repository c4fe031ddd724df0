"""What pages do beside the steps of a case, as JSON: drafts and presence, revealing a contact, warnings seen, looking a caller
up, and bringing in another hotline's table."""

import base64
import binascii
from typing import Annotated

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from feedback import clock
from feedback.actions import drafting, revealing
from feedback.actions.tables import Unreadable
from feedback.rules import hotline, permission
from feedback.rules.status import TABLE, Step, WrongStep
from feedback.store import drafts, instructions, reminders
from feedback.web import assist_page, casework, doors, errors, forms, imports, reading, reminding, reply_desk, steps
from feedback.web.api import answer
from feedback.web.doors import door


class Draft(forms.Form):
    """An unfinished answer; what is left out is empty."""

    finding: forms.words(10_000) = ""  # type: ignore[valid-type]
    answer: forms.words(10_000) = ""  # type: ignore[valid-type]
    outcome: forms.words(20) = ""  # type: ignore[valid-type]
    truth: forms.words(20) = ""  # type: ignore[valid-type]
    duty: forms.words(20) = ""  # type: ignore[valid-type]
    contact_way: forms.words(20) = ""  # type: ignore[valid-type]
    contact_at: forms.words(40) = ""  # type: ignore[valid-type]
    obstacle: forms.words(1000) = ""  # type: ignore[valid-type]
    override: forms.words(200) = ""  # type: ignore[valid-type]


class Caller(forms.Form):
    """What is known of a call so far; empty: not yet."""

    phone: forms.words(20) = ""  # type: ignore[valid-type]
    body: forms.words(5000) = ""  # type: ignore[valid-type]
    address: forms.words(200) = ""  # type: ignore[valid-type]
    district: forms.Code = ""


class Table(forms.Form):
    """A spreadsheet (.xlsx) or CSV file, in base64."""

    name: forms.words(80, least=1)  # type: ignore[valid-type]
    content: Annotated[str, Field(min_length=1)]


class Begin(forms.Form):
    """Which column is which field, and whether the callers get messages."""

    mapping: Annotated[dict[str, str], Field(min_length=1, max_length=200)]
    notify: bool = False


async def keep_draft(request: Request) -> Response:
    """Keeps one's draft of the answer as it is now; who else has the case open."""
    case, who, now = await steps.visible(request, request.path_params["number"]), doors.actor(request), clock.now()
    permission.demand(who, Step.REPLY)
    given = reading.strictly(Draft, await reading.json(request))
    if case.status not in TABLE[Step.REPLY]:
        raise WrongStep(Step.REPLY, case.status)
    editing = await drafting.keep(doors.hall(request), who, case, given.model_dump(), now=now)
    return answer({"editing": reply_desk.present(editing, now), "version": case.version})


async def drop_draft(request: Request) -> Response:
    """One's draft is not wanted any more."""
    case = await steps.visible(request, request.path_params["number"])
    await drafting.drop(doors.hall(request), doors.actor(request), case)
    return answer({})


async def presence(request: Request) -> Response:
    """One has the case open; who else has, and its version now."""
    case, now = await steps.visible(request, request.path_params["number"]), clock.now()
    editing = await drafting.enter(doors.hall(request), doors.actor(request), case, now=now)
    return answer({"editing": reply_desk.present(editing, now), "version": case.version})


async def leave(request: Request) -> Response:
    """One has the case open no more."""
    case = await steps.visible(request, request.path_params["number"])
    await drafts.leave(doors.hall(request).database, case.id, request.state.person.id)
    return answer({})


async def reveal(request: Request) -> Response:
    """Name, phone and e-mail in the clear, after writing down who looked and why."""
    case, who = await steps.visible(request, request.path_params["number"]), doors.actor(request)
    if who.role not in revealing.MAY_REVEAL:
        raise permission.WrongRole
    given = reading.strictly(casework.Reveal, await reading.json(request))
    name, phone, email = await revealing.reveal(doors.hall(request), who, case, reason=given.reason, now=clock.now())
    return answer({"name": name, "phone": phone, "email": email})


async def warned(request: Request) -> Response:
    """This person's warnings that they have not taken note of."""
    return answer({"items": await reminding.shown(request)})


async def take_note(request: Request) -> Response:
    """Every warning up to now has been seen."""
    database, person, now = doors.hall(request).database, request.state.person, clock.now()
    await reminders.seen(database, person.id, now=now)
    await instructions.seen(database, person.id, now=now)
    return answer({})


async def look(request: Request) -> Response:
    """Earlier cases of a caller, and what the machine makes of the words so far."""
    given = reading.strictly(Caller, await reading.json(request))
    return answer(await assist_page.looked(request, given.model_dump()))


async def upload(request: Request) -> Response:
    """Keeps a table; its columns, and which fields they seem to be."""
    given = reading.strictly(Table, await reading.json(request))
    try:
        content = base64.b64decode(given.content, validate=True)
        identity, sheet = await imports.keep(request, content, name=given.name)
    except (binascii.Error, ValueError):
        raise errors.BadFields({"content": "不是有效的 base64。"}) from None
    except Unreadable as fault:
        raise errors.BadFields({"content": str(fault)}) from None
    chosen = hotline.guess(sheet.header)
    return answer({"id": identity, "columns": list(sheet.header), "mapping": chosen, "lines": len(sheet.records)}, 201)


async def begin(request: Request) -> Response:
    """Hands the table to the worker."""
    job, sheet = await imports.job_of(request)
    given = reading.strictly(Begin, await reading.json(request))
    mapping = {column: field for column, field in given.mapping.items() if column in sheet.header and field in hotline.FIELDS}
    if len(mapping) < len(given.mapping) or imports.unfit(mapping):
        raise errors.BadFields({"mapping": imports.unfit(mapping) or "有一列表里没有，或者字段名不对。"})
    await imports.start(request, job, sheet, mapping, notify=given.notify)
    return answer({"id": job["id"]}, 202)


_CASE = "/api/v1/cases/{number}"
ROUTES = [
    door(f"{_CASE}/draft", keep_draft, enter=doors.CASEWORK, methods=("POST",), name="api_draft", takes=Draft),
    door(f"{_CASE}/draft", drop_draft, enter=doors.CASEWORK, methods=("DELETE",), name="api_draft_drop"),
    door(f"{_CASE}/presence", presence, enter=doors.CASEWORK, methods=("POST",), name="api_presence"),
    door(f"{_CASE}/presence", leave, enter=doors.CASEWORK, methods=("DELETE",), name="api_presence_leave"),
    door(f"{_CASE}/reveal", reveal, enter=doors.CASEWORK, methods=("POST",), name="api_reveal", takes=casework.Reveal),
    door("/api/v1/reminders", warned, enter=doors.CASEWORK, name="api_reminders"),
    door("/api/v1/reminders/seen", take_note, enter=doors.CASEWORK, methods=("POST",), name="api_reminders_seen"),
    door("/api/v1/assist/look", look, enter=assist_page.AT_THE_PHONE, methods=("POST",), name="api_assist_look", takes=Caller),
    door("/api/v1/imports", upload, enter=imports.IMPORT, methods=("POST",), name="api_import_upload", takes=Table),
    door("/api/v1/imports/{id}", begin, enter=imports.IMPORT, methods=("POST",), name="api_import_begin", takes=Begin),
]
