"""The lists that may leave as a file: what each is called, who may take it, its columns, and its rows page by page. Never a protected case."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from feedback.actions import instructing, workbooks
from feedback.actions.hall import Hall
from feedback.actions.learning import AUDITORS
from feedback.actions.revealing import MAY_REVEAL
from feedback.rules import permission
from feedback.rules.instruction import State
from feedback.rules.permission import BUREAU_ROLES, CITY_ROLES, Role
from feedback.rules.record import Case
from feedback.store import contacts, drilldown, instructions, queues, searching
from feedback.store.drilldown import Cursor
from feedback.store.queues import Queue
from feedback.web import (
    case_view,
    errors,
    export_desk,
    export_keeping,
    export_public,
    export_rows,
    figure_cases,
    forms,
    narrowing,
    reading,
    scope,
    wording,
)
from feedback.web import hot_issues as hot_page
from feedback.web import instructions as ledger
from feedback.web.export_rows import BATCH, Rows, Wanted
from feedback.web.instruction_forms import Ledger


@dataclass(frozen=True, slots=True)
class Listed:
    """One kind of list."""

    name: str
    header: tuple[str, ...]
    roles: frozenset[Role]
    rows: Callable[[Hall, Wanted], Rows]
    contacts: bool = False
    """Whether it has columns for name and phone."""
    of_cases: bool = True
    """Whether cases are in it."""


_CASEWORK = frozenset({*BUREAU_ROLES, *CITY_ROLES})
_CITY = frozenset(CITY_ROLES)
_BUREAU = frozenset(BUREAU_ROLES)
_SYSTEM = frozenset({Role.SYSTEM_ADMIN})
_CASES = (
    "编号", "标题", "内容", "地点", "类型", "事项", "城区", "承办单位", "状态", "紧急", "来源", "收到时间", "答复期限", "剩余时间",
    "第几轮", "催办次数", "联系人", "电话",
)  # fmt: skip


class Desk(forms.Form):
    """A list of the desk."""

    queue: forms.Code = ""
    q: forms.words(100) = ""  # type: ignore[valid-type]
    only: forms.words(1000) = ""  # type: ignore[valid-type]


async def _desk(hall: Hall, wanted: Wanted) -> Rows:
    asked = reading.checked(Desk, wanted.query)
    try:
        queue = Queue(asked.queue) if asked.queue else None
    except ValueError:
        raise errors.BadFields({"queue": "没有这个队列。"}) from None
    narrow, cursor = narrowing.read(hall, {"only": asked.only}), ""
    while cursor is not None:
        found, cursor = await queues.page(
            hall.database, wanted.actor, queue, searching.search(asked.q, hall.vault), cursor, now=wanted.now,
            limit=BATCH, narrow=narrow,
        )  # fmt: skip
        yield await _cases(hall, wanted, [case for case in found if not case.protected])


async def _cases(hall: Hall, wanted: Wanted, found: Sequence[Case]) -> list[list[Any]]:
    """One row a case. Personal data is taken out of the words; contacts are masked unless they were asked for and may be."""
    known = await contacts.of_cases(hall.database, hall.vault, [case.id for case in found])
    if wanted.contacts:
        _demand_contacts(wanted)
        shown = [case.id for case in found if case.id in known and not case.anonymous]
        await contacts.keep_reveals(
            hall.database, shown, person_id=wanted.actor.person_id or 0, reason=wanted.reason, now=wanted.now
        )
    return await export_rows.each(found, lambda case: _case(hall, wanted, case, *known.get(case.id, ("", ""))))


def _demand_contacts(wanted: Wanted) -> None:
    if wanted.actor.role not in MAY_REVEAL:
        raise permission.WrongRole


def _case(hall: Hall, wanted: Wanted, case: Case, name: str, phone: str) -> list[Any]:
    row, whole = case_view.row(hall, case, wanted.now), wanted.contacts and not case.anonymous
    return [
        case.number, hall.redact(case.title), hall.redact(case.body), hall.redact(case.address), wording.KINDS[case.kind],
        export_rows.name(row["category"]), export_rows.name(row["district"]), export_rows.name(row["bureau"]), wording.STATUSES[case.status],
        "是" if case.urgent else "", case.source, case.received_at, case.due_at, row["remaining"], case.round,
        case.reminders, name if whole else wording.masked_name(name), phone if whole else wording.masked_phone(phone),
    ]  # fmt: skip


async def _figures(hall: Hall, wanted: Wanted) -> Rows:
    view = reading.checked(scope.View, wanted.query)
    if view.figure not in figure_cases.FIGURES:
        raise errors.BadFields({"figure": "没有这个数字。"})
    shown = await scope.understood(hall, view, wanted.now)
    due = scope.day("due", view.due, shown.period.last, {}) if view.due else None
    after: Cursor | None = None
    while True:
        found = await drilldown.members(
            hall.database, shown.period, view.figure, narrow=shown.narrow, person=wanted.actor.person_id, now=wanted.now,
            due=due, after=after, limit=BATCH,
        )
        yield await export_rows.each(found, lambda one: _figure(hall, one))
        if len(found) < BATCH:
            return
        after = Cursor(found[-1]["received_at"], found[-1]["id"])


def _figure(hall: Hall, one: Any) -> list[Any]:
    return [
        one["number"], hall.redact(one["title"]), wording.KINDS[one["kind"]], export_rows.name(case_view.category(hall.city, one["category"])),
        export_rows.name(case_view.district(hall.city, one["district"])), export_rows.name(case_view.bureau(hall.city, one["bureau"])),
        wording.STATUSES[one["status"]], one["received_at"], one["due_at"], "是" if one["is_late"] or one["late_before"] else "",
        one["round"],
    ]  # fmt: skip


async def _instructions(hall: Hall, wanted: Wanted) -> Rows:
    asked, after = reading.checked(Ledger, wanted.query), None
    while True:
        found = await instructions.page(
            hall.database, asked.state or State.OPEN, instructing.scope(wanted.actor), after=after, limit=BATCH
        )
        yield [_order(ledger.shown(hall, row, wanted.now)) for row in found]
        if len(found) < BATCH:
            return
        after = found[-1]["id"]


_LIGHTS = {"green": "绿", "yellow": "黄", "red": "红", "done": "已销号"}


def _order(one: dict[str, Any]) -> list[Any]:
    last, to = one["last"], [each["name"] for each in one["bureaus"]] + (["派单中心"] if one["undispatched"] else [])
    return [
        one["id"], one["text"], one["about"], one["by"], wording.ROLES[one["role"]], "、".join(to), one["at"], one["due_at"],
        _LIGHTS[one["light"]], one["remaining"], ledger.STATES[one["state"]], one["cases"], one["answered"],
        f"{ledger.ACTS[last['act']]}：{last['text']}" if last else "", last["at"] if last else None,
    ]  # fmt: skip


async def _hot(hall: Hall, wanted: Wanted) -> Rows:
    shown = await scope.understood(hall, reading.checked(scope.View, wanted.query), wanted.now)
    yield [
        [one["title"], one["place"], export_rows.name(one["bureau"]), export_rows.name(one["district"]), one["cases"], one["before"], one["burst"],
         one["open"], one["first_at"], one["last_at"], "、".join(each["number"] for each in one["examples"])]
        for one in await hot_page.found(shown, wanted.actor)
    ]  # fmt: skip


LISTS: dict[str, Listed] = {
    "desk": Listed("诉求清单", _CASES, _CASEWORK, _desk, contacts=True),
    "figures": Listed(
        "数据对应的诉求",
        ("编号", "标题", "类型", "事项", "城区", "承办单位", "状态", "收到时间", "答复期限", "超过期限", "第几轮"), _CITY, _figures,
    ),
    "instructions": Listed(
        "督办台账",
        ("编号", "要求", "关于", "谁下达", "岗位", "谁来办", "下达时间", "期限", "灯", "剩余", "情况", "诉求件数", "已答复", "最近的回复",
         "回复时间"), _CASEWORK, _instructions,
    ),
    "hot-issues": Listed(
        "热点", ("热点", "地点", "承办单位", "城区", "件数", "前一段", "突增", "在办", "最早", "最近", "例子"), _CITY, _hot,
    ),
    "petitions": Listed(
        "联名建议", ("编号", "状态", "标题", "内容", "城区", "提出时间", "截止时间", "附议人数"), _CASEWORK, export_public.petition_rows,
    ),
    "public": Listed(
        "公开答复", ("编号", "类型", "事项", "城区", "答复单位", "标题", "内容", "答复", "收到时间", "答复时间"), _CASEWORK, export_public.answer_rows,
    ),
    "articles": Listed("本单位的知识", export_keeping.ARTICLES, _BUREAU, export_keeping.article_rows, of_cases=False),
    "log": Listed("管理记录", export_keeping.LOG, frozenset({Role.AUDIT_ADMIN}), export_keeping.log_rows, of_cases=False),
    "people": Listed("账号", export_keeping.PEOPLE, frozenset({Role.SECURITY_ADMIN}), export_keeping.people_rows, of_cases=False),
    "failed": Listed("没有发出的消息", export_keeping.FAILED, _SYSTEM, export_keeping.failed_rows, of_cases=False),
    "reorganisations": Listed("机构和事项调整", export_keeping.REORGANISATIONS, _SYSTEM, export_keeping.reorganisation_rows, of_cases=False),
    "reply-templates": Listed("回复模板", export_keeping.TEMPLATES, _BUREAU, export_keeping.template_rows, of_cases=False),
    "inbox": Listed("消息", export_desk.INBOX, _CASEWORK, export_desk.inbox_rows),
    "audit": Listed("抽查", export_desk.AUDIT, AUDITORS, export_desk.audit_rows),
}  # fmt: skip
PUBLIC = frozenset({"petitions", "public"})
"""What anybody may take."""


async def write(
    hall: Hall, listed: Listed, wanted: Wanted, *, most: int = workbooks.MOST,
    progress: Callable[[int], Awaitable[None]] | None = None,
) -> tuple[workbooks.Workbook, bool]:  # fmt: skip
    """The list as a workbook, at most so many rows, and whether that was all of it. Raises BadFields, WrongRole."""
    book = workbooks.Workbook(listed.name, listed.header)
    async for rows in listed.rows(hall, wanted):
        room = most - book.lines
        await asyncio.to_thread(book.add, rows[:room])
        if progress:
            await progress(book.lines)
        if len(rows) > room:
            return book, False
    return book, True


