"""The supervisor's page: what is late or about to be, what waits for a decision, what was ordered and not yet done."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from feedback import clock
from feedback.actions import instructing
from feedback.actions.hall import Hall
from feedback.rules import deadline, figure, metric
from feedback.rules.figure import Period
from feedback.rules.instruction import State
from feedback.rules.permission import Role
from feedback.store import extensions, instructions, oversight, queues, stages, statistics
from feedback.store.cohort import By
from feedback.store.queues import Queue
from feedback.web import case_view, desk, doors, figure_view, reminding, templating
from feedback.web import instructions as ledger
from feedback.web.doors import door

SHOWN = 15
"""Cases of a queue on this page; the rest are one click away."""


async def home(request: Request) -> Response:
    """Everything a supervisor decides or watches, on one page. Steps are taken through the case (casework.py)."""
    hall, who, now = doors.hall(request), doors.actor(request), clock.now()
    asked, whose = request.query_params, instructing.scope(who)
    return templating.page(
        request,
        "supervise/home.html",
        counts=await queues.counts(hall.database, who, now),
        overdue=await _rows(request, Queue.OVERDUE),
        due_soon=await _rows(request, Queue.DUE_SOON),
        suspended=await _suspended(request),
        extensions=[_asked(hall, one) for one in await extensions.undecided(hall.database, who.person_id)],
        reworks=[_waiting(hall, one) for one in await oversight.rework_asked(hall.database, who.person_id)],
        orders=[ledger.shown(hall, one, now) for one in await instructions.page(hall.database, State.OPEN, whose, limit=SHOWN)],
        order_counts=await instructions.counts(hall.database, whose),
        decides=who.role is Role.SUPERVISOR,
        done=desk.DONE.get(asked.get("done", ""), ""),
        about=asked.get("about", "")[:40],
        most=queues.MOST,
        bureaus=await _bureaus(request),
        say=figure_view,
        reminders=await reminding.shown(request),
    )


async def _bureaus(request: Request) -> list[dict[str, Any]]:
    """How each bureau kept the stages before the answer in the last 30 days: the one that misses most first."""
    hall, now = doors.hall(request), clock.now()
    period = Period(*metric.default_period(clock.local(now).date()))
    counted = await statistics.tally(hall.database, period, By.BUREAU, now=now)
    rows = [{"key": key, "name": hall.city.bureau_name(key), **figure.row(each)} for key, each in counted.rows.items() if key]
    found = [row for row in rows if row["accept_n"] or row["contact_n"]]
    return sorted(found, key=lambda row: (_least(row), row["key"]))[:SHOWN]


def _least(row: dict[str, Any]) -> float:
    return min(1.0 if row[name] is None else row[name] for name in ("accept_on_time_rate", "contact_on_time_rate"))


async def _rows(request: Request, queue: Queue) -> list[dict[str, Any]]:
    hall, who, now = doors.hall(request), doors.actor(request), clock.now()
    found, _ = await queues.page(hall.database, who, queue, None, "", now=now, limit=SHOWN)
    owed = await stages.running(hall.database, [case.id for case in found])
    return [case_view.row(hall, case, now, owed=owed.get(case.id, ())) for case in found]


async def _suspended(request: Request) -> list[dict[str, Any]]:
    """挂账 cases with the measure, the date and the person that were named."""
    hall, who, now = doors.hall(request), doors.actor(request), clock.now()
    found, _ = await queues.page(hall.database, who, Queue.SUSPENDED, None, "", now=now, limit=SHOWN)
    said = await oversight.last_words(hall.database, [case.id for case in found], "suspend")
    return [{**case_view.row(hall, case, now), "said": said.get(case.id, {})} for case in found]


def _asked(hall: Hall, found: Any) -> dict[str, Any]:
    """An extension to decide, its days in what the limit of the case counts."""
    limit = hall.city.term_in(found["limit_version"], found["limit_code"]).limit
    return {**_waiting(hall, found), "unit": deadline.extension_unit(limit)}


def _waiting(hall: Hall, found: Any) -> dict[str, Any]:
    """A row of the database with its bureau by name."""
    return {**dict(found._mapping), "bureau": case_view.bureau(hall.city, found["bureau"])}


ROUTES = [door("/supervise", home, enter=doors.SUPERVISE, name="supervise")]
