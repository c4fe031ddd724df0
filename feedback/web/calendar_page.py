"""The working-day calendar as a page: a year at a glance, one day edited, a year's announcement loaded, who changed what."""

import calendar as months
from datetime import date
from itertools import groupby
from typing import Annotated, Any

from pydantic import Field
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from feedback import clock
from feedback.actions import keeping_days
from feedback.rules.calendar import Calendar
from feedback.rules.permission import Role
from feedback.store import calendars
from feedback.web import doors, errors, forms, reading, templating
from feedback.web.doors import door

KEEPER = doors.Enter(frozenset({Role.SYSTEM_ADMIN}))
FIRST, LAST = 2004, 2098
LARGEST = 64 * 1024

CHOICES = {"rest": "放假", "work": "上班", "nation": "不另作安排，按国家日历"}


class OneDay(forms.Form):
    """A day of the city's own calendar."""

    day: Annotated[date, Field(ge=date(FIRST, 1, 1), le=date(LAST, 12, 31))]
    working: Annotated[str, Field(pattern="^(rest|work|nation)$")]
    name: forms.words(40) = ""  # type: ignore[valid-type]


async def show(request: Request) -> Response:
    """The year asked for, this one by default."""
    return await _page(request, year_of(request.query_params.get("year", "")), {}, {})


def year_of(text: str) -> int:
    """The year that was asked for, this one by default. Raises BadFields."""
    if not text:
        return clock.local(clock.now()).year
    if not (text.isascii() and text.isdigit() and len(text) == 4 and FIRST <= int(text) <= LAST):
        raise errors.BadFields({"year": f"年份应当在 {FIRST} 到 {LAST} 之间。"})
    return int(text)


async def _page(
    request: Request, year: int, given: dict[str, str], faults: dict[str, str], status_code: int = 200
) -> Response:
    hall, asked = doors.hall(request), request.query_params
    first, last = date(year, 1, 1), date(year, 12, 31)
    return templating.page(
        request,
        "admin/calendar.html",
        status_code=status_code,
        year=year,
        years=(year - 1 if year > FIRST else None, year + 1 if year < LAST else None),
        months=[_month(hall.city.calendar, year, month) for month in range(1, 13)],
        announced=last <= hall.city.calendar.announced_until,
        working_days=hall.city.calendar.working_between(date(year - 1, 12, 31), last),
        changes=await calendars.changes(hall.database, first=first, last=last),
        recounts=await calendars.recounts(hall.database),
        choices=CHOICES.items(),
        given=given,
        faults=faults,
        done=_done(asked.get("done", "")),
    )


def _month(days: Calendar, year: int, month: int) -> dict[str, Any]:
    """One month in weeks from Monday; the days of its neighbours are None. And its days that have a name."""
    weeks = months.Calendar().monthdayscalendar(year, month)
    shown = {n: _day(days, date(year, month, n)) for n in range(1, months.monthrange(year, month)[1] + 1)}
    return {
        "number": month,
        "weeks": [[shown.get(n) for n in week] for week in weeks],
        "named": [_run(list(run)) for why, run in groupby(shown.values(), key=lambda one: one["why"]) if why],
    }


def _run(days: list[dict[str, Any]]) -> dict[str, Any]:
    """Days in a row with the same reason, as one line."""
    first, last = days[0], days[-1]
    numbers = f"{first['date'].day}" + (f"—{last['date'].day}" if last is not first else "")
    return {"days": numbers, "why": first["why"], "local": first["local"]}


def _day(days: Calendar, day: date) -> dict[str, Any]:
    """`why` is empty for the days that go without saying: a plain workday, a plain weekend."""
    known = days.days.get(day)
    return {
        "date": day,
        "working": days.is_working(day),
        "provisional": days.provisional(day),
        "exchanged": days.is_working(day) != (day.weekday() < 5),
        "local": bool(known and known.local),
        "why": days.why(day) if known else "",
    }


def _done(text: str) -> str:
    """What is said after a change: how many days, or that nothing was different."""
    if not (text.isascii() and text.isdigit() and len(text) <= 3):
        return ""
    changed = int(text)
    if not changed:
        return "和现在的日历一样，没有改动。"
    return f"日历改了 {changed} 天。受影响的暂定期限正在后台重新计算，结果会出现在本页下方。"


async def set_day(request: Request) -> Response:
    """One day of the city's own."""
    given = await reading.posted(request)
    try:
        form = reading.checked(OneDay, given)
        changed = await put_day(request, form)
    except errors.BadFields as bad:
        return await _page(request, clock.local(clock.now()).year, given, bad.fields, 422)
    return _back(form.day.year, int(changed))


async def put_day(request: Request, wanted: OneDay) -> bool:
    """The day as it is wanted; whether anything changed. Raises BadFields."""
    if wanted.working != "nation" and not wanted.name:
        raise errors.BadFields({"name": "请写明原因，例如“壮族三月三”。"})
    working = {"rest": False, "work": True, "nation": None}[wanted.working]
    return await keeping_days.set_day(
        doors.hall(request), doors.actor(request), wanted.day, working=working, name=wanted.name, now=clock.now()
    )


def _back(year: int, changed: int) -> Response:
    return RedirectResponse(f"/admin/calendar?year={year}&done={changed}", 303)


async def load_year(request: Request) -> Response:
    """A year's announcement as a CSV file."""
    try:
        days = keeping_days.read_announcement(await _file(request))
    except keeping_days.NotReadable as fault:
        faults = {"file": str(fault) or (fault.__doc__ or "")}
        return await _page(request, clock.local(clock.now()).year, {}, faults, 422)
    changed = await keeping_days.load_year(doors.hall(request), doors.actor(request), days, now=clock.now())
    return _back(days[0].day.year, changed)


async def _file(request: Request) -> bytes:
    form = await request.form(max_files=1, max_fields=10, max_part_size=LARGEST)
    file = form.get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        raise keeping_days.NotReadable("请选择一个 CSV 文件。")
    raw = await file.read(LARGEST + 1)
    if len(raw) > LARGEST:
        raise keeping_days.NotReadable("文件太大了：一年的安排只有几十行。")
    return raw


ROUTES = [
    door("/admin/calendar", show, enter=KEEPER, name="calendar"),
    door("/admin/calendar/day", set_day, enter=KEEPER, methods=("POST",), name="calendar_day"),
    door("/admin/calendar/year", load_year, enter=KEEPER, methods=("POST",), name="calendar_year"),
]
