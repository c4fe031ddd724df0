"""A case ends without the answer it asked for: withdrawn, terminated, declined, diverted. One place for what that means beside it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from feedback.actions import joining
from feedback.actions.hall import Hall
from feedback.actions.step import record_lateness, take_step
from feedback.rules.permission import Actor
from feedback.rules.record import Case
from feedback.rules.status import Step
from feedback.store import cases, instructions


async def leave(
    hall: Hall, actor: Actor, case: Case, step: Step, *, changes: Mapping[str, Any], said: Mapping[str, str] | None = None,
    now: datetime,
) -> Case:  # fmt: skip
    """The step inside the caller's transaction: nobody holds the case any more, its followers are set free, orders on it are over."""
    case = await record_lateness(hall, case, now=now)
    after = await take_step(
        hall, actor, case, step, now=now, changes={**changes, "closed_at": now}, said=said, public=True
    )
    await cases.release(hall.database, case.id, ended_by=step, now=now)
    await instructions.answered(hall.database, case.id, now=now)
    await joining.set_free(hall, after, now=now)
    return after
