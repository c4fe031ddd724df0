"""联名审核: the dispatcher's queue of proposals, the page on which one is decided, and what the city has promised so far."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from feedback import clock
from feedback.rules import deadline, petition
from feedback.rules.petition import Petition
from feedback.store import petitions
from feedback.web import doors, errors, petition_view, petitions_api, reading, templating
from feedback.web.doors import door
from feedback.web.petitions import similar
from feedback.web.petitions_api import MODERATE, known


async def queue(request: Request) -> Response:
    """What waits to be read, oldest first with its time; and the petitions that reached a threshold."""
    hall, now = doors.hall(request), clock.now()
    waiting = await petitions.waiting(hall.database, now=now)
    promised = await petitions.promised(hall.database, now=now)
    views = [await petition_view.full(hall, one, now=now, staff=True) for one in promised]
    return templating.page(
        request, "dispatch/petitions.html", waiting=[(one, _time(request, one)) for one in waiting], promised=views,
        done=request.query_params.get("done", "") if petition.is_number(request.query_params.get("done", "")) else "",
        rule=petition,
    )  # fmt: skip


def _time(request: Request, found: Petition) -> tuple[deadline.Light, str]:
    """Light and words of the time that is left to decide."""
    now, calendar = clock.now(), doors.hall(request).city.calendar
    warn = deadline.warn_before(found.due_at, petition.MODERATION)
    left = deadline.remaining(now, found.due_at, petition.MODERATION, calendar)
    return deadline.light(now, due_at=found.due_at, warn_at=warn), left


async def one(request: Request) -> Response:
    """One proposal as it was sent and as it would be published, with what is like it."""
    return await _page(request, await known(request), {}, {})


async def _page(
    request: Request, found: Petition, given: dict[str, str], faults: dict[str, str], *, said: str = "",
    status_code: int = 200,
) -> Response:  # fmt: skip
    hall = doors.hall(request)
    alike = [other for other in await similar(hall, found.title) if other.id != found.id]
    return templating.page(
        request, "dispatch/petition.html", status_code=status_code, petition=found, rule=petition,
        title=hall.redact(found.title), body=hall.redact(found.body), time=_time(request, found),
        district=hall.city.districts.get(found.district or ""), similar=await petition_view.rows(hall, alike),
        given=given, faults=faults, said=said,
    )  # fmt: skip


async def decide(request: Request) -> Response:
    """Publish or reject; somebody was faster: the page as it is now, with what was typed."""
    found, given = await known(request), await reading.posted(request)
    try:
        petitions_api.demand_waiting(found)
        wanted = {name: given[name] for name in petitions_api.Decision.model_fields if name in given}
        await petitions_api.decided(request, found, reading.checked(petitions_api.Decision, wanted))
    except petition.Decided:
        said = petition.Decided.__doc__ or ""
        return await _page(request, await known(request), given, {}, said=said, status_code=409)
    except errors.BadFields as bad:
        return await _page(request, found, given, bad.fields, status_code=422)
    return RedirectResponse(f"/dispatch/petitions?done={found.number}", 303)


ROUTES = [
    door("/dispatch/petitions", queue, enter=MODERATE, name="petition_queue"),
    door("/dispatch/petitions/{number}", one, enter=MODERATE, name="petition_moderation"),
    door("/dispatch/petitions/{number}", decide, enter=MODERATE, methods=("POST",), name="petition_decide"),
]
