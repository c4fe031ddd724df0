"""A citizen's words become a case: understood, routed and acknowledged in one statement."""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from feedback.actions import attaching, counting, telling
from feedback.actions.hall import Hall
from feedback.rules import chain, code, deadline, learning
from feedback.rules.attachment import Kept
from feedback.rules.city import Due
from feedback.rules.limit import Regime
from feedback.rules.permission import Actor, Role
from feedback.rules.record import Decision, Event, Kind, Understanding
from feedback.rules.status import Status, Step
from feedback.store import cases, contacts, notices, writing

TITLE_LENGTH = 30
XINFANG = "xinfang"
"""The source of a letter that came as 信访: 《信访工作条例》 rules it from the beginning."""
_SALUTATION = re.compile(
    r"^(?:\s*(?:尊敬的[^，。：:,！!\n]{1,12}|(?:各位|市)?领导|市长|书记|您|你们?|大家|编辑)?(?:同志)?(?:您|你们?)?好?[，。：:,！!\s]+)+"
)
"""尊敬的领导：您好！ and its like."""

Also = Callable[["Receipt"], writing.Rows]


@dataclass(frozen=True, slots=True)
class Letter:
    """What a citizen sent, already checked for shape: lengths, characters, known codes."""

    body: str
    title: str = ""
    kind: Kind | None = None
    address: str = ""
    district: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    name: str = ""
    phone: str = ""
    email: str = ""
    anonymous: bool = False
    publish: bool = False
    source: str = "web"
    source_id: str | None = None
    """What another system calls it: the same one twice is refused by the database."""
    quiet: bool = False
    """The citizen wants no messages: the number was told by voice or on paper."""
    entered_by: int | None = None
    """The dispatcher who wrote it down for the citizen."""
    ask: bool = False
    """A person decides at once: the machine only proposes."""
    bureau: str | None = None
    """Who has it already, as another system says; the machine only proposes the rest."""
    category: str | None = None
    remark: str = ""
    """For the dispatcher, beside the letter; the citizen never sees it."""
    files: tuple[Kept, ...] = ()
    """Photos and files that came with it: they lie on disk already."""
    handed_at: datetime | None = None
    """When it came to us, of a letter that another system received earlier: no bureau answers for the days before."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the citizen is told at once. The query code is nowhere else."""

    number: str
    query_code: str
    status: Status
    kind: Kind
    title: str
    bureau: str | None
    category: str | None
    district: str | None
    received_at: datetime
    handed_at: datetime
    due: Due
    understanding: Understanding
    regime: Regime = Regime.HOTLINE


async def submit(hall: Hall, letter: Letter, *, now: datetime, also: Also | None = None) -> Receipt:
    """A new case, routed or in triage. The rows `also` gives for the receipt are written with it, or nothing is.

    Raises asyncpg.UniqueViolationError for those rows only."""
    understood = await hall.read(letter)
    identity = await hall.numbers.take(hall.database)
    receipt = _receipt(hall, letter, understood, identity, now)
    rows = [*_rows(hall, letter, receipt, identity), *(also(receipt) if also else ())]
    imported_silently = letter.quiet and letter.source_id is not None
    if understood.urgent and understood.decision is not Decision.PROTECTED and not imported_silently:
        await _with_alarm(hall, rows, receipt, identity)
    elif also:
        await writing.insert(hall.database, rows)
    else:
        await hall.write(rows)
    return receipt


async def _with_alarm(hall: Hall, rows: writing.Rows, receipt: Receipt, identity: int) -> None:
    async with hall.database.transaction():
        await writing.insert(hall.database, rows)
        await telling.alarm(
            hall, identity, number=receipt.number, bureau=receipt.bureau, category=receipt.category,
            now=receipt.received_at,
        )  # fmt: skip


def title_of(letter: Letter) -> str:
    """The citizen's title, or where they gave none the beginning of the text behind its salutation."""
    if letter.title:
        return letter.title
    text = letter.body.strip()
    said = _SALUTATION.sub("", text) or text
    first = said.splitlines()[0].strip()
    return first if len(first) <= TITLE_LENGTH else first[: TITLE_LENGTH - 1] + "…"


def _receipt(hall: Hall, letter: Letter, understood: Understanding, identity: int, now: datetime) -> Receipt:
    kind = letter.kind or understood.kind
    if understood.decision is Decision.PROTECTED:
        kind = Kind.REPORT
    elif letter.category:
        understood = replace(understood, category=letter.category)
    regime = Regime.XINFANG if letter.source == XINFANG else Regime.HOTLINE
    term = hall.city.term(kind=kind, category=understood.category, urgent=understood.urgent, regime=regime)
    if letter.ask and understood.decision is Decision.AUTO:
        understood = replace(understood, decision=Decision.TRIAGE)
    understood, routed = _given(letter, understood)
    return Receipt(
        number=code.number(identity, now.astimezone(deadline.CITY_TIME)),
        query_code=code.query_code(os.urandom(7)),
        status=Status.ASSIGNED if routed else Status.TRIAGE,
        kind=kind,
        title=title_of(letter),
        bureau=understood.bureau if routed else None,
        category=understood.category,
        district=letter.district or understood.district,
        received_at=now,
        handed_at=letter.handed_at or now,
        due=hall.city.due(now, term),
        understanding=understood,
        regime=regime,
    )


def _given(letter: Letter, understood: Understanding) -> tuple[Understanding, bool]:
    """What is understood, and whether the case goes to a bureau at once: where another system had it, or the machine is sure.

    Without a category nobody can be asked for it, and a report against officials goes where the law says."""
    if letter.bureau and understood.category and understood.decision is not Decision.PROTECTED:
        return replace(understood, decision=Decision.TRIAGE, bureau=letter.bureau, support=()), True
    return understood, understood.decision is Decision.AUTO and understood.bureau is not None


def _rows(hall: Hall, letter: Letter, receipt: Receipt, identity: int) -> list[tuple[str, dict[str, Any]]]:
    history, head = _history(identity, receipt, letter)
    stages = _stages(hall, receipt)
    rows = [("cases", _case_row(hall, letter, receipt, identity, head, stages)), *history]
    rows.append(("ledger", _ledger_row(receipt, identity)))
    if receipt.bureau:
        rows += _assignment_rows(hall, receipt, identity, stages)
        if receipt.understanding.decision is Decision.AUTO and learning.drawn(hall.vault.hash("audit", receipt.number)):
            rows.append(("audits", {"case_id": identity, "drawn_at": receipt.received_at}))
    if letter.remark and receipt.understanding.decision is not Decision.PROTECTED:
        remark = {"case_id": identity, "seq": 2, "field": "note", "body": letter.remark, "public": False}
        rows.append(("texts", remark))
    if letter.phone or letter.name or letter.email:
        row = contacts.row(
            hall.vault, identity, name=letter.name, phone=letter.phone, email=letter.email, quiet=letter.quiet
        )
        rows.append(("contacts", row))
    rows += [("notices", row) for row in _notice_rows(hall, letter, receipt, identity)]
    rows += attaching.of_letter(hall, letter.files, identity, by=letter.entered_by, now=receipt.received_at)
    return rows


def _history(identity: int, receipt: Receipt, letter: Letter) -> tuple[list[tuple[str, dict[str, Any]]], bytes]:
    """The first two events: submitted, then routed or put to triage."""
    by = Actor(Role.DISPATCHER if letter.entered_by else Role.CITIZEN, letter.entered_by)
    second = Step.ROUTE if receipt.bureau else Step.ASK
    events = [
        Event(identity, 1, receipt.received_at, Step.SUBMIT, "", Status.SUBMITTED, by.role, by.person_id, None, 1),
        Event(identity, 2, receipt.handed_at, second, Status.SUBMITTED, receipt.status, Role.CLOCK, None, receipt.bureau, 1),
    ]
    head, rows = chain.GENESIS, []
    for event in events:
        head = chain.link(head, event)
        rows.append(("events", event_row(event, head)))
    return rows, head


def event_row(event: Event, digest: bytes) -> dict[str, Any]:
    """One event as a row."""
    return {
        "case_id": event.case_id, "seq": event.seq, "at": event.at, "step": event.step, "from_status": event.from_status,
        "to_status": event.to_status, "actor": event.actor, "person_id": event.person_id, "bureau": event.bureau,
        "round": event.round, "hash": digest,
    }  # fmt: skip


def _case_row(
    hall: Hall, letter: Letter, receipt: Receipt, identity: int, head: bytes, stages: counting.Stages
) -> dict[str, Any]:
    secret = receipt.understanding.decision is Decision.PROTECTED
    due = receipt.due
    return {
        "id": identity,
        "number": receipt.number,
        "code_hash": hall.vault.hash("code", code.normalised(receipt.query_code) or ""),
        **{name: getattr(receipt, name) for name in ("status", "kind", "category", "district", "bureau")},
        "title": "" if secret else receipt.title,
        "body": "" if secret else letter.body,
        "address": "" if secret else letter.address,
        "sealed_text": hall.vault.seal(f"{receipt.title}\n{letter.address}\n{letter.body}") if secret else None,
        "latitude": None if secret else letter.latitude,
        "longitude": None if secret else letter.longitude,
        "urgent": receipt.understanding.urgent,
        "protected": secret,
        "anonymous": letter.anonymous,
        "publish": letter.publish and not secret,
        "source": letter.source,
        "source_id": letter.source_id,
        "decision": receipt.understanding.decision,
        "regime": receipt.regime,
        "limit_code": due.term.code,
        "limit_version": due.term.version,
        "received_at": receipt.received_at,
        "round_started_at": receipt.received_at,
        "due_at": due.due_at,
        "warn_at": due.warn_at,
        "accept_due_at": stages["accept_due_at"],
        "provisional": due.provisional,
        "head": head,
    }


_LEDGER = ("decision", "model", "category", "bureau", "probability", "threshold", "probabilities")


def _ledger_row(receipt: Receipt, identity: int) -> dict[str, Any]:
    understood = receipt.understanding
    return {
        "case_id": identity,
        "at": receipt.received_at,
        **{name: getattr(understood, name) for name in _LEDGER},
        "categories": [candidate.category for candidate in understood.candidates],
        "bureaus": [candidate.bureau or "" for candidate in understood.candidates],
        "scores": [candidate.probability for candidate in understood.candidates],
        "reasons": [] if understood.decision is Decision.PROTECTED else list(understood.reasons),
    }


def _assignment_rows(hall: Hall, receipt: Receipt, identity: int, lead: counting.Stages) -> list[tuple[str, dict[str, Any]]]:
    def row(bureau: str, role: str, stages: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        who = {"case_id": identity, "bureau": bureau, "role": role, "round": 1, "from_at": receipt.handed_at}
        return "assignments", {**who, **cases.NO_STAGES, **stages}

    told = counting.support_of(hall.city, receipt.handed_at, **_rules(receipt))
    support = [bureau for bureau in receipt.understanding.support if bureau != receipt.bureau]
    return [row(receipt.bureau or "", "lead", lead), *(row(bureau, "support", told) for bureau in support)]


def _stages(hall: Hall, receipt: Receipt) -> counting.Stages:
    """Until when the bureau that was found signs for it; in triage nobody has to."""
    if receipt.bureau is None:
        return dict(cases.NO_STAGES)
    return counting.stages_of(hall.city, receipt.handed_at, **_rules(receipt))


def _rules(receipt: Receipt) -> dict[str, Any]:
    """What the limits of its stages depend on."""
    return {"regime": receipt.regime, "urgent": receipt.understanding.urgent, "version": receipt.due.term.version}


def _notice_rows(hall: Hall, letter: Letter, receipt: Receipt, identity: int) -> list[dict[str, Any]]:
    """The acknowledgement, by phone and by e-mail as far as they were left; of what the letter says, nothing."""
    about = {
        "number": receipt.number,
        "code": receipt.query_code,
        "bureau": hall.city.bureau_name(receipt.bureau),
        "due_at": telling.to_come(receipt.due.due_at, receipt.handed_at),
    }
    at, rows = receipt.received_at, list[dict[str, Any]]()
    if letter.quiet:
        return rows
    if contacts.takes_messages(letter.phone):
        text = hall.words("received", **about, site=hall.site)
        rows.append(
            notices.row(hall.vault, receiver=letter.phone, text=text, template="received", now=at, case_id=identity)
        )
    if letter.email:
        rows.append(telling.letter(hall, letter.email, "received", about, case_id=identity, now=at))
    return rows
