"""Reorganisation: planned by the system administrator, undone before its day, applied by the worker from that day on."""

from collections.abc import Sequence
from datetime import date, datetime

from feedback.actions import counting
from feedback.actions.hall import Hall
from feedback.actions.step import take_step
from feedback.rules import administration, deadline, succession
from feedback.rules.administration import Act as Administers
from feedback.rules.administration import Deed
from feedback.rules.permission import CLOCK, Actor
from feedback.rules.record import Case
from feedback.rules.status import Step
from feedback.rules.succession import Act, Change, What
from feedback.store import attachments, cases, city, logbook, reorganisations, reorganised


class Over(Exception):
    """这次调整已经生效或者已经取消。"""


async def check(hall: Hall, changes: Sequence[Change], *, now: datetime) -> None:
    """Raises succession.Refused for a change that cannot be, each seen beside those before it."""
    known, planned = await reorganisations.known(hall.database), await reorganisations.planned(hall.database)
    for change in changes:
        succession.check(change, planned, known, today=_today(now))
        planned = sorted([*planned, change], key=lambda one: one.order)


async def plan(hall: Hall, actor: Actor, changes: Sequence[Change], *, basis: str, now: datetime) -> list[int]:
    """Writes the changes down, all or none; the worker applies each on its day. Raises succession.Refused."""
    administration.demand(actor, Administers.REORGANISE)
    assert actor.person_id is not None
    async with hall.database.transaction():
        await reorganisations.lock(hall.database)
        await check(hall, changes, now=now)
        made = []
        for change in changes:
            was = _name(hall, change.what, change.code)
            made.append(
                await reorganisations.add(
                    hall.database, change, was=was, basis=basis, person_id=actor.person_id, now=now
                )
            )
            await _note(hall, Deed.REORGANISATION_PLANNED, actor.person_id, change, now)
    return made


async def cancel(hall: Hall, actor: Actor, identity: int, *, now: datetime) -> None:
    """A planned change is not to be. Raises Over, and Refused when a later plan is built on it."""
    administration.demand(actor, Administers.REORGANISE)
    async with hall.database.transaction():
        await reorganisations.lock(hall.database)
        planned = await reorganisations.planned(hall.database)
        change = next((one for one in planned if one.id == identity), None)
        if change is None or not await reorganisations.end(
            hall.database, identity, cancelled=True, person_id=actor.person_id, now=now
        ):
            raise Over
        made = {one.code for one in change.successors if one.name}
        for other in planned:
            if other is not change and (other.code in made or made & {one.code for one in other.successors}):
                raise succession.Refused(f"{other.on} 的安排要用到这次新设的单位或事项，请先取消那一次。")
        await _note(hall, Deed.REORGANISATION_CANCELLED, actor.person_id, change, now)


async def apply_due(hall: Hall, *, now: datetime) -> int:
    """Applies what is due, in order; moves cases that reached a retired bureau meanwhile. Returns how many cases moved.

    Ended in the middle, it is taken up again by the next call: every part may be done twice."""
    moved = 0
    for change in await reorganisations.planned(hall.database, upto=_today(now)):
        await _change_tables(hall, change, now=now)
        moved += await _move(hall, change, now=now, joined=True)
        async with hall.database.transaction():
            if await reorganisations.end(hall.database, change.id, cancelled=False, person_id=None, now=now):
                await _note(hall, Deed.REORGANISATION_APPLIED, None, change, now)
        hall.city = await city.read(hall.database)
    return moved + await _sweep(hall, now=now)


async def _sweep(hall: Hall, *, now: datetime) -> int:
    """A process that had not heard of the change may have sent a case to a bureau that is no more."""
    moved = 0
    for change in hall.city.succession.changes:
        if (change.what is What.BUREAU and change.ends) or (change.ends and change.on >= _today(now)):
            moved += await _move(hall, change, now=now, joined=False)
    return moved


async def _change_tables(hall: Hall, change: Change, *, now: datetime) -> None:
    database = hall.database
    async with database.transaction():
        if change.act is Act.RENAME:
            return await reorganised.rename(database, change)
        found = reorganised.found_bureau if change.what is What.BUREAU else reorganised.found_category
        for one in change.successors:
            if one.name:
                await found(database, one, like=change.code)
        if change.what is What.BUREAU:
            await reorganised.hand_duties(database, change)
        if change.ends:
            await reorganised.retire(database, change)
        if change.ends and change.what is What.BUREAU:
            await reorganised.hand_people(database, change)
            await reorganised.hand_names(database, change)
        elif change.ends:
            await reorganised.lead_as(database, change.code, change.successors[0].code)
            await reorganised.hand_texts(database, change.code, change.successors[0].code)


async def _move(hall: Hall, change: Change, *, now: datetime, joined: bool) -> int:
    """Moves every open case that the change takes away, a batch at a time; returns how many."""
    if change.act is Act.RENAME:
        return 0
    moved, seen = 0, set[int]()
    while batch := [one for one in await _batch(hall, change, joined) if one.id not in seen]:
        for case in batch:
            seen.add(case.id)
            moved += await _move_one(hall, change, case, now=now)
    return moved


async def _batch(hall: Hall, change: Change, joined: bool) -> list[Case]:
    if change.what is What.CATEGORY:
        found = await reorganisations.of_category(hall.database, change.code)
    else:
        found = await reorganisations.of_bureau(hall.database, change.code, joined=joined)
    return [one for one in found if _heir(hall, change, one) != change.code]


def _heir(hall: Hall, change: Change, case: Case) -> str:
    """Where this case goes: by its category, or by its words. A protected case's words are not read: it takes the first."""
    if change.what is What.BUREAU:
        return succession.heir(change, case.category)
    return succession.Succession((change,)).category(change.code, text=f"{case.title}\n{case.body}")


async def _move_one(hall: Hall, change: Change, case: Case, *, now: datetime) -> bool:
    """One case, however often somebody changes it in between; False when it had left by itself."""
    fresh: Case | None = case
    while fresh is not None:
        try:
            return await _take(hall, change, fresh, now=now)
        except cases.Stale:
            fresh = await cases.by_id(hall.database, case.id)
    return False


async def _take(hall: Hall, change: Change, case: Case, *, now: datetime) -> bool:
    heir = _heir(hall, change, case)
    said = {"change": f"{_name(hall, change.what, change.code)} → {await _new_name(hall, change, heir)}"}
    if change.what is What.CATEGORY:
        if case.category != change.code:
            return False
        changes: dict[str, str | None] = {"category": heir}
    else:
        if change.code not in await cases.holders(hall.database, case.id):
            return False  # another worker was faster
        changes = {"bureau": heir, "handler_id": None} if case.bureau == change.code else {}
    async with hall.database.transaction():
        # Only a lead bureau's end is the citizen's business.
        public = bool(changes) and not case.protected
        after = await take_step(
            hall, CLOCK, case, Step.REORGANISE, now=now, bureau=heir if change.what is What.BUREAU else None,
            changes=changes, said=said, public=public,
        )  # fmt: skip
        if change.what is What.BUREAU:
            stages = counting.stages(hall, after, now)
            await reorganisations.hand_over(hall.database, after.id, change.code, heir, stages=stages, now=now)
            if changes:
                await attachments.hand_over(hall.database, after.id, old=change.code, new=heir)
        await reorganisations.moved(hall.database, change.id, case.id, now=now)
    return True


async def _new_name(hall: Hall, change: Change, code: str) -> str:
    new = next((one for one in change.successors if one.code == code), None)
    return (new.short or new.name) if new and new.name else _name(hall, change.what, code)


def _name(hall: Hall, what: What, code: str) -> str:
    if what is What.BUREAU:
        return hall.city.bureau_name(code)
    found = hall.city.categories.get(code)
    return found.name if found else code


def _today(now: datetime) -> date:
    return now.astimezone(deadline.CITY_TIME).date()


async def _note(hall: Hall, deed: Deed, person_id: int | None, change: Change, now: datetime) -> None:
    heirs = "、".join(one.code for one in change.successors) or change.name
    detail = f"{change.on} {change.act.value} {change.code} → {heirs}"
    await logbook.note(hall.database, deed, by=person_id, detail=detail, now=now)
