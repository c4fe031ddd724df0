"""The desk: queues, the list of one queue, and beside it one case (casework.py). Also the same list as JSON."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import orjson
from starlette.requests import Request
from starlette.responses import Response

from feedback import clock
from feedback.rules import permission
from feedback.rules.permission import BUREAU_ROLES
from feedback.rules.record import Case
from feedback.rules.status import Step
from feedback.store import oversight, people, queues, searching, stages
from feedback.store.filters import Narrow
from feedback.store.queues import Queue
from feedback.store.together import together
from feedback.web import (
    article_desk,
    case_view,
    doors,
    errors,
    filter_desk,
    narrowing,
    queue_choice,
    reminding,
    templating,
)
from feedback.web.doors import door

_NOTHING: Mapping[str, str] = {}
_NOBODY: Mapping[int, str] = {}

DONE = {
    "accept": "已签收，请在期限前答复。",
    "return": "已退单，由派单员决定派给谁。",
    "reply": "答复已送审核。",
    "approve": "答复已经发给市民。",
    "send_back": "已退回经办人修改。",
    "ask_citizen": "已请市民补充。",
    "contact": "已告诉市民，市民在进度里能看到。",
    "request_extension": "延期申请已送督办员。",
    "decide_extension": "延期申请已处理。",
    "suspend": "已挂账，市民会收到措施和时间。",
    "resume": "已恢复办理。",
    "dispatch": "已派单。",
    "decide_return": "退单已处理。",
    "decline": "已不予受理，理由和途径已告诉市民。",
    "divert": "已转专门渠道，市民会收到说明。",
    "join": "已并案，主件答复时一起答复。",
    "unjoin": "已取消并案。",
    "instruct": "督办要求已发给承办单位。",
    "rework": "已开始新一轮办理。",
    "split": "已拆成两件，市民会收到另一件的编号。",
    "regime": "办理程序已更改，期限已重新计算。",
    "urgent": "紧急程度已更改，期限已重新计算。",
    "refuse_rework": "已告诉市民不再重办。",
    "terminate": "已终止办理，理由已告诉市民。",
    "contribute": "协办意见已交给主办单位。",
    "assign": "已转交。",
    "note": "备注已记下。",
    "removed": "附件已撤掉。",
    "withdrawn": "材料已撤下，谁都打不开了；市民能看到理由。",
    "saved": "筛选已保存，在队列下面随时能打开。",
    "drop": "筛选已删除。",
    "home": "以后打开工作台先看这个筛选。",
    "unhome": "以后打开工作台先看要紧的队列。",
    "correct_category": "事项已更正，期限已重新计算。",
    "supplement": "已代市民补充，承办单位能看到。",
    "remind": "已代市民催办，承办单位能看到。",
    "article": "已写成知识，市民和同事都能看到；标题可以改得更好找。",
    "kept": "草稿已存，只有您自己看得到。",
    "dropped": "草稿已丢掉。",
    "taken": "已加到答复里，请核对改好再送出。",
    "published": "答复已经发给市民，本单位不需要审核。",
    "recuse": "已登记回避，这件您不再看得到，已告诉单位负责人。",
}
"""What is said after a step."""


async def home(request: Request) -> Response:
    """Queues and the list of one of them; without any wish what this person has chosen to begin with."""
    asked: Mapping[str, str] = request.query_params
    beside = await filter_desk.beside(request)
    if not any(asked.get(name) for name in ("queue", "q", "only", *narrowing.NAMES)):
        asked = {**filter_desk.home(beside), **asked}
    q = asked.get("q", "").strip()
    panes = await read(request, asked.get("queue", ""), q, asked.get("cursor", ""), only=asked, beside=beside)
    told = await reminding.shown(request)
    return templating.page(
        request, "desk/list.html", **panes, done=DONE.get(asked.get("done", ""), ""), reminders=told,
        to_review=await article_desk.to_review(request),
    )  # fmt: skip


async def read(
    request: Request, queue: str, q: str, cursor: str, case: Case | None = None, *,
    only: Mapping[str, str] = _NOTHING, beside: filter_desk.Beside | None = None,
) -> dict[str, Any]:  # fmt: skip
    """What the queue and list panes show. Raises BadFields for a queue, filter or cursor that is none, or too long a search."""
    hall, who, now = doors.hall(request), doors.actor(request), clock.now()
    narrow = narrowing.read(hall, only)
    counted = await queues.counts(hall.database, who, now)
    chosen = queue_choice.choose(who.role, counted, queue, q, narrow, case)
    saved, colleagues, own_units = beside or await filter_desk.beside(request)
    rows, following = await listing(request, chosen, q, cursor, narrow, colleagues)
    address = narrowing.address(chosen or "", q, narrow)
    own = next((one for one in saved if one.address == address), None)
    return {
        "queues": [(one, queue_choice.QUEUES[one], counted[one]) for one in queue_choice.shown(who.role)],
        "queue": chosen,
        "queue_name": own.name if own else queue_choice.name(chosen, q, narrow),
        "nothing": queue_choice.nothing(chosen, q, narrow, hall),
        "q": q,
        "rows": rows,
        "next": _address(chosen, q, narrow, following) if following else "",
        "later": bool(cursor),
        "tail": _tail(chosen, q, narrow),
        "most": queues.MOST,
        "only": narrowing.packed(narrow),
        "narrowed": narrowing.words(hall.city, narrow, colleagues, own_units),
        "given": {"queue": chosen or "", "q": q, **narrowing.chosen(narrow)},
        "address": address,
        "choices_of_list": narrowing.choices(hall.city, colleagues, own_units),
        "saved": saved,
        "own": own,
        "bulk": permission.may_take(who, Step.ACCEPT) and who.role in BUREAU_ROLES,
        "ticked": request.query_params.get("all") == "1",
    }


async def listing(
    request: Request, queue: Queue | None, q: str, cursor: str, narrow: Narrow, known: Mapping[int, str]
) -> tuple[list[dict[str, Any]], str | None]:
    """One page of cases as rows, and the cursor of the next page; `known` are people by name. Raises BadFields for a made-up cursor."""
    hall, who, now = doors.hall(request), doors.actor(request), clock.now()
    try:
        found, following = await queues.page(
            hall.database, who, queue, searching.search(q, hall.vault), cursor, now=now, limit=50, narrow=narrow
        )
    except queues.BadCursor:
        raise errors.BadFields({"cursor": queues.BadCursor.__doc__ or ""}) from None
    titles = await secret_titles(request, found)
    unknown = {case.handler_id for case in found if case.handler_id and case.handler_id not in known}
    strangers, owed = await together(
        hall.database,
        lambda asked: people.names(asked, unknown),
        lambda asked: stages.running(asked, [case.id for case in found]),
    )
    names = {**known, **strangers}
    rows = [
        {
            **case_view.row(hall, case, now, title=titles.get(case.id, ""), owed=owed.get(case.id, ()), reader=who.bureau),
            "handler": names.get(case.handler_id or 0),
        }
        for case in found
    ]
    return rows, following


def title(case: Case) -> str:
    """What a case is called where its text is not shown."""
    return case.title or ("保密件" if case.protected else case.number)


async def secret_titles(request: Request, found: list[Case]) -> dict[int, str]:
    """The titles of protected cases. Only who may read them ever finds one in a queue."""
    hall = doors.hall(request)
    sealed = await oversight.sealed(hall.database, [case.id for case in found if case.protected])
    return {identity: hall.vault.open(text).split("\n", 1)[0] for identity, text in sealed.items()}


def _tail(queue: Queue | None, q: str, narrow: Narrow) -> str:
    """What a link to a case carries, so that the list beside it stays the same."""
    given = {"queue": queue.value if queue else "", "q": q, "only": narrowing.packed(narrow)}
    kept = urlencode({name: value for name, value in given.items() if value})
    return f"?{kept}" if kept else ""


def back(given: Mapping[str, Any]) -> str:
    """The address of the list that a form was sent from."""
    kept = urlencode({name: given[name] for name in ("queue", "q", "only") if given.get(name)})
    return f"/desk?{kept}" if kept else "/desk"


def _address(queue: Queue | None, q: str, narrow: Narrow, cursor: str) -> str:
    tail = _tail(queue, q, narrow)
    return f"/desk{tail}{'&' if tail else '?'}cursor={cursor}"


async def api(request: Request) -> Response:
    """One page of a queue, how many are in each, and the cursor of the next page."""
    asked = request.query_params
    hall, who, now = doors.hall(request), doors.actor(request), clock.now()
    counted = await queues.counts(hall.database, who, now)
    q = asked.get("q", "").strip()
    narrow = narrowing.read(hall, asked)
    chosen = queue_choice.choose(who.role, counted, asked.get("queue", ""), q, narrow)
    rows, following = await listing(request, chosen, q, asked.get("cursor", ""), narrow, _NOBODY)
    content = {
        "items": rows,
        "counts": {one.value: n for one, n in counted.items()},
        "next": following,
        "queue": chosen,
    }
    return Response(orjson.dumps(content, option=orjson.OPT_UTC_Z), media_type="application/json")


ROUTES = [
    door("/desk", home, enter=doors.CASEWORK, name="desk"),
    door("/api/v1/desk", api, enter=doors.CASEWORK, name="api_desk"),
]
