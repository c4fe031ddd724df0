"""Who hears when about a case whose time runs out: four rungs a round, in working time only. Telling is an action's."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
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
    """From when this rung is due; it goes out in the first working time after, or before a last day that is a rest day (`Look`)."""
    return warn_at + (due_at - warn_at) * SHARES[rung]


@dataclass(frozen=True, slots=True)
class Look:
    """What the clock looks for at a moment: rungs that are due, and of a last day that nobody works on those it would bring too late.

    A limit in calendar days (信访) may end on a rest day. Its rungs before the due time go out on the working day before, at the
    hours they have on a last day: on the day itself nobody is at their desk, afterwards the case is late."""

    now: datetime
    rest: datetime
    """Midnight that ends the city's day, UTC."""
    back: datetime
    """Midnight that begins the next working day, UTC; the same while there is work tomorrow."""

    @property
    def gone(self) -> timedelta:
        """How much of the city's day is over."""
        return timedelta(days=1) - (self.rest - self.now)

    @property
    def reach(self) -> datetime:
        """What turns yellow later has no rung yet."""
        return self.now if self.rest == self.back else self.back


def look(now: datetime, calendar: Calendar) -> Look:
    """The look of a moment of a working day."""
    today = now.astimezone(deadline.CITY_TIME).date()
    day = today + timedelta(days=1)
    while not calendar.is_working(day):
        day += timedelta(days=1)
    midnights = (datetime.combine(one, time(), deadline.CITY_TIME).astimezone(UTC) for one in (today + timedelta(days=1), day))
    return Look(now, *midnights)


def in_working_time(now: datetime, calendar: Calendar) -> bool:
    """Whether people are at their desks: 8:30 to 17:30 of a working day in the city."""
    local = now.astimezone(deadline.CITY_TIME)
    return OPENS <= local.time() <= CLOSES and calendar.is_working(local.date())
