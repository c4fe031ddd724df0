"""What the system points out beside a letter: none for the city, two matters, whom an accusation is about. It never decides."""

import pytest

from feedback.rules.record import Kind, not_understood
from tests import people
from tests.web.conftest import sign_in, token
from tests.web.test_limits import seen_by

pytestmark = pytest.mark.anyio

TWO = "水南路晚上路灯全部不亮，已经一个星期了，看不见路。另外我们小区的狗天天不牵绳，咬过两个小孩，请管一管养狗的人。"
ADVERTISING = "专业办理各类贷款，无抵押，当天放款，详询加微 dk66882"
CORRUPT = "实名举报市纪委监委的一名科长，他收了我们老板五万块好处费，答应把案子压下来，转账记录我都有，请组织部查处。"


async def _triage(client, body: str) -> str:
    """The number of a letter that waits for the dispatcher, whatever the model of the day thinks of it."""
    hall = client.app.state.hall
    reader, hall.understand = hall.understand, lambda *_, **__: not_understood()
    made = await client.post("/api/v1/cases", json={"body": body})
    hall.understand = reader
    assert made.status_code == 201 and made.json()["decision"] == "triage" and made.json()["kind"] == Kind.HELP
    return made.json()["number"]


async def test_two_matters_are_proposed_for_splitting_with_the_cut_already_made(client):
    number = await _triage(client, TWO)
    await sign_in(client, people.DIAO)
    assert "好像是两件事" in (await client.get("/dispatch")).text
    case = await client.get(f"/desk/{number}")
    assert f"/desk/{number}/split?proposed=1" in case.text
    first, second = (await seen_by(client, people.DIAO, number))["hints"]["matters"]
    assert TWO[first["start"] : first["end"]].endswith("看不见路。") and TWO[second["start"] :].startswith("另外")
    assert {first["category"]["code"], second["category"]["code"]} == {"B03", "A10"}
    page = await client.get(f"/desk/{number}/split?proposed=1")
    assert page.status_code == 200 and "不牵绳" in page.text and page.text.count("<textarea") == 2


async def test_a_letter_with_one_matter_is_left_whole(client):
    number = await _triage(client, people.NOISE)
    assert (await seen_by(client, people.DIAO, number))["hints"] == {"scope": None, "matters": [], "accused": []}
    await sign_in(client, people.DIAO)
    assert "好像是两件事" not in (await client.get(f"/desk/{number}")).text


async def test_advertising_goes_to_a_person_and_says_so(client):
    made = await client.post("/api/v1/cases", json={"body": ADVERTISING})
    assert made.status_code == 201 and made.json()["decision"] == "triage"
    await sign_in(client, people.DIAO)
    assert "看起来是广告" in (await client.get("/dispatch")).text
    assert (await seen_by(client, people.DIAO, made.json()["number"]))["hints"]["scope"]["code"] == "advertising"


async def test_an_accusation_is_not_sent_to_the_accused_by_one_click(client):
    made = (await client.post("/api/v1/cases", json={"title": "实名举报", "body": CORRUPT})).json()
    assert made["decision"] == "protected"
    who = await token(client, people.MI)
    seen = (await client.get(f"/api/v1/cases/{made['number']}", headers=who)).json()
    assert any("市纪委监委" in one["bureaus"] for one in seen["hints"]["accused"])
    await sign_in(client, people.MI)
    page = (await client.get("/dispatch")).text
    assert "信里说到的单位" in page and "我看过原文，仍派给市纪委监委" in page
    given = {"step": "dispatch", "version": seen["version"], "bureau": "JWJW"}
    steps = f"/api/v1/cases/{made['number']}/steps"
    refused = await client.post(steps, json=given, headers=who)
    assert (refused.status_code, refused.json()["error"]) == (422, "spoken_of")
    shown = await client.post(f"/desk/{made['number']}/steps", data=given)
    assert shown.status_code == 422 and "我看过原文" in shown.text
    other = await client.post(steps, json={**given, "bureau": "ZZB"}, headers=who)
    assert other.status_code == 200


async def test_who_has_read_it_may_send_it_all_the_same(client):
    made = (await client.post("/api/v1/cases", json={"title": "实名举报", "body": CORRUPT})).json()
    who = await token(client, people.MI)
    version = (await client.get(f"/api/v1/cases/{made['number']}", headers=who)).json()["version"]
    given = {"step": "dispatch", "version": version, "bureau": "JWJW", "confirmed": True}
    assert (await client.post(f"/api/v1/cases/{made['number']}/steps", json=given, headers=who)).status_code == 200
