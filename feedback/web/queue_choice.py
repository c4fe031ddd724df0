"""Which queue of the desk is shown to whom: what each is called, what an empty one says, and which comes first."""

from collections.abc import Mapping

from feedback.actions.hall import Hall
from feedback.rules.permission import BUREAU_ROLES, Role
from feedback.rules.record import Case
from feedback.rules.status import Status
from feedback.store import searching
from feedback.store.filters import EVERYTHING, Narrow
from feedback.store.meanings import Queue
from feedback.web import errors

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


def shown(role: Role) -> tuple[Queue, ...]:
    """The queues of this role's desk in their order."""
    return _OF_BUREAU if role in BUREAU_ROLES else _OF_CITY


def choose(
    role: Role, counted: Mapping[Queue, int], asked: str, q: str, narrow: Narrow = EVERYTHING, case: Case | None = None
) -> Queue | None:
    """The queue of an address; without one a search looks everywhere (None), a filter through all that is open, and the
    desk opens with the queue of the case or the first that has something in it. Raises BadFields."""
    queue = _demanded(asked, q)
    if queue or q:
        return queue
    return Queue.OPEN if narrow else _first(role, shown(role), counted, case)


def name(queue: Queue | None, q: str, narrow: Narrow) -> str:
    """What the list is called."""
    called = f"{QUEUES[queue]}里搜“{q}”" if queue and q else QUEUES[queue] if queue else f"搜“{q}”"
    return f"{called}（已筛选）" if narrow else called


def nothing(queue: Queue | None, q: str, narrow: Narrow, hall: Hall) -> str:
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


def _demanded(queue: str, q: str) -> Queue | None:
    if len(q) > 100:
        raise errors.BadFields({"q": "搜索的内容最多 100 个字。"})
    try:
        return Queue(queue) if queue else None
    except ValueError:
        raise errors.BadFields({"queue": "没有这个队列。"}) from None
