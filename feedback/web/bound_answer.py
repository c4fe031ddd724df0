"""One text for several cases, bound to each: what it leaves open is filled in from the case, and the reply check reads it as that
citizen will."""

from starlette.requests import Request

from feedback.rules import phrasing
from feedback.rules.record import Case
from feedback.store import cases, contacts
from feedback.web import case_view, casework, doors, errors, forms, reply_desk


def demand_known(answer: str) -> None:
    """Raises BadFields for a placeholder that is none."""
    if strange := phrasing.unknown(answer):
        raise errors.BadFields({"answer": f"不认识 {'、'.join(f'{{{one}}}' for one in strange)}，只能用下面列出的几个。"})


async def bound(request: Request, case: Case, answer: str) -> str:
    """The text as it goes to the citizen of this case."""
    hall = doors.hall(request)
    name, _, _ = await contacts.get(hall.database, hall.vault, case.id)
    return phrasing.filled(answer, reply_desk.values(hall, case, name))


async def doubts(request: Request, case: Case, reply: forms.Reply) -> list[str]:
    """What the reply check says of this text to this very letter."""
    hall = doors.hall(request)
    sealed = await cases.sealed_text(hall.database, case.id) if case.protected else None
    title, _, body = case_view.words_of(hall, case, sealed)
    own = reply.model_copy(update={"answer": await bound(request, case, reply.answer)})
    return [sentence for _, sentence in casework.checked(request, f"{title}\n{body}", own)]
