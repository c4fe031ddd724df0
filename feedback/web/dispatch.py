"""The dispatcher's page: what the machine was not sure of, with its three suggestions, and what bureaus have returned."""

import re
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from feedback import clock
from feedback.actions.hall import Hall
from feedback.rules import permission
from feedback.rules.city import DISTRICT_LEADS, City
from feedback.rules.record import Case
from feedback.rules.status import WrongStep
from feedback.store import cases, oversight, queues
from feedback.store.queues import Queue
from feedback.web import (
    case_page,
    case_view,
    casework,
    desk,
    doors,
    errors,
    hinting,
    queue_choice,
    steps,
    templating,
    wording,
)
from feedback.web.doors import door

PAGE = 20

_SURE = ((0.9, "很有把握"), (0.7, "比较有把握"), (0.4, "有可能"), (0.0, "说不准"))


def in_words(probability: float) -> str:
    """How sure the machine is, for people."""
    return next(words for least, words in _SURE if probability >= least)


async def home(request: Request) -> Response:
    """Cases in triage, or those returned, in the order of their due times."""
    asked = request.query_params
    hall, who, now = doors.hall(request), doors.actor(request), clock.now()
    queue = Queue.RETURNED if asked.get("queue") == Queue.RETURNED else Queue.TRIAGE
    counted = await queues.counts(hall.database, who, now)
    try:
        found, following = await queues.page(
            hall.database, who, queue, None, asked.get("cursor", ""), now=now, limit=PAGE
        )
    except queues.BadCursor:
        raise errors.BadFields({"cursor": queues.BadCursor.__doc__ or ""}) from None
    secret = who.role is permission.Role.CONFIDENTIAL
    return templating.page(
        request,
        "dispatch/home.html",
        queue=queue,
        tabs=[(one, queue_choice.QUEUES[one], counted[one]) for one in (Queue.TRIAGE, Queue.RETURNED)],
        cards=await cards(request, found),
        secret=secret,
        bureaus=case_page.bureaus(hall.city, secret=secret),
        categories=case_page.categories(hall.city),
        next=f"/dispatch?queue={queue}&cursor={following}" if following else "",
        later=bool(asked.get("cursor")),
        done=desk.DONE.get(asked.get("done", ""), ""),
        about=asked.get("about", "")[:40],
        most=queues.MOST,
    )


MAY = ("split", "decline")
"""What a dispatcher may do with every case of these queues."""


async def cards(request: Request, found: list[Case]) -> list[dict[str, Any]]:
    """Each case with its words, suggestions and, when it was returned, what the bureau said."""
    hall, now = doors.hall(request), clock.now()
    ids = [case.id for case in found]
    ledgers = await oversight.ledgers(hall.database, ids)
    returns = await oversight.last_words(hall.database, ids, "return")
    sealed = await oversight.sealed(hall.database, [case.id for case in found if case.protected])
    made = []
    for case in found:
        title, address, body = case_view.words_of(hall, case, sealed.get(case.id))
        ledger = ledgers.get(case.id)
        made.append({
            **case_view.row(hall, case, now, title=title),
            "address": address,
            "body": case_page.marked(body, ledger["reasons"] if ledger else []),
            "reasons": ledger["reasons"] if ledger else [],
            "suggestions": suggestions(hall.city, ledger) if ledger and not case.protected else [],
            "returned": _returned(hall, returns.get(case.id)),
            "hints": await hinting.shown(hall, case, (title, address, body), MAY),
        })  # fmt: skip
    return made


def suggestions(city: City, ledger: Any) -> list[dict[str, Any]]:
    """The candidates in words; without a bureau when the district of the case must be chosen first (属地). One of 0 % helps nobody."""
    triples = zip(ledger["categories"], ledger["bureaus"], ledger["scores"], strict=True)
    return [
        {
            "category": case_view.category(city, category),
            "bureau": None if bureau in ("", DISTRICT_LEADS) else case_view.bureau(city, bureau),
            "sure": in_words(score),
            "percent": round(score * 100),
        }
        for category, bureau, score in triples
        if round(score * 100)
    ]


def _returned(hall: Hall, said: dict[str, Any] | None) -> dict[str, Any] | None:
    if said is None:
        return None
    reason = said.get("reason", "")
    return {
        "bureau": case_view.bureau(hall.city, said["bureau"]),
        "at": said["at"],
        "reason": wording.RETURN_REASONS.get(reason, reason),
        "basis": said.get("basis", ""),
        "propose": case_view.bureau(hall.city, said.get("propose")),
    }


def meant(city: City, typed: str) -> str:
    """The code of the bureau that was typed by code, name or short name; what was typed when there is none."""
    text = typed.strip()
    known = (one for one in city.bureaus.values() if text in (one.code, one.name, one.short))
    return next((one.code for one in known), text)


def meant_category(city: City, typed: str) -> str:
    """The code of the category that was typed by code or name; what was typed when there is none."""
    text = typed.strip()
    return next((one.code for one in city.categories.values() if text in (one.code, one.name)), text)


async def decide(request: Request) -> Response:
    """One click: dispatches, or decides a return. What cannot be done is shown on the page of the case."""
    number, given = request.path_params["number"], await casework.given_fields(request)
    city = doors.hall(request).city
    given = {"step": "dispatch", **given, "back": "dispatch"}
    if given["step"] == "dispatch":
        given["bureau"] = meant(city, given.get("bureau", ""))
        given["category"] = meant_category(city, given.get("category", ""))
        given["support"] = [meant(city, one) for one in _several(given.get("support", []))]
        if given.pop("uphold", ""):
            given = await _uphold_first(request, number, given)
    return await casework.take(request, number, given)


def _several(typed: list[str]) -> list[str]:
    return [part for text in typed for part in re.split(r"[、，,;；\s]+", text) if part]


async def _uphold_first(request: Request, number: str, given: dict[str, Any]) -> dict[str, Any]:
    """A return is agreed to before the case goes to its next bureau, so that wrongful returns can be counted.

    What prevents it is left to the dispatch that follows: it is refused for the same reason."""
    decision = {"step": "decide_return", "version": given.get("version"), "uphold": "true", "reason": "同意退单"}
    try:
        after = await steps.take(request, number, decision)
    except (cases.Stale, WrongStep, errors.BadFields):
        return given
    return {**given, "version": str(after.version)}


ROUTES = [
    door("/dispatch", home, enter=doors.DISPATCH, name="dispatch"),
    door("/dispatch/{number}", decide, enter=doors.DISPATCH, methods=("POST",), name="dispatch_case"),
]
