"""The calendar's keeper: one day changed, a year's announcement loaded. What follows from it is `recounting`."""

import csv
import dataclasses
import io
from collections.abc import Sequence
from datetime import date, datetime

from feedback.actions.hall import Hall
from feedback.rules import calendar
from feedback.rules.administration import Deed
from feedback.rules.calendar import Day
from feedback.rules.permission import Actor
from feedback.store import calendars, city, logbook

MOST_ROWS = 400


class NotReadable(Exception):
    """这个文件不是年度放假安排。"""


async def set_day(hall: Hall, actor: Actor, day: date, *, working: bool | None, name: str, now: datetime) -> bool:
    """One day of the city's own calendar; `working` None: as the nation has it. Returns whether anything changed."""
    after = None if working is None else Day(day, working, name, provisional=False, source="seen")
    async with hall.database.transaction():
        await calendars.lock(hall.database)
        found = await _change(hall, actor, "city", {day: after}, first=day, last=day, now=now)
    await reread(hall)
    return found > 0


async def load_year(hall: Hall, actor: Actor, days: Sequence[Day], *, now: datetime) -> int:
    """The State Council's announcement of one year in place of what was assumed of it. Returns how many days changed."""
    year = days[0].day.year
    first, last = date(year, 1, 1), date(year, 12, 31)
    async with hall.database.transaction():
        await calendars.lock(hall.database)
        assumed: dict[date, Day | None] = {
            one.day: None for one in await calendars.days(hall.database, "national", first=first, last=last)
        }
        wanted = assumed | {one.day: one for one in days}
        changed = await _change(hall, actor, "national", wanted, first=first, last=last, now=now)
    await reread(hall)
    return changed


async def _change(
    hall: Hall, actor: Actor, scope: str, wanted: dict[date, Day | None], *, first: date, last: date, now: datetime
) -> int:
    """Writes what differs from what is there, logs each day, and asks for a recount; returns how many days differed."""
    assert actor.person_id is not None
    there = {one.day: one for one in await calendars.days(hall.database, scope, first=first, last=last)}
    changed = [day for day in sorted(wanted) if there.get(day) != wanted[day]]
    for day in changed:
        after = wanted[day]
        if after is None:
            await calendars.drop(hall.database, scope, day)
        else:
            await calendars.put(hall.database, scope, after)
        await calendars.log(
            hall.database, scope, day, before=there.get(day), after=after, person_id=actor.person_id, now=now
        )
    if changed:
        await calendars.ask_recount(hall.database, person_id=actor.person_id, now=now)
        which = f"{changed[0]}" if len(changed) == 1 else f"{changed[0]} 到 {changed[-1]} 之间的 {len(changed)} 天"
        await logbook.note(hall.database, Deed.CALENDAR, by=actor.person_id, detail=which, now=now)
    return len(changed)


async def reread(hall: Hall) -> None:
    """This process counts by the calendar as it is stored now."""
    hall.city = dataclasses.replace(hall.city, calendar=await city.read_calendar(hall.database))


def read_announcement(raw: bytes) -> list[Day]:
    """The days of one year from a CSV file with date, working (0 or 1) and name. Raises NotReadable, in Chinese."""
    try:
        rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
        days = [_read(number, row) for number, row in enumerate(rows[:MOST_ROWS], 2)]
        calendar.from_rows(days)
    except UnicodeDecodeError:
        raise NotReadable("文件不是 UTF-8 编码，请另存为“CSV UTF-8”。") from None
    except (ValueError, csv.Error) as error:
        raise NotReadable(str(error)) from None
    if not days or len(rows) > MOST_ROWS or len({one.day.year for one in days}) != 1:
        raise NotReadable("文件里应当是同一年的放假和调休日期，至少一天。")
    if any(one.provisional for one in days):
        raise NotReadable("正式公布的安排里不能有暂定的日期。")
    if any(len(one.name) > 40 or not one.name for one in days):
        raise NotReadable("每一天都要写明节日名称，最多 40 个字。")
    return days


def _read(number: int, row: dict[str, str]) -> Day:
    """The day of one line; missing or empty columns get their defaults. Raises NotReadable with the number of the line."""
    wanted = ("date", "working", "name", "provisional", "source")
    given = {name: row[name].strip() for name in wanted if row.get(name)}
    try:
        [day] = calendar.read_rows([{"provisional": "0", "source": "seen", **given}])
    except ValueError:
        raise NotReadable(f"第 {number} 行读不懂：要有 date（如 2027-01-01）、working（0 或 1）和 name。") from None
    return day
