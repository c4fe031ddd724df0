"""From what was counted to the figures of one row: a period, a tally, a row. What each figure means is `metric`."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from feedback.rules import metric
from feedback.rules.deadline import CITY_TIME
from feedback.rules.metric import Bar

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """Days of receipt by the city's calendar, both ends included. Raises ValueError when it ends before it begins."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError("开始日期不能晚于结束日期")

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    @property
    def begin(self) -> datetime:
        """Its first moment."""
        return datetime.combine(self.first, time(), CITY_TIME)

    @property
    def end(self) -> datetime:
        """The first moment after it."""
        return datetime.combine(self.last + _DAY, time(), CITY_TIME)

    def before(self) -> "Period":
        """As many days right before it. Raises OverflowError at the beginning of the calendar."""
        last = self.first - _DAY
        return Period(last - _DAY * (self.days - 1), last)

    def year_before(self) -> "Period":
        """The same days one year earlier; 29 February becomes 28."""
        return Period(_year_earlier(self.first), _year_earlier(self.last))


def _year_earlier(day: date) -> date:
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)


@dataclass(slots=True)
class Tally:
    """What was counted of one set of cases. Sets that do not overlap may be added."""

    counts: Counter[str] = field(default_factory=Counter)
    first_response: list[Bar] = field(default_factory=list)
    resolution: list[Bar] = field(default_factory=list)


def total(tallies: Iterable[Tally]) -> Tally:
    """The tally of all of them together."""
    whole = Tally()
    for each in tallies:
        whole.counts.update(each.counts)
        whole.first_response += each.first_response
        whole.resolution += each.resolution
    return whole


def row(tally: Tally) -> dict[str, Any]:
    """Every figure of API.md's `statistics`, its denominators, and `…_at_least` where a share was not reached."""
    count = tally.counts
    return {
        **{name: count[name] for name in ("received", "open", "overdue", "suspended", "closed")},
        **_quantile("first_response_median_hours", tally.first_response, 0.5),
        **_quantile("resolution_median_hours", tally.resolution, 0.5),
        **_quantile("resolution_p90_hours", tally.resolution, 0.9),
        "on_time_rate": metric.rate(count["on_time"], count["on_time_n"]),
        "on_time_rate_without_extension": metric.rate(count["on_time_unextended"], count["on_time_unextended_n"]),
        "confirmed_solved_rate": metric.rate(count["solved"], count["rated"]),
        "solved_on_time_rate": metric.rate(count["solved_on_time"], count["solved_on_time_n"]),
        "satisfaction_rate": metric.rate(count["satisfied"], count["rated"]),
        "rated": count["rated"],
        "first_dispatch_accuracy": _inverse(count["moved"], count["dispatched_first"]),
        "return_rate": metric.rate(count["returned"], count["dispatched"]),
        "wrongful_return_rate": metric.rate(count["returned_wrongly"], count["returned"]),
        "accept_on_time_rate": metric.rate(count["accepted_on_time"], count["accept_n"]),
        "contact_on_time_rate": metric.rate(count["contacted_on_time"], count["contact_n"]),
        "rework_rate": metric.rate(count["reworked"], count["answered"]),
        **{name: count[name] for name in ("on_time_n", "solved_on_time_n", "answered", "dispatched", "returned", "accept_n", "contact_n")},
        "n": count["received"],
    }


def _quantile(name: str, bars: list[Bar], q: float) -> dict[str, int | None]:
    found = metric.quantile(bars, q)
    more = {f"{name}_at_least": found.at_least} if found.at_least is not None else {}
    return {name: found.hours, **more}


def _inverse(part: int, whole: int) -> float | None:
    share = metric.rate(part, whole)
    return None if share is None else 1 - share


def days(hours: int) -> float:
    """Whole hours as days with one decimal. Hours were rounded up, so a tie goes down: 270 hours are 11.2 days."""
    return -(-(hours * 10 - 12) // 24) / 10
