"""What administrators do, each only their part (三员分立), and what the log keeps of it. None of them sees a case."""

from collections.abc import Collection
from enum import StrEnum

from feedback.rules.permission import Actor, Role, WrongRole


class Act(StrEnum):
    """What is administered."""

    CALENDAR = "calendar"
    LIMITS = "limits"
    NOTICES = "notices"
    MODELS = "models"
    REORGANISE = "reorganise"
    PEOPLE = "people"
    LOG = "log"
    PERMISSIONS = "permissions"
    UNITS = "units"
    FILES = "files"


ADMINISTRATORS = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})

OWNERS: dict[Act, Collection[Role]] = {
    Act.CALENDAR: frozenset({Role.SYSTEM_ADMIN}),
    Act.LIMITS: frozenset({Role.SYSTEM_ADMIN}),
    Act.NOTICES: frozenset({Role.SYSTEM_ADMIN}),
    Act.MODELS: frozenset({Role.SYSTEM_ADMIN, Role.DISPATCHER}),
    Act.REORGANISE: frozenset({Role.SYSTEM_ADMIN}),
    Act.PEOPLE: frozenset({Role.SECURITY_ADMIN}),
    Act.LOG: frozenset({Role.AUDIT_ADMIN}),
    Act.PERMISSIONS: ADMINISTRATORS,
    Act.UNITS: frozenset({Role.HEAD}),
    Act.FILES: frozenset({Role.SECURITY_ADMIN, Role.DISPATCHER, Role.CONFIDENTIAL}),
}
"""Who does it. The audit administrator reads the log and changes nothing."""

CHANGING = frozenset({Act.CALENDAR, Act.LIMITS, Act.NOTICES, Act.MODELS, Act.REORGANISE, Act.PEOPLE, Act.UNITS, Act.FILES})
"""Acts that change something."""


class Deed(StrEnum):
    """What the log keeps."""

    SIGNED_IN = "signed_in"
    REFUSED = "refused"
    LOCKED = "locked"
    SIGNED_OUT = "signed_out"
    OPENED = "opened"
    CHANGED = "changed"
    CLOSED = "closed"
    REOPENED = "reopened"
    UNLOCKED = "unlocked"
    PASSWORD_RESET = "password_reset"
    PASSWORD_CHANGED = "password_changed"
    SECOND_FACTOR_RESET = "second_factor_reset"
    SECOND_FACTOR_SET = "second_factor_set"
    UNIT_OPENED = "unit_opened"
    UNIT_RENAMED = "unit_renamed"
    UNIT_CLOSED = "unit_closed"
    UNIT_JOINED = "unit_joined"
    CALENDAR = "calendar"
    LIMITS = "limits"
    RESENT = "resent"
    DUTY = "duty"
    REORGANISATION_PLANNED = "reorganisation_planned"
    REORGANISATION_CANCELLED = "reorganisation_cancelled"
    REORGANISATION_APPLIED = "reorganisation_applied"
    EXPORTED = "exported"
    IMPORTED = "imported"
    REVEALED = "revealed"
    FILE_WITHDRAWN = "file_withdrawn"


def demand(actor: Actor, act: Act) -> None:
    """Raises WrongRole unless this role administers it."""
    if actor.role not in OWNERS[act]:
        raise WrongRole(act, actor.role)
