"""Time limits as such: how they are written, which one applies to a case, how far one may be extended.

Turning a limit into a due time is `deadline`; the shipped amounts are data.
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

URGENT = "JJ"
XINFANG = "XF"
CODE_OF_KIND = {
    "enquiry": "ZX", "help": "QZ", "complaint": "TS", "report": "JB", "suggestion": "JY", "praise": "GX",
}  # fmt: skip
EXTENSION_CAP = 10
"""Working days that an extension may give at most (山东 2020)."""
XINFANG_EXTENSION = 30
"""Calendar days, once (《信访工作条例》第34条)."""
MOST = 1000


class Unit(StrEnum):
    """What a limit counts."""

    WORKING_DAYS = "wd"
    CALENDAR_DAYS = "cd"
    HOURS = "h"
    MINUTES = "m"

    @property
    def chinese(self) -> str:
        """The measure word that follows the amount."""
        return {
            Unit.WORKING_DAYS: "个工作日", Unit.CALENDAR_DAYS: "天", Unit.HOURS: "小时", Unit.MINUTES: "分钟",
        }[self]  # fmt: skip


class Regime(StrEnum):
    """The body of rules a case runs under: the hotline's, or 《信访工作条例》 with its calendar days."""

    HOTLINE = "hotline"
    XINFANG = "xinfang"
    URGENT = "urgent"
    """Of limits only: a case is urgent beside its regime."""


class Stage(StrEnum):
    """What must be done within a limit. The first four are counted from the dispatch to a bureau, the others from the
    beginning of a round."""

    ACCEPT = "accept"
    CONTACT = "contact"
    RETURN = "return"
    CONTRIBUTE = "contribute"
    REPLY = "reply"
    REWORK = "rework"
    PAUSE = "pause"
    """Nothing to be done: how long the clock may wait for the citizen in one round, all questions together."""


OF_LEAD = (Stage.ACCEPT, Stage.CONTACT)
"""What the bureau that leads does before it answers, each by a time of its own."""
OF_SUPPORT = (Stage.CONTRIBUTE,)
"""What a bureau that supports owes the lead, whatever the lead and the citizen do meanwhile."""


@dataclass(frozen=True, slots=True)
class Limit:
    """An amount of working days, calendar days, hours or minutes: 1 to 1000. Raises ValueError otherwise."""

    amount: int
    unit: Unit

    def __post_init__(self) -> None:
        if not 1 <= self.amount <= MOST:
            raise ValueError(f"时限必须在 1 到 {MOST} 之间：{self.amount}")

    def __str__(self) -> str:
        return f"{self.amount}{self.unit}"

    @property
    def span(self) -> timedelta | None:
        """How long it is by the clock, day and night; None for one that is counted in days."""
        if self.unit is Unit.HOURS:
            return timedelta(hours=self.amount)
        return timedelta(minutes=self.amount) if self.unit is Unit.MINUTES else None

    def text(self) -> str:
        """The limit in Chinese, such as 5 个工作日."""
        return f"{self.amount} {self.unit.chinese}"


PAUSE_CAP = Limit(5, Unit.WORKING_DAYS)
"""How long the pauses of one round may last together in a city whose table of limits does not say."""


def parse(text: str) -> Limit:
    """The limit written as 5wd, 60cd, 24h or 30m. Raises ValueError, in Chinese, for anything else."""
    found = re.fullmatch(r"([1-9][0-9]{0,3})(wd|cd|h|m)", text)
    if not found:
        raise ValueError(f"时限写法不对：{text!r}。请写成 5wd（工作日）、60cd（自然日）、24h（小时）或 30m（分钟）")
    return Limit(int(found[1]), Unit(found[2]))


def extension_cap(limit: Limit) -> int:
    """The most days one extension may give: 10 working days or 30 calendar days, never more than the limit itself; 0: none.

    One in hours or minutes may be doubled in whole days.
    """
    if limit.unit is Unit.CALENDAR_DAYS:
        return min(XINFANG_EXTENSION, limit.amount)
    return min(EXTENSION_CAP, limit.amount if limit.span is None else limit.span // timedelta(days=1))


def extension_unit(limit: Limit) -> str:
    """What the days of an extension are: working days for a limit in those, else days as they come."""
    return limit.unit.chinese if limit.unit is Unit.WORKING_DAYS else Unit.CALENDAR_DAYS.chinese


def choose(
    *,
    urgent: bool,
    kind: str,
    category_limit: str | None = None,
    category_kind: str | None = None,
    regime: Regime = Regime.HOTLINE,
) -> str:
    """The code of the limit that applies to a case.

    Urgent comes first, then 信访, then the category's own when the kind is its default kind, then the kind's.
    Raises ValueError when the kind is unknown.
    """
    if kind not in CODE_OF_KIND:
        raise ValueError(f"没有这种诉求类型：{kind}")
    if urgent:
        return URGENT
    if regime == Regime.XINFANG:
        return XINFANG
    return category_limit if category_limit and kind == category_kind else CODE_OF_KIND[kind]
