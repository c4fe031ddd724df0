"""《信访工作条例》: calendar days, 60 and once 30 more, 30 for 复查 and 30 for 复核, and then it is over; worked out by hand."""

import dataclasses
from datetime import timedelta

import pytest

from feedback.actions import asking, dispatching, handling, intake, supervising
from feedback.rules.limit import Regime, parse
from feedback.rules.status import Status, Step, WrongStep
from feedback.store import cases
from feedback.web import case_view
from tests import people
from tests.actions.test_story import MONDAY, submitted
from tests.conftest import actor, at

pytestmark = pytest.mark.anyio


async def answered(hall, case, moment):
    """Accepted, written and approved at that moment."""
    wang, shen = await actor(hall, people.WANG), await actor(hall, people.SHEN)
    case = await handling.accept(hall, wang, case, now=at(moment))
    case = await handling.reply(
        hall, wang, case, finding="", answer="已依法处理。", outcome=handling.Outcome.EXPLAINED, now=at(moment)
    )
    return await handling.approve(hall, shen, case, now=at(moment))


async def test_a_letter_that_came_as_xinfang_has_sixty_days_and_fifteen_to_be_taken_up(hall):
    receipt = await intake.submit(hall, intake.Letter(body=people.NOISE, source=intake.XINFANG), now=MONDAY)
    case = await cases.get(hall.database, receipt.number)
    # The day of receipt does not count: 23 November and sixty days are 22 January.
    assert (case.regime, case.due_at, case.provisional) == (Regime.XINFANG, at("2027-01-23 00:00"), False)
    [lead] = [one for one in await cases.assignments(hall.database, case.id) if one.role == "lead"]
    assert lead.accept_due_at == lead.contact_due_at == at("2026-12-09 00:00")


async def test_the_dispatcher_takes_a_letter_as_xinfang_and_back_and_it_is_said(hall):
    _, case = await submitted(hall)
    diao = await actor(hall, people.DIAO)
    case = await dispatching.change_regime(hall, diao, case, regime=Regime.XINFANG, now=at("2026-11-24 10:00"))
    assert (case.limit_code, case.due_at) == ("XF", at("2027-01-23 00:00"))
    with pytest.raises(WrongStep):
        await dispatching.change_regime(hall, diao, case, regime=Regime.XINFANG, now=at("2026-11-24 10:01"))
    said = [one for one in await cases.texts(hall.database, case.id, vault=hall.vault) if one.field == "note"]
    assert [one.body for one in said if one.public] == [
        "按信访事项办理，办理时限 60 天，从收到之日重新计算，到 2027年1月22日24:00。"
    ]
    case = await dispatching.change_regime(hall, diao, case, regime=Regime.HOTLINE, now=at("2026-11-25 10:00"))
    assert (case.limit_code, case.due_at) == ("TS", at("2026-12-08 00:00"))


async def test_one_extension_of_at_most_thirty_calendar_days(hall):
    _, case = await submitted(hall)
    wang, du, diao = [await actor(hall, one) for one in (people.WANG, people.DU, people.DIAO)]
    case = await dispatching.change_regime(hall, diao, case, regime=Regime.XINFANG, now=at("2026-11-23 10:00"))
    with pytest.raises(handling.TooManyDays):
        await handling.request_extension(hall, wang, case, days=31, reason="复杂", now=at("2027-01-10 10:00"))
    case = await handling.request_extension(hall, wang, case, days=30, reason="复杂", now=at("2027-01-10 10:00"))
    case = await supervising.decide_extension(hall, du, case, grant=True, reason="情况复杂", now=at("2027-01-11 10:00"))
    assert (case.due_at, case.base_due_at) == (at("2027-02-22 00:00"), at("2027-01-23 00:00"))


async def test_two_reviews_of_thirty_days_and_then_it_is_final(hall):
    _, case = await submitted(hall)
    diao, du = await actor(hall, people.DIAO), await actor(hall, people.DU)
    case = await dispatching.change_regime(hall, diao, case, regime=Regime.XINFANG, now=at("2026-11-23 10:00"))
    case = await answered(hall, case, "2026-12-01 10:00")
    case = await asking.rework(hall, case, reason="申请复查", now=at("2026-12-02 10:00"))
    assert (case.round, case.limit_code, case.due_at) == (2, "FC", at("2027-01-02 00:00"))
    case = await answered(hall, case, "2026-12-10 10:00")
    case = await asking.rework(hall, case, reason="申请复核", now=at("2026-12-11 10:00"))
    assert (await cases.events(hall.database, case.id))[-1].step is Step.REQUEST_REWORK
    case = await supervising.rework(hall, du, case, reason="同意复核", now=at("2026-12-12 10:00"))
    case = await answered(hall, case, "2026-12-20 10:00")
    assert (case.status, case.round) == (Status.REPLIED, 3)
    with pytest.raises(WrongStep):
        await asking.rework(hall, case, reason="还是不服", now=at("2026-12-21 10:00"))


@pytest.mark.parametrize("granted_before", [True, False])
async def test_an_extension_of_xinfang_is_worth_what_the_hotline_allows(hall, granted_before):
    """30 calendar days of 信访 are at most 10 working days of the hotline: from the end of 7 December to the end of 21 December."""
    receipt = await intake.submit(hall, intake.Letter(body=people.NOISE, source=intake.XINFANG), now=at("2026-11-23 09:00"))
    case = await cases.get(hall.database, receipt.number)
    diao, wang, du = [await actor(hall, one) for one in (people.DIAO, people.WANG, people.DU)]
    case = await handling.accept(hall, wang, case, now=at("2026-11-23 10:00"))
    case = await handling.request_extension(hall, wang, case, days=30, reason="情况复杂", now=at("2026-11-24 10:00"))

    async def grant(case):
        return await supervising.decide_extension(hall, du, case, grant=True, reason="情况复杂", now=at("2026-11-24 11:00"))

    async def hotline(case):
        return await dispatching.change_regime(hall, diao, case, regime=Regime.HOTLINE, now=at("2026-11-25 10:00"))

    for step in (grant, hotline) if granted_before else (hotline, grant):
        case = await step(case)
    assert (case.base_due_at, case.due_at) == (at("2026-12-08 00:00"), at("2026-12-22 00:00"))


async def test_an_extension_hinders_nobody_from_marking_a_case_urgent_whose_limit_allows_none(hall):
    """A city whose urgent cases are to be answered in two hours; the extension was granted before the danger was seen."""
    _, case = await submitted(hall)
    diao, wang, du = [await actor(hall, one) for one in (people.DIAO, people.WANG, people.DU)]
    case = await handling.accept(hall, wang, case, now=at("2026-11-23 10:00"))
    case = await handling.request_extension(hall, wang, case, days=5, reason="等监测", now=at("2026-11-24 10:00"))
    case = await supervising.decide_extension(hall, du, case, grant=True, reason="可以", now=at("2026-11-24 11:00"))
    urgent = hall.city.term(kind=case.kind, category=case.category, urgent=True, version=case.limit_version)
    hall.city.terms[urgent.version, urgent.code] = dataclasses.replace(urgent, limit=parse("2h"))
    case = await dispatching.change_urgency(hall, diao, case, urgent=True, now=at("2026-11-25 10:00"))
    assert case.due_at == case.round_started_at + timedelta(hours=2)


async def test_the_days_an_extension_is_worth_are_those_that_are_told(hall):
    """30 calendar days of 信访 are told as 10 working days under the hotline's rules, and as 30 days again under those of 信访."""
    receipt = await intake.submit(hall, intake.Letter(body=people.NOISE, source=intake.XINFANG), now=at("2026-11-23 09:00"))
    case = await cases.get(hall.database, receipt.number)
    diao, wang, du = [await actor(hall, one) for one in (people.DIAO, people.WANG, people.DU)]
    case = await handling.accept(hall, wang, case, now=at("2026-11-23 10:00"))
    case = await handling.request_extension(hall, wang, case, days=30, reason="情况复杂", now=at("2026-11-24 10:00"))
    case = await supervising.decide_extension(hall, du, case, grant=True, reason="情况复杂", now=at("2026-11-24 11:00"))
    told = []
    for regime in (Regime.HOTLINE, Regime.XINFANG):
        case = await dispatching.change_regime(hall, diao, case, regime=regime, now=at("2026-11-25 10:00"))
        view = await case_view.staff(hall, wang, case, now=at("2026-11-25 11:00"))
        told.append((view["extended_days"], view["extension_unit"]))
    assert told == [(10, "个工作日"), (30, "天")]
