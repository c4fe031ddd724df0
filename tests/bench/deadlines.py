"""One due time of 15 working days, against walking the days through the library of Chinese holidays in the same run."""

import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import chinese_calendar

from feedback.rules import deadline
from feedback.rules.deadline import Limit, Unit
from tests.rules.test_calendar import NATIONAL

DAYS, AT_ONCE, ROUNDS = 15, 500, 9
RECEIVED = datetime(2026, 9, 30, 16, tzinfo=deadline.CITY_TIME)


def walked(day: date) -> date:
    """The last of so many working days after a day, each day asked for."""
    left = DAYS
    while left:
        day += timedelta(1)
        left -= chinese_calendar.is_workday(day)
    return day


def _microseconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    for _ in range(AT_ONCE):
        work()
    return 1e6 * (time.perf_counter() - began) / AT_ONCE


def measure() -> dict[str, Any]:
    """Microseconds of each (the best of some rounds, taken in turn) and how many times longer the walk takes."""
    limit = Limit(DAYS, Unit.WORKING_DAYS)
    rounds = [
        (
            _microseconds(lambda: deadline.due(RECEIVED, limit, NATIONAL)),
            _microseconds(lambda: walked(RECEIVED.date())),
        )
        for _ in range(ROUNDS)
    ]
    ours, theirs = (min(times) for times in zip(*rounds, strict=True))
    return {
        "microseconds": round(ours, 2),
        "walked_microseconds": round(theirs, 2),
        "times_faster": round(theirs / ours, 1),
    }
