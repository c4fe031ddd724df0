"""科室: the head of a bureau makes, names and closes its sub-units, and says who belongs to which."""

from datetime import datetime

from feedback.actions.hall import Hall
from feedback.rules import administration
from feedback.rules.administration import Act, Deed
from feedback.rules.permission import Actor
from feedback.store import logbook, people, units


class Named(Exception):
    """本单位已经有这个名称的科室。"""


class InUse(Exception):
    """这个科室还有在办的诉求，请先转给别的科室。"""


async def open_unit(hall: Hall, actor: Actor, *, name: str, now: datetime) -> int:
    """A new 科室 of the head's bureau; returns its id. Raises Named."""
    bureau = _bureau(actor)
    async with hall.database.transaction():
        await _demand_free(hall, bureau, name)
        identity = await units.add(hall.database, bureau, name)
        await _note(hall, Deed.UNIT_OPENED, actor, f"{bureau} {name}", now)
    return identity


async def rename(hall: Hall, actor: Actor, unit_id: int, *, name: str, now: datetime) -> None:
    """Another name for the same 科室. Raises Named, units.Unknown."""
    found = await units.get(hall.database, unit_id, bureau=_bureau(actor))
    if found.name == name:
        return
    async with hall.database.transaction():
        await _demand_free(hall, found.bureau, name)
        await units.rename(hall.database, unit_id, name)
        await _note(hall, Deed.UNIT_RENAMED, actor, f"{found.bureau} {found.name} → {name}", now)


async def close(hall: Hall, actor: Actor, unit_id: int, *, now: datetime) -> None:
    """It is no more; its people belong to the bureau. Raises InUse while it has open cases, units.Unknown."""
    found = await units.get(hall.database, unit_id, bureau=_bureau(actor))
    async with hall.database.transaction():
        cases, _ = (await units.holds(hall.database, found.bureau))[unit_id]
        if cases:
            raise InUse
        await units.close(hall.database, unit_id)
        await _note(hall, Deed.UNIT_CLOSED, actor, f"{found.bureau} {found.name}", now)


async def put(hall: Hall, actor: Actor, person_id: int, unit_id: int | None, *, now: datetime) -> None:
    """The colleague belongs to this 科室, or to the bureau as a whole. Raises units.Unknown, people.Unknown."""
    bureau = _bureau(actor)
    colleague = await people.colleague(hall.database, person_id, bureau=bureau)
    name = (await units.get(hall.database, unit_id, bureau=bureau)).name if unit_id is not None else "不分科室"
    if colleague.unit_id == unit_id:
        return
    async with hall.database.transaction():
        await units.put(hall.database, person_id, unit_id)
        await logbook.note(
            hall.database, Deed.UNIT_JOINED, by=actor.person_id, about=person_id, detail=f"{bureau} {name}", now=now
        )


def _bureau(actor: Actor) -> str:
    administration.demand(actor, Act.UNITS)
    assert actor.bureau is not None
    return actor.bureau


async def _demand_free(hall: Hall, bureau: str, name: str) -> None:
    if await units.named(hall.database, bureau, name):
        raise Named


async def _note(hall: Hall, deed: Deed, actor: Actor, detail: str, now: datetime) -> None:
    await logbook.note(hall.database, deed, by=actor.person_id, detail=detail, now=now)
