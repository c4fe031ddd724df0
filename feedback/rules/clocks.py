"""Who spent which hours of a case: the citizen's clock, the legal clock, and each bureau's own.

Hours are elapsed hours, day and night. Due times are `deadline`; reading the spans from the database is elsewhere.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise


class Share(StrEnum):
    """Lead 主办 or support 协办."""

    LEAD = "lead"
    SUPPORT = "support"


class Holding(StrEnum):
    """What a stretch of time was spent on."""

    DISPATCHING = "dispatching"
    HELD = "held"
    WAITING = "waiting"
    ANSWERED = "answered"


TITLES = {
    Holding.DISPATCHING: "派单中",
    Holding.HELD: "承办中",
    Holding.WAITING: "等待市民补充",
    Holding.ANSWERED: "已答复",
}


@dataclass(frozen=True, slots=True)
class Assignment:
    """One bureau had the case from one moment until it answered, returned or passed it on; None: it still has."""

    bureau: str
    role: Share
    from_at: datetime
    until_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """A pause (waiting for the citizen), or a round from its beginning to its answer; None: not ended."""

    from_at: datetime
    until_at: datetime | None = None
    again: bool = False
    """The same round goes on: its refusal was contested."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One piece of the bar: who had the case (a bureau code, or empty), doing what, for how long."""

    who: str
    kind: Holding
    from_at: datetime
    until_at: datetime
    hours: float


@dataclass(frozen=True, slots=True)
class BureauClock:
    """The hours that are one bureau's own, without the waiting for the citizen."""

    bureau: str
    role: Share
    hours: float
    running: bool


@dataclass(frozen=True, slots=True)
class Clocks:
    """The three clocks of a case in hours, and the bar that shows who spent them."""

    citizen_first: float | None
    """From receipt to the first public answer; None when there is none yet."""
    citizen: float
    """From receipt to the answer of the last round, or until now."""
    legal: float
    """The last round, without pauses."""
    legal_running: bool
    bureaus: tuple[BureauClock, ...]
    picture: tuple[Segment, ...]


def measure(
    rounds: Sequence[Span], *, assignments: Sequence[Assignment], pauses: Sequence[Span], now: datetime
) -> Clocks:
    """The clocks at `now`. The first round begins at receipt; an answer ends a round, rework begins the next.

    Time that nobody held belongs to the dispatcher, time between rounds to nobody. Raises ValueError without a round.
    """
    if not rounds:
        raise ValueError("至少要有一轮办理")
    received, last = rounds[0].from_at, rounds[-1]
    began = next(span.from_at for span in reversed(rounds) if not span.again)
    end = last.until_at or now
    answers = [span.until_at for span in rounds if span.until_at]
    waiting = [_closed(span, end) for span in pauses if span.from_at < end]
    working = _minus([_closed(span, end) for span in rounds], waiting)
    return Clocks(
        citizen_first=_hours(answers[0] - received) if answers else None,
        citizen=_hours(end - received),
        legal=sum(_hours(until - since) for since, until in working if since >= began),
        legal_running=last.until_at is None and not any(span.until_at is None for span in pauses),
        bureaus=_bureaus(assignments, working, end, running=last.until_at is None),
        picture=tuple(_picture(rounds, assignments, pauses, end)),
    )


_Stretch = tuple[datetime, datetime]


def _closed(span: Span | Assignment, end: datetime) -> _Stretch:
    return span.from_at, min(span.until_at or end, end)


def _minus(stretches: Iterable[_Stretch], holes: Iterable[_Stretch]) -> list[_Stretch]:
    """What remains of the stretches outside the holes, in order."""
    left = list(stretches)
    for begin, stop in holes:
        pieces = [((a, min(b, begin)), (max(a, stop), b)) for a, b in left]
        left = [piece for pair in pieces for piece in pair if piece[0] < piece[1]]
    return left


def _bureaus(
    assignments: Sequence[Assignment], working: list[_Stretch], end: datetime, *, running: bool
) -> tuple[BureauClock, ...]:
    order = dict.fromkeys((each.bureau, each.role) for each in assignments)
    return tuple(
        BureauClock(
            bureau,
            role,
            sum(_overlap(_closed(each, end), stretch) for each in own for stretch in working),
            running and any(each.until_at is None for each in own),
        )
        for bureau, role in order
        for own in [[each for each in assignments if (each.bureau, each.role) == (bureau, role)]]
    )


def _overlap(one: _Stretch, other: _Stretch) -> float:
    return max(0.0, _hours(min(one[1], other[1]) - max(one[0], other[0])))


def _picture(
    rounds: Sequence[Span], assignments: Sequence[Assignment], pauses: Sequence[Span], end: datetime
) -> list[Segment]:
    """The bar, cut wherever anything changes; neighbours that show the same are one piece."""
    received = rounds[0].from_at
    spans: list[Span | Assignment] = [*rounds, *assignments, *pauses]
    moments = {moment for span in spans for moment in _closed(span, end)}
    cuts = sorted({moment for moment in moments if received <= moment <= end})
    bar: list[Segment] = []
    for since, until in pairwise(cuts):
        who, kind = _holder(since, rounds, assignments, pauses)
        if bar and (bar[-1].who, bar[-1].kind) == (who, kind):
            since = bar.pop().from_at
        bar.append(Segment(who, kind, since, until, _hours(until - since)))
    return bar


def _holder(
    moment: datetime, rounds: Sequence[Span], assignments: Sequence[Assignment], pauses: Sequence[Span]
) -> tuple[str, Holding]:
    if not any(_covers(span, moment) for span in rounds):
        return "", Holding.ANSWERED
    if any(_covers(span, moment) for span in pauses):
        return "", Holding.WAITING
    leads = [each for each in assignments if each.role is Share.LEAD and _covers(each, moment)]
    return (leads[-1].bureau, Holding.HELD) if leads else ("", Holding.DISPATCHING)


def _covers(span: Span | Assignment, moment: datetime) -> bool:
    return span.from_at <= moment and (span.until_at is None or moment < span.until_at)


def _hours(span: timedelta) -> float:
    return span / timedelta(hours=1)
