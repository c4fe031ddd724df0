"""消息: what colleagues and the clock tell a member of staff, with a count on every page; also as JSON."""

from typing import Annotated, Any

import orjson
from pydantic import Field
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from feedback import clock
from feedback.actions.hall import Hall
from feedback.rules import permission
from feedback.rules.permission import Actor
from feedback.store import inbox
from feedback.web import case_view, doors, errors, forms, notices, reading, templating
from feedback.web.doors import door

_LARGEST = 2**63 - 1


class Seen(forms.Form):
    """The newest notice that was shown: it and all older ones are seen."""

    upto: Annotated[int, Field(ge=1, le=_LARGEST)]


async def home(request: Request) -> Response:
    """The list, newest first; `unread` leaves out what was seen."""
    asked = request.query_params
    return templating.page(request, "desk/inbox.html", **await _listed(request), only_unread=asked.get("unread") == "1")


async def _listed(request: Request) -> dict[str, Any]:
    hall, asked = doors.hall(request), request.query_params
    before = _identity(asked.get("before", ""))
    rows = await inbox.page(
        hall.database, request.state.person.id, before=before, unseen=asked.get("unread") == "1"
    )  # fmt: skip
    here = rows[: inbox.PAGE]
    return {
        "items": [shown(hall, doors.actor(request), row) for row in here],
        "unread": await inbox.unread(hall.database, request.state.person.id),
        "next": here[-1]["id"] if len(rows) > len(here) else None,
    }


def _identity(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and 0 < int(text[:20]) <= _LARGEST):
        raise errors.NotFound
    return int(text)


def shown(hall: Hall, who: Actor, row: Any) -> dict[str, Any]:
    """What may be told of the case now: to who may not see it any more, only its number."""
    held = {*row["holders"], *([row["bureau"]] if row["bureau"] else [])}
    visible = permission.may_see(who, protected=row["protected"], bureaus=held)
    title = row["title"] or ("保密件" if row["protected"] else row["number"])
    return {
        "id": row["id"],
        "what": row["what"],
        "text": notices.in_house(row["what"], row["by_name"]),
        "at": row["at"],
        "seen": row["seen_at"] is not None,
        "number": row["number"],
        "title": title if visible else "",
        "bureau": case_view.bureau(hall.city, row["bureau"]) if visible else None,
        "urgent": row["urgent"],
        "visible": visible,
    }


async def follow(request: Request) -> Response:
    """To the case a notice is about; the notice is seen then."""
    identity = _identity(request.path_params["identity"])
    number = await inbox.open_one(
        doors.hall(request).database, request.state.person.id, identity or 0, now=clock.now()
    )  # fmt: skip
    if number is None:
        raise errors.NotFound
    return RedirectResponse(f"/desk/{number}", 303)


async def see(request: Request) -> Response:
    """Everything that was shown is seen."""
    await _see(request, reading.checked(Seen, await reading.posted(request)))
    return RedirectResponse("/inbox", 303)


async def _see(request: Request, given: Seen) -> None:
    await inbox.see(doors.hall(request).database, request.state.person.id, upto=given.upto, now=clock.now())


async def api_list(request: Request) -> Response:
    """The notices of whoever's token it is, newest first: `before` is `next` of the page before, `unread=1` leaves out what was seen."""
    return _json(await _listed(request))


async def api_see(request: Request) -> Response:
    """Everything up to this notice is seen."""
    await _see(request, reading.strictly(Seen, await reading.json(request)))
    return _json({"unread": await inbox.unread(doors.hall(request).database, request.state.person.id)})


def _json(content: Any) -> Response:
    return Response(orjson.dumps(content, option=orjson.OPT_UTC_Z), media_type="application/json")


ROUTES = [
    door("/inbox", home, enter=doors.CASEWORK, name="inbox"),
    door("/inbox/seen", see, enter=doors.CASEWORK, methods=("POST",), name="inbox_seen"),
    door("/inbox/{identity}", follow, enter=doors.CASEWORK, name="inbox_follow"),
    door("/api/v1/inbox", api_list, enter=doors.CASEWORK, name="api_inbox"),
    door("/api/v1/inbox/seen", api_see, enter=doors.CASEWORK, methods=("POST",), name="api_inbox_seen", takes=Seen),
]
