"""One case on the desk: its page, the steps taken from it, and the reveal of a contact. Queues and lists are desk.py."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from feedback import clock
from feedback.actions import dispatching, handling, revealing
from feedback.rules import permission
from feedback.rules.deadline import CITY_TIME
from feedback.rules.permission import BUREAU_ROLES
from feedback.rules.record import Case
from feedback.rules.status import TABLE, Step, WrongStep
from feedback.store import cases, people
from feedback.web import case_page, desk, doors, errors, forms, reading, steps, templating
from feedback.web.doors import door

Given = dict[str, Any]

_OF_PAGE = ("queue", "q", "back", "confirmed")
"""Fields of the page's forms that are no fields of a step: where to go on, and that the reply check was read."""


class Reveal(forms.Form):
    """Why somebody wants to see a citizen's name and phone."""

    reason: forms.words(200, least=2)  # type: ignore[valid-type]


async def page(request: Request) -> Response:
    """One case, with queue and list beside it."""
    case = await steps.visible(request, request.path_params["number"])
    return await show(request, case, where=dict(request.query_params))


async def show(
    request: Request,
    case: Case,
    *,
    where: Given,
    status_code: int = 200,
    given: Given | None = None,
    wrong: dict[str, str] | None = None,
    **more: Any,
) -> Response:
    """The page. `given` was typed and is kept, `wrong` are the sentences beside its fields."""
    hall, who, now = doors.hall(request), doors.actor(request), clock.now()
    panes = await desk.read(request, where.get("queue", ""), where.get("q", "").strip(), "", case)
    shown = await case_page.shown(hall, who, case, now=now)
    typed = given or {}
    context = {
        "typed": typed,
        "wrong": wrong or {},
        "objections": (),
        "clash": "",
        "revealed": None,
        "done": desk.DONE.get(where.get("done", ""), ""),
        "newest": case_page.newest(shown["case"]),
        "homeless": typed if typed.get("step") not in shown["case"]["can"] else {},
        **more,
    }
    return templating.page(request, "desk/case.html", status_code=status_code, **panes, **shown, **context)


async def given_fields(request: Request) -> Given:
    """The posted form; the supporting bureaus as a list, a time of the page as one of the city."""
    given: Given = dict(await reading.posted(request))
    if "support" in given:
        given["support"] = [code for code in (await request.form()).getlist("support") if code]
    if given.get("due_at"):
        given["due_at"] = _with_zone(given["due_at"])
    return given


def _with_zone(text: str) -> str:
    """What a date field of the browser sends has no zone: it is the city's wall clock."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return text if moment.tzinfo else moment.replace(tzinfo=CITY_TIME).isoformat()


async def step(request: Request) -> Response:
    """Takes one step and goes on to the page; whatever prevents it, nothing that was typed is lost."""
    given = await given_fields(request)
    try:
        return await take(request, request.path_params["number"], given)
    except permission.NotYours:
        return templating.page(request, "desk/gone.html", status_code=404, typed=given, labels=case_page.LABELS)


async def take(request: Request, number: str, given: Given) -> Response:
    """The step and the redirect, or the page again: 422 with the faults, 409 as the case is now. Raises NotYours, WrongRole."""
    case = await steps.visible(request, number)
    asked = {name: value for name, value in given.items() if name not in _OF_PAGE}
    try:
        objections = () if given.get("confirmed") else await _objections(request, case, asked)
        if objections:
            return await show(request, case, where=given, given=given, objections=objections)
        after = await steps.take(request, number, asked)
    except (errors.BadFields, handling.TooManyDays, dispatching.NotThere, dispatching.NoCategory, people.Unknown) as fault:
        return await show(request, case, where=given, status_code=422, given=given, wrong=_sentences(fault))
    except (cases.Stale, WrongStep):
        return await clash(request, number, given)
    return RedirectResponse(_onward(request, given, after), 303)


def _sentences(fault: Exception) -> dict[str, str]:
    if isinstance(fault, errors.BadFields):
        return fault.fields
    field = {
        handling.TooManyDays: "days", dispatching.NotThere: "bureau", dispatching.NoCategory: "category",
        people.Unknown: "person",
    }[type(fault)]  # fmt: skip
    return {field: fault.__doc__ or ""}


async def clash(request: Request, number: str, given: Given) -> Response:
    """409: the case as it is now, who changed it, and what was typed. Raises NotYours when it has left meanwhile."""
    case = await steps.visible(request, number)
    changed = "changed" if str(given.get("version")) != str(case.version) else "impossible"
    return await show(request, case, where=given, status_code=409, given=given, clash=changed)


async def _objections(request: Request, case: Case, asked: Given) -> tuple[tuple[str, str], ...]:
    """What the reply check says of an answer that could be sent; nothing for other steps and for what is refused anyway."""
    if asked.get("step") != "reply" or case.status not in TABLE[Step.REPLY]:
        return ()
    steps.demand_role(doors.actor(request), steps.STEPS["reply"])
    reply, wrong = reading.try_form(forms.Reply, asked)
    if reply is None or wrong or reply.version != case.version:
        return ()
    return request.app.state.review(await _letter(request, case), reply.answer)


async def _letter(request: Request, case: Case) -> str:
    hall = doors.hall(request)
    sealed = await cases.sealed_text(hall.database, case.id) if case.protected else None
    return hall.vault.open(sealed) if sealed else f"{case.title}\n{case.body}"


def _onward(request: Request, given: Given, after: Case) -> str:
    """Where one goes on: back to the list the step was taken from, or to the case if it is still there."""
    if given.get("back") in ("dispatch", "supervise"):
        return f"/{given['back']}?{urlencode({'done': given['step'], 'about': after.number})}"
    kept = {name: given[name] for name in ("queue", "q") if given.get(name)} | {"done": given["step"]}
    left = doors.actor(request).role in BUREAU_ROLES and after.bureau is None
    return f"/desk{'' if left else '/' + after.number}?{urlencode(kept)}"


async def reveal(request: Request) -> Response:
    """Shows name and phone once, after writing down who looked and why."""
    case = await steps.visible(request, request.path_params["number"])
    given = await reading.posted(request)
    hall, who = doors.hall(request), doors.actor(request)
    if who.role not in revealing.MAY_REVEAL:
        raise permission.WrongRole
    asked, wrong = reading.try_form(Reveal, {"reason": given.get("reason", "")})
    typed = {**given, "step": "reveal"}
    if asked is None:
        return await show(request, case, where=given, status_code=422, given=typed, wrong=wrong)
    revealed = await revealing.reveal(hall, who, case, reason=asked.reason, now=clock.now())
    return await show(request, case, where=given, revealed=revealed)


ROUTES = [
    door("/desk/{number}", page, enter=doors.CASEWORK, name="desk_case"),
    door("/desk/{number}/steps", step, enter=doors.CASEWORK, methods=("POST",), name="desk_step"),
    door("/desk/{number}/reveal", reveal, enter=doors.CASEWORK, methods=("POST",), name="desk_reveal"),
]
