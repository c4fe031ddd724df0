"""Who is woken by a bureau's urgent matters, kept by the system administrator; every change stays."""

from datetime import datetime

from feedback.actions.hall import Hall
from feedback.rules import administration
from feedback.rules.administration import Act, Deed
from feedback.rules.permission import Actor
from feedback.store import duty, logbook


async def put(hall: Hall, actor: Actor, bureau: str, *, phone: str, email: str, now: datetime) -> bool:
    """The phone and e-mail that count from now on, empty for none; whether anything was different. Raises WrongRole."""
    administration.demand(actor, Act.NOTICES)
    async with hall.database.transaction():
        if await duty.get(hall.database, hall.vault, bureau) == (phone, email):
            return False
        await duty.put(
            hall.database, hall.vault, bureau, phone=phone, email=email, person_id=actor.person_id, now=now
        )  # fmt: skip
        await logbook.note(hall.database, Deed.DUTY, by=actor.person_id, detail=hall.city.bureau_name(bureau), now=now)
    return True
