"""One letter with two asks becomes two cases: both from its receipt, each on its own, one query code; worked out by hand."""

import pytest

from feedback.actions import asking, dispatching, handling, keeping_days, recounting, splitting
from feedback.actions.splitting import Part
from feedback.rules.figure import Period
from feedback.rules.record import Kind
from feedback.rules.status import Status, Step, WrongStep
from feedback.store import cases, cohort, parts, statistics
from feedback.web import case_view, timeline
from tests import people
from tests.actions.test_keeping_days import DECEMBER, NOTICE
from tests.actions.test_story import MONDAY, submitted
from tests.conftest import actor, at

pytestmark = pytest.mark.anyio

LAMP = Part("另外，东环大道公交站旁边的路灯坏了半个月，晚上看不见路。", "B03", bureau="CGJ", kind=Kind.HELP)
OWN = "工地连续三天夜里打桩。"


async def cut(hall, case, part=LAMP, now="2026-11-24 10:00"):
    diao = await actor(hall, people.DIAO)
    case = await splitting.split(hall, diao, case, own=OWN, part=part, now=at(now))
    [*_, last] = await parts.of_letter(hall.database, case)
    return case, await cases.by_id(hall.database, last["id"])


async def test_the_second_case_has_its_own_number_bureau_category_and_limit_from_the_receipt(hall):
    _, case = await submitted(hall)
    first, second = await cut(hall, case)
    assert (first.status, first.bureau, first.body, first.due_at) == (case.status, "STHJ", case.body, case.due_at)
    assert (second.status, second.bureau, second.category) == (Status.ASSIGNED, "CGJ", "B03")
    assert second.number != first.number and second.body == LAMP.text and second.split_from == first.id
    # Help: five working days after Monday 23 November end on Monday 30 November, whenever it was split.
    assert second.received_at == MONDAY and second.due_at == at("2026-12-01 00:00")
    assert await cases.holders(hall.database, second.id) == {"CGJ"}
    assert [event.step for event in await cases.events(hall.database, second.id)] == [Step.SUBMIT, Step.SPLIT]


async def test_one_code_opens_both_and_the_citizen_is_told(hall):
    receipt, case = await submitted(hall)
    first, second = await cut(hall, case)
    hashed = hall.vault.hash("code", receipt.query_code.replace("-", ""))
    for one in (first, second):
        assert (await cases.with_code(hall.database, one.number, hashed)) == one
    seen = await timeline.citizen_view(hall, first, at("2026-11-24 11:00"))
    assert [one["number"] for one in seen["parts"]] == [second.number]
    assert seen["timeline"][-1]["step"] == "split" and second.number in seen["timeline"][-1]["text"]
    other = await timeline.citizen_view(hall, second, at("2026-11-24 11:00"))
    assert [one["number"] for one in other["parts"]] == [first.number]
    sent = await hall.database.fetch_all("SELECT template FROM notices WHERE case_id = :id", {"id": first.id})
    assert "split" in [row["template"] for row in sent]


async def test_each_is_answered_and_rated_alone(hall):
    _, case = await submitted(hall)
    first, second = await cut(hall, case)
    wang, shen = await actor(hall, people.WANG), await actor(hall, people.SHEN)
    first = await handling.accept(hall, wang, first, now=at("2026-11-24 11:00"))
    first = await handling.reply(
        hall, wang, first, finding="", answer="已停工。", outcome=handling.Outcome.SOLVED, now=at("2026-11-24 12:00")
    )
    first = await handling.approve(hall, shen, first, now=at("2026-11-24 13:00"))
    first = await asking.rate(hall, first, solved=True, satisfaction=5, now=at("2026-11-25 08:00"))
    second = await cases.get(hall.database, second.number)
    assert (first.status, second.status, second.solved) == (Status.CLOSED, Status.ASSIGNED, None)


async def test_the_citizens_waiting_before_the_split_is_the_second_ones_too(hall):
    _, case = await submitted(hall)
    wang = await actor(hall, people.WANG)
    case = await handling.accept(hall, wang, case, now=at("2026-11-23 10:00"))
    case = await handling.ask_citizen(hall, wang, case, question="哪里？", now=at("2026-11-24 10:00"))
    case = await asking.supplement(hall, case, text="荣军路", now=at("2026-11-26 10:00"))
    _, second = await cut(hall, case, now="2026-11-26 11:00")
    assert second.due_at == at("2026-12-03 00:00")  # Monday 30 November, and 25 and 26 November were the citizen's
    seen = await case_view.staff(hall, await actor(hall, people.DIAO), second, now=at("2026-11-27 11:00"))
    # 96 hours from Monday 9:00 … Friday 11:00 are 98; 48 of them the citizen's, 24 the new bureau's.
    assert (seen["clocks"]["citizen"]["hours"], seen["clocks"]["legal"]["hours"]) == (98, 50)
    assert [(one["bureau"]["code"], one["hours"]) for one in seen["clocks"]["bureau"]] == [("CGJ", 24)]
    assert sum(one["hours"] for one in seen["clocks"]["picture"]) == 98


async def test_a_new_calendar_keeps_the_waiting_of_the_letter(hall):
    _, case = await submitted(hall, now=DECEMBER)
    wang = await actor(hall, people.WANG)
    case = await handling.accept(hall, wang, case, now=at("2026-12-21 10:00"))
    case = await handling.ask_citizen(hall, wang, case, question="哪里？", now=at("2026-12-22 10:00"))
    case = await asking.supplement(hall, case, text="荣军路", now=at("2026-12-24 10:00"))
    noise = Part("同一条路上的另一个工地也在夜里打桩。", "C01", bureau="CGJ")
    _, second = await cut(hall, case, part=noise, now="2026-12-24 11:00")
    # Ten working days: 5 January; the pause (23 and 24 December): 7 January.
    assert second.due_at == at("2027-01-08 00:00") and second.provisional
    days = keeping_days.read_announcement(NOTICE.encode())
    await keeping_days.load_year(hall, await actor(hall, people.XI), days, now=at("2026-12-25 09:00"))
    assert await recounting.recount(hall, now=at("2026-12-25 09:01")) == 2
    second = await cases.get(hall.database, second.number)
    assert second.due_at == at("2027-01-09 00:00")  # 4 January is off now: 6 January, and two days: 8 January


async def test_without_a_bureau_it_waits_for_the_dispatcher(hall):
    _, case = await submitted(hall)
    _, second = await cut(hall, case, part=Part(LAMP.text, "B03"))
    assert (second.status, second.bureau) == (Status.TRIAGE, None)
    diao = await actor(hall, people.DIAO)
    second = await dispatching.dispatch(hall, diao, second, bureau="CGJ", now=at("2026-11-24 11:00"))
    assert second.status is Status.ASSIGNED


async def test_a_part_that_accuses_an_official_is_sealed(hall):
    _, case = await submitted(hall)
    first, second = await cut(hall, case, part=Part("另外举报某局长受贿", "V02", bureau="CGJ"))
    assert second.protected and (second.status, second.bureau, second.body) == (Status.TRIAGE, None, "")
    seen = await case_view.staff(hall, await actor(hall, people.DIAO), first, now=at("2026-11-24 11:00"))
    assert seen["parts"] == [] and second.number not in str(seen)
    own = await timeline.citizen_view(hall, first, at("2026-11-24 11:00"))
    assert [(one["number"], one["bureau"], one["title"]) for one in own["parts"]] == [(second.number, None, "")]


async def test_a_part_is_not_split_again_nor_a_letter_without_end(hall):
    _, case = await submitted(hall)
    case, second = await cut(hall, case)
    with pytest.raises(WrongStep):
        await cut(hall, second)
    for minute in range(3):
        case, _ = await cut(hall, case, now=f"2026-11-24 11:0{minute}")
    with pytest.raises(WrongStep):
        await cut(hall, case, now="2026-11-24 12:00")
    assert len(await parts.of_letter(hall.database, case)) == splitting.MOST


async def test_statistics_count_both_by_the_day_of_the_letter(hall):
    _, case = await submitted(hall)
    await cut(hall, case)
    period = Period(MONDAY.date(), MONDAY.date())
    counted = await statistics.tally(hall.database, period, cohort.By.BUREAU, now=at("2026-11-24 12:00"))
    assert {key: tally.counts["received"] for key, tally in counted.rows.items()} == {"CGJ": 1, "STHJ": 1}
    assert counted.total.counts["received"] == 2
