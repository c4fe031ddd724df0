"""The faults of other systems, BEHAVIOURS 1–24: one named test each, in the numbers of that list.

34 beside them. Due times follow our own rule (the first moment that is too late), worked out by hand in the comments."""

import asyncio
from datetime import date

import pytest

from feedback.actions import asking, dispatching, handling, joining, splitting, supervising, timing, warning
from feedback.rules import deadline, figure, reopening, status
from feedback.rules.deadline import Limit, Unit
from feedback.rules.figure import Period
from feedback.rules.permission import WrongRole
from feedback.rules.status import FINAL, Status, Step, WrongStep
from feedback.store import cases, cohort, parts, statistics
from tests import people
from tests.actions.test_story import submitted
from tests.conftest import actor, at
from tests.rules.test_calendar import CITY
from tests.web.conftest import client, settings  # noqa: F401

pytestmark = pytest.mark.anyio


def days(n: int) -> Limit:
    return Limit(n, Unit.WORKING_DAYS)


async def working(hall, now="2026-11-23 10:00"):
    """A complaint of Monday 23 November, due at the end of 7 December, signed for by 王工."""
    _, case = await submitted(hall)
    wang = await actor(hall, people.WANG)
    return await handling.accept(hall, wang, case, now=at(now)), wang


async def answered(hall, moment):
    case, wang = await working(hall)
    case = await handling.reply(
        hall, wang, case, finding="", answer="已停工。", outcome=handling.Outcome.SOLVED, now=at(moment)
    )
    return await handling.approve(hall, await actor(hall, people.SHEN), case, now=at(moment))


async def test_01_friday_and_one_working_day_is_monday():
    assert deadline.due(at("2026-11-27 12:00"), days(1), CITY) == at("2026-12-01 00:00")  # the end of Monday


async def test_02_saturday_counts_as_received_on_monday():
    assert deadline.due(at("2026-11-28 10:00"), days(1), CITY) == at("2026-12-02 00:00")  # the end of Tuesday


async def test_03_an_extension_adds_working_days_to_the_limit():
    due = deadline.due(at("2026-11-23 09:00"), days(5), CITY)  # Monday 30 November
    assert deadline.extend(due, 5, CITY) == deadline.due(at("2026-11-23 09:00"), days(10), CITY)


async def test_04_a_time_without_zone_is_refused():
    with pytest.raises(ValueError, match="时区"):
        deadline.due(at("2026-11-23 09:00").replace(tzinfo=None), days(1), CITY)


async def test_05_a_holiday_inside_is_not_counted():
    # Wednesday 30 September, 1–7 October off: Thursday the 8th, Friday the 9th.
    assert deadline.due(at("2026-09-30 09:00"), days(2), CITY) == at("2026-10-10 00:00")


async def test_06_a_worked_saturday_counts():
    assert deadline.due(at("2026-10-09 09:00"), days(1), CITY) == at("2026-10-11 00:00")  # Saturday 10 October


async def test_07_another_category_counts_again_from_receipt(hall):
    _, case = await submitted(hall, body="我家门口那个东西又坏了，没人管。")
    diao = await actor(hall, people.DIAO)
    case = await dispatching.dispatch(hall, diao, case, bureau="CGJ", category="B03", now=at("2026-11-26 09:00"))
    term = hall.city.terms[case.limit_version, case.limit_code]
    assert case.due_at == deadline.due(at("2026-11-23 09:00"), term.limit, CITY)


async def test_08_a_pause_is_measured_in_the_same_calendar(hall):
    case, wang = await working(hall)
    case = await handling.ask_citizen(hall, wang, case, question="哪里？", now=at("2026-11-27 10:00"))
    case = await asking.supplement(hall, case, text="荣军路", now=at("2026-11-30 10:00"))
    assert case.due_at == at("2026-12-09 00:00")  # Friday to Monday: one working day, not three


async def test_09_a_pause_survives_another_limit(hall):
    case, wang = await working(hall)
    case = await handling.ask_citizen(hall, wang, case, question="哪里？", now=at("2026-11-24 10:00"))
    case = await asking.supplement(hall, case, text="荣军路", now=at("2026-11-26 10:00"))
    diao = await actor(hall, people.DIAO)
    case = await dispatching.correct_category(hall, diao, case, category="C02", now=at("2026-11-26 11:00"))
    term = hall.city.terms[case.limit_version, case.limit_code]
    fresh = deadline.due(at("2026-11-23 09:00"), term.limit, CITY)
    assert case.due_at == deadline.extend(fresh, 2, CITY)  # 25 and 26 November were the citizen's


async def test_09_an_extension_survives_another_limit_and_the_timeline_says_so(hall):
    case, wang = await working(hall)
    case = await handling.request_extension(hall, wang, case, days=3, reason="等监测", now=at("2026-11-24 10:00"))
    du, diao = await actor(hall, people.DU), await actor(hall, people.DIAO)
    case = await supervising.decide_extension(hall, du, case, grant=True, reason="可以", now=at("2026-11-24 11:00"))
    case = await dispatching.correct_category(hall, diao, case, category="B03", now=at("2026-11-24 12:00"))
    term = hall.city.terms[case.limit_version, case.limit_code]
    fresh = deadline.due(at("2026-11-23 09:00"), term.limit, CITY)
    assert (case.due_at, case.base_due_at) == (deadline.extend(fresh, 3, CITY), fresh)
    [said] = [one for one in await cases.texts(hall.database, case.id, vault=hall.vault) if one.field == "note"]
    assert said.public and term.limit.text() in said.body and "从收到之日重新计算" in said.body


async def test_10_another_bureau_begins_with_a_clock_of_its_own(hall):
    case, wang = await working(hall)
    case = await handling.give_back(
        hall, wang, case, reason="not_ours", propose="CGJ", basis="权责清单", now=at("2026-11-23 11:00")
    )
    diao = await actor(hall, people.DIAO)
    case = await dispatching.decide_return(hall, diao, case, uphold=True, reason="对", now=at("2026-11-23 12:00"))
    case = await dispatching.dispatch(hall, diao, case, bureau="CGJ", now=at("2026-11-23 13:00"))
    found = await cases.assignments(hall.database, case.id)
    old, new = (next(one for one in found if (one.bureau, one.role) == (code, "lead")) for code in ("STHJ", "CGJ"))
    assert old.until_at == at("2026-11-23 11:00")
    assert (new.from_at, new.accepted_at, new.until_at) == (at("2026-11-23 13:00"), None, None)
    assert case.due_at == at("2026-12-08 00:00")  # the legal clock went on


async def test_11_the_first_response_is_the_first_whatever_follows(hall):
    case, wang = await working(hall)
    case = await handling.contact(hall, wang, case, text="今晚去看", now=at("2026-11-23 15:00"))
    case = await handling.ask_citizen(hall, wang, case, question="哪里？", now=at("2026-11-24 10:00"))
    assert case.first_response_at == at("2026-11-23 15:00")


async def test_12_a_late_answer_stays_visible_as_late(hall):
    case, wang = await working(hall)
    await timing.tick(hall, now=at("2026-12-08 00:00"))
    case = await cases.get(hall.database, case.number)
    case = await handling.reply(
        hall, wang, case, finding="", answer="已停工。", outcome=handling.Outcome.SOLVED, now=at("2026-12-08 10:00")
    )
    case = await handling.approve(hall, await actor(hall, people.SHEN), case, now=at("2026-12-08 11:00"))
    assert case.breached_at == at("2026-12-08 00:00") and case.answered_at > case.due_at


async def test_13_a_breach_is_recorded_once(hall):
    case, _ = await working(hall)
    for moment in ("2026-12-08 00:00", "2026-12-08 00:05", "2026-12-20 09:00"):
        await timing.tick(hall, now=at(moment))
    steps = [event.step for event in await cases.events(hall.database, case.id)]
    assert steps.count(Step.BREACH) == 1


async def test_14_reminders_come_in_working_time_only(hall):
    await working(hall)
    for moment in ("2026-12-07 00:01", "2026-12-07 08:29", "2026-12-07 17:31", "2026-12-12 10:00"):
        assert await warning.climb(hall, now=at(moment)) == 0  # the 12th is a Saturday
    assert await warning.climb(hall, now=at("2026-12-14 08:30")) == 4 + 3 + 3  # the answer, the first word that nobody said, and what D_YF beside it did not tell


async def test_15_closed_late_stays_late(hall):
    case, wang = await working(hall)
    await timing.tick(hall, now=at("2026-12-08 00:00"))
    case = await cases.get(hall.database, case.number)
    case = await handling.reply(
        hall, wang, case, finding="", answer="已停工。", outcome=handling.Outcome.SOLVED, now=at("2026-12-08 10:00")
    )
    case = await handling.approve(hall, await actor(hall, people.SHEN), case, now=at("2026-12-08 11:00"))
    case = await asking.rate(hall, case, solved=True, satisfaction=5, now=at("2026-12-09 10:00"))
    assert case.status is Status.CLOSED and case.breached_at == at("2026-12-08 00:00")
    monday = Period(date(2026, 11, 23), date(2026, 11, 23))
    counted = await statistics.tally(hall.database, monday, cohort.By.BUREAU, now=at("2026-12-30 09:00"))
    row = figure.row(counted.total)
    assert (row["on_time_rate"], row["solved_on_time_rate"], row["confirmed_solved_rate"]) == (0, 0, 1)


@pytest.mark.parametrize("before", list(Status))
async def test_16_every_step_from_every_status_is_allowed_or_refused(before):
    for step in Step:
        choices = status.TABLE[step].get(before, ())
        for after in Status:
            if after in choices:
                assert status.following(before, step, after) is after
            else:
                with pytest.raises(WrongStep):
                    status.following(before, step, after)


async def test_17_a_closed_case_can_only_be_opened_again():
    assert set(status.possible(Status.CLOSED)) == {Step.REQUEST_REWORK, Step.REWORK, Step.REFUSE_REWORK, Step.NOTE}
    for final in set(FINAL) - {Status.CLOSED}:
        assert set(status.possible(final)) <= {Step.CONTEST, Step.NOTE}


async def test_18_dissatisfied_with_a_reason_opens_it_again(hall):
    case = await answered(hall, "2026-11-24 10:00")
    case = await asking.rate(hall, case, solved=False, satisfaction=1, now=at("2026-11-25 10:00"))
    case = await asking.rework(hall, case, reason="昨晚又响了", now=at("2026-11-25 10:01"))
    assert (case.status, case.round) == (Status.ASSIGNED, 2)


async def test_19_silence_ends_the_asking_and_is_no_satisfaction(hall):
    case = await answered(hall, "2026-11-24 10:00")
    await timing.tick(hall, now=at("2026-12-01 09:59"))
    assert (await cases.get(hall.database, case.number)).status is Status.REPLIED
    await timing.tick(hall, now=at("2026-11-24 10:00") + reopening.SETTLE_AFTER)
    case = await cases.get(hall.database, case.number)
    assert (case.status, case.solved, case.satisfaction) == (Status.CLOSED, None, None)
    with pytest.raises(WrongStep):
        await asking.rate(hall, case, solved=True, satisfaction=5, now=at("2026-12-02 10:00"))


async def test_20_a_question_without_answer_goes_back_to_the_handler(hall):
    case, wang = await working(hall)
    case = await handling.ask_citizen(hall, wang, case, question="哪里？", now=at("2026-11-24 10:00"))
    assert case.pause_until == at("2026-12-02 00:00")  # five working days: 25, 26, 27, 30 November and 1 December
    await timing.tick(hall, now=at("2026-12-02 00:00"))
    back = await cases.get(hall.database, case.number)
    assert (back.status, back.handler_id) == (Status.WORKING, wang.person_id)
    said = await cases.texts(hall.database, case.id, vault=hall.vault)
    assert any("没有补充" in text.body for text in said)


async def test_21_a_joined_case_joins_nothing_and_follows_its_lead(hall):
    diao = await actor(hall, people.DIAO)
    (_, lead), (_, one), (_, other) = await submitted(hall), await submitted(hall), await submitted(hall)
    one = await joining.join(hall, diao, one, lead=lead, now=at("2026-11-23 09:30"))
    with pytest.raises(WrongStep):
        await joining.join(hall, diao, other, lead=one, now=at("2026-11-23 09:31"))
    with pytest.raises(WrongStep):
        await joining.join(hall, diao, lead, lead=other, now=at("2026-11-23 09:32"))


async def test_21_the_answer_of_a_letter_closes_none_of_the_parts_split_from_it(hall):
    case, wang = await working(hall)
    diao, shen = await actor(hall, people.DIAO), await actor(hall, people.SHEN)
    part = splitting.Part("另外，公交站旁边的路灯坏了。", "B03", bureau="CGJ")
    case = await splitting.split(hall, diao, case, own="夜里打桩", part=part, now=at("2026-11-23 11:00"))
    case = await handling.reply(
        hall, wang, case, finding="", answer="已停工。", outcome=handling.Outcome.SOLVED, now=at("2026-11-24 10:00")
    )
    await handling.approve(hall, shen, case, now=at("2026-11-24 11:00"))
    [_, row] = await parts.of_letter(hall.database, case)
    second = await cases.by_id(hall.database, row["id"])
    assert (second.status, second.answered_at) == (Status.ASSIGNED, None)
    with pytest.raises(WrongStep):  # depth one: a part has no parts
        await splitting.split(hall, diao, second, own="路灯坏了", part=part, now=at("2026-11-24 12:00"))


async def test_22_of_two_at_once_one_wins_and_the_other_is_told(hall):
    _, case = await submitted(hall, body="我家门口那个东西又坏了，没人管。")
    diao = await actor(hall, people.DIAO)
    done = await asyncio.gather(
        *(
            dispatching.dispatch(hall, diao, case, bureau=code, category="B03", now=at("2026-11-23 09:30"))
            for code in ("CGJ", "ZJJ")
        ),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in done) == ["Case", "Stale"]
    [winner] = [one for one in done if not isinstance(one, Exception)]
    assert (await cases.get(hall.database, case.number)).bureau == winner.bureau
    assert await cases.holders(hall.database, case.id) == {winner.bureau}


async def test_22_what_the_clock_or_a_reminder_notes_makes_nobodys_form_stale(hall):
    case, wang = await working(hall)
    seen = case.version
    await timing.tick(hall, now=at("2026-12-07 08:30"))  # the first rungs of the ladder
    await timing.tick(hall, now=at("2026-12-08 00:00"))  # late
    noted = await cases.get(hall.database, case.number)
    noted = await asking.remind(hall, noted, now=at("2026-12-08 09:00"))
    steps = [event.step for event in await cases.events(hall.database, case.id)][-3:]
    assert steps == [Step.WARN, Step.BREACH, Step.REMIND] and noted.version == seen
    with pytest.raises(cases.Stale):  # who computes with the case as it was before is told all the same
        await handling.note(hall, wang, case, text="旧的", now=at("2026-12-08 09:01"))
    after = await handling.note(hall, wang, noted, text="新的", now=at("2026-12-08 09:02"))
    assert after.version == seen + 1


async def test_23_a_letter_sent_twice_is_one_case(client):  # noqa: F811
    key = {"Idempotency-Key": "the same click"}
    first, again = [await client.post("/api/v1/cases", json={"body": people.NOISE}, headers=key) for _ in range(2)]
    assert first.status_code == 201 and first.json() == again.json()
    assert await client.app.state.hall.database.fetch_val("SELECT count(*) FROM cases") == 1


async def test_24_a_case_in_triage_cannot_be_answered_or_closed(hall):
    _, case = await submitted(hall, body="我家门口那个东西又坏了，没人管。")
    wang = await actor(hall, people.WANG)
    with pytest.raises((WrongStep, WrongRole)):  # it is nobody's yet
        await handling.reply(
            hall, wang, case, finding="", answer="好。", outcome=handling.Outcome.SOLVED, now=at("2026-11-23 10:00")
        )
    for step in (Step.APPROVE, Step.SETTLE, Step.RATE):
        assert Status.TRIAGE not in status.TABLE[step]


async def test_24_a_case_without_a_category_is_not_dispatched(hall):
    _, case = await submitted(hall, body="我家门口那个东西又坏了，没人管。")
    assert case.category is None
    with pytest.raises(dispatching.NoCategory):
        await dispatching.dispatch(hall, await actor(hall, people.DIAO), case, bureau="CGJ", now=at("2026-11-23 09:30"))
    assert await cases.get(hall.database, case.number) == case


async def test_34_a_correction_keeps_from_to_and_by_whom(hall):
    _, case = await submitted(hall)
    diao = await actor(hall, people.DIAO)
    await dispatching.correct_category(hall, diao, case, category="C02", now=at("2026-11-23 10:00"))
    [row] = await hall.database.fetch_all("SELECT * FROM corrections WHERE case_id = :id", {"id": case.id})
    assert (row["from_category"], row["to_category"], row["person_id"]) == ("C01", "C02", diao.person_id)
    assert (row["step"], row["at"], row["from_bureau"]) == ("correct_category", at("2026-11-23 10:00"), "STHJ")
