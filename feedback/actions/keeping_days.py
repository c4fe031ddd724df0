"""The calendar's keeper: one day changed, a year's announcement loaded, and the due times that follow counted again."""

import csv
import dataclasses
import io
from collections.abc import Sequence
from datetime import date, datetime

from feedback.actions import counting
from feedback.actions.hall import Hall
from feedback.actions.step import take_step
from feedback.rules import calendar
from feedback.rules.administration import Deed
from feedback.rules.calendar import Day
from feedback.rules.permission import CLOCK, Actor
from feedback.rules.record import Case
from feedback.rules.status import TABLE, Step
from feedback.store import calendars, cases, city, logbook

MOST_ROWS = 400


class NotReadable(Exception):
    """这个文件不是年度放假安排。"""


async def set_day(hall: Hall, actor: Actor, day: date, *, working: bool | None, name: str, now: datetime) -> bool:
    """One day of the city's own calendar; `working` None: as the nation has it. Returns whether anything changed."""
    after = None if working is None else Day(day, working, name, provisional=False, source="seen")
    async with hall.database.transaction():
        await calendars.lock(hall.database)
        found = await _change(hall, actor, "city", {day: after}, first=day, last=day, now=now)
    await _reread(hall)
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
    await _reread(hall)
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


async def _reread(hall: Hall) -> None:
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


async def recount(hall: Hall, *, now: datetime) -> int:
    """Counts the provisional due times of open cases again if somebody changed the calendar; returns how many moved.

    Ended in the middle it is done again whole; what had moved by then is counted once."""
    wanted = await calendars.waiting_recount(hall.database)
    if wanted is None:
        return 0
    await _reread(hall)
    looked = after = 0
    while batch := await calendars.provisional(hall.database, after=after):
        looked, after = looked + len(batch), batch[-1].id
        for case in batch:
            await _recount(hall, case, wanted, now)
    return await calendars.finish_recount(hall.database, wanted, looked=looked, now=now)


async def _recount(hall: Hall, case: Case, wanted: int, now: datetime) -> None:
    """Until nobody changes the case in between. A breach that was recorded stays recorded."""
    found: Case | None = case
    while found and found.status in TABLE[Step.RECOUNT]:
        try:
            return await _move(hall, found, wanted, now)
        except cases.Stale:
            found = await cases.by_id(hall.database, case.id)


async def _move(hall: Hall, case: Case, wanted: int, now: datetime) -> None:
    """The due time as the calendar has it now; an event says so if it is another one. Raises Stale."""
    after = await counting.again(hall, case, counting.term_of(hall, case))
    if after["due_at"] == case.due_at:
        if after["provisional"] != case.provisional:
            await calendars.settle(hall.database, case, provisional=after["provisional"])
        return
    was, due = case.due_at, after["due_at"]
    said = {"note": f"工作日历有变动，答复期限由 {counting.told(was)} 改为 {counting.told(due)}。"} if was else {}
    async with hall.database.transaction():
        await take_step(hall, CLOCK, case, Step.RECOUNT, now=now, changes=after, said=said, public=True)
        await calendars.moved(hall.database, case, due_at=due, recount=wanted)
