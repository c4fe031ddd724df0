"""No bureau is charged with what it could not do: while a case was joined, before it came to us, under a limit that did not apply yet.

23 November 2026 is a Monday. A hotline bureau signs, and speaks to the citizen, by the end of the next working day, and may return
a case until then; a supporting bureau tells the lead within three working days."""

import asyncio
from datetime import timedelta

import pytest

from feedback.actions import asking, dispatching, handling, importing_sheets, intake, joining, timing
from feedback.actions.tables import Row
from feedback.rules.limit import Regime
from feedback.rules.status import Status, Step, WrongStep
from feedback.store import cases
from tests import people
from tests.actions.test_endings import UNCLEAR, answered, joined
from tests.actions.test_story import submitted
from tests.conftest import actor, at

pytestmark = pytest.mark.anyio


async def lead_of(hall, case):
    return [one for one in await cases.assignments(hall.database, case.id) if one.role == "lead"][-1]


async def steps(hall, case):
    return [event.step for event in await cases.events(hall.database, case.id)]


def missed(held):
    return held.accept_breached_at or held.contact_breached_at or held.contribute_breached_at


async def test_a_joined_case_owes_no_stage_when_it_is_answered_with_its_lead(hall):
    lead, follower = await joined(hall)
    await answered(hall, lead, "2026-11-30 10:00")
    assert missed(await lead_of(hall, follower)) is None
    assert (await cases.by_id(hall.database, follower.id)).status is Status.REPLIED


async def test_what_was_missed_before_it_was_joined_stays_missed(hall):
    wang, diao = await actor(hall, people.WANG), await actor(hall, people.DIAO)
    (_, lead), (_, other) = await submitted(hall), await submitted(hall)
    lead = await handling.accept(hall, wang, lead, now=at("2026-11-23 09:10"))
    other = await joining.join(hall, diao, other, lead=lead, now=at("2026-11-25 09:30"))
    held = await lead_of(hall, other)
    assert (held.accept_breached_at, held.contact_breached_at) == (at("2026-11-25 00:00"), at("2026-11-25 00:00"))


async def test_a_freed_case_begins_its_stages_and_its_time_to_return_anew(hall):
    lead, follower = await joined(hall)
    await asking.withdraw(hall, lead, now=at("2026-12-01 10:00"))
    await timing.tick(hall, now=at("2026-12-01 10:01"))
    held = await lead_of(hall, follower)
    assert missed(held) is None
    # From Tuesday 1 December to the end of Wednesday.
    assert (held.accept_due_at, held.contact_due_at) == (at("2026-12-03 00:00"), at("2026-12-03 00:00"))
    follower = await cases.by_id(hall.database, follower.id)
    wang = await actor(hall, people.WANG)
    with pytest.raises(handling.TooLateToReturn):
        await handling.give_back(hall, wang, follower, reason="not_ours", propose="", basis="权责清单", now=at("2026-12-03 00:00"))
    returned = await handling.give_back(
        hall, wang, follower, reason="not_ours", propose="", basis="权责清单", now=at("2026-12-02 23:00")
    )
    assert returned.status is Status.TRIAGE


async def test_two_who_join_at_once_leave_nobody_behind_a_case_that_follows(hall):
    wang, diao = await actor(hall, people.WANG), await actor(hall, people.DIAO)
    for _ in range(5):
        (_, one), (_, two), (_, three) = [await submitted(hall) for _ in range(3)]
        ended = await asyncio.gather(
            joining.join(hall, diao, one, lead=two, now=at("2026-11-23 09:30")),
            joining.join(hall, wang, two, lead=three, now=at("2026-11-23 09:30")),
            return_exceptions=True,
        )
        assert sorted(isinstance(end, WrongStep | cases.Stale) for end in ended) == [False, True]


async def test_a_row_of_another_system_is_handed_over_when_it_is_imported(hall):
    now = at("2026-11-27 10:00")  # a Friday
    row = Row(2, {"id": "LZ-1", "date": "2026-11-20 09:30", "body": people.NOISE, "bureau": "市城管执法局", "category": "C01"})
    await importing_sheets.cases(hall, [row], notify=False, now=now)
    case = await cases.get(hall.database, await hall.database.fetch_val("SELECT number FROM cases WHERE source_id = 'LZ-1'"))
    await timing.tick(hall, now=now + timedelta(seconds=5))
    held = await lead_of(hall, case)
    assert (case.received_at, held.from_at, missed(held)) == (at("2026-11-20 09:30"), now, None)
    assert held.accept_due_at == at("2026-12-01 00:00")  # the end of Monday
    case, li = await cases.by_id(hall.database, case.id), await actor(hall, people.LI)
    returned = await handling.give_back(hall, li, case, reason="not_ours", propose="", basis="权责清单", now=now + timedelta(hours=1))
    assert returned.status is Status.TRIAGE


async def test_what_a_supporting_bureau_told_is_told_also_after_a_rejected_return(hall):
    _, case = await submitted(hall, body=UNCLEAR)
    diao, wang, li = [await actor(hall, one) for one in (people.DIAO, people.WANG, people.LI)]
    case = await dispatching.dispatch(
        hall, diao, case, bureau="STHJ", category="C01", support=["CGJ"], now=at("2026-11-23 09:10")
    )
    case = await handling.contribute(hall, li, case, finding="路面归我们", now=at("2026-11-23 10:00"))
    case = await handling.give_back(hall, wang, case, reason="not_ours", propose="", basis="权责清单", now=at("2026-11-23 11:00"))
    case = await dispatching.decide_return(hall, diao, case, uphold=False, reason="是你们的", now=at("2026-11-23 12:00"))
    await timing.tick(hall, now=at("2026-11-30 09:00"))
    held = [one for one in await cases.assignments(hall.database, case.id) if one.role == "support"][-1]
    assert held.until_at is None and held.contributed_at == at("2026-11-23 10:00") and missed(held) is None


async def test_a_limit_that_applies_from_today_was_not_missed_last_week(hall):
    receipt = await intake.submit(hall, intake.Letter(body=people.NOISE, source=intake.XINFANG), now=at("2026-11-23 09:00"))
    case, diao = await cases.get(hall.database, receipt.number), await actor(hall, people.DIAO)
    case = await dispatching.change_regime(hall, diao, case, regime=Regime.HOTLINE, now=at("2026-11-30 10:00"))
    await timing.tick(hall, now=at("2026-11-30 10:01"))
    held = await lead_of(hall, case)
    assert missed(held) is None and held.accept_due_at == at("2026-12-02 00:00")  # from Monday to the end of Tuesday
    assert Step.BREACH_ACCEPT not in await steps(hall, case)
