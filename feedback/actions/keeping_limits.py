"""A new version of the limits: for cases received from now on; every other case keeps the one it was given."""

from collections.abc import Mapping
from datetime import datetime

from feedback.actions.hall import Hall
from feedback.rules import administration, deadline
from feedback.rules.administration import Act, Deed
from feedback.rules.limit import Limit, Unit
from feedback.rules.permission import Actor
from feedback.store import city, limits, logbook


class NothingNew(Exception):
    """没有一个时限和现在的不同。"""


async def change(hall: Hall, actor: Actor, wanted: Mapping[str, Limit], *, note: str, now: datetime) -> str:
    """Makes the version with these limits by code, all else as in the newest one; returns its name.

    Raises NothingNew, WrongRole."""
    administration.demand(actor, Act.LIMITS)
    assert actor.person_id is not None
    async with hall.database.transaction():
        await limits.lock(hall.database)
        hall.city = await city.read(hall.database)
        newest = hall.city.version
        known = {
            row["code"]: Limit(row["amount"], Unit(row["unit"])) for row in await limits.rows(hall.database, newest)
        }
        changed = {code: limit for code, limit in wanted.items() if code in known and known[code] != limit}
        if not changed:
            raise NothingNew
        version = _next(hall, now)
        await limits.add(
            hall.database, version, like=newest, changed=changed, person_id=actor.person_id, note=note, now=now
        )
        detail = f"{version}：{note}"
        await logbook.note(hall.database, Deed.LIMITS, by=actor.person_id, detail=detail, now=now)
    hall.city = await city.read(hall.database)
    return version


def _next(hall: Hall, now: datetime) -> str:
    """2026-2 after 2026-1; a year begins with -1, unless its versions are behind the newest one's year."""
    year = max(str(now.astimezone(deadline.CITY_TIME).year), hall.city.version[:4])
    taken = {version for version, _ in hall.city.terms}
    return next(name for n in range(1, 10_000) if (name := f"{year}-{n}") not in taken)
