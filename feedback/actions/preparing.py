"""What a bureau prepares for its answers: templates, and whether a second person must approve."""

from datetime import datetime
from typing import Any

from feedback.actions.hall import Hall
from feedback.rules import phrasing
from feedback.rules.permission import Actor, Role, WrongRole
from feedback.store import approvals, city, reply_templates

PREPARERS = frozenset({Role.REVIEWER, Role.HEAD})


class StrangePlaceholder(Exception):
    """花括号里的词系统不认识。"""


class NoTemplate(Exception):
    """没有找到这个模板，可能刚刚被停用了。"""


async def save_template(
    hall: Hall, actor: Actor, *, name: str, body: str, category: str | None, now: datetime, identity: int | None = None,
    active: bool = True,
) -> None:  # fmt: skip
    """A new template of the actor's bureau, or a changed one. Raises WrongRole, StrangePlaceholder, NoTemplate."""
    if actor.role not in PREPARERS or actor.bureau is None or actor.person_id is None:
        raise WrongRole
    if strange := phrasing.unknown(body):
        raise StrangePlaceholder("、".join(f"{{{one}}}" for one in strange))
    given: dict[str, Any] = {"bureau": actor.bureau, "category": category, "name": name, "body": body}
    if identity is None:
        await reply_templates.add(hall.database, **given, person_id=actor.person_id, now=now)
    elif not await reply_templates.change(
        hall.database, identity, **given, active=active, person_id=actor.person_id, now=now
    ):
        raise NoTemplate(identity)


async def set_two_step(
    hall: Hall, actor: Actor, bureau: str, *, two_step: bool, reason: str, now: datetime
) -> bool:
    """Whether answers of this bureau need a second person; False when it was so already. Raises WrongRole.

    A head decides for the own bureau, the system administrator for every one."""
    own = actor.role is Role.HEAD and actor.bureau == bureau
    if not (own or actor.role is Role.SYSTEM_ADMIN) or actor.person_id is None:
        raise WrongRole
    async with hall.database.transaction():
        changed = await approvals.change(
            hall.database, bureau, two_step=two_step, reason=reason, person_id=actor.person_id, now=now
        )
    hall.city = await city.read(hall.database)
    return changed
