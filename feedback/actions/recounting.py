"""The due times that follow when the calendar has changed: of answers, and of the stages before them."""

from datetime import datetime
from typing import Any

from feedback.actions import counting, keeping_days
from feedback.actions.hall import Hall
from feedback.actions.step import take_step
from feedback.rules.limit import Stage
from feedback.rules.permission import CLOCK
from feedback.rules.record import Case
from feedback.rules.status import TABLE, Step
from feedback.store import calendars, cases, loose
from feedback.store.loose import Held

_CALLED = {Stage.ACCEPT: "签收期限", Stage.CONTACT: "首次联系期限", Stage.CONTRIBUTE: "协办反馈期限"}


async def recount(hall: Hall, *, now: datetime) -> int:
    """Counts provisional due times again if somebody changed the calendar; returns how many of answers and stages moved.

    Ended in the middle it is done again whole; what had moved by then is counted once."""
    wanted = await calendars.waiting_recount(hall.database)
    if wanted is None:
        return 0
    await keeping_days.reread(hall)
    looked = await _answers(hall, wanted, now) + await _stages(hall, wanted, now)
    return await calendars.finish_recount(hall.database, wanted, looked=looked, now=now)


async def _answers(hall: Hall, wanted: int, now: datetime) -> int:
    """Every case whose answer has a provisional due time; how many there were."""
    looked = after = 0
    while batch := await calendars.provisional(hall.database, after=after):
        looked, after = looked + len(batch), batch[-1].id
        for case in batch:
            await _recount(hall, case, wanted, now)
    return looked


async def _recount(hall: Hall, case: Case, wanted: int, now: datetime) -> None:
    """Until nobody changes the case in between. A breach that was recorded stays recorded."""
    found: Case | None = case
    while found and found.status in TABLE[Step.RECOUNT]:
        try:
            return await _move(hall, found, wanted, now)
        except cases.Stale:
            found = await cases.by_id(hall.database, case.id)


async def _move(hall: Hall, case: Case, wanted: int, now: datetime) -> None:
    """The due time as the calendar has it now; an event says so if it is another one. Raises Stale."""
    after = await counting.again(hall, case, counting.term_of(hall, case))
    if after["due_at"] == case.due_at:
        if after["provisional"] != case.provisional:
            await calendars.settle(hall.database, case, provisional=after["provisional"])
        return
    was, due = case.due_at, after["due_at"]
    said = {"note": f"工作日历有变动，答复期限由 {counting.told(was)} 改为 {counting.told(due)}。"} if was else {}
    async with hall.database.transaction():
        await take_step(hall, CLOCK, case, Step.RECOUNT, now=now, changes=after, said=said, public=True)
        await calendars.moved(hall.database, case, due_at=due, recount=wanted)


async def _stages(hall: Hall, wanted: int, now: datetime) -> int:
    """Every assignment with a stage that runs and has a provisional due time; how many there were."""
    looked = after = 0
    while batch := await loose.batch(hall.database, after=after):
        looked, after = looked + len(batch), batch[-1].id
        for held in batch:
            await _recount_stages(hall, held, wanted, now)
    return looked


async def _recount_stages(hall: Hall, held: Held, wanted: int, now: datetime) -> None:
    """Until nobody changes the case in between; signed for, answered or handed on meanwhile, there is nothing to move."""
    found: Held | None = held
    while found and found.case.status in TABLE[Step.RECOUNT_STAGES]:
        try:
            return await _move_stages(hall, found, wanted, now)
        except cases.Stale:
            found = await loose.get(hall.database, held.id)


async def _move_stages(hall: Hall, held: Held, wanted: int, now: datetime) -> None:
    """The stages as the calendar has them now, counted from when they were counted before. Raises Stale."""
    case = held.case
    rules: dict[str, Any] = {"regime": case.regime, "urgent": case.urgent, "version": case.limit_version}
    since, city = held.counted_from, hall.city
    until = counting.stages_of(city, since, **rules) | counting.support_of(city, since, **rules)
    moved = [stage for stage, due in held.due.items() if until[f"{stage}_due_at"] != due]
    async with hall.database.transaction():
        if moved:
            said = {"note": "".join(_told(held, stage, until) for stage in moved)}
            await take_step(hall, CLOCK, case, Step.RECOUNT_STAGES, now=now, said=said)
        for stage in held.due:
            await loose.move(hall.database, held, stage, until)
        for stage in moved:
            await calendars.moved_stage(hall.database, held, stage, due_at=until[f"{stage}_due_at"], recount=wanted)


def _told(held: Held, stage: Stage, until: dict[str, Any]) -> str:
    was, due = counting.told(held.due[stage]), counting.told(until[f"{stage}_due_at"])
    return f"工作日历有变动，{_CALLED[stage]}由 {was} 改为 {due}。"
