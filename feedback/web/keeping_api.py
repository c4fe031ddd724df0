"""The administrator's tables as JSON: calendar, limits, messages that did not get through, and who is on duty."""

from datetime import date, timedelta
from typing import Annotated, Any

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from feedback import clock
from feedback.actions import keeping_days, keeping_limits, sending
from feedback.rules import limit
from feedback.rules.outbox import State
from feedback.store import calendars, duty, limits, notices
from feedback.web import calendar_page, doors, errors, forms, limits_page, outbox_page, reading
from feedback.web.api import answer
from feedback.web.doors import door


class Announcement(forms.Form):
    """A year's announcement, as the text of the CSV file with date, working and name."""

    csv: Annotated[str, Field(min_length=1, max_length=calendar_page.LARGEST)]


class Version(forms.Form):
    """New limits by code, such as {"JQ": "30m"}, and the document they come from."""

    limits: Annotated[dict[forms.Code, Annotated[str, Field(max_length=10)]], Field(min_length=1, max_length=200)]
    note: forms.words(limits_page.LONGEST_NOTE, least=2)  # type: ignore[valid-type]


async def calendar(request: Request) -> Response:
    """Every day of a year, who changed which, and the recounts of provisional due times."""
    hall, year = doors.hall(request), calendar_page.year_of(request.query_params.get("year", ""))
    first, days = date(year, 1, 1), hall.city.calendar
    every = [first + timedelta(days=n) for n in range((date(year, 12, 31) - first).days + 1)]
    changes = await calendars.changes(hall.database, first=first, last=every[-1])
    return answer({
        "year": year, "announced": every[-1] <= days.announced_until,
        "days": [{"date": day, "working": days.is_working(day), "provisional": days.provisional(day), "why": days.why(day)} for day in every],
        "changes": [dict(row._mapping) for row in changes],
        "recounts": [dict(row._mapping) for row in await calendars.recounts(hall.database)],
    })  # fmt: skip


async def calendar_day(request: Request) -> Response:
    """One day of the city's own: rest, work, or as the nation has it."""
    wanted = reading.strictly(calendar_page.OneDay, await reading.json(request))
    return answer({"changed": int(await calendar_page.put_day(request, wanted))})


async def calendar_year(request: Request) -> Response:
    """The announcement of a year in place of what was assumed of it; how many days changed."""
    wanted = reading.strictly(Announcement, await reading.json(request))
    try:
        days = keeping_days.read_announcement(wanted.csv.encode())
    except keeping_days.NotReadable as fault:
        raise errors.BadFields({"csv": str(fault) or fault.__doc__ or ""}) from None
    changed = await keeping_days.load_year(doors.hall(request), doors.actor(request), days, now=clock.now())
    return answer({"year": days[0].day.year, "changed": changed})


async def limits_now(request: Request) -> Response:
    """The newest version with all its limits, and every version with who made it."""
    hall = doors.hall(request)
    rows = await limits.rows(hall.database, hall.city.version)
    return answer({
        "version": hall.city.version,
        "items": [{**dict(row._mapping), "limit": f"{row['amount']}{row['unit']}"} for row in rows],
        "versions": [dict(row._mapping) for row in await limits.versions(hall.database)],
    })  # fmt: skip


async def change_limits(request: Request) -> Response:
    """A new version with these limits, for cases received from now on."""
    given, hall = reading.strictly(Version, await reading.json(request)), doors.hall(request)
    known = {row["code"] for row in await limits.rows(hall.database, hall.city.version)}
    wanted, faults = dict[str, limit.Limit](), dict[str, str]()
    for code, text in given.limits.items():
        try:
            wanted[code] = limit.parse(text)
        except ValueError as fault:
            faults[f"limits.{code}"] = str(fault)
        if code not in known:
            faults[f"limits.{code}"] = "没有这个时限。"
    if faults:
        raise errors.BadFields(faults)
    try:
        await keeping_limits.change(hall, doors.actor(request), wanted, note=given.note, now=clock.now())
    except keeping_limits.NothingNew as fault:
        raise errors.BadFields({"limits": fault.__doc__ or ""}) from None
    return await limits_now(request)


async def outbox(request: Request) -> Response:
    """What waits, what failed and why, how many went out on each day. Never what a message says."""
    hall, now = doors.hall(request), clock.now()
    return answer({
        "waiting": dict((await notices.waiting(hall.database, now=now))._mapping),
        "failed_count": await notices.failed_count(hall.database),
        "failed": [_line(request, row) for row in await notices.listed(hall.database, State.FAILED)],
        "days": [dict(row._mapping) for row in await notices.per_day(hall.database, since=outbox_page.first_day(now))],
        "resends": [dict(row._mapping) for row in await notices.resends(hall.database)],
    })  # fmt: skip


def _line(request: Request, row: Any) -> dict[str, Any]:
    said = outbox_page.line(doors.hall(request), row)
    return {name: said[name] for name in ("id", "at", "name", "channel", "to", "why", "attempts") if name in said}


async def send_again(request: Request) -> Response:
    """One failed message, or all, once more; how many."""
    given = reading.strictly(outbox_page.Again, await reading.json(request))
    return answer({"again": await sending.send_again(doors.hall(request), doors.actor(request), given.id, now=clock.now())})


async def on_duty(request: Request) -> Response:
    """Whom each bureau's urgent matters wake, masked."""
    return answer({"items": outbox_page.on_duty_of(request, await duty.everywhere(doors.hall(request).database))})


async def set_duty(request: Request) -> Response:
    """Another phone or e-mail for a bureau; both empty: none."""
    wanted = reading.strictly(outbox_page.OnDuty, await reading.json(request))
    await outbox_page.put_duty(doors.hall(request), doors.actor(request), wanted)
    return await on_duty(request)


_DAYS, _OUTBOX = calendar_page.KEEPER, outbox_page.KEEPER
ROUTES = [
    door("/api/v1/calendar", calendar, enter=_DAYS, name="api_calendar"),
    door("/api/v1/calendar/day", calendar_day, enter=_DAYS, methods=("POST",), name="api_calendar_day", takes=calendar_page.OneDay),
    door("/api/v1/calendar/year", calendar_year, enter=_DAYS, methods=("POST",), name="api_calendar_year", takes=Announcement),
    door("/api/v1/limits", limits_now, enter=limits_page.ENTER, name="api_limits"),
    door("/api/v1/limits", change_limits, enter=limits_page.ENTER, methods=("POST",), name="api_limits_change", takes=Version),
    door("/api/v1/notices", outbox, enter=_OUTBOX, name="api_outbox"),
    door("/api/v1/notices/again", send_again, enter=_OUTBOX, methods=("POST",), name="api_outbox_again", takes=outbox_page.Again),
    door("/api/v1/duty", on_duty, enter=_OUTBOX, name="api_duty"),
    door("/api/v1/duty", set_duty, enter=_OUTBOX, methods=("POST",), name="api_duty_set", takes=outbox_page.OnDuty),
]
