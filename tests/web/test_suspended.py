"""挂账公示: what cannot be solved now is public, its citizen and the people who work on it are not."""

import pytest

from feedback.store import cases
from tests import people
from tests.web.conftest import submitted, token
from tests.web.test_limits import at_bureau, seen_by

pytestmark = pytest.mark.anyio


async def suspend(client, number, **fields):
    who = await token(client, people.WANG)
    for given in (
        {"step": "accept"},
        {"step": "suspend", "measure": "先设围挡，联系张三 13977200001，明年一季度改造", "until": "2027-03-31",
         "responsible": "覃卫国", "post": "排水科科长", "milestones": "2027-01-15 完成设计", **fields},
    ):  # fmt: skip
        version = (await seen_by(client, people.WANG, number))["version"]
        url = f"/api/v1/cases/{number}/steps"
        answer = await client.post(url, json={**given, "version": version}, headers=who)
        assert answer.status_code == 200, answer.text


async def test_measure_post_bureau_and_date_are_public_and_nobodys_data(client):
    assert "现在没有挂账的诉求" in (await client.get("/suspended")).text
    number = await at_bureau(client)
    await suspend(client, number)
    [item] = (await client.get("/api/v1/public/suspended")).json()["items"]
    assert (item["bureau"]["code"], item["responsible"], item["until"], item["passed"]) == (
        "STHJ", "排水科科长", "2027-03-31", False,
    )  # fmt: skip
    page = (await client.get("/suspended")).text
    for words in ("明年一季度改造", "2027-01-15 完成设计", "排水科科长负责", "计划解决时间：2027年3月31日"):
        assert words in page
    for secret in ("覃卫国", "13977200001", number, "打桩"):
        assert secret not in page and secret not in str(item)


async def test_a_date_that_is_over_is_said_and_a_resumed_case_is_gone(client):
    number = await at_bureau(client)
    await suspend(client, number, post="")
    await client.app.state.hall.database.execute("UPDATE texts SET body = '2020-01-01' WHERE field = 'until'")  # years later
    [item] = (await client.get("/api/v1/public/suspended")).json()["items"]
    assert item["passed"] and item["responsible"] == "承办人"
    assert "原定 2020年1月1日，已过" in (await client.get("/suspended")).text
    version = (await seen_by(client, people.WANG, number))["version"]
    who = await token(client, people.WANG)
    given = {"step": "resume", "version": version}
    assert (await client.post(f"/api/v1/cases/{number}/steps", json=given, headers=who)).status_code == 200
    assert (await client.get("/api/v1/public/suspended")).json() == {"items": []}


async def test_nobody_promises_a_day_that_is_over(client):
    number = await at_bureau(client)
    who, url = await token(client, people.WANG), f"/api/v1/cases/{number}/steps"
    version = (await seen_by(client, people.WANG, number))["version"]
    await client.post(url, json={"step": "accept", "version": version}, headers=who)
    given = {"step": "suspend", "measure": "列入改造", "until": "2020-01-01", "responsible": "覃卫国", "version": version + 1}
    answer = await client.post(url, json=given, headers=who)
    assert (answer.status_code, answer.json()["fields"]) == (422, {"until": "这一天已经过去了，请写还没到的日期。"})
    assert (await seen_by(client, people.WANG, number))["status"] == "working"


async def test_a_protected_case_is_never_listed(client):
    made = await submitted(client, body="举报某局局长受贿，收了开发商二十万元现金。")
    await client.app.state.hall.database.execute(
        "UPDATE cases SET status = 'suspended', protected = true WHERE number = :number", {"number": made["number"]}
    )
    assert (await cases.get(client.app.state.hall.database, made["number"])).protected
    assert (await client.get("/api/v1/public/suspended")).json() == {"items": []}
