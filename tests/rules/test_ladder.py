"""When each rung is due, and when people are at their desks: by hand from issue 4, point 5."""

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
