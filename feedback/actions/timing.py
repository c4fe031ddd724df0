"""What the clock does to cases: warn, record a breach once and for ever, end a pause, settle silence."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from feedback.actions import asking, warning
from feedback.actions.hall import Hall
from feedback.actions.step import take_step
from feedback.rules.limit import Stage
from feedback.rules.permission import CLOCK
from feedback.rules.record import Case
from feedback.rules.status import Step
from feedback.store import cases, stages, timers

MISSED = {
    Stage.ACCEPT: Step.BREACH_ACCEPT,
    Stage.CONTACT: Step.BREACH_CONTACT,
    Stage.CONTRIBUTE: Step.BREACH_CONTRIBUTE,
}

Act = Callable[[Hall, Case, datetime], Awaitable[Case]]


async def tick(hall: Hall, *, now: datetime) -> int:
    """Everything that is due; returns how many cases moved. One that changed meanwhile is left for the next tick."""
    work = [
        (timers.expired_pauses, expire),
        (timers.breached, breach),
        (timers.silent, settle),
        (timers.unsolved, settle),
    ]
    moved = 0
    for find, act in work:
        for case in await find(hall.database, now=now):
            moved += await _try(hall, act, case, now)
    missed = await warning.each_stage(hall, await stages.missed(hall.database, now=now), miss, now=now)
    return moved + missed + await warning.climb(hall, now=now)


async def _try(hall: Hall, act: Act, case: Case, now: datetime) -> int:
    try:
        await act(hall, case, now)
    except cases.Stale:
        return 0  # somebody was faster; the next tick sees the case as it is then
    return 1


async def expire(hall: Hall, case: Case, now: datetime) -> Case:
    """The citizen did not answer in time: back to work, the due time moved by the cap."""
    async with hall.database.transaction():
        return await take_step(
            hall, CLOCK, case, Step.EXPIRE, now=now, changes=asking.resumed(hall, case, now), public=True,
            said={"note": "市民在规定时间内没有补充，承办单位继续办理。"},
        )  # fmt: skip


async def breach(hall: Hall, case: Case, now: datetime) -> Case:
    """The first moment that is too late has come: recorded at its true time."""
    async with hall.database.transaction():
        return await take_step(hall, CLOCK, case, Step.BREACH, now=now, changes={"breached_at": case.due_at})


async def miss(hall: Hall, watched: stages.Watched, *, now: datetime) -> Case:
    """Nobody signed for the case, said a first word to its citizen, or told the lead what it found, in time: recorded at the true
    time, once and for ever."""
    said = {"note": f"{hall.city.bureau_name(watched.bureau)}没有按时反馈。"} if watched.stage is Stage.CONTRIBUTE else None
    async with hall.database.transaction():
        after = await take_step(hall, CLOCK, watched.case, MISSED[watched.stage], now=now, said=said)
        await stages.record(hall.database, watched)
    return after


async def settle(hall: Hall, case: Case, now: datetime) -> Case:
    """Seven days of silence after the answer: closed as not rated, never as satisfied. Rated as not solved, a case is closed with
    that rating when the 30 days for asking rework are over (SETTLED 8)."""
    if case.solved is None:
        note = "7 天没有评价。"
    elif await asking.asked_already(hall, case):
        note = "评价为没有解决，再次重办没有得到同意。"
    else:
        note = "评价为没有解决，30 天内没有要求重办。"
    said = {"note": note}
    async with hall.database.transaction():
        return await take_step(hall, CLOCK, case, Step.SETTLE, now=now, changes={"closed_at": now}, said=said, public=True)
