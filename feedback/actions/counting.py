"""The due time of a case counted again from the beginning of its round: another limit or another calendar changes it, pauses
and extensions that were given stay given."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from feedback.actions.hall import Hall
from feedback.rules import deadline
from feedback.rules.calendar import Calendar
from feedback.rules.city import City, Due, Term
from feedback.rules.limit import OF_LEAD, OF_SUPPORT, Limit, Regime, Stage
from feedback.rules.record import Case, Event
from feedback.rules.status import Status, Step
from feedback.store import calendars, cases

Columns = dict[str, Any]
Stages = dict[str, Any]
"""Some of the columns in `cases.NO_STAGES`, whose values stand for the others."""
Rest = tuple[datetime, datetime | None]
"""Since when the clock rested, and until when it might at most; None: however long."""


def term_of(hall: Hall, case: Case) -> Term:
    """The limit that the case was given, in the version it was given."""
    return hall.city.term_in(case.limit_version, case.limit_code)


def rework_term(hall: Hall, case: Case) -> Term:
    """The limit of a further round: 重办 of the hotline, 复查 and 复核 of 信访; in the version of the case where it has one."""
    versions = (case.limit_version, hall.city.version)
    regimes = (case.regime, Regime.HOTLINE)
    found = (
        hall.city.stage(Stage.REWORK, regime=regime, urgent=False, version=version)
        for regime in regimes
        for version in versions
    )
    return next(term for term in found if term)


def stages(hall: Hall, case: Case, now: datetime) -> Stages:
    """Until when a bureau that gets the case now signs for it, and tells the citizen something if nobody has; None: no limit."""
    found = stages_of(
        hall.city, now, regime=case.regime, urgent=case.urgent, version=case.limit_version
    )
    spoken = {name: value for name, value in cases.NO_STAGES.items() if name.startswith("contact")}
    return {**found, **spoken} if case.first_response_at else found


def stages_of(city: City, now: datetime, *, regime: Regime, urgent: bool, version: str) -> Stages:
    """As `stages`, for a case whose citizen nobody has spoken to yet."""
    return _until(city, now, OF_LEAD, regime=regime, urgent=urgent, version=version)


def support_of(city: City, now: datetime, *, regime: Regime, urgent: bool, version: str) -> Stages:
    """Until when a bureau that is asked now to support tells the lead what it found; None: no limit."""
    return _until(city, now, OF_SUPPORT, regime=regime, urgent=urgent, version=version)


def _until(city: City, now: datetime, wanted: Iterable[Stage], *, regime: Regime, urgent: bool, version: str) -> Stages:
    found: Stages = {"counted_from": now}
    for stage in wanted:
        term = city.stage(stage, regime=regime, urgent=urgent, version=version)
        due = deadline.due(now, term.limit, city.calendar) if term else None
        found[f"{stage}_due_at"] = due
        found[f"{stage}_warn_at"] = deadline.warn_before(due, term.limit) if due and term else None
        found[f"{stage}_provisional"] = _provisional(city, now, term)
    return found


def _provisional(city: City, since: datetime, term: Term | None) -> bool:
    return term is not None and deadline.provisional(since, term.limit, city.calendar)


def may_return_until(city: City, case: Case, since: datetime) -> datetime | None:
    """The first moment at which a bureau that has had the case `since` may not return it any more; None: no such limit."""
    term = city.stage(Stage.RETURN, regime=case.regime, urgent=case.urgent, version=case.limit_version)
    return deadline.due(since, term.limit, city.calendar) if term else None


def columns(due: Due, base: datetime | None) -> Columns:
    """The columns that say when the round is due; `base` is when it would be without its extension, None without one."""
    return {"due_at": due.due_at, "warn_at": due.warn_at, "provisional": due.provisional, "base_due_at": base}


def moved(hall: Hall, case: Case, at: datetime, *, base: datetime | None) -> Columns:
    """The columns of a case whose due time a pause or an extension has moved to `at`."""
    return columns(hall.city.moved(case.round_started_at, term_of(hall, case), at), base)


async def again(hall: Hall, case: Case, term: Term) -> Columns:
    """The columns as `term` and the present calendar make them, with every pause and extension of this round."""
    history = [*await before_split(hall, case), *await cases.events(hall.database, case.id)]
    extensions = await calendars.decided_extensions(hall.database, case)
    days = hall.city.calendar
    first = deadline.due(case.round_started_at, term.limit, days)
    cap = cap_of(hall.city, case)
    base = replayed(first, term.limit, history, [], case.round, days, cap)
    if not extensions:
        return columns(hall.city.moved(case.round_started_at, term, base), None)
    at = replayed(first, term.limit, history, extensions, case.round, days, cap)
    worth = sum(min(asked, deadline.extension_cap(term.limit)) for _, asked in extensions)
    return {**columns(hall.city.moved(case.round_started_at, term, at), base), "extended_days": worth}


async def before_split(hall: Hall, case: Case) -> list[Event]:
    """What happened to the whole letter before this part was split from it: its pauses are this part's too."""
    if case.split_from is None:
        return []
    own = await cases.events(hall.database, case.id)
    split_at = next(event.at for event in own if event.step is Step.SPLIT)
    return [event for event in await cases.events(hall.database, case.split_from) if event.at < split_at]


def replayed(
    due: datetime, limit: Limit, history: Sequence[Event], extensions: Sequence[tuple[datetime, int]],
    round: int, days: Calendar, cap: Limit,
) -> datetime:  # fmt: skip
    """The due time that pauses, extensions and a contested refusal of this round, in the order they happened, make of the first one."""
    rests, _ = _rested(history, round, limit, days, cap)
    moves: list[tuple[datetime, Rest | int]] = [*rests, *extensions]
    for at, move in sorted(moves, key=lambda move: move[0]):
        if isinstance(move, int):
            due, _ = deadline.grant(due, move, days, limit=limit)
        else:
            due = deadline.resume(due, limit, paused_at=move[0], resumed_at=at, calendar=days, until=move[1])
    return due


def _rested(
    history: Iterable[Event], round: int, limit: Limit, days: Calendar, cap: Limit
) -> tuple[list[tuple[datetime, Rest]], int]:
    """Every rest of this round with when it was over, and how much of the cap the pauses among them used together."""
    rests, used = list[tuple[datetime, Rest]](), 0
    for event, began in _waits(event for event in history if event.round == round):
        until = None if event.step is Step.CONTEST else deadline.pause_ends(began, days, cap, used=used)
        rests.append((event.at, (began, until)))
        used += deadline.pause_used(began, event.at, until, limit, days, cap) if until else 0
    return rests, used


def cap_of(city: City, case: Case) -> Limit:
    """How long the clock of this case may wait for its citizen in one round."""
    return city.pause_cap(regime=case.regime, urgent=case.urgent, version=case.limit_version)


def pause_left(city: City, case: Case, history: Sequence[Event]) -> int:
    """How much of that the pauses of this round that are over have left; `history` with that before the split."""
    cap = cap_of(city, case)
    limit = city.term_in(case.limit_version, case.limit_code).limit
    return max(0, cap.amount - _rested(history, case.round, limit, city.calendar, cap)[1])


async def pause_until(hall: Hall, case: Case, since: datetime) -> datetime | None:
    """Until when the clock rests at most if the citizen is asked at `since`; None: nothing of the cap is left."""
    history = [*await before_split(hall, case), *await cases.events(hall.database, case.id)]
    cap, left = cap_of(hall.city, case), pause_left(hall.city, case, history)
    return deadline.pause_ends(since, hall.city.calendar, cap, used=cap.amount - left) if left else None


def _waits(history: Iterable[Event]) -> Iterator[tuple[Event, datetime]]:
    """Each event that sets the clock going again, and since when it rested: the citizen was asked, or the case was closed."""
    began: datetime | None = None
    for event in history:
        if event.to_status in (Status.AWAITING_CITIZEN, Status.DECLINED, Status.DIVERTED) and event.from_status != event.to_status:
            began = event.at
        elif began and _goes_on(event):
            yield event, began


def _goes_on(event: Event) -> bool:
    answered = event.from_status == Status.AWAITING_CITIZEN and event.to_status is Status.WORKING
    return answered or event.step is Step.CONTEST


def told(due_at: datetime) -> str:
    """The due time in plain words: 2026年12月7日24:00, or the minute of an hour limit."""
    local = due_at.astimezone(deadline.CITY_TIME)
    if (local.hour, local.minute) != (0, 0):
        return f"{local.year}年{local.month}月{local.day}日{local:%H:%M}"
    last = deadline.last_day(due_at)
    return f"{last.year}年{last.month}月{last.day}日24:00"
