"""What the citizen of a case may do, having shown the query code: add, remind, withdraw, rate, ask for rework, contest."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from feedback.actions import attaching, counting, leaving
from feedback.actions.hall import Hall
from feedback.actions.step import take_step
from feedback.rules import deadline, reopening
from feedback.rules.attachment import Kept, Purpose
from feedback.rules.permission import CITIZEN, Actor
from feedback.rules.record import Case
from feedback.rules.status import Status, Step, WrongStep
from feedback.store import cases, instructions, writing

REMIND_EVERY = timedelta(hours=24)


class TooEarly(Exception):
    """办理时间过半以后才能催办，每 24 小时一次。"""


async def supplement(
    hall: Hall, case: Case, *, text: str, now: datetime, actor: Actor = CITIZEN, files: Sequence[Kept] = (),
    also: writing.Rows = (),
) -> Case:  # fmt: skip
    """补充: what the citizen adds, words, files or both, or the dispatcher for a caller; the rows of `also` with it, or nothing.

    If the bureau was waiting for it, the case goes back to work and the clock runs on. Raises TooMuch, and
    asyncpg.UniqueViolationError for those rows only."""
    changes = resumed(hall, case, now) if case.status is Status.AWAITING_CITIZEN else {}
    async with hall.database.transaction():
        said = {"text": text}
        after = await take_step(hall, actor, case, Step.SUPPLEMENT, now=now, changes=changes, said=said, public=True)
        await attaching.to_case(hall, actor, after, files, Purpose.LETTER, now=now)
        if also:
            await writing.insert(hall.database, also)
    return after


def resumed(hall: Hall, case: Case, now: datetime) -> dict[str, Any]:
    """The due time moved by the pause that ends now, at most by what was left of the cap (SETTLED 10)."""
    over = {"paused_at": None, "pause_until": None}
    if case.paused_at is None or case.due_at is None:
        return over
    base = _after_pause(hall, case, case.base_due_at, now) if case.base_due_at else None
    return over | counting.moved(hall, case, _after_pause(hall, case, case.due_at, now), base=base)


def _after_pause(hall: Hall, case: Case, due_at: datetime, now: datetime) -> datetime:
    assert case.paused_at is not None
    limit = counting.term_of(hall, case).limit
    days, until = hall.city.calendar, case.pause_until
    return deadline.resume(due_at, limit, paused_at=case.paused_at, resumed_at=now, calendar=days, until=until)


def may_remind_from(case: Case) -> datetime | None:
    """From when 催办 is possible: half the time gone, and a day since the last one. None when it never is."""
    if case.due_at is None:
        return None
    half = case.round_started_at + (case.due_at - case.round_started_at) / 2
    return max(half, case.reminded_at + REMIND_EVERY) if case.reminded_at else half


class TooLate(WrongStep):
    """答复 7 天后没有评价的，已按“未评价”办结，不能再评价；没有解决的，答复后 30 天内可以要求重办。"""


def refusal(case: Case, step: Step) -> WrongStep:
    """What to raise where the table has no such step from here: a rating that comes too late is told why."""
    if step is Step.RATE and case.status is Status.CLOSED and case.rated_at is None:
        return TooLate(step, case.status)
    return WrongStep(step, case.status)


async def remind(hall: Hall, case: Case, *, now: datetime, actor: Actor = CITIZEN) -> Case:
    """催办, by the citizen or by the dispatcher for a caller: shown to the bureau and counted. Raises TooEarly."""
    earliest = may_remind_from(case)
    if earliest is None or now < earliest:
        raise TooEarly(earliest)
    changes = {"reminders": case.reminders + 1, "reminded_at": now}
    async with hall.database.transaction():
        return await take_step(hall, actor, case, Step.REMIND, now=now, changes=changes)


def may_withdraw(case: Case) -> bool:
    """Whether the case is its writer's alone."""
    return case.source != "petition"


async def withdraw(hall: Hall, case: Case, *, now: datetime) -> Case:
    """撤回: the citizen no longer wants an answer. Raises WrongStep for a petition's case: many have signed it."""
    if not may_withdraw(case):
        raise WrongStep(Step.WITHDRAW, case.status)
    async with hall.database.transaction():
        return await leaving.leave(hall, CITIZEN, case, Step.WITHDRAW, changes=resumed(hall, case, now), now=now)


async def rate(
    hall: Hall, case: Case, *, solved: bool, satisfaction: int | None, comment: str = "", now: datetime
) -> Case:
    """评价: solved? first, then satisfaction 1–5. Solved closes the case; unsolved leaves it open for rework (SETTLED 8).

    Raises TooLate after a week of silence, whether or not the clock has settled the case yet."""
    if case.rated_at is None and (case.status is Status.CLOSED or reopening.settled(case.answered_at, now)):
        raise TooLate(Step.RATE, case.status)
    to = Status.CLOSED if solved else Status.REPLIED
    changes: dict[str, Any] = {"solved": solved, "satisfaction": satisfaction, "rated_at": now}
    if solved:
        changes["closed_at"] = now
    async with hall.database.transaction():
        return await take_step(
            hall,
            CITIZEN,
            case,
            Step.RATE,
            to=to,
            now=now,
            changes=changes,
            said={"comment": comment},
            public=True,
        )


async def rework(hall: Hall, case: Case, *, reason: str, now: datetime) -> Case:
    """重办: the first one asked within 30 days is granted at once; later ones a supervisor decides. Raises WrongStep."""
    over = reopening.is_final(case.regime, case.round) or not reopening.may_ask(case.answered_at, case.solved, now)
    if over or await asked_already(hall, case):
        raise WrongStep(Step.REWORK, case.status)
    if reopening.granted_at_once(case.round):
        return await reopen(hall, case, reason=reason, now=now)
    async with hall.database.transaction():
        return await take_step(hall, CITIZEN, case, Step.REQUEST_REWORK, now=now, said={"reason": reason}, public=True)


async def asked_already(hall: Hall, case: Case) -> bool:
    """Whether the citizen has asked for another round after this answer: it is decided once."""
    history = await cases.events(hall.database, case.id)
    return any(event.step is Step.REQUEST_REWORK and event.round == case.round for event in history)


async def reopen(hall: Hall, case: Case, *, reason: str, now: datetime, actor: Any = CITIZEN) -> Case:
    """The next round at the same bureau, with its own limit of 5 working days; times of the round before are kept."""
    bureau = case.bureau
    if bureau is None:
        raise WrongStep(Step.REWORK, case.status)
    term = counting.rework_term(hall, case)
    due = hall.city.due(now, term)
    changes = {
        "round": case.round + 1, "round_started_at": now, "due_at": due.due_at, "warn_at": due.warn_at,
        "provisional": due.provisional, "limit_code": term.code, "limit_version": term.version, "extended_days": 0,
        "base_due_at": None, "answered_at": None, "breached_at": None, "solved": None, "satisfaction": None, "rated_at": None,
        "closed_at": None, "handler_id": None, "lead_id": None, "joined_from": None,
    }  # fmt: skip
    heir = hall.city.succession.bureau(bureau, category=case.category)
    if heir != bureau:
        changes["bureau"] = bureau = heir
    async with hall.database.transaction():
        await cases.keep_round(hall.database, case)
        after = await take_step(
            hall,
            actor,
            case,
            Step.REWORK,
            now=now,
            changes=changes,
            said={"reason": reason},
            public=True,
        )
        await instructions.owed_again(hall.database, case.id)
        stages = counting.stages(hall, after, now)
        await cases.assign(hall.database, case.id, bureau, role="lead", round=after.round, now=now, stages=stages)
    return after


async def contest(hall: Hall, case: Case, *, reason: str, now: datetime) -> Case:
    """A refusal or diversion is looked at again, once. Raises WrongStep."""
    if case.contested:
        raise WrongStep(Step.CONTEST, case.status)
    changes = {"contested": True, "closed_at": None, **_with_what_was_left(hall, case, now)}
    said = {"reason": reason}
    async with hall.database.transaction():
        after = await take_step(hall, CITIZEN, case, Step.CONTEST, now=now, changes=changes, said=said, public=True)
        await instructions.owed_again(hall.database, case.id)
    return after


def _with_what_was_left(hall: Hall, case: Case, now: datetime) -> dict[str, Any]:
    """The due time moved by the time in which the case was closed and nothing was owed."""
    if case.due_at is None or case.closed_at is None:
        return {}
    rested: dict[str, Any] = {"paused_at": case.closed_at, "resumed_at": now, "calendar": hall.city.calendar}
    limit = counting.term_of(hall, case).limit
    base = deadline.resume(case.base_due_at, limit, **rested) if case.base_due_at else None
    return counting.moved(hall, case, deadline.resume(case.due_at, limit, **rested), base=base)
