"""The reply check for programs: what would be objected to, without sending anything. Pages ask the same in casework."""

from starlette.requests import Request
from starlette.responses import Response

from feedback.actions.handling import Outcome
from feedback.store import cases
from feedback.web import case_view, casework, doors, forms, reading, steps
from feedback.web.api import answer
from feedback.web.doors import door


class Answer(forms.Form):
    """An answer as it might be sent."""

    answer: forms.words(10_000, least=1)  # type: ignore[valid-type]
    outcome: Outcome = Outcome.SOLVED
    obstacle: forms.words(1000) = ""  # type: ignore[valid-type]


async def check(request: Request) -> Response:
    """What the reply check says of an answer to this case."""
    case = await steps.visible(request, request.path_params["number"])
    given = reading.strictly(Answer, await reading.json(request))
    hall = doors.hall(request)
    sealed = await cases.sealed_text(hall.database, case.id) if case.protected else None
    title, _, body = case_view.words_of(hall, case, sealed)
    found = casework.checked(request, f"{title}\n{body}", given)
    return answer({"ok": not found, "faults": [{"fault": fault, "sentence": sentence} for fault, sentence in found]})


ROUTES = [
    door(
        "/api/v1/cases/{number}/check-reply", check, enter=doors.CASEWORK, methods=("POST",), name="api_check_reply",
        takes=Answer,
    )
]  # fmt: skip
