"""Due times by hand from the rule, then properties that hold for every case."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.rules import calendar, deadline
from feedback.rules.deadline import Light, Limit, Unit
from tests.rules.test_calendar import CITY, NATIONAL

WEEKDAYS_ONLY = calendar.Calendar({}, date(2099, 12, 31))
WD5, CD60, H24 = Limit(5, Unit.WORKING_DAYS), Limit(60, Unit.CALENDAR_DAYS), Limit(24, Unit.HOURS)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=deadline.CITY_TIME)


def shown(moment: datetime) -> str:
    assert moment.tzinfo is UTC
    return moment.astimezone(deadline.CITY_TIME).strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("received", "limit", "expected"),
    [
        ("2026-11-20T12:00", "1wd", "2026-11-24 00:00"),  # Friday: Monday is the one day
        ("2026-11-21T12:00", "1wd", "2026-11-25 00:00"),  # Saturday counts as Monday, so Tuesday is the one day
        ("2026-09-30T16:00", "5wd", "2026-10-14 00:00"),  # 8, 9, the exchanged Saturday 10, 12, 13 October
        ("2026-09-30T17:30:00", "1wd", "2026-10-09 00:00"),
        ("2026-09-30T17:30:01", "1wd", "2026-10-10 00:00"),
        ("2026-09-30T17:30:00.000001", "1wd", "2026-10-10 00:00"),
        ("2026-10-10T10:00", "1wd", "2026-10-13 00:00"),  # the exchanged Saturday is a day of receipt like any other
        ("2024-04-10T10:00", "1wd", "2024-04-16 00:00"),  # 三月三 11, 12, weekend 13, 14, so Monday 15
        ("2026-12-30T10:00", "3wd", "2027-01-06 00:00"),  # 31 December, 4 and 5 January
        ("2026-11-20T18:00", "1cd", "2026-11-22 00:00"),  # calendar days know no closing hour
        ("2026-11-21T12:00", "60cd", "2027-01-21 00:00"),
        ("2026-11-20T18:20", "24h", "2026-11-21 18:20"),
    ],
)
def test_due(received: str, limit: str, expected: str):
    assert shown(deadline.due(at(received), deadline.parse(limit), CITY)) == expected


def test_the_nation_works_on_sanyuesan():
    received, one = at("2024-04-10T10:00"), Limit(1, Unit.WORKING_DAYS)
    assert shown(deadline.due(received, one, NATIONAL)) == "2024-04-12 00:00"


def test_the_zone_of_the_caller_does_not_matter():
    # 09:30 UTC is 17:30 in the city.
    assert deadline.due(datetime(2026, 11, 23, 9, 30, tzinfo=UTC), WD5, CITY) == deadline.due(
        at("2026-11-23T17:30"), WD5, CITY
    )


def test_explain_before_national_day():
    told = deadline.explain(at("2026-09-30T16:00"), WD5, CITY)
    assert [day.date.day for day in told if day.counts] == [8, 9, 10, 12, 13]
    assert told[0] == deadline.Counted(date(2026, 9, 30), False, "收到当天，不计入")
    assert told[1].why == "法定节假日（国庆节）"
    assert told[10].why == "调休上班（国庆节）"
    assert told[11].why == "周末"


def test_explain_after_closing_and_on_rest_days():
    late = deadline.explain(at("2026-11-20T18:00"), Limit(1, Unit.WORKING_DAYS), CITY)
    assert [(day.date.day, day.counts, day.why) for day in late] == [
        (20, False, "17:30 以后收到，视为下一个工作日收到"),
        (21, False, "周末"),
        (22, False, "周末"),
        (23, False, "视为这一天收到，不计入"),
        (24, True, "工作日"),
    ]
    assert deadline.explain(at("2026-11-21T09:00"), WD5, CITY)[0].why == "周末收到，视为下一个工作日收到"


def test_explain_calendar_days_and_hours():
    days = deadline.explain(at("2026-11-20T18:00"), Limit(2, Unit.CALENDAR_DAYS), CITY)
    assert [(day.counts, day.why) for day in days] == [(False, "收到当天，不计入"), (True, "自然日"), (True, "自然日")]
    hours = deadline.explain(at("2026-11-20T18:00"), H24, CITY)
    assert [day.date.day for day in hours if day.counts] == [20, 21]


@pytest.mark.parametrize(
    ("received", "limit", "expected"),
    [
        ("2026-12-30T10:00", "1wd", False),  # ends with 31 December
        ("2026-12-30T10:00", "2wd", True),
        ("2026-04-16T10:00", "2wd", True),  # over the expected 三月三
        ("2026-12-30T10:00", "60cd", False),  # calendar days depend on no notice
        ("2026-12-31T10:00", "24h", False),
    ],
)
def test_provisional(received: str, limit: str, expected: bool):
    assert deadline.provisional(at(received), deadline.parse(limit), CITY) is expected


def test_warn_on_the_last_counted_day_or_in_the_last_quarter():
    assert shown(deadline.warn_at(at("2026-09-30T16:00"), WD5, CITY)) == "2026-10-13 00:00"
    assert shown(deadline.warn_at(at("2026-11-20T18:00"), H24, CITY)) == "2026-11-21 12:00"
    assert shown(deadline.warn_before(at("2026-10-14T00:00"), WD5, CITY)) == "2026-10-13 00:00"


@pytest.mark.parametrize(
    ("due_at", "limit", "paused", "resumed", "expected"),
    [
        ("2026-11-28T00:00", WD5, "2026-11-23T10:00", "2026-11-23T16:00", "2026-11-28 00:00"),  # within one day
        ("2026-11-28T00:00", WD5, "2026-11-23T10:00", "2026-11-25T09:00", "2026-12-02 00:00"),  # 24, 25: Fri → Tue
        ("2026-11-28T00:00", WD5, "2026-11-20T10:00", "2026-11-22T10:00", "2026-11-28 00:00"),  # Fri–Sun crosses none
        ("2026-11-28T00:00", WD5, "2026-11-23T10:00", "2026-12-22T10:00", "2026-12-05 00:00"),  # five days at most
        ("2026-11-28T00:00", CD60, "2026-11-20T10:00", "2026-11-22T10:00", "2026-11-30 00:00"),  # calendar days
        ("2026-11-28T00:00", CD60, "2026-11-20T10:00", "2026-12-22T10:00", "2026-12-05 00:00"),  # until Fri 27th: 7
        ("2026-11-24T10:00", H24, "2026-11-23T12:00", "2026-11-23T13:30", "2026-11-24 11:30"),  # exactly
        (
            "2026-11-24T10:00",
            H24,
            "2026-11-23T12:00",
            "2026-12-23T12:00",
            "2026-12-01 22:00",
        ),  # until 1 Dec 00:00: 180 h
        ("2026-11-28T00:00", WD5, "2026-11-28T00:00", "2026-12-01T00:00", "2026-11-28 00:00"),  # late stays late
    ],
)
def test_resume(due_at: str, limit: Limit, paused: str, resumed: str, expected: str):
    until = deadline.pause_ends(at(paused), CITY)
    moved = deadline.resume(at(due_at), limit, paused_at=at(paused), resumed_at=at(resumed), calendar=CITY, until=until)
    assert shown(moved) == expected


def test_a_pause_ends_by_itself_after_five_working_days():
    assert shown(deadline.pause_ends(at("2026-11-23T12:00"), CITY)) == "2026-12-01 00:00"


@pytest.mark.parametrize(
    ("paused", "cap", "used", "ends"),
    [
        ("2026-11-23T12:00", "5wd", 0, "2026-12-01 00:00"),  # Monday: 24, 25, 26, 27, 30
        ("2026-11-23T12:00", "5wd", 3, "2026-11-26 00:00"),  # two are left: 24, 25
        ("2026-11-27T12:00", "3wd", 2, "2026-12-01 00:00"),  # Friday, one is left: Monday
        ("2026-11-27T12:00", "3cd", 2, "2026-11-29 00:00"),  # Friday, one calendar day is left: Saturday
        ("2026-11-27T12:00", "48h", 8, "2026-11-29 04:00"),  # 40 hours are left
        ("2026-11-27T12:00", "5wd", 5, "2026-11-27 12:00"),  # nothing is left
    ],
)
def test_a_pause_ends_with_what_is_left_of_the_cap(paused: str, cap: str, used: int, ends: str):
    assert shown(deadline.pause_ends(at(paused), CITY, deadline.parse(cap), used=used)) == ends


@pytest.mark.parametrize(
    ("paused", "resumed", "limit", "cap", "used"),
    [
        ("2026-11-23T12:00", "2026-11-23T17:00", "5wd", "5wd", 0),  # no day was crossed, nothing moved
        ("2026-11-23T12:00", "2026-11-24T09:00", "5wd", "5wd", 1),
        ("2026-11-27T12:00", "2026-11-30T09:00", "5wd", "5wd", 1),  # over the weekend
        ("2026-11-27T12:00", "2026-11-29T09:00", "60cd", "5wd", 1),  # moved two calendar days, so one at least
        ("2026-11-23T09:00", "2026-11-23T17:00", "24h", "5wd", 1),  # moved eight hours, so one at least
        ("2026-11-23T09:00", "2026-12-31T17:00", "24h", "5wd", 5),  # never more than it might last
        ("2026-11-23T09:00", "2026-11-23T10:01", "24h", "48h", 2),  # hours begun
    ],
)
def test_what_a_pause_uses_of_the_cap(paused: str, resumed: str, limit: str, cap: str, used: int):
    whole, until = deadline.parse(cap), deadline.pause_ends(at(paused), CITY, deadline.parse(cap))
    found = deadline.pause_used(at(paused), at(resumed), until, deadline.parse(limit), CITY, whole)
    assert found == used


def test_a_pause_cannot_end_before_it_begins():
    with pytest.raises(ValueError, match="早于"):
        deadline.resume(
            at("2026-11-28T00:00"),
            WD5,
            paused_at=at("2026-11-24T00:00"),
            resumed_at=at("2026-11-23T00:00"),
            calendar=CITY,
        )


def test_an_extension_is_worth_what_the_present_limit_allows():
    friday = at("2026-11-28T00:00")  # the end of Friday 27 November
    due, days = deadline.grant(friday, 30, CITY, limit=deadline.parse("10wd"))
    assert (shown(due), days) == ("2026-12-12 00:00", 10)  # ten working days more: the end of Friday 11 December
    due, days = deadline.grant(friday, 3, CITY, limit=deadline.parse("2h"))
    assert (shown(due), days) == ("2026-11-28 00:00", 0)  # two hours may not be doubled in whole days


def test_extend():
    assert shown(deadline.extend(at("2026-11-28T00:00"), 2, CITY)) == "2026-12-02 00:00"  # Friday + Monday, Tuesday
    assert shown(deadline.extend(at("2026-11-20T18:20"), 1, CITY)) == "2026-11-21 18:20"  # hours: exactly a day
    hours = deadline.parse("24h")  # from Friday 0:00 to Saturday 0:00: a day is 24 hours there too
    assert shown(deadline.extend(at("2026-11-28T00:00"), 1, CITY, limit=hours)) == "2026-11-29 00:00"
    days = deadline.parse("60cd")
    assert shown(deadline.extend(at("2026-11-28T00:00"), 2, CITY, limit=days)) == "2026-11-30 00:00"  # Saturday, Sunday
    with pytest.raises(ValueError, match="至少一天"):
        deadline.extend(at("2026-11-28T00:00"), 0, CITY)


@pytest.mark.parametrize(("limit", "cap"), [("2wd", 2), ("15wd", 10), ("60cd", 30), ("7cd", 7), ("24h", 1), ("2h", 0)])
def test_extension_cap(limit: str, cap: int):
    assert deadline.extension_cap(deadline.parse(limit)) == cap


def test_light():
    due_at, warn = at("2026-11-28T00:00"), at("2026-11-27T00:00")

    def colour(now: str, **more: object) -> Light:
        return deadline.light(at(now), due_at=due_at, warn_at=warn, **more)

    assert colour("2026-11-26T23:59") == "green"
    assert colour("2026-11-27T00:00") == "yellow"
    assert colour("2026-11-28T00:00") == "red"
    assert colour("2026-11-29T00:00", paused_at=at("2026-11-27T00:00")) == "paused"
    assert colour("2026-11-29T00:00", paused_at=due_at) == "red"
    assert colour("2026-11-29T00:00", done=True) == "done"


@pytest.mark.parametrize(
    ("now", "due_at", "limit", "text"),
    [
        ("2026-11-23T09:00", "2026-11-26T00:00", WD5, "还剩 2 个工作日"),
        ("2026-11-20T09:00", "2026-11-24T00:00", WD5, "还剩 1 个工作日"),
        ("2026-11-25T09:00", "2026-11-26T00:00", WD5, "今天 24:00 前"),
        ("2026-11-20T09:00", "2026-11-24T00:00", CD60, "还剩 3 天"),
        ("2026-11-27T09:00", "2026-11-29T00:00", WD5, "11月28日 24:00 前"),  # a day that became a rest day
        ("2026-11-23T09:00", "2026-11-23T11:59", H24, "还剩 2 小时"),
        ("2026-11-23T09:00", "2026-11-23T09:30", H24, "还剩不到 1 小时"),
        ("2026-11-26T00:00", "2026-11-26T00:00", WD5, "超期不到 1 小时"),
        ("2026-11-26T03:59", "2026-11-26T00:00", WD5, "超期 3 小时"),
        ("2026-11-28T01:00", "2026-11-26T00:00", WD5, "超期 2 天"),
    ],
)
def test_remaining(now: str, due_at: str, limit: Limit, text: str):
    assert deadline.remaining(at(now), at(due_at), limit, CITY) == text


@pytest.mark.parametrize(
    "text", ["", "5", "wd", "0wd", "-1wd", "5 wd", "5WD", "1.5h", "5wd\n", "５wd", "05wd", "99999wd", "1001h"]
)
def test_limits_written_wrongly_are_refused(text: str):
    with pytest.raises(ValueError, match="时限"):
        deadline.parse(text)


def test_limits_are_shown_and_read_back():
    assert [deadline.parse(text).text() for text in ("5wd", "60cd", "24h")] == ["5 个工作日", "60 天", "24 小时"]
    assert str(deadline.parse("5wd")) == "5wd"


def test_times_without_a_zone_are_refused():
    aware = at("2026-11-23T09:00")
    naive = aware.replace(tzinfo=None)
    asks = [
        lambda: deadline.due(naive, WD5, CITY),
        lambda: deadline.explain(naive, WD5, CITY),
        lambda: deadline.provisional(naive, CD60, CITY),
        lambda: deadline.warn_before(naive, WD5),
        lambda: deadline.pause_ends(naive, CITY),
        lambda: deadline.resume(naive, WD5, paused_at=aware, resumed_at=aware, calendar=CITY),
        lambda: deadline.resume(aware, WD5, paused_at=aware, resumed_at=naive, calendar=CITY),
        lambda: deadline.extend(naive, 1, CITY),
        lambda: deadline.light(naive, due_at=aware, warn_at=aware),
        lambda: deadline.remaining(aware, naive, WD5, CITY),
    ]
    for ask in asks:
        with pytest.raises(ValueError, match="时区"):
            ask()


@pytest.mark.parametrize("year", [1, 2000, 2099, 9999])
def test_years_out_of_reach_are_refused(year: int):
    with pytest.raises(ValueError, match="超出范围"):
        deadline.due(datetime(year, 6, 1, tzinfo=UTC), H24, CITY)


@pytest.mark.parametrize(
    ("case", "code"),
    [
        ({"urgent": True, "regime": "xinfang", "kind": "complaint"}, "JJ"),
        ({"urgent": False, "regime": "xinfang", "kind": "complaint"}, "XF"),
        ({"urgent": False, "kind": "help", "category_limit": "XF", "category_kind": "help"}, "XF"),
        ({"urgent": False, "kind": "enquiry", "category_limit": "XF", "category_kind": "help"}, "ZX"),
        ({"urgent": False, "kind": "suggestion"}, "JY"),
    ],
)
def test_choose(case: dict[str, object], code: str):
    assert deadline.choose(**case) == code


@pytest.mark.parametrize(("limit", "unit"), [("5wd", "个工作日"), ("60cd", "天"), ("24h", "天"), ("30m", "天")])
def test_an_extension_is_told_in_the_days_it_is_given_in(limit: str, unit: str):
    assert deadline.extension_unit(deadline.parse(limit)) == unit


def test_an_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="类型"):
        deadline.choose(urgent=True, kind="rant")


moments = st.datetimes(
    at("2020-01-01").replace(tzinfo=None), at("2028-12-31").replace(tzinfo=None), timezones=st.just(deadline.CITY_TIME)
)
limits = st.builds(Limit, st.integers(1, 90), st.sampled_from(Unit))
day_limits = st.builds(Limit, st.integers(1, 90), st.sampled_from([Unit.WORKING_DAYS, Unit.CALENDAR_DAYS]))


@given(moments, moments, limits)
def test_later_receipt_is_never_due_earlier(one: datetime, other: datetime, limit: Limit):
    first, second = sorted([one, other])
    assert deadline.due(first, limit, CITY) <= deadline.due(second, limit, CITY)


@given(moments, limits)
def test_a_longer_limit_is_due_later(received: datetime, limit: Limit):
    longer = Limit(limit.amount + 1, limit.unit)
    assert received < deadline.due(received, limit, CITY) < deadline.due(received, longer, CITY)


@given(moments, day_limits)
def test_explain_counts_exactly_the_limit_and_due_is_the_midnight_after(received: datetime, limit: Limit):
    told = deadline.explain(received, limit, CITY)
    assert sum(day.counts for day in told) == limit.amount
    assert told[-1].counts
    assert [day.date for day in told] == [told[0].date + timedelta(days=n) for n in range(len(told))]
    assert shown(deadline.due(received, limit, CITY)) == f"{told[-1].date + timedelta(days=1)} 00:00"


@given(moments, day_limits, st.integers(1, 50))
def test_without_holidays_a_shift_by_weeks_shifts_the_due_time(received: datetime, limit: Limit, weeks: int):
    shift = timedelta(weeks=weeks)
    assert deadline.due(received + shift, limit, WEEKDAYS_ONLY) == deadline.due(received, limit, WEEKDAYS_ONLY) + shift


@given(
    moments, limits, st.timedeltas(timedelta(0), timedelta(days=90)), st.timedeltas(timedelta(0), timedelta(days=90))
)
def test_a_pause_never_brings_the_due_time_forward(
    received: datetime, limit: Limit, wait: timedelta, length: timedelta
):
    before = deadline.due(received, limit, CITY)
    paused = received + wait
    after = deadline.resume(before, limit, paused_at=paused, resumed_at=paused + length, calendar=CITY,
        until=deadline.pause_ends(paused, CITY))
    assert after >= before
    assert after <= before + timedelta(days=30)
    assert deadline.warn_before(after, limit) < after


def test_minutes_run_day_and_night_and_are_said_as_minutes():
    # An urgent matter of Friday 18:00, to be signed for within 30 minutes: 18:30, yellow from the last quarter on, 18:22:30.
    half_hour, received = deadline.parse("30m"), at("2026-11-20T18:00")
    due = deadline.due(received, half_hour, CITY)
    assert (str(half_hour), half_hour.text(), shown(due)) == ("30m", "30 分钟", "2026-11-20 18:30")
    assert deadline.warn_at(received, half_hour, CITY) == at("2026-11-20T18:22:30")
    [day] = deadline.explain(received, half_hour, CITY)
    assert (day.counts, day.why) == (True, "按分钟连续计时，昼夜不停")
    assert not deadline.provisional(received, half_hour, CITY) and deadline.extension_cap(half_hour) == 0
    assert deadline.remaining(at("2026-11-20T18:05"), due, half_hour, CITY) == "还剩 25 分钟"
    assert deadline.remaining(at("2026-11-20T18:42"), due, half_hour, CITY) == "超期 12 分钟"
    assert deadline.remaining(at("2026-11-20T20:30"), due, half_hour, CITY) == "超期 2 小时"
    with pytest.raises(ValueError, match="30m（分钟）"):
        deadline.parse("30min")
