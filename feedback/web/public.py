"""Pages for anybody: published answers, and what this site is and does with what people write."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from feedback import clock
from feedback.actions.hall import Hall
from feedback.rules import code
from feedback.store import grams, publication, searching
from feedback.store.publication import Published
from feedback.web import case_view, cursors, doors, errors, forms, reading, templating
from feedback.web.doors import door

PAGE = 20
SEARCHED = 100
"""Matches that are redacted and checked for one page at most: redacting costs about a millisecond each."""


class Search(forms.Form):
    """What the list of published cases is asked for. Empty means all."""

    q: forms.words(100) = ""  # type: ignore[valid-type]
    category: forms.Code = ""
    bureau: forms.Code = ""
    cursor: forms.words(200) = ""  # type: ignore[valid-type]


async def listed(hall: Hall, wanted: Search) -> dict[str, Any]:
    """One page of published cases: items, `next` cursor, and `total` (None when there are more than were looked through).

    Raises BadFields for a category, bureau or cursor that is none. Words are matched on the redacted text only: nobody
    finds a case by a telephone number that was taken out of it."""
    demand_known(hall, wanted)
    asked, after = narrowed(wanted), cursors.after(wanted.cursor)
    words = asked.words
    limit = SEARCHED + 1 if words else PAGE + 1
    found = await publication.page(hall.database, asked, after=after, limit=limit, now=clock.now())
    shown = [one for one in found if says(hall, one, words)]
    items = shown[:PAGE]
    further = items[-1] if len(shown) > PAGE else found[-1] if words and len(found) > SEARCHED else None
    if words:
        total = len(shown) if len(found) <= SEARCHED and after is None and not asked.short else None
    else:
        counted = await publication.count(hall.database, asked)
        total = counted if counted < publication.MOST else None
    return {"items": [brief(hall, one) for one in items], "next": cursors.written(further.answered_at, further.id) if further else None, "total": total}


def narrowed(asked: Any) -> publication.Wanted:
    """What a form with words, category and bureau asks for."""
    return publication.Wanted(tuple(grams.plain(asked.q).split()), asked.category or None, asked.bureau or None)


def demand_known(hall: Hall, wanted: Any) -> None:
    """Raises BadFields for a category or bureau that is none."""
    faults = {}
    if wanted.category and wanted.category not in hall.city.categories:
        faults["category"] = "没有这个事项。"
    if wanted.bureau and wanted.bureau not in hall.city.bureaus:
        faults["bureau"] = "没有这个单位。"
    if faults:
        raise errors.BadFields(faults)


def says(hall: Hall, one: Published, words: Sequence[str]) -> bool:
    """Whether every one of these plain words is left when personal data are taken out, in whatever digits they are written:
    nobody finds a case by a telephone number that was taken out of it."""
    if not words:
        return True
    plain = " ".join(grams.plain(redacted(hall, grams.normal(part))) for part in (one.title, one.body, one.answer))
    return all(word in plain for word in words)


@lru_cache(maxsize=1000)
def _redacted(redact: Any, text: str) -> str:
    return redact(text)


def redacted(hall: Hall, text: str) -> str:
    """The text as it may be published."""
    return _redacted(hall.redact, text)


def brief(hall: Hall, one: Published) -> dict[str, Any]:
    """A published case in a list: redacted, with the beginning of text and answer."""
    return {
        "number": one.number,
        "title": redacted(hall, one.title),
        "kind": one.kind,
        "category": case_view.category(hall.city, one.category),
        "district": case_view.district(hall.city, one.district),
        "bureau": {"code": one.bureau, "name": one.answer_bureau or hall.city.bureau_name(one.bureau)},
        "received_at": one.received_at,
        "answered_at": one.answered_at,
        "solved": one.solved,
        "satisfaction": one.satisfaction,
        "body": redacted(hall, one.body),
        "answer": redacted(hall, one.answer),
    }


async def published(request: Request) -> Response:
    """The list of published cases, with search."""
    given = {name: request.query_params.get(name, "") for name in Search.model_fields}
    hall = doors.hall(request)
    wanted, faults = reading.try_form(Search, given)
    found: dict[str, Any] = {"items": [], "next": None, "total": 0}
    if wanted:
        try:
            found = await listed(hall, wanted)
        except errors.BadFields as bad:
            faults = bad.fields
    return templating.page(
        request,
        "public/cases.html",
        status_code=422 if faults else 200,
        given=given,
        faults=faults,
        categories=grouped(hall),
        bureaus=[(one.code, one.short) for one in hall.city.bureaus.values() if one.active],
        further=f"/cases?{urlencode({**_filled(given), 'cursor': found['next']})}" if found["next"] else "",
        searching=bool(_filled(given)),
        short=bool(wanted and narrowed(wanted).short),
        newest=searching.NEWEST,
        most=publication.MOST,
        **found,
    )


def _filled(given: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in given.items() if value and name != "cursor"}


def grouped(hall: Hall) -> dict[str, list[tuple[str, str]]]:
    """Categories that may be published, by group."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for one in hall.city.categories.values():
        if one.public and one.active:
            groups.setdefault(one.group, []).append((one.code, one.name))
    return groups


async def one(request: Request) -> Response:
    """One published case. Every other number is not found, whether it exists or not."""
    hall, number = doors.hall(request), request.path_params["number"]
    found = await publication.get(hall.database, number) if code.is_number(number) else None
    if found is None:
        raise errors.NotFound
    return templating.page(request, "public/published.html", case=brief(hall, found), round=found.round)


def _words(template: str) -> doors.Endpoint:
    async def endpoint(request: Request) -> Response:
        return templating.page(request, f"public/{template}.html")

    endpoint.__name__ = template
    return endpoint


ROUTES = [
    door("/cases", published, enter=doors.ANYBODY, name="published"),
    door("/cases/{number}", one, enter=doors.ANYBODY, name="published_case"),
    *(door(f"/{name}", _words(name), enter=doors.ANYBODY) for name in ("privacy", "accessibility", "about")),
]
