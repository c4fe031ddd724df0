"""Counts the cases of a period for the figures: one SQL per question. What is made of the counts is `rules/figure`."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from databases import Database

from feedback.rules.figure import Period, Tally, total
from feedback.rules.metric import Bar
from feedback.store import cohort
from feedback.store.cohort import By, Narrow

_COUNTS = (
    "received", "open", "overdue", "suspended", "closed", "on_time", "on_time_n", "on_time_unextended", "on_time_unextended_n", "rated", "solved", "satisfied",
    "solved_on_time", "solved_on_time_n", "answered", "reworked",
)  # fmt: skip
_STAGES = ("accepted_on_time", "accept_n", "contacted_on_time", "contact_n")


@dataclass(frozen=True, slots=True)
class Table:
    """One tally a key, in the order of the keys (None: no bureau, district or category yet), and that of all cases.

    Protected cases are in the total; in the rows only when these are kinds or times (SETTLED 4)."""

    rows: Mapping[str | None, Tally]
    total: Tally


async def tally(database: Database, period: Period, by: By, *, narrow: Narrow | None = None, now: datetime) -> Table:
    """Everything counted of the cases received in the period, as they stand at `now`."""
    asked = _Question(database, period, by, narrow or Narrow(), now)
    groups: defaultdict[tuple[str | None, bool], Tally] = defaultdict(Tally)
    for row in await asked.counts():
        groups[row["key"], row["hidden"]].counts.update({name: row[name] for name in _COUNTS})
    for row in await asked.hours("first_response_at"):
        groups[row["key"], row["hidden"]].first_response.append(_bar(row))
    for row in await asked.hours("NULL"):
        groups[row["key"], row["hidden"]].resolution.append(_bar(row))
    whole = total(groups.values())
    for row in await asked.dispatches():
        own = whole if row["everything"] else groups[row["key"], row["hidden"]]
        own.counts.update({name: row[name] for name in ("dispatched", "returned", "returned_wrongly", "dispatched_first", "moved")})
    for row in await asked.stages():
        own = whole if row["everything"] else groups[row["key"], row["hidden"]]
        own.counts.update({name: row[name] for name in _STAGES})
    shown = {key: each for (key, hidden), each in groups.items() if not hidden}
    return Table(dict(sorted(shown.items(), key=lambda pair: (pair[0] is None, pair[0] or ""))), whole)


def folded(table: Table, now: Callable[[str], str]) -> Table:
    """The rows of what is one now added up: `now` says what each key belongs to today."""
    groups: dict[str | None, list[Tally]] = {}
    for key, each in table.rows.items():
        groups.setdefault(now(key) if key is not None else None, []).append(each)
    order = sorted(groups, key=lambda key: (key is None, key or ""))
    return Table({key: total(groups[key]) for key in order}, table.total)


def _bar(row: Any) -> Bar:
    return Bar(row["hour"], row["answered"], row["censored"])


@dataclass(frozen=True, slots=True)
class _Question:
    database: Database
    period: Period
    by: By
    narrow: Narrow
    now: datetime

    @property
    def _hidden(self) -> str:
        return "protected" if self.by in cohort.TELLING else "(protected AND false)"

    async def _ask(self, select: str, *, bureau: bool = True) -> list[Any]:
        values = cohort.values(self.period, self.narrow, now=self.now)
        return await self.database.fetch_all(f"{cohort.query(self.narrow, bureau=bureau)} {select}", values)

    async def counts(self) -> list[Any]:
        """How many cases of each figure."""
        return await self._ask(
            f"""SELECT {cohort.KEYS[self.by]} AS key, {self._hidden} AS hidden, {cohort.members(_COUNTS)}
            FROM judged GROUP BY 1, 2"""
        )

    async def hours(self, answered_at: str) -> list[Any]:
        """A histogram of whole hours, rounded up (metric.hour_of): answered, or left sight unanswered, in that hour.

        A final exit counts as an answer to whatever was waited for."""
        ended = f"coalesce({answered_at}, ended)"
        seconds = f"extract(epoch FROM coalesce({ended}, gone, :now) - received_at)"
        return await self._ask(
            f"""SELECT {cohort.KEYS[self.by]} AS key, {self._hidden} AS hidden,
                CAST(greatest(ceil({seconds} / 3600), 0) AS integer) AS hour,
                count(*) FILTER (WHERE {ended} IS NOT NULL) AS answered,
                count(*) FILTER (WHERE {ended} IS NULL) AS censored
            FROM judged GROUP BY 1, 2, 3"""
        )

    async def dispatches(self) -> list[Any]:
        """Who was given the cases first, who returned them, which had to move. A bureau answers for its own assignments,
        wherever the case is now; historical cases were never dispatched by this city, and what a bureau has from one that
        was merged into it was dispatched to that one."""
        key = "assignments.bureau" if self.by is By.BUREAU else cohort.KEYS[self.by]
        own = f" WHERE {cohort.own('bureau')}" if self.narrow.bureau is not None else ""
        return await self._ask(
            f""", leads AS (
                SELECT case_id, assignments.bureau, {key} AS key, {self._hidden} AS hidden,
                    bool_or(ended_by = 'return') AS returned, bool_or(return_rejected) AS returned_wrongly,
                    rank() OVER (PARTITION BY case_id ORDER BY min(from_at), min(assignments.id)) AS position,
                    count(*) OVER (PARTITION BY case_id) AS bureaus
                FROM assignments JOIN judged ON judged.id = case_id
                WHERE assignments.role = 'lead' AND NOT historical AND NOT EXISTS (SELECT FROM assignments AS before
                    WHERE before.case_id = assignments.case_id AND before.role = 'lead'
                        AND before.ended_by = 'reorganise' AND before.until_at = assignments.from_at)
                GROUP BY 1, 2, 3, 4
            )
            SELECT key, hidden, grouping(key) > 0 AS everything,
                count(DISTINCT case_id) AS dispatched,
                count(DISTINCT case_id) FILTER (WHERE returned) AS returned,
                count(DISTINCT case_id) FILTER (WHERE returned_wrongly) AS returned_wrongly,
                count(*) FILTER (WHERE position = 1) AS dispatched_first,
                count(*) FILTER (WHERE position = 1 AND bureaus > 1) AS moved
            FROM leads{own} GROUP BY GROUPING SETS ((key, hidden), ())""",
            bureau=False,
        )

    async def stages(self) -> list[Any]:
        """How many dispatches to a lead bureau were signed for, and answered with a first word, in time; of how many."""
        key = "held.bureau" if self.by is By.BUREAU else cohort.KEYS[self.by]
        own = f" AND {cohort.own('bureau', 'held.bureau')}" if self.narrow.bureau is not None else ""
        return await self._ask(
            f"""SELECT {key} AS key, {self._hidden} AS hidden, grouping({key}) > 0 AS everything,
                count(*) FILTER (WHERE {cohort.lead("accepted_on_time")}) AS accepted_on_time,
                count(*) FILTER (WHERE {cohort.lead("accepted_on_time")} OR {cohort.lead("accept_missed")}) AS accept_n,
                count(*) FILTER (WHERE {cohort.lead("contacted_on_time")}) AS contacted_on_time,
                count(*) FILTER (WHERE {cohort.lead("contacted_on_time")} OR {cohort.lead("contact_missed")}) AS contact_n
            FROM assignments AS held JOIN judged ON judged.id = held.case_id
            WHERE held.role = 'lead' AND NOT historical{own} GROUP BY GROUPING SETS (({key}, {self._hidden}), ())""",
            bureau=False,
        )
