"""Showing a citizen's name, phone and e-mail to somebody who needs them: written down first, with the reason."""

from datetime import datetime

from feedback.actions.hall import Hall
from feedback.rules.permission import BUREAU_ROLES, Actor, Role, WrongRole
from feedback.rules.record import Case
from feedback.store import contacts

MAY_REVEAL = frozenset({*BUREAU_ROLES, Role.DISPATCHER, Role.SUPERVISOR, Role.CONFIDENTIAL})
"""Who works with the citizen. A leader reads the case, not the phone."""


async def reveal(hall: Hall, actor: Actor, case: Case, *, reason: str, now: datetime) -> tuple[str, str, str]:
    """Name, phone and e-mail, each empty when not given. For who may see the case already; raises WrongRole."""
    if actor.role not in MAY_REVEAL or actor.person_id is None:
        raise WrongRole
    async with hall.database.transaction():
        await contacts.keep_reveal(hall.database, case.id, person_id=actor.person_id, reason=reason, now=now)
        return await contacts.get(hall.database, hall.vault, case.id)
