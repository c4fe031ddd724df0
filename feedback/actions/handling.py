"""What a bureau does with a case it has: accept, return, ask, answer; and what its reviewer does with the answer."""

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from feedback.actions import attaching, counting, recusing, surveying, telling
from feedback.actions.hall import Hall
from feedback.actions.step import record_lateness, take_step
from feedback.rules import deadline, phrasing, reopening
from feedback.rules.attachment import Kept, Purpose
from feedback.rules.permission import BUREAU_ROLES, CLOCK, Actor, Role
from feedback.rules.record import Case
from feedback.rules.status import Status, Step, WrongStep
from feedback.store import (
    attachments,
    cases,
    corrections,
    drafts,
    extensions,
    instructions,
    people,
    recusals,
    stages,
    units,
)


class Outcome(StrEnum):
    """What the bureau found: RULES 2.1, the hotline's reply form."""

    SOLVED = "solved"
    PARTLY = "partly"
    PLANNED = "planned"
    EXPLAINED = "explained"
    NOT_TRUE = "not_true"


class OwnAnswer(Exception):
    """自己拟的答复要由另一位同事审核。"""


class TooLateToReturn(Exception):
    """退单的时限已经过了，请办理；确实不归本单位的，请与派单员联系。"""


class TooManyDays(Exception):
    """延期的天数超过了允许的上限。"""


async def accept(hall: Hall, actor: Actor, case: Case, *, now: datetime) -> Case:
    """The bureau signs for the case; who signs handles it."""
    async with hall.database.transaction():
        after = await take_step(hall, actor, case, Step.ACCEPT, now=now, changes={
            "handler_id": actor.person_id, "unit_id": case.unit_id or actor.unit,
        })  # fmt: skip
        await cases.accept(hall.database, case.id, now=now)
    return after


async def give_back(
    hall: Hall, actor: Actor, case: Case, *, reason: str, propose: str, basis: str, now: datetime
) -> Case:
    """退单: not this bureau's; once per bureau and round, in time, never after designation. Raises WrongStep, TooLateToReturn."""
    since = await cases.held_since(hall.database, case.id)
    until = counting.may_return_until(hall.city, case, since) if since else None
    if until is not None and now >= until:
        raise TooLateToReturn
    async with hall.database.transaction():
        if case.designated or await corrections.returned(hall.database, case.id, bureau=case.bureau, round=case.round):
            raise WrongStep(Step.RETURN, case.status)
        said = {"reason": reason, "basis": basis, "propose": propose}
        after = await take_step(
            hall,
            actor,
            case,
            Step.RETURN,
            now=now,
            said=said,
            changes={"bureau": None, "handler_id": None},
        )
        await cases.release(hall.database, case.id, ended_by=Step.RETURN, now=now)
        await extensions.lapse(hall.database, case.id, case.round)
        await corrections.add(
            hall.database,
            case,
            step=Step.RETURN,
            person_id=actor.person_id,
            to_bureau=propose or None,
            now=now,
        )
    return after


async def contact(hall: Hall, actor: Actor, case: Case, *, text: str, now: datetime) -> Case:
    """The bureau's first word to the citizen, shown in the timeline."""
    changes = {} if case.first_response_at else {"first_response_at": now}
    async with hall.database.transaction():
        after = await take_step(
            hall,
            actor,
            case,
            Step.CONTACT,
            now=now,
            changes=changes,
            said={"message": text},
            public=True,
        )
        await stages.contacted(hall.database, case.id, now=now)
        await telling.tell(hall, after, "contact", now=now, text=text)
    return after


async def ask_citizen(hall: Hall, actor: Actor, case: Case, *, question: str, now: datetime) -> Case:
    """补充: the bureau asks, the clock pauses until the citizen answers or the cap of the round is reached.

    With nothing left of the cap the citizen is asked all the same, but the bureau works on and the clock goes on."""
    until = await counting.pause_until(hall, case, now)
    changes = {"first_response_at": case.first_response_at or now}
    if until:
        changes |= {"paused_at": now, "pause_until": until}
    async with hall.database.transaction():
        after = await take_step(
            hall,
            actor,
            case,
            Step.ASK_CITIZEN,
            to=Status.AWAITING_CITIZEN if until else Status.WORKING,
            now=now,
            changes=changes,
            said={"question": question},
            public=True,
        )
        await stages.contacted(hall.database, case.id, now=now)
        await telling.tell(hall, after, "question", now=now, text=question, pause_until=counting.told(until) if until else "")
    return after


async def suspend(
    hall: Hall, actor: Actor, case: Case, *, measure: str, until: str, responsible: str, post: str = "",
    milestones: str = "", now: datetime,
) -> Case:  # fmt: skip
    """挂账: cannot be solved now; measure, date, person (with `post`, their position) and what is to be reached on the way are
    named. The clocks go on, the case is counted apart and listed publicly, without the person's name."""
    said = {"measure": measure, "until": until, "responsible": responsible, "post": post, "milestones": milestones}
    async with hall.database.transaction():
        after = await take_step(hall, actor, case, Step.SUSPEND, now=now, said=said, public=True)
        await telling.tell(hall, after, "suspended", now=now, text=measure, until=until)
    return after


async def resume(hall: Hall, actor: Actor, case: Case, *, now: datetime) -> Case:
    """A suspended case is worked on again."""
    async with hall.database.transaction():
        return await take_step(hall, actor, case, Step.RESUME, now=now)


async def request_extension(hall: Hall, actor: Actor, case: Case, *, days: int, reason: str, now: datetime) -> Case:
    """延期: before the due time, once a round, at most `deadline.extension_cap`. Raises WrongStep, TooManyDays."""
    if case.due_at is None or now >= case.due_at:
        raise WrongStep(Step.REQUEST_EXTENSION, case.status)
    most = deadline.extension_cap(counting.term_of(hall, case).limit)
    if not 1 <= days <= most:
        raise TooManyDays(most)
    async with hall.database.transaction():
        if await extensions.get(hall.database, case.id, case.round):
            raise WrongStep(Step.REQUEST_EXTENSION, case.status)
        after = await take_step(hall, actor, case, Step.REQUEST_EXTENSION, now=now, said={"reason": reason})
        await extensions.ask(hall.database, case.id, case.round, days=days, now=now)
    return after


async def reply(
    hall: Hall, actor: Actor, case: Case, *, finding: str, answer: str, outcome: Outcome, now: datetime,
    report: Mapping[str, str] | None = None, files: Sequence[Kept] = (),
) -> Case:  # fmt: skip
    """Finding (internal, `report` its short fields) and answer, with its files, go to the reviewer. Raises TooMuch.

    Where the bureau needs no second person, who answers also approves, and the answer is public at once."""
    said = {"finding": finding, **(report or {}), "answer": answer, "outcome": outcome}
    async with hall.database.transaction():
        after = await take_step(hall, actor, case, Step.REPLY, now=now, said=said)
        await attaching.to_case(hall, actor, after, files, Purpose.ANSWER, now=now)
        if actor.person_id is not None:
            await drafts.drop(hall.database, case.id, actor.person_id)
            await drafts.leave(hall.database, case.id, actor.person_id)
        if _needs_nobody_else(hall, actor, after):
            after = await _answered(hall, dataclasses.replace(actor, role=Role.REVIEWER), after, answer=answer, now=now)
    return after


def _needs_nobody_else(hall: Hall, actor: Actor, case: Case) -> bool:
    bureau = hall.city.bureaus.get(case.bureau or "")
    return actor.role in BUREAU_ROLES and bureau is not None and not bureau.two_step


async def send_back(hall: Hall, actor: Actor, case: Case, *, reason: str, now: datetime) -> Case:
    """The reviewer wants the answer written again, and says why."""
    async with hall.database.transaction():
        return await take_step(hall, actor, case, Step.SEND_BACK, now=now, said={"reason": reason})


async def approve(hall: Hall, actor: Actor, case: Case, *, now: datetime) -> Case:
    """The answer goes out: to the citizen, and to everybody whose case was joined to this one. The clocks stop.

    Nobody of a bureau that wants two people approves what they wrote themselves: raises OwnAnswer."""
    if actor.role in BUREAU_ROLES and not _needs_nobody_else(hall, actor, case) and await cases.writer(hall.database, case.id) == actor.person_id:
        raise OwnAnswer
    async with hall.database.transaction():
        answer = await cases.last_text(hall.database, case.id, "answer", vault=hall.vault)
        return await _answered(hall, actor, case, answer=answer, now=now)


async def _answered(hall: Hall, actor: Actor, case: Case, *, answer: str, now: datetime) -> Case:
    after = await _publish(hall, actor, case, Step.APPROVE, answer=answer, now=now)
    await attachments.publish(hall.database, case.id, round=case.round, bureau=case.bureau)
    for follower in await cases.joined_under(hall.database, case.id):
        # Whose words they are says the answer, is judged by the citizen, and works on it again.
        own: dict[str, Any] = {"category": follower.category or after.category}
        if follower.bureau != after.bureau:
            own |= {"bureau": after.bureau, "handler_id": after.handler_id, "unit_id": after.unit_id}
        told = await _publish(hall, CLOCK, follower, Step.FOLLOW, answer=answer, now=now, own=own)
        seq, rounds = told.answer_seq or 0, {"lead_round": case.round, "round": told.round}
        await attachments.follow(hall.database, case.id, told.id, seq=seq, **rounds)
    return after


async def _publish(
    hall: Hall, actor: Actor, case: Case, step: Step, *, answer: str, now: datetime, own: Mapping[str, Any] = {},
) -> Case:  # fmt: skip
    case = await record_lateness(hall, case, now=now)
    seq = await cases.next_seq(hall.database, case.id)
    changes = {
        "answered_at": now,
        "answer_seq": seq,
        "first_response_at": case.first_response_at or now,
        "paused_at": None,
        "pause_until": None,
        "closed_at": None,
        **own,
    }
    after = await take_step(
        hall, actor, case, step, now=now, bureau=own.get("bureau"), changes=changes, said={"answer": answer}, public=True
    )
    await stages.contacted(hall.database, case.id, now=now)
    await cases.release(hall.database, case.id, ended_by=step, now=now)
    await instructions.answered(hall.database, case.id, now=now)
    await telling.tell(hall, after, "answered", now=now, last=reopening.is_final(after.regime, after.round))
    await surveying.ask(hall, after, now=now)
    return after


async def assign(
    hall: Hall, actor: Actor, case: Case, *, person_id: int | None = None, unit_id: int | None = None, now: datetime
) -> Case:
    """Gives the case to a colleague of the same bureau, or to a 科室 of it.

    Raises people.Unknown, units.Unknown, Recused."""
    if unit_id is not None:
        unit = await units.get(hall.database, unit_id, bureau=case.bureau)
        changes, to = {"handler_id": None, "unit_id": unit.id}, unit.name
    else:
        colleague = await people.colleague(hall.database, person_id or 0, bureau=case.bureau)
        if await recusals.has(hall.database, case.id, colleague.id):
            raise recusing.Recused
        changes, to = {"handler_id": colleague.id, "unit_id": colleague.unit_id}, colleague.name
    async with hall.database.transaction():
        return await take_step(hall, actor, case, Step.ASSIGN, now=now, changes=changes, said={"to": to})


async def contribute(
    hall: Hall, actor: Actor, case: Case, *, finding: str, now: datetime, files: Sequence[Kept] = ()
) -> Case:  # fmt: skip
    """协办: a support bureau adds what it found, with files among colleagues; the lead answers. Raises TooMuch."""
    async with hall.database.transaction():
        after = await take_step(hall, actor, case, Step.CONTRIBUTE, now=now, said={"finding": finding})
        await stages.contributed(hall.database, case.id, bureau=actor.bureau, now=now)
        await attaching.to_case(hall, actor, after, files, Purpose.INTERNAL, now=now)
    return after


async def note(
    hall: Hall, actor: Actor, case: Case, *, text: str, now: datetime, mention: Sequence[int] = (),
    files: Sequence[Kept] = (), purpose: Purpose = Purpose.INTERNAL,
) -> Case:  # fmt: skip
    """A note among colleagues, words, files or both; the citizen never sees it. Who is mentioned, by id or as @name in the
    text, is told. Files for the answer (`purpose`) wait there until it is approved.

    Raises people.Unknown for somebody who may not see the case, TooMuch."""
    readers = await people.readers(hall.database, case, bureaus=await cases.holders(hall.database, case.id))
    named = set(mention) | phrasing.mentioned(text, {one.id: one.name for one in readers})
    if not named <= {one.id for one in readers}:
        raise people.Unknown(sorted(named))
    async with hall.database.transaction():
        after = await take_step(hall, actor, case, Step.NOTE, now=now, said={"note": text})
        await attaching.to_case(hall, actor, after, files, purpose, now=now)
        await telling.staff(hall, after, named, "mention", now=now, by=actor.person_id)
    return after
