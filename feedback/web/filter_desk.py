"""A person's saved filters: kept, forgotten, or made what the desk opens with; as pages and as JSON."""

from typing import Annotated, Any
from urllib.parse import parse_qsl

import orjson
from pydantic import Field
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from feedback.store import filters
from feedback.store.filters import Saved
from feedback.store.meanings import Queue
from feedback.web import doors, errors, forms, narrowing, reading
from feedback.web.doors import door


class Keep(narrowing.Asked):
    """A list of the desk under a name."""

    name: forms.words(20, least=1)  # type: ignore[valid-type]
    queue: forms.empty_is_none(Queue) = None  # type: ignore[valid-type]
    q: forms.words(100) = ""  # type: ignore[valid-type]


class Act(forms.Form):
    """What becomes of a filter: forgotten, opened with, or not opened with any more."""

    act: Annotated[str, Field(pattern="^(drop|home|unhome)$")]


Beside = tuple[list[Saved], dict[int, str], dict[int, str]]
"""Filters, colleagues and 科室."""


async def beside(request: Request) -> Beside:
    """The filters of who is signed in, their colleagues and 科室 by name."""
    person = request.state.person
    return await filters.of(doors.hall(request).database, person.id, person.bureau)


def home(beside: Beside) -> dict[str, str]:
    """What the desk of this person opens with, as the parameters of an address; empty: as it does by itself."""
    return next((dict(parse_qsl(one.address)) for one in beside[0] if one.home), {})


async def of(request: Request) -> list[Saved]:
    """The filters of who is signed in."""
    return (await beside(request))[0]


async def _kept(request: Request, given: Keep) -> str:
    """Saves it; the address of the list. Raises BadFields."""
    hall = doors.hall(request)
    narrow = narrowing.read(hall, {name: str(getattr(given, name) or "") for name in narrowing.NAMES})
    if not (given.queue or given.q or narrow):
        raise errors.BadFields({"name": "还没有选任何条件。"})
    address = narrowing.address(given.queue or "", given.q, narrow)
    if not await filters.save(hall.database, request.state.person.id, name=given.name, address=address):
        raise errors.BadFields({"name": f"最多保存 {filters.MOST} 个筛选，请先删掉不用的。"})
    return address


async def save(request: Request) -> Response:
    """Keeps the list that is shown under a name."""
    address = await _kept(request, reading.checked(Keep, await reading.posted(request)))
    return RedirectResponse(f"/desk?{address}&done=saved", 303)


async def act(request: Request) -> Response:
    """Forgets a filter, or opens the desk with it or no more."""
    asked = reading.checked(Act, await reading.posted(request)).act
    identity = await _act(request, asked)
    found = next((one for one in await of(request) if one.id == identity), None)
    return RedirectResponse(f"/desk?{found.address if found else 'queue=open'}&done={asked}", 303)


async def _act(request: Request, asked: str) -> int:
    hall, person, identity = doors.hall(request), request.state.person, _identity(request)
    if asked == "drop":
        await filters.drop(hall.database, person.id, identity)
    else:
        await filters.open_with(hall.database, person.id, identity if asked == "home" else None)
    return identity


def _identity(request: Request) -> int:
    identity: int = request.path_params["id"]
    if identity >= 2**63:
        raise errors.NotFound
    return identity


def _answer(content: Any) -> Response:
    return Response(orjson.dumps(content), media_type="application/json")


async def api_list(request: Request) -> Response:
    """This person's filters; `address` is the query of the desk."""
    return _answer(
        {"items": [{"id": s.id, "name": s.name, "address": s.address, "home": s.home} for s in await of(request)]}
    )


async def api_save(request: Request) -> Response:
    """Keeps a list of the desk under a name, instead of the one that has it."""
    given = reading.checked(Keep, await reading.json(request))
    return _answer({"name": given.name, "address": await _kept(request, given)})


async def api_act(request: Request) -> Response:
    """Forgets a filter of this person's, or opens the desk with it or no more."""
    await _act(request, reading.strictly(Act, await reading.json(request)).act)
    return await api_list(request)


async def api_drop(request: Request) -> Response:
    """Forgets a filter of this person's."""
    await filters.drop(doors.hall(request).database, request.state.person.id, _identity(request))
    return _answer({})


ROUTES = [
    door("/desk/filters", save, enter=doors.CASEWORK, methods=("POST",), name="filter_save"),
    door("/desk/filters/{id:int}", act, enter=doors.CASEWORK, methods=("POST",), name="filter_act"),
    door("/api/v1/desk/filters", api_list, enter=doors.CASEWORK, name="api_filters"),
    door("/api/v1/desk/filters", api_save, enter=doors.CASEWORK, methods=("POST",), name="api_filter_save", takes=Keep),
    door("/api/v1/desk/filters/{id:int}", api_act, enter=doors.CASEWORK, methods=("POST",), name="api_filter_act", takes=Act),
    door("/api/v1/desk/filters/{id:int}", api_drop, enter=doors.CASEWORK, methods=("DELETE",), name="api_filter_drop"),
]
