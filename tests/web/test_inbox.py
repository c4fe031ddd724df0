"""消息: who hears of which step, who does not, the count on every page, and what is read."""

import re
from datetime import timedelta

import pytest

from feedback import clock
from feedback.actions import telling, warning
from feedback.rules import audience
from feedback.rules.ladder import Rung
from feedback.store import cases, inbox
from feedback.web import notices
from tests import people
from tests.conftest import actor
from tests.web.conftest import submitted, token
from tests.web.staff import api_step, at_bureau, get, post
from tests.web.test_scope import LUO, hire, identity, put, takes, unit
from tests.web.test_supervise import late

pytestmark = pytest.mark.anyio


async def told(client, someone) -> list[str]:
    """What somebody hears of, newest first; whether the letter was urgent is for another test."""
    answer = await client.get("/api/v1/inbox", headers=await token(client, someone))
    assert answer.status_code == 200, answer.text
    return [one["what"] for one in answer.json()["items"] if one["what"] != "urgent"]


async def test_a_mention_is_told_with_who_it_was_and_is_read_by_following_it(client):
    number = await at_bureau(client)
    hall = client.app.state.hall
    case, wang, shen = await cases.get(hall.database, number), await actor(hall, people.WANG), await actor(hall, people.SHEN)
    for _ in range(2):  # told twice of one event: one notice
        await telling.staff(hall, case, [shen.person_id, wang.person_id], "mention", by=wang.person_id, now=clock.now())
    assert (await told(client, people.SHEN), await told(client, people.WANG)) == (["mention"], [])
    assert await inbox.unread(hall.database, shen.person_id) == 1
    page = await get(client, people.SHEN, "/desk")
    assert "未读 </span>1</b>" in page.text
    page = await get(client, people.SHEN, "/inbox")
    assert "王工在备注里提到了您" in page.text and "全部标为已读" in page.text
    listed = (await client.get("/api/v1/inbox", headers=await token(client, people.SHEN))).json()
    followed = await get_raw(client, people.SHEN, f"/inbox/{listed['items'][0]['id']}")
    assert (followed.status_code, followed.headers["location"]) == (303, f"/desk/{number}")
    page = await get(client, people.SHEN, "/inbox")
    assert "未读" not in page.text.replace("未读</a>", "") and "王工在备注里提到了您" in page.text


async def get_raw(client, who, address):
    return await client.get(address, headers={"Cookie": f"minsheng={(await token(client, who))['Authorization'][7:]}"})


async def test_nobody_follows_or_reads_what_is_not_theirs(client):
    number = await at_bureau(client)
    hall = client.app.state.hall
    case, shen = await cases.get(hall.database, number), await actor(hall, people.SHEN)
    await telling.staff(hall, case, [shen.person_id], "mention", now=clock.now())
    identity = await hall.database.fetch_val("SELECT id FROM inbox")
    assert (await get_raw(client, people.LI, f"/inbox/{identity}")).status_code == 404
    await post(client, people.LI, "/inbox/seen", upto=identity)
    assert await inbox.unread(hall.database, shen.person_id) == 1
    for broken in ("/inbox/x", "/inbox/0", "/inbox?before=x", f"/inbox/{10**30}", "/inbox/１"):
        assert (await get_raw(client, people.LI, broken)).status_code == 404, broken
    assert (await client.get("/inbox")).headers["location"].startswith("/sign-in")
    assert (await client.get("/api/v1/inbox")).status_code == 401
    assert (await get_raw(client, people.XI, "/inbox")).status_code == 403


async def test_who_waits_for_a_dispatcher_hurries_the_dispatcher(client):
    made = await submitted(client, body="我家门口那个东西又坏了，没人管。")
    assert made["status"] == "triage"
    number, own = made["number"], {"code": made["query_code"]}
    await late(client, number)
    for step, fields in (("supplement", {"text": "就在东环大道 8 号"}), ("remind", {})):
        assert (await client.post(f"/api/v1/cases/{number}/{step}", json={**own, **fields})).status_code == 200
    await api_step(client, people.DU, number, "instruct", text="今天派出去", due_at="2198-01-04T17:00:00+08:00")
    assert await told(client, people.DIAO) == ["instruct", "remind", "supplement"]


async def test_return_instruction_and_reminder_reach_whom_they_concern(client):
    number = await at_bureau(client)
    await api_step(client, people.WANG, number, "accept")
    due = (clock.now() + timedelta(days=3)).isoformat()
    await api_step(client, people.DU, number, "instruct", text="请三天内办结", due_at=due)
    assert await told(client, people.WANG) == ["instruct"] and await told(client, people.JU) == ["instruct"]
    assert await told(client, people.DU) == []
    await api_step(client, people.WANG, number, "return", reason="不归我局", propose="CGJ")
    assert await told(client, people.DIAO) == ["return"]
    await api_step(client, people.DIAO, number, "decide_return", uphold=True, reason="属实")
    assert (await told(client, people.WANG))[0] == "uphold_return"
    page = await get(client, people.WANG, "/inbox")
    assert "这件诉求现在不归您办理" in page.text and number in page.text and "打桩" not in page.text


async def test_rework_is_told_to_the_handler_the_head_and_the_supervisor(client):
    made = await submitted(client, contact={"phone": people.XIAO_LIN_PHONE})
    number = made["number"]
    if made["decision"] == "triage":
        await api_step(client, people.DIAO, number, "dispatch", bureau="STHJ", category="C01")
    await api_step(client, people.WANG, number, "accept")
    await api_step(client, people.WANG, number, "reply", finding="已查", answer="工地已责令夜间停工，十二月一日复查。")
    await api_step(client, people.SHEN, number, "send_back", reason="写清楚日期")
    assert await told(client, people.WANG) == ["send_back"]
    await api_step(client, people.WANG, number, "reply", finding="已查", answer="工地已责令夜间停工，十二月一日复查。")
    await api_step(client, people.SHEN, number, "approve")
    own = {"code": made["query_code"]}
    assert (await client.post(f"/api/v1/cases/{number}/rate", json={**own, "solved": False})).status_code == 200
    again = await client.post(f"/api/v1/cases/{number}/rework", json={**own, "reason": "昨晚还在打桩"})
    assert again.status_code == 200, again.text
    for someone in (people.WANG, people.JU, people.DU):
        assert (await told(client, someone))[0] == "rework", someone
    assert await told(client, people.LI) == []


async def test_of_a_report_against_an_official_only_the_clerk_hears_and_nothing_of_what(client):
    body = "实名举报市生态环境局局长收受工地老板贿赂，请纪委调查。"
    made = await submitted(client, body=body)
    assert made["decision"] == "protected"
    own = {"code": made["query_code"], "text": "补充：还有转账记录"}
    assert (await client.post(f"/api/v1/cases/{made['number']}/supplement", json=own)).status_code == 200
    assert await told(client, people.MI) == ["supplement"]
    for someone in people.STAFF[:-3]:
        if someone is not people.MI:
            assert await told(client, someone) == [], someone
    assert "转账" not in (await get(client, people.MI, "/inbox")).text


async def test_a_warning_is_in_the_list_and_seen_together_with_the_desk(client):
    number = await at_bureau(client)
    await late(client, number, days=2)
    hall = client.app.state.hall
    await warning.warn(hall, await cases.get(hall.database, number), Rung.HANDLER, now=clock.now() - timedelta(minutes=1))
    assert await told(client, people.WANG) == ["warn_handler"]
    await post(client, people.WANG, "/reminders", queue="overdue", back="desk")
    unseen = "SELECT count(*) FROM inbox WHERE what LIKE 'warn%' AND seen_at IS NULL"
    assert await hall.database.fetch_val(unseen) == 0


async def test_long_lists_have_pages_and_all_is_read_at_once(client):
    number = await at_bureau(client)
    hall = client.app.state.hall
    case, shen = await cases.get(hall.database, number), await actor(hall, people.SHEN)
    for turn in range(inbox.PAGE + 5):
        await telling.staff(hall, case, [shen.person_id], "mention", now=clock.now())
        await hall.database.execute("UPDATE inbox SET seq = CAST(:n AS integer) WHERE seq > 0", {"n": -turn - 1})
    headers = await token(client, people.SHEN)
    first = (await client.get("/api/v1/inbox?unread=1", headers=headers)).json()
    rest = (await client.get(f"/api/v1/inbox?unread=1&before={first['next']}", headers=headers)).json()
    assert (len(first["items"]), len(rest["items"]), rest["next"], first["unread"]) == (30, 5, None, 35)
    seen = await client.post("/api/v1/inbox/seen", json={"upto": first["items"][0]["id"]}, headers=headers)
    assert seen.json() == {"unread": 0}
    assert (await client.post("/api/v1/inbox/seen", json={"upto": "1"}, headers=headers)).status_code == 422


def test_everything_told_has_words():
    for what in [*audience.TABLE, "mention", "urgent", *(f"warn_{rung}" for rung in Rung)]:
        assert notices.in_house(what, "王工")


async def counted(client, someone) -> tuple[int, int]:
    """The count on every page, and how many unread ones the list has."""
    listed = (await client.get("/api/v1/inbox?unread=1", headers=await token(client, someone))).json()
    return await inbox.unread(client.app.state.hall.database, await identity(client, someone)), len(listed["items"])


async def test_the_count_is_that_of_the_list_for_who_recused_themself(client):
    await hire(client, LUO)
    recused, other = await at_bureau(client), await at_bureau(client)
    wang = await identity(client, people.WANG)
    for number in (recused, other):
        await api_step(client, people.JU, number, "assign", person=wang)
    before, listed = await counted(client, people.WANG)
    assert before == listed >= 2
    await takes(client, people.WANG, recused, "recuse", reason="亲属")
    after, listed = await counted(client, people.WANG)
    assert after == listed == before / 2


async def test_who_recused_themself_is_neither_mentioned_nor_told(client):
    await hire(client, LUO)
    number = await at_bureau(client)
    wang = await identity(client, people.WANG)
    await takes(client, people.WANG, number, "recuse", reason="亲属")
    offered = re.findall(r'name="mention".*?</select>', (await get(client, LUO, f"/desk/{number}")).text, re.S)[0]
    assert "沈科" in offered and "王工" not in offered
    assert (await takes(client, LUO, number, "note", text="请看一下", mention=[wang])).status_code == 422
    assert (await takes(client, LUO, number, "note", text="@王工 请看一下")).status_code == 200
    await api_step(client, people.DIAO, number, "supplement", text="市民补充：工地在东环大道 8 号")
    rows = await client.app.state.hall.database.fetch_all("SELECT what FROM inbox WHERE person_id = :p", {"p": wang})
    assert {row["what"] for row in rows} <= {"urgent"}
    assert await told(client, LUO) == ["supplement"]


async def test_a_case_given_to_a_unit_is_told_to_its_handlers_and_not_to_who_had_it(client):
    await hire(client, LUO)
    noise, air = await unit(client, "噪声科"), await unit(client, "大气科")
    await put(client, people.WANG, noise)
    await put(client, LUO, air)
    number = await at_bureau(client)
    await api_step(client, people.WANG, number, "accept")
    await api_step(client, people.JU, number, "assign", unit=air)
    assert (await told(client, people.WANG), await told(client, LUO)) == ([], ["unhanded"])
    assert "居局转来一件还没有人办的诉求" in (await get(client, LUO, "/inbox")).text
    await api_step(client, people.DIAO, number, "supplement", text="市民补充：工地在东环大道 8 号")
    assert (await told(client, people.WANG), await told(client, LUO)) == ([], ["supplement", "unhanded"])


async def test_a_case_given_to_a_unit_without_handlers_is_told_to_the_head(client):
    noise, air = await unit(client, "噪声科"), await unit(client, "大气科")
    await put(client, people.WANG, noise)
    number = await at_bureau(client)
    await api_step(client, people.WANG, number, "assign", unit=air)
    assert (await told(client, people.WANG), await told(client, people.JU)) == ([], ["unhanded"])
