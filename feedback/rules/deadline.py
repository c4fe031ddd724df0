"""When a case is due, when to warn, what a pause or an extension moves, and how to say it.

Which days count is the calendar's business. How limits are written and chosen lives in `limit` and is offered
here too. What was stored for a case, and telling people, happen elsewhere.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from feedback.rules.calendar import Calendar
from feedback.rules.limit import PAUSE_CAP, Limit, Regime, Unit, choose, extension_cap, extension_unit, parse

__all__ = [
    "PAUSE_CAP", "Counted", "Light", "Limit", "Regime", "Unit", "choose", "due", "explain", "extend", "extension_cap", "extension_unit",
    "light", "parse", "pause_ends", "pause_used", "provisional", "remaining", "resume", "warn_at", "warn_before",
]  # fmt: skip

CITY_TIME = ZoneInfo("Asia/Shanghai")
CLOSING = time(17, 30)
"""A working day's last moment for receipt (domain rule 2.6): 17:30:00 is still that day."""
_DAY = timedelta(days=1)


class Light(StrEnum):
    """The colour beside a case."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"
    PAUSED = "paused"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Counted:
    """One day on the way to the due time: whether it counts, and why."""

    date: date
    counts: bool
    why: str


def due(received: datetime, limit: Limit, calendar: Calendar) -> datetime:
    """The first moment that is too late, in UTC: midnight after the last counted day, or the exact hour.

    The day of receipt does not count. For working days a message after 17:30 or on a rest day counts as
    received on the next working day. Raises ValueError for a time without zone or outside 2001–2098.
    """
    local = _local(received)
    if limit.span is not None:
        return received.astimezone(UTC) + limit.span
    return _end_of(_add_days(_opened(local, limit, calendar), limit.amount, limit, calendar))


def explain(received: datetime, limit: Limit, calendar: Calendar) -> list[Counted]:
    """Every day from receipt to the last counted one. For hours and minutes: each day that the clock runs on."""
    local = _local(received)
    last = last_day(due(received, limit, calendar))
    if limit.span is not None:
        return [Counted(day, True, f"按{limit.unit.chinese}连续计时，昼夜不停") for day in _days(local.date(), last)]
    opened = _opened(local, limit, calendar)
    return [_explain_day(day, local, opened, limit, calendar) for day in _days(local.date(), last)]


def provisional(received: datetime, limit: Limit, calendar: Calendar, *, until: datetime | None = None) -> bool:
    """True when a later holiday notice may move the due time (`until` where it was moved already).

    Only working days depend on notices."""
    first = _local(received).date()
    if limit.unit is not Unit.WORKING_DAYS:
        return False
    return calendar.provisional_between(first, last_day(until or due(received, limit, calendar)))


def warn_at(received: datetime, limit: Limit, calendar: Calendar) -> datetime:
    """When yellow begins, in UTC: 00:00 of the last counted day; for limits in hours or minutes the last quarter."""
    return warn_before(due(received, limit, calendar), limit)


def warn_before(due_at: datetime, limit: Limit, _calendar: Calendar | None = None) -> datetime:
    """When yellow begins for a due time that a pause or an extension has moved, in UTC.

    A due time ends its last counted day, so no calendar is needed; callers may pass theirs.
    """
    _aware(due_at)
    return due_at.astimezone(UTC) - (_DAY if limit.span is None else limit.span / 4)


def pause_ends(paused_at: datetime, calendar: Calendar, cap: Limit = PAUSE_CAP, *, used: int = 0) -> datetime:
    """When the clock runs again without the citizen's answer, in UTC: midnight after what is left of the cap when `used` of its
    days are used up, or the exact hour; the moment of the pause itself when nothing is left."""
    began, left = _local(paused_at), cap.amount - used
    if left <= 0:
        return began.astimezone(UTC)
    if cap.span is not None:
        return began.astimezone(UTC) + cap.span * left / cap.amount
    return _end_of(_add_days(began.date(), left, cap, calendar))


def pause_used(paused_at: datetime, resumed_at: datetime, until: datetime, limit: Limit, calendar: Calendar, cap: Limit) -> int:
    """How many days (hours, minutes) of the cap a pause used that might last `until`: those it crossed; at least one if it moved a
    due time by `limit`, or a question every morning would stop a limit in hours for ever."""
    began, ended = _local(paused_at), min(_local(resumed_at), _local(until))
    if cap.span is not None:
        return -((began - ended) * cap.amount // cap.span)
    moved = ended > began if limit.span is not None else _crossed(began, ended, until, limit, calendar) > 0
    return max(_crossed(began, ended, until, cap, calendar), int(moved))


def _crossed(began: datetime, ended: datetime, until: datetime | None, limit: Limit, calendar: Calendar) -> int:
    """The counted days after the day of the pause up to the day of resuming, none after the last day of `until`."""
    last = min(ended.date(), last_day(until)) if until else ended.date()
    return _count_days(began.date(), max(began.date(), last), limit, calendar)


def resume(
    due_at: datetime,
    limit: Limit,
    *,
    paused_at: datetime,
    resumed_at: datetime,
    calendar: Calendar,
    until: datetime | None = None,
) -> datetime:
    """The due time after a pause that lasted until `until` at most (None: however long), in UTC, never earlier than before; `warn_before` gives its warning.

    It moves by the counted days after the day of the pause up to the day of resuming, so that as many whole
    days remain as before; for hour limits by the exact time. A pause begun when already late moves nothing.
    Raises ValueError when the pause ends before it begins.
    """
    _aware(due_at)
    began, ended = _local(paused_at), _local(resumed_at)
    if ended < began:
        raise ValueError("恢复计时的时间早于暂停的时间")
    if began >= due_at:
        return due_at.astimezone(UTC)
    if limit.span is not None:
        return due_at.astimezone(UTC) + ((min(ended, until) if until else ended) - began)
    return _end_of(_add_days(last_day(due_at), _crossed(began, ended, until, limit, calendar), limit, calendar))


def extend(due_at: datetime, days: int, calendar: Calendar, *, limit: Limit | None = None) -> datetime:
    """The due time after an extension, in UTC: working days after the last counted day, calendar days for a limit in those.

    The due time of an hour limit, or one that is not a midnight, moves by 24 hours a day. How many days may
    be asked is `extension_cap`. Raises ValueError for less than one day.
    """
    if days < 1:
        raise ValueError("延期至少一天")
    _aware(due_at)
    if (limit is not None and limit.span is not None) or due_at.astimezone(CITY_TIME).time() != time():
        return due_at.astimezone(UTC) + days * _DAY
    if limit is not None and limit.unit is Unit.CALENDAR_DAYS:
        return _end_of(last_day(due_at) + days * _DAY)
    return _end_of(calendar.working_after(last_day(due_at), days))


def grant(due_at: datetime, days: int, calendar: Calendar, *, limit: Limit) -> tuple[datetime, int]:
    """The due time in UTC after an extension that was asked for so many days, and how many it gives: of another regime it is worth at
    most `extension_cap` of the present limit; where that allows none, the due time stays."""
    worth = min(days, extension_cap(limit))
    return (extend(due_at, worth, calendar, limit=limit) if worth else due_at.astimezone(UTC)), worth


def light(
    now: datetime,
    *,
    due_at: datetime,
    warn_at: datetime,
    done: bool = False,
    paused_at: datetime | None = None,
) -> Light:
    """The colour at `now`. Late is `now >= due_at`; a pause begun when already late does not hide the red."""
    for moment in (now, due_at, warn_at):
        _aware(moment)
    if done:
        return Light.DONE
    if paused_at is not None and paused_at < due_at:
        return Light.PAUSED
    if now >= due_at:
        return Light.RED
    return Light.YELLOW if now >= warn_at else Light.GREEN


def remaining(now: datetime, due_at: datetime, limit: Limit, calendar: Calendar) -> str:
    """What is left or overrun, in Chinese: 还剩 2 个工作日, 今天 24:00 前, 还剩 25 分钟, 超期 3 小时, 超期 2 天."""
    today = _local(now).date()
    _aware(due_at)
    left = due_at - now
    if left <= timedelta(0):
        return f"超期 {-left // _DAY} 天" if -left >= _DAY else f"超期{_hours(-left, limit)}"
    if limit.span is not None:
        return f"还剩{_hours(left, limit)}"
    last = last_day(due_at)
    days = _count_days(today, last, limit, calendar)
    if last == today:
        return "今天 24:00 前"
    return f"还剩 {days} {limit.unit.chinese}" if days else f"{last.month}月{last.day}日 24:00 前"


def _aware(moment: datetime) -> None:
    if moment.utcoffset() is None:
        raise ValueError("时间必须带时区，例如 2026-09-30T16:00+08:00")


def _local(moment: datetime) -> datetime:
    _aware(moment)
    if not 2001 <= moment.year <= 2098:
        raise ValueError(f"时间超出范围：{moment.year} 年，只支持 2001—2098 年")
    return moment.astimezone(CITY_TIME)


def _opened(local: datetime, limit: Limit, calendar: Calendar) -> date:
    """The day the message counts as received on."""
    day = local.date()
    in_time = local.time() <= CLOSING and calendar.is_working(day)
    return day if in_time or limit.unit is Unit.CALENDAR_DAYS else calendar.working_after(day, 1)


def _explain_day(day: date, local: datetime, opened: date, limit: Limit, calendar: Calendar) -> Counted:
    if day == opened:
        return Counted(day, False, "收到当天，不计入" if day == local.date() else "视为这一天收到，不计入")
    if day == local.date():
        when = "17:30 以后" if calendar.is_working(day) else calendar.why(day)
        return Counted(day, False, f"{when}收到，视为下一个工作日收到")
    if limit.unit is Unit.CALENDAR_DAYS:
        return Counted(day, True, "自然日")
    return Counted(day, calendar.is_working(day), calendar.why(day))


def _add_days(day: date, count: int, limit: Limit, calendar: Calendar) -> date:
    if limit.unit is Unit.CALENDAR_DAYS:
        return day + count * _DAY
    return calendar.working_after(day, count) if count else day


def _count_days(after: date, until: date, limit: Limit, calendar: Calendar) -> int:
    """Counted days after `after`, up to and including `until`."""
    if limit.unit is Unit.CALENDAR_DAYS:
        return (until - after).days
    return calendar.working_between(after, until)


def _days(first: date, last: date) -> list[date]:
    return [first + n * _DAY for n in range((last - first).days + 1)]


def _end_of(day: date) -> datetime:
    return datetime.combine(day + _DAY, time(), CITY_TIME).astimezone(UTC)


def last_day(due_at: datetime) -> date:
    """The last day that counts: the city's day before `due_at`."""
    return (due_at.astimezone(CITY_TIME) - timedelta(microseconds=1)).date()


def _hours(span: timedelta, limit: Limit) -> str:
    if limit.unit is Unit.MINUTES and timedelta(minutes=1) <= span < timedelta(hours=1):
        return f" {span // timedelta(minutes=1)} 分钟"
    return f" {span // timedelta(hours=1)} 小时" if span >= timedelta(hours=1) else "不到 1 小时"
