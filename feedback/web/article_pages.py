"""Knowledge for everybody: list, search and one article, as pages and as JSON. Writing it is article_desk."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from feedback import clock
from feedback.actions.hall import Hall
from feedback.rules.record import Decision, Understanding
from feedback.store import articles
from feedback.web import cursors, doors, errors, forms, public, reading, reply_desk, templating
from feedback.web.api import answer
from feedback.web.doors import door

PAGE = 20


class Search(forms.Form):
    """What the list of articles is asked for. Empty means all."""

    q: forms.words(100) = ""  # type: ignore[valid-type]
    category: forms.Code = ""
    bureau: forms.Code = ""
    cursor: forms.words(200) = ""  # type: ignore[valid-type]


def today() -> date:
    """The city's date: an article is public up to the day before its review."""
    return clock.local(clock.now()).date()


async def listed(hall: Hall, wanted: Search) -> dict[str, Any]:
    """One page of public articles: items and `next` cursor. Raises BadFields for a category, bureau or cursor that is none."""
    public.demand_known(hall, wanted)
    found = await articles.page(
        hall.database, today=today(), words=wanted.q.split()[:5], category=wanted.category or None,
        bureau=wanted.bureau or None, after=cursors.after(wanted.cursor), limit=PAGE + 1,
    )  # fmt: skip
    items = [reply_desk.article(hall, one) for one in found[:PAGE]]
    last = found[PAGE - 1] if len(found) > PAGE else None
    return {"items": items, "next": cursors.written(last.changed_at, last.id) if last else None}


async def fitting(hall: Hall, understood: Understanding, *, limit: int = 3) -> list[dict[str, Any]]:
    """Public articles about what a text seems to be about, the likeliest matter first; none for what is confidential."""
    if understood.decision is Decision.PROTECTED:
        return []
    guesses = list(dict.fromkeys([understood.category, *(one.category for one in understood.candidates)]))
    found = await articles.about(
        hall.database, [one for one in guesses if one], today=today(), words=understood.reasons, limit=limit
    )
    return [reply_desk.article(hall, one) for one in found]


async def page(request: Request) -> Response:
    """The list, with search."""
    given = {name: request.query_params.get(name, "") for name in Search.model_fields}
    hall = doors.hall(request)
    wanted, faults = reading.try_form(Search, given)
    found: dict[str, Any] = {"items": [], "next": None}
    if wanted:
        try:
            found = await listed(hall, wanted)
        except errors.BadFields as bad:
            faults = bad.fields
    kept = {name: value for name, value in given.items() if value and name != "cursor"}
    return templating.page(
        request,
        "articles/list.html",
        status_code=422 if faults else 200,
        given=given,
        faults=faults,
        categories=public.grouped(hall),
        bureaus=[(one.code, one.short) for one in hall.city.bureaus.values() if one.active],
        further=f"/articles?{urlencode({**kept, 'cursor': found['next']})}" if found["next"] else "",
        searching=bool(kept),
        **found,
    )


def identity(request: Request) -> int:
    """The article's id in the address. Raises NotFound for what cannot be one."""
    given = request.path_params["id"]
    if not (given.isascii() and given.isdecimal() and len(given) < 19):
        raise errors.NotFound
    return int(given)


async def one(request: Request) -> Response:
    """One public article; its own bureau's staff also see one that is not public at the moment."""
    hall, person = doors.hall(request), request.state.person
    found = await articles.get(hall.database, identity(request))
    open_now = found is not None and found.withdrawn_at is None and found.review_on is not None and found.review_on > today()
    own = found is not None and person is not None and person.bureau == found.bureau
    if found is None or not (open_now or own):
        raise errors.NotFound
    return templating.page(
        request, "articles/one.html", article=reply_desk.article(hall, found), open_now=open_now, own=own,
        withdrawn=found.withdrawn_at is not None,
    )  # fmt: skip


async def api(request: Request) -> Response:
    """Public articles, newest change first."""
    await reading.limit(request, f"search:{reading.client(request)}", burst=60, per_hour=1200)
    wanted = reading.checked(Search, dict(request.query_params))
    return answer(await listed(doors.hall(request), wanted))


ROUTES = [
    door("/articles", page, enter=doors.ANYBODY, name="articles"),
    door("/articles/{id}", one, enter=doors.ANYBODY, name="article"),
    door("/api/v1/public/articles", api, enter=doors.ANYBODY, name="api_public_articles", asks=Search),
]
