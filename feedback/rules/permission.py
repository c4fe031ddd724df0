"""Who may see a case and who may take which step. One table; scope (whose bureau, confidential or not) beside it."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from feedback.rules.status import Step


class Role(StrEnum):
    """Who somebody is to the platform: the staff of API.md, and the two who have no account."""

    DISPATCHER = "dispatcher"
    HANDLER = "handler"
    REVIEWER = "reviewer"
    HEAD = "head"
    CONFIDENTIAL = "confidential"
    SUPERVISOR = "supervisor"
    LEADER = "leader"
    SYSTEM_ADMIN = "system_admin"
    SECURITY_ADMIN = "security_admin"
    AUDIT_ADMIN = "audit_admin"
    CITIZEN = "citizen"
    CLOCK = "clock"


R = Role

BUREAU_ROLES = (R.HANDLER, R.REVIEWER, R.HEAD)
CITY_ROLES = (R.DISPATCHER, R.SUPERVISOR, R.LEADER)
STAFF = tuple(role for role in Role if role not in (R.CITIZEN, R.CLOCK))

_BUREAU = {R.HANDLER, R.HEAD}

_TABLE: dict[Step, Collection[Role]] = {
    Step.SUBMIT: {R.CITIZEN, R.DISPATCHER, R.CLOCK},
    Step.ROUTE: {R.CLOCK},
    Step.ASK: {R.CLOCK},
    Step.DISPATCH: {R.DISPATCHER},
    Step.ACCEPT: _BUREAU,
    Step.RETURN: _BUREAU,
    Step.UPHOLD_RETURN: {R.DISPATCHER},
    Step.REJECT_RETURN: {R.DISPATCHER},
    Step.ASK_CITIZEN: _BUREAU,
    Step.SUPPLEMENT: {R.CITIZEN, R.DISPATCHER},
    Step.EXPIRE: {R.CLOCK},
    Step.REQUEST_EXTENSION: _BUREAU,
    Step.GRANT_EXTENSION: {R.SUPERVISOR},
    Step.REFUSE_EXTENSION: {R.SUPERVISOR},
    Step.SUSPEND: _BUREAU | {R.SUPERVISOR},
    Step.RESUME: _BUREAU | {R.SUPERVISOR},
    Step.REPLY: _BUREAU,
    Step.APPROVE: {R.REVIEWER, R.HEAD},
    Step.SEND_BACK: {R.REVIEWER, R.HEAD},
    Step.DECLINE: {R.DISPATCHER},
    Step.DIVERT: {R.DISPATCHER},
    Step.CONTEST: {R.CITIZEN},
    Step.JOIN: _BUREAU | {R.DISPATCHER},
    Step.UNJOIN: _BUREAU | {R.DISPATCHER, R.CLOCK},
    Step.FOLLOW: {R.CLOCK},
    Step.WITHDRAW: {R.CITIZEN},
    Step.TERMINATE: {R.SUPERVISOR},
    Step.RATE: {R.CITIZEN},
    Step.SETTLE: {R.CLOCK},
    Step.REQUEST_REWORK: {R.CITIZEN},
    Step.REWORK: {R.CITIZEN, R.SUPERVISOR},
    Step.REMIND: {R.CITIZEN, R.DISPATCHER},
    Step.INSTRUCT: {R.SUPERVISOR, R.LEADER},
    Step.ASSIGN: _BUREAU | {R.CLOCK},
    Step.CONTACT: _BUREAU,
    Step.CONTRIBUTE: _BUREAU,
    Step.CORRECT_CATEGORY: {R.DISPATCHER},
    Step.NOTE: {*BUREAU_ROLES, *CITY_ROLES, R.CONFIDENTIAL},
    Step.RECUSE: _BUREAU | {R.REVIEWER},
    Step.SPLIT: {R.DISPATCHER},
    Step.WARN: {R.CLOCK},
    Step.BREACH: {R.CLOCK},
    Step.BREACH_ACCEPT: {R.CLOCK},
    Step.BREACH_CONTACT: {R.CLOCK},
    Step.BREACH_CONTRIBUTE: {R.CLOCK},
    Step.RECOUNT: {R.CLOCK},
    Step.RECOUNT_STAGES: {R.CLOCK},
    Step.REORGANISE: {R.CLOCK},
    Step.REFUSE_REWORK: {R.SUPERVISOR},
    Step.CHANGE_REGIME: {R.DISPATCHER},
    Step.CHANGE_URGENCY: {R.DISPATCHER, R.SUPERVISOR},
}
OWNERS = {step: frozenset(roles) for step, roles in _TABLE.items()}
"""Who takes each step."""

CONFIDENTIAL_STEPS = frozenset(
    step for step, roles in OWNERS.items() if roles & {R.DISPATCHER, R.HANDLER, R.REVIEWER, R.SUPERVISOR}
) - {Step.SUBMIT, Step.JOIN, Step.UNJOIN, Step.SPLIT, Step.INSTRUCT, Step.CHANGE_REGIME, Step.CHANGE_URGENCY}
"""On a protected case the confidential clerk stands alone for dispatcher, handler and reviewer (SETTLED 4)."""

SECRET_BUREAUS = ("JWJW", "ZZB")
"""The only bureaus a protected case may go to (《信访工作条例》第22、30条)."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who takes a step: a member of staff, the citizen of the case, or the clock."""

    role: Role
    person_id: int | None = None
    bureau: str | None = None
    name: str = ""
    unit: int | None = None


CITIZEN = Actor(R.CITIZEN, name="市民")
CLOCK = Actor(R.CLOCK, name="系统")


class NotYours(Exception):
    """没有找到这件诉求，或者它不归您办理。"""


class WrongRole(Exception):
    """您的岗位不能做这一步。"""


def may_see(actor: Actor, *, protected: bool, bureaus: Collection[str]) -> bool:
    """Whether staff see the case: 检举控告 only the confidential clerk, bureaus what they hold, the city's desks the rest."""
    if protected or actor.role is R.CONFIDENTIAL:
        return protected and actor.role is R.CONFIDENTIAL
    if actor.role in BUREAU_ROLES:
        return actor.bureau in bureaus
    return actor.role in CITY_ROLES


def may_take(actor: Actor, step: Step) -> bool:
    """Whether this role ever takes this step."""
    if actor.role is R.CONFIDENTIAL:
        return step in CONFIDENTIAL_STEPS
    return actor.role in OWNERS[step]


FOR_SUPPORT = frozenset({Step.CONTRIBUTE, Step.NOTE, Step.RECUSE})
"""What a bureau does on a case that another one leads."""

FOR_ANOTHER_UNIT = frozenset({Step.NOTE})
"""What a handler does on a case that was given to another 科室 of the same bureau: read along and say something."""


def may_take_on(actor: Actor, step: Step, *, bureau: str | None, unit: int | None, handler: int | None = None) -> bool:
    """Whether this person takes this step on a case that this bureau leads, that this 科室 of it has (None: any) and that
    this colleague handles (None: nobody)."""
    if actor.role not in BUREAU_ROLES:
        return may_take(actor, step)
    if actor.bureau != bureau:
        return step in FOR_SUPPORT and may_take(actor, step)
    if _apart(actor, unit, handler) and step not in FOR_ANOTHER_UNIT:
        return False
    return may_take(actor, step) and step is not Step.CONTRIBUTE


def _apart(actor: Actor, unit: int | None, handler: int | None) -> bool:
    """Whether the case is another 科室's. Who handles it is never apart from it, wherever they sit by now."""
    theirs = handler is not None and actor.person_id == handler
    return actor.role is R.HANDLER and unit is not None and actor.unit not in (None, unit) and not theirs


def demand(actor: Actor, step: Step) -> None:
    """Raises WrongRole unless `may_take`."""
    if not may_take(actor, step):
        raise WrongRole(step, actor.role)


def demand_on(actor: Actor, step: Step, *, bureau: str | None, unit: int | None, handler: int | None = None) -> None:
    """Raises WrongRole unless `may_take_on`."""
    if not may_take_on(actor, step, bureau=bureau, unit=unit, handler=handler):
        raise WrongRole(step, actor.role)
