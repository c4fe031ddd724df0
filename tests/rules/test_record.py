"""What can be read off a record."""

import dataclasses
from datetime import UTC, datetime

from feedback.rules.record import Case, Decision, Kind, not_understood
from feedback.rules.status import Status

RECEIVED = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


def case(status: Status) -> Case:
    """A case in which only the status matters."""
    blank = dict.fromkeys(field.name for field in dataclasses.fields(Case))
    return Case(**{**blank, "id": 1, "number": "2026-1123-0001", "status": status, "received_at": RECEIVED})


def test_open_is_what_is_still_owed_an_answer():
    assert case(Status.TRIAGE).open and case(Status.SUSPENDED).open and case(Status.IN_REVIEW).open
    assert not any(case(one).open for one in (Status.REPLIED, Status.CLOSED, Status.WITHDRAWN, Status.JOINED))


def test_what_is_not_understood_goes_to_a_person():
    nothing = not_understood()
    assert nothing.decision is Decision.TRIAGE and nothing.bureau is None and nothing.kind is Kind.HELP
