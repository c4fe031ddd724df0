"""The dispatcher for a citizen on the phone or at the counter: writes a new case down, adds to an old one, reminds."""

import dataclasses
from collections.abc import Sequence
from datetime import datetime

from feedback.actions import asking, dispatching, intake
from feedback.actions.hall import Hall
from feedback.rules import permission
from feedback.rules.attachment import Kept
from feedback.rules.permission import Actor
from feedback.rules.record import Case, Decision
from feedback.rules.status import Status, Step
from feedback.store import cases, contacts


async def write_down(
    hall: Hall, actor: Actor, letter: intake.Letter, *, bureau: str = "", category: str | None = None,
    now: datetime, also: intake.Also | None = None,
) -> intake.Receipt:  # fmt: skip
    """A new case in the caller's name, dispatched at once where the dispatcher chose a bureau. Raises WrongRole.

    What belongs to the confidential clerk goes there, whatever was chosen."""
    permission.demand(actor, Step.SUBMIT)
    written = dataclasses.replace(letter, entered_by=actor.person_id, ask=bool(bureau))
    receipt = await intake.submit(hall, written, now=now, also=also)
    if not bureau or receipt.understanding.decision is Decision.PROTECTED:
        return receipt
    case = await cases.get(hall.database, receipt.number)
    assert case is not None
    after = await dispatching.dispatch(hall, actor, case, bureau=bureau, category=category, now=now)
    return dataclasses.replace(receipt, status=Status.ASSIGNED, bureau=bureau, category=after.category)


async def supplement(
    hall: Hall, actor: Actor, case: Case, *, text: str, now: datetime, files: Sequence[Kept] = ()
) -> Case:  # fmt: skip
    """What the caller adds to a case, and papers that were scanned at the counter. Raises TooMuch."""
    return await asking.supplement(hall, case, text=text, now=now, actor=actor, files=files)


async def remind(hall: Hall, actor: Actor, case: Case, *, now: datetime) -> Case:
    """The caller asks again. Raises TooEarly."""
    return await asking.remind(hall, case, now=now, actor=actor)


async def earlier(hall: Hall, actor: Actor, phone: str) -> Sequence[Case]:
    """What the same phone asked before, open cases first; never one that is protected or that the dispatcher has recused themself from."""
    numbers = await contacts.numbers_of(hall.database, hall.vault.hash("phone", phone), person=actor.person_id)
    found = [await cases.get(hall.database, number) for number in numbers]
    return sorted((case for case in found if case is not None), key=lambda case: not case.open)
