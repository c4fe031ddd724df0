"""回避 (《信访工作条例》第28条): who has an interest in a case gives it up, and has nothing to do with it any more."""

from datetime import datetime
from typing import Any

from feedback.actions import telling
from feedback.actions.hall import Hall
from feedback.actions.step import take_step
from feedback.rules.permission import Actor, Role
from feedback.rules.record import Case
from feedback.rules.status import Step
from feedback.store import recusals, reminders


class Recused(Exception):
    """这位同事已经回避这件诉求。"""


class NobodyLeft(Exception):
    """没有别的检举控告专办员可以接手，请先请安全管理员增加一位。"""


async def recuse(hall: Hall, actor: Actor, case: Case, *, reason: str, now: datetime) -> Case:
    """The person neither sees the case again nor acts on it. The head is told; without another handler it is the head's.

    Raises NobodyLeft for the last confidential clerk: a protected case is never without anybody who may see it."""
    assert actor.person_id is not None
    async with hall.database.transaction():
        await recusals.add(hall.database, case.id, actor.person_id, now=now)
        if case.protected and not await recusals.clerks_left(hall.database, case.id):
            raise NobodyLeft
        changes = await _heir(hall, actor, case)
        after = await take_step(hall, actor, case, Step.RECUSE, now=now, changes=changes, said={"reason": reason})
        await telling.staff(hall, after, await _told(hall, case), "recuse", now=now, by=actor.person_id)
    return after


async def _heir(hall: Hall, actor: Actor, case: Case) -> dict[str, Any]:
    """Who handles it now: the bureau's other handlers, or its head if there are none. A reviewer leaves it where it is."""
    if case.protected or actor.bureau != case.bureau or case.handler_id not in (None, actor.person_id):
        return {}
    if await recusals.left(hall.database, case, Role.HANDLER):
        return {"handler_id": None}
    heads = await recusals.left(hall.database, case, Role.HEAD)
    return {"handler_id": heads[0] if heads else None}


async def _told(hall: Hall, case: Case) -> list[int]:
    """The heads of the bureau; when none is left, the supervisors."""
    if case.protected:
        return await recusals.clerks_left(hall.database, case.id)
    return await recusals.left(hall.database, case, Role.HEAD) or await reminders.holding(
        hall.database, Role.SUPERVISOR, None
    )
