"""The audit queue: cases the machine routed, drawn by chance; a dispatcher says with one click whether it was right."""

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from feedback import clock
from feedback.actions import learning
from feedback.actions.hall import Hall
from feedback.store import audits
from feedback.web import case_page, case_view, dispatch, doors, errors, reading, templating
from feedback.web.doors import door

AUDITORS = doors.Enter(learning.AUDITORS)
PAGE = 10

_DONE = {"right": "记下了：机器派对了。", "wrong": "记下了：机器派错了，正确的答案会用来训练。"}


async def show(request: Request) -> Response:
    """The oldest drawn cases nobody has looked at."""
    return await _page(request, "", {})


async def _page(request: Request, number: str, faults: dict[str, str], status_code: int = 200) -> Response:
    hall, person = doors.hall(request), doors.actor(request).person_id
    found = await audits.waiting(hall.database, person=person, limit=PAGE)
    return templating.page(
        request,
        "learning/audit.html",
        status_code=status_code,
        cards=[_card(hall, row) for row in found],
        waiting=await audits.count_waiting(hall.database, person=person),
        bureaus=case_page.bureaus(hall.city),
        categories=case_page.categories(hall.city),
        done=_DONE.get(request.query_params.get("done", ""), ""),
        about=request.query_params.get("about", "")[:40],
        wrong=number,
        faults=faults,
    )


def _card(hall: Hall, row: Any) -> dict[str, Any]:
    return {
        "number": row["number"],
        "title": row["title"],
        "body": case_page.marked(row["body"], row["reasons"]),
        "address": row["address"],
        "received_at": row["received_at"],
        **machine_said(hall, row),
    }


def machine_said(hall: Hall, row: Any) -> dict[str, Any]:
    """Category and bureau the machine gave, and how sure it was."""
    return {
        "category": case_view.category(hall.city, row["category"]),
        "bureau": case_view.bureau(hall.city, row["bureau"]),
        "sure": dispatch.in_words(row["probability"]),
        "percent": round(row["probability"] * 100),
    }


async def judge(request: Request) -> Response:
    """One finding. A name that nobody bears is refused on the same page."""
    hall, number = doors.hall(request), request.path_params["number"]
    given = await reading.posted(request)
    category = dispatch.meant_category(hall.city, given.get("category", ""))
    bureau = dispatch.meant(hall.city, given.get("bureau", ""))
    faults = found_faults(hall, category, bureau, wrong=given.get("verdict") == "wrong")
    if faults:
        return await _page(request, number, faults, 422)
    try:
        right = await learning.judge(
            hall, doors.actor(request), number, category=category, bureau=bureau, now=clock.now()
        )
    except learning.NotDrawn:
        raise errors.NotFound from None
    except learning.AlreadyJudged:
        return RedirectResponse("/learning/audit", 303)
    return RedirectResponse("/learning/audit?done=right" if right else f"/learning/audit?done=wrong&about={number}", 303)


def found_faults(hall: Hall, category: str, bureau: str, *, wrong: bool) -> dict[str, str]:
    """A sentence for each code that is none, and for a wrong finding without the right one."""
    faults = {}
    if category and category not in hall.city.categories:
        faults["category"] = "没有这个事项，请从列表里选。"
    if bureau and bureau not in hall.city.bureaus:
        faults["bureau"] = "没有这个单位，请从列表里选。"
    if wrong and not category and not bureau:
        faults["bureau"] = "请填正确的单位，或者正确的事项。"
    return faults


ROUTES = [
    door("/learning/audit", show, enter=AUDITORS, name="audit"),
    door("/learning/audit/{number}", judge, enter=AUDITORS, methods=("POST",), name="audit_judge"),
]
