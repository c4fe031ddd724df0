"""督办 and 批示 from the first word to the write-off: given on one case or many, answered by bureaus, warned of by the clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from feedback.actions.hall import Hall
from feedback.actions.step import take_step
from feedback.rules import instruction, ladder, permission
from feedback.rules.instruction import Act, State
from feedback.rules.permission import BUREAU_ROLES, Actor, NotYours
from feedback.rules.record import Case
from feedback.rules.status import Step, WrongStep
from feedback.store import cases, instructions

MOST = 200
"""Cases of one instruction: more is a campaign, and its steps would hold the desks up."""


class TooMany(Exception):
    """一次最多督办 200 件，请先缩小范围。"""


@dataclass(frozen=True, slots=True)
class Given:
    """A new instruction: on which cases, and which had changed meanwhile so that it is not on them."""

    id: int
    on: tuple[str, ...]
    left_out: tuple[str, ...]


async def begin(
    hall: Hall, actor: Actor, *, text: str, due_at: datetime, about: str = "", now: datetime
) -> int:  # fmt: skip
    """A new instruction on no case yet, inside the caller's transaction; its id. Raises WrongRole."""
    permission.demand(actor, Step.INSTRUCT)
    assert actor.person_id is not None
    warn_at = instruction.warn_at(now, due_at)
    return await instructions.add(
        hall.database, person_id=actor.person_id, text=text, about=about, due_at=due_at, warn_at=warn_at, now=now
    )


async def put(hall: Hall, actor: Actor, identity: int, case: Case, *, text: str, now: datetime) -> Case:
    """The instruction is on this case: a step in its history. Raises WrongStep, Stale."""
    after = await take_step(hall, actor, case, Step.INSTRUCT, now=now, said={"instruction": text})
    await instructions.link(hall.database, identity, case.id)
    return after


async def instruct(
    hall: Hall, actor: Actor, found: Sequence[Case], *, text: str, due_at: datetime, about: str, now: datetime
) -> Given:  # fmt: skip
    """One instruction on all these cases, each by a step of its own; protected ones never. Raises WrongStep when it fits none, TooMany."""
    if len(found) > MOST:
        raise TooMany
    on: list[str] = []
    async with hall.database.transaction():
        identity = await begin(hall, actor, text=text, due_at=due_at, about=about, now=now)
        for case in found:
            if not case.protected and await _try(hall, actor, identity, case, text=text, now=now):
                on.append(case.number)
        if not on:
            raise WrongStep(Step.INSTRUCT)
    return Given(identity, tuple(on), tuple(case.number for case in found if case.number not in on))


async def _try(hall: Hall, actor: Actor, identity: int, case: Case, *, text: str, now: datetime) -> bool:
    try:
        async with hall.database.transaction():
            await put(hall, actor, identity, case, text=text, now=now)
    except (cases.Stale, WrongStep):
        return False  # somebody was faster, or it has ended: the others need not wait for it
    return True


def scope(actor: Actor) -> instructions.Scope:
    """Whose instructions somebody sees: a bureau those with a case of its own, the city's desks all; nobody those on cases
    they have recused themself from. Raises NotYours."""
    if actor.role in BUREAU_ROLES:
        return instructions.Scope(actor.bureau or "", actor.person_id)
    if actor.role in permission.CITY_ROLES:
        return instructions.Scope(None, actor.person_id)
    raise NotYours


async def say(hall: Hall, actor: Actor, identity: int, act: Act, *, text: str, now: datetime) -> None:
    """A word to an instruction: progress, done, sent back, written off. Raises NotYours, WrongRole, WrongAct."""
    async with hall.database.transaction():
        await instructions.lock(hall.database, identity)
        found = await instructions.get(hall.database, identity, scope(actor))
        if found is None:
            raise NotYours
        if not instruction.may_say(actor.role, act):
            raise permission.WrongRole
        instruction.demand(stands(found), act)
        assert actor.person_id is not None
        await instructions.say(
            hall.database, identity, act, text=text, person_id=actor.person_id, bureau=actor.bureau, now=now
        )


def stands(found: object) -> State:
    """Where an instruction stands, as its row of `instructions.page` or `get` tells."""
    row = dict(found._mapping)  # type: ignore[attr-defined]
    return instruction.state(done=row["done_at"] is not None, owed=row["owed"])


async def warn(hall: Hall, *, now: datetime) -> int:
    """Takes every rung that is due, in working time; returns how many."""
    if not ladder.in_working_time(now, hall.city.calendar):
        return 0
    due = await instructions.unwarned(hall.database, now=now)
    for one in due:
        async with hall.database.transaction():
            people = await instructions.receivers(hall.database, one["id"], one["rung"], giver=one["person_id"])
            await instructions.note(hall.database, one["id"], one["rung"], people=people, now=now)
    return len(due)
