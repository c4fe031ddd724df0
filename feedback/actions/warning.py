"""The ladder of warnings: each rung once a round, in working time only, to the people whose turn it is."""

import dataclasses
from collections.abc import Awaitable, Sequence
from datetime import datetime
from typing import Protocol

from feedback.actions import telling
from feedback.actions.hall import Hall
from feedback.actions.step import take_step
from feedback.rules import ladder
from feedback.rules.ladder import Look, Rung
from feedback.rules.limit import Stage
from feedback.rules.permission import CLOCK
from feedback.rules.record import Case
from feedback.rules.status import Step
from feedback.store import cases, reminders, stages
from feedback.store.stages import Watched

SAYS = {
    Rung.HANDLER: "已提醒经办人。",
    Rung.HEAD: "已提醒单位负责人。",
    Rung.SUPERVISOR: "已提醒督办员。",
    Rung.LEADER: "已报告市领导。",
}


STAGE_SAYS = {
    Stage.ACCEPT: "还没有签收，",
    Stage.CONTACT: "还没有联系市民，",
    Stage.CONTRIBUTE: "还没有反馈协办意见，",
}


class OnStage(Protocol):
    """What the clock does about one stage; returns the case as it is then. Raises cases.Stale when somebody was faster."""

    def __call__(self, hall: Hall, watched: Watched, *, now: datetime) -> Awaitable[Case]: ...


async def climb(hall: Hall, *, now: datetime) -> int:
    """Takes every rung that is due, if people are at their desks; returns how many. A case that changed meanwhile waits."""
    if not ladder.in_working_time(now, hall.city.calendar):
        return 0
    look = ladder.look(now, hall.city.calendar)
    return await _climb_stages(hall, look) + await _climb_answers(hall, look)


async def _climb_stages(hall: Hall, look: Look) -> int:
    return await each_stage(hall, await stages.due(hall.database, look), warn_of_stage, now=look.now)


async def each_stage(hall: Hall, found: Sequence[Watched], act: OnStage, *, now: datetime) -> int:
    """Acts on each of these stages, two of one case one after the other; returns on how many. One that changed meanwhile waits for the next tick."""
    changed: dict[int, Case] = {}
    taken = 0
    for watched in found:
        case = changed.get(watched.case.id, watched.case)
        try:
            changed[case.id] = await act(hall, dataclasses.replace(watched, case=case), now=now)
        except cases.Stale:
            continue  # somebody was faster; the next tick sees the case as it is then
        taken += 1
    return taken


async def _climb_answers(hall: Hall, look: Look) -> int:
    taken = 0
    changed: dict[int, Case] = {}
    for case, rung in await reminders.due(hall.database, look):
        try:
            changed[case.id] = await warn(hall, changed.get(case.id, case), rung, now=look.now)
        except cases.Stale:
            continue  # somebody was faster; the next tick sees the case as it is then
        taken += 1
    return taken


async def warn_of_stage(hall: Hall, watched: Watched, *, now: datetime) -> Case:
    """One rung of a stage that is not done: as `warn`, in the house only."""
    case, rung = watched.case, watched.rung
    support = watched.bureau if watched.stage is Stage.CONTRIBUTE else None
    people = [] if case.protected else await reminders.receivers(hall.database, case, rung, support=support)
    who = hall.city.bureau_name(support) if support else ""
    async with hall.database.transaction():
        if not await stages.note(hall.database, watched, now=now):
            return case
        if people:
            case = await take_step(hall, CLOCK, case, Step.WARN, now=now, said={"note": who + STAGE_SAYS[watched.stage] + SAYS[rung]})
            late = now >= watched.due_at
            await telling.staff(hall, case, people, f"{'late' if late else 'soon'}_{watched.stage}", now=now)
    return case


async def warn(hall: Hall, case: Case, rung: Rung, *, now: datetime) -> Case:
    """One rung: an event of the case and a notice before each receiver; without a receiver only that the rung is past."""
    people = await reminders.receivers(hall.database, case, rung)
    async with hall.database.transaction():
        if people:
            case = await take_step(hall, CLOCK, case, Step.WARN, now=now, said={"note": SAYS[rung]})
        await reminders.note(hall.database, case, rung, people=people, now=now)
        await telling.staff(hall, case, people, f"warn_{rung}", now=now)
    return case
