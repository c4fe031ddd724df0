"""拆分: a letter with two independent asks becomes two cases (RULES 2.4), each with its own number, text, category, bureau and
limit, both counted from the receipt of the letter."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from feedback.actions import chronicle, counting, intake, telling
from feedback.actions.hall import Hall
from feedback.actions.step import take_step
from feedback.rules import chain, code, deadline, status
from feedback.rules.permission import Actor
from feedback.rules.record import Case, Decision, Event, Kind, Understanding
from feedback.rules.status import Status, Step, WrongStep
from feedback.store import attachments, cases, corrections, parts, writing

MOST = 5
"""Cases one letter may become: who wrote about more should be asked to write again."""


@dataclass(frozen=True, slots=True)
class Part:
    """What the second case is about; without a bureau it waits for the dispatcher."""

    text: str
    category: str
    title: str = ""
    bureau: str | None = None
    kind: Kind | None = None
    files: Sequence[str] | None = None
    """Codes of the citizen's files that are about this too; None: all of them, since no program can tell."""


class NoSuchFile(Exception):
    """选的文件里有的已经不在这件诉求里了，请重新选。诉求没有拆分。"""


def may_split(case: Case) -> bool:
    """Whether the case is a whole letter in its first round: a part is not split again, nor what many have signed."""
    whole = case.split_from is None and case.round == 1 and case.source != "petition"
    return whole and not case.protected


async def split(hall: Hall, actor: Actor, case: Case, *, own: str, part: Part, now: datetime) -> Case:
    """The case keeps its letter and `own`, what of it is still its matter; `part` becomes a case. Returns the first one.

    The old query code opens both. A part that accuses an official is sealed and goes to the confidential clerk, whatever
    bureau was named. Raises WrongStep, NoSuchFile."""
    if not may_split(case) or len(await parts.of_letter(hall.database, case)) >= MOST:
        raise WrongStep(Step.SPLIT, case.status)
    understood = hall.understood(part.title, part.text, district=case.district, address=case.address)
    async with hall.database.transaction():
        second = await _add(hall, actor, case, part, understood, now)
        chosen = None if part.files is None else set(part.files)
        shared = await attachments.share(hall.database, case.id, second.id, codes=chosen)
        if chosen is not None and shared < len(chosen):
            raise NoSuchFile
        said = {"part": own} if second.protected else {"part": own, "number": second.number}
        after = await take_step(hall, actor, case, Step.SPLIT, now=now, said=said, public=True)
        bureau = hall.city.bureau_name(second.bureau)
        await telling.tell(hall, after, "split", now=now, other=second.number, other_bureau=bureau)
    return after


async def _add(hall: Hall, actor: Actor, case: Case, part: Part, understood: Understanding, now: datetime) -> Case:
    """The second case: its row, its history, who has it, what the machine thought of it."""
    identity = await hall.numbers.take(hall.database)
    row = await _row(hall, case, part, understood, identity, now)
    events = _events(await cases.events(hall.database, case.id), actor, row, now)
    head, written = chain.GENESIS, []
    for event in events:
        head = chain.link(head, event)
        written.append(("events", intake.event_row(event, head)))
    ledger = chronicle.ledger_row(understood, identity, now)
    await writing.insert(hall.database, [("cases", {**row, "head": head}), *written, ("ledger", ledger)])
    await parts.copy_contact(hall.database, case.id, identity)
    second = await cases.by_id(hall.database, identity)
    assert second is not None
    if second.bureau:
        stages = counting.stages(hall, second, now)
        await cases.assign(hall.database, identity, second.bureau, role="lead", round=1, now=now, stages=stages)
    await _corrected(hall, actor, second, understood, now)
    if second.urgent and not second.protected:
        await telling.alarm(
            hall, second.id, number=second.number, bureau=second.bureau, category=second.category, by=actor.person_id,
            now=now,
        )  # fmt: skip
    return second


async def _row(
    hall: Hall, case: Case, part: Part, understood: Understanding, identity: int, now: datetime
) -> dict[str, Any]:
    secret = understood.decision is Decision.PROTECTED
    kind = Kind.REPORT if secret else part.kind or case.kind
    urgent = understood.urgent
    term = hall.city.term(
        kind=kind, category=part.category, urgent=urgent, regime=case.regime, version=case.limit_version
    )
    waited = await cases.events(hall.database, case.id)
    first = deadline.due(case.received_at, term.limit, hall.city.calendar)
    due = counting.replayed(first, term.limit, waited, [], 1, hall.city.calendar, counting.cap_of(hall.city, case))
    title = intake.title_of(intake.Letter(part.text, title=part.title))
    return {
        "id": identity,
        "number": code.number(identity, now.astimezone(deadline.CITY_TIME)),
        "code_hash": await parts.code_hash(hall.database, case.id),
        "status": Status.ASSIGNED if part.bureau and not secret else Status.TRIAGE,
        "kind": kind,
        "category": part.category,
        "district": case.district or understood.district,
        "bureau": None if secret else part.bureau,
        "title": "" if secret else title,
        "body": "" if secret else part.text,
        "address": "" if secret else case.address,
        "sealed_text": hall.vault.seal(f"{title}\n{case.address}\n{part.text}") if secret else None,
        "urgent": urgent,
        "protected": secret,
        "anonymous": case.anonymous,
        "publish": case.publish and not secret,
        "source": case.source,
        "decision": Decision.PROTECTED if secret else Decision.TRIAGE,
        "regime": case.regime,
        "split_from": case.id,
        "limit_code": term.code,
        "limit_version": term.version,
        "received_at": case.received_at,
        "round_started_at": case.received_at,
        **counting.columns(hall.city.moved(case.received_at, term, due), None),
    }


def _events(before: list[Event], actor: Actor, row: dict[str, Any], now: datetime) -> list[Event]:
    """Submitted when the letter was, split now."""
    identity, submitted = row["id"], before[0]
    to = status.following(Status.SUBMITTED, Step.SPLIT, row["status"])
    return [
        dataclasses.replace(submitted, case_id=identity),
        Event(identity, 2, now, Step.SPLIT, Status.SUBMITTED, to, actor.role, actor.person_id, row["bureau"], 1),
    ]


async def _corrected(hall: Hall, actor: Actor, second: Case, understood: Understanding, now: datetime) -> None:
    """A person chose: a label, beside what the machine would have said."""
    guessed = dataclasses.replace(second, category=understood.category, bureau=understood.bureau)
    await corrections.add(
        hall.database, guessed, step=Step.SPLIT, person_id=actor.person_id, now=now,
        to_category=second.category, to_bureau=second.bureau,
    )  # fmt: skip


