"""Taking a list away as an Excel file: a short one at once, a long one made by the worker; every one written down."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any
from urllib.parse import quote

import orjson
from pydantic import Field
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from feedback import clock
from feedback.actions.revealing import MAY_REVEAL
from feedback.rules import permission
from feedback.rules.administration import ADMINISTRATORS
from feedback.rules.permission import BUREAU_ROLES, CITY_ROLES, Actor, Role
from feedback.store import file_jobs
from feedback.web import doors, errors, export_lists, forms, reading, templating
from feedback.web.api import answer
from feedback.web.doors import Enter, door
from feedback.web.export_lists import LISTS, Listed, Wanted

EXPORT = Enter(frozenset({*BUREAU_ROLES, *CITY_ROLES, *ADMINISTRATORS}))
AT_ONCE = 500
"""Rows that are written while one waits."""
PUBLIC_MOST = 5000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_OWN = frozenset({"list", "contacts", "reason"})


class Export(forms.Form):
    """Which list, with what its address says, and whether names and phones are to be readable, and why."""

    list: Annotated[str, Field(pattern=f"^({'|'.join(LISTS)})$")]
    query: dict[forms.Code, forms.words(1000)] = {}  # type: ignore[valid-type]  # noqa: RUF012
    contacts: bool = False
    reason: forms.words(200) = ""  # type: ignore[valid-type]


async def ask(request: Request) -> Response:
    """What would leave, and whether with names and phones."""
    asked = dict(request.query_params)
    return _form(request, _listed(request, asked.get("list", "")), asked)


def _listed(request: Request, name: str) -> Listed:
    if name not in LISTS:
        raise errors.NotFound
    if request.state.person.role not in LISTS[name].roles:
        raise permission.WrongRole
    return LISTS[name]


def _form(request: Request, listed: Listed, given: dict[str, str], wrong: dict[str, str] | None = None) -> Response:
    query = {name: value for name, value in given.items() if name not in _OWN and value}
    return templating.page(
        request, "files/export.html", status_code=422 if wrong else 200, listed=listed, given=given, query=query,
        wrong=wrong or {}, reveals=listed.contacts and request.state.person.role in MAY_REVEAL,
    )  # fmt: skip


async def take(request: Request) -> Response:
    """The file, or the page of the job that makes it."""
    given = await reading.posted(request)
    listed = _listed(request, given.get("list", ""))
    query = {name: value for name, value in given.items() if name not in _OWN and value}
    try:
        asked = reading.checked(Export, {
            "list": given["list"], "query": query, "contacts": bool(given.get("contacts")), "reason": given.get("reason", ""),
        })  # fmt: skip
        made = await _made(request, asked)
    except errors.BadFields as bad:
        return _form(request, listed, given, bad.fields)
    return made if isinstance(made, Response) else RedirectResponse(f"/files?new={made}", 303)


async def api_take(request: Request) -> Response:
    """A short list as the workbook itself (200); a long one, or one with contacts, as a job (202): its file is at /api/v1/files/{id}/made."""
    asked = reading.strictly(Export, await reading.json(request))
    _listed(request, asked.list)
    made = await _made(request, asked)
    return made if isinstance(made, Response) else answer({"id": made, "status": "waiting"}, 202)


async def _made(request: Request, asked: Export) -> Response | int:
    """The workbook, or the number of the job that makes it. Raises BadFields, WrongRole."""
    who = doors.actor(request)
    if asked.contacts:
        if who.role not in MAY_REVEAL or not LISTS[asked.list].contacts:
            raise permission.WrongRole
        if len(asked.reason) < 2:
            raise errors.BadFields({"reason": "请写明为什么要姓名和电话。"})
        return await _job(request, asked)
    return await _at_once(request, asked.list, asked.query, who, most=AT_ONCE) or await _job(request, asked)


async def _job(request: Request, asked: Export) -> int:
    hall, now = doors.hall(request), clock.now()
    return await file_jobs.add(
        hall.database, hall.vault, kind="export", status="waiting", person_id=request.state.person.id, now=now,
        name=f"{LISTS[asked.list].name}-{clock.local(now):%Y%m%d-%H%M}.xlsx", asked=asked.model_dump(),
    )  # fmt: skip


async def _at_once(
    request: Request, name: str, query: dict[str, str], who: Actor, *, most: int, cut: bool = False
) -> Response | None:  # fmt: skip
    """The workbook if the list is short (or may be cut), written down; else None."""
    hall, now = doors.hall(request), clock.now()
    book, whole = await export_lists.write(hall, LISTS[name], Wanted(who, query, now=now), most=most)
    if not whole and not cut:
        return None
    await file_jobs.note_export(
        hall.database, person_id=who.person_id, list=name, filter=described(query), lines=book.lines, contacts=False,
        reason="", now=now,
    )  # fmt: skip
    content = await asyncio.to_thread(book.content)
    return download(content, f"{LISTS[name].name}-{clock.local(now):%Y%m%d-%H%M}.xlsx")


def described(query: dict[str, str]) -> str:
    """A list's filter as it is written down; what was searched for may be a phone number, so its length only."""
    kept = {name: value if name != "q" else f"（{len(value)} 个字）" for name, value in sorted(query.items())}
    return orjson.dumps(kept).decode()[:500]


def download(content: bytes | AsyncIterator[bytes], name: str, media_type: str = XLSX) -> Response:
    """A file to be kept; a long one in pieces."""
    headers = {"content-disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
    if isinstance(content, bytes):
        return Response(content, media_type=media_type, headers=headers)
    return StreamingResponse(content, media_type=media_type, headers=headers)


async def public(request: Request) -> Response:
    """A public list as a workbook, for anybody: the newest 5,000 at most."""
    name = request.path_params["list"]
    if name not in export_lists.PUBLIC:
        raise errors.NotFound
    await reading.limit(request, f"export:{reading.client(request)}", burst=3, per_hour=20)
    person: Any = request.state.person
    who = Actor(Role.CITIZEN, person.id if person else None)
    found = await _at_once(request, name, dict(request.query_params), who, most=PUBLIC_MOST, cut=True)
    assert found is not None
    return found


ROUTES = [
    door("/export", ask, enter=EXPORT, name="export_ask"),
    door("/export", take, enter=EXPORT, methods=("POST",), name="export_take"),
    door("/export/{list}.xlsx", public, enter=doors.ANYBODY, name="export_public"),
    door("/api/v1/exports", api_take, enter=EXPORT, methods=("POST",), name="api_export", takes=Export),
]
