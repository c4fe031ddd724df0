"""联名建议: propose, moderate, sign. A signature is counted in its own transaction, and the one that reaches the first threshold opens the case there."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from feedback.actions import intake, proving
from feedback.actions.hall import Hall
from feedback.rules import deadline, petition
from feedback.rules.permission import Actor, Role, WrongRole
from feedback.rules.petition import Petition, Status
from feedback.rules.record import Decision, Kind
from feedback.store import notices, petitions, writing


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a citizen proposes, already checked for shape."""

    title: str
    body: str
    name: str
    phone: str
    code: str
    district: str | None = None


@dataclass(frozen=True, slots=True)
class Signer:
    """Who supports it. The name is sealed, of the phone only a hash is kept."""

    name: str
    phone: str
    code: str
    district: str


@dataclass(frozen=True, slots=True)
class Signed:
    """What the signer is told: whether it had been counted before, and how many there are."""

    already: bool
    signatures: int


Also = Callable[[Any], writing.Rows]
"""Rows to be written with the result, such as the answer kept for a retried request."""


async def propose(hall: Hall, proposal: Proposal, *, now: datetime, also: Also | None = None) -> Petition:
    """A new petition in moderation. Raises Confidential for a report against somebody, WrongCode for the phone code."""
    understood = hall.understood(proposal.title, proposal.body, district=proposal.district, address="")
    if understood.decision is Decision.PROTECTED:
        raise petition.Confidential
    await proving.demand(hall, petition.signer(proposal.phone), proposal.code, now=now)
    made = _petition(hall, proposal, await petitions.next_id(hall.database), now)
    await writing.insert(hall.database, [*_rows(hall, made, proposal), *(also(made) if also else ())])
    return made


def _petition(hall: Hall, proposal: Proposal, identity: int, now: datetime) -> Petition:
    return Petition(
        id=identity,
        number=petition.number(identity, now.astimezone(deadline.CITY_TIME).year),
        status=Status.MODERATION,
        title=proposal.title,
        body=proposal.body,
        public_title="",
        public_body="",
        district=proposal.district,
        proposed_at=now,
        due_at=deadline.due(now, petition.MODERATION, hall.city.calendar),
        decided_at=None,
        reason=None,
        explanation="",
        closes_at=None,
        signatures=0,
        case_id=None,
    )


def _rows(hall: Hall, made: Petition, proposal: Proposal) -> writing.Rows:
    row = {
        "id": made.id,
        "number": made.number,
        "status": made.status,
        "title": made.title,
        "body": made.body,
        "district": made.district,
        "proposer": hall.vault.seal(proposal.name),
        "phone": hall.vault.seal(petition.signer(proposal.phone)),
        "proposed_at": made.proposed_at,
        "due_at": made.due_at,
    }
    promises = [{"petition_id": made.id, "at": at, "promise": promise} for at, promise in petition.THRESHOLDS]
    return [("petitions", row), *(("thresholds", promise) for promise in promises)]


async def publish(hall: Hall, actor: Actor, found: Petition, *, now: datetime) -> Petition:
    """The petition is open for signatures, without the personal data found in it. Raises WrongRole or Decided."""
    closes = deadline.due(now, petition.PERIOD, hall.city.calendar)
    return await _decide(hall, actor, found, Status.OPEN, closes_at=closes, now=now)


async def reject(
    hall: Hall, actor: Actor, found: Petition, *, reason: str, explanation: str, now: datetime
) -> Petition:
    """Not published, for a reason of the list and in words that are. Raises WrongRole, Decided or KeyError."""
    petition.REASONS[reason]
    return await _decide(hall, actor, found, Status.REJECTED, reason=reason, explanation=explanation, now=now)


async def _decide(
    hall: Hall, actor: Actor, found: Petition, status: Status, *, now: datetime, reason: str | None = None,
    explanation: str = "", closes_at: datetime | None = None,
) -> Petition:  # fmt: skip
    if actor.role is not Role.DISPATCHER:
        raise WrongRole(status, actor.role)
    hidden = reason in petition.HIDING_REASONS
    async with hall.database.transaction():
        decided = await petitions.decide(
            hall.database, found.id, now=now, person_id=actor.person_id, status=status, reason=reason,
            explanation=explanation, closes_at=closes_at,
            public_title="" if hidden else hall.redact(found.title),
            public_body="" if hidden else hall.redact(found.body),
        )  # fmt: skip
        if not decided:
            raise petition.Decided(found.number)
        await _tell(hall, found, f"petition_{status}", now=now, reason=petition.REASONS.get(reason or "", ""),
                    explanation=explanation, closes_at=closes_at)  # fmt: skip
    return await fresh(hall, found.number, now=now)


async def fresh(hall: Hall, number: str, *, now: datetime) -> Petition:
    """The petition as it is now."""
    found = await petitions.get(hall.database, number, now=now)
    assert found is not None
    return found


async def sign(hall: Hall, found: Petition, signer: Signer, *, now: datetime, also: Also | None = None) -> Signed:
    """附议: one person, one signature; a second one is told, not counted. Raises NotOpen or WrongCode.

    The code is asked first: nobody learns whether another person has signed."""
    petition.demand_open(found)
    phone = petition.signer(signer.phone)
    await proving.demand(hall, phone, signer.code, now=now)
    async with hall.database.transaction():
        new = await petitions.add_signature(
            hall.database, found.id, signer=hall.vault.hash("signer", found.number, phone),
            name=hall.vault.seal(signer.name), district=signer.district, now=now,
        )  # fmt: skip
        signatures = await _counted(hall, found, now=now) if new else found.signatures
        signed = Signed(already=not new, signatures=signatures)
        if also and (rows := also(signed)):
            await writing.insert(hall.database, rows)
    return signed


async def _counted(hall: Hall, found: Petition, *, now: datetime) -> int:
    """The sum with this signature; what it reaches happens in the same transaction. Raises NotOpen."""
    signatures = await petitions.count_up(hall.database, found.id, now=now)
    if signatures is None:
        raise petition.NotOpen(found.number)
    reached = await petitions.reach(hall.database, found.id, signatures=signatures, now=now)
    if reached and (await fresh(hall, found.number, now=now)).case_id is None:
        await _open_case(hall, found, now=now)
    return signatures


async def _open_case(hall: Hall, found: Petition, *, now: datetime) -> None:
    """The petition becomes a case with a bureau and a due time; who proposed it is its citizen."""
    name, phone = await petitions.proposer(hall.database, hall.vault, found.id)
    letter = intake.Letter(
        title=found.title, body=found.body, kind=Kind.SUGGESTION, district=found.district,
        name=name, phone=phone, publish=True, source="petition",
    )  # fmt: skip
    receipt = await intake.submit(hall, letter, now=now)
    await petitions.link_case(hall.database, found.id, receipt.number)
    await _tell(hall, found, "petition_reached", now=now, case=receipt.number)


async def _tell(hall: Hall, found: Petition, template: str, *, now: datetime, **values: object) -> None:
    _, phone = await petitions.proposer(hall.database, hall.vault, found.id)
    text = hall.words(template, number=found.number, **values)
    await notices.add(hall.database, notices.row(hall.vault, receiver=phone, text=text, template=template, now=now))
