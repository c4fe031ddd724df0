"""Splitting a letter: the page with its suggestions, the JSON step, and what the citizen sees with one query code."""

import dataclasses

import pytest

from feedback.actions import splitting
from feedback.store import cases
from tests import people
from tests.conftest import understand_noise
from tests.web.conftest import sign_in, token
from tests.web.staff import api_step, browser, get, post
from tests.web.test_limits import at_bureau, seen_by

pytestmark = pytest.mark.anyio

LAMP = "东环大道公交站旁边的路灯坏了半个月，晚上看不见路，请派人来修。"
FIELDS = {"own": "工地连续三天夜里打桩。", "part": LAMP, "title": "", "category": "B03", "bureau": "CGJ"}


async def test_the_page_suggests_keeps_what_was_typed_and_splits(client):
    number = await at_bureau(client)
    await sign_in(client, people.DIAO)
    url = f"/desk/{number}/split"
    assert url in (await client.get(f"/desk/{number}")).text
    page = await client.get(url)
    assert page.status_code == 200 and "打桩" in page.text
    version = (await seen_by(client, people.DIAO, number))["version"]
    given = {**FIELDS, "version": version}
    asked = await client.post(url, data={**given, "category": "", "bureau": "", "suggest": "1"})
    assert asked.status_code == 200 and "系统建议" in asked.text and LAMP in asked.text
    used = await client.post(url, data={**given, "use": "B03|CGJ"})
    assert '<option value="B03" selected>' in used.text and '<option value="CGJ" selected>' in used.text
    wrong = await client.post(url, data={**given, "part": "", "category": ""})
    assert wrong.status_code == 422 and "工地连续三天夜里打桩。" in wrong.text
    stale = await client.post(url, data={**given, "version": "99"})
    assert stale.status_code == 409 and LAMP in stale.text and "拆分没有执行" in stale.text
    done = await client.post(url, data=given)
    assert (done.status_code, done.headers["location"]) == (303, f"/desk/{number}?done=split")
    after = await client.get(done.headers["location"])
    assert "已拆成两件" in after.text and "本件只办：工地连续三天夜里打桩。" in after.text


async def test_json_takes_the_same_step_and_one_code_opens_both(client):
    client.app.state.hall.understand = understand_noise
    made = (await client.post("/api/v1/cases", json={"body": people.NOISE})).json()
    number, code = made["number"], made["query_code"]
    who = await token(client, people.DIAO)
    version = (await seen_by(client, people.DIAO, number))["version"]
    given = {"step": "split", "version": version, **FIELDS}
    url = f"/api/v1/cases/{number}/steps"
    assert (await client.post(url, json={**given, "category": "XX"}, headers=who)).status_code == 422
    assert (await client.post(url, json=given, headers=await token(client, people.SHI))).status_code == 403
    after = await client.post(url, json=given, headers=who)
    assert after.status_code == 200, after.text
    [part] = after.json()["parts"]
    own = (await client.get(f"/api/v1/cases/{number}?code={code}")).json()
    other = (await client.get(f"/api/v1/cases/{part['number']}?code={code}")).json()
    assert [one["number"] for one in own["parts"]] == [part["number"]]
    assert (other["body"], other["bureau"]["code"], other["received_at"]) == (LAMP, "CGJ", own["received_at"])
    assert (await client.get(f"/api/v1/cases/{part['number']}")).status_code == 404
    looked = await client.post("/track", data={"number": number, "code": code})
    assert looked.status_code == 303
    page = await client.get(f"/track/{number}")
    assert f'href="/track/{part["number"]}"' in page.text and "您的信里有 2 件事" in page.text
    assert LAMP in (await client.get(f"/track/{part['number']}")).text  # its code is carried along
    assert (await client.post(url, json=given, headers=who)).status_code == 409


async def test_nobody_else_splits_and_no_part_is_split_again(client):
    number = await at_bureau(client)
    await sign_in(client, people.WANG)
    assert (await client.get(f"/desk/{number}/split")).status_code == 403
    await sign_in(client, people.DIAO)
    version = (await seen_by(client, people.DIAO, number))["version"]
    await client.post(f"/desk/{number}/split", data={**FIELDS, "version": version})
    [part] = (await seen_by(client, people.DIAO, number))["parts"]
    assert (await client.get(f"/desk/{part['number']}/split")).status_code == 409
    assert (await cases.get(client.app.state.hall.database, part["number"])).split_from is not None


async def test_both_texts_stay_when_the_case_cannot_be_split_any_more(client):
    number = await at_bureau(client)
    await sign_in(client, people.DIAO)
    url = f"/desk/{number}/split"
    old = (await seen_by(client, people.DIAO, number))["version"]
    await api_step(client, people.WANG, number, "accept")
    now = (await api_step(client, people.WANG, number, "ask_citizen", question="是哪个工地？"))["version"]
    for given in ({"version": old}, {"version": now}, {"version": now, "part": LAMP, "suggest": "1"}):
        late = await client.post(url, data={**FIELDS, **given})
        assert late.status_code == 409 and "这件现在是“等市民补充”，不能拆分。" in late.text
        assert FIELDS["own"] in late.text and LAMP in late.text
    assert not (await seen_by(client, people.DIAO, number))["parts"]


async def test_a_letter_that_was_split_to_the_last_part_says_so_and_keeps_the_texts(client, monkeypatch):
    monkeypatch.setattr(splitting, "MOST", 2)
    number = await at_bureau(client)
    await sign_in(client, people.DIAO)
    for wanted in (303, 409):
        version = (await seen_by(client, people.DIAO, number))["version"]
        answer = await client.post(f"/desk/{number}/split", data={**FIELDS, "version": version})
        assert answer.status_code == wanted
    assert "一封信最多拆成 2 件" in answer.text and LAMP in answer.text


async def test_the_other_part_is_a_link_for_who_may_open_it(client):
    number = await at_bureau(client)
    version = (await seen_by(client, people.DIAO, number))["version"]
    await post(client, people.DIAO, f"/desk/{number}/split", **FIELDS, version=str(version))
    [part] = (await seen_by(client, people.DIAO, number))["parts"]
    for someone, wanted in ((people.WANG, 404), (people.DIAO, 200), (people.DU, 200)):
        address = f"/desk/{part['number']}"
        assert (await client.get(address, headers=await browser(client, someone))).status_code == wanted
        page = await get(client, someone, f"/desk/{number}")
        told = page.near("同一封信拆出的", 400)
        assert part["number"] in told and (f'href="{address}"' in told) == (wanted == 200), someone


async def test_a_part_goes_to_no_bureau_that_is_no_more(client):
    """The page was open while the ecology bureau was merged away: nobody would hold the second case."""
    number, hall = await at_bureau(client), client.app.state.hall
    bureaus = dict(hall.city.bureaus) | {"STHJ": dataclasses.replace(hall.city.bureaus["STHJ"], active=False)}
    hall.city = dataclasses.replace(hall.city, bureaus=bureaus)
    version = (await seen_by(client, people.DIAO, number))["version"]
    sent = await post(client, people.DIAO, f"/desk/{number}/split", **FIELDS | {"bureau": "STHJ"}, version=version)
    assert sent.status_code == 422 and "没有这个单位：STHJ" in sent.text and LAMP in sent.text
    assert (await seen_by(client, people.DIAO, number))["parts"] == []
    sent = await post(client, people.DIAO, f"/desk/{number}/split", **FIELDS, version=version)
    assert sent.status_code == 303
