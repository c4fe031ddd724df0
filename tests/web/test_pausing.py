"""What the pages say before the citizen is asked, and what the citizen reads: whether the clock waits, and how long."""

import pytest

from feedback import clock
from feedback.actions import keeping_limits
from feedback.rules.limit import Limit, Unit
from tests import people
from tests.conftest import actor
from tests.web import staff
from tests.web.conftest import submitted, token
from tests.web.staff import Page, api_step

pytestmark = pytest.mark.anyio


async def test_the_page_says_before_sending_whether_the_clock_will_wait(client):
    hall, now = client.app.state.hall, clock.now()
    # One hour a round, of which each question uses an hour begun: the first answer leaves nothing.
    wanted = {"BC": Limit(1, Unit.HOURS)}
    await keeping_limits.change(hall, await actor(hall, people.XI), wanted, note="本市规定", now=now)
    made = await submitted(client)
    number = made["number"]
    if made["decision"] == "triage":
        await api_step(client, people.DIAO, number, "dispatch", bureau="STHJ", category="C01")
    await api_step(client, people.WANG, number, "accept")
    page = await staff.get(client, people.WANG, f"/desk/{number}")
    assert "等市民回答时暂停计时，本轮合计最多 1 小时，还剩 1 小时。" in page.text
    case = await api_step(client, people.WANG, number, "ask_citizen", question="哪一侧的工地？")
    assert (case["status"], case["light"]) == ("awaiting_citizen", "paused")
    await client.post("/track", data={"number": number, "code": made["query_code"]})
    assert "等您的时候不计办理时间；" in Page(await client.get(f"/track/{number}")).text
    await client.post(f"/track/{number}/supplement", data={"text": "东侧"})
    seen = await client.get(f"/api/v1/cases/{number}", headers=await token(client, people.WANG))
    assert seen.json()["pause"] == {"cap": 1, "left": 0, "unit": "小时"}
    page = await staff.get(client, people.WANG, f"/desk/{number}")
    assert "本轮的暂停时间（合计 1 小时）已经用完：仍可以问，但计时不停。" in page.text
    case = await api_step(client, people.WANG, number, "ask_citizen", question="几点开始的？")
    assert case["status"] == "working" and case["light"] != "paused"
    page = Page(await client.get(f"/track/{number}"))
    assert "几点开始的？" in page.text and "办理时间照常计算，请尽快补充。" in page.text
    await client.post(f"/track/{number}/supplement", data={"text": "十点"})
    assert "承办单位问您" not in Page(await client.get(f"/track/{number}")).text
