"""The main line of a case's life, step by step, with its due times computed by hand from the rules."""

import pytest

from feedback.actions import asking, dispatching, handling, intake, joining
from feedback.rules import permission
from feedback.rules.status import Status, WrongStep
from feedback.store import cases
from tests import people
from tests.conftest import actor, at

pytestmark = pytest.mark.anyio

MONDAY = at("2026-11-23 09:00")


async def submitted(hall, body=people.NOISE, now=MONDAY):
    receipt = await intake.submit(hall, intake.Letter(body=body, phone=people.XIAO_LIN_PHONE), now=now)
    return receipt, await cases.get(hall.database, receipt.number)


async def test_a_clear_letter_goes_straight_to_its_bureau(hall):
    receipt, case = await submitted(hall)
    assert (case.status, case.bureau, case.category) == (Status.ASSIGNED, "STHJ", "C01")
    assert receipt.number.startswith("2026-1123-")
    # A complaint: 10 working days after Monday 23 November end on Monday 7 December.
    assert case.due_at == at("2026-12-08 00:00") and case.warn_at == at("2026-12-07 00:00")
    assert await cases.holders(hall.database, case.id) == {"STHJ", "D_YF"}


async def test_citizen_bureau_reviewer_citizen(hall):
    _, case = await submitted(hall)
    wang, shen = await actor(hall, people.WANG), await actor(hall, people.SHEN)
    case = await handling.accept(hall, wang, case, now=at("2026-11-23 10:00"))
    case = await handling.reply(
        hall, wang, case, finding="现场属实", answer="已责令停止夜间施工。", outcome=handling.Outcome.SOLVED,
        now=at("2026-11-24 10:00"),
    )  # fmt: skip
    case = await handling.approve(hall, shen, case, now=at("2026-11-24 15:00"))
    assert case.status is Status.REPLIED and case.answered_at == at("2026-11-24 15:00")
    case = await asking.rate(hall, case, solved=True, satisfaction=5, now=at("2026-11-25 08:00"))
    assert case.status is Status.CLOSED
    stored = await cases.get(hall.database, case.number)
    assert stored == case
    assert [e.step for e in await cases.events(hall.database, case.id)] == [
        "submit", "route", "accept", "reply", "approve", "rate",
    ]  # fmt: skip


async def test_an_unclear_letter_waits_for_the_dispatcher(hall):
    _, case = await submitted(hall, body="我家门口那个东西又坏了，没人管。")
    assert case.status is Status.TRIAGE and case.bureau is None
    diao = await actor(hall, people.DIAO)
    case = await dispatching.dispatch(hall, diao, case, bureau="CGJ", category="B03", now=at("2026-11-23 09:30"))
    assert (case.status, case.bureau, case.category) == (Status.ASSIGNED, "CGJ", "B03")


async def test_a_bureau_returns_once_and_not_after_designation(hall):
    _, case = await submitted(hall)
    wang, diao = await actor(hall, people.WANG), await actor(hall, people.DIAO)
    case = await handling.give_back(
        hall, wang, case, reason="not_ours", propose="CGJ", basis="住建部令34号", now=at("2026-11-23 11:00")
    )
    assert case.status is Status.TRIAGE and case.bureau is None
    case = await dispatching.decide_return(
        hall, diao, case, uphold=False, reason="属于你局", now=at("2026-11-23 12:00")
    )
    assert case.status is Status.ASSIGNED and case.bureau == "STHJ"
    with pytest.raises(WrongStep):
        await handling.give_back(
            hall, wang, case, reason="not_ours", propose="CGJ", basis="", now=at("2026-11-23 13:00")
        )


async def test_waiting_for_the_citizen_moves_the_due_time(hall):
    _, case = await submitted(hall)
    wang = await actor(hall, people.WANG)
    case = await handling.accept(hall, wang, case, now=at("2026-11-23 10:00"))
    case = await handling.ask_citizen(hall, wang, case, question="工地叫什么名字？", now=at("2026-11-24 10:00"))
    case = await asking.supplement(hall, case, text="荣军路口那个", now=at("2026-11-26 10:00"))
    # Two working days (25 and 26 November) were crossed: 7 December becomes 9 December.
    assert case.status is Status.WORKING and case.due_at == at("2026-12-10 00:00")


async def test_who_was_slower_changes_nothing(hall):
    _, case = await submitted(hall)
    wang = await actor(hall, people.WANG)
    await handling.accept(hall, wang, case, now=at("2026-11-23 10:00"))
    with pytest.raises(cases.Stale):
        await handling.accept(hall, wang, case, now=at("2026-11-23 10:01"))
    assert len(await cases.events(hall.database, case.id)) == 3


async def test_the_wrong_role_changes_nothing(hall):
    _, case = await submitted(hall)
    with pytest.raises(permission.WrongRole):
        await handling.accept(hall, await actor(hall, people.SHI), case, now=MONDAY)


async def test_rework_opens_a_round_of_five_working_days(hall):
    _, case = await submitted(hall)
    wang, shen = await actor(hall, people.WANG), await actor(hall, people.SHEN)
    case = await handling.accept(hall, wang, case, now=at("2026-11-23 10:00"))
    case = await handling.reply(
        hall, wang, case, finding="", answer="已处理。", outcome=handling.Outcome.SOLVED, now=at("2026-11-24 10:00")
    )
    case = await handling.approve(hall, shen, case, now=at("2026-11-24 15:00"))
    case = await asking.rate(hall, case, solved=False, satisfaction=1, now=at("2026-11-25 08:00"))
    assert case.status is Status.REPLIED
    case = await asking.rework(hall, case, reason="昨晚又打桩了", now=at("2026-11-25 08:05"))
    assert (case.status, case.round, case.bureau) == (Status.ASSIGNED, 2, "STHJ")
    # Wednesday 25 November: five working days end on Wednesday 2 December.
    assert case.due_at == at("2026-12-03 00:00")


async def test_a_report_against_an_official_is_sealed(hall):
    body = "举报某局长受贿"
    _, case = await submitted(hall, body=body)
    assert case.protected and case.status is Status.TRIAGE and case.title == case.body == ""
    diao, mi = await actor(hall, people.DIAO), await actor(hall, people.MI)
    assert not permission.may_see(diao, protected=True, bureaus=())
    with pytest.raises(dispatching.NotThere):
        await dispatching.dispatch(hall, mi, case, bureau="STHJ", now=MONDAY)
    with pytest.raises(dispatching.NotThere):
        await dispatching.dispatch(hall, mi, case, bureau="JWJW", support=["STHJ"], now=MONDAY)
    assert await cases.holders(hall.database, case.id) == set()
    case = await dispatching.dispatch(hall, mi, case, bureau="JWJW", now=MONDAY)
    assert case.status is Status.ASSIGNED


async def test_a_joined_case_is_answered_with_its_lead(hall):
    _, lead = await submitted(hall)
    _, other = await submitted(hall)
    wang, shen = await actor(hall, people.WANG), await actor(hall, people.SHEN)
    other = await joining.join(hall, wang, other, lead=lead, now=at("2026-11-23 09:30"))
    lead = await handling.accept(hall, wang, lead, now=at("2026-11-23 10:00"))
    lead = await handling.reply(
        hall, wang, lead, finding="", answer="已停工。", outcome=handling.Outcome.SOLVED, now=at("2026-11-24 10:00")
    )
    await handling.approve(hall, shen, lead, now=at("2026-11-24 15:00"))
    follower = await cases.get(hall.database, other.number)
    assert follower.status is Status.REPLIED
    assert await cases.last_text(hall.database, other.id, "answer", vault=hall.vault) == "已停工。"


async def test_nothing_of_a_report_against_an_official_is_stored_in_plain(hall):
    _, case = await submitted(hall, body="举报某局长受贿，经办的是刘科长")
    mi = await actor(hall, people.MI)
    case = await dispatching.dispatch(hall, mi, case, bureau="JWJW", now=MONDAY)
    case = await handling.accept(hall, mi, case, now=MONDAY)
    await handling.note(hall, mi, case, text="刘科长已调离", now=MONDAY)
    said = await cases.texts(hall.database, case.id, vault=hall.vault)
    assert [text.body for text in said if text.field == "note"] == ["刘科长已调离"]
    for table in ("cases", "texts", "ledger", "events", "corrections", "notices"):
        rows = await hall.database.fetch_all(f"SELECT CAST({table} AS text) AS whole FROM {table}")
        assert not any("刘科长" in row["whole"] or "局长" in row["whole"] for row in rows), table


async def test_a_return_comes_within_a_working_day_of_the_dispatch(hall):
    _, case = await submitted(hall)
    wang = await actor(hall, people.WANG)
    said = {"reason": "not_ours", "propose": "CGJ", "basis": "权责清单"}
    with pytest.raises(handling.TooLateToReturn):  # Monday and one working day: Tuesday 24:00
        await handling.give_back(hall, wang, case, **said, now=at("2026-11-25 00:00"))
    case = await handling.give_back(hall, wang, case, **said, now=at("2026-11-24 23:59"))
    assert case.status is Status.TRIAGE
