"""The records that travel between store, actions and web: frozen, no behaviour beyond what can be read off them."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from feedback.rules import status
from feedback.rules.limit import Regime
from feedback.rules.permission import Role
from feedback.rules.status import Status, Step


class Kind(StrEnum):
    """What a citizen wants (《信访工作条例》29–31条 and 12345 practice)."""

    ENQUIRY = "enquiry"
    HELP = "help"
    COMPLAINT = "complaint"
    REPORT = "report"
    SUGGESTION = "suggestion"
    PRAISE = "praise"


class Decision(StrEnum):
    """How a case found its bureau: by the machine, by a dispatcher, or by the confidential clerk."""

    AUTO = "auto"
    TRIAGE = "triage"
    PROTECTED = "protected"


@dataclass(frozen=True, slots=True)
class Case:
    """One matter from one citizen, as it stands now. Times are aware datetimes in UTC."""

    id: int
    number: str
    status: Status
    round: int
    version: int
    kind: Kind
    category: str | None
    district: str | None
    bureau: str | None
    title: str
    body: str
    address: str
    urgent: bool
    protected: bool
    anonymous: bool
    publish: bool
    historical: bool
    source: str
    decision: Decision
    limit_code: str
    limit_version: str
    received_at: datetime
    round_started_at: datetime
    due_at: datetime | None
    warn_at: datetime | None
    provisional: bool
    extended_days: int
    paused_at: datetime | None
    pause_until: datetime | None
    first_response_at: datetime | None
    answered_at: datetime | None
    answer_seq: int | None
    closed_at: datetime | None
    breached_at: datetime | None
    solved: bool | None
    satisfaction: int | None
    rated_at: datetime | None
    reminders: int
    reminded_at: datetime | None
    handler_id: int | None
    lead_id: int | None
    joined_from: str | None
    designated: bool
    contested: bool
    returned: bool
    """A return waits for the dispatcher's decision."""
    asked_again: bool
    """The citizen has asked for another round, and a supervisor has not decided."""
    head: bytes
    regime: Regime = Regime.HOTLINE
    split_from: int | None = None
    base_due_at: datetime | None = None
    """Of an extended round: when it would have been due without the extension."""
    unit_id: int | None = None

    @property
    def open(self) -> bool:
        """Still owed an answer (SETTLED 9)."""
        return self.status in status.OPEN


@dataclass(frozen=True, slots=True)
class Person:
    """A member of staff."""

    id: int
    username: str
    name: str
    role: Role
    bureau: str | None
    active: bool
    unit_id: int | None = None
    must_change: bool = False
    """The password was given by an administrator: the first thing to do is to choose one's own."""


@dataclass(frozen=True, slots=True)
class Event:
    """One step that was taken. Holds ids, statuses and times, never text."""

    case_id: int
    seq: int
    at: datetime
    step: Step
    from_status: str
    to_status: Status
    actor: Role
    person_id: int | None
    bureau: str | None
    round: int


@dataclass(frozen=True, slots=True)
class Assignment:
    """One bureau has one case for one span of time."""

    bureau: str
    role: str
    round: int
    from_at: datetime
    accepted_at: datetime | None
    until_at: datetime | None
    accept_due_at: datetime | None = None
    contact_due_at: datetime | None = None
    accept_warn_at: datetime | None = None
    contact_warn_at: datetime | None = None
    contacted_at: datetime | None = None
    """The bureau's first public word while it had the case."""
    accept_breached_at: datetime | None = None
    contact_breached_at: datetime | None = None
    contribute_due_at: datetime | None = None
    """Of a supporting bureau: until when it tells the lead what it found."""
    contributed_at: datetime | None = None
    contribute_breached_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Text:
    """What was said at a step: a question, a reason, a finding, an answer."""

    seq: int
    field: str
    body: str
    public: bool


@dataclass(frozen=True, slots=True)
class Candidate:
    """One category the classifier thinks possible, with the bureau the rules give it."""

    category: str
    bureau: str | None
    probability: float


@dataclass(frozen=True, slots=True)
class Understanding:
    """What was understood of a text: everything the routing ledger keeps."""

    category: str | None
    kind: Kind
    urgent: bool
    district: str | None
    decision: Decision
    bureau: str | None
    support: tuple[str, ...] = ()
    probability: float = 0.0
    threshold: float = 1.0
    candidates: tuple[Candidate, ...] = ()
    bureaus: tuple[tuple[str, float], ...] = ()
    reasons: tuple[str, ...] = ()
    probabilities: tuple[float, ...] = field(default=(), repr=False)
    model: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a letter (offsets in the body) that seems to be a matter of its own, and whose."""

    start: int
    end: int
    category: str
    bureau: str


@dataclass(frozen=True, slots=True)
class Hints:
    """What a reader of the letter should look at before deciding. Never decides anything."""

    scope: str = ""
    """advertising, test, nonsense, elsewhere: why it seems to be no matter for the city; empty for nearly all."""
    parts: tuple[Part, ...] = ()
    """The two matters of a letter that seems to hold two."""
    accused: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Of an accusation: each unit as it is named, and its bureaus."""


def not_understood() -> Understanding:
    """What a case gets when understanding fails for any reason: a person looks at it."""
    return Understanding(None, Kind.HELP, False, None, Decision.TRIAGE, None)
