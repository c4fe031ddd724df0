"""Whose account is closed or who goes elsewhere handles nothing any more: their cases are the bureau's, and the bureau hears of it."""

import pytest

from feedback.actions import accounts, asking, handling, joining, keeping_people, timing
from feedback.actions.keeping_people import Place
from feedback.rules.permission import Role
from feedback.rules.status import Status, Step
from feedback.store import cases, inbox, queues, reminders
from feedback.store.queues import Queue
from tests import people
from tests.actions.test_story import submitted
from tests.conftest import actor, at

pytestmark = pytest.mark.anyio
TEN, NOON = at("2026-11-23 10:00"), at("2026-11-23 12:00")
LUO = people.Someone("luo", "罗工", Role.HANDLER, "STHJ")


async def handled(hall):
    """A case that 王工 has signed for; 罗工 is his colleague."""
    await accounts.open_account(
        hall.database, username="luo", name="罗工", role=Role.HANDLER, bureau="STHJ", password=people.PASSWORD
    )
    _, case = await submitted(hall)
    return await handling.accept(hall, await actor(hall, people.WANG), case, now=TEN)


async def close(hall, someone, now=NOON):
    await keeping_people.close(hall, await actor(hall, people.AN), (await actor(hall, someone)).person_id, now=now)


async def move(hall, someone, **place):
    wang = (await actor(hall, someone)).person_id
    await keeping_people.change(hall, await actor(hall, people.AN), wang, Place(someone.name, **place), now=NOON)


async def told(hall, someone):
    found = await inbox.page(hall.database, (await actor(hall, someone)).person_id)
    return [one["what"] for one in found if one["what"] != "urgent"]


async def unhanded(hall):
    return (await queues.counts(hall.database, await actor(hall, LUO), NOON))[Queue.UNASSIGNED]


async def test_the_cases_of_a_closed_account_are_nobodys_and_the_bureau_is_told(hall):
    case = await handled(hall)
    await close(hall, people.WANG)
    left = await cases.get(hall.database, case.number)
    assert (left.handler_id, left.status, await unhanded(hall)) == (None, Status.WORKING, 1)
    assert await told(hall, LUO) == ["unhanded"]
    [*_, event] = await cases.events(hall.database, case.id)
    assert (event.step, event.actor) == (Step.ASSIGN, Role.CLOCK)
    [said] = [one.body for one in await cases.texts(hall.database, case.id, vault=hall.vault) if one.seq == event.seq]
    assert said == "等本单位分办（王工账号已停用）"


@pytest.mark.parametrize(
    "place",
    [{"role": Role.HANDLER, "bureau": "CGJ"}, {"role": Role.REVIEWER, "bureau": "STHJ"}, {"role": Role.DISPATCHER}],
    ids=str,
)
async def test_who_moves_elsewhere_leaves_their_cases(hall, place):
    case = await handled(hall)
    await move(hall, people.WANG, **place)
    assert (await cases.get(hall.database, case.number)).handler_id is None
    assert await told(hall, LUO) == ["unhanded"]


async def test_who_becomes_head_of_the_same_bureau_keeps_them(hall):
    case = await handled(hall)
    await move(hall, people.WANG, role=Role.HEAD, bureau="STHJ")
    assert (await cases.get(hall.database, case.number)).handler_id == case.handler_id
    assert await told(hall, LUO) == []


async def test_without_another_handler_the_head_is_told(hall):
    await handled(hall)
    await close(hall, LUO)
    await close(hall, people.WANG)
    assert await told(hall, people.JU) == ["unhanded"]


async def test_an_answered_case_keeps_who_answered_it_and_its_rework_is_the_bureaus(hall):
    case = await handled(hall)
    wang = case.handler_id
    case = await handling.reply(hall, await actor(hall, people.WANG), case, answer="已责令停工整改。", finding="已查", outcome="solved", now=TEN)
    case = await handling.approve(hall, await actor(hall, people.SHEN), case, now=TEN)
    await close(hall, people.WANG)
    case = await cases.get(hall.database, case.number)
    assert case.handler_id == wang
    await asking.reopen(hall, case, reason="昨晚还在打桩", now=NOON)
    assert await told(hall, LUO) == ["rework"]


async def test_a_handler_who_is_gone_is_not_warned_but_the_others_are(hall):
    case = await handled(hall)
    # As it was left before: the account closed, the case still theirs.
    await hall.database.execute("UPDATE people SET active = false WHERE id = :id", {"id": case.handler_id})
    await timing.tick(hall, now=at("2026-12-07 08:30"))
    rows = await hall.database.fetch_all("SELECT person_id FROM reminders")
    assert {row["person_id"] for row in rows} == {(await actor(hall, LUO)).person_id}
    assert [one["rung"] for one in await reminders.unseen(hall.database, await actor(hall, LUO))] == ["handler"]


async def test_who_left_while_a_case_was_joined_does_not_get_it_back(hall):
    case = await handled(hall)
    _, lead = await submitted(hall)
    ju = await actor(hall, people.JU)
    case = await joining.join(hall, ju, case, lead=lead, now=TEN)
    await close(hall, people.WANG)
    case = await cases.get(hall.database, case.number)
    case = await joining.unjoin(hall, ju, case, now=NOON)
    assert (case.status, case.handler_id) == (Status.WORKING, None)
