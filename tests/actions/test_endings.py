"""How a case ends for those beside it: who follows it, who was told to hurry, and whether it was late. Times worked out by hand.

23 November 2026 is a Monday; the complaint of that day is due at the end of 7 December."""

import asyncio

import pytest

from feedback.actions import asking, dispatching, handling, instructing, joining, supervising, timing
from feedback.rules.instruction import State
from feedback.rules.status import Status, Step, WrongStep
from feedback.store import cases, instructions
from feedback.web import timeline
from tests import people
from tests.actions.test_story import submitted
from tests.conftest import actor, at

pytestmark = pytest.mark.anyio

UNCLEAR = "我家门口那个东西又坏了，没人管。"


async def joined(hall, follower_body=people.NOISE):
    """A lead at the ecology bureau, signed for by 王工, and a case that follows it."""
    wang, diao = await actor(hall, people.WANG), await actor(hall, people.DIAO)
    (_, lead), (_, other) = await submitted(hall), await submitted(hall, body=follower_body)
    lead = await handling.accept(hall, wang, lead, now=at("2026-11-23 09:10"))
    return lead, await joining.join(hall, diao, other, lead=lead, now=at("2026-11-23 09:30"))


async def answered(hall, case, moment):
    wang, shen = await actor(hall, people.WANG), await actor(hall, people.SHEN)
    case = await handling.reply(
        hall, wang, case, finding="", answer="已责令停工。", outcome=handling.Outcome.SOLVED, now=at(moment)
    )
    return await handling.approve(hall, shen, case, now=at(moment))


async def test_a_letter_joined_from_triage_is_worked_on_again_by_the_bureau_that_answered_it(hall):
    lead, follower = await joined(hall, UNCLEAR)
    assert (follower.bureau, follower.category) == (None, None)
    await answered(hall, lead, "2026-11-24 10:00")
    follower = await cases.by_id(hall.database, follower.id)
    assert (follower.status, follower.bureau, follower.category) == (Status.REPLIED, "STHJ", "C01")
    follower = await asking.rework(hall, follower, reason="还在响", now=at("2026-11-25 10:00"))
    assert (follower.status, follower.bureau, follower.round) == (Status.ASSIGNED, "STHJ", 2)
    assert follower.lead_id is None and follower.joined_from is None  # it goes its own way now
    # Rework has 5 working days from Wednesday 25 November: the end of Wednesday 2 December.
    assert follower.due_at == at("2026-12-03 00:00")
    assert await cases.holders(hall.database, follower.id) == {"STHJ"}


async def test_who_follows_a_case_of_another_bureau_is_answered_judged_and_worked_on_again_there(hall):
    diao, wang = await actor(hall, people.DIAO), await actor(hall, people.WANG)
    (_, lead), (_, other) = await submitted(hall), await submitted(hall, body=UNCLEAR)
    lead = await handling.accept(hall, wang, lead, now=at("2026-11-23 09:10"))
    other = await dispatching.dispatch(hall, diao, other, bureau="CGJ", category="B03", now=at("2026-11-23 09:20"))
    other = await joining.join(hall, diao, other, lead=lead, now=at("2026-11-23 09:30"))
    await answered(hall, lead, "2026-11-24 10:00")
    told = await hall.database.fetch_all("SELECT text FROM notices WHERE case_id = :id AND template = 'answered'", {"id": other.id})
    assert [hall.city.bureau_name("STHJ") in hall.vault.open(one["text"]) for one in told] == [True]
    other = await cases.by_id(hall.database, other.id)
    seen = await timeline.citizen_view(hall, other, at("2026-11-24 11:00"))
    assert seen["reply"]["bureau"]["code"] == seen["timeline"][-1]["bureau"]["code"] == "STHJ"
    assert (other.bureau, other.handler_id, other.category) == ("STHJ", wang.person_id, "B03")
    other = await asking.rework(hall, other, reason="还在响", now=at("2026-11-25 10:00"))
    assert (other.status, other.bureau) == (Status.ASSIGNED, "STHJ")
    assert await cases.holders(hall.database, other.id) == {"STHJ"}


async def withdrawn(hall, lead):
    return await asking.withdraw(hall, lead, now=at("2026-11-24 10:00"))


async def terminated(hall, lead):
    du = await actor(hall, people.DU)
    return await supervising.terminate(hall, du, lead, reason="已进入诉讼", now=at("2026-11-24 10:00"))


async def declined(hall, lead):
    wang, diao = await actor(hall, people.WANG), await actor(hall, people.DIAO)
    lead = await handling.give_back(
        hall, wang, lead, reason="not_ours", propose="", basis="权责清单", now=at("2026-11-24 09:00")
    )
    lead = await dispatching.decide_return(hall, diao, lead, uphold=True, reason="对", now=at("2026-11-24 09:30"))
    return await dispatching.decline(hall, diao, lead, reason="beyond", route="法院", now=at("2026-11-24 10:00"))


@pytest.mark.parametrize("end", [withdrawn, terminated, declined])
async def test_when_the_lead_ends_without_an_answer_its_followers_are_open_again(hall, end):
    lead, follower = await joined(hall)
    before = follower.due_at
    await end(hall, lead)
    free = await cases.by_id(hall.database, follower.id)
    assert (free.status, free.bureau, free.lead_id, free.joined_from) == (Status.ASSIGNED, "STHJ", None, None)
    assert free.due_at == before
    said = await cases.texts(hall.database, free.id, vault=hall.vault, public_only=True)
    assert any("单独办理" in one.body for one in said)
    # It was told that the answer comes with the other one's: that is not so any more. Its bureau has it to do again.
    told = await hall.database.fetch_all("SELECT template FROM notices WHERE case_id = :id ORDER BY id", {"id": free.id})
    assert [one["template"] for one in told] == ["received", "joined", "unjoined"]
    wang = await actor(hall, people.WANG)
    assert await hall.database.fetch_val(
        "SELECT person_id FROM inbox WHERE case_id = :id AND what = 'unjoin'", {"id": free.id}
    ) == wang.person_id  # fmt: skip


async def test_who_joins_while_the_lead_is_answered_is_answered_too_or_told(hall):
    lead, _ = await joined(hall)
    _, late = await submitted(hall)
    wang, shen, diao = [await actor(hall, one) for one in (people.WANG, people.SHEN, people.DIAO)]
    lead = await handling.reply(
        hall, wang, lead, finding="", answer="已停工。", outcome=handling.Outcome.SOLVED, now=at("2026-11-24 10:00")
    )
    # The answer goes out while 刁度 has the page with the open lead before him.
    await handling.approve(hall, shen, lead, now=at("2026-11-24 10:01"))
    with pytest.raises(WrongStep):
        await joining.join(hall, diao, late, lead=lead, now=at("2026-11-24 10:02"))
    assert (await cases.by_id(hall.database, late.id)).status is Status.ASSIGNED


async def test_joining_and_answering_at_once_leave_nobody_behind(hall):
    shen, wang, diao = [await actor(hall, one) for one in (people.SHEN, people.WANG, people.DIAO)]
    for n in range(8):
        (_, lead), (_, other) = await submitted(hall), await submitted(hall)
        lead = await handling.accept(hall, wang, lead, now=at("2026-11-23 09:10"))
        lead = await handling.reply(
            hall, wang, lead, finding="", answer="已停工。", outcome=handling.Outcome.SOLVED, now=at("2026-11-23 10:00")
        )
        await asyncio.gather(
            handling.approve(hall, shen, lead, now=at("2026-11-23 10:01")),
            joining.join(hall, diao, other, lead=lead, now=at("2026-11-23 10:01")),
            return_exceptions=True,
        )
        assert (await cases.by_id(hall.database, other.id)).status in (Status.REPLIED, Status.ASSIGNED), n


async def test_an_answer_in_the_first_late_second_is_recorded_as_late_though_the_clock_had_not_looked(hall):
    _, case = await submitted(hall)
    case = await handling.accept(hall, await actor(hall, people.WANG), case, now=at("2026-11-23 10:00"))
    case = await answered(hall, case, "2026-12-08 00:00:01")
    assert case.breached_at == at("2026-12-08 00:00")
    await timing.tick(hall, now=at("2026-12-08 00:00:05"))
    steps = [one.step for one in await cases.events(hall.database, case.id)]
    assert steps.count(Step.BREACH) == 1 and steps[-1] is Step.APPROVE
    assert case.answer_seq == len(steps)


async def test_what_waits_for_its_citizen_is_not_late_when_it_is_withdrawn_meanwhile(hall):
    _, case = await submitted(hall)
    wang = await actor(hall, people.WANG)
    case = await handling.accept(hall, wang, case, now=at("2026-11-23 10:00"))
    case = await handling.ask_citizen(hall, wang, case, question="哪里？", now=at("2026-12-07 10:00"))
    case = await asking.withdraw(hall, case, now=at("2026-12-09 10:00"))
    # Asked on the last day; the 8th and the 9th are the citizen's: due at the end of the 9th.
    assert (case.breached_at, case.due_at) == (None, at("2026-12-10 00:00"))


async def test_a_refusal_that_is_contested_has_the_working_days_that_were_left(hall):
    _, case = await submitted(hall, body=UNCLEAR)  # help: 5 working days, the end of Monday 30 November
    diao = await actor(hall, people.DIAO)
    assert case.due_at == at("2026-12-01 00:00")
    case = await dispatching.decline(hall, diao, case, reason="beyond", route="法院", now=at("2026-11-24 10:00"))
    case = await asking.contest(hall, case, reason="法院说不归他们", now=at("2026-12-14 10:00"))
    # Declined on Tuesday 24 November, contested on Monday 14 December: 14 working days between them (25–27 November,
    # 30 November to 4 December, 7 to 11 December, 14 December) during which nothing was owed. 30 November and 14: 18 December.
    assert (case.due_at, case.warn_at) == (at("2026-12-19 00:00"), at("2026-12-18 00:00"))
    await timing.tick(hall, now=at("2026-12-14 10:00:05"))
    case = await cases.by_id(hall.database, case.id)
    assert case.breached_at is None


async def test_a_category_corrected_after_a_contest_keeps_the_days_that_nothing_was_owed(hall):
    _, case = await submitted(hall, body=UNCLEAR)
    diao = await actor(hall, people.DIAO)
    case = await dispatching.decline(hall, diao, case, reason="beyond", route="法院", now=at("2026-11-24 10:00"))
    case = await asking.contest(hall, case, reason="法院说不归他们", now=at("2026-11-26 10:00"))
    assert case.due_at == at("2026-12-03 00:00")  # 25 and 26 November
    case = await dispatching.correct_category(hall, diao, case, category="B03", now=at("2026-11-26 11:00"))
    assert case.due_at == at("2026-12-03 00:00")


async def test_an_instruction_whose_cases_have_ended_or_are_answered_is_reported_and_warns_nobody_of_them(hall):
    (_, one), (_, other) = await submitted(hall), await submitted(hall)
    du, wang = await actor(hall, people.DU), await actor(hall, people.WANG)
    one = await handling.accept(hall, wang, one, now=at("2026-11-23 09:10"))
    other = await handling.accept(hall, wang, other, now=at("2026-11-23 09:10"))
    given = await instructing.instruct(
        hall, du, [one, other], text="本周办结", due_at=at("2026-11-27 17:00"), about="", now=at("2026-11-23 10:00")
    )
    one, other = [await cases.by_id(hall.database, case.id) for case in (one, other)]
    await asking.withdraw(hall, one, now=at("2026-11-24 10:00"))
    found = await instructions.get(hall.database, given.id)
    assert instructing.stands(found) is State.OPEN
    await answered(hall, other, "2026-11-25 10:00")
    assert instructing.stands(await instructions.get(hall.database, given.id)) is State.REPORTED
    assert await instructions.receivers(hall.database, given.id, "yellow", giver=du.person_id) == []


async def test_a_request_for_more_time_ends_with_the_bureau_that_asked(hall):
    _, case = await submitted(hall)
    wang, li, diao, du = [await actor(hall, one) for one in (people.WANG, people.LI, people.DIAO, people.DU)]
    case = await handling.request_extension(hall, wang, case, days=5, reason="等监测", now=at("2026-11-23 10:00"))
    case = await handling.give_back(
        hall, wang, case, reason="not_ours", propose="CGJ", basis="权责清单", now=at("2026-11-23 11:00")
    )
    case = await dispatching.decide_return(hall, diao, case, uphold=True, reason="对", now=at("2026-11-23 12:00"))
    case = await dispatching.dispatch(hall, diao, case, bureau="CGJ", now=at("2026-11-23 13:00"))
    with pytest.raises(WrongStep):  # nobody at this bureau has asked
        await supervising.decide_extension(hall, du, case, grant=True, reason="可以", now=at("2026-11-23 14:00"))
    case = await handling.request_extension(hall, li, case, days=3, reason="要挖开看", now=at("2026-11-24 10:00"))
    case = await supervising.decide_extension(hall, du, case, grant=True, reason="可以", now=at("2026-11-24 11:00"))
    assert case.due_at == at("2026-12-11 00:00")  # 7 December and three working days


@pytest.mark.parametrize(("written", "told"), [("", "检测机构 12 月才有报告"), ("同意，检测需要时间", "同意，检测需要时间")])
async def test_the_citizen_is_told_why_an_extension_was_granted_also_when_the_supervisor_writes_nothing(hall, written, told):
    _, case = await submitted(hall)
    wang, du = await actor(hall, people.WANG), await actor(hall, people.DU)
    case = await handling.accept(hall, wang, case, now=at("2026-11-23 10:00"))
    case = await handling.request_extension(hall, wang, case, days=5, reason="检测机构 12 月才有报告", now=at("2026-11-23 11:00"))
    case = await supervising.decide_extension(hall, du, case, grant=True, reason=written, now=at("2026-11-23 12:00"))
    said = await cases.texts(hall.database, case.id, vault=hall.vault, public_only=True)
    assert [text.body for text in said if text.field == "reason"] == [told]
