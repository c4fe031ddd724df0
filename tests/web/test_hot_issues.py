"""Many letters about one incident: grouped by the worker, listed with their burst, joined in one step and un-joined, instructed on."""

from datetime import timedelta

import pytest

from feedback import clock
from feedback.actions import grouping
from tests import people
from tests.web.conftest import submitted, token
from tests.web.staff import api_step, browser, get, post

pytestmark = pytest.mark.anyio

SAME = [
    "鱼峰区东环大道旁边的工地，连续三天夜里十一点以后还在打桩，声音很大，老人孩子睡不着。",
    "东环大道的工地半夜打桩，吵得睡不着，请管一管。",
    "投诉东环大道那个工地，晚上十二点了还在打桩施工，噪声太大。",
    "东环大道工地深夜打桩扰民，连续几个晚上了，孩子没法睡觉。",
]
OTHER = ["龙潭公园门口的路灯坏了一个星期，晚上很黑。", "想咨询一下灵活就业人员社保怎么缴费。"]


async def city(client):
    """The numbers of the four letters about the site, dispatched where they were not."""
    numbers = []
    for body in SAME:
        made = await submitted(client, body=body, district="D_YF", contact={"name": "林小梅", "phone": people.XIAO_LIN_PHONE})
        if made["decision"] == "triage":
            await api_step(client, people.DIAO, made["number"], "dispatch", bureau="STHJ", category="C01")
        numbers.append(made["number"])
    for body in OTHER:
        await submitted(client, body=body)
    await submitted(client, body="举报某局局长张某收受东环大道工地施工单位贿赂，有转账记录，半夜打桩没人管。")
    hall = client.app.state.hall
    while await grouping.group(hall, since=clock.now() - timedelta(days=1)):
        pass
    return numbers


async def issues(client, who=people.SHI, query=""):
    answer = await client.get(f"/api/v1/hot-issues{query}", headers=await token(client, who))
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def test_one_incident_is_one_hot_issue(client):
    numbers = await city(client)
    (one,) = await issues(client)
    assert one["cases"] == 4 and one["burst"] == 4.0 and one["bureau"]["code"] == "STHJ"
    assert one["place"] == "东环大道" and one["title"].startswith("东环大道")
    assert {each["number"] for each in one["examples"]} <= set(numbers) and len(one["examples"]) == 3
    assert await issues(client, query="?from=2020-01-01&to=2020-01-31") == []
    assert await issues(client, query="?bureau=RSJ") == []
    bad = await client.get("/api/v1/hot-issues?from=soon", headers=await token(client, people.SHI))
    assert bad.status_code == 422


async def test_two_workers_make_one_group(client):
    import asyncio

    await city(client)
    hall = client.app.state.hall
    await hall.database.execute("TRUNCATE hot_issue_cases, hot_issues")
    since = clock.now() - timedelta(days=1)
    await asyncio.gather(*(grouping.group(hall, since=since) for _ in range(3)))
    assert len(await issues(client)) == 1


async def test_all_are_joined_in_one_step_answered_once_and_unjoined_whole(client):
    numbers = await city(client)
    (one,) = await issues(client, people.DIAO)
    headers = await token(client, people.DIAO)
    made = (await client.post(f"/api/v1/hot-issues/{one['id']}/join", json={}, headers=headers)).json()
    assert made["lead"] == numbers[0] and sorted(made["joined"]) == sorted(numbers[1:]) and made["left_out"] == []
    before = await client.get(f"/api/v1/cases/{numbers[1]}", headers=headers)
    assert before.json()["status"] == "joined" and before.json()["lead"] == numbers[0]
    assert (await client.post(f"/api/v1/hot-issues/{one['id']}/join", json={}, headers=headers)).status_code == 409
    back = await api_step(client, people.DIAO, numbers[1], "unjoin")
    assert back["status"] == "assigned" and back["lead"] is None and back["bureau"]["code"] == "STHJ"
    await api_step(client, people.WANG, numbers[0], "accept")
    await api_step(client, people.WANG, numbers[0], "reply", answer="11月24日已责令工地夜间停止打桩。", outcome="solved")
    await api_step(client, people.SHEN, numbers[0], "approve")
    states = [
        (await client.get(f"/api/v1/cases/{number}", headers=headers)).json()["status"] for number in numbers
    ]
    assert states == ["replied", "assigned", "replied", "replied"]


async def test_the_page_lists_joins_and_leads_to_an_instruction(client):
    numbers = await city(client)
    (one,) = await issues(client)
    page = await get(client, people.DIAO, "/hot-issues")
    assert "东环大道" in page.text and "全部并到最早的一件" in page.text and "督办<" not in page.text
    sent = await post(client, people.DIAO, f"/hot-issues/{one['id']}/join")
    assert sent.status_code == 303
    assert f"已并到 {numbers[0]}" in (await get(client, people.DIAO, sent.headers["location"])).text
    form = await get(client, people.SHI, f"/instructions/new?hot_issue={one['id']}")
    assert form.status == 200 and "热点：东环大道" in form.text
    sent = await post(client, people.SHI, "/instructions", hot_issue=str(one["id"]), text="请局长到现场", due_at="2198-01-05T17:30")
    assert sent.status_code == 303, sent.text
    assert "热点：东环大道" in (await get(client, people.DU, "/instructions")).text
    assert (await post(client, people.SHI, f"/hot-issues/{one['id']}/join")).status_code == 403
    for someone in (people.WANG, people.MI, people.XI):
        assert (await client.get("/hot-issues", headers=await browser(client, someone))).status_code == 403


async def test_the_case_page_proposes_the_likeliest_first(client):
    numbers = await city(client)
    staff = await client.get(f"/api/v1/cases/{numbers[3]}", headers=await token(client, people.WANG))
    similar = staff.json()["similar"]
    assert {one["number"] for one in similar[:3]} == set(numbers[:3])
    assert all(one["same"] and one["likeness"] >= 0.5 for one in similar[:3])
    assert "很可能是同一件事" in (await get(client, people.WANG, f"/desk/{numbers[3]}")).text
