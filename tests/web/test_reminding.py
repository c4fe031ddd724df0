"""The notices of the clock on the pages: the handler's desk, the supervisor's page, and taking note."""

from datetime import timedelta

import pytest

from feedback import clock
from feedback.actions import warning
from feedback.rules.ladder import Rung
from feedback.store import cases
from tests import people
from tests.web.staff import at_bureau, get, post
from tests.web.test_supervise import late

pytestmark = pytest.mark.anyio


async def climbed(client, *rungs: Rung) -> str:
    number = await at_bureau(client)
    await late(client, number, days=2)
    hall = client.app.state.hall
    for rung in rungs:
        await warning.warn(hall, await cases.get(hall.database, number), rung, now=clock.now() - timedelta(minutes=1))
    return number


async def test_the_handler_sees_it_on_the_desk_until_taking_note(client):
    number = await climbed(client, Rung.HANDLER)
    page = await get(client, people.WANG, "/desk?queue=overdue")
    assert "提醒 1 件" in page.text and "超期 2 天" in page.text
    assert f'href="/desk/{number}"' in page.text
    sent = await post(client, people.WANG, "/reminders", queue="overdue", back="desk")
    assert (sent.status_code, sent.headers["location"]) == (303, "/desk?queue=overdue")
    assert "提醒 1 件" not in (await get(client, people.WANG, "/desk?queue=overdue")).text


async def test_reminders_leave_room_for_what_is_looked_for(client):
    for _ in range(4):
        await climbed(client, Rung.HANDLER)
    page = await get(client, people.WANG, "/desk")
    assert "提醒 4 件" in page.text and "其余 1 件" in page.text
    assert "提醒" not in (await get(client, people.WANG, "/desk?q=打桩")).near("list-name", 600)


async def test_supervisor_and_leader_see_it_with_the_bureau(client):
    await climbed(client, Rung.SUPERVISOR, Rung.LEADER)
    for someone in (people.DU, people.SHI):
        page = await get(client, someone, "/supervise")
        assert "提醒 1 件" in page.text and "市生态环境局" in page.near("提醒 1 件", 900)
    sent = await post(client, people.DU, "/reminders", back="supervise")
    assert sent.headers["location"] == "/supervise"
    assert "提醒 1 件" not in (await get(client, people.DU, "/supervise")).text
    assert "提醒 1 件" in (await get(client, people.SHI, "/supervise")).text


async def test_other_bureaus_and_strangers_see_nothing(client):
    await climbed(client, Rung.HANDLER)
    assert "提醒 1 件" not in (await get(client, people.LI, "/desk")).text
    assert (await client.post("/reminders", data={})).status_code == 401
    assert (await post(client, people.XI, "/reminders")).status_code == 403
