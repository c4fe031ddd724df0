"""等市民补充: the pauses of one round last 5 working days together, or what the city says; counted by hand.

A complaint of Monday 23 November 2026 has 10 working days: until 7 December is over. 31 December 2026 is a Thursday."""

import pytest

from feedback.actions import asking, counting, dispatching, handling, keeping_limits, recounting, timing
from feedback.rules.limit import Limit, Unit
from feedback.rules.status import Status
from feedback.store import cases
from tests import people
from tests.actions.test_keeping_days import DECEMBER, load
from tests.actions.test_story import submitted
from tests.conftest import actor, at

pytestmark = pytest.mark.anyio


async def working(hall, now="2026-11-23 09:00"):
    _, case = await submitted(hall, now=at(now))
    wang = await actor(hall, people.WANG)
    return await handling.accept(hall, wang, case, now=at(now)), wang


async def asked(hall, wang, case, when, answered=""):
    """The case once it was asked, and answered if it was."""
    case = await handling.ask_citizen(hall, wang, case, question="哪一侧的工地？", now=at(when))
    return await asking.supplement(hall, case, text="东侧", now=at(answered)) if answered else case


async def left(hall, case):
    return counting.pause_left(hall.city, case, await cases.events(hall.database, case.id))


async def test_a_second_question_gets_what_the_first_left(hall):
    case, wang = await working(hall)
    case = await asked(hall, wang, case, "2026-11-24 10:00", answered="2026-11-26 10:00")
    # The 25th and the 26th were crossed: 7 December becomes the 9th, three days are left.
    assert (case.due_at, await left(hall, case)) == (at("2026-12-10 00:00"), 3)
    case = await asked(hall, wang, case, "2026-11-27 10:00")
    assert case.pause_until == at("2026-12-03 00:00")  # 30 November, 1 and 2 December
    await timing.tick(hall, now=at("2026-12-03 00:00"))
    case = await cases.get(hall.database, case.number)
    # Three days after the 9th: 10, 11 and, after the weekend, 14 December.
    assert (case.status, case.due_at, await left(hall, case)) == (Status.WORKING, at("2026-12-15 00:00"), 0)


async def test_with_nothing_left_the_citizen_is_asked_and_the_clock_goes_on(hall):
    case, wang = await working(hall)
    case = await asked(hall, wang, case, "2026-11-24 10:00", answered="2026-12-01 18:00")
    # 25, 26, 27, 30 November and 1 December: the whole cap, after 7 December 8, 9, 10, 11 and 14.
    assert (case.due_at, await left(hall, case)) == (at("2026-12-15 00:00"), 0)
    case = await asked(hall, wang, case, "2026-12-02 10:00")
    assert (case.status, case.paused_at, case.pause_until) == (Status.WORKING, None, None)
    said = await cases.texts(hall.database, case.id, vault=hall.vault)
    assert [text.public for text in said if text.field == "question"] == [True, True]
    case = await asking.supplement(hall, case, text="东侧", now=at("2026-12-09 10:00"))
    assert (case.status, case.due_at) == (Status.WORKING, at("2026-12-15 00:00"))
    # What is stored is what the history makes, and the first late moment is recorded.
    assert (await counting.again(hall, case, counting.term_of(hall, case)))["due_at"] == case.due_at
    case = await asked(hall, wang, case, "2026-12-14 10:00")
    await timing.tick(hall, now=at("2026-12-15 00:00"))
    assert (await cases.get(hall.database, case.number)).breached_at == at("2026-12-15 00:00")


async def test_hours_are_not_stopped_by_question_after_question(hall):
    case, wang = await working(hall)
    diao = await actor(hall, people.DIAO)
    case = await dispatching.change_urgency(hall, diao, case, urgent=True, now=at("2026-11-23 09:30"))
    assert case.due_at == at("2026-11-24 09:00")
    for hour in range(10, 15):
        case = await asked(hall, wang, case, f"2026-11-23 {hour}:00", answered=f"2026-11-23 {hour}:30")
    # Five times half an hour; each used one of the five days.
    assert (case.due_at, await left(hall, case)) == (at("2026-11-24 11:30"), 0)
    case = await asked(hall, wang, case, "2026-11-23 15:00", answered="2026-11-23 16:00")
    assert case.due_at == at("2026-11-24 11:30")


async def test_another_round_has_the_whole_cap(hall):
    case, wang = await working(hall)
    case = await asked(hall, wang, case, "2026-11-24 10:00", answered="2026-12-01 18:00")
    shen = await actor(hall, people.SHEN)
    case = await handling.reply(
        hall, wang, case, finding="", answer="已停工。", outcome=handling.Outcome.SOLVED, now=at("2026-12-02 10:00")
    )
    case = await handling.approve(hall, shen, case, now=at("2026-12-02 11:00"))
    case = await asking.rework(hall, case, reason="又响了", now=at("2026-12-03 09:00"))
    case = await handling.accept(hall, wang, case, now=at("2026-12-03 10:00"))
    case = await asked(hall, wang, case, "2026-12-04 10:00")
    assert case.pause_until == at("2026-12-12 00:00")  # Friday; 7, 8, 9, 10 and 11 December


async def test_the_city_says_how_long_and_a_case_keeps_what_it_was_given(hall):
    before, wang = await working(hall)
    wanted = {"BC": Limit(2, Unit.WORKING_DAYS)}
    now = at("2026-11-23 10:00")
    await keeping_limits.change(hall, await actor(hall, people.XI), wanted, note="本市规定", now=now)
    after, _ = await working(hall, "2026-11-23 11:00")
    assert (await asked(hall, wang, before, "2026-11-24 10:00")).pause_until == at("2026-12-02 00:00")
    assert (await asked(hall, wang, after, "2026-11-24 10:00")).pause_until == at("2026-11-27 00:00")  # the 25th, the 26th


async def test_a_notice_of_holidays_moves_the_end_of_a_pause_that_runs(hall):
    """The notice gives Monday 4 January 2027 off and has Saturday the 9th worked."""
    case, wang = await working(hall, "2026-12-21 09:00")
    case = await asked(hall, wang, case, "2026-12-31 10:00")
    # 4, 5, 6, 7, 8 January; the answer is due when the 5th is over.
    assert (case.pause_until, case.due_at) == (at("2027-01-09 00:00"), at("2027-01-06 00:00"))
    await load(hall)
    assert await recounting.recount(hall, now=at("2026-12-31 11:00")) >= 1
    case = await cases.get(hall.database, case.number)
    # 5, 6, 7, 8, 9 January; the 6th.
    assert (case.pause_until, case.due_at) == (at("2027-01-10 00:00"), at("2027-01-07 00:00"))
    said = await cases.texts(hall.database, case.id, vault=hall.vault)
    assert any("等市民补充的期限由 2027年1月8日24:00 改为 2027年1月9日24:00" in text.body for text in said)
    await timing.tick(hall, now=at("2027-01-09 09:00"))
    assert (await cases.get(hall.database, case.number)).status is Status.AWAITING_CITIZEN
    await timing.tick(hall, now=at("2027-01-10 00:00"))
    case = await cases.get(hall.database, case.number)
    # Five days after the 6th: 7, 8, 9, 11, 12 January.
    assert (case.status, case.due_at) == (Status.WORKING, at("2027-01-13 00:00"))


async def test_the_notice_moves_what_is_left_and_no_hours(hall):
    """Two days were used before; the limit of the urgent case is in hours, which no notice moves, the pause is in working days."""
    case, wang = await working(hall, "2026-12-28 09:00")
    diao = await actor(hall, people.DIAO)
    case = await dispatching.change_urgency(hall, diao, case, urgent=True, now=at("2026-12-28 09:30"))
    case = await asked(hall, wang, case, "2026-12-28 10:00", answered="2026-12-30 10:00")
    case = await asked(hall, wang, case, "2026-12-31 08:00")
    # 24 hours and the 48 of the pause; of the cap three days are left: 4, 5, 6 January.
    assert (case.due_at, case.pause_until) == (at("2026-12-31 09:00"), at("2027-01-07 00:00"))
    await load(hall)
    await recounting.recount(hall, now=DECEMBER)
    after = await cases.get(hall.database, case.number)
    assert (after.due_at, after.pause_until) == (case.due_at, at("2027-01-08 00:00"))  # 5, 6, 7 January
