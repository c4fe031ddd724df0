"""A reorganisation applied: cases, duties and people move, the legal clock does not; nothing happens before the day."""

import asyncio
from datetime import date, timedelta

import pytest

from feedback.actions import asking, attaching, handling, intake, joining, reorganising
from feedback.rules import clocks
from feedback.rules.figure import Period
from feedback.rules.permission import Actor, Role, WrongRole
from feedback.rules.status import Status, Step
from feedback.rules.succession import Act, Change, Refused, Successor, What
from feedback.store import attachments, cases, city, logbook, reorganisations, statistics
from feedback.store.cohort import By
from feedback.web import offering, scope
from tests import people, pictures
from tests.conftest import actor, at

pytestmark = pytest.mark.anyio

NOW = at("2026-11-23 09:00")
DAY = date(2026, 12, 1)
ON = at("2026-12-01 00:00")


def merge(code, heir, on=DAY, what=What.BUREAU):
    return Change(2**62, what, Act.MERGE, code, on, (heir if isinstance(heir, Successor) else Successor(heir),))


async def plan(hall, *changes, now=NOW):
    return await reorganising.plan(hall, await actor(hall, people.XI), changes, basis="柳政发〔2026〕9号", now=now)


async def submitted(hall, now=NOW):
    receipt = await intake.submit(hall, intake.Letter(body=people.NOISE), now=now)
    return await cases.get(hall.database, receipt.number)


async def fresh(hall, case):
    return await cases.by_id(hall.database, case.id)


async def test_an_open_case_goes_to_the_successor_and_only_its_clock_begins(hall):
    case = await submitted(hall)
    case = await handling.accept(hall, await actor(hall, people.WANG), case, now=NOW)
    await plan(hall, merge("STHJ", "CGJ"))
    assert await reorganising.apply_due(hall, now=ON - timedelta(seconds=1)) == 0
    assert (await fresh(hall, case)).bureau == "STHJ"
    assert await reorganising.apply_due(hall, now=ON) == 1
    after = await fresh(hall, case)
    assert (after.bureau, after.handler_id, after.status) == ("CGJ", None, Status.WORKING)
    assert (after.due_at, after.round_started_at, after.limit_code) == (
        case.due_at,
        case.round_started_at,
        case.limit_code,
    )
    held = [
        (one.bureau, one.role, one.from_at, one.until_at) for one in await cases.assignments(hall.database, case.id)
    ]
    assert ("STHJ", "lead", NOW, ON) in held and ("CGJ", "lead", ON, None) in held
    last = (await cases.events(hall.database, case.id))[-1]
    assert (last.step, last.bureau, last.at) == (Step.REORGANISE, "CGJ", ON)
    [said] = [one for one in await cases.texts(hall.database, case.id, vault=hall.vault) if one.seq == last.seq]
    assert said.public and said.body == "市生态环境局 → 市城管执法局"
    measured = clocks.measure(
        [clocks.Span(NOW)], assignments=[clocks.Assignment(b, clocks.Share(r), f, u) for b, r, f, u in held], pauses=[],
        now=ON + timedelta(hours=5),
    )  # fmt: skip
    hours = {one.bureau: one.hours for one in measured.bureaus if one.role is clocks.Share.LEAD}
    assert hours["CGJ"] == 5 and hours["STHJ"] == pytest.approx((ON - NOW) / timedelta(hours=1))
    answered = await handling.reply(
        hall,
        await actor(hall, people.LI),
        after,
        finding="",
        answer="已停工。",
        outcome=handling.Outcome.SOLVED,
        now=ON,
    )
    assert answered.status is Status.IN_REVIEW


async def test_duties_and_people_go_along_and_the_old_code_is_never_chosen_again(hall):
    await plan(hall, merge("STHJ", "CGJ"))
    await reorganising.apply_due(hall, now=ON)
    known = hall.city
    assert not known.serves("STHJ") and "STHJ" in known.bureaus
    assert all(one.lead != "STHJ" and "STHJ" not in one.support for one in known.categories.values())
    rules = await hall.database.fetch_all("SELECT lead, support FROM routing_rules")
    assert all(
        row["lead"] != "STHJ" and "STHJ" not in row["support"] and row["lead"] not in row["support"] for row in rules
    )
    meant = await hall.database.fetch_val("SELECT bureau FROM unit_names WHERE word = '环保'")
    assert meant == "CGJ"
    wang = await hall.database.fetch_one("SELECT bureau FROM people WHERE username = 'wang'")
    assert wang["bureau"] == "CGJ"
    with pytest.raises(Refused, match="撤销"):
        await plan(hall, merge("STHJ", "ZJJ", on=date(2027, 1, 1)), now=ON)
    with pytest.raises(Refused, match="不能重复使用"):
        await plan(hall, merge("ZJJ", Successor("STHJ", "新生态局"), on=date(2027, 1, 1)), now=ON)


async def test_what_a_process_sends_to_the_old_bureau_meanwhile_is_swept_along(hall):
    await plan(hall, merge("STHJ", "CGJ"))
    await reorganising.apply_due(hall, now=ON)
    late = await submitted(hall, now=ON)
    assert late.bureau == "CGJ"
    hall.city = await city.read(hall.database)
    await hall.database.execute("UPDATE cases SET bureau = 'STHJ' WHERE id = :id", {"id": late.id})
    await hall.database.execute(
        "UPDATE assignments SET bureau = 'STHJ' WHERE case_id = :id AND role = 'lead'", {"id": late.id}
    )
    assert await reorganising.apply_due(hall, now=ON + timedelta(minutes=1)) == 1
    assert (await fresh(hall, late)).bureau == "CGJ"
    assert await reorganising.apply_due(hall, now=ON + timedelta(minutes=2)) == 0


async def test_a_split_goes_by_category_and_the_rest_to_the_first(hall):
    noise, other = await submitted(hall), await submitted(hall)
    await hall.database.execute("UPDATE cases SET category = 'C02' WHERE id = :id", {"id": other.id})
    heirs = (Successor("ZJJ"), Successor("ZAO", "市噪声管理局", "市噪声局", frozenset({"C01"})))
    await plan(hall, Change(2**62, What.BUREAU, Act.SPLIT, "STHJ", DAY, heirs))
    assert await reorganising.apply_due(hall, now=ON) == 2
    assert ((await fresh(hall, noise)).bureau, (await fresh(hall, other)).bureau) == ("ZAO", "ZJJ")
    assert hall.city.bureaus["ZAO"].short == "市噪声局" and hall.city.serves("ZAO")
    assert hall.city.categories["C01"].lead == "ZAO"


async def test_a_transfer_of_duties_leaves_the_rest_where_it_is(hall):
    noise = await submitted(hall)
    keeps = (Successor("STHJ"), Successor("CGJ", categories=frozenset({"C01"})))
    await plan(hall, Change(2**62, What.BUREAU, Act.SPLIT, "STHJ", DAY, keeps))
    await reorganising.apply_due(hall, now=ON)
    assert (await fresh(hall, noise)).bureau == "CGJ" and hall.city.serves("STHJ")
    wang = await hall.database.fetch_one("SELECT bureau FROM people WHERE username = 'wang'")
    assert wang["bureau"] == "STHJ"


async def test_a_chain_is_applied_in_its_order_even_late(hall):
    case = await submitted(hall)
    await plan(hall, merge("STHJ", "CGJ"))
    await plan(hall, merge("CGJ", "ZJJ", on=date(2026, 12, 3)))
    with pytest.raises(Refused):
        await plan(hall, merge("ZJJ", "STHJ", on=date(2026, 12, 5)))
    await reorganising.apply_due(hall, now=at("2026-12-04 08:00"))
    assert (await fresh(hall, case)).bureau == "ZJJ"
    assert hall.city.succession.bureau("STHJ") == "ZJJ"


async def test_a_rename_keeps_the_code(hall):
    case = await submitted(hall)
    await plan(hall, Change(2**62, What.BUREAU, Act.RENAME, "STHJ", DAY, (), "市生态环境和气候局", "市生态气候局"))
    assert await reorganising.apply_due(hall, now=ON) == 0
    assert (await fresh(hall, case)).bureau == "STHJ" and hall.city.bureau_name("STHJ") == "市生态气候局"
    assert hall.city.serves("STHJ")


async def test_categories_are_merged_and_the_limit_stays_as_it_was(hall):
    case = await submitted(hall)
    await plan(hall, merge("C01", "B03", what=What.CATEGORY))
    assert await reorganising.apply_due(hall, now=ON) == 1
    after = await fresh(hall, case)
    assert (after.category, after.bureau, after.due_at, after.limit_code) == (
        "B03",
        "STHJ",
        case.due_at,
        case.limit_code,
    )
    assert not hall.city.categories["C01"].active
    found = hall.understood("", people.NOISE, district=None, address="")
    assert found.category == "B03" and found.bureau != "STHJ"


async def test_undone_before_the_day_nothing_happened(hall):
    xi = await actor(hall, people.XI)
    case = await submitted(hall)
    [first] = await plan(hall, merge("STHJ", Successor("NEW", "新局", "新局")))
    [second] = await plan(hall, merge("CGJ", "NEW", on=date(2026, 12, 2)))
    with pytest.raises(Refused, match="请先取消"):
        await reorganising.cancel(hall, xi, first, now=NOW)
    await reorganising.cancel(hall, xi, second, now=NOW)
    await reorganising.cancel(hall, xi, first, now=NOW)
    with pytest.raises(reorganising.Over):
        await reorganising.cancel(hall, xi, first, now=NOW)
    assert await reorganising.apply_due(hall, now=ON) == 0
    assert (await fresh(hall, case)).bureau == "STHJ" and "NEW" not in hall.city.bureaus
    rows, _ = await logbook.page(hall.database, logbook.Wanted(xi.person_id))
    assert [row["deed"] for row in rows].count("reorganisation_cancelled") == 2


async def test_protected_cases_stay_with_their_clerk(hall):
    for code, heir in (("JWJW", "STHJ"), ("STHJ", "ZZB")):
        with pytest.raises(Refused, match="只能更名"):
            await plan(hall, merge(code, heir))
    with pytest.raises(Refused):
        await plan(hall, merge("V02", "C01", what=What.CATEGORY))


async def test_a_citizen_asks_again_and_it_is_the_successors(hall):
    case = await submitted(hall)
    case = await handling.accept(hall, await actor(hall, people.WANG), case, now=NOW)
    case = await handling.reply(
        hall,
        await actor(hall, people.WANG),
        case,
        finding="",
        answer="已停工。",
        outcome=handling.Outcome.SOLVED,
        now=NOW,
    )
    case = await handling.approve(hall, await actor(hall, people.SHEN), case, now=NOW)
    await plan(hall, merge("STHJ", "CGJ"))
    assert await reorganising.apply_due(hall, now=ON) == 0
    assert (await fresh(hall, case)).bureau == "STHJ", "history stays as it was"
    again = await asking.rework(hall, await fresh(hall, case), reason="昨晚又响了", now=ON)
    assert again.bureau == "CGJ" and await cases.holders(hall.database, case.id) == {"CGJ"}


async def test_two_workers_move_each_case_once(hall):
    several = [await submitted(hall) for _ in range(8)]
    await plan(hall, merge("STHJ", "CGJ"))
    await asyncio.gather(reorganising.apply_due(hall, now=ON), reorganising.apply_due(hall, now=ON))
    for case in several:
        history = [event.step for event in await cases.events(hall.database, case.id)]
        assert history.count(Step.REORGANISE) == 1
        assert "CGJ" in (held := await cases.holders(hall.database, case.id)) and "STHJ" not in held


async def test_the_files_of_an_answer_in_review_go_out_also_when_the_successor_approves_it(hall):
    case, wang = await submitted(hall), await actor(hall, people.WANG)
    case = await handling.accept(hall, wang, case, now=NOW)
    file = await attaching.keep(hall, "监测.pdf", pictures.PDF)
    case = await handling.reply(
        hall, wang, case, finding="", answer="见附件。", outcome=handling.Outcome.SOLVED, now=NOW, files=[file]
    )
    await plan(hall, merge("STHJ", "CGJ"))
    await reorganising.apply_due(hall, now=ON)
    heir = Actor(Role.REVIEWER, (await actor(hall, people.SHEN)).person_id, "CGJ")
    await handling.approve(hall, heir, await fresh(hall, case), now=ON + timedelta(hours=9))
    assert [one.public for one in await attachments.of_case(hall.database, hall.vault, case.id)] == [True]


async def test_the_successor_is_offered_the_return_it_may_take(hall):
    case = await submitted(hall)
    await plan(hall, merge("STHJ", "CGJ"))
    await reorganising.apply_due(hall, now=ON)
    case, li = await fresh(hall, case), await actor(hall, people.LI)
    facts = offering.Facts.of(await cases.events(hall.database, case.id), case, None)
    assert facts.held_since == ON and "return" in offering.names(li, case, facts, hall.city, ON + timedelta(hours=9))
    # The working day after Tuesday 1 December is over.
    assert "return" not in offering.names(li, case, facts, hall.city, at("2026-12-03 00:00"))


async def test_support_and_joined_cases_move_too(hall):
    lead, follower = await submitted(hall), await submitted(hall)
    follower = await joining.join(hall, await actor(hall, people.DIAO), follower, lead=lead, now=NOW)
    await plan(hall, merge("STHJ", "CGJ"))
    await reorganising.apply_due(hall, now=ON)
    after = await fresh(hall, follower)
    assert (after.bureau, after.status, after.lead_id) == ("CGJ", Status.JOINED, lead.id)
    alone = await joining.unjoin(hall, await actor(hall, people.DIAO), after, now=ON)
    assert alone.bureau == "CGJ" and alone.status is Status.ASSIGNED


async def test_a_supporting_bureau_hands_its_part_on(hall):
    case = await submitted(hall)
    await hall.database.execute(
        "INSERT INTO assignments (case_id, bureau, role, round, from_at) VALUES (:id, 'ZJJ', 'support', 1, :now)",
        {"id": case.id, "now": NOW},
    )
    await plan(hall, merge("ZJJ", "CGJ"))
    await reorganising.apply_due(hall, now=ON)
    assert (await fresh(hall, case)).bureau == "STHJ"
    assert {"STHJ", "CGJ"} <= await cases.holders(hall.database, case.id)


async def test_only_the_system_administrator_plans(hall):
    for someone in (people.AN, people.JI, people.DIAO, people.JU):
        with pytest.raises(WrongRole):
            await reorganising.plan(hall, await actor(hall, someone), [merge("STHJ", "CGJ")], basis="x", now=NOW)
        with pytest.raises(WrongRole):
            await reorganising.cancel(hall, await actor(hall, someone), 1, now=NOW)


async def test_what_was_planned_and_done_is_never_rewritten(hall):
    await plan(hall, merge("STHJ", "CGJ"))
    await reorganising.apply_due(hall, now=ON)
    for table in ("reorganisations", "reorganisation_successors", "reorganisation_ends"):
        with pytest.raises(Exception, match="append-only"):
            await hall.database.execute(f"DELETE FROM {table}")
    assert not await reorganisations.planned(hall.database)


async def test_figures_are_told_by_present_bureaus_or_as_they_were(hall):
    before = await submitted(hall)
    await plan(hall, merge("STHJ", "CGJ"))
    await reorganising.apply_due(hall, now=ON)
    closed = await handling.reply(
        hall, await actor(hall, people.LI), await handling_of(hall, before), finding="", answer="已停工。",
        outcome=handling.Outcome.SOLVED, now=ON,
    )  # fmt: skip
    assert closed.bureau == "CGJ"
    await submitted(hall, now=ON)
    await hall.database.execute("UPDATE cases SET bureau = 'STHJ', status = 'closed' WHERE id = :id", {"id": before.id})
    period = Period(NOW.date(), ON.date())
    then = await statistics.tally(hall.database, period, By.BUREAU, now=ON)
    assert {key: one.counts["received"] for key, one in then.rows.items()} == {"CGJ": 1, "STHJ": 1}
    assert {key: one.counts["dispatched"] for key, one in then.rows.items()} == {"CGJ": 1, "STHJ": 1}
    assert then.total.counts["moved"] == 0, "a reorganisation is no wrong dispatch"
    now = scope.present(hall, scope.Where(), By.BUREAU, then)
    assert {key: one.counts["received"] for key, one in now.rows.items()} == {"CGJ": 2} and now.total is then.total
    assert scope.present(hall, scope.Where(units="then"), By.BUREAU, then) is then
    _, narrow = scope.cases(hall, scope.Where(bureau="CGJ"), today=ON.date())
    family = await statistics.tally(hall.database, period, By.KIND, narrow=narrow, now=ON)
    assert family.total.counts["received"] == 2
    _, alone = scope.cases(hall, scope.Where(bureau="CGJ", units="then"), today=ON.date())
    assert (await statistics.tally(hall.database, period, By.KIND, narrow=alone, now=ON)).total.counts["received"] == 1


async def handling_of(hall, case):
    return await handling.accept(hall, await actor(hall, people.LI), await fresh(hall, case), now=ON)
