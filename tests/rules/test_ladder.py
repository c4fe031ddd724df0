"""When each rung is due, and when people are at their desks: by hand from issue 4, point 5."""

from datetime import timedelta

import pytest

from feedback.rules import calendar, ladder
from feedback.rules.ladder import Rung
from tests.conftest import at
from tests.rules.test_data import rows

DAYS = calendar.from_rows(calendar.read_rows(rows("national")))


@pytest.mark.parametrize(
    ("rung", "moment"),
    [
        (Rung.HANDLER, "2026-12-07 00:00"),
        (Rung.HEAD, "2026-12-07 12:00"),
        (Rung.SUPERVISOR, "2026-12-07 16:00"),
        (Rung.LEADER, "2026-12-08 00:00"),
    ],
)
def test_the_rungs_of_a_last_day(rung, moment):
    found = ladder.due_at(rung, warn_at=at("2026-12-07 00:00"), due_at=at("2026-12-08 00:00"))
    assert found == at(moment)


@pytest.mark.parametrize(
    ("now", "rest", "back"),
    [
        ("2026-12-03 09:00", "2026-12-04 00:00", "2026-12-04 00:00"),  # a Thursday
        ("2026-12-04 09:00", "2026-12-05 00:00", "2026-12-07 00:00"),  # a Friday
        ("2026-09-30 17:30", "2026-10-01 00:00", "2026-10-08 00:00"),  # the day before National Day
        ("2026-10-10 09:00", "2026-10-11 00:00", "2026-10-12 00:00"),  # a Saturday worked for it
    ],
)
def test_a_look_reaches_over_the_rest_days_after_today(now, rest, back):
    found = ladder.look(at(now), DAYS)
    assert (found.rest, found.back) == (at(rest), at(back))
    assert found.reach == (at(now) if rest == back else at(back))


def test_how_much_of_the_day_is_gone():
    assert ladder.look(at("2026-12-04 08:30"), DAYS).gone == timedelta(hours=8, minutes=30)


@pytest.mark.parametrize(
    ("moment", "there"),
    [
        ("2026-11-23 08:29", False),
        ("2026-11-23 08:30", True),
        ("2026-11-23 17:30", True),
        ("2026-11-23 17:31", False),
        ("2026-11-22 10:00", False),  # a Sunday
        ("2026-10-01 10:00", False),  # National Day
        ("2026-10-10 10:00", True),  # a Saturday worked for it
    ],
)
def test_desks_are_manned_in_working_time_only(moment, there):
    assert ladder.in_working_time(at(moment), DAYS) is there
