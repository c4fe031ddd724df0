"""Hot issues: many cases that seem to tell of one incident, as page and as JSON; joining them in one step. For staff only."""

from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from feedback import clock
from feedback.actions import grouping
from feedback.actions.hall import Hall
from feedback.rules import hot, permission
from feedback.rules.permission import Actor, Role
from feedback.rules.record import Case
from feedback.rules.status import OPEN, TABLE, Step, WrongStep
from feedback.store import cases, hot_issues
from feedback.web import case_view, doors, errors, forms, reading, scope, templating
from feedback.web.api import answer
from feedback.web.doors import Enter, door

EXAMPLES = 3
JOINS = Enter(frozenset({Role.DISPATCHER}))
_JOINABLE = frozenset(TABLE[Step.JOIN])


class Join(forms.Form):
    """Under which of the cases; without one the oldest that a bureau has."""

    lead: forms.Code = ""


async def found(shown: scope.Shown, who: Actor) -> list[dict[str, Any]]:
    """The hot issues of a period, those that came most suddenly first, with the cases `who` may open."""
    hall, period = shown.hall, shown.period
    wanted = {"bureau": shown.narrow.bureau, "category": shown.narrow.category, "district": shown.narrow.district}
    rows = [
        row
        for row in await hot_issues.seen(hall.database, period)
        if all(code is None or row[name] == code for name, code in wanted.items())
    ]
    members = await hot_issues.members(hall.database, [row["id"] for row in rows], person=who.person_id, period=period)
    return [_view(hall, row, members[row["id"]]) for row in rows]


def _view(hall: Hall, row: Any, members: list[Any]) -> dict[str, Any]:
    open_ones = [one for one in members if one["status"] in OPEN]
    return {
        "id": row["id"],
        "title": title(hall, row, members),
        "place": row["place"] or (hall.city.districts.get(row["district"] or "", "")),
        "bureau": case_view.bureau(hall.city, row["bureau"]),
        "category": case_view.category(hall.city, row["category"]),
        "district": case_view.district(hall.city, row["district"]),
        "cases": row["n"],
        "before": row["before"],
        "open": len(open_ones),
        "joined": sum(1 for one in members if one["lead_id"]),
        "joinable": len(open_ones) > 1 and any(one["status"] in _JOINABLE for one in open_ones),
        "first_at": row["first_at"],
        "last_at": row["last_at"],
        "burst": hot.burst(row["n"], row["before"]),
        "examples": [
            {name: one[name] for name in ("number", "title", "status", "received_at")} for one in members[:EXAMPLES]
        ],
    }


def title(hall: Hall, row: Any, members: list[Any]) -> str:
    """Where, what about, and the words that decided about most of the cases."""
    words = hot.commonest(word for one in members for word in set(one["reasons"] or ()))
    matter = (case_view.category(hall.city, row["category"]) or {}).get("name", "")
    return hot.title(place=row["place"] or hall.city.districts.get(row["district"] or "", ""), matter=matter, words=words)


async def page(request: Request) -> Response:
    """The hot issues of a period."""
    shown = await scope.read(request)
    asked = request.query_params
    return templating.page(
        request,
        "hot_issues/home.html",
        shown=shown,
        issues=await found(shown, doors.actor(request)),
        least=hot.LEAST,
        presets=scope.PRESETS,
        joins=request.state.person.role in JOINS.roles if JOINS.roles else False,
        gives=permission.may_take(doors.actor(request), Step.INSTRUCT),
        done=_told(asked),
        sentence=asked.get("sorry", "") and "没有可以并的诉求：可能刚刚有人处理过。",
    )


def _told(asked: Any) -> str:
    joined, left = asked.get("joined", ""), asked.get("left", "")
    if not joined.isdigit():
        return ""
    more = f"有 {left} 件刚刚有人处理过，没有并。" if left.isdigit() and left != "0" else ""
    return f"{joined[:4]} 件已并到 {asked.get('lead', '')[:20]}，答复一次，每位市民都会收到。{more}"


async def api(request: Request) -> Response:
    """Hot issues from one day to another: groups of at least three cases, with examples; `burst` against as long a time before."""
    shown = await scope.demand(request)
    return answer({"items": await found(shown, doors.actor(request)), "from": shown.period.first, "to": shown.period.last})


async def join(request: Request) -> Response:
    """Joins the open cases of an issue, and goes back to the page."""
    try:
        made = await _join(request, reading.checked(Join, await reading.posted(request)))
    except WrongStep:
        return RedirectResponse("/hot-issues?sorry=1", 303)
    told = {"joined": len(made.joined), "left": len(made.left_out), "lead": made.lead}
    return RedirectResponse(f"/hot-issues?{urlencode(told)}", 303)


async def _join(request: Request, wanted: Join) -> grouping.Joined:
    hall, who = doors.hall(request), doors.actor(request)
    return await grouping.join_all(hall, who, identity(request), lead=wanted.lead, now=clock.now())


def identity(request: Request) -> int:
    """The number of the issue in the address. Raises NotFound for what is none."""
    given = request.path_params["id"]
    if not (given.isascii() and given.isdigit() and len(given) < 19):
        raise errors.NotFound
    return int(given)


async def api_join(request: Request) -> Response:
    """Joins the open cases of an issue under `lead`, or the oldest that a bureau has."""
    made = await _join(request, reading.strictly(Join, await reading.json(request)))
    return answer({"lead": made.lead, "joined": made.joined, "left_out": made.left_out})


async def cases_of(request: Request, issue: int) -> tuple[str, list[Case]]:
    """What an issue is called, and its cases, the oldest first. Raises BadFields for an issue that is none."""
    hall = doors.hall(request)
    row = await hot_issues.about(hall.database, issue)
    if row is None:
        raise errors.BadFields({"hot_issue": "没有这个热点。"})
    who = doors.actor(request)
    members = (await hot_issues.members(hall.database, [issue], person=who.person_id))[issue]
    every = [await cases.by_id(hall.database, one["id"]) for one in reversed(members)]
    return f"热点：{title(hall, row, members)}"[:100], [case for case in every if case is not None]


ROUTES = [
    door("/hot-issues", page, enter=doors.FIGURES, name="hot_issues"),
    door("/hot-issues/{id}/join", join, enter=JOINS, methods=("POST",), name="hot_issue_join"),
    door("/api/v1/hot-issues", api, enter=doors.FIGURES, name="api_hot_issues", asks=scope.Where),
    door("/api/v1/hot-issues/{id}/join", api_join, enter=JOINS, methods=("POST",), name="api_hot_issue_join", takes=Join),
]  # fmt: skip
