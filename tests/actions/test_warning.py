"""The ladder on a real database: who is told what, once, and only while people are at their desks."""

import asyncio
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feedback.actions import asking, handling, intake, timing
from feedback.rules import ladder
from feedback.rules.ladder import Rung
from feedback.rules.permission import Actor, Role
from feedback.rules.status import Status, Step
from feedback.store import cases, reminders
from tests import people
from tests.actions.test_story import submitted
from tests.actions.walking import city_hall
from tests.conftest import actor, apart, at

pytestmark = pytest.mark.anyio


async def told(hall, someone) -> list[str]:
    return [row["rung"] for row in await reminders.unseen(hall.database, await actor(hall, someone))]


async def warnings(hall, case) -> list[str]:
    rows = await hall.database.fetch_all(
        "SELECT rung FROM warnings WHERE case_id = :id ORDER BY at, rung", {"id": case.id}
    )
    return [row["rung"] for row in rows]


async def test_the_last_day_climbs_from_handler_to_leader(hall):
    # A complaint of Monday 23 November: yellow on Monday 7 December, late at its midnight.
    _, case = await submitted(hall)
    await handling.accept(hall, await actor(hall, people.WANG), case, now=at("2026-11-23 10:00"))
    await timing.tick(hall, now=at("2026-12-04 17:00"))
    assert await warnings(hall, case) == []
    await timing.tick(hall, now=at("2026-12-07 08:29"))
    assert await warnings(hall, case) == []
    await timing.tick(hall, now=at("2026-12-07 08:30"))
    assert (await told(hall, people.WANG), await told(hall, people.JU)) == (["handler"], [])
    await timing.tick(hall, now=at("2026-12-07 12:00"))
    assert (await told(hall, people.JU), await told(hall, people.DU)) == (["head"], [])
    await timing.tick(hall, now=at("2026-12-07 16:00"))
    assert (await told(hall, people.DU), await told(hall, people.SHI)) == (["supervisor"], [])
    await timing.tick(hall, now=at("2026-12-08 00:00"))  # the breach is recorded at once, the leader is left to sleep
    assert (await cases.get(hall.database, case.number)).breached_at == at("2026-12-08 00:00")
    assert await told(hall, people.SHI) == []
    await timing.tick(hall, now=at("2026-12-08 08:30"))
    assert await told(hall, people.SHI) == ["leader"]
    steps = [event.step for event in await cases.events(hall.database, case.id)]
    assert steps[-5:] == [Step.WARN, Step.WARN, Step.WARN, Step.BREACH, Step.WARN]
    assert await told(hall, people.LI) == []


async def test_a_last_day_nobody_works_on_is_warned_of_on_the_working_day_before(hall):
    # 信访 of Tuesday 24 November: sixty days end with Saturday 23 January 2027.
    receipt = await intake.submit(hall, intake.Letter(body=people.NOISE, source=intake.XINFANG), now=at("2026-11-24 10:00"))
    case = await cases.get(hall.database, receipt.number)
    assert case.due_at == at("2027-01-24 00:00")
    climbed = {}
    for moment in ("2027-01-21 17:30", "2027-01-22 08:29", "2027-01-22 08:30", "2027-01-22 12:00", "2027-01-22 16:00",
                   "2027-01-23 10:00", "2027-01-24 10:00", "2027-01-25 08:30"):  # fmt: skip
        await timing.tick(hall, now=at(moment))
        climbed[moment] = len(await warnings(hall, case))
    assert list(climbed.values()) == [0, 0, 1, 2, 3, 3, 3, 4]
    assert await warnings(hall, case) == ["handler", "head", "supervisor", "leader"]
    assert (await cases.get(hall.database, case.number)).breached_at == at("2027-01-24 00:00")


async def test_a_stage_whose_last_day_is_a_rest_day_too(hall):
    # 信访 of Friday 27 November: fifteen days to take it up end with Saturday 12 December.
    await intake.submit(hall, intake.Letter(body=people.NOISE, source=intake.XINFANG), now=at("2026-11-27 10:00"))
    await timing.tick(hall, now=at("2026-12-10 17:30"))
    assert await hall.database.fetch_val("SELECT count(*) FROM stage_warnings") == 0
    await timing.tick(hall, now=at("2026-12-11 12:00"))
    rows = await hall.database.fetch_all("SELECT stage, rung FROM stage_warnings WHERE stage <> 'contribute' ORDER BY 1, 2")
    assert [(row["stage"], row["rung"]) for row in rows] == [
        ("accept", "handler"), ("accept", "head"), ("contact", "handler"), ("contact", "head"),
    ]  # fmt: skip


async def test_before_anybody_signs_all_handlers_of_the_bureau_are_told(hall):
    await submitted(hall)
    await timing.tick(hall, now=at("2026-12-07 09:00"))
    assert await told(hall, people.WANG) == ["handler"] and await told(hall, people.LI) == []


async def test_in_triage_it_is_the_dispatcher_who_is_told(hall):
    await submitted(hall, body="我家门口那个东西又坏了，没人管。")
    await timing.tick(hall, now=at("2026-11-30 09:00"))  # help: five working days
    assert await told(hall, people.DIAO) == ["handler"]


async def test_of_a_report_against_an_official_only_the_clerk_hears(hall):
    await submitted(hall, body="举报某局长受贿")
    await timing.tick(hall, now=at("2027-03-01 10:00"))  # long after every limit
    assert await told(hall, people.MI) == ["handler"]
    for someone in (people.DIAO, people.DU, people.SHI):
        assert await told(hall, someone) == []


async def test_who_has_taken_note_is_left_alone_and_an_answer_ends_it(hall):
    _, case = await submitted(hall)
    wang, ju = await actor(hall, people.WANG), await actor(hall, people.JU)
    case = await handling.accept(hall, wang, case, now=at("2026-11-23 10:00"))
    await timing.tick(hall, now=at("2026-12-07 12:30"))
    await reminders.seen(hall.database, wang.person_id, now=at("2026-12-07 12:31"))
    assert (await told(hall, people.WANG), await told(hall, people.JU)) == ([], ["head"])
    case = await cases.get(hall.database, case.number)
    case = await handling.reply(
        hall, wang, case, finding="", answer="已停工。", outcome=handling.Outcome.SOLVED, now=at("2026-12-07 13:00")
    )
    case = await handling.approve(hall, ju, case, now=at("2026-12-07 13:05"))
    assert await told(hall, people.JU) == []
    # The next round climbs anew: five working days after Tuesday 8 December end on Tuesday 15 December.
    case = await asking.rework(hall, case, reason="又响了", now=at("2026-12-08 09:00"))
    await timing.tick(hall, now=at("2026-12-15 09:00"))
    assert await told(hall, people.WANG) == ["handler"]


async def test_a_ladder_climbed_to_its_end_is_left_until_the_next_round(hall):
    """The clock looks every five seconds: not at all the cases that have been late for months."""
    _, case = await submitted(hall)
    wang, ju = await actor(hall, people.WANG), await actor(hall, people.JU)

    async def climbed() -> int:
        return await hall.database.fetch_val("SELECT warned_round FROM cases WHERE id = :id", {"id": case.id})

    case = await handling.accept(hall, wang, case, now=at("2026-11-23 10:00"))
    await timing.tick(hall, now=at("2026-12-07 16:00"))
    assert (await warnings(hall, case), await climbed()) == (["handler", "head", "supervisor"], 0)
    await timing.tick(hall, now=at("2026-12-08 08:30"))
    assert (len(await warnings(hall, case)), await climbed()) == (4, 1)
    case = await cases.get(hall.database, case.number)
    case = await handling.reply(
        hall, wang, case, finding="", answer="已停工。", outcome=handling.Outcome.SOLVED, now=at("2026-12-08 09:00")
    )
    case = await handling.approve(hall, ju, case, now=at("2026-12-08 09:05"))
    case = await asking.rework(hall, case, reason="又响了", now=at("2026-12-08 10:00"))
    await timing.tick(hall, now=at("2026-12-16 08:30"))  # five working days on, and one rung after the other
    assert (len(await warnings(hall, case)), await climbed()) == (8, 2)


async def test_nobody_is_warned_while_the_citizen_is_asked(hall):
    _, case = await submitted(hall)
    wang = await actor(hall, people.WANG)
    case = await handling.accept(hall, wang, case, now=at("2026-11-23 10:00"))
    case = await handling.ask_citizen(hall, wang, case, question="哪里？", now=at("2026-12-04 10:00"))
    await timing.tick(hall, now=at("2026-12-07 10:00"))
    assert await warnings(hall, case) == [] and case.status is Status.AWAITING_CITIZEN


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(gaps=st.lists(st.integers(1, 40 * 60), min_size=2, max_size=14))
def test_never_twice_and_never_outside_working_time(template, gaps):
    """Whenever the clock ticks, even two at once: each rung at most once a round, in working time, not before it is due."""
    apart(_tick_around(template, gaps))


async def _tick_around(template, gaps):
    async with city_hall(template) as hall:
        _, case = await submitted(hall)
        wang = await actor(hall, people.WANG)
        case = await handling.accept(hall, wang, case, now=at("2026-11-23 10:00"))
        case = await handling.contact(hall, wang, case, text="今晚去看", now=at("2026-11-23 10:05"))
        beside = Actor(Role.HANDLER, wang.person_id, "D_YF")  # tells what it found, so that nothing but the answer is owed
        await handling.contribute(hall, beside, case, finding="路面归我们", now=at("2026-11-23 10:10"))
        now = at("2026-12-03 15:00")
        for gap in gaps:
            now += timedelta(minutes=gap)
            await asyncio.gather(timing.tick(hall, now=now), timing.tick(hall, now=now))
        rows = await hall.database.fetch_all("SELECT rung, at FROM warnings WHERE case_id = :id", {"id": case.id})
        events = [event for event in await cases.events(hall.database, case.id) if event.step is Step.WARN]
        assert len(rows) == len({row["rung"] for row in rows}) == len(events)
        for moment in (event.at for event in events):
            assert ladder.in_working_time(moment, hall.city.calendar)
        for row in rows:
            due = ladder.due_at(Rung(row["rung"]), warn_at=at("2026-12-07 00:00"), due_at=at("2026-12-08 00:00"))
            assert row["at"] >= due
