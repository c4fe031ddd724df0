"""Rework may be asked for 30 days, unless the citizen has said that it is solved (SETTLED 8)."""

from datetime import UTC, datetime, timedelta

from feedback.rules import reopening
from feedback.rules.limit import Regime

ANSWERED = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)


def test_thirty_days_and_not_a_moment_more():
    last = ANSWERED + timedelta(days=30)
    assert reopening.may_ask(ANSWERED, False, last - timedelta(seconds=1))
    assert not reopening.may_ask(ANSWERED, False, last)


def test_silence_may_ask_but_solved_is_solved():
    assert reopening.may_ask(ANSWERED, None, ANSWERED)
    assert not reopening.may_ask(ANSWERED, True, ANSWERED) and not reopening.may_ask(None, None, ANSWERED)


def test_the_first_is_granted_at_once():
    assert reopening.granted_at_once(1) and not reopening.granted_at_once(2)


def test_after_seven_days_of_silence_a_rating_is_too_late():
    week = ANSWERED + timedelta(days=7)
    assert reopening.settled(ANSWERED, week) and not reopening.settled(ANSWERED, week - timedelta(seconds=1))
    assert not reopening.settled(None, week)


def test_the_third_answer_of_xinfang_is_final():
    assert reopening.is_final(Regime.XINFANG, 3) and not reopening.is_final(Regime.XINFANG, 2)
    assert not reopening.is_final(Regime.HOTLINE, 9)
