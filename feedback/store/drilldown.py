"""The very cases behind a figure, and what in a period asks for attention. Protected cases are never listed (SETTLED 4)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from databases import Database

from feedback.rules import status
from feedback.rules.figure import Period
from feedback.rules.status import Status
from feedback.store import cohort, recusals
from feedback.store.cohort import Narrow

PAGE = 50
AHEAD = 14
"""Days to look ahead for days on which many cases are due."""

_LED = "SELECT FROM assignments AS held WHERE held.case_id = judged.id AND held.role = 'lead' AND NOT judged.historical"
_OF_DISPATCH = {
    "dispatched": f"EXISTS ({_LED}{{own}})",
    "returned": f"EXISTS ({_LED}{{own}} AND held.ended_by = 'return')",
    "returned_wrongly": f"EXISTS ({_LED}{{own}} AND held.return_rejected)",
}
_OF_DISPATCH |= {name: f"EXISTS ({_LED}{{own}} AND {cohort.lead(name)})" for name in cohort.LEADS}
FIGURES = frozenset(cohort.COUNTED) | frozenset(_OF_DISPATCH)
"""Figures whose cases can be listed."""

_OPEN = ", ".join(repr(each.value) for each in status.OPEN if each is not Status.SUBMITTED)
"""As in the partial indexes: no case is ever kept as merely submitted."""
_EVER = Period(date(1980, 1, 1), date(2200, 1, 1))


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last case of a page: the next page begins after it."""

    received_at: datetime
    id: int


async def members(
    database: Database, period: Period, figure: str, *, narrow: Narrow, person: int | None, now: datetime,
    due: date | None = None, after: Cursor | None = None, limit: int = PAGE,
) -> list[Any]:  # fmt: skip
    """The cases of a figure, newest first, `limit` at a time; with `due` those whose last day that is. None that this person has
    recused themself from: the figure counts it, its words are not theirs to read.

    Raises KeyError for a figure that lists none."""
    values = cohort.values(period, narrow, now=now) | {"limit": limit, "person": person}
    condition = _condition(figure, narrow)
    if due is not None:
        condition += " AND due_at > :due_after AND due_at <= :due_until"
        values |= {"due_after": Period(due, due).begin, "due_until": Period(due, due).end}
    if after is not None:
        condition += " AND (received_at, id) < (:after_at, :after_id)"
        values |= {"after_at": after.received_at, "after_id": after.id}
    return await database.fetch_all(
        f"""{cohort.query(narrow, bureau=figure not in _OF_DISPATCH)}
        SELECT id, number, title, status, kind, category, district, bureau, received_at, due_at, warn_at, ended, gone,
            is_open, is_late, late_before, round, solved, historical
        FROM judged WHERE NOT protected AND {condition} AND id NOT IN {recusals.OF_PERSON}
        ORDER BY received_at DESC, id DESC LIMIT :limit""",
        values,
    )


def _condition(figure: str, narrow: Narrow) -> str:
    """A bureau answers for its own assignments (statistics), so there the filter is on them."""
    if figure in _OF_DISPATCH:
        own = f" AND {cohort.own('bureau', 'held.bureau')}" if narrow.bureau is not None else ""
        return _OF_DISPATCH[figure].format(own=own)
    return f"({cohort.COUNTED[figure]})"


async def places(database: Database, period: Period, *, narrow: Narrow, now: datetime) -> list[Any]:
    """How many cases of each category in each district, of those with both."""
    return await database.fetch_all(
        f"""{cohort.query(narrow)} SELECT category, district, count(*) AS n FROM judged
        WHERE NOT protected AND category IS NOT NULL AND district IS NOT NULL GROUP BY 1, 2""",
        cohort.values(period, narrow, now=now),
    )


async def busiest_days(database: Database, *, now: datetime, limit: int = 3) -> list[Any]:
    """The coming last days with the most open cases due, with the bureau that has most of them and how many."""
    return await database.fetch_all(
        f"""WITH due AS (
            SELECT CAST((due_at - interval '1 microsecond') AT TIME ZONE 'Asia/Shanghai' AS date) AS day, bureau, count(*) AS n
            FROM cases WHERE status IN ({_OPEN}) AND NOT protected AND NOT historical
                AND due_at > :now AND due_at <= CAST(:now AS timestamptz) + make_interval(days => {AHEAD})
            GROUP BY 1, 2)
        SELECT day, CAST(sum(n) AS integer) AS n, (array_agg(bureau ORDER BY n DESC, bureau))[1] AS bureau, max(n) AS most
        FROM due GROUP BY day ORDER BY 2 DESC, day LIMIT :limit""",
        {"now": now, "limit": limit},
    )


async def most_overdue(database: Database, *, now: datetime, limit: int = 3) -> list[Any]:
    """The bureaus with the most overdue cases now, and the oldest due time among them; None: not dispatched."""
    return await database.fetch_all(
        f"""SELECT bureau, count(*) AS n, min(due_at) AS oldest, min(received_at) AS first FROM cases
        WHERE status IN ({_OPEN}) AND NOT protected AND due_at <= coalesce(paused_at, :now)
        GROUP BY bureau ORDER BY 2 DESC, 3 LIMIT :limit""",
        {"now": now, "limit": limit},
    )


async def reopened_again(database: Database, *, person: int | None, limit: int = 3) -> list[Any]:
    """Open cases in their third round or later, the most often reopened first; none that this person has recused themself from."""
    return await database.fetch_all(
        f"""SELECT number, title, bureau, round FROM cases
        WHERE status IN ({_OPEN}) AND NOT protected AND round >= 3 AND id NOT IN {recusals.OF_PERSON}
        ORDER BY round DESC, id LIMIT :limit""",
        {"limit": limit, "person": person},
    )


async def extending(database: Database, period: Period, *, limit: int = 3) -> list[Any]:
    """Bureaus that asked for extensions in the period: how many, and how many of them on the last day before the due time."""
    return await database.fetch_all(
        """SELECT cases.bureau, count(*) AS n, count(*) FILTER (WHERE asked_at >= cases.warn_at) AS late
        FROM extensions JOIN cases ON cases.id = case_id
        WHERE asked_at >= :begin AND asked_at < :end AND NOT protected AND bureau IS NOT NULL
        GROUP BY 1 HAVING count(*) >= 3 ORDER BY 2 DESC, 1 LIMIT :limit""",
        {"begin": period.begin, "end": period.end, "limit": limit},
    )


async def standing(database: Database, *, narrow: Narrow, now: datetime) -> Any:
    """How many cases are open now whenever they were received: open, overdue, suspended, and soon due (warned, not late)."""
    return await database.fetch_one(
        f"""{cohort.query(narrow)} SELECT count(*) AS open, count(*) FILTER (WHERE is_late) AS overdue,
            count(*) FILTER (WHERE status = 'suspended') AS suspended,
            count(*) FILTER (WHERE warn_at <= :now AND NOT is_late AND paused_at IS NULL) AS soon
        FROM judged WHERE status IN ({_OPEN})""",
        cohort.values(_EVER, narrow, now=now),
    )


async def first_day(database: Database) -> date | None:
    """The day the oldest case was received; None when there is no case."""
    return await database.fetch_val("SELECT CAST(min(received_at) AT TIME ZONE 'Asia/Shanghai' AS date) FROM cases")
