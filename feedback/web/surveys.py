"""The page behind the link of the one question: solved, how satisfied, a word. Looking changes nothing, sending uses the link up."""

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from feedback import clock
from feedback.actions import surveying
from feedback.actions.surveying import Standing, Survey
from feedback.rules import reopening
from feedback.store import cases
from feedback.web import api, doors, errors, forms, reading, templating
from feedback.web.doors import door

SAYS = {
    Standing.USED: ("已经评价过了", "这件诉求您已经评价过了，这个链接只能用一次。谢谢您。"),
    Standing.EXPIRED: ("链接过期了", "这个链接已经过期。还想评价，请在“查进度”里用编号和查询码评价。"),
    Standing.SETTLED: ("评价时间过了", "答复 7 天后没有评价的，已按“未评价”办结，不会当作满意。"),
    Standing.REOPENED: ("正在重新办理", "这件诉求正在重新办理，办好后会再请您评价。"),
}
LABELS = {"solved": "解决了吗", "satisfaction": "满意程度", "comment": "想说的话"}


class Answer(forms.Form):
    """What the citizen says of the answer."""

    solved: bool
    satisfaction: forms.Satisfaction = None
    comment: forms.words(1000) = ""  # type: ignore[valid-type]


async def show(request: Request) -> Response:
    """The question, or why it is not asked any more."""
    return _page(request, await _asked(request))


async def _asked(request: Request) -> Survey:
    tries = f"survey:{reading.client(request)}"
    await reading.limit(request, tries, burst=60, per_hour=600)
    found = await surveying.look(doors.hall(request), request.path_params["token"], now=clock.now())
    if found is None:
        raise errors.NotFound
    await reading.spare(request, tries)
    return found


def _page(
    request: Request, found: Survey, given: dict[str, str] | None = None, faults: dict[str, str] | None = None,
    status_code: int = 200,
) -> Response:  # fmt: skip
    case, now = found.case, clock.now()
    done = request.query_params.get("done") == "1" and found.standing is Standing.USED
    context: dict[str, Any] = {"done": done, "unsolved": case.solved is False}
    if found.standing is not Standing.OPEN:
        title, sentence = ("谢谢您的评价", "") if done else SAYS[found.standing]
        may_rework = (
            reopening.may_ask(case.answered_at, case.solved, now) and not reopening.is_final(case.regime, case.round)
            and found.standing is not Standing.REOPENED
        )  # fmt: skip
        return templating.page(
            request, "public/survey_over.html", status_code=200 if done else 410, title=title, sentence=sentence,
            number=case.number, may_rework=may_rework, **context,
        )  # fmt: skip
    return templating.page(
        request, "public/survey.html", status_code=status_code, number=case.number, answered_at=case.answered_at,
        bureau=doors.hall(request).city.bureau_name(case.bureau), until=found.expires_at, given=given or {},
        faults=faults or {}, labels=LABELS, action=request.url.path,
    )  # fmt: skip


async def rate(request: Request) -> Response:
    """The rating; after it the link is used up."""
    given = await reading.posted(request)
    found = await _asked(request)
    form, faults = reading.try_form(Answer, {name: value for name, value in given.items() if value != ""})
    if form is None:
        return _page(request, found, given, faults, 422)
    try:
        await surveying.rate(
            doors.hall(request), request.path_params["token"], solved=form.solved, satisfaction=form.satisfaction,
            comment=form.comment, now=clock.now(),
        )  # fmt: skip
    except (surveying.Over, cases.Stale):
        return _page(request, await _asked(request))
    return RedirectResponse(f"{request.url.path}?done=1", 303)


async def api_look(request: Request) -> Response:
    """Whether the question of this link still stands, and until when."""
    found = await _asked(request)
    return api.answer({"number": found.case.number, "standing": found.standing, "expires_at": found.expires_at})


async def api_rate(request: Request) -> Response:
    """The rating; after it the link is used up."""
    found = await _asked(request)
    if found.standing is not Standing.OPEN:
        raise surveying.Over
    given = reading.strictly(Answer, await reading.json(request))
    case = await surveying.rate(
        doors.hall(request), request.path_params["token"], solved=given.solved, satisfaction=given.satisfaction,
        comment=given.comment, now=clock.now(),
    )  # fmt: skip
    if case is None:
        raise errors.NotFound
    return api.answer({"number": case.number, "solved": case.solved, "satisfaction": case.satisfaction})


ROUTES = [
    door("/api/v1/surveys/{token}", api_look, enter=doors.ANYBODY, name="api_survey"),
    door("/api/v1/surveys/{token}", api_rate, enter=doors.ANYBODY, methods=("POST",), name="api_survey_rate", takes=Answer),
    door("/s/{token}", show, enter=doors.ANYBODY, name="survey"),
    door("/s/{token}", rate, enter=doors.ANYBODY, methods=("POST",), name="survey_rate"),
]
