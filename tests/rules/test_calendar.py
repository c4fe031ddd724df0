"""The working-day calendar: the shipped tables, the library as oracle, the region's own days."""

import csv
from datetime import date, timedelta
from pathlib import Path

import chinese_calendar
import pytest

from feedback.rules import calendar

DATA = Path(__file__).resolve().parents[2] / "data"


def shipped(name: str) -> calendar.Calendar:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return calendar.from_rows(calendar.read_rows(csv.DictReader(file)))


NATIONAL = shipped("national")
CITY = calendar.combine(NATIONAL, shipped("calendar"))


def row(**changes: object) -> dict[str, object]:
    return {"date": "2026-10-01", "working": "0", "name": "国庆节", "provisional": "0", "source": "seen"} | changes


def test_every_day_from_2004_to_2026_is_what_the_library_says():
    day, wrong = date(2004, 1, 1), []
    while day.year <= 2026:
        if NATIONAL.is_working(day) != chinese_calendar.is_workday(day):
            wrong.append(day)
        day += timedelta(days=1)
    assert wrong == []


def test_the_notice_for_2026():
    exchanged = ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"]
    assert all(NATIONAL.is_working(date.fromisoformat(f"2026-{day}")) for day in exchanged)
    off = [date(2026, 10, 1) + timedelta(days=n) for n in range(7)]
    assert not any(NATIONAL.is_working(day) for day in off)
    assert NATIONAL.announced_until == date(2026, 12, 31)


@pytest.mark.parametrize(
    ("day", "working"),
    [
        ("2021-04-14", False), ("2021-04-16", False), ("2021-04-18", True),
        ("2023-04-21", False), ("2023-04-23", False),
        ("2024-04-11", False), ("2024-04-12", False),
        ("2025-03-31", False), ("2025-04-01", False),
        ("2026-04-20", False), ("2026-04-21", False), ("2026-04-22", True),
        ("2027-04-09", False), ("2027-04-12", False),
    ],
)  # fmt: skip
def test_guangxi_has_its_own_days(day: str, working: bool):
    assert CITY.is_working(date.fromisoformat(day)) is working
    if not working and date.fromisoformat(day).weekday() < 5:
        assert NATIONAL.is_working(date.fromisoformat(day))


@pytest.mark.parametrize(
    ("day", "why"),
    [
        ("2026-11-23", "工作日"),
        ("2026-11-22", "周末"),
        ("2026-10-01", "法定节假日（国庆节）"),
        ("2026-10-10", "调休上班（国庆节）"),
        ("2024-04-11", "壮族三月三"),
        ("2026-04-20", "壮族三月三（暂定）"),
        ("2021-04-18", "调休上班（壮族三月三）"),
        ("2027-02-08", "法定节假日（春节）（暂定）"),
        ("2027-01-04", "工作日（暂定）"),
    ],
)
def test_why_is_said_in_plain_words(day: str, why: str):
    assert CITY.why(date.fromisoformat(day)) == why


def test_days_without_a_name_still_have_a_reason():
    days = [calendar.Day(date(2026, 6, 1), False, ""), calendar.Day(date(2026, 6, 6), True, "")]
    city = calendar.combine(NATIONAL, calendar.from_rows(days))
    assert city.why(date(2026, 6, 1)) == "本地放假"
    assert city.why(date(2026, 6, 6)) == "调休上班"


def test_2027_follows_the_rule_and_is_provisional():
    assert not CITY.provisional(date(2026, 12, 31))
    assert CITY.provisional(date(2027, 1, 4))
    assert CITY.provisional(date(2026, 4, 20))
    assert not NATIONAL.provisional(date(2026, 4, 20))
    # 春节 2027: 02-05 to 02-08 with a weekend among them, made up on Tuesday and Wednesday.
    assert [day for day in range(1, 15) if NATIONAL.is_working(date(2027, 2, day))] == [1, 2, 3, 4, 11, 12]


def test_provisional_between_sees_rows_and_unannounced_years():
    assert CITY.provisional_between(date(2026, 4, 17), date(2026, 4, 22))
    assert not CITY.provisional_between(date(2026, 4, 22), date(2026, 12, 31))
    assert CITY.provisional_between(date(2026, 12, 31), date(2027, 1, 1))
    assert CITY.provisional_between(date(2028, 5, 1), date(2028, 5, 2))


def test_local_days_do_not_announce_a_year():
    early = calendar.from_rows([calendar.Day(date(2027, 3, 1), False, "本地")])
    assert calendar.combine(NATIONAL, early).announced_until == date(2026, 12, 31)
    assert calendar.from_rows([]).announced_until == date(1999, 12, 31)


def test_a_new_notice_replaces_the_provisional_rows():
    rows = [*NATIONAL.days.values(), calendar.Day(date(2027, 1, 3), True, "元旦", source="seen")]
    known = calendar.from_rows(rows)
    assert known.announced_until == date(2027, 12, 31)
    assert not known.provisional(date(2027, 1, 4))


def test_counting_working_days():
    assert CITY.working_after(date(2026, 9, 30), 1) == date(2026, 10, 8)
    assert CITY.working_after(date(2026, 9, 30), 3) == date(2026, 10, 10)
    assert CITY.working_between(date(2026, 9, 30), date(2026, 10, 10)) == 3
    assert CITY.working_between(date(2026, 10, 10), date(2026, 9, 30)) == 0


@pytest.mark.parametrize("day", [date(1999, 12, 31), date(2100, 1, 1)])
def test_years_without_a_calendar_are_refused(day: date):
    for ask in (CITY.is_working, CITY.why, lambda day: CITY.working_after(day, 1)):
        with pytest.raises(ValueError, match="日历只覆盖"):
            ask(day)


@pytest.mark.parametrize(("day", "count"), [(date(2026, 1, 1), 0), (date(2099, 12, 31), 1)])
def test_there_is_no_such_working_day(day: date, count: int):
    with pytest.raises(ValueError, match="算不出"):
        CITY.working_after(day, count)


@pytest.mark.parametrize("change", [{"date": "2026-13-01"}, {"working": "yes"}, {"provisional": None}, {"date": None}])
def test_a_bad_row_is_named(change: dict[str, object]):
    with pytest.raises(ValueError, match="读不懂"):
        calendar.read_rows([row(**change)])


def test_a_row_without_a_column_is_named():
    with pytest.raises(ValueError, match="读不懂"):
        calendar.read_rows([{"date": "2026-10-01"}])


def test_flags_may_be_booleans():
    assert calendar.read_rows([row(working=False, provisional=True)])[0].provisional


def test_a_day_given_twice_is_refused():
    with pytest.raises(ValueError, match="两次"):
        calendar.from_rows(calendar.read_rows([row(), row()]))


def test_a_day_out_of_range_is_refused():
    with pytest.raises(ValueError, match="日历只覆盖"):
        calendar.from_rows(calendar.read_rows([row(date="1999-10-01")]))


def test_a_calendar_cannot_be_changed():
    with pytest.raises(TypeError):
        NATIONAL.days[date(2026, 1, 1)] = None
