"""现在要紧的: what a leader should look at today, each with the way to the very cases."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from feedback.actions.hall import Hall
from feedback.rules.figure import Period
from feedback.store import drilldown
from feedback.web import templating

BUSY = 5
"""Fewer cases due on one day are no news."""

Item = dict[str, str]


async def items(hall: Hall, period: Period, *, person: int | None, now: datetime) -> list[Item]:
    """Sentences with an address and its words; none when all is quiet. No case that this person has recused themself from."""
    database, name = hall.database, hall.city.bureau_name
    late = [_late(name(row["bureau"]), row, now) for row in await drilldown.most_overdue(database, now=now)]
    busy = [_busy(name, row) for row in await drilldown.busiest_days(database, now=now) if row["n"] >= BUSY]
    again = [_again(name(row["bureau"]), row) for row in await drilldown.reopened_again(database, person=person)]
    extending = [_extending(name(row["bureau"]), row) for row in await drilldown.extending(database, period)]
    return [*late, *busy[:2], *again, *extending]


def _item(subject: str, words: str, address: str, label: str) -> Item:
    return {"subject": subject, "words": words, "address": address, "label": label}


def _late(bureau: str, row: Any, now: datetime) -> Item:
    since = now - row["oldest"]
    longest = f"{since.days} 天" if since >= timedelta(days=1) else f"{since // timedelta(hours=1) + 1} 小时"
    words = f"{row['n']} 件已超期，最久的超了 {longest}"
    if row["bureau"] is None:
        return _item("还没派出的诉求", words, "/desk?queue=triage", "看待派单")
    return _item(bureau, words, _cases(figure="overdue", bureau=row["bureau"]), f"看这 {row['n']} 件")


def _busy(name: Any, row: Any) -> Item:
    day = templating.day(Period(row["day"], row["day"]).begin)
    where = f"，其中 {row['most']} 件在{name(row['bureau'])}" if row["bureau"] else ""
    words = f"有 {row['n']} 件同日到期{where}"
    return _item(day, words, _cases(figure="open", due=row["day"].isoformat()), f"看这 {row['n']} 件")


def _again(bureau: str, row: Any) -> Item:
    return _item(bureau, f"“{row['title']}”第 {row['round'] - 1} 次重办", f"/desk/{row['number']}", "看这一件")


def _extending(bureau: str, row: Any) -> Item:
    last = f"，{row['late']} 次在到期前最后一天才申请" if row["late"] else ""
    words = f"申请延期 {row['n']} 次{last}"
    return _item(bureau, words, f"/dashboard/bureaus/{row['bureau']}", "看这个单位")


def _cases(**given: str) -> str:
    return f"/dashboard/cases?{urlencode({'period': 'all', **given})}"
