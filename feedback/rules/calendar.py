"""Which days are working days, and why: national holidays and exchanged weekends under the city's own days.

The days themselves are data; reading them from files or tables, and counting time limits, live elsewhere.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType
from typing import Any

FIRST = date(2000, 1, 1)
LAST = date(2099, 12, 31)
_FLAGS = {"0": False, "1": True, False: False, True: True}


@dataclass(frozen=True, slots=True)
class Day:
    """A day that the rule "Monday to Friday" does not settle, or that has a name worth telling."""

    day: date
    working: bool
    name: str
    provisional: bool = False
    """Worked out from the rule; the notice of that year is not known."""
    source: str = "default"
    """seen, memory or default: how sure we are (data/README.md)."""
    local: bool = False
    """Set by the city or its region, not by the State Council."""


@dataclass(frozen=True, slots=True, eq=False)
class Calendar:
    """Working days from 2000 to 2099. Days beyond `announced_until` follow the rule and are provisional."""

    days: Mapping[date, Day]
    announced_until: date
    _working: tuple[int, ...] = field(init=False, repr=False)
    _doubtful: tuple[int, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        days = MappingProxyType(dict(self.days))
        object.__setattr__(self, "days", days)
        object.__setattr__(self, "_working", _working_days(days))
        doubtful = sorted(day.toordinal() for day, known in days.items() if known.provisional)
        object.__setattr__(self, "_doubtful", tuple(doubtful))

    def is_working(self, day: date) -> bool:
        """True for a working day. Raises ValueError outside 2000–2099, as every question here does."""
        _check(day)
        known = self.days.get(day)
        return known.working if known else day.weekday() < 5

    def why(self, day: date) -> str:
        """Why the day counts or not, in Chinese, with 暂定 when its notice is not known."""
        _check(day)
        known = self.days.get(day)
        text = _reason(known) if known else ("工作日" if day.weekday() < 5 else "周末")
        return f"{text}（暂定）" if self.provisional(day) else text

    def provisional(self, day: date) -> bool:
        """True when a later notice may still change this day."""
        known = self.days.get(day)
        return day > self.announced_until or (known is not None and known.provisional)

    def provisional_between(self, first: date, last: date) -> bool:
        """True when any day from `first` to `last`, both included, is provisional."""
        at = bisect_left(self._doubtful, first.toordinal())
        row_inside = at < len(self._doubtful) and self._doubtful[at] <= last.toordinal()
        return row_inside or last > self.announced_until

    def working_after(self, day: date, count: int) -> date:
        """The `count`-th working day after `day`, which is not counted itself. ValueError past 2099."""
        _check(day)
        at = bisect_right(self._working, day.toordinal()) + count - 1
        if count < 1 or at >= len(self._working):
            raise ValueError(f"算不出 {day} 之后第 {count} 个工作日：日历只到 {LAST.year} 年")
        return date.fromordinal(self._working[at])

    def working_between(self, after: date, until: date) -> int:
        """How many working days lie after `after`, up to and including `until`; 0 when not later."""
        _check(after)
        _check(until)
        passed = bisect_right(self._working, after.toordinal())
        return max(0, bisect_right(self._working, until.toordinal()) - passed)


def read_rows(rows: Iterable[Mapping[str, Any]]) -> list[Day]:
    """Days from rows of date, working, name, provisional, source; flags as 0/1 text or booleans.

    Raises ValueError, naming the row, for one that cannot be read.
    """
    return [_read(row) for row in rows]


def from_rows(days: Iterable[Day]) -> Calendar:
    """A calendar of these days, announced to the end of the last year that has a settled one.

    Raises ValueError for a date outside 2000–2099 or given twice.
    """
    by_date: dict[date, Day] = {}
    for known in days:
        if _check(known.day) in by_date:
            raise ValueError(f"日历中 {known.day} 出现了两次")
        by_date[known.day] = known
    announced = [day.year for day, known in by_date.items() if not known.provisional]
    return Calendar(by_date, date(max(announced, default=FIRST.year - 1), 12, 31))


def combine(national: Calendar, city: Calendar) -> Calendar:
    """The national calendar with the city's days laid over it. Local days do not announce a new year."""
    local = {day: replace(known, local=True) for day, known in city.days.items()}
    return Calendar({**national.days, **local}, national.announced_until)


def _read(row: Mapping[str, Any]) -> Day:
    try:
        day, working, provisional = date.fromisoformat(row["date"]), row["working"], row["provisional"]
        return Day(day, _FLAGS[working], row["name"], _FLAGS[provisional], row["source"])
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"日历中有一行读不懂：{dict(row)}") from error


def _working_days(days: Mapping[date, Day]) -> tuple[int, ...]:
    # Ordinal 1 was a Monday, so ordinals 1–5 modulo 7 are Monday to Friday.
    ordinary = {n for n in range(FIRST.toordinal(), LAST.toordinal() + 1) if 1 <= n % 7 <= 5}
    ordinary -= {day.toordinal() for day, known in days.items() if not known.working}
    ordinary |= {day.toordinal() for day, known in days.items() if known.working}
    return tuple(sorted(ordinary))


def _reason(known: Day) -> str:
    if known.working:
        return f"调休上班（{known.name}）" if known.name else "调休上班"
    if known.local:
        return known.name or "本地放假"
    return f"法定节假日（{known.name}）"


def _check(day: date) -> date:
    if not FIRST <= day <= LAST:
        raise ValueError(f"日历只覆盖 {FIRST.year}—{LAST.year} 年，不含 {day}")
    return day
