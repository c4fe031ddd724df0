"""When an answered case may be worked on again (SETTLED 8; RULES 2.4 重办)."""

from datetime import datetime, timedelta

from feedback.rules.limit import Regime

ASK_WITHIN = timedelta(days=30)

SETTLE_AFTER = timedelta(days=7)
"""Silence this long after the answer settles the case as "not rated"."""


def settled(answered_at: datetime | None, now: datetime) -> bool:
    """Whether the silence after the answer has lasted so long that a rating comes too late."""
    return answered_at is not None and now >= answered_at + SETTLE_AFTER


def may_ask(answered_at: datetime | None, solved: bool | None, now: datetime) -> bool:
    """Whether the citizen may ask for rework: answered at most 30 days ago, and not confirmed as solved."""
    return answered_at is not None and solved is not True and now < answered_at + ASK_WITHIN


def granted_at_once(round: int) -> bool:
    """The first rework needs nobody's consent; later ones a supervisor decides."""
    return round == 1


def is_final(regime: Regime, round: int) -> bool:
    """Whether the answer of this round is the last one: of 信访 that of 复核, the third (《信访工作条例》第36条)."""
    return regime is Regime.XINFANG and round >= 3
