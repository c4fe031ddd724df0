"""A citizen follows a case with number and query code, and does what can be done now. The code travels in the pocket, never
in an address."""

import functools
import unicodedata
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from feedback import clock
from feedback.actions import asking
from feedback.actions.hall import Hall
from feedback.rules import attachment, code, status
from feedback.rules.attachment import Kept
from feedback.rules.record import Case
from feedback.store import cases, parts
from feedback.web import api, doors, errors, forms, pocket, reading, templating, timeline, uploads
from feedback.web.doors import door

WRONG = "编号或查询码不对。请核对后再试：查询码是 12 位字母和数字，在提交后的回执和短信里。"
CODE_NEEDED = "为了保护您的隐私，请输入查询码。"

DONE = {
    "supplement": "已补充，承办单位能看到。",
    "remind": "已催办，承办单位会看到您催了几次。",
    "withdraw": "已撤回，不再办理。",
    "rate": "谢谢您的评价。",
    "rework": "已申请重办。",
    "contest": "已申请再看一次，由派单员重新处理。",
}
_TOO_EARLY = "办理时间过半以后才能催办，两次催办至少隔 24 小时。"
_CHANGED = "诉求的状态刚刚变了，这一步没有做。下面是最新的情况，您写的内容还在。"


async def ask(request: Request) -> Response:
    """The form for number and query code."""
    return _ask(request, {"number": request.query_params.get("number", "")[:40]})


async def look(request: Request) -> Response:
    """The right code opens the case's page; a wrong one is told as an unknown number is."""
    given = await reading.posted(request)
    number = plain(given.get("number", ""))
    try:
        await reading.own_case(request, number, given.get("code", ""))
    except errors.NotFound:
        return _ask(request, given, WRONG)
    except errors.TooMany as many:
        return _ask(request, given, _too_many(many), many.seconds)
    held = pocket.read(request).with_code(number, _tidy(given["code"]))
    return pocket.put(RedirectResponse(f"/track/{number}", 303), request, held, now=clock.now())


def _too_many(many: errors.TooMany) -> str:
    return f"试的次数太多了，请 {many.seconds // 60 + 1} 分钟后再试。"


def plain(number: str) -> str:
    """The number as stored, whether typed with wide digits, odd hyphens or spaces."""
    narrow = unicodedata.normalize("NFKC", number[:80])
    return "".join("-" if one in "‐‑‒–—−－" else one for one in narrow if not one.isspace())


def _tidy(typed: str) -> str:
    """The query code as it was given out, however it was typed."""
    normal = code.normalised(typed) or ""
    return "-".join(normal[at : at + 4] for at in range(0, len(normal), 4))


def _ask(
    request: Request, given: dict[str, str], sentence: str = "", wait: int = 0, *, action: str = "/track"
) -> Response:
    """The form again, with what was typed; `action` is where the page wanted to go, its fields go along."""
    kept = {name: value for name, value in given.items() if name not in ("number", "code")}
    response = templating.page(
        request,
        "public/track.html",
        status_code=429 if wait else 404 if sentence else 200,
        given={"number": given.get("number", "")[:80]},
        sentence=sentence,
        action=action,
        kept=kept if action != "/track" else {},
    )
    if wait:
        response.headers["retry-after"] = str(wait)
    return response


async def case(request: Request) -> Response:
    """The case's page, for who carries its code."""
    number = request.path_params["number"]
    held = pocket.read(request)
    if number not in held.codes:
        return _ask(request, {"number": number}, CODE_NEEDED)
    found = await reading.own_case(request, number, held.codes[number])
    notice = DONE.get(request.query_params.get("done", ""), "")
    for part in await parts.of_letter(doors.hall(request).database, found):
        held = held.with_code(part["number"], held.codes[number])
    return pocket.put(await _page(request, found, notice=notice), request, held, now=clock.now())


async def _page(request: Request, found: Case, *, status_code: int = 200, notice: str = "", **more: Any) -> Response:
    view = await timeline.citizen_view(doors.hall(request), found, clock.now())
    context = {"given": {}, "faults": {}, "opened": "", "sentence": "", **more}
    context["held"] = uploads.shown(doors.hall(request), context["given"])
    return templating.page(request, "public/case.html", status_code=status_code, case=view, notice=notice, **context)


async def step(request: Request) -> Response:
    """One step of the citizen. What was typed stays, whether the code has run out, a field is wrong or somebody was faster."""
    number, name = request.path_params["number"], request.path_params["step"]
    if name not in api.CITIZEN_STEPS:
        raise errors.NotFound
    given = await reading.posted(request)
    held = pocket.read(request)
    typed = given.pop("code", "") or held.codes.get(number, "")
    try:
        # Before the code is looked at: who took photos for a quarter of an hour must not choose them again.
        refused = await uploads.take(request, given, about=plain(number)) if name == "supplement" else []
    except errors.TooMany as many:
        return _ask(request, {**given, "number": number}, _too_many(many), many.seconds, action=request.url.path)
    if not typed:
        return _ask(request, {**given, "number": number}, CODE_NEEDED, action=request.url.path)
    try:
        found = await reading.own_case(request, number, typed)
    except errors.NotFound:
        return _ask(request, {**given, "number": number}, WRONG, action=request.url.path)
    except errors.TooMany as many:
        return _ask(request, {**given, "number": number}, _too_many(many), many.seconds, action=request.url.path)
    response = await _take(request, found, name, given, refused)
    return pocket.put(response, request, held.with_code(number, _tidy(typed)), now=clock.now())


async def _take(request: Request, found: Case, name: str, given: dict[str, str], refused: list[str]) -> Response:
    model, act = api.CITIZEN_STEPS[name]
    files, _ = uploads.remembered(doors.hall(request), given, now=clock.now())
    if name == "supplement" and files:
        model, act = forms.SupplementWithFiles, functools.partial(_with_files, files)
    words = {field: value for field, value in given.items() if value != "" and field != uploads.KEPT}
    form, faults = reading.try_form(model, words)
    faults |= {uploads.FIELD: "".join(refused)} if refused else {}
    if form is None or faults:
        return await _page(request, found, status_code=422, given=given, faults=faults, opened=name)
    try:
        await act(doors.hall(request), found, form)
    except asking.TooEarly:
        return await _page(request, found, status_code=409, sentence=_TOO_EARLY)
    except attachment.TooMuch as much:
        return await _page(request, found, status_code=422, sentence=much.__doc__ or "", given=given, opened=name)
    except asking.TooLate as late:
        return await _page(request, found, status_code=409, sentence=late.__doc__ or "")
    except (cases.Stale, status.WrongStep):
        fresh = await cases.get(doors.hall(request).database, found.number) or found
        return await _page(request, fresh, status_code=409, sentence=_CHANGED, given=given, opened=name)
    return RedirectResponse(f"/track/{found.number}?done={name}", 303)


async def _with_files(files: list[Kept], hall: Hall, case: Case, given: forms.SupplementWithFiles) -> Case:
    return await asking.supplement(hall, case, text=given.text, files=files, now=clock.now())


ROUTES = [
    door("/track", ask, enter=doors.ANYBODY, name="track"),
    door("/track", look, enter=doors.ANYBODY, methods=("POST",), name="track_look"),
    door("/track/{number}", case, enter=doors.ANYBODY, name="track_case"),
    door("/track/{number}/{step}", step, enter=doors.ANYBODY, methods=("POST",), name="track_step"),
]
