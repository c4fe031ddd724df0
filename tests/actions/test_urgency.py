"""A person sees the danger the machine did not: urgent limits from then on, people on duty woken, and back. Worked out by hand."""

import pytest

from feedback.actions import dispatching, keeping_duty, timing
from feedback.rules.permission import WrongRole
from feedback.rules.status import Step, WrongStep
from feedback.store import cases
from tests import people
from tests.actions.test_story import submitted
from tests.conftest import actor, at

pytestmark = pytest.mark.anyio


async def lead_of(hall, case):
    [found] = [one for one in await cases.assignments(hall.database, case.id) if one.role == "lead"]
    return found


async def test_marked_urgent_on_a_saturday_night_it_runs_round_the_clock(hall):
    _, case = await submitted(hall, now=at("2026-11-28 22:00"))  # a Saturday
    diao = await actor(hall, people.DIAO)
    case = await dispatching.change_urgency(hall, diao, case, urgent=True, now=at("2026-11-28 23:10"))
    # 24 hours from receipt; 30 minutes and 2 hours from the moment somebody could know. The last quarter is yellow.
    assert (case.urgent, case.limit_code, case.due_at) == (True, "JJ", at("2026-11-29 22:00"))
    assert case.warn_at == at("2026-11-29 16:00")
    lead = await lead_of(hall, case)
    assert (lead.accept_due_at, lead.contact_due_at) == (at("2026-11-28 23:40"), at("2026-11-29 01:10"))
    await timing.tick(hall, now=at("2026-11-28 23:39:59"))
    assert (await lead_of(hall, case)).accept_breached_at is None
    await timing.tick(hall, now=at("2026-11-28 23:40"))
    assert (await lead_of(hall, case)).accept_breached_at == at("2026-11-28 23:40")
    said = await cases.texts(hall.database, case.id, vault=hall.vault, public_only=True)
    assert "按紧急诉求办理，办理时限 24 小时，从收到之日重新计算，到 2026年11月29日22:00。" in [one.body for one in said]


async def test_the_people_on_duty_are_woken_once(hall):
    _, case = await submitted(hall)
    an, du = await actor(hall, people.XI), await actor(hall, people.DU)
    await keeping_duty.put(hall, an, "STHJ", phone="13977200077", email="", now=at("2026-11-23 09:00"))
    await dispatching.change_urgency(hall, du, case, urgent=True, now=at("2026-11-23 23:10"))
    rows = await hall.database.fetch_all("SELECT template FROM notices WHERE template = 'urgent_duty'")
    assert len(rows) == 1
    with pytest.raises(WrongStep):
        case = await cases.by_id(hall.database, case.id)
        await dispatching.change_urgency(hall, du, case, urgent=True, now=at("2026-11-23 23:11"))


async def test_back_to_ordinary_the_limit_of_its_matter_counts_from_receipt(hall):
    _, case = await submitted(hall)
    diao = await actor(hall, people.DIAO)
    case = await dispatching.change_urgency(hall, diao, case, urgent=True, now=at("2026-11-23 09:10"))
    case = await dispatching.change_urgency(hall, diao, case, urgent=False, now=at("2026-11-23 09:20"))
    assert (case.limit_code, case.due_at) == ("TS", at("2026-12-08 00:00"))
    lead = await lead_of(hall, case)
    assert lead.accept_due_at == at("2026-11-25 00:00")  # one working day after Monday: the end of Tuesday
    steps = [one.step for one in await cases.events(hall.database, case.id)]
    assert steps[-2:] == [Step.CHANGE_URGENCY] * 2


async def test_a_bureau_does_not_decide_it(hall):
    _, case = await submitted(hall)
    wang = await actor(hall, people.WANG)
    with pytest.raises(WrongRole):
        await dispatching.change_urgency(hall, wang, case, urgent=True, now=at("2026-11-23 09:10"))


async def test_a_time_to_sign_that_was_missed_keeps_its_place_in_the_list(hall):
    _, case = await submitted(hall)  # to sign for until the end of Tuesday
    await timing.tick(hall, now=at("2026-11-25 00:00"))
    case = await cases.get(hall.database, case.number)
    await dispatching.change_urgency(hall, await actor(hall, people.DIAO), case, urgent=True, now=at("2026-11-25 09:00"))
    listed = await hall.database.fetch_val("SELECT accept_due_at FROM cases WHERE id = :id", {"id": case.id})
    assert listed == (await lead_of(hall, case)).accept_due_at == at("2026-11-25 00:00")
