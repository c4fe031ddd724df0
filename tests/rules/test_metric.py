"""Figures: definitions, Kaplan–Meier by hand, suppression."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.rules import metric
from feedback.rules.metric import Bar, Quantile

STATISTICS = [
    "received", "open", "overdue", "suspended", "closed", "first_response_median_hours", "resolution_median_hours",
    "resolution_p90_hours", "on_time_rate", "on_time_rate_without_extension", "confirmed_solved_rate", "solved_on_time_rate", "satisfaction_rate", "rated",
    "first_dispatch_accuracy", "return_rate", "wrongful_return_rate", "accept_on_time_rate", "contact_on_time_rate", "rework_rate", "n",
]  # fmt: skip


def test_every_figure_of_the_interface_is_defined_once_in_its_order():
    assert [each.name for each in metric.DEFINITIONS] == STATISTICS
    assert list(metric.BY_NAME) == STATISTICS
    assert all(each.title and each.formula and each.unit for each in metric.DEFINITIONS)


@pytest.mark.parametrize(
    ("bars", "q", "expected"),
    [
        ([(1, 1, 0), (2, 1, 0), (3, 1, 0), (4, 1, 0)], 0.5, Quantile(2, None)),  # F(2) is exactly one half
        ([(1, 1, 0), (2, 1, 0), (3, 1, 0), (4, 1, 0)], 0.9, Quantile(4, None)),
        # 10 cases, 5 answered by hour 2, the others still open at 3: F stays at one half.
        ([(2, 5, 0), (3, 0, 5)], 0.5, Quantile(2, None)),
        ([(2, 5, 0), (3, 0, 5)], 0.9, Quantile(None, 3)),
        # 4 cases: answer at 1, open left at 2, answer at 3: S = 3/4 · 1/2 = 3/8, so F = 5/8.
        ([(1, 1, 0), (2, 0, 1), (3, 1, 0), (9, 0, 1)], 0.6, Quantile(3, None)),
        ([(1, 1, 0), (2, 0, 1), (3, 1, 0), (9, 0, 1)], 0.7, Quantile(None, 9)),
        # In one hour answers come before what is still open: 1 of 2.
        ([(1, 1, 1)], 0.5, Quantile(1, None)),
        ([(0, 1, 0)], 1, Quantile(0, None)),
        ([(7, 0, 3)], 0.5, Quantile(None, 7)),
        ([], 0.5, Quantile(None, None)),
        ([(5, 1, 0), (5, -1, 0), (8, 1, 0)], 0.5, Quantile(8, None)),  # rework takes an answer back
    ],
)
def test_quantile(bars: list[tuple[int, int, int]], q: float, expected: Quantile):
    assert metric.quantile(bars, q) == expected
    assert metric.quantile([Bar(*bar) for bar in reversed(bars)], q) == expected


def test_leaving_cases_unanswered_cannot_look_fast():
    answered_only = [(hour, 1, 0) for hour in range(1, 11)]
    assert metric.quantile(answered_only, 0.9).hours == 9
    assert metric.quantile([*answered_only, (200, 0, 10)], 0.9) == Quantile(None, 200)


@pytest.mark.parametrize("q", [0, -0.1, 1.1])
def test_a_quantile_lies_between_0_and_1(q: float):
    with pytest.raises(ValueError, match="分位数"):
        metric.quantile([], q)


def test_a_negative_hour_is_a_broken_histogram():
    with pytest.raises(ValueError, match="负数"):
        metric.quantile([(3, -1, 0)], 0.5)


@given(st.lists(st.integers(0, 500), min_size=1, max_size=200), st.integers(1, 100))
def test_without_open_cases_it_is_the_plain_quantile(hours: list[int], percent: int):
    expected = sorted(hours)[-(-len(hours) * percent // 100) - 1]
    assert metric.quantile([(hour, 1, 0) for hour in hours], percent / 100) == Quantile(expected, None)


@given(st.lists(st.tuples(st.integers(0, 99), st.integers(0, 5), st.integers(0, 5)), max_size=40), st.integers(1, 20))
def test_more_open_cases_never_make_it_faster(bars: list[tuple[int, int, int]], more: int):
    before, after = metric.quantile(bars, 0.5), metric.quantile([*bars, (100, 0, more)], 0.5)
    assert after.hours is None or (before.hours is not None and after.hours >= before.hours)


@pytest.mark.parametrize(("seconds", "hour"), [(0, 0), (1, 1), (3600, 1), (3601, 2), (86400, 24)])
def test_hour_of(seconds: int, hour: int):
    assert metric.hour_of(timedelta(seconds=seconds)) == hour


def test_time_does_not_run_backwards():
    with pytest.raises(ValueError, match="负数"):
        metric.hour_of(timedelta(seconds=-1))


@pytest.mark.parametrize(
    ("status", "answered"),
    [
        ("replied", True), ("closed", True), ("declined", True), ("diverted", True),
        ("withdrawn", False), ("joined", False), ("working", False), ("suspended", False),
    ],
)  # fmt: skip
def test_what_counts_as_an_answer(status: str, answered: bool):
    assert metric.counts_as_answered(status) is answered


def test_rate():
    assert metric.rate(3, 4) == 0.75
    assert metric.rate(0, 0) is None
    for part, whole in ((5, 4), (-1, 4), (0, -1)):
        with pytest.raises(ValueError, match="分子"):
            metric.rate(part, whole)


def test_small_samples():
    assert metric.is_small(4)
    assert not metric.is_small(5)


def test_the_default_period_is_thirty_days_with_both_ends():
    first, last = metric.default_period(date(2026, 11, 22))
    assert (first, last) == (date(2026, 10, 24), date(2026, 11, 22))
    assert (last - first).days + 1 == 30
