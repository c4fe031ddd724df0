"""Giving an instruction on one case, several, a hot issue or a whole list of the desk; as page and as JSON."""

import dataclasses
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from feedback import clock
from feedback.actions import instructing
from feedback.rules import instruction
from feedback.rules.permission import NotYours
from feedback.rules.record import Case
from feedback.rules.status import TABLE, Step, WrongStep
from feedback.store import queues, searching
from feedback.store.queues import Queue
from feedback.web import (
    case_view,
    casework,
    doors,
    errors,
    hot_issues,
    instructions,
    narrowing,
    queue_choice,
    reading,
    steps,
    templating,
)
from feedback.web.api import answer
from feedback.web.doors import Enter, door
from feedback.web.instruction_forms import Meant, NewInstruction

GIVE = Enter(instruction.GIVERS)
_MEANT = ("hot_issue", "queue", "q", "only")
_LABELS = {"text": "要求", "due_at": "什么时候办完", "cases": "诉求"}
PAGE = 100


async def meant(request: Request, asked: Meant) -> tuple[str, list[Case]]:
    """What the instruction is about, in words, and its cases: never protected ones, and only those that can be instructed on.

    Raises BadFields when nothing is meant or found, TooMany for too many."""
    if asked.cases:
        found = await _named(request, asked.cases)
        about = found[0].title or found[0].number if len(found) == 1 else f"{len(found)} 件诉求"
    elif asked.hot_issue is not None:
        about, found = await hot_issues.cases_of(request, asked.hot_issue)
    elif asked.queue or asked.q or asked.only:
        found, about = await _listed(request, asked), _list_name(asked)
    else:
        raise errors.BadFields({"cases": "请说明督办哪些诉求：编号、热点或者一个列表。"})
    open_ones = [case for case in found if not case.protected and case.status in TABLE[Step.INSTRUCT]]
    if not open_ones:
        raise errors.BadFields({"cases": "没有可以督办的诉求：已经办结的不能再督办。"})
    return about, open_ones


async def _named(request: Request, numbers: Sequence[str]) -> list[Case]:
    return [await _one(request, number) for number in dict.fromkeys(numbers)]


async def _one(request: Request, number: str) -> Case:
    try:
        return await steps.visible(request, number)
    except NotYours:
        raise errors.BadFields({"cases": f"没有找到这件诉求：{number[:40]}"}) from None


async def _listed(request: Request, asked: Meant) -> list[Case]:
    """Every case of a list of the desk, at most one more than an instruction may have."""
    hall, who, now = doors.hall(request), doors.actor(request), clock.now()
    try:
        chosen = Queue(asked.queue) if asked.queue else None
    except ValueError:
        raise errors.BadFields({"queue": "没有这个队列。"}) from None
    narrow = narrowing.read(hall, {"only": asked.only})
    gathered: list[Case] = []
    cursor: str | None = ""
    while cursor is not None and len(gathered) <= instructing.MOST:
        page, cursor = await queues.page(
            hall.database, who, chosen, searching.search(asked.q, hall.vault), cursor, now=now, limit=PAGE,
            narrow=narrow,
        )  # fmt: skip
        gathered += page
    if len(gathered) > instructing.MOST:
        raise instructing.TooMany
    return gathered


def _list_name(asked: Meant) -> str:
    parts = [queue_choice.QUEUES[Queue(asked.queue)] if asked.queue else "", f"含“{asked.q}”" if asked.q else "", "已筛选" if asked.only else ""]
    return f"列表：{'，'.join(part for part in parts if part)}"


async def new(request: Request) -> Response:
    """The form, with the cases it would be on."""
    given = dict(request.query_params)
    return await _form(request, given, request.query_params.getlist("case"))


async def _form(
    request: Request, given: dict[str, Any], numbers: list[str], wrong: dict[str, str] | None = None
) -> Response:  # fmt: skip
    hall, now = doors.hall(request), clock.now()
    faults = dict(wrong or {})
    about, found = "", list[Case]()
    try:
        asked = reading.checked(Meant, {name: given[name] for name in _MEANT if given.get(name)} | {"cases": numbers})
        about, found = await meant(request, asked)
    except errors.BadFields as bad:
        faults |= bad.fields
    except instructing.TooMany as many:
        faults["cases"] = many.__doc__ or ""
    return templating.page(
        request, "instructions/new.html", status_code=422 if faults else 200, given=given, wrong=faults, labels=_LABELS,
        about=about, cases=[case_view.row(hall, case, now) for case in found],
        meant={name: given[name] for name in _MEANT if given.get(name)}, numbers=numbers,
    )  # fmt: skip


async def give(request: Request) -> Response:
    """The posted form."""
    given = await casework.given_fields(request)
    numbers = [str(one) for one in (await request.form()).getlist("case")]
    given.pop("case", None)
    try:
        asked = reading.checked(NewInstruction, {name: value for name, value in given.items() if value} | {"cases": numbers})
        made = await _give(request, asked)
    except errors.BadFields as bad:
        return await _form(request, given, numbers, bad.fields)
    except (instructing.TooMany, WrongStep) as fault:
        return await _form(request, given, numbers, {"cases": fault.__doc__ or ""})
    return RedirectResponse(f"/instructions/{made.id}?{urlencode({'done': 'given', 'left': len(made.left_out)})}", 303)


async def _give(request: Request, asked: NewInstruction) -> instructing.Given:
    now = clock.now()
    if asked.due_at.year >= steps.FAR or asked.due_at <= now:
        raise errors.BadFields({"due_at": "完成时间应当在现在以后。"})
    about, found = await meant(request, asked)
    hall, who = doors.hall(request), doors.actor(request)
    made = await instructing.instruct(hall, who, found, text=asked.text, due_at=asked.due_at, about=about, now=now)
    ended = tuple(number for number in dict.fromkeys(asked.cases) if number not in {case.number for case in found})
    return dataclasses.replace(made, left_out=ended + made.left_out)


async def api_give(request: Request) -> Response:
    """One instruction on several cases: `cases`, or `hot_issue`, or `queue` and `q` as on the desk."""
    made = await _give(request, reading.strictly(NewInstruction, await reading.json(request)))
    request.path_params["id"] = str(made.id)
    return answer({**await instructions.whole(request), "on": made.on, "left_out": made.left_out}, 201)


ROUTES = [
    # Before /instructions/{id}, which would take "new" for one.
    door("/instructions/new", new, enter=GIVE, name="instruction_new"),
    door("/instructions", give, enter=GIVE, methods=("POST",), name="instruction_give"),
    door("/api/v1/instructions", api_give, enter=GIVE, methods=("POST",), name="api_instruct", takes=NewInstruction),
]
