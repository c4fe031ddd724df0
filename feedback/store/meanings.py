"""What the named queues of the desks hold, and for whom: conditions in SQL, each found by a partial index.

Who may open a case is `rules/permission`; here its scope is written as SQL."""

from collections.abc import Mapping
from enum import StrEnum

from feedback.rules.permission import BUREAU_ROLES, Actor, Role
from feedback.store import recusals


class Queue(StrEnum):
    """What a desk looks at together."""

    OPEN = "open"
    MINE = "mine"
    UNASSIGNED = "unassigned"
    TO_ACCEPT = "to_accept"
    WORKING = "working"
    DUE_SOON = "due_soon"
    OVERDUE = "overdue"
    AWAITING_CITIZEN = "awaiting_citizen"
    SUSPENDED = "suspended"
    REVIEW = "review"
    REWORK = "rework"
    REPLIED = "replied"
    TRIAGE = "triage"
    RETURNED = "returned"


_AT_BUREAU = "status IN ('assigned','working','awaiting_citizen','suspended','in_review')"
_OPEN = "status IN ('triage','assigned','working','awaiting_citizen','suspended','in_review')"
_ANSWERED = "status IN ('replied','closed') AND answered_at IS NOT NULL"
# A warning comes a day, or a quarter of an hour limit, before the due time: the week only helps the index.
_DUE_SOON = (
    "paused_at IS NULL AND warn_at <= :now AND due_at > :now AND due_at < CAST(:now AS timestamptz) + interval '7 days'"
)
# As `deadline.light`: a pause begun in time hides the red, one begun late does not.
_OVERDUE = "due_at <= :now AND (paused_at IS NULL OR paused_at >= due_at)"

_CITY = {
    Queue.OPEN: _OPEN,
    Queue.MINE: "false",
    Queue.UNASSIGNED: "false",
    Queue.TO_ACCEPT: "status = 'assigned'",
    Queue.WORKING: "status = 'working'",
    Queue.DUE_SOON: f"{_OPEN} AND {_DUE_SOON}",
    Queue.OVERDUE: f"{_OPEN} AND {_OVERDUE}",
    Queue.AWAITING_CITIZEN: "status = 'awaiting_citizen'",
    Queue.SUSPENDED: "status = 'suspended'",
    Queue.REVIEW: "status = 'in_review'",
    Queue.REWORK: f"{_OPEN} AND round > 1",
    Queue.REPLIED: _ANSWERED,
    Queue.TRIAGE: "status = 'triage' AND NOT returned",
    Queue.RETURNED: "status = 'triage' AND returned",
}

_LEAD = _CITY | {
    Queue.OPEN: _AT_BUREAU,
    Queue.MINE: f"{_AT_BUREAU} AND handler_id = :person",
    Queue.UNASSIGNED: f"{_AT_BUREAU} AND handler_id IS NULL",
    Queue.DUE_SOON: f"{_AT_BUREAU} AND {_DUE_SOON}",
    Queue.OVERDUE: f"{_AT_BUREAU} AND {_OVERDUE}",
    Queue.REWORK: f"{_AT_BUREAU} AND round > 1",
    Queue.TRIAGE: "false",
    Queue.RETURNED: "false",
}
"""A case in triage belongs to no bureau, also not to the one that returned it."""

_SUPPORT = _LEAD | {
    Queue.MINE: "false",
    Queue.UNASSIGNED: "false",
    Queue.TO_ACCEPT: "false",
    Queue.WORKING: "status IN ('assigned','working')",
    Queue.REVIEW: "false",
    Queue.REPLIED: "false",
}
"""协办: what the lead signs for or reviews is not the supporting bureau's; it adds its findings while the case is open."""

_SUPPORTED = """id IN (SELECT case_id FROM assignments
    WHERE assignments.bureau = :bureau AND assignments.role = 'support' AND until_at IS NULL)"""

_NOT_RECUSED = f"id NOT IN {recusals.OF_PERSON}"
"""回避: what somebody has nothing to do with is in none of their lists, whatever their role is by now."""

Branch = tuple[str, Mapping[Queue, str]]


def branches(actor: Actor) -> list[Branch]:
    """The scopes of this person and what each queue means there. Nothing for who sees no case at all."""
    if actor.role is Role.CONFIDENTIAL:
        return [(f"protected AND {_NOT_RECUSED}", _CITY)]
    if actor.role in BUREAU_ROLES:
        return [
            (f"bureau = :bureau AND NOT protected AND {_NOT_RECUSED}", _LEAD),
            (f"{_SUPPORTED} AND NOT protected AND {_NOT_RECUSED}", _SUPPORT),
        ]
    if actor.role in (Role.DISPATCHER, Role.SUPERVISOR, Role.LEADER):
        return [(f"NOT protected AND {_NOT_RECUSED}", _CITY)]
    return [("false", _CITY)]
