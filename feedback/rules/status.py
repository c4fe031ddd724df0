"""The life of a case: one table, status × step → status. Who may take a step is in `permission`."""

from enum import StrEnum


class Status(StrEnum):
    """Where a case stands."""

    SUBMITTED = "submitted"
    TRIAGE = "triage"
    ASSIGNED = "assigned"
    WORKING = "working"
    AWAITING_CITIZEN = "awaiting_citizen"
    SUSPENDED = "suspended"
    IN_REVIEW = "in_review"
    REPLIED = "replied"
    CLOSED = "closed"
    DECLINED = "declined"
    DIVERTED = "diverted"
    WITHDRAWN = "withdrawn"
    JOINED = "joined"
    TERMINATED = "terminated"


class Step(StrEnum):
    """What a citizen, a member of staff or the clock does to a case. Each one leaves an event."""

    SUBMIT = "submit"
    ROUTE = "route"
    ASK = "ask"
    DISPATCH = "dispatch"
    ACCEPT = "accept"
    RETURN = "return"
    UPHOLD_RETURN = "uphold_return"
    REJECT_RETURN = "reject_return"
    ASK_CITIZEN = "ask_citizen"
    SUPPLEMENT = "supplement"
    EXPIRE = "expire"
    REQUEST_EXTENSION = "request_extension"
    GRANT_EXTENSION = "grant_extension"
    REFUSE_EXTENSION = "refuse_extension"
    SUSPEND = "suspend"
    RESUME = "resume"
    REPLY = "reply"
    APPROVE = "approve"
    SEND_BACK = "send_back"
    DECLINE = "decline"
    DIVERT = "divert"
    CONTEST = "contest"
    JOIN = "join"
    UNJOIN = "unjoin"
    FOLLOW = "follow"
    WITHDRAW = "withdraw"
    TERMINATE = "terminate"
    RATE = "rate"
    SETTLE = "settle"
    REQUEST_REWORK = "request_rework"
    REWORK = "rework"
    REMIND = "remind"
    INSTRUCT = "instruct"
    ASSIGN = "assign"
    CONTACT = "contact"
    CONTRIBUTE = "contribute"
    CORRECT_CATEGORY = "correct_category"
    NOTE = "note"
    RECUSE = "recuse"
    SPLIT = "split"
    WARN = "warn"
    BREACH = "breach"
    BREACH_ACCEPT = "breach_accept"
    BREACH_CONTACT = "breach_contact"
    BREACH_CONTRIBUTE = "breach_contribute"
    REORGANISE = "reorganise"
    RECOUNT = "recount"
    RECOUNT_STAGES = "recount_stages"
    REFUSE_REWORK = "refuse_rework"
    CHANGE_REGIME = "regime"
    CHANGE_URGENCY = "urgent"


S = Status

AT_BUREAU = (S.ASSIGNED, S.WORKING, S.AWAITING_CITIZEN, S.SUSPENDED, S.IN_REVIEW)
"""A bureau has it and owes the answer."""

OPEN = (S.SUBMITTED, S.TRIAGE, *AT_BUREAU)
"""No published answer and no final exit (SETTLED 9). A joined case is counted with its lead."""

FINAL = (S.CLOSED, S.DECLINED, S.DIVERTED, S.WITHDRAWN, S.TERMINATED)
"""Nothing more is owed; a citizen may still contest a refusal once or ask for rework."""

PAUSED = (S.AWAITING_CITIZEN, S.SUSPENDED)

QUIET = frozenset(
    {
        Step.WARN, Step.BREACH, Step.BREACH_ACCEPT, Step.BREACH_CONTACT, Step.BREACH_CONTRIBUTE, Step.RECOUNT,
        Step.RECOUNT_STAGES, Step.REMIND,
    }
)  # fmt: skip
"""They say something about the time and change nothing that a person decides on: a form opened before them is not stale."""


def _stay(*statuses: Status) -> dict[Status, tuple[Status, ...]]:
    return {status: (status,) for status in statuses}


def _move(*statuses: Status, to: Status) -> dict[Status, tuple[Status, ...]]:
    return dict.fromkeys(statuses, (to,))


TABLE: dict[Step, dict[Status, tuple[Status, ...]]] = {
    Step.SUBMIT: {},
    Step.ROUTE: _move(S.SUBMITTED, to=S.ASSIGNED),
    Step.ASK: _move(S.SUBMITTED, to=S.TRIAGE),
    Step.DISPATCH: _move(S.TRIAGE, to=S.ASSIGNED),
    Step.ACCEPT: _move(S.ASSIGNED, to=S.WORKING),
    Step.RETURN: _move(S.ASSIGNED, S.WORKING, to=S.TRIAGE),
    Step.UPHOLD_RETURN: _stay(S.TRIAGE),
    Step.REJECT_RETURN: _move(S.TRIAGE, to=S.ASSIGNED),
    Step.ASK_CITIZEN: {S.WORKING: (S.AWAITING_CITIZEN, S.WORKING)},
    Step.SUPPLEMENT: {**_stay(*OPEN[1:]), S.AWAITING_CITIZEN: (S.WORKING,)},
    Step.EXPIRE: _move(S.AWAITING_CITIZEN, to=S.WORKING),
    Step.REQUEST_EXTENSION: _stay(S.ASSIGNED, S.WORKING),
    Step.GRANT_EXTENSION: _stay(*AT_BUREAU),
    Step.REFUSE_EXTENSION: _stay(*AT_BUREAU),
    Step.SUSPEND: _move(S.WORKING, to=S.SUSPENDED),
    Step.RESUME: _move(S.SUSPENDED, to=S.WORKING),
    Step.REPLY: _move(S.WORKING, to=S.IN_REVIEW),
    Step.APPROVE: _move(S.IN_REVIEW, to=S.REPLIED),
    Step.SEND_BACK: _move(S.IN_REVIEW, to=S.WORKING),
    Step.DECLINE: _move(S.TRIAGE, to=S.DECLINED),
    Step.DIVERT: _move(S.TRIAGE, to=S.DIVERTED),
    Step.CONTEST: _move(S.DECLINED, S.DIVERTED, to=S.TRIAGE),
    Step.JOIN: _move(S.TRIAGE, S.ASSIGNED, S.WORKING, to=S.JOINED),
    Step.UNJOIN: {S.JOINED: (S.TRIAGE, S.ASSIGNED, S.WORKING)},
    Step.FOLLOW: _move(S.JOINED, to=S.REPLIED),
    Step.WITHDRAW: _move(*OPEN[1:], S.JOINED, to=S.WITHDRAWN),
    Step.TERMINATE: _move(*OPEN[1:], to=S.TERMINATED),
    Step.RATE: {S.REPLIED: (S.REPLIED, S.CLOSED)},
    Step.SETTLE: _move(S.REPLIED, to=S.CLOSED),
    Step.REQUEST_REWORK: _stay(S.REPLIED, S.CLOSED),
    Step.REWORK: _move(S.REPLIED, S.CLOSED, to=S.ASSIGNED),
    Step.REMIND: _stay(*OPEN[1:]),
    Step.INSTRUCT: _stay(*OPEN[1:], S.REPLIED),
    Step.ASSIGN: _stay(*AT_BUREAU),
    Step.CONTACT: _stay(S.ASSIGNED, S.WORKING),
    Step.CONTRIBUTE: _stay(*AT_BUREAU),
    Step.CORRECT_CATEGORY: _stay(S.TRIAGE, S.ASSIGNED, S.WORKING),
    Step.NOTE: _stay(*S),
    Step.RECUSE: _stay(S.TRIAGE, *AT_BUREAU),
    Step.SPLIT: {**_stay(S.TRIAGE, S.ASSIGNED, S.WORKING), S.SUBMITTED: (S.TRIAGE, S.ASSIGNED)},
    Step.WARN: _stay(S.TRIAGE, *AT_BUREAU),
    Step.BREACH: _stay(S.TRIAGE, *AT_BUREAU, S.JOINED),
    Step.BREACH_ACCEPT: _stay(S.ASSIGNED),
    Step.BREACH_CONTACT: _stay(S.ASSIGNED, S.WORKING, S.SUSPENDED, S.IN_REVIEW),
    Step.BREACH_CONTRIBUTE: _stay(*AT_BUREAU),
    Step.RECOUNT: _stay(S.TRIAGE, *AT_BUREAU, S.JOINED),
    Step.RECOUNT_STAGES: _stay(*AT_BUREAU, S.JOINED),
    Step.REORGANISE: _stay(S.TRIAGE, *AT_BUREAU, S.JOINED),
    Step.REFUSE_REWORK: _stay(S.REPLIED, S.CLOSED),
    Step.CHANGE_REGIME: _stay(S.TRIAGE, S.ASSIGNED, S.WORKING),
    Step.CHANGE_URGENCY: _stay(S.TRIAGE, S.ASSIGNED, S.WORKING),
}


class WrongStep(Exception):
    """这一步现在不能做：诉求的状态已经变了。"""


def following(status: Status, step: Step, wanted: Status | None = None) -> Status:
    """The status after `step`; where the table leaves a choice, `wanted` makes it. Raises WrongStep."""
    choices = TABLE[step].get(status, ())
    if wanted is None and len(choices) == 1:
        return choices[0]
    if wanted not in choices:
        raise WrongStep(step, status)
    return wanted


def possible(status: Status) -> tuple[Step, ...]:
    """Every step the table allows from here, in the table's order."""
    return tuple(step for step, moves in TABLE.items() if status in moves)
