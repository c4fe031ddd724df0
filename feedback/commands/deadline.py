"""deadline: when something received at a moment is due, explained day by day. Reads the CSV tables, needs no database."""

import json
import sys
from argparse import Namespace
from datetime import datetime
from typing import Any

from feedback.commands import reaching
from feedback.rules import calendar, deadline
from feedback.rules.calendar import Calendar
from feedback.settings import Settings
from feedback.store import city


def add(commands: Any) -> None:
    """The command of this file."""
    parser = commands.add_parser("deadline", help="计算并逐日说明答复期限")
    parser.add_argument("--received", required=True, metavar="T", help="收到的时间，如 2026-09-30T16:00+08:00")
    parser.add_argument("--limit", required=True, metavar="L", help="时限：5wd 工作日、60cd 自然日、24h 小时、30m 分钟")
    parser.add_argument("--calendar", choices=("national", "city"), default="city", help="用国家日历还是本市日历（默认）")
    parser.set_defaults(run=show)


def show(settings: Settings, asked: Namespace) -> int:
    """Prints due_at, every day on the way with its reason, and whether a later holiday notice may move it."""
    received, days = _moment(asked.received), read_calendar(settings, asked.calendar)
    try:
        limit = deadline.parse(asked.limit)
        due = deadline.due(received, limit, days)
        told = {
            "due_at": due.astimezone(deadline.CITY_TIME).isoformat(),
            "explain": [
                {"date": one.date.isoformat(), "counts": one.counts, "why": one.why}
                for one in deadline.explain(received, limit, days)
            ],
            "provisional": deadline.provisional(received, limit, days),
        }
    except ValueError as error:
        raise reaching.Wrong(str(error)) from error
    sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=1) + "\n")
    return 0


def read_calendar(settings: Settings, which: str) -> Calendar:
    """The calendar of the city's CSV tables: `national`, or `city`, which lays its own days over it."""
    national, own = (
        calendar.from_rows(calendar.read_rows(city.read_csv(settings.city / f"{name}.csv")))
        for name in ("national", "calendar")
    )
    return national if which == "national" else calendar.combine(national, own)


def _moment(text: str) -> datetime:
    """A moment with its zone; without one the city's wall clock is meant."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise reaching.Wrong(f"时间写法不对：{text!r}。请写成 2026-09-30T16:00+08:00") from None
    return found if found.tzinfo else found.replace(tzinfo=deadline.CITY_TIME)
