"""The one door: every change of a case is a step taken here, inside the transaction of the action that calls it."""

import dataclasses
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from feedback.actions import telling
from feedback.actions.hall import Hall
from feedback.rules import chain, permission, status
from feedback.rules.permission import CLOCK, Actor
from feedback.rules.record import Case, Event, Text
from feedback.rules.status import Status, Step
from feedback.store import cases

_UNDECIDED = {
    "returned": {
        Step.RETURN: True,
        **dict.fromkeys((Step.UPHOLD_RETURN, Step.REJECT_RETURN, Step.DISPATCH, Step.DECLINE, Step.DIVERT), False),
        **dict.fromkeys((Step.FOLLOW, Step.WITHDRAW, Step.TERMINATE), False),
    },
    "asked_again": {Step.REQUEST_REWORK: True, Step.REFUSE_REWORK: False, Step.REWORK: False},
}
"""Whether a return or a request for rework waits for its decision after the step; the others leave that as it is."""


async def take_step(
    hall: Hall,
    actor: Actor,
    case: Case,
    step: Step,
    *,
    now: datetime,
    to: Status | None = None,
    bureau: str | None = None,
    changes: Mapping[str, Any] | None = None,
    said: Mapping[str, str] | None = None,
    public: bool = False,
) -> Case:
    """Permission, table, compare-and-swap, one event with its texts, colleagues told; returns the case as it is now.

    Raises WrongRole, WrongStep or Stale; then nothing has happened."""
    permission.demand_on(actor, step, bureau=case.bureau, unit=case.unit_id, handler=case.handler_id)
    after = status.following(case.status, step, to)
    event = Event(
        case.id, await cases.next_seq(hall.database, case.id), now, step, case.status, after,
        actor.role, actor.person_id, bureau or actor.bureau or case.bureau, case.round,
    )  # fmt: skip
    digest = chain.link(case.head, event)
    quiet = step in status.QUIET
    changes = {**(changes or {}), **{name: waits[step] for name, waits in _UNDECIDED.items() if step in waits}}
    if "bureau" in changes:
        changes["unit_id"] = None  # a 科室 is of one bureau
    await cases.change(hall.database, case, to=after, head=digest, changes=changes, quiet=quiet)
    await cases.add_event(hall.database, event, digest)
    texts = [Text(event.seq, field, body, public) for field, body in (said or {}).items() if body]
    await cases.add_texts(hall.database, case, texts, vault=hall.vault)
    stepped = dataclasses.replace(case, status=after, head=digest, version=case.version + (not quiet), **changes)
    await telling.of_step(hall, actor, case, stepped, step, now=now)
    return stepped


async def record_lateness(hall: Hall, case: Case, *, now: datetime) -> Case:
    """The case, with its breach recorded at its true time if it is late and nobody has said so: before whatever ends it.

    One that waits for its citizen is late only if it was when the wait began."""
    until = min(now, case.paused_at or now)
    if case.due_at is None or case.breached_at or until < case.due_at:
        return case
    return await take_step(hall, CLOCK, case, Step.BREACH, now=now, changes={"breached_at": case.due_at})
