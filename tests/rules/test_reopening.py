"""Rework may be asked for 30 days, unless the citizen has said that it is solved (SETTLED 8)."""

from datetime import UTC, datetime, timedelta

from feedback.rules import reopening

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
