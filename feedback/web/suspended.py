"""挂账公示: what the city cannot solve now, with measure, bureau and date, for anybody. No citizen, no name, no number."""

from datetime import date, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from feedback import clock
from feedback.actions.hall import Hall
from feedback.store import suspensions
from feedback.web import api, case_view, doors, public, templating
from feedback.web.doors import door


async def items(hall: Hall, now: datetime) -> list[dict[str, Any]]:
    """Every suspended case as the public may see it; `passed`: the date that was named is over."""
    today = clock.local(now).date()
    return [_item(hall, one, today) for one in await suspensions.open_now(hall.database)]


def _item(hall: Hall, one: Any, today: date) -> dict[str, Any]:
    until, words = _date(one["until"] or ""), public.redacted(hall, one["until"] or "")
    return {
        "category": case_view.category(hall.city, one["category"]),
        "district": case_view.district(hall.city, one["district"]),
        "bureau": case_view.bureau(hall.city, one["bureau"]),
        "received_at": one["received_at"],
        "suspended_at": one["at"],
        "measure": public.redacted(hall, one["measure"] or ""),
        "milestones": public.redacted(hall, one["milestones"] or ""),
        "responsible": public.redacted(hall, one["post"] or "") or "承办人",
        "until": until.isoformat() if until else words,
        "until_words": f"{until.year}年{until.month}月{until.day}日" if until else words,
        "passed": until is not None and until < today,
    }


def _date(text: str) -> date | None:
    """The day that was named; None for one in words, such as 明年上半年."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


async def page(request: Request) -> Response:
    """The list for people."""
    found = await items(doors.hall(request), clock.now())
    return templating.page(request, "public/suspended.html", items=found, passed=sum(one["passed"] for one in found))


async def listed(request: Request) -> Response:
    """The list for programs."""
    return api.answer({"items": await items(doors.hall(request), clock.now())})


ROUTES = [
    door("/suspended", page, enter=doors.ANYBODY, name="suspended"),
    door("/api/v1/public/suspended", listed, enter=doors.ANYBODY, name="api_suspended"),
]
