"""Who hears when about a case whose time runs out: four rungs a round, in working time only. Telling is an action's."""

from datetime import datetime, time
from enum import StrEnum

from feedback.rules import deadline
from feedback.rules.calendar import Calendar

OPENS, CLOSES = time(8, 30), deadline.CLOSING
"""Office hours of a working day; both moments belong to it."""


class Rung(StrEnum):
    """Whom a warning is for."""

    HANDLER = "handler"
    HEAD = "head"
    SUPERVISOR = "supervisor"
    LEADER = "leader"


SHARES = {Rung.HANDLER: 0.0, Rung.HEAD: 0.5, Rung.SUPERVISOR: 2 / 3, Rung.LEADER: 1.0}
"""How much of the yellow time has gone when a rung is due: on the last day of a limit in days 0:00, 12:00, 16:00, 24:00."""

STAGE_SHARES = {Rung.HANDLER: 0.0, Rung.HEAD: 0.5, Rung.SUPERVISOR: 1.0}
"""The same for the stages before the answer: a leader is not told of every letter that nobody has signed for yet."""


def due_at(rung: Rung, *, warn_at: datetime, due_at: datetime) -> datetime:
    """From when this rung is due; it goes out in the first working time after."""
    return warn_at + (due_at - warn_at) * SHARES[rung]


def in_working_time(now: datetime, calendar: Calendar) -> bool:
    """Whether people are at their desks: 8:30 to 17:30 of a working day in the city."""
    local = now.astimezone(deadline.CITY_TIME)
    return OPENS <= local.time() <= CLOSES and calendar.is_working(local.date())
