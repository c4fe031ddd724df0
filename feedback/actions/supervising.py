"""What supervisors and leaders decide: extensions, further rework, instructions, termination."""

from datetime import datetime

from feedback.actions import asking, counting, instructing, leaving
from feedback.actions.hall import Hall
from feedback.actions.step import take_step
from feedback.actions.telling import tell
from feedback.rules import deadline
from feedback.rules.permission import Actor
from feedback.rules.record import Case
from feedback.rules.status import Step, WrongStep
from feedback.store import cases, extensions


async def decide_extension(hall: Hall, actor: Actor, case: Case, *, grant: bool, reason: str, now: datetime) -> Case:
    """Grants or refuses the extension asked for; the citizen is told the reason of a granted one: the bureau's own words where the
    supervisor adds none. Raises WrongStep."""
    asked = await extensions.get(hall.database, case.id, case.round)
    if asked is None or asked["granted"] is not None or case.due_at is None:
        raise WrongStep(Step.GRANT_EXTENSION, case.status)
    if not grant:
        return await _refuse(hall, actor, case, reason=reason, now=now)
    limit = counting.term_of(hall, case).limit
    due, days = deadline.grant(case.due_at, asked["days"], hall.city.calendar, limit=limit)
    if not days:  # the limit has changed since it was asked for, and allows none
        raise WrongStep(Step.GRANT_EXTENSION, case.status)
    reason = reason or await _why_asked(hall, case)
    changes = {**counting.moved(hall, case, due, base=case.due_at), "extended_days": days}
    async with hall.database.transaction():
        after = await take_step(
            hall,
            actor,
            case,
            Step.GRANT_EXTENSION,
            now=now,
            changes=changes,
            said={"reason": reason},
            public=True,
        )
        await extensions.decide(hall.database, case.id, case.round, granted=True, now=now)
        await tell(hall, after, "extended", now=now, text=reason)
    return after


async def _why_asked(hall: Hall, case: Case) -> str:
    """What the bureau wrote when it asked; its form says that the citizen will see it."""
    history = await cases.events(hall.database, case.id)
    asked = next(event.seq for event in reversed(history) if event.step is Step.REQUEST_EXTENSION)
    texts = await cases.texts(hall.database, case.id, vault=hall.vault)
    return next(text.body for text in texts if (text.seq, text.field) == (asked, "reason"))


async def _refuse(hall: Hall, actor: Actor, case: Case, *, reason: str, now: datetime) -> Case:
    async with hall.database.transaction():
        after = await take_step(hall, actor, case, Step.REFUSE_EXTENSION, now=now, said={"reason": reason})
        await extensions.decide(hall.database, case.id, case.round, granted=False, now=now)
    return after


async def instruct(hall: Hall, actor: Actor, case: Case, *, text: str, due_at: datetime, now: datetime) -> Case:
    """督办、批示 on one case: an order with its own due time, seen by the bureau, never by the public."""
    async with hall.database.transaction():
        identity = await instructing.begin(hall, actor, text=text, due_at=due_at, now=now)
        return await instructing.put(hall, actor, identity, case, text=text, now=now)


async def rework(hall: Hall, actor: Actor, case: Case, *, reason: str, now: datetime) -> Case:
    """A supervisor opens the next round."""
    return await asking.reopen(hall, case, reason=reason, now=now, actor=actor)


async def refuse_rework(hall: Hall, actor: Actor, case: Case, *, reason: str, now: datetime) -> Case:
    """No further round, and the citizen is told why. Raises WrongStep when nobody has asked or it is decided."""
    if not case.asked_again:
        raise WrongStep(Step.REFUSE_REWORK, case.status)
    async with hall.database.transaction():
        said = {"reason": reason}
        after = await take_step(hall, actor, case, Step.REFUSE_REWORK, now=now, said=said, public=True)
        await tell(hall, after, "rework_refused", now=now, text=reason)
    return after


async def terminate(hall: Hall, actor: Actor, case: Case, *, reason: str, now: datetime) -> Case:
    """终止办理, with written reasons: statutory procedure begun, same facts again, refusal to cooperate."""
    async with hall.database.transaction():
        after = await leaving.leave(
            hall, actor, case, Step.TERMINATE, changes=asking.resumed(hall, case, now), said={"reason": reason}, now=now
        )
        await tell(hall, after, "terminate", now=now, text=reason)
    return after
