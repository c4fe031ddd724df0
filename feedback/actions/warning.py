"""The ladder of warnings: each rung once a round, in working time only, to the people whose turn it is."""

from datetime import datetime

from feedback.actions import telling
from feedback.actions.hall import Hall
from feedback.actions.step import take_step
from feedback.rules import ladder
from feedback.rules.ladder import Rung
from feedback.rules.permission import CLOCK
from feedback.rules.record import Case
from feedback.rules.status import Step
from feedback.store import cases, reminders

SAYS = {
    Rung.HANDLER: "已提醒经办人。",
    Rung.HEAD: "已提醒单位负责人。",
    Rung.SUPERVISOR: "已提醒督办员。",
    Rung.LEADER: "已报告市领导。",
}


async def climb(hall: Hall, *, now: datetime) -> int:
    """Takes every rung that is due, if people are at their desks; returns how many. A case that changed meanwhile waits."""
    if not ladder.in_working_time(now, hall.city.calendar):
        return 0
    taken = 0
    changed: dict[int, Case] = {}
    for case, rung in await reminders.due(hall.database, now=now):
        try:
            changed[case.id] = await warn(hall, changed.get(case.id, case), rung, now=now)
        except cases.Stale:
            continue  # somebody was faster; the next tick sees the case as it is then
        taken += 1
    return taken


async def warn(hall: Hall, case: Case, rung: Rung, *, now: datetime) -> Case:
    """One rung: an event of the case and a notice before each receiver; without a receiver only that the rung is past."""
    people = await reminders.receivers(hall.database, case, rung)
    async with hall.database.transaction():
        if people:
            case = await take_step(hall, CLOCK, case, Step.WARN, now=now, said={"note": SAYS[rung]})
        await reminders.note(hall.database, case, rung, people=people, now=now)
        await telling.staff(hall, case, people, f"warn_{rung}", now=now)
    return case
