"""What counts as a label, which letters teach and which test, the gate, and when the machine is to be worried about."""

from datetime import timedelta

import pytest

from feedback.rules import learning
from feedback.rules.learning import Alarm, Label, Source, Span
from tests.conftest import at

NOW = at("2026-11-22 12:00")


def label(number: int, days_ago: float, *, source: Source = Source.DISPATCH, category: str = "C01") -> Label:
    return Label(number, NOW - timedelta(days=days_ago), source, category, "STHJ", "", "", f"第{number}件")


def test_three_in_a_hundred_are_drawn():
    # 0.03 × 2³² = 128,849,018.88: the last hash that is drawn, and the first that is not.
    assert learning.drawn((128_849_018).to_bytes(4) + bytes(28))
    assert not learning.drawn((128_849_019).to_bytes(4) + bytes(28))


def test_wilson_interval():
    # Newcombe 1998, table I: 81 of 263 gives 0.2553 to 0.3662; 0 of 20 gives 0 to 0.1611.
    assert learning.wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert learning.wilson(0, 20) == pytest.approx((0, 0.1611), abs=5e-5)
    assert learning.wilson(0, 0) == (0.0, 1.0)


def test_the_last_two_months_test_and_teach_nothing():
    labels = [label(n, 200 - n) for n in range(100)] + [label(1000 + n, n + 1) for n in range(30)]
    teaching, testing, moment = learning.parted(labels, now=NOW)
    assert moment == NOW - timedelta(days=61)
    assert len(testing) == 30
    assert all(one.received_at < moment <= other.received_at for one in teaching for other in testing)
    assert len(teaching) == 60  # of one category no more


def test_a_quiet_city_tests_on_its_newest_fifth():
    teaching, testing, _ = learning.parted([label(n, 300 - n, category=f"A{n:02}") for n in range(50)], now=NOW)
    assert [one.case_id for one in testing] == list(range(40, 50))
    assert [one.case_id for one in teaching] == list(range(40))
    assert learning.parted([], now=NOW) == ([], [], NOW - timedelta(days=61))


def test_what_closed_without_return_teaches_and_never_tests():
    labels = [label(n, n + 1, source=Source.CLOSED) for n in range(40)]
    teaching, testing, _ = learning.parted([*labels, label(99, 100, source=Source.CLOSED)], now=NOW)
    assert not testing
    assert [one.case_id for one in teaching] == [99]


def test_surer_sources_come_first_when_there_are_too_many(monkeypatch: pytest.MonkeyPatch):
    labels = [label(n, 100 + n, source=Source.CLOSED, category=f"A{n:04}") for n in range(5)]
    labels += [label(9, 500, source=Source.AUDIT, category="B01")]
    monkeypatch.setattr(learning, "MOST", 3)
    assert [one.case_id for one in learning.chosen(labels)] == [9, 1, 0]


def test_a_model_may_lose_what_is_noise():
    # 4 lost, 1 gained: 3 <= 1.645 × √5 = 3.68. 7 lost, 1 gained: 6 > 1.645 × √8 = 4.65.
    before = [True] * 20 + [False]
    assert learning.not_worse("x", before, [False] * 4 + [True] * 17).passed
    worse = learning.not_worse("x", before, [False] * 7 + [True] * 14)
    assert not worse.passed
    assert (worse.value, worse.wanted, worse.of) == (0.6667, 0.9524, 21)
    assert learning.not_worse("x", [], []).passed


def test_a_floor():
    assert learning.at_least("golden_floor", [True] * 9 + [False], 0.90).passed
    assert not learning.at_least("golden_floor", [True] * 8 + [False] * 2, 0.90).passed


def test_shares_of_a_span():
    span = Span(received=50, auto=20, decided=40, overridden=10)
    assert (span.override_rate, span.auto_share) == (0.25, 0.4)
    assert (Span().override_rate, Span().auto_share) == (0.0, 0.0)


def test_alarms_only_beyond_noise():
    calm = Span(received=200, auto=80, decided=180, overridden=18, certainty=0.7, unknown=0.3, measured=200)
    assert learning.alarms(calm, calm) == []
    # 12 of 30 (40 %) are overridden, the interval begins at 0.246: above the 10 % of before.
    assert learning.alarms(calm, Span(30, 12, 30, 12, 0.7, 0.3)) == [Alarm.OVERRIDDEN_MORE]
    # 4 of 30: 13 %, its interval begins at 0.053.
    assert learning.alarms(calm, Span(30, 12, 30, 4, 0.7, 0.3)) == []
    strange = learning.alarms(calm, Span(30, 6, 30, 3, 0.55, 0.45, 30))
    assert strange == [Alarm.ROUTES_LESS, Alarm.LESS_CERTAIN, Alarm.STRANGE_WORDS]
    # A time in which nobody counted the unknown words cannot have had fewer of them.
    unmeasured = Span(received=200, auto=80, decided=180, overridden=18, certainty=0.7)
    assert learning.alarms(unmeasured, Span(30, 12, 30, 4, 0.7, 0.45, 30)) == []
    # Nineteen cases say nothing, however bad they look.
    assert learning.alarms(calm, Span(19, 0, 19, 19, 0.0, 1.0, 19)) == []


def test_a_promise_is_broken_when_the_sample_says_so_with_confidence():
    assert learning.breaks_promise(70, 100, promised=0.9)
    assert not learning.breaks_promise(8, 10, promised=0.9)
