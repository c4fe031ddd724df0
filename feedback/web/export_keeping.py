"""What administrators and bureaus keep, as rows of a file: the log, the accounts, a bureau's knowledge. No case is in them."""

from typing import Any

from feedback import clock
from feedback.actions.hall import Hall
from feedback.store import articles, logbook, staff
from feedback.web import article_desk, export_rows, forms, log_page, named, reading, wording
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
    found = await articles.of_bureau(hall.database, wanted.actor.bureau or "", limit=10_000)
    yield [
        [one.title, one.body, export_rows.name(named.category(hall.city, one.category)), article_desk.state(one, today)[1],
         one.changed_at, one.review_on.isoformat() if one.review_on else "", one.reason or ""]
        for one in found
    ]  # fmt: skip
