"""Tells the citizen of a case something: a notice in the same transaction as the fact, if they left a phone."""

from datetime import datetime

from feedback.actions.hall import Hall
from feedback.rules.record import Case
from feedback.store import contacts, notices


async def tell(hall: Hall, case: Case, template: str, *, now: datetime, **values: object) -> None:
    """Puts the notice `template` into the outbox; without a phone number nothing happens."""
    _, phone = await contacts.get(hall.database, hall.vault, case.id)
    if not phone:
        return
    bureau = hall.city.bureau_name(case.bureau)
    text = hall.words(template, number=case.number, bureau=bureau, due_at=case.due_at, **values)
    row = notices.row(hall.vault, receiver=phone, text=text, template=template, now=now, case_id=case.id)
    await notices.add(hall.database, row)
