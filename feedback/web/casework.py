"""One case on the desk: its page, the steps taken from it, and the reveal of a contact. Queues and lists are desk.py."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import orjson
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from feedback import clock
from feedback.actions import dispatching, drafting, handling, recusing, revealing
from feedback.rules import attachment, permission
from feedback.rules.deadline import CITY_TIME
from feedback.rules.permission import BUREAU_ROLES
from feedback.rules.record import Case
from feedback.rules.status import TABLE, Status, Step, WrongStep
from feedback.store import cases, people, units
from feedback.web import (
    at_once,
    case_page,
    case_view,
    desk,
    doors,
    errors,
    forms,
    outgoing,
    reading,
    reply_desk,
    steps,
    templating,
    uploads,
    wording,
)
from feedback.web.doors import door

Given = dict[str, Any]

_OF_PAGE = ("queue", "q", "only", "back", "confirmed", "seen", "press")
"""Fields of the page's forms that are no fields of a step: where to go on, the last event that was shown, other buttons."""


_LISTS = {"support", "mention"}


class Reveal(forms.Form):
    """Why somebody wants to see a citizen's name, phone and e-mail."""

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
    panes = await desk.read(request, where.get("queue", ""), where.get("q", "").strip(), "", case, only={"only": where.get("only", "")})
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
        "mine": case_page.typed(hall.city, typed),
        "fresh": case_page.since(shown["case"], typed.get("seen")),
        "warnings": await _warnings(request, case, shown),
        "reads": outgoing.of_page(hall, case, shown, looked=where.get("done") == reply_desk.LOOKED),
        "held": uploads.shown(hall, _written(typed, shown)),
        "homeless": typed if typed.get("step") not in shown["case"]["can"] else {},
        **more,
    }
    return templating.page(request, "desk/case.html", status_code=status_code, **panes, **shown, **context)


def _written(typed: Given, shown: Given) -> Given:
    """What was typed just now, or what the draft of an answer keeps."""
    draft = shown["case"]["draft"]
    return typed or (draft["fields"] if draft else {})


async def _warnings(request: Request, case: Case, shown: Given) -> tuple[tuple[str, str], ...]:
    """For who approves: what the reply check says of the answer that was sent all the same."""
    sent = shown["sent"].get("answer", "")
    if "approve" not in shown["main"] or not sent:
        return ()
    return tuple(request.app.state.review(_letter(shown["case"]), sent))


def _letter(view: Given) -> str:
    return f"{view['title']}\n{view['body']}"


async def given_fields(request: Request) -> Given:
    """The posted form; supporting bureaus and mentioned people as lists, a time of the page as one of the city."""
    given: Given = dict(await reading.posted(request))
    for name in _LISTS & given.keys():
        given[name] = [one for one in (await request.form()).getlist(name) if one]
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
        return templating.page(request, "desk/gone.html", status_code=404, typed=given)


async def take(request: Request, number: str, given: Given) -> Response:
    """The step and the redirect, or the page again: 422 with the faults, 409 as the case is now.

    Raises NotYours, and WrongRole for what was not theirs when the page was opened either."""
    case = await steps.visible(request, number)
    refused = await _files(request, given)
    asked = {name: value for name, value in given.items() if name not in (*_OF_PAGE, uploads.KEPT)}
    files, _ = uploads.remembered(doors.hall(request), given, now=clock.now())
    if refused:
        return await show(request, case, where=given, status_code=422, given=given, wrong={uploads.FIELD: "".join(refused)})
    try:
        if given.get("press"):
            return await pressed(request, case, given)
        objections = await _objections(request, case, asked)
        if objections and len(str(asked.get("override", "")).strip()) < 2:
            wrong = {"override": "请写明为什么仍然这样答复，审核人会看到。"} if given.get("confirmed") else {}
            return await show(request, case, where=given, given=given, objections=objections, wrong=wrong)
        after = await at_once.take(request, number, asked, files=files)
    except (errors.BadFields, *_BESIDE_A_FIELD) as fault:
        return await show(request, case, where=given, status_code=422, given=given, wrong=_sentences(fault, asked))
    except (cases.Stale, WrongStep, handling.TooLateToReturn):
        return await clash(request, number, given)
    except permission.WrongRole:
        if not await _moved(request, number, given):
            raise
        return await clash(request, number, given)
    return RedirectResponse(_onward(request, given, after), 303)


async def _moved(request: Request, number: str, given: Given) -> bool:
    """Whether it was this person's step until the case went to another 科室 or another lead, while somebody wrote."""
    case, who = await steps.visible(request, number), doors.actor(request)
    taking = steps.STEPS.get(str(given.get("step")), steps.STEPS["reply"])  # its buttons name no step of their own
    theirs = any(permission.may_take(who, one) for one in taking.steps)
    return theirs and bool(given.get("version")) and str(given["version"]) != str(case.version)


async def _files(request: Request, given: Given) -> list[str]:
    """A sentence for each file that is not taken; those that are taken stay with the form from now on."""
    taking = steps.STEPS.get(str(given.get("step")))
    if taking is None or taking.with_files is None:
        given.pop(uploads.KEPT, None)
        return []
    try:
        return await uploads.take(request, given, about=f"person:{request.state.person.id}")
    except errors.TooMany as many:
        return [f"上传太频繁了，请 {many.seconds // 60 + 1} 分钟后再传。"]


async def pressed(request: Request, case: Case, given: Given) -> Response:
    """A button of the reply form that sends nothing: keep, forget, or take a text from beside; all of it ends in the draft.

    Raises Stale, WrongStep, WrongRole."""
    hall, who, now = doors.hall(request), doors.actor(request), clock.now()
    steps.demand_role(who, steps.STEPS["reply"], case)
    if case.status not in TABLE[Step.REPLY]:
        raise WrongStep(Step.REPLY, case.status)
    if str(given.get("version")) != str(case.version) and given["press"] != "now":
        raise cases.Stale(case.number)
    view = await case_view.staff(hall, who, case, now=now)
    done = await reply_desk.press(hall, who, case, view, given, case_page.written(view))
    kept = {name: given[name] for name in ("queue", "q", "only") if given.get(name)} | {"done": done}
    return RedirectResponse(f"/desk/{case.number}?{urlencode(kept)}{reply_desk.PLACES.get(done, '')}", 303)


_BESIDE_A_FIELD: dict[type[Exception], str] = {
    handling.TooManyDays: "days", dispatching.NotThere: "bureau", dispatching.SpokenOf: "confirmed", people.Unknown: "person", units.Unknown: "unit",
    dispatching.NoCategory: "category", recusing.Recused: "person", recusing.NobodyLeft: "reason", handling.OwnAnswer: "version",
    attachment.TooMuch: "files",
}  # fmt: skip
"""What an action refuses because of one field, and which."""


def _sentences(fault: Exception, asked: Given) -> dict[str, str]:
    """The sentences by field; of a list the first wrong one speaks for all."""
    if isinstance(fault, errors.BadFields):
        return {name.split(".")[0]: sentence for name, sentence in fault.fields.items()}
    field = _BESIDE_A_FIELD[type(fault)]
    return {"mention" if asked.get("step") == "note" and field == "person" else field: fault.__doc__ or ""}


async def clash(request: Request, number: str, given: Given) -> Response:
    """409: the case as it is now, who changed it, and what was typed. Raises NotYours when it has left meanwhile."""
    case = await steps.visible(request, number)
    changed = "changed" if str(given.get("version")) != str(case.version) else "impossible"
    return await show(request, case, where=given, status_code=409, given=given, clash=changed)


async def _objections(request: Request, case: Case, asked: Given) -> tuple[tuple[str, str], ...]:
    """What the reply check says of an answer that could be sent; nothing for other steps and for what is refused anyway."""
    ready = case.status in TABLE[Step.REPLY] or (asked.get(at_once.ACCEPTING) and case.status is Status.ASSIGNED)
    if asked.get("step") != "reply" or not ready:
        return ()
    steps.demand_role(doors.actor(request), steps.STEPS["reply"], case)
    reply, wrong = reading.try_form(forms.Reply, {k: v for k, v in asked.items() if k != at_once.ACCEPTING})
    if reply is None or wrong or reply.version != case.version:
        return ()
    hall = doors.hall(request)
    sealed = await cases.sealed_text(hall.database, case.id) if case.protected else None
    title, _, body = case_view.words_of(hall, case, sealed)
    return checked(request, f"{title}\n{body}", reply)


_UNSOLVED = (handling.Outcome.PARTLY, handling.Outcome.PLANNED)


def checked(request: Request, letter: str, reply: Any) -> tuple[tuple[str, str], ...]:
    """The reply check on the public answer (`reply` has answer, outcome and obstacle), and what the short fields of the finding leave open."""
    found = list(request.app.state.review(letter, reply.answer))
    if reply.outcome in _UNSOLVED and not reply.obstacle:
        found.append(("no_obstacle", f"结果是“{wording.OUTCOMES[reply.outcome]}”，没有写原因和下一步"))
    return tuple(found)


def _onward(request: Request, given: Given, after: Case) -> str:
    """Where one goes on: back to the list the step was taken from, or to the case if it is still there."""
    if given.get("back") in ("dispatch", "supervise"):
        return f"/{given['back']}?{urlencode({'done': given['step'], 'about': after.number})}"
    done = "published" if given["step"] == "reply" and after.status is Status.REPLIED else given["step"]
    kept = {name: given[name] for name in ("queue", "q", "only") if given.get(name)} | {"done": done}
    left = given["step"] == "recuse" or (doors.actor(request).role in BUREAU_ROLES and after.bureau is None)
    return f"/desk{'' if left else '/' + after.number}?{urlencode(kept)}"


async def reveal(request: Request) -> Response:
    """Shows name, phone and e-mail once, after writing down who looked and why."""
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


async def presence(request: Request) -> Response:
    """The page says that it is open and what was written so far; learns who else is here and whether the case has moved on."""
    case = await steps.visible(request, request.path_params["number"])
    given = await reading.posted(request)
    hall, who, now = doors.hall(request), doors.actor(request), clock.now()
    if any(len(value) > 12_000 for value in given.values()):
        raise errors.BadFields({"answer": "太长了，草稿没有保存。"})
    drafts_too = "answer" in given and case.status in TABLE[Step.REPLY] and permission.may_take(who, Step.REPLY)
    act = drafting.keep(hall, who, case, given, now=now) if drafts_too else drafting.enter(hall, who, case, now=now)
    editing = reply_desk.present(await act, now)
    content = {"editing": editing, "version": case.version, "saved": templating.minute(now)[-5:] if drafts_too else ""}
    return Response(orjson.dumps(content, option=orjson.OPT_UTC_Z), media_type="application/json")


ROUTES = [
    door("/desk/{number}", page, enter=doors.CASEWORK, name="desk_case"),
    door("/desk/{number}/steps", step, enter=doors.CASEWORK, methods=("POST",), name="desk_step"),
    door("/desk/{number}/presence", presence, enter=doors.CASEWORK, methods=("POST",), name="desk_presence"),
    door("/desk/{number}/reveal", reveal, enter=doors.CASEWORK, methods=("POST",), name="desk_reveal"),
]
