"""The JSON API for anybody: published cases, and those like a text somebody is writing."""

from typing import Annotated

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from feedback import clock
from feedback.rules.record import Decision
from feedback.store import publication
from feedback.web import article_pages, doors, forms, public, reading
from feedback.web.api import answer
from feedback.web.doors import door

SIMILAR = 5


class Like(forms.Form):
    """A text, as far as it is written."""

    text: Annotated[forms.words(5000, least=1), Field(description="what the citizen has written so far")]  # type: ignore[valid-type]


async def cases(request: Request) -> Response:
    """Published, redacted cases, newest answers first."""
    await reading.limit(request, f"search:{reading.client(request)}", burst=60, per_hour=1200)
    wanted = reading.checked(public.Search, dict(request.query_params))
    return answer(await public.listed(doors.hall(request), wanted))


async def similar(request: Request) -> Response:
    """Published answered cases of the matter this text seems to be about. Nothing for what is handled confidentially."""
    await reading.limit(request, f"search:{reading.client(request)}", burst=60, per_hour=1200)
    hall = doors.hall(request)
    given = reading.checked(Like, dict(request.query_params))
    understood = hall.understood("", given.text, district=None, address="")
    if understood.category is None or understood.decision is Decision.PROTECTED:
        return answer({"items": [], "articles": []})
    wanted = publication.Wanted(category=understood.category)
    found = await publication.page(hall.database, wanted, limit=SIMILAR, now=clock.now())
    known = await article_pages.fitting(hall, understood)
    return answer({"items": [public.brief(hall, one) for one in found], "articles": known})


ROUTES = [
    door("/api/v1/cases/similar", similar, enter=doors.ANYBODY, name="api_similar", asks=Like),
    door("/api/v1/public/cases", cases, enter=doors.ANYBODY, name="api_public_cases", asks=public.Search),
]
