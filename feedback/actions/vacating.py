"""Somebody leaves their place: nobody handles their open cases any more, and the bureau is told to give them to others."""

from datetime import datetime

from feedback.actions.hall import Hall
from feedback.actions.step import take_step
from feedback.rules.permission import CLOCK
from feedback.rules.record import Case
from feedback.rules.status import TABLE, Step
from feedback.store import cases, people, staff

CLOSED = "账号已停用"
MOVED = "已调离岗位"


async def vacate(hall: Hall, person_id: int, why: str, *, now: datetime) -> None:
    """Each open case of this person stands among those that nobody handles, inside the caller's transaction."""
    name = (await people.names(hall.database, {person_id}))[person_id]
    for identity in await staff.handled_by(hall.database, person_id):
        case = await cases.held(hall.database, identity)
        if case.handler_id == person_id and case.status in TABLE[Step.ASSIGN]:
            await _give_up(hall, case, f"等本单位分办（{name}{why}）", now=now)


async def _give_up(hall: Hall, case: Case, to: str, *, now: datetime) -> Case:
    return await take_step(hall, CLOCK, case, Step.ASSIGN, now=now, changes={"handler_id": None}, said={"to": to})
