"""Tells people of a case, in the transaction of the fact: the citizen by SMS and e-mail, colleagues in the house, the bureau's people on duty when it is urgent.

Of a protected case nobody is told more than that there is something new."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from feedback.actions.hall import Hall
from feedback.rules import audience
from feedback.rules.audience import CITY_ROLES, Whom
from feedback.rules.permission import Actor, Role
from feedback.rules.record import Case
from feedback.rules.status import Step
from feedback.store import contacts, duty, inbox, notices, people, recusals

NEUTRAL = "protected"
"""The notice that says nothing of what the case is about."""
UNHANDED = "unhanded"
"""The notice of a case that was given to a 科室 or a bureau, and to nobody there yet."""


async def tell(hall: Hall, case: Case, template: str, *, now: datetime, **values: object) -> None:
    """Puts the notice `template` to the citizen into the outbox, for the phone and for the e-mail address they left."""
    phone, email = await contacts.addresses(hall.database, hall.vault, case.id)
    template, about = worded(hall, case, template, now=now, **values)
    await _send(hall, phone, email, template, about, case_id=case.id, now=now)


def worded(hall: Hall, case: Case, template: str, *, now: datetime, **values: object) -> tuple[str, dict[str, Any]]:
    """The notice that may go out about this case `now`, and what its words are filled with."""
    if case.protected:
        template, values = NEUTRAL, {}
    bureau = hall.city.bureau_name(case.bureau)
    return template, {"number": case.number, "bureau": bureau, "due_at": to_come(case.due_at, now), **values}


def to_come(due_at: datetime | None, now: datetime) -> datetime | None:
    """The due time if it can still be promised: nobody is told of an answer before a day that is over."""
    return due_at if due_at and now < due_at else None


async def _send(
    hall: Hall, phone: str, email: str, template: str, about: dict[str, Any], *, case_id: int, now: datetime,
    urgent: bool = False,
) -> None:  # fmt: skip
    if phone:
        text = hall.words(template, **about, site=hall.site)
        row = notices.row(
            hall.vault, receiver=phone, text=text, template=template, now=now, case_id=case_id, urgent=urgent
        )
        await notices.add(hall.database, row)
    if email:
        await notices.add(hall.database, letter(hall, email, template, about, case_id=case_id, now=now, urgent=urgent))


def letter(
    hall: Hall, email: str, template: str, about: dict[str, Any], *, case_id: int, now: datetime, urgent: bool = False
) -> dict[str, Any]:
    """The row of an e-mail; the first line of its words is the subject."""
    subject, _, body = hall.words(f"{template}.mail", **about, site=hall.site).partition("\n")
    return notices.row(
        hall.vault, receiver=email, subject=subject.strip(), text=body.strip(), template=template, channel="email",
        now=now, case_id=case_id, urgent=urgent,
    )  # fmt: skip


async def staff(
    hall: Hall, case: Case, people: Collection[int], what: str, *, now: datetime, by: int | None = None
) -> None:
    """Puts the in-site notice `what` (templates/notice/<what>.site.txt) before these people, in the caller's transaction.

    Who may not see the case when they look is not told what it is about; who caused it (`by`) is not told at all."""
    await inbox.put(hall.database, case.id, what, now=now, by=by, people=people)


async def of_step(hall: Hall, actor: Actor, before: Case, after: Case, step: Step, *, now: datetime) -> None:
    """Tells the colleagues whom the step concerns; of an urgent case that is dispatched, those on duty too."""
    whom = audience.whom(step, at_bureau=after.bureau is not None)
    if after.protected:
        whom = ()
        if step in audience.TABLE:
            await inbox.put(
                hall.database, after.id, step, now=now, by=actor.person_id, city=[Role.CONFIDENTIAL.value]
            )
    if whom:
        what = UNHANDED if step is Step.ASSIGN and after.handler_id is None else step
        await inbox.put(
            hall.database, after.id, what, now=now, by=actor.person_id,
            people=await _people(hall, whom, step, before, after), bureau=after.bureau,
            city=[CITY_ROLES[one].value for one in whom if one in CITY_ROLES],
            roles=[Role.HEAD.value] * (Whom.HEAD in whom),
        )  # fmt: skip
    if step is Step.DISPATCH and after.urgent and not after.protected:
        await alarm(
            hall, after.id, number=after.number, bureau=after.bureau, category=after.category, by=actor.person_id,
            now=now,
        )  # fmt: skip


async def _people(hall: Hall, whom: Collection[Whom], step: Step, before: Case, after: Case) -> list[int]:
    found = await _handlers(hall, step, before, after) if Whom.HANDLER in whom else []
    if Whom.RETURNER in whom:
        found.append(await inbox.returner(hall.database, after.id))
    return [one for one in found if one is not None]


async def _handlers(hall: Hall, step: Step, before: Case, after: Case) -> list[int | None]:
    """Who handles the case, of a rework who answered it; while nobody does, those of its 科室 or bureau who may, at last the head."""
    handler = after.handler_id or (before.handler_id if step is Step.REWORK else None)
    if handler and await people.serves(hall.database, handler, after.bureau):
        return [handler]
    return [*(await recusals.left(hall.database, after, Role.HANDLER) or await recusals.left(hall.database, after, Role.HEAD))]


async def alarm(
    hall: Hall, case_id: int, *, number: str, bureau: str | None, category: str | None, now: datetime,
    by: int | None = None,
) -> None:  # fmt: skip
    """An urgent case, day and night at once: the people on duty by phone and e-mail, the bureau's or else the hotline centre's; and in the house."""
    await inbox.put(
        hall.database, case_id, "urgent", now=now, by=by, bureau=bureau,
        roles=[Role.HANDLER.value, Role.HEAD.value] if bureau else [],
        city=[Role.SUPERVISOR.value] if bureau else [Role.DISPATCHER.value, Role.SUPERVISOR.value],
    )  # fmt: skip
    phone, email = await _on_duty(hall, bureau)
    matter = hall.city.categories.get(category or "")
    about = {"number": number, "bureau": hall.city.bureau_name(bureau), "matter": matter.name if matter else ""}
    await _send(hall, phone, email, "urgent_duty", about, case_id=case_id, now=now, urgent=True)


async def _on_duty(hall: Hall, bureau: str | None) -> tuple[str, str]:
    centre = next((one.code for one in hall.city.bureaus.values() if one.kind == "C"), "")
    for code in dict.fromkeys((bureau or centre, centre)):
        phone, email = await duty.get(hall.database, hall.vault, code)
        if phone or email:
            return phone, email
    return "", ""
