"""Assisted entry: by phone or at the counter, the repeat caller, dispatch at once, read-back and receipt, messages or none."""

import pytest

from tests import people
from tests.web.conftest import submitted, token
from tests.web.staff import api_step, at_bureau, browser, get, post

pytestmark = pytest.mark.anyio
UNCLEAR = "我要反映一个情况，请派人来看一下，谢谢。"


async def call(client, who=people.DIAO, **fields):
    given = {"body": people.NOISE, "source": "phone", "contact": {"name": "林小梅", "phone": people.XIAO_LIN_PHONE}, **fields}
    return await client.post("/api/v1/cases", json=given, headers=await token(client, who))


async def notices(client):
    return await client.app.state.hall.database.fetch_val("SELECT count(*) FROM notices")


async def first_event(client, number):
    return await client.app.state.hall.database.fetch_one(
        "SELECT events.actor, events.person_id FROM events JOIN cases ON cases.id = case_id WHERE number = :n AND seq = 1",
        {"n": number},
    )


async def test_a_call_becomes_a_case_that_says_who_wrote_it_down(client):
    made = (await call(client)).json()
    event = await first_event(client, made["number"])
    assert event["actor"] == "dispatcher" and event["person_id"] is not None
    number, code = made["number"].replace("-", ""), made["query_code"].replace("-", "")
    told = made["read_back"].replace(" ", "").replace("，", "")
    assert number in told and code in told
    assert await notices(client) == 1


async def test_the_callers_channel_decides_about_messages(client):
    assert (await call(client, sms=False)).status_code == 201
    assert (await call(client, contact={"phone": "0772-2812345"})).status_code == 201
    assert (await call(client, contact=None, source="counter")).status_code == 201
    assert await notices(client) == 0
    quiet = (await call(client, sms=False, bureau="STHJ")).json()
    await api_step(client, people.WANG, quiet["number"], "contact", text="我们明天上午到现场。")
    assert await notices(client) == 0


async def test_it_is_dispatched_at_once_where_the_dispatcher_says_so(client):
    made = (await call(client, body=UNCLEAR, bureau="CGJ", category="C01")).json()
    assert made["status"] == "assigned" and made["bureau"]["code"] == "CGJ" and made["category"]["code"] == "C01"
    seen = await client.get(f"/api/v1/cases/{made['number']}", headers=await token(client, people.LI))
    assert [one["step"] for one in seen.json()["timeline"]] == ["submit", "ask", "dispatch"]
    assert (await call(client, bureau="NOBODY")).status_code == 422


async def test_a_report_against_officials_goes_to_the_confidential_clerk_whatever_was_chosen(client):
    made = (await call(client, body="举报某局局长张某收受施工单位贿赂，有转账记录。", bureau="CGJ")).json()
    assert made["decision"] == "protected" and made["bureau"] is None
    assert (await client.get(f"/api/v1/cases/{made['number']}", headers=await token(client, people.DIAO))).status_code == 404


async def test_nobody_else_writes_down_for_a_citizen(client):
    made = await submitted(client, source="phone")
    assert (await first_event(client, made["number"]))["actor"] == "citizen"
    refused = await client.post("/api/v1/cases", json={"body": people.NOISE, "source": "phone", "bureau": "CGJ"})
    assert refused.status_code == 422
    for someone in (people.WANG, people.MI, people.DU, people.XI):
        assert (await client.get("/assist", headers=await browser(client, someone))).status_code == 403


async def test_a_retried_request_is_one_case(client):
    headers = {**await token(client, people.DIAO), "Idempotency-Key": "call-1"}
    given = {"body": UNCLEAR, "source": "counter", "bureau": "CGJ"}
    first, second = [await client.post("/api/v1/cases", json=given, headers=headers) for _ in range(2)]
    assert first.json()["number"] == second.json()["number"]


async def test_the_page_shows_a_repeat_caller_and_adds_to_the_open_case(client):
    number = await at_bureau(client)
    page = await post(client, people.DIAO, "/assist", check="1", source="phone", phone="139 7720 0001", body=people.NOISE)
    assert page.status_code == 200 and number in page.text and "补充到这件" in page.text and "派给谁" in page.text
    assert "代为催办" not in page.text  # half the time has not gone
    sent = await post(client, people.DIAO, "/assist", onto=number, source="phone", body="昨晚又打到一点半。")
    assert sent.status_code == 303 and sent.headers["location"] == f"/assist?done=supplement&about={number}"
    assert number in (await get(client, people.DIAO, sent.headers["location"])).text
    seen = await client.get(f"/api/v1/cases/{number}", headers=await token(client, people.WANG))
    assert seen.json()["timeline"][-1]["role"] == "dispatcher"
    assert seen.json()["timeline"][-1]["texts"] == {"text": "昨晚又打到一点半。"}
    nothing = await post(client, people.DIAO, "/assist", onto=number, source="phone", body="")
    assert nothing.status_code == 422


async def test_a_caller_is_reminded_for_when_half_the_time_has_gone(client):
    number = await at_bureau(client)
    early = await post(client, people.DIAO, "/assist", remind=number, source="phone", phone=people.XIAO_LIN_PHONE)
    assert early.status_code == 409 and "时间过半" in early.text
    await client.app.state.hall.database.execute("UPDATE cases SET round_started_at = now() - interval '20 days'")
    page = await post(client, people.DIAO, "/assist", check="1", source="phone", phone=people.XIAO_LIN_PHONE)
    assert "代为催办" in page.text
    assert (await post(client, people.DIAO, "/assist", remind=number, source="phone")).status_code == 303
    again = await post(client, people.DIAO, "/assist", remind=number, source="phone")
    assert again.status_code == 409
    seen = await client.get(f"/api/v1/cases/{number}", headers=await token(client, people.DIAO))
    assert seen.json()["reminders"] == 1 and "remind" not in seen.json()["can"]


async def test_the_page_makes_a_case_and_a_receipt_that_can_be_printed(client):
    cookie = await browser(client, people.DIAO)
    empty = await client.post("/assist", data={"source": "phone", "body": "", "phone": "123"}, headers=cookie)
    assert empty.status_code == 422 and "固定电话" in empty.text
    given = {"source": "counter", "body": UNCLEAR, "phone": "07722812345", "name": "韦阿姨", "sms": "true", "other": "市城市管理局", "once": "a" * 32}
    given["other"] = client.app.state.hall.city.bureaus["CGJ"].name
    sent = await client.post("/assist", data=given, headers=cookie)
    assert sent.status_code == 303, sent.text
    pocket = sent.headers["set-cookie"].split(";")[0]
    receipt = await client.get("/assist/receipt", headers={"Cookie": f"{cookie['Cookie']}; {pocket}"})
    assert receipt.status_code == 200 and "查询码是" in receipt.text and given["other"] in receipt.text
    again = await client.post("/assist", data=given, headers=cookie)
    assert again.status_code == 303
    assert await client.app.state.hall.database.fetch_val("SELECT count(*) FROM cases") == 1
    assert (await client.get("/assist/receipt", headers=cookie)).status_code == 303


async def test_what_is_typed_is_looked_at_while_typing(client):
    answer = await post(client, people.DIAO, "/assist/look", phone="", body="举报某局局长张某收受施工单位贿赂，有转账记录。")
    assert answer.status_code == 200 and "保密专办" in answer.text and "局长" not in answer.text
    assert (await post(client, people.DIAO, "/assist/look", phone=people.XIAO_ZHOU_PHONE, body="")).text.count("第一次") == 1
