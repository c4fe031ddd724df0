"""Periods of whole city days, tallies that add up, and the row made of them."""

from collections import Counter
from datetime import date

import pytest

from feedback.rules import figure
from feedback.rules.figure import Period, Tally
from feedback.rules.metric import Bar
from tests.conftest import at


def test_a_period_has_both_its_ends():
    november = Period(date(2026, 11, 1), date(2026, 11, 30))
    assert november.days == 30
    assert november.begin == at("2026-11-01 00:00") and november.end == at("2026-12-01 00:00")
    assert november.before() == Period(date(2026, 10, 2), date(2026, 10, 31))
    assert Period(date(2026, 11, 1), date(2026, 11, 1)).days == 1
    with pytest.raises(ValueError, match="晚于"):
        Period(date(2026, 11, 2), date(2026, 11, 1))


def test_a_year_before_a_leap_day_is_its_eve():
    leap = Period(date(2024, 2, 29), date(2024, 3, 1))
    assert leap.year_before() == Period(date(2023, 2, 28), date(2023, 3, 1))


@pytest.mark.parametrize(
    ("hours", "days"), [(0, 0), (6, 0.2), (12, 0.5), (24, 1), (30, 1.2), (31, 1.3), (270, 11.2), (271, 11.3), (984, 41)]
)
def test_days_with_one_decimal_and_ties_down(hours, days):
    assert figure.days(hours) == days


def test_rows_follow_from_counts():
    tally = Tally(
        Counter(received=4, open=1, closed=3, on_time=2, on_time_n=3, rated=2, solved=1, satisfied=2, dispatched=4,
                returned=1, returned_wrongly=1, on_time_unextended=1, on_time_unextended_n=4, dispatched_first=4, moved=1, answered=3, reworked=0),
        [Bar(1, 3, 0), Bar(9, 0, 1)],
        [Bar(2, 1, 0), Bar(5, 2, 0), Bar(9, 0, 1)],
    )  # fmt: skip
    row = figure.row(tally)
    assert (row["first_response_median_hours"], row["resolution_median_hours"]) == (1, 5)
    assert row["resolution_p90_hours"] is None and row["resolution_p90_hours_at_least"] == 9
    assert (row["on_time_rate"], row["confirmed_solved_rate"], row["satisfaction_rate"]) == (2 / 3, 0.5, 1)
    assert (row["first_dispatch_accuracy"], row["return_rate"], row["rework_rate"]) == (0.75, 0.25, 0)
    assert (row["on_time_rate_without_extension"], row["wrongful_return_rate"], row["returned"]) == (0.25, 1, 1)
    assert row["solved_on_time_rate"] is None and row["n"] == 4


def test_tallies_of_different_cases_add_up_to_the_tally_of_all():
    one = Tally(Counter(received=1), [Bar(1, 1, 0)], [Bar(2, 1, 0)])
    other = Tally(Counter(received=1), [Bar(3, 1, 0)], [Bar(4, 0, 1)])
    row = figure.row(figure.total([one, other]))
    assert (row["received"], row["first_response_median_hours"], row["resolution_median_hours"]) == (2, 1, 2)
    assert row["resolution_p90_hours_at_least"] == 4
    assert one.first_response == [Bar(1, 1, 0)]  # adding changes none of them
    assert figure.total([]) == Tally()
