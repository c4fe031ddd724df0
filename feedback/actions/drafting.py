"""Keeping what somebody writes before it is sent, and letting colleagues see that they write. No step: the case stays as it is."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from feedback.actions.hall import Hall
from feedback.rules.permission import Actor
from feedback.rules.record import Case
from feedback.store import drafts

FIELDS = ("finding", "answer", "outcome", "truth", "duty", "contact_way", "contact_at", "obstacle", "override", "kept")
"""What of the reply form is kept; `kept` are the files beside it."""
_CHOSEN = ("outcome",)
"""Has always a value: alone it is no draft."""


async def keep(hall: Hall, actor: Actor, case: Case, given: Mapping[str, str], *, now: datetime) -> list[Any]:
    """Keeps the draft as it is now; returns who else has the case open (name, at, writing_at)."""
    assert actor.person_id is not None
    fields = {name: given[name] for name in FIELDS if given.get(name)}
    written = fields if set(fields) - set(_CHOSEN) else {}
    async with hall.database.transaction():
        await drafts.keep(
            hall.database, hall.vault, case.id, actor.person_id, round=case.round, fields=written, now=now
        )
        return await drafts.enter(hall.database, case.id, actor.person_id, writing=bool(written), now=now)


async def enter(hall: Hall, actor: Actor, case: Case, *, now: datetime) -> list[Any]:
    """Says that this person has the case open; returns who else has."""
    assert actor.person_id is not None
    return await drafts.enter(hall.database, case.id, actor.person_id, writing=False, now=now)


async def drop(hall: Hall, actor: Actor, case: Case) -> None:
    """The draft is not wanted any more."""
    assert actor.person_id is not None
    await drafts.drop(hall.database, case.id, actor.person_id)
