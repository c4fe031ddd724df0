"""Splitting a letter on a page of its own: two texts, what the system suggests for the second, its category and bureau."""

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from feedback import clock
from feedback.actions import splitting
from feedback.actions.hall import Hall
from feedback.rules.attachment import Purpose
from feedback.rules.city import DISTRICT_LEADS
from feedback.rules.record import Case, Decision
from feedback.rules.status import TABLE, Step, WrongStep
from feedback.store import cases
from feedback.web import (
    attachment_view,
    case_page,
    case_view,
    doors,
    errors,
    reading,
    receipts,
    steps,
    templating,
    wording,
)
from feedback.web.doors import door

_FIELDS = ("own", "part", "title", "category", "bureau", "files")
LABELS = {"own": "原件继续办理的内容", "part": "另一件的内容", "title": "另一件的标题", "category": "事项", "bureau": "承办单位", "files": "照片和文件"}


async def show(request: Request) -> Response:
    """The letter in the first field, to be cut; or cut as the classifier proposes, when that was asked for."""
    case = await _case(request)
    given = _proposed(doors.hall(request), case) if "proposed" in request.query_params else {}
    return await _page(request, case, given or {"own": case.body}, {})


def _proposed(hall: Hall, case: Case) -> dict[str, str]:
    """The fields as the two matters found in the letter fill them; empty when it seems to hold one."""
    parts = hall.hints(case.title, case.body, district=case.district, address=case.address, secret=False).parts
    if not parts:
        return {}
    own, other = sorted(parts, key=lambda one: one.category != case.category)
    texts = {"own": case.body[own.start : own.end].strip(), "part": case.body[other.start : other.end].strip()}
    return {**texts, "category": other.category, "bureau": "" if other.bureau == DISTRICT_LEADS else other.bureau, "suggest": "1"}


async def _as_it_is(request: Request) -> Case:
    """The case, whether or not it may be split now. Raises NotYours, WrongRole."""
    case = await steps.visible(request, request.path_params["number"])
    steps.demand_role(doors.actor(request), steps.STEPS["split"], case)
    return case


async def _case(request: Request) -> Case:
    """The case, if it is one that may be split now. Raises NotYours, WrongRole, WrongStep."""
    case = await _as_it_is(request)
    if case.status not in TABLE[Step.SPLIT] or not splitting.may_split(case):
        raise WrongStep(Step.SPLIT, case.status)
    return case


async def _page(
    request: Request, case: Case, given: dict[str, Any], faults: dict[str, str], *, status_code: int = 200,
    clash: bool = False, hindrance: str = "",
) -> Response:  # fmt: skip
    hall = doors.hall(request)
    files = await attachment_view.of_case(hall, case)
    return templating.page(
        request,
        "desk/split.html",
        status_code=status_code,
        case=case_view.row(hall, case, clock.now()),
        body=case.body,
        files=[one for one in attachment_view.staff(hall, doors.actor(request), case, files) if one["purpose"] is Purpose.LETTER and not one["withdrawn"]],
        given=given,
        faults=faults,
        labels=LABELS,
        clash=clash,
        hindrance=hindrance,
        suggested=_suggested(hall, case, given),
        bureaus=case_page.bureaus(hall.city),
        categories=case_page.categories(hall.city),
    )


def _suggested(hall: Hall, case: Case, given: dict[str, Any]) -> list[dict[str, Any]] | None:
    """What the classifier thinks of the second text; None before it was asked."""
    if "suggest" not in given or not given.get("part", "").strip():
        return None
    understood = hall.understood(given.get("title", ""), given["part"], district=case.district, address=case.address)
    return [] if understood.decision is Decision.PROTECTED else receipts.suggestions(hall, understood)


async def act(request: Request) -> Response:
    """Asks for suggestions, takes one over, or splits; whatever prevents it, nothing that was typed is lost."""
    given = await _given(request)
    try:
        return await _taken(request, given)
    except (cases.Stale, WrongStep) as fault:
        case = await _as_it_is(request)
        return await _page(request, case, given, {}, status_code=409, clash=True, hindrance=_hindrance(case, fault))


async def _given(request: Request) -> dict[str, Any]:
    """The posted form, the files that are ticked as a list; a suggestion that was pressed is in its fields."""
    given: dict[str, Any] = dict(await reading.posted(request))
    given.pop("files", None)
    if given.pop("choosing", None):  # nothing ticked is nothing sent: then the second case gets none
        given["files"] = [one for one in (await request.form()).getlist("files") if isinstance(one, str)]
    if given.get("use"):
        given["category"], _, given["bureau"] = given["use"].partition("|")
    return {**given, "suggest": "1"} if "suggest" in given or "use" in given else given


async def _taken(request: Request, given: dict[str, Any]) -> Response:
    """The page with suggestions or with what is wrong, or the split. Raises Stale, WrongStep, NotYours, WrongRole."""
    if "suggest" in given:
        return await _page(request, await _case(request), given, {})
    number = request.path_params["number"]
    asked = {name: given[name] for name in _FIELDS if name in given} | {
        "step": "split", "version": given.get("version", ""),
    }  # fmt: skip
    try:
        await steps.take(request, number, asked)
    except errors.BadFields as bad:
        return await _page(request, await _case(request), given, bad.fields, status_code=422)
    except splitting.NoSuchFile as fault:
        faults = {"files": errors.sentence(fault)}
        return await _page(request, await _case(request), given, faults, status_code=422)
    return RedirectResponse(f"/desk/{number}?done=split", 303)


def _hindrance(case: Case, fault: Exception) -> str:
    """Why the case cannot be split as it is now; empty when somebody was faster and it still can."""
    if case.status not in TABLE[Step.SPLIT]:
        return f"这件现在是“{wording.STATUSES[case.status]}”，不能拆分。"
    if not splitting.may_split(case):
        return "拆出来的、重新办理的诉求和联名建议不能再拆分。"
    return f"一封信最多拆成 {splitting.MOST} 件，这封已经拆满了。" if isinstance(fault, WrongStep) else ""


ROUTES = [
    door("/desk/{number}/split", show, enter=doors.CASEWORK, name="desk_split"),
    door("/desk/{number}/split", act, enter=doors.CASEWORK, methods=("POST",), name="desk_split_act"),
]
