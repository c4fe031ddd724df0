"""Quiet nights, growing waits and their limits, what is pointless by now: by hand from issue 4, points 14 and 19."""

from datetime import timedelta

import pytest

from feedback.rules import outbox
from feedback.rules.outbox import Fault, Quiet
from feedback.rules.status import Status
from tests.conftest import at


@pytest.mark.parametrize(
    ("hours", "moment", "until"),
    [
        ("22:00-08:00", "2026-11-23 07:59", "2026-11-23 08:00"),
        ("22:00-08:00", "2026-11-23 08:00", None),
        ("22:00-08:00", "2026-11-23 21:59", None),
        ("22:00-08:00", "2026-11-23 22:00", "2026-11-24 08:00"),
        ("22:00-08:00", "2026-12-31 23:30", "2027-01-01 08:00"),
        ("12:30-14:00", "2026-11-23 13:00", "2026-11-23 14:00"),
        ("12:30-14:00", "2026-11-23 14:00", None),
        ("12:30-14:00", "2026-11-23 12:29", None),
        ("00:00-00:00", "2026-11-23 00:00", None),
    ],
)
def test_quiet_hours_end_when_the_city_gets_up(hours, moment, until):
    assert Quiet.parse(hours).until(at(moment)) == (at(until) if until else None)


def test_the_night_is_from_ten_to_eight():
    assert Quiet.parse("22:00-08:00") == outbox.NIGHT


@pytest.mark.parametrize("text", ["", "22-8", "24:00-08:00", "22:00-08:60", "22:00–08:00"])
def test_hours_that_are_none_are_refused(text):
    with pytest.raises(ValueError):
        Quiet.parse(text)


def test_ordinary_messages_wait_longer_each_time_and_are_given_up_after_ten_tries():
    waits = [outbox.again_after(n, Fault.TIMEOUT, urgent=False) for n in range(1, 11)]
    assert waits == [timedelta(minutes=n) for n in (1, 2, 4, 8, 16, 32, 64, 128, 240)] + [None]


def test_urgent_ones_are_tried_quickly():
    waits = [outbox.again_after(n, Fault.SERVER, urgent=True) for n in range(1, 11)]
    assert waits == [timedelta(seconds=n) for n in (5, 10, 20, 40, 80, 160, 320, 600, 600)] + [None]


@pytest.mark.parametrize("fault", [Fault.REFUSED, Fault.SIGNATURE])
def test_a_refusal_is_final_at_once(fault):
    assert outbox.again_after(1, fault, urgent=True) is None


MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("template", "case", "rated", "age", "sent"),
    [
        ("phone_code", None, False, 9 * MINUTE, True),
        ("phone_code", None, False, 10 * MINUTE, False),
        ("dispatched", Status.ASSIGNED, False, MINUTE, True),
        ("dispatched", Status.WITHDRAWN, False, MINUTE, False),
        ("received", Status.WITHDRAWN, False, MINUTE, True),  # the number stays good for looking
        ("survey", Status.REPLIED, False, MINUTE, True),
        ("survey", Status.REPLIED, True, MINUTE, False),
        ("survey", Status.ASSIGNED, False, MINUTE, False),
        ("survey", Status.CLOSED, False, MINUTE, False),
        ("urgent_duty", Status.ASSIGNED, False, MINUTE, True),
        ("urgent_duty", Status.DIVERTED, False, MINUTE, False),
        ("petition_open", None, False, MINUTE, True),
    ],
)
def test_what_no_longer_makes_sense_is_not_sent(template, case, rated, age, sent):
    assert (outbox.pointless(template, case=case, rated=rated, age=age) == "") is sent


@pytest.mark.parametrize(
    ("text", "parts"),
    [("", 1), ("字" * 70, 1), ("字" * 71, 2), ("字" * 134, 2), ("字" * 135, 3), ("😀" * 35, 1), ("😀" * 36, 2)],
)
def test_short_messages_are_counted_as_networks_count_them(text, parts):
    assert outbox.parts(text) == parts
