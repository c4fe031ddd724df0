"""Which colleagues hear of which step: one table. How they are told is an action's."""

from enum import StrEnum

from feedback.rules.permission import Role
from feedback.rules.status import Step


class Whom(StrEnum):
    """Somebody's place beside a case."""

    HANDLER = "handler"
    """Who handles it; while nobody does, every handler of its 科室, or of its bureau when it is in none."""
    HEAD = "head"
    RETURNER = "returner"
    """Who gave it back."""
    DISPATCHERS = "dispatchers"
    SUPERVISORS = "supervisors"


TABLE: dict[Step, tuple[Whom, ...]] = {
    Step.RETURN: (Whom.DISPATCHERS,),
    Step.UPHOLD_RETURN: (Whom.RETURNER,),
    Step.REJECT_RETURN: (Whom.RETURNER, Whom.HEAD),
    Step.SUPPLEMENT: (Whom.HANDLER,),
    Step.EXPIRE: (Whom.HANDLER,),
    Step.REQUEST_EXTENSION: (Whom.SUPERVISORS,),
    Step.GRANT_EXTENSION: (Whom.HANDLER,),
    Step.REFUSE_EXTENSION: (Whom.HANDLER,),
    Step.SEND_BACK: (Whom.HANDLER,),
    Step.CONTEST: (Whom.DISPATCHERS,),
    Step.WITHDRAW: (Whom.HANDLER,),
    Step.TERMINATE: (Whom.HANDLER,),
    Step.REQUEST_REWORK: (Whom.SUPERVISORS,),
    Step.REWORK: (Whom.HANDLER, Whom.HEAD, Whom.SUPERVISORS),
    Step.REMIND: (Whom.HANDLER,),
    Step.INSTRUCT: (Whom.HANDLER, Whom.HEAD),
    Step.ASSIGN: (Whom.HANDLER,),
    Step.CONTRIBUTE: (Whom.HANDLER,),
    Step.UNJOIN: (Whom.HANDLER,),
}
"""Steps that somebody else has to know of, besides finding the case in a queue."""

_WITHOUT_BUREAU = frozenset({Step.SUPPLEMENT, Step.REMIND, Step.INSTRUCT, Step.UNJOIN})
"""What hurries or helps whoever has the case, or gives it back to them: while no bureau does, that is the dispatchers."""


def whom(step: Step, *, at_bureau: bool) -> tuple[Whom, ...]:
    """Who hears of the step on a case that a bureau has, or that waits for one."""
    return TABLE.get(step, ()) if at_bureau or step not in _WITHOUT_BUREAU else (Whom.DISPATCHERS,)


CITY_ROLES = {Whom.DISPATCHERS: Role.DISPATCHER, Whom.SUPERVISORS: Role.SUPERVISOR}
