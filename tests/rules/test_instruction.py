"""Where an instruction stands, when it warns, and who may say what: by hand from issue 4, point 11."""

import pytest

from feedback.rules import instruction
from feedback.rules.deadline import Light
from feedback.rules.instruction import Act, State, WrongAct
from feedback.rules.permission import Role
from tests.conftest import at

GIVEN, DUE = at("2026-11-23 09:00"), at("2026-11-27 17:30")


def test_yellow_begins_a_day_before_or_with_the_last_quarter():
    assert instruction.warn_at(GIVEN, DUE) == at("2026-11-26 17:30")
    assert instruction.warn_at(GIVEN, at("2026-11-23 17:00")) == at("2026-11-23 15:00")


@pytest.mark.parametrize(
    ("moment", "done", "colour"),
    [
        ("2026-11-26 17:29", False, Light.GREEN),
        ("2026-11-26 17:30", False, Light.YELLOW),
        ("2026-11-27 17:30", False, Light.RED),
        ("2026-11-27 17:30", True, Light.DONE),
    ],
)
def test_its_light(moment, done, colour):
    assert instruction.light(at(moment), due_at=DUE, warn_at=at("2026-11-26 17:30"), done=done) is colour


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        ("2026-11-24 17:30", "还剩 3 天"),
        ("2026-11-27 12:00", "还剩 5 小时"),
        ("2026-11-27 17:00", "还剩 不到 1 小时"),
        ("2026-11-27 17:30", "超期 不到 1 小时"),
        ("2026-11-29 18:00", "超期 2 天"),
    ],
)
def test_what_is_left_in_words(moment, words):
    assert instruction.remaining(at(moment), DUE) == words


@pytest.mark.parametrize(
    ("done", "owed", "state"),
    [(False, 2, State.OPEN), (False, 0, State.REPORTED), (True, 0, State.DONE), (True, 2, State.DONE)],
)
def test_where_it_stands(done, owed, state):
    assert instruction.state(done=done, owed=owed) is state


def test_bureaus_report_and_givers_decide():
    for role in Role:
        reports = role in (Role.HANDLER, Role.REVIEWER, Role.HEAD, Role.DISPATCHER)
        decides = role in (Role.SUPERVISOR, Role.LEADER)
        assert [instruction.may_say(role, act) for act in Act] == [reports, reports, decides, decides]


def test_nothing_is_said_after_the_write_off_and_only_a_report_is_sent_back():
    for act in Act:
        with pytest.raises(WrongAct):
            instruction.demand(State.DONE, act)
    with pytest.raises(WrongAct):
        instruction.demand(State.OPEN, Act.SEND_BACK)
    for state, act in [(State.OPEN, Act.WRITE_OFF), (State.REPORTED, Act.SEND_BACK), (State.REPORTED, Act.PROGRESS)]:
        instruction.demand(state, act)
