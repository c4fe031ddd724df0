"""并案: cases of one matter follow a lead case, are answered with it, and go their own way again when it leaves without an answer."""

from datetime import datetime

from feedback.actions import staging
from feedback.actions.hall import Hall
from feedback.actions.step import take_step
from feedback.actions.telling import tell
from feedback.rules.permission import CLOCK, Actor
from feedback.rules.record import Case
from feedback.rules.status import Status, Step, WrongStep
from feedback.store import cases, people, stages


async def join(hall: Hall, actor: Actor, case: Case, *, lead: Case, now: datetime) -> Case:
    """Follows the lead case and is answered with it; number, answer and rating stay its own. Raises WrongStep for an unfit lead."""
    changes = {"lead_id": lead.id, "joined_from": case.status.value}
    said = {"lead": lead.number}
    async with hall.database.transaction():
        # Who answers the lead meanwhile, or joins it to a third, waits for this, or is seen by it: nobody is left behind. Both are
        # held in the order of their identities, so that two of us never wait for each other.
        held = {identity: await cases.held(hall.database, identity) for identity in sorted({case.id, lead.id})}
        if not await _fit(hall, case, held[lead.id]):
            raise WrongStep(Step.JOIN, lead.status)
        after = await take_step(hall, actor, case, Step.JOIN, now=now, changes=changes, said=said, public=True)
        await stages.rest(hall.database, case.id, now=now)
        await tell(hall, after, "joined", now=now)
    return after


async def _fit(hall: Hall, case: Case, lead: Case) -> bool:
    fit = lead.open and lead.id != case.id and lead.lead_id is None and not lead.protected and not case.protected
    return fit and not await cases.joined_under(hall.database, case.id)


async def unjoin(hall: Hall, actor: Actor, case: Case, *, now: datetime) -> Case:
    """The case goes its own way again, from where it was before it was joined; its bureau signs and speaks as if it got it now."""
    return await _part(hall, actor, case, {}, now)


async def set_free(hall: Hall, lead: Case, *, now: datetime) -> None:
    """The lead has ended without an answer: each of its followers is where it was before, inside the caller's transaction."""
    said = {"note": "一起办理的那一件已经结束，没有答复；您的这一件单独办理。"}
    for follower in await cases.joined_under(hall.database, lead.id):
        await _part(hall, CLOCK, follower, said, now)


async def _part(hall: Hall, actor: Actor, case: Case, said: dict[str, str], now: datetime) -> Case:
    before = Status(case.joined_from) if case.joined_from else None
    changes = {"lead_id": None, "joined_from": None}
    if case.handler_id and not await people.serves(hall.database, case.handler_id, case.bureau):
        changes["handler_id"] = None  # who left while it was joined
    async with hall.database.transaction():
        after = await take_step(
            hall, actor, case, Step.UNJOIN, to=before, now=now, changes=changes, said=said, public=True
        )
        await staging.again(hall, after, since=now, now=now)
        await tell(hall, after, "unjoined", now=now)
    return after
