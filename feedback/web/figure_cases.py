"""The very cases behind a figure, newest first, page by page."""

import base64
import binascii
from datetime import datetime
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from feedback.rules.figure import Period
from feedback.store import drilldown
from feedback.store.drilldown import Cursor
from feedback.web import doors, errors, scope, templating
from feedback.web.doors import door

FIGURES = {
    "received": "收到的诉求",
    "open": "在办的诉求",
    "overdue": "已超期的诉求",
    "suspended": "挂账的诉求",
    "closed": "已办结的诉求",
    "on_time": "按时答复的诉求",
    "on_time_unextended": "不靠延期也按时答复的诉求",
    "on_time_unextended_n": "已答复或已过原来期限的诉求",
    "late": "没有按时答复的诉求",
    "on_time_n": "已答复或已到期的诉求",
    "rated": "市民评价过的诉求",
    "solved": "市民确认已解决的诉求",
    "unsolved": "市民说没有解决的诉求",
    "satisfied": "市民满意的诉求",
    "solved_on_time": "按时答复并且市民确认解决的诉求",
    "solved_on_time_n": "有期限并且市民评价过的诉求",
    "answered": "答复过的诉求",
    "reworked": "重办过的诉求",
    "dispatched": "派过单的诉求",
    "returned": "退过单的诉求",
    "returned_wrongly": "退单没有得到同意的诉求",
    "accepted_on_time": "按时签收的诉求",
    "accept_missed": "没有按时签收的诉求",
    "contacted_on_time": "按时首次联系市民的诉求",
    "contact_missed": "没有按时首次联系市民的诉求",
}


async def page(request: Request) -> Response:
    """One page of the list. Raises BadFields for a figure, day or cursor that is none."""
    shown = await scope.demand(request)
    view, faults = shown.view, dict[str, str]()
    if view.figure not in FIGURES:
        faults["figure"] = "没有这个数字。"
    due = scope.day("due", view.due, shown.period.last, faults)
    if faults or due is None:
        raise errors.BadFields(faults)
    rows = await drilldown.members(
        shown.hall.database, shown.period, view.figure, narrow=shown.narrow,
        person=doors.actor(request).person_id, now=shown.now, due=due if view.due else None, after=_after(view.cursor), limit=drilldown.PAGE + 1,
    )  # fmt: skip
    here, same = rows[: drilldown.PAGE], {"figure": view.figure, "due": view.due}
    further = shown.given(**same, cursor=_cursor(here[-1])) if len(rows) > len(here) else ""
    return templating.page(
        request,
        "dashboard/cases.html",
        shown=shown,
        heading=FIGURES[view.figure],
        due=Period(due, due).begin if view.due else None,
        rows=here,
        further=f"/dashboard/cases?{further}" if further else "",
        city=shown.hall.city,
    )


def _cursor(row: Any) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([row["received_at"], row["id"]])).decode().rstrip("=")


def _after(cursor: str) -> Cursor | None:
    """Behind which case the page begins. Raises BadFields for what is no cursor of ours."""
    if not cursor:
        return None
    try:
        at, identity = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        moment = datetime.fromisoformat(at)
        if moment.utcoffset() is None or not 1900 < moment.year < 2200 or not 0 <= int(identity) < 2**63:
            raise ValueError(cursor)
    except (binascii.Error, ValueError, TypeError, OverflowError):
        raise errors.BadFields({"cursor": "翻页的位置不对，请从第一页看起。"}) from None
    return Cursor(moment, int(identity))


ROUTES = [door("/dashboard/cases", page, enter=doors.FIGURES, name="dashboard_cases")]
