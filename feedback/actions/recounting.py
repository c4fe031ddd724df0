"""The due times that follow when the calendar has changed: of answers, of a pause that runs, and of the stages before them."""

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

_SAID = {"due_at": "答复期限", "pause_until": "等市民补充的期限"}
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
    """Every case whose answer has a provisional due time, or that waits for its citizen; how many there were."""
    looked = 0
    for find in (calendars.provisional, calendars.waiting):
        after = 0
        while batch := await find(hall.database, after=after):
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
    after = await _counted(hall, case)
    moved = [name for name in _SAID if name in after and after[name] != getattr(case, name)]
    if not moved:
        if after.get("provisional", case.provisional) != case.provisional:
            await calendars.settle(hall.database, case, provisional=after["provisional"])
        return
    said = {"note": "".join(_note(_SAID[name], getattr(case, name), after[name]) for name in moved)}
    async with hall.database.transaction():
        await take_step(hall, CLOCK, case, Step.RECOUNT, now=now, changes=after, said=said, public=True)
        if "due_at" in moved:
            await calendars.moved(hall.database, case, due_at=after["due_at"], recount=wanted)


async def _counted(hall: Hall, case: Case) -> dict[str, Any]:
    """The due time if it was provisional, and the end of the pause if one runs, as the calendar has them now."""
    after = await counting.again(hall, case, counting.term_of(hall, case)) if case.provisional else {}
    if case.paused_at is None:
        return after
    until = await counting.pause_until(hall, case, case.paused_at)
    return {**after, "pause_until": until or case.paused_at}


def _note(called: str, was: datetime | None, due: datetime) -> str:
    return f"工作日历有变动，{called}由 {counting.told(was)} 改为 {counting.told(due)}。" if was else ""


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
    return _note(_CALLED[stage], held.due[stage], until[f"{stage}_due_at"])
