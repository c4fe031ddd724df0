"""Models compared: what a candidate would change, category by category, with examples; a person puts one to work or goes back."""

from typing import Annotated, Any

from pydantic import Field
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from feedback import clock
from feedback.actions import learning
from feedback.actions.hall import Hall
from feedback.rules.permission import Actor, Role
from feedback.store import audits, models, shadows
from feedback.web import case_page, case_view, doors, errors, forms, reading, templating, wording
from feedback.web.doors import door

KEEPERS = doors.Enter(learning.MODEL_KEEPERS)
EXAMPLES = 6

CHECKS = {
    "golden_floor": "黄金集（每个事项三封意思明白的信），要达到的下限",
    "golden": "黄金集，与现用模型比",
    "accusations": "检举控告认得出来，与现用模型比",
    "recent_bureau": "近期人工确认的信：单位派对，与现用模型比",
    "recent_category": "近期人工确认的信：事项判对，与现用模型比",
}
_DONE = {
    "promoted": "已启用。各网页进程会在几秒内换用，不用重启。",
    "back": "已换回。各网页进程会在几秒内换用，不用重启。",
    "aside": "已放弃这个候选模型，它不再影子运行。",
}


class Decision(forms.Form):
    """What somebody wants done with a model."""

    version: Annotated[str, Field(min_length=1, max_length=64)]
    decision: Annotated[str, Field(pattern="^(promote|aside)$")]
    reason: forms.words(200) = ""  # type: ignore[valid-type]


async def show(request: Request) -> Response:
    """The model that serves, the candidate beside it, earlier ones, and who decided what."""
    return await _page(request, {}, {})


async def _page(request: Request, given: dict[str, str], faults: dict[str, str], status_code: int = 200) -> Response:
    hall, who = doors.hall(request), doors.actor(request)
    serves = await learning.serving(hall)
    known = await models.listed(hall.database)
    failed = [one["version"] for one in known if not one["passed"]]
    candidate = await models.candidate(hall.database)
    return templating.page(
        request,
        "learning/models.html",
        status_code=status_code,
        serves=next((one for one in known if one["version"] == serves), None),
        candidate=await _candidate(hall, candidate["version"], reads=who.role is Role.DISPATCHER) if candidate else None,
        others=[one for one in known if one["version"] != serves and not (candidate and one["version"] == candidate["version"])],
        failed={version: await models.checks(hall.database, version) for version in failed},
        log=await models.promotions(hall.database),
        waiting=await audits.count_waiting(hall.database, person=doors.actor(request).person_id),
        checks=CHECKS,
        done=_DONE.get(request.query_params.get("done", ""), ""),
        given=given,
        faults=faults,
    )


async def _candidate(hall: Hall, version: str, *, reads: bool) -> dict[str, Any]:
    """Everything that is known of it; letters only for a dispatcher, who may read them anyway."""
    said = await shadows.examples(hall.database, version, limit=EXAMPLES) if reads else []
    return {
        "about": await models.get(hall.database, version),
        "checks": await models.checks(hall.database, version),
        "categories": [(_category(hall, row["category"]), row) for row in await models.by_category(hall.database, version)],
        "shadow": await shadows.summary(hall.database, version),
        "changes": [
            (_category(hall, row["before"]), _category(hall, row["after"]), row["n"])
            for row in await shadows.changes(hall.database, version)
        ],
        "examples": [_example(hall, row) for row in said],
        "reads": reads,
    }


def _category(hall: Hall, code: str | None) -> str:
    named = case_view.category(hall.city, code)
    return named["name"] if named else "没有判断"


def _example(hall: Hall, row: Any) -> dict[str, Any]:
    return {
        "number": row["number"],
        "title": row["title"],
        "body": case_page.marked(row["body"], [*row["reasons"], *row["new_reasons"]]),
        "received_at": row["received_at"],
        "before": _said(hall, row, ""),
        "after": _said(hall, row, "new_"),
        "final": (case_view.bureau(hall.city, row["final_bureau"]) or {}).get("name", ""),
    }


def _said(hall: Hall, row: Any, prefix: str) -> dict[str, Any]:
    bureau = case_view.bureau(hall.city, row[f"{prefix}bureau"])
    return {
        "category": _category(hall, row[f"{prefix}category"]),
        "bureau": bureau["name"] if bureau else "没有判断",
        "decision": wording.DECISIONS[row[f"{prefix}decision"]],
        "percent": round(row[f"{prefix}probability"] * 100),
        "reasons": row[f"{prefix}reasons"],
    }


async def decide(request: Request) -> Response:
    """Puts a model to work, with a reason, or sets a candidate aside."""
    given = await reading.posted(request)
    asked, faults = reading.try_form(Decision, given)
    if asked is None:
        return await _page(request, given, faults, 422)
    if _unreasoned(asked):
        return await _page(request, given, _unreasoned(asked), 422)
    return RedirectResponse(f"/learning/models?done={await take(doors.hall(request), doors.actor(request), asked)}", 303)


def _unreasoned(asked: Decision) -> dict[str, str]:
    missing = asked.decision == "promote" and not asked.reason.strip()
    return {"reason": "请写明为什么换模型，记录里会保留。"} if missing else {}


async def take(hall: Hall, who: Actor, asked: Decision) -> str:
    """Does what was decided; returns what that was: promoted, back or aside. Raises BadFields, WrongRole."""
    if faults := _unreasoned(asked):
        raise errors.BadFields(faults)
    if asked.decision == "aside":
        await learning.set_aside(hall, who, asked.version, now=clock.now())
        return "aside"
    try:
        back = await learning.promote(hall, who, asked.version, reason=asked.reason.strip(), now=clock.now())
    except learning.NotServable:
        raise errors.BadFields({"version": learning.NotServable.__doc__ or ""}) from None
    return "back" if back else "promoted"


ROUTES = [
    door("/learning/models", show, enter=KEEPERS, name="models"),
    door("/learning/models", decide, enter=KEEPERS, methods=("POST",), name="models_decide"),
]
