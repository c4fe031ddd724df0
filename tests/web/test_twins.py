"""The JSON twins of the pages, all of them walked: done by who may, refused to who may not, and bad input told by field."""

import base64
import dataclasses
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pyotp
import pytest

from feedback import clock
from feedback.rules import learning as rule
from tests import people
from tests.people import Someone
from tests.web.conftest import submitted, token
from tests.web.staff import api_step, at_bureau
from tests.web.test_learning_pages import candidate, routed
from tests.web.test_surveys import answered, link

pytestmark = pytest.mark.anyio

SHEET = "工单编号,来电时间,诉求内容\nA1,{at},路灯坏了三天，没人来修，晚上很黑。\n"
SOON = (clock.now() + timedelta(days=60)).date().isoformat()


@dataclasses.dataclass(frozen=True)
class Twin:
    """One action: who may, who may not, where, with what, and what must be in the answer."""

    who: Someone
    other: Someone | None
    path: str
    body: dict[str, Any] | None = None
    bad: dict[str, Any] | None = None
    sees: Callable[[Any], bool] = lambda answer: True
    status: int = 200
    method: str = "POST"


async def _answered(client) -> dict[str, str]:
    return {"number": (await answered(client))["number"]}


async def _survey(client) -> dict[str, str]:
    await answered(client)
    return {"token": (await link(client)).removeprefix("/s/")}


async def _working(client) -> dict[str, str]:
    number = await at_bureau(client)
    await api_step(client, people.WANG, number, "accept")
    return {"number": number}


async def _article(client) -> dict[str, str]:
    made = await _answered(client)
    answer = await client.post(f"/api/v1/cases/{made['number']}/article", headers=await token(client, people.WANG))
    return {**made, "id": str(answer.json()["id"])}


async def _drawn(client) -> dict[str, str]:
    return {"number": await routed(client)}


async def _candidate(client) -> dict[str, str]:
    await candidate(client.app.state.hall)
    return {}


async def _filter(client) -> dict[str, str]:
    headers = await token(client, people.WANG)
    await client.post("/api/v1/desk/filters", json={"name": "重办", "queue": "rework"}, headers=headers)
    [one] = (await client.get("/api/v1/desk/filters", headers=headers)).json()["items"]
    return {"id": str(one["id"])}


async def _failed(client) -> dict[str, str]:
    await submitted(client, contact={"phone": people.XIAO_LIN_PHONE})
    await client.app.state.hall.database.execute("UPDATE notices SET state = 'failed', ended_at = now(), fault = 'timeout'")
    return {}


async def _table(client) -> dict[str, str]:
    content = SHEET.format(at=clock.local(clock.now() - timedelta(days=1)).strftime("%Y-%m-%d %H:%M"))
    body = {"name": "工单.csv", "content": base64.b64encode(content.encode()).decode()}
    answer = await client.post("/api/v1/imports", json=body, headers=await token(client, people.DIAO))
    assert answer.status_code == 201 and answer.json()["mapping"] == {"工单编号": "id", "来电时间": "date", "诉求内容": "body"}
    return {"id": str(answer.json()["id"])}


async def _nothing(client) -> dict[str, str]:
    return {}


WALK: dict[str, tuple[Any, Twin]] = {
    "draft": (_working, Twin(
        people.WANG, people.SHI, "/api/v1/cases/{number}/draft", {"answer": "已派人去看，明天回话。"}, {"answer": 3},
        lambda answer: answer["version"] > 0,
    )),
    "draft dropped": (_working, Twin(people.WANG, people.XI, "/api/v1/cases/{number}/draft", method="DELETE")),
    "presence": (_working, Twin(people.WANG, people.XI, "/api/v1/cases/{number}/presence", sees=lambda answer: answer["editing"] == [])),
    "presence ended": (_working, Twin(people.WANG, people.XI, "/api/v1/cases/{number}/presence", method="DELETE")),
    "reveal": (_working, Twin(
        people.WANG, people.SHI, "/api/v1/cases/{number}/reveal", {"reason": "约市民到现场"}, {"reason": ""},
        lambda answer: answer["phone"] == people.XIAO_LIN_PHONE and answer["name"] == "林小梅",
    )),
    "reminders": (_working, Twin(people.WANG, people.XI, "/api/v1/reminders/seen")),
    "filter": (_filter, Twin(
        people.WANG, people.XI, "/api/v1/desk/filters/{id}", {"act": "home"}, {"act": "burn"},
        lambda answer: [one["home"] for one in answer["items"]] == [True],
    )),
    "article written": (_answered, Twin(people.WANG, people.DIAO, "/api/v1/cases/{number}/article", sees=lambda answer: answer["id"] > 0)),
    "article saved": (_article, Twin(
        people.SHEN, people.DIAO, "/api/v1/articles/{id}",
        {"version": 1, "title": "夜间施工怎么投诉", "body": "写明工地名称和时间，当晚就有人去看。", "category": "C01", "review_on": SOON},
        {"version": 1, "title": "夜间施工怎么投诉", "body": "写明工地名称和时间，当晚就有人去看。", "review_on": "2020-01-01"},
        lambda answer: answer["title"] == "夜间施工怎么投诉" and answer["version"] == 2,
    )),
    "article withdrawn": (_article, Twin(
        people.SHEN, people.WANG, "/api/v1/articles/{id}/withdraw", {"version": 1, "reason": "规定变了"}, {"version": 1, "reason": ""},
        lambda answer: answer["state"] == "已撤下",
    )),
    "reply template": (_nothing, Twin(
        people.SHEN, people.WANG, "/api/v1/reply-templates", {"name": "夜间施工", "body": "已责令工地停工，{期限}前复查。"},
        {"name": "夜间施工", "body": "{不认识的词}已处理。"}, lambda answer: answer["items"][0]["name"] == "夜间施工",
    )),
    "approval": (_nothing, Twin(
        people.JU, people.WANG, "/api/v1/approval", {"bureau": "STHJ", "two_step": False, "reason": "人手少"},
        {"bureau": "STHJ", "two_step": "maybe", "reason": "人手少"}, lambda answer: not answer["items"][0]["two_step"],
    )),
    "audit": (_drawn, Twin(
        people.DIAO, people.DU, "/api/v1/learning/audit/{number}", {"verdict": "right"}, {"verdict": "wrong"},
        lambda answer: answer["right"] is True,
    )),
    "model": (_candidate, Twin(
        people.XI, people.WANG, "/api/v1/learning/models", {"version": "c0ffee", "decision": "promote", "reason": "路灯类更准"},
        {"version": "c0ffee", "decision": "promote", "reason": ""}, lambda answer: answer["serving"] == "c0ffee",
    )),
    "model set aside": (_candidate, Twin(
        people.DIAO, people.WANG, "/api/v1/learning/models", {"version": "c0ffee", "decision": "aside"},
        {"version": "c0ffee", "decision": "burn"}, lambda answer: answer["done"] == "aside",
    )),
    "calendar day": (_nothing, Twin(
        people.XI, people.DIAO, "/api/v1/calendar/day", {"day": "2027-04-09", "working": "rest", "name": "壮族三月三"},
        {"day": "2027-04-09", "working": "rest", "name": ""}, lambda answer: answer["changed"] == 1,
    )),
    "calendar year": (_nothing, Twin(
        people.XI, people.DIAO, "/api/v1/calendar/year", {"csv": "date,working,name\n2031-01-01,0,元旦\n"}, {"csv": "nonsense"},
        lambda answer: answer["year"] == 2031 and answer["changed"] > 0,
    )),
    "limits": (_nothing, Twin(
        people.XI, people.DIAO, "/api/v1/limits", {"limits": {"JL": "45m", "TS": "8wd"}, "note": "柳政办〔2027〕3号"},
        {"limits": {"JL": "45 minutes"}, "note": "柳政办〔2027〕3号"},
        lambda answer: {"JL": "45m", "TS": "8wd"}.items() <= {one["code"]: one["limit"] for one in answer["items"]}.items(),
    )),
    "outbox": (_failed, Twin(
        people.XI, people.DIAO, "/api/v1/notices/again", {}, {"id": -1}, lambda answer: answer["again"] > 0,
    )),
    "duty": (_nothing, Twin(
        people.XI, people.DIAO, "/api/v1/duty", {"bureau": "STHJ", "phone": "13977200009"}, {"bureau": "NOWHERE", "phone": "13977200009"},
        lambda answer: [one["phone"] for one in answer["items"] if one["code"] == "STHJ"] == ["139****0009"],
    )),
    "caller": (_working, Twin(
        people.DIAO, people.WANG, "/api/v1/assist/look", {"phone": people.XIAO_LIN_PHONE, "body": people.NOISE}, {"phone": 1},
        lambda answer: len(answer["earlier"]) == 1 and answer["guess"] is not None,
    )),
    "import kept": (_nothing, Twin(
        people.DIAO, people.WANG, "/api/v1/imports", {"name": "a.csv", "content": base64.b64encode(SHEET.format(at="2026-11-20 09:00").encode()).decode()},
        {"name": "a.csv", "content": "~"}, lambda answer: answer["lines"] == 1, status=201,
    )),
    "import begun": (_table, Twin(
        people.DIAO, people.WANG, "/api/v1/imports/{id}", {"mapping": {"工单编号": "id", "来电时间": "date", "诉求内容": "body"}},
        {"mapping": {"工单编号": "id"}}, lambda answer: answer["id"] > 0, status=202,
    )),
    "survey": (_survey, Twin(
        people.WANG, None, "/api/v1/surveys/{token}", {"solved": True, "satisfaction": 5}, {"solved": "perhaps"},
        lambda answer: answer["solved"] is True,
    )),
    "second factor": (_nothing, Twin(people.WANG, None, "/api/v1/account/second-factor", sees=lambda answer: "otpauth" in answer, status=201)),
    "sign out": (_nothing, Twin(people.WANG, None, "/api/v1/sign-out")),
}  # fmt: skip
"""What must be there first, and the action. Twins that were there before have tests of their own."""


@pytest.mark.parametrize("name", WALK)
async def test_a_twin_does_what_the_page_does_for_the_same_people(client, name, monkeypatch):
    monkeypatch.setattr(rule, "AUDIT_SHARE", 1.0)
    prepare, twin = WALK[name]
    path = twin.path.format(**await prepare(client))
    if twin.other is not None:
        refused = await client.request(twin.method, path, json=twin.body, headers=await token(client, twin.other))
        assert refused.status_code == 403, refused.text
        assert (await client.request(twin.method, path, json=twin.body)).status_code == 401
    headers = await token(client, twin.who)
    if twin.bad is not None:
        bad = await client.request(twin.method, path, json=twin.bad, headers=headers)
        assert bad.status_code == 422 and bad.json()["fields"], bad.text
    done = await client.request(twin.method, path, json=twin.body, headers=headers)
    assert done.status_code == twin.status, done.text
    assert twin.sees(done.json()), done.text


READ = {
    "/api/v1/articles/mine": people.WANG, "/api/v1/reply-templates": people.WANG, "/api/v1/approval": people.JU,
    "/api/v1/learning/audit": people.DIAO, "/api/v1/learning/models": people.XI, "/api/v1/calendar?year=2027": people.XI,
    "/api/v1/limits": people.XI, "/api/v1/notices": people.XI, "/api/v1/duty": people.XI, "/api/v1/reminders": people.WANG,
}  # fmt: skip


@pytest.mark.parametrize("path", READ)
async def test_what_is_changed_can_be_read(client, path):
    assert (await client.get(path)).status_code == 401
    found = await client.get(path, headers=await token(client, READ[path]))
    assert found.status_code == 200 and found.json(), found.text
    assert (await client.get(path, headers=await token(client, people.MI))).status_code in (200, 403)


async def test_a_draft_kept_by_a_program_lies_on_the_page(client):
    number = (await _working(client))["number"]
    headers = await token(client, people.WANG)
    await client.post(f"/api/v1/cases/{number}/draft", json={"answer": "已派人去看，明天回话。"}, headers=headers)
    view = (await client.get(f"/api/v1/cases/{number}", headers=headers)).json()
    assert view["draft"]["fields"] == {"answer": "已派人去看，明天回话。"}


async def test_a_second_factor_is_set_by_its_first_code(client):
    headers = await token(client, people.WANG)
    secret = (await client.post("/api/v1/account/second-factor", headers=headers)).json()["secret"]
    wrong = await client.post("/api/v1/account/second-factor/code", json={"otp": "000000"}, headers=headers)
    assert (wrong.status_code, wrong.json()["error"]) == (422, "wrong_otp")
    right = await client.post("/api/v1/account/second-factor/code", json={"otp": pyotp.TOTP(secret).now()}, headers=headers)
    assert right.status_code == 200


async def test_who_signed_out_is_out(client):
    headers = await token(client, people.WANG)
    assert (await client.post("/api/v1/sign-out", headers=headers)).status_code == 200
    assert (await client.get("/api/v1/desk", headers=headers)).status_code == 401


async def test_a_survey_link_works_once_for_programs_too(client):
    path = f"/api/v1/surveys/{(await _survey(client))['token']}"
    assert (await client.get(path)).json()["standing"] == "open"
    assert (await client.post(path, json={"solved": True, "satisfaction": 5})).status_code == 200
    again = await client.post(path, json={"solved": False, "satisfaction": 1})
    assert (again.status_code, again.json()["error"]) == (409, "over")
