"""The rows of a case that was opened and closed elsewhere: its shortest lawful life, dated with the two times that are known."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from feedback.actions import intake
from feedback.actions.hall import Hall
from feedback.rules import chain, code, deadline, status
from feedback.rules.history import Message
from feedback.rules.permission import Role
from feedback.rules.record import Decision, Event, Kind, Understanding
from feedback.rules.status import Status, Step

Rows = dict[str, list[dict[str, Any]]]

_ROUTED = (Step.ROUTE,)
_ASKED = (Step.ASK, Step.DISPATCH)
_ANSWERED = (Step.ACCEPT, Step.REPLY, Step.APPROVE, Step.SETTLE)
_AT_RECEIPT = frozenset({Step.SUBMIT, Step.ROUTE, Step.ASK})
"""Every other step is dated with the answer: when it really happened is not known."""

_LEDGER = ("decision", "model", "category", "bureau", "probability", "threshold", "probabilities")


def rows(hall: Hall, messages: Iterable[tuple[int, Message]], *, now: datetime) -> Rows:
    """The rows of every table for these messages and their identities, each classified on the way."""
    made: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for identity, message in messages:
        for table, row in _rows(hall, identity, message, now):
            made[table].append(row)
    return dict(made)


def _rows(hall: Hall, identity: int, message: Message, now: datetime) -> Iterator[tuple[str, dict[str, Any]]]:
    understood = hall.understood(
        message.title, message.body, district=message.district or None, address=message.address
    )
    secret = understood.decision is Decision.PROTECTED
    bureau = None if secret else message.bureau or _real(hall, understood.bureau)
    events = _events(identity, message, bureau, routed=understood.decision is Decision.AUTO)
    digests = [chain.GENESIS]
    for event in events:
        digests.append(chain.link(digests[-1], event))
        yield "events", intake.event_row(event, digests[-1])
    answer = next(event.seq for event in events if event.step is Step.APPROVE)
    case = _case(hall, identity, message, understood, bureau)
    yield "cases", {**case, "version": len(events) - 1, "answer_seq": answer, "head": digests[-1]}
    if not secret:
        yield "texts", {"case_id": identity, "seq": answer, "field": "answer", "body": message.reply, "public": False}
    if bureau:
        begin = next(event.at for event in events if event.to_status is Status.ASSIGNED)
        yield "assignments", _assignment(identity, bureau, begin, message.answered_at)
    yield "ledger", ledger_row(understood, identity, now)
    if not secret and (message.category or message.bureau):
        yield "imported_labels", {"case_id": identity, "category": message.category or None, "bureau": message.bureau or None}


def _real(hall: Hall, bureau: str | None) -> str | None:
    """The bureau; None for 属地 when the district is not known."""
    return bureau if bureau in hall.city.bureaus else None


def _events(identity: int, message: Message, bureau: str | None, *, routed: bool) -> list[Event]:
    """Every step is one the table allows. Raises status.WrongStep if the table no longer does."""
    events = [Event(identity, 1, message.received_at, Step.SUBMIT, "", Status.SUBMITTED, Role.CITIZEN, None, None, 1)]
    for step in (*(_ROUTED if routed and bureau else _ASKED), *_ANSWERED):
        before = events[-1].to_status
        at = message.received_at if step in _AT_RECEIPT else message.answered_at
        after = status.following(before, step)
        whose = None if step is Step.ASK else bureau
        events.append(Event(identity, len(events) + 1, at, step, before, after, Role.CLOCK, None, whose, 1))
    return events


def _case(hall: Hall, identity: int, message: Message, understood: Understanding, bureau: str | None) -> dict[str, Any]:
    secret = understood.decision is Decision.PROTECTED
    kind = Kind.REPORT if secret else message.kind or understood.kind
    category = message.category or understood.category
    term = hall.city.term(kind=kind, category=category, urgent=understood.urgent)
    received, answered = message.received_at, message.answered_at
    return {
        "id": identity,
        "number": code.number(identity, received.astimezone(deadline.CITY_TIME)),
        "status": Status.CLOSED,
        "kind": kind,
        "category": category,
        "district": message.district or understood.district,
        "bureau": bureau,
        **_words(hall, message, secret=secret),
        "urgent": understood.urgent,
        "protected": secret,
        "anonymous": False,
        "publish": False,
        "historical": True,
        "source": "import",
        "source_id": message.id,
        "decision": understood.decision,
        "limit_code": term.code,
        "limit_version": term.version,
        "received_at": received,
        "round_started_at": received,
        "first_response_at": answered,
        "answered_at": answered,
        "answer_bureau": hall.city.bureau_name(bureau) if bureau else None,
        "closed_at": answered,
    }


def _words(hall: Hall, message: Message, *, secret: bool) -> dict[str, Any]:
    """The texts in the clear, or all of them sealed, the answer at the end: it may name whom the letter names."""
    title = intake.title_of(intake.Letter(message.body, title=message.title))
    if not secret:
        return {"title": title, "body": message.body, "address": message.address, "sealed_text": None}
    sealed = f"{title}\n{message.address}\n{message.body}\n\n当时的答复：\n{message.reply}"
    return {"title": "", "body": "", "address": "", "sealed_text": hall.vault.seal(sealed)}


def _assignment(identity: int, bureau: str, begin: datetime, end: datetime) -> dict[str, Any]:
    return {
        "case_id": identity, "bureau": bureau, "role": "lead", "round": 1, "from_at": begin, "accepted_at": end,
        "until_at": end, "ended_by": Step.APPROVE,
    }  # fmt: skip


def ledger_row(understood: Understanding, identity: int, now: datetime) -> dict[str, Any]:
    """What the machine thinks of it, now: nobody was routed by it."""
    return {
        "case_id": identity,
        "at": now,
        **{name: getattr(understood, name) for name in _LEDGER},
        "categories": [candidate.category for candidate in understood.candidates],
        "bureaus": [candidate.bureau or "" for candidate in understood.candidates],
        "scores": [candidate.probability for candidate in understood.candidates],
        "reasons": [] if understood.decision is Decision.PROTECTED else list(understood.reasons),
    }
