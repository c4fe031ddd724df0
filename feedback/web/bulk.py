"""One step on several cases of a list: signed for, given to a colleague, answered with one text. Each goes through the one door
with the version that was seen; what did not work is told case by case, and nothing that was written is lost."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import orjson
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from feedback import clock
from feedback.rules import permission, phrasing
from feedback.rules.record import Case
from feedback.rules.status import WrongStep
from feedback.store import casefile, cases, reply_templates
from feedback.web import at_once, bound_answer, desk, doors, errors, forms, reading, steps, templating, wording
from feedback.web.doors import door

MOST = 100
ACTS = {"accept": "签收", "assign": "转给同事", "reply": "统一答复"}

_CHOSEN = re.compile(r"(\d{4}-\d{4}-\d{4,12}):(\d{1,9})")
_TEMPLATE = re.compile(r"t:(\d{1,9})")

Given = dict[str, Any]


class Chosen(forms.Form):
    """A case as it was seen."""

    number: forms.Code
    version: Annotated[int, Field(ge=0, le=2**31 - 1)]


class Several(forms.Form):
    """One step for several cases. `person` of assign; `answer`, `finding`, `outcome` and the like of reply, which signs first."""

    step: Annotated[str, Field(pattern=f"^({'|'.join(ACTS)})$")]
    cases: Annotated[list[Chosen], Field(min_length=1, max_length=MOST)]
    person: int | None = None
    reply: Annotated[dict[str, str], Field(default_factory=dict)]
    check: bool = False
    """Of reply: cases to whose letter the reply check objects are left out, unless the reply says why (`override`)."""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one case. `fault` is empty when it worked."""

    number: str
    title: str
    version: int
    fault: str = ""
    error: str = ""


async def each(request: Request, chosen: Sequence[Chosen], given: Given) -> list[Result]:
    """Takes the step on every case by itself, in their order. Raises WrongRole before anything is done."""
    _demand(request, given["step"])
    return [await _one(request, one, given) for one in chosen]


def _demand(request: Request, act: str) -> None:
    """Raises WrongRole for who never takes this step; whether on this very case is asked with each."""
    if not any(permission.may_take(doors.actor(request), step) for step in steps.STEPS[act].steps):
        raise permission.WrongRole


async def _one(request: Request, one: Chosen, given: Given) -> Result:
    asked = {**given, at_once.ACCEPTING: "1", "version": str(one.version)}
    try:
        if given["step"] == "reply" and given.get("answer"):
            case = await steps.visible(request, one.number)
            asked["answer"] = await bound_answer.bound(request, case, given["answer"])
        after = await at_once.take(request, one.number, asked)
        return Result(one.number, desk.title(after), after.version)
    except (cases.Stale, WrongStep) as fault:
        return await _too_late(request, one, errors.name(fault))
    except errors.BadFields as fault:
        return Result(one.number, "", one.version, " ".join(fault.fields.values()), "invalid")
    except tuple(errors.TABLE) as fault:  # whatever keeps one case from it, the others are not given up
        return Result(one.number, "", one.version, errors.sentence(fault), errors.name(fault))


async def _too_late(request: Request, one: Chosen, error: str) -> Result:
    try:
        case = await steps.visible(request, one.number)
    except permission.NotYours as fault:
        return Result(one.number, "", one.version, errors.sentence(fault), errors.name(fault))
    return Result(one.number, desk.title(case), case.version, await faster(request, case), error)


async def faster(request: Request, case: Case) -> str:
    """Who did what to the case last, and how it stands now."""
    history, names = await casefile.history(doors.hall(request).database, case.id)
    last = history[-1]
    who = names.get(last.person_id or 0, wording.ROLES[last.actor])
    did = f"{who} {templating.minute(last.at)}做了“{wording.STEPS[last.step]}”"
    return f"{did}，现在是“{wording.STATUSES[case.status]}”。"


async def take(request: Request) -> Response:
    """The chosen cases: done, and told case by case; for an answer first the page on which it is written."""
    given = dict(await reading.posted(request))
    picked = [_CHOSEN.fullmatch(str(one)) for one in (await request.form()).getlist("case")]
    chosen = [Chosen(number=one[1], version=int(one[2])) for one in picked if one][:MOST]
    act = given.get("act", "")
    if act not in ACTS:
        raise errors.BadFields({"act": "没有这个操作。"})
    if not chosen:
        return _page(request, "desk/bulk_done.html", given, results=[], status_code=422)
    if act == "reply":
        return await _reply(request, chosen, given)
    fields = {"step": act, **({"person": given.get("person", "")} if act == "assign" else {})}
    return _page(request, "desk/bulk_done.html", given, results=await each(request, chosen, fields))


async def _reply(request: Request, chosen: list[Chosen], given: Given) -> Response:
    """The page of the answer until it can be sent: empty, with what is wrong, or with what the reply check found."""
    _demand(request, "reply")
    fields = {name: given[name] for name in forms.Reply.model_fields if given.get(name)} | {"step": "reply"}
    if "answer" not in given or given.get("press"):
        return await _compose(request, chosen, await _with_template(request, given))
    try:
        reply = _common(fields)
    except errors.BadFields as bad:
        return await _compose(request, chosen, given, wrong=bad.fields, status_code=422)
    doubts = {} if given.get("override", "").strip() else await _doubts(request, chosen, reply)
    if given.get("skip"):
        chosen = [one for one in chosen if one.number not in doubts]
    elif doubts:
        return await _compose(request, chosen, given, doubts=doubts)
    return _page(request, "desk/bulk_done.html", given, results=await each(request, chosen, fields))


def _common(fields: Given) -> forms.Reply:
    """The text for all of them. Raises BadFields."""
    reply = reading.checked(forms.Reply, {**fields, "version": "0"})
    bound_answer.demand_known(reply.answer)
    return reply


async def _doubts(request: Request, chosen: list[Chosen], reply: forms.Reply) -> dict[str, list[str]]:
    """What the reply check says of this answer to each of the letters."""
    said = {case.number: await bound_answer.doubts(request, case, reply) for case in await _seen(request, chosen)}
    return {number: sentences for number, sentences in said.items() if sentences}


async def _seen(request: Request, chosen: list[Chosen]) -> list[Case]:
    """The cases that are there and this person's."""
    found = []
    for one in chosen:
        try:
            found.append(await steps.visible(request, one.number))
        except permission.NotYours:
            continue  # told after the step, with the others that did not work
    return found


async def _compose(
    request: Request, chosen: list[Chosen], given: Given, *, wrong: dict[str, str] | None = None,
    doubts: dict[str, list[str]] | None = None, status_code: int = 200,
) -> Response:  # fmt: skip
    seen = await _seen(request, chosen)
    titles = {case.number: desk.title(case) for case in seen}
    rows = [(one, titles.get(one.number, "")) for one in chosen]
    return _page(
        request,
        "desk/bulk_reply.html",
        given,
        rows=rows,
        wrong=wrong or {},
        doubts=doubts or {},
        placeholders=phrasing.PLACEHOLDERS,
        templates=await _templates(request, seen),
        status_code=status_code,
    )


async def _templates(request: Request, seen: Sequence[Case]) -> list[Any]:
    """What the bureau has prepared that fits all of these: for their common matter, and for every matter."""
    about = {case.category for case in seen}
    bureau = doors.actor(request).bureau or ""
    return await reply_templates.fitting(doors.hall(request).database, bureau, about.pop() if len(about) == 1 else None)


async def _with_template(request: Request, given: Given) -> Given:
    """What was typed, with the template of the pressed button below the answer, its placeholders still open."""
    pressed = _TEMPLATE.fullmatch(given.get("press", ""))
    if not pressed:
        return given
    bureau = doors.actor(request).bureau or ""
    found = await reply_templates.get(doors.hall(request).database, int(pressed[1]), bureau)
    parts = (given.get("answer", "").rstrip(), found["body"] if found else "")
    return given | {"answer": "\n\n".join(part for part in parts if part)}


def _page(request: Request, template: str, given: Given, *, status_code: int = 200, **more: Any) -> Response:
    back = desk.back(given)
    return templating.page(
        request, template, status_code=status_code, typed=given, act=ACTS[given["act"]], back=back, most=MOST, **more
    )


async def api(request: Request) -> Response:
    """One step on several cases; what became of each, in their order. 200 also when some did not work."""
    asked = reading.strictly(Several, await reading.json(request))
    fields: Given = {"step": asked.step}
    if asked.step == "assign":
        fields["person"] = str(asked.person or "")
    if asked.step == "reply":
        fields = {**asked.reply, **fields}
        bound_answer.demand_known(str(fields.get("answer", "")))
    chosen, doubtful = asked.cases, dict[str, list[str]]()
    if asked.step == "reply" and asked.check and not fields.get("override", "").strip():
        doubtful = await _doubts(request, chosen, _common(fields))
        chosen = [one for one in chosen if one.number not in doubtful]
    results = await each(request, chosen, fields)
    left_out = [{"number": number, "error": "doubtful", "message": "；".join(said)} for number, said in doubtful.items()]
    content = {
        "done": [{"number": one.number, "version": one.version} for one in results if not one.fault],
        "failed": [{"number": one.number, "error": one.error, "message": one.fault} for one in results if one.fault] + left_out,
        "at": clock.now(),
    }
    return Response(orjson.dumps(content, option=orjson.OPT_UTC_Z), media_type="application/json")


ROUTES = [
    door("/desk/bulk", take, enter=doors.BUREAU, methods=("POST",), name="desk_bulk"),
    door("/api/v1/desk/bulk", api, enter=doors.BUREAU, methods=("POST",), name="api_desk_bulk", takes=Several),
]
