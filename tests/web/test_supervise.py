"""The supervisor: what is late, extensions and rework to decide, instructions and 挂账 to follow. And the administrators' page."""

from datetime import timedelta

import pytest

from feedback import clock
from feedback.actions import intake
from tests import people
from tests.conftest import understand_noise
from tests.web.conftest import submitted
from tests.web.staff import api_step, at_bureau, browser, get, post

pytestmark = pytest.mark.anyio

ANSWER = "您好！我局 11 月 24 日晚到现场检查，情况属实，已责令停止夜间施工，12 月 1 日前再次复查。"


async def late(client, number, days=1):
    now = clock.now()
    await client.app.state.hall.database.execute(
        "UPDATE cases SET due_at = :due, warn_at = :warn WHERE number = :number",
        {"due": now - timedelta(days=days), "warn": now - timedelta(days=days + 1), "number": number},
    )


async def test_late_cases_come_with_their_bureau(client):
    number = await at_bureau(client)
    assert "没有一件超过答复期限" in (await get(client, people.DU, "/supervise")).text
    await late(client, number, days=3)
    page = await get(client, people.DU, "/supervise")
    assert page.words["h1"] == "现在要紧的"
    assert "超期 3 天" in page.near(f"/desk/{number}") and "市生态环境局" in page.near(f"/desk/{number}")


async def test_an_extension_is_granted_from_the_page(client):
    number = await at_bureau(client)
    before = await api_step(client, people.WANG, number, "request_extension", days=2, reason="测量报告还没有出来")
    page = await get(client, people.DU, "/supervise")
    assert "测量报告还没有出来" in page.text
    form = page.form("decide_extension")
    sent = await post(
        client, people.DU, form["action"], step="decide_extension", version=form["version"], back=form["back"], grant="true",
        reason="同意，请告知市民",
    )  # fmt: skip
    assert (sent.status_code, sent.headers["location"]) == (303, f"/supervise?done=decide_extension&about={number}")
    page = await get(client, people.DU, sent.headers["location"])
    assert "延期申请已处理" in page.text and "测量报告还没有出来" not in page.text
    after = await client.app.state.hall.database.fetch_one(
        "SELECT extended_days, due_at FROM cases WHERE number = :number", {"number": number}
    )
    assert after["extended_days"] == 2 and after["due_at"].isoformat() > before["due_at"].replace("Z", "+00:00")


async def asked_twice(client):
    """A case whose citizen was dissatisfied with two answers: its number, and what they asked with."""
    made = await submitted(client, contact={"phone": people.XIAO_LIN_PHONE})
    number, code = made["number"], made["query_code"]
    if made["decision"] == "triage":
        await api_step(client, people.DIAO, number, "dispatch", bureau="STHJ", category="C01")
    for _ in range(2):
        await api_step(client, people.WANG, number, "accept")
        await api_step(client, people.WANG, number, "reply", answer=ANSWER)
        await api_step(client, people.SHEN, number, "approve")
        asked = {"code": code, "reason": "昨晚又打桩了"}
        assert (await client.post(f"/api/v1/cases/{number}/rework", json=asked)).status_code == 200
    return number, asked


async def test_a_second_rework_waits_for_the_supervisor(client):
    number, _ = await asked_twice(client)
    page = await get(client, people.DU, "/supervise")
    assert "1 位市民再次要求重办" in page.text and "昨晚又打桩了" in page.text
    form = page.form("rework")
    sent = await post(
        client,
        people.DU,
        form["action"],
        step="rework",
        version=form["version"],
        back="supervise",
        reason="请局领导包案",
    )
    assert sent.status_code == 303, sent.text
    assert "再次要求重办" not in (await get(client, people.DU, "/supervise")).text
    assert number in (await get(client, people.WANG, "/desk?queue=rework")).text


async def test_a_refused_second_rework_is_told_to_the_citizen(client):
    number, asked = await asked_twice(client)
    again = await client.post(f"/api/v1/cases/{number}/rework", json=asked)
    assert (again.status_code, again.json()["error"]) == (409, "wrong_step")  # asked once a round
    await api_step(client, people.DU, number, "refuse_rework", reason="现场三次复测均未超标")
    assert "再次要求重办" not in (await get(client, people.DU, "/supervise")).text
    told = (await client.get(f"/api/v1/cases/{number}?code={asked['code']}")).json()
    assert told["timeline"][-1]["step"] == "refuse_rework"
    assert told["timeline"][-1]["text"] == "现场三次复测均未超标" and told["can"] == ["rate"]
    templates = await client.app.state.hall.database.fetch_all("SELECT template FROM notices ORDER BY id")
    assert templates[-1]["template"] == "rework_refused"


async def test_instructions_and_suspended_cases_are_followed(client):
    number = await at_bureau(client)
    await api_step(client, people.SHI, number, "instruct", text="周五前书面报告", due_at="2199-01-04T17:00:00+08:00")
    await api_step(client, people.WANG, number, "accept")
    await api_step(
        client,
        people.WANG,
        number,
        "suspend",
        measure="先设围挡，明年一季度改造",
        until="2027-03-31",
        responsible="覃工",
    )
    page = await get(client, people.DU, "/supervise")
    for words in ("周五前书面报告", "先设围挡，明年一季度改造", "2027-03-31", "覃工"):
        assert words in page.text


async def test_the_leader_reads_the_page_and_decides_nothing(client):
    number = await at_bureau(client)
    await api_step(client, people.WANG, number, "request_extension", days=2, reason="测量报告还没有出来")
    page = await get(client, people.SHI, "/supervise")
    assert "测量报告还没有出来" in page.text and "decide_extension" not in page.steps
    sent = await post(
        client, people.SHI, f"/desk/{number}/steps", step="decide_extension", version=1, grant="true", reason="同意"
    )
    assert sent.status_code == 403


async def test_others_do_not_get_in_and_nothing_is_posted_here(client):
    for someone in (people.WANG, people.DIAO, people.MI, people.AN):
        assert (await client.get("/supervise", headers=await browser(client, someone))).status_code == 403
    assert (await client.post("/supervise", headers=await browser(client, people.DU))).status_code == 405


async def test_a_protected_case_is_not_on_the_supervisors_page(client):
    made = await submitted(client, body="举报某局局长张某收受施工单位贿赂，有转账记录。")
    await late(client, made["number"])
    assert made["number"] not in (await get(client, people.DU, "/supervise")).text


async def test_a_decision_that_came_too_late_is_409_on_the_case(client):
    number = await at_bureau(client)
    await api_step(client, people.WANG, number, "request_extension", days=2, reason="测量报告还没有出来")
    form = (await get(client, people.DU, "/supervise")).form("decide_extension")
    await api_step(client, people.DU, number, "decide_extension", grant=False, reason="请按时答复")
    sent = await post(
        client, people.DU, form["action"], step="decide_extension", version=form["version"], grant="true", reason="同意"
    )
    assert sent.status_code == 409 and "没有执行" in sent.text


async def test_the_accounts_are_shown_to_the_security_administrator_alone(client):
    page = await get(client, people.AN, "/admin/people")
    assert page.words["h1"] == "账号" and "wang" in page.text and "市生态环境局" in page.text
    for someone in (people.XI, people.JI):
        page = await get(client, someone, "/admin")
        assert page.status == 200 and "/admin/people" not in page.text
    for someone in (people.WANG, people.SHI):
        assert (await client.get("/admin", headers=await browser(client, someone))).status_code == 403


async def test_an_extension_of_xinfang_is_told_in_days_and_not_in_working_days(client):
    client.app.state.hall.understand = understand_noise
    number = (await submitted(client, source=intake.XINFANG))["number"]
    await api_step(client, people.WANG, number, "accept")
    page = await get(client, people.WANG, f"/desk/{number}")
    assert "延长几天" in page.text and "最多 30 天，" in page.text and "30 个工作日" not in page.text
    await api_step(client, people.WANG, number, "request_extension", days=30, reason="案情复杂，要等鉴定")
    assert "申请延长 30 天" in (await get(client, people.DU, "/supervise")).text
    assert "申请延期 <b>30</b> 天" in (await get(client, people.DU, f"/desk/{number}")).text
    await api_step(client, people.DU, number, "decide_extension", grant=True, reason="同意")
    assert "已延期 30 天" in (await get(client, people.WANG, f"/desk/{number}")).text
