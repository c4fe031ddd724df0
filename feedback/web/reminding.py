"""The notices of the clock on the desks: which cases of mine are about to be late or are, until I have taken note."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from feedback import clock
from feedback.rules import deadline, instruction
from feedback.rules.city import City
from feedback.store import instructions, reminders
from feedback.store.queues import Queue
from feedback.web import case_view, doors, reading
from feedback.web.doors import door


async def shown(request: Request) -> list[dict[str, Any]]:
    """This person's notices with the light and the words of now, the most urgent first."""
    hall, now = doors.hall(request), clock.now()
    who = doors.actor(request)
    whose = instructions.Scope(who.bureau, who.person_id)
    orders = [_order(row, now) for row in await instructions.unseen(hall.database, whose)]
    return orders + [_shown(hall.city, row, now) for row in await reminders.unseen(hall.database, who)]


def _order(row: Any, now: datetime) -> dict[str, Any]:
    return {
        "address": f"/instructions/{row['id']}",
        "number": "",
        "title": f"督办：{row['text'][:40]}",
        "bureau": None,
        "at": row["at"],
        "light": instruction.light(now, due_at=row["due_at"], warn_at=row["warn_at"], done=False),
        "remaining": instruction.remaining(now, row["due_at"]),
    }


def _shown(city: City, row: Any, now: datetime) -> dict[str, Any]:
    limit = city.term_in(row["limit_version"], row["limit_code"]).limit
    return {
        "address": f"/desk/{row['number']}",
        "number": row["number"],
        "title": row["title"] or ("保密件" if row["protected"] else row["number"]),
        "bureau": case_view.bureau(city, row["bureau"]),
        "at": row["at"],
        "light": deadline.light(now, due_at=row["due_at"], warn_at=row["warn_at"]),
        "remaining": deadline.remaining(now, row["due_at"], limit, city.calendar),
    }


async def take_note(request: Request) -> Response:
    """Everything shown has been seen; back to where the person was."""
    given = await reading.posted(request)
    person = request.state.person
    database, now = doors.hall(request).database, clock.now()
    await reminders.seen(database, person.id, now=now)
    await instructions.seen(database, person.id, now=now)
    queue = given.get("queue", "")
    tail = f"?{urlencode({'queue': queue})}" if queue in list(Queue) else ""
    return RedirectResponse("/supervise" if given.get("back") == "supervise" else f"/desk{tail}", 303)


ROUTES = [door("/reminders", take_note, enter=doors.CASEWORK, methods=("POST",), name="reminders")]
