"""The cases received in a period, with what every figure asks of one of them: was it answered, when, was that in time.

Counting them is `statistics`, listing the very cases `drilldown`; both read the same conditions from here."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from feedback.rules import status
from feedback.rules.figure import Period
from feedback.rules.status import Status


class By(StrEnum):
    """What a table of figures has one row for."""

    BUREAU = "bureau"
    DISTRICT = "district"
    CATEGORY = "category"
    KIND = "kind"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


_LOCAL = "received_at AT TIME ZONE 'Asia/Shanghai'"
KEYS = {
    By.BUREAU: "bureau",
    By.DISTRICT: "district",
    By.CATEGORY: "category",
    By.KIND: "kind",
    By.DAY: f"to_char({_LOCAL}, 'YYYY-MM-DD')",
    By.WEEK: f"to_char(date_trunc('week', {_LOCAL}), 'YYYY-MM-DD')",
    By.MONTH: f"to_char({_LOCAL}, 'YYYY-MM')",
}
"""A week is named by its Monday."""

TELLING = frozenset({By.BUREAU, By.DISTRICT, By.CATEGORY})
"""What would tell whom a protected case is about: such cases are in no row and pass no filter of these (SETTLED 4)."""


@dataclass(frozen=True, slots=True)
class Narrow:
    """Only the cases that agree with everything given here; codes, not names."""

    kind: str | None = None
    category: str | None = None
    district: str | None = None
    bureau: str | None = None
    former_bureaus: tuple[str, ...] = ()
    """Merged into `bureau` since: their cases are meant too."""
    former_categories: tuple[str, ...] = ()


def _among(*statuses: Status) -> str:
    return f"status IN ({', '.join(repr(each.value) for each in statuses)})"


_COLUMNS = f"""
    cases.*,
    {_among(*status.OPEN)} AS is_open,
    {_among(Status.REPLIED, *status.FINAL)} AS is_closed,
    CASE WHEN {_among(Status.REPLIED, Status.CLOSED)} THEN answered_at
         WHEN {_among(Status.DECLINED, Status.DIVERTED, Status.TERMINATED)} THEN closed_at END AS ended,
    CASE status WHEN 'withdrawn' THEN closed_at
         WHEN 'joined' THEN (SELECT max(at) FROM events WHERE case_id = cases.id AND step = 'join') END AS gone,
    round > 1 AND EXISTS (SELECT FROM past_rounds AS past WHERE past.case_id = cases.id
         AND coalesce(past.answered_at >= past.due_at, past.breached_at IS NOT NULL)) AS late_before,
    round > 1 AND EXISTS (SELECT FROM past_rounds AS past WHERE past.case_id = cases.id
         AND coalesce(past.answered_at >= coalesce(past.base_due_at, past.due_at), past.breached_at IS NOT NULL))
         AS late_before_unextended"""
"""`ended`: when an answer ended the wait; `gone`: when the citizen or a joining ended it without one. A round that is over is judged
as it was while it ran: by its due time with the extension it was given, also one that was granted after the old due time."""

_JUDGED = """
    *,
    coalesce(ended >= due_at, due_at <= coalesce(paused_at, gone, :now), false) AS is_late,
    coalesce(ended >= coalesce(base_due_at, due_at), coalesce(base_due_at, due_at) <= coalesce(paused_at, gone, :now), false)
        AS is_late_unextended,
    NOT historical AND due_at IS NOT NULL AS has_limit"""
"""A case that waits for its citizen is judged at the moment the pause began: its due time moves when it ends."""


def query(narrow: Narrow, *, bureau: bool = True) -> str:
    """A WITH clause: `judged`, the cohort of :begin to :end as of :now. Without `bureau` that filter is left to the caller."""
    wanted = [name for name in ("kind", "category", "district") if getattr(narrow, name) is not None]
    if narrow.bureau is not None and bureau:
        wanted.append("bureau")
    conditions = [own(name) if name in _SEVERAL else f"{name} = :{name}" for name in wanted]
    if narrow.category is not None or narrow.district is not None or narrow.bureau is not None:
        conditions.append("NOT protected")
    where = "".join(f" AND {condition}" for condition in conditions)
    return f"""WITH cohort AS NOT MATERIALIZED (
            SELECT {_COLUMNS} FROM cases WHERE received_at >= :begin AND received_at < :end{where}),
        judged AS NOT MATERIALIZED (SELECT {_JUDGED} FROM cohort)"""


_SEVERAL = ("category", "bureau")


def own(name: str, column: str = "") -> str:
    """The condition that `column`, by default the one called so, is the category or bureau asked for or was merged into it."""
    return f"{column or name} = ANY(CAST(:{name} AS text[]))"


def values(period: Period, narrow: Narrow, *, now: datetime) -> dict[str, Any]:
    """The parameters of `query`."""
    given: dict[str, Any] = {name: getattr(narrow, name) for name in ("kind", "district")}
    given["category"] = [narrow.category, *narrow.former_categories] if narrow.category is not None else None
    given["bureau"] = [narrow.bureau, *narrow.former_bureaus] if narrow.bureau is not None else None
    return {
        "begin": period.begin, "end": period.end, "now": now,
        **{name: value for name, value in given.items() if value is not None},
    }  # fmt: skip


COUNTED = {
    "received": "true",
    "open": "is_open",
    "overdue": "is_open AND is_late",
    "suspended": "status = 'suspended'",
    "closed": "is_closed",
    "on_time": "has_limit AND ended IS NOT NULL AND NOT is_late AND NOT late_before",
    "late": "has_limit AND (is_late OR late_before)",
    "on_time_n": "has_limit AND (ended IS NOT NULL OR is_late OR late_before)",
    "on_time_unextended": "has_limit AND ended IS NOT NULL AND NOT is_late_unextended AND NOT late_before_unextended",
    "on_time_unextended_n": "has_limit AND (ended IS NOT NULL OR is_late_unextended OR late_before_unextended)",
    "rated": "solved IS NOT NULL",
    "solved": "solved",
    "unsolved": "NOT solved",
    "satisfied": "solved IS NOT NULL AND satisfaction >= 3",
    "solved_on_time": "solved AND has_limit AND NOT is_late AND NOT late_before",
    "solved_on_time_n": "solved IS NOT NULL AND has_limit",
    "answered": "NOT historical AND answer_seq IS NOT NULL",
    "reworked": "NOT historical AND answer_seq IS NOT NULL AND round > 1",
}
"""Figures that are a number of cases, and which cases of the cohort they are."""


def members(figures: Iterable[str]) -> str:
    """The SELECT list that counts these figures."""
    return ", ".join(f"count(*) FILTER (WHERE {COUNTED[name]}) AS {name}" for name in figures)


LEADS = {
    "accepted_on_time": "held.accepted_at IS NOT NULL AND held.accept_breached_at IS NULL",
    "accept_missed": "held.accept_breached_at IS NOT NULL OR held.accepted_at IS NULL AND held.until_at IS NULL"
    " AND held.accept_due_at <= :now AND status = 'assigned'",
    "contacted_on_time": "held.contacted_at IS NOT NULL AND held.contact_breached_at IS NULL",
    "contact_missed": "held.contact_breached_at IS NOT NULL OR held.contacted_at IS NULL AND held.until_at IS NULL"
    " AND held.contact_due_at <= :now AND status IN ('assigned','working','suspended','in_review')",
}
"""Which lead assignments (`held`) of a case kept, or missed, a stage that has a limit; one whose end the clock has not yet
looked at counts as the clock will record it."""


def lead(figure: str) -> str:
    """The condition of a figure of LEADS, with the limit it needs."""
    stage = "accept" if figure.startswith("accept") else "contact"
    return f"held.{stage}_due_at IS NOT NULL AND ({LEADS[figure]})"
