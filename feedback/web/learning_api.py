"""The machine's learning as JSON: drawn cases to be judged, models to be put to work or set aside."""

from typing import Annotated, Any

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from feedback import clock
from feedback.actions import learning
from feedback.store import audits, models
from feedback.web import auditing, case_view, doors, errors, forms, model_page, reading
from feedback.web.api import answer
from feedback.web.doors import door


class Finding(forms.Form):
    """Whether the machine was right; where it was wrong, the right category or bureau."""

    verdict: Annotated[str, Field(pattern="^(right|wrong)$")]
    category: forms.Code = ""
    bureau: forms.Code = ""


async def waiting(request: Request) -> Response:
    """The oldest drawn cases nobody has looked at, and how many there are."""
    hall, person = doors.hall(request), doors.actor(request).person_id
    found = await audits.waiting(hall.database, person=person, limit=auditing.PAGE)
    items = [
        {
            "number": row["number"], "title": row["title"], "body": row["body"], "address": row["address"],
            "received_at": row["received_at"], "category": case_view.category(hall.city, row["category"]),
            "bureau": case_view.bureau(hall.city, row["bureau"]), "probability": row["probability"], "reasons": row["reasons"],
        }
        for row in found
    ]  # fmt: skip
    return answer({"items": items, "waiting": await audits.count_waiting(hall.database, person=person)})


async def judge(request: Request) -> Response:
    """One finding on a drawn case; whether the machine was right."""
    hall, given = doors.hall(request), reading.strictly(Finding, await reading.json(request))
    wrong = given.verdict == "wrong"
    category, bureau = (given.category, given.bureau) if wrong else ("", "")
    if faults := auditing.found_faults(hall, category, bureau, wrong=wrong):
        raise errors.BadFields(faults)
    try:
        right = await learning.judge(
            hall, doors.actor(request), request.path_params["number"], category=category, bureau=bureau, now=clock.now()
        )
    except learning.NotDrawn:
        raise errors.NotFound from None
    return answer({"right": right})


async def listed(request: Request) -> Response:
    """Every model with what it showed, which one serves, and who put which to work."""
    hall = doors.hall(request)
    known: list[dict[str, Any]] = [
        {**dict(one._mapping), "checks": [dict(check._mapping) for check in await models.checks(hall.database, one["version"])]}
        for one in await models.listed(hall.database)
    ]
    for one in known:
        one.pop("labels", None)
        one.pop("folder", None)
    promotions = [dict(one._mapping) for one in await models.promotions(hall.database)]
    return answer({"serving": await learning.serving(hall), "items": known, "promotions": promotions})


async def decide(request: Request) -> Response:
    """Puts a model to work (or back), with a reason, or sets a candidate aside."""
    asked = reading.strictly(model_page.Decision, await reading.json(request))
    done = await model_page.take(doors.hall(request), doors.actor(request), asked)
    return answer({"done": done, "serving": await learning.serving(doors.hall(request))})


ROUTES = [
    door("/api/v1/learning/audit", waiting, enter=auditing.AUDITORS, name="api_audit"),
    door(
        "/api/v1/learning/audit/{number}", judge, enter=auditing.AUDITORS, methods=("POST",), name="api_audit_judge",
        takes=Finding,
    ),
    door("/api/v1/learning/models", listed, enter=model_page.KEEPERS, name="api_models"),
    door(
        "/api/v1/learning/models", decide, enter=model_page.KEEPERS, methods=("POST",), name="api_models_decide",
        takes=model_page.Decision,
    ),
]  # fmt: skip
