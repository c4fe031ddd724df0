"""What administrators and bureaus keep, as rows of a file: log, accounts, failed messages, reorganisations, knowledge, templates. No case."""

from typing import Any

from feedback import clock
from feedback.actions.hall import Hall
from feedback.rules.outbox import State
from feedback.store import articles, logbook, notices, reorganisations, reply_templates, staff
from feedback.web import (
    article_desk,
    export_rows,
    forms,
    log_page,
    named,
    outbox_page,
    reading,
    reorganise_page,
    wording,
)
from feedback.web.export_rows import Rows, Wanted


class Log(forms.Form):
    """A log as its page narrows it."""

    person: forms.words(64) = ""  # type: ignore[valid-type]
    day: forms.words(10) = ""  # type: ignore[valid-type]
    deed: forms.words(40) = ""  # type: ignore[valid-type]


class People(forms.Form):
    """Accounts as their page narrows them."""

    q: forms.words(64) = ""  # type: ignore[valid-type]
    role: forms.words(64) = ""  # type: ignore[valid-type]
    bureau: forms.words(64) = ""  # type: ignore[valid-type]


LOG = ("时间", "谁", "做了什么", "对谁", "详情")
PEOPLE = ("用户名", "姓名", "岗位", "单位", "科室", "在用", "二次验证")
ARTICLES = ("标题", "内容", "事项", "情况", "更新时间", "复核日期", "撤下的理由")
FAILED = ("停止时间", "消息", "方式", "写于", "收件人", "原因", "试过几次", "重发过几次")
TEMPLATES = ("名字", "内容", "事项", "谁改的", "更新时间")
REORGANISATIONS = ("生效日期", "调整", "原来", "现在", "依据", "谁安排的", "安排时间", "情况", "生效或取消时间", "转了几件")
_MOST = 10_000


async def log_rows(hall: Hall, wanted: Wanted) -> Rows:
    """Entries of the log, the newest first. Raises BadFields."""
    which = await log_page.wanted(hall, reading.checked(Log, wanted.query).model_dump())
    cursor = ""
    while True:
        found, cursor = await logbook.page(hall.database, which, cursor)
        yield [_entry(row) for row in found]
        if not cursor:
            return


def _entry(row: Any) -> list[Any]:
    return [row["at"], _who(row, "who"), log_page.DEEDS[row["deed"]], _who(row, "about"), row["detail"]]


def _who(row: Any, name: str) -> str:
    return f"{row[name]}（{row[f'{name}_username']}）" if row[name] else ""


async def people_rows(hall: Hall, wanted: Wanted) -> Rows:
    """Accounts without anything secret. Raises BadFields."""
    asked, after = reading.checked(People, wanted.query).model_dump(), ""
    while True:
        found, after = await staff.page(hall.database, **asked, after=after)
        yield [_account(hall, row) for row in found]
        if not after:
            return


def _account(hall: Hall, row: Any) -> list[Any]:
    bureau = export_rows.name(named.bureau(hall.city, row["bureau"]))
    second = "已设置" if row["second_factor"] else ""
    return [row["username"], row["name"], wording.ROLES[row["role"]], bureau, row["unit"] or "", "是" if row["active"] else "停用", second]


async def article_rows(hall: Hall, wanted: Wanted) -> Rows:
    """The knowledge of one's own bureau, as its page lists it."""
    today = clock.local(wanted.now).date()
    found = await articles.of_bureau(hall.database, wanted.actor.bureau or "", limit=_MOST)
    yield [
        [one.title, one.body, export_rows.name(named.category(hall.city, one.category)), article_desk.state(one, today)[1],
         one.changed_at, one.review_on.isoformat() if one.review_on else "", one.reason or ""]
        for one in found
    ]  # fmt: skip


async def failed_rows(hall: Hall, wanted: Wanted) -> Rows:
    """Messages that were given up, the newest first, their receivers masked. Never what they say."""
    found = await notices.listed(hall.database, State.FAILED, limit=_MOST)
    yield await export_rows.each(found, lambda row: _failed(outbox_page.line(hall, row)))


def _failed(one: dict[str, Any]) -> list[Any]:
    return [one["ended_at"], one["name"], one["channel"], one["at"], one["to"], one["why"], one["attempts"], one["resends"]]


async def template_rows(hall: Hall, wanted: Wanted) -> Rows:
    """The reply templates of one's own bureau."""
    yield [
        [one["name"], one["body"], export_rows.name(named.category(hall.city, one["category"])) or "所有事项", one["author"] or "",
         one["changed_at"]]
        for one in await reply_templates.of_bureau(hall.database, wanted.actor.bureau or "")
    ]  # fmt: skip


async def reorganisation_rows(hall: Hall, wanted: Wanted) -> Rows:
    """What was planned and done with bureaus and categories, as its page lists it."""
    found = await reorganisations.listed(hall.database, limit=_MOST)
    yield [_reorganised(reorganise_page.row(hall, one)) for one in found]


def _reorganised(one: dict[str, Any]) -> list[Any]:
    heirs = "、".join(f"{name}（{code}）" for code, name in zip(one["heirs"], one["heir_names"], strict=True))
    state = "已取消" if one["cancelled"] else "已生效" if one["ended_at"] else "等着生效"
    return [
        one["on_day"].isoformat(), reorganise_page.KINDS[one["what"], one["act"]], f"{one['was']}（{one['code']}）",
        heirs or one["name"], one["basis"], one["who"], one["at"], state, one["ended_at"], one["moved"],
    ]  # fmt: skip
