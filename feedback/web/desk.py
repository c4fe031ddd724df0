"""The desk: queues, the list of one queue, and beside it one case (casework.py). Also the same list as JSON."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import orjson
from starlette.requests import Request
from starlette.responses import Response

from feedback import clock
from feedback.actions.hall import Hall
from feedback.rules import permission
from feedback.rules.permission import BUREAU_ROLES, Role
from feedback.rules.record import Case
from feedback.rules.status import Status, Step
from feedback.store import oversight, people, queues, searching
from feedback.store.filters import Narrow
from feedback.store.queues import Queue
from feedback.web import article_desk, case_view, doors, errors, filter_desk, narrowing, reminding, templating
from feedback.web.doors import door

QUEUES = {
    Queue.MINE: "我的",
    Queue.UNASSIGNED: "还没有人办",
    Queue.OPEN: "全部在办",
    Queue.TO_ACCEPT: "待签收",
    Queue.WORKING: "办理中",
    Queue.DUE_SOON: "将到期",
    Queue.OVERDUE: "已超期",
    Queue.AWAITING_CITIZEN: "等市民补充",
    Queue.SUSPENDED: "挂账",
    Queue.REVIEW: "待审核",
    Queue.REWORK: "重办",
    Queue.REPLIED: "已答复",
    Queue.TRIAGE: "待派单",
    Queue.RETURNED: "退单待定",
}

EMPTY = {
    Queue.TO_ACCEPT: "新派来的诉求会出现在这里，请尽快签收。",
    Queue.DUE_SOON: "最后一天（按小时计时的最后四分之一）才能答复的诉求会出现在这里。",
    Queue.OVERDUE: "没有一件超过答复期限。",
    Queue.REVIEW: "经办人拟好的答复会在这里等您审核。",
    Queue.TRIAGE: "系统拿不准的诉求会在这里等人工派单。",
    Queue.RETURNED: "承办单位退回来的诉求会在这里等您决定。",
}

_BY_STATUS = (
    Queue.TO_ACCEPT, Queue.DUE_SOON, Queue.OVERDUE, Queue.REWORK, Queue.WORKING, Queue.REVIEW, Queue.AWAITING_CITIZEN,
    Queue.SUSPENDED, Queue.REPLIED,
)  # fmt: skip
_OF_BUREAU = (Queue.MINE, Queue.UNASSIGNED, *_BY_STATUS, Queue.OPEN)
_OF_CITY = (Queue.TRIAGE, Queue.RETURNED, *_BY_STATUS, Queue.OPEN)

_NOTHING: Mapping[str, str] = {}
_NOBODY: Mapping[int, str] = {}

_FIRST = {Role.REVIEWER: Queue.REVIEW, Role.SUPERVISOR: Queue.OVERDUE, Role.LEADER: Queue.OVERDUE}
_HOME = {
    Status.TRIAGE: Queue.TRIAGE,
    Status.ASSIGNED: Queue.TO_ACCEPT,
    Status.AWAITING_CITIZEN: Queue.AWAITING_CITIZEN,
    Status.SUSPENDED: Queue.SUSPENDED,
    Status.IN_REVIEW: Queue.REVIEW,
    Status.REPLIED: Queue.REPLIED,
    Status.CLOSED: Queue.REPLIED,
}
"""The queue a case is looked for in when the address names none."""


DONE = {
    "accept": "已签收，请在期限前答复。",
    "return": "已退单，由派单员决定派给谁。",
    "reply": "答复已送审核。",
    "approve": "答复已经发给市民。",
    "send_back": "已退回经办人修改。",
    "ask_citizen": "已请市民补充，等待期间暂停计时。",
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
    "refuse_rework": "已告诉市民不再重办。",
    "terminate": "已终止办理，理由已告诉市民。",
    "contribute": "协办意见已交给主办单位。",
    "assign": "已转交。",
    "note": "备注已记下。",
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
    names = _OF_BUREAU if who.role in BUREAU_ROLES else _OF_CITY
    narrow = narrowing.read(hall, only)
    counted = await queues.counts(hall.database, who, now)
    chosen = _chosen(queue, q) or _unasked(who.role, names, counted, case, q, narrow)
    saved, colleagues = beside or await filter_desk.beside(request)
    rows, following = await listing(request, chosen, q, cursor, narrow, colleagues)
    address = narrowing.address(chosen or "", q, narrow)
    own = next((one for one in saved if one.address == address), None)
    return {
        "queues": [(one, QUEUES[one], counted[one]) for one in names],
        "queue": chosen,
        "queue_name": own.name if own else _name(chosen, q, narrow),
        "nothing": _nothing(chosen, q, narrow, hall),
        "q": q,
        "rows": rows,
        "next": _address(chosen, q, narrow, following) if following else "",
        "later": bool(cursor),
        "tail": _tail(chosen, q, narrow),
        "most": queues.MOST,
        "only": narrowing.packed(narrow),
        "narrowed": narrowing.words(hall.city, narrow, colleagues),
        "given": {"queue": chosen or "", "q": q, **narrowing.chosen(narrow)},
        "address": address,
        "choices_of_list": narrowing.choices(hall.city, colleagues),
        "saved": saved,
        "own": own,
        "bulk": permission.may_take(who, Step.ACCEPT) and who.role in BUREAU_ROLES,
        "ticked": request.query_params.get("all") == "1",
    }


def _unasked(
    role: Role, names: tuple[Queue, ...], counted: Mapping[Queue, int], case: Case | None, q: str, narrow: Narrow
) -> Queue | None:
    """The queue when none was asked for: a search looks everywhere, a filter through all that is open."""
    if q:
        return None
    return Queue.OPEN if narrow else _first(role, names, counted, case)


def _name(queue: Queue | None, q: str, narrow: Narrow) -> str:
    name = f"{QUEUES[queue]}里搜“{q}”" if queue and q else QUEUES[queue] if queue else f"搜“{q}”"
    return f"{name}（已筛选）" if narrow else name


def _nothing(queue: Queue | None, q: str, narrow: Narrow, hall: Hall) -> str:
    """What is said of an empty list."""
    found = searching.search(q, hall.vault)
    if found and found.short:
        return f"只有一个字时只查最近的 {searching.NEWEST} 件，请再多写一个字。"
    if q:
        return "试试少几个字，或者输入完整的编号、手机号。"
    if narrow:
        return "没有同时符合这些条件的，试试少选一个条件。"
    return EMPTY.get(queue, "") if queue else ""


def _first(role: Role, names: tuple[Queue, ...], counted: Mapping[Queue, int], case: Case | None) -> Queue:
    """The queue of the case that is open, or the first one of this role that has something in it."""
    if case is not None and _HOME.get(case.status, Queue.WORKING) in names:
        return _HOME.get(case.status, Queue.WORKING)
    wanted = (_FIRST[role], *_BY_STATUS) if role in _FIRST else (_BY_STATUS if role in BUREAU_ROLES else names)
    return next((one for one in wanted if counted[one]), wanted[0])


def _chosen(queue: str, q: str) -> Queue | None:
    if len(q) > 100:
        raise errors.BadFields({"q": "搜索的内容最多 100 个字。"})
    try:
        return Queue(queue) if queue else None
    except ValueError:
        raise errors.BadFields({"queue": "没有这个队列。"}) from None


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
    names = {**known, **await people.names(hall.database, unknown)}
    rows = [
        {**case_view.row(hall, case, now, title=titles.get(case.id, "")), "handler": names.get(case.handler_id or 0)}
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
    names = _OF_BUREAU if who.role in BUREAU_ROLES else _OF_CITY
    q = asked.get("q", "").strip()
    narrow = narrowing.read(hall, asked)
    chosen = _chosen(asked.get("queue", ""), q) or _unasked(who.role, names, counted, None, q, narrow)
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
