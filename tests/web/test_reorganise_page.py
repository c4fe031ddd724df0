"""The page of reorganisations: what would move is shown first, then planned; undone before the day; JSON is the same."""

import pytest

from feedback import clock
from feedback.actions import reorganising
from feedback.store import city
from tests import people
from tests.web.conftest import token
from tests.web.staff import at_bureau, browser, get, post

pytestmark = pytest.mark.anyio

MERGE = {
    "what": "bureau", "act": "merge", "codes": "STHJ", "into_0": "CGJ", "basis": "柳政发〔2026〕9号", "on": "2027-03-01",
}  # fmt: skip


def today():
    return clock.local(clock.now()).date().isoformat()


@pytest.mark.parametrize("what", ["bureau", "category"])
@pytest.mark.parametrize("act", ["merge", "split", "rename"])
async def test_each_kind_has_its_form(client, what, act):
    page = await get(client, people.XI, f"/admin/reorganise?what={what}&act={act}")
    assert page.status == 200 and page.words["h1"] == "机构和事项调整" and "先看会动什么" in page.text


async def test_first_it_says_what_would_move_then_it_is_planned(client):
    await at_bureau(client)
    seen = await post(client, people.XI, "/admin/reorganise", **MERGE, press="preview")
    assert seen.status_code == 200 and "在办诉求 1 件" in seen.text and "接手在办 1 件" in seen.text
    assert "从 2027-03-01 起" in seen.text and "还没有调整过" in seen.text
    done = await post(client, people.XI, "/admin/reorganise", **MERGE, press="confirm")
    assert (done.status_code, done.headers["location"]) == (303, "/admin/reorganise?done=planned")
    page = await get(client, people.XI, done.headers["location"])
    assert "柳政发〔2026〕9号" in page.text and "到日子自动生效" in page.text
    cancel = next(one["action"] for one in page.forms if one["action"].endswith("/cancel"))
    assert (await post(client, people.XI, cancel)).status_code == 303
    assert "已取消" in (await get(client, people.XI, "/admin/reorganise")).text
    again = await post(client, people.XI, cancel)
    assert again.status_code == 409 and "已经取消" in again.text


async def test_at_once_it_is_done_by_the_next_tick(client):
    number = await at_bureau(client)
    await post(client, people.XI, "/admin/reorganise", **MERGE | {"on": today()}, press="confirm")
    hall = client.app.state.hall
    assert await reorganising.apply_due(hall, now=clock.now()) == 1
    case = (await client.get(f"/api/v1/cases/{number}", headers=await token(client, people.LI))).json()
    assert case["bureau"]["code"] == "CGJ"
    assert "转了 1 件" in (await get(client, people.XI, "/admin/reorganise")).text
    page = await get(client, people.LI, f"/desk/{number}")
    assert "机构或事项调整" in page.text and "市生态环境局 → 市城管执法局" in page.text
    hall.city = await city.read(hall.database)
    sent = await client.get("/cases", headers=await browser(client, people.LI))
    assert '<option value="STHJ"' not in sent.text and '<option value="CGJ"' in sent.text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"into_0": ""}, "选一个别的去处"),
        ({"into_0": "STHJ"}, "选一个别的去处"),
        ({"on": "2020-01-01"}, "不能早于今天"),
        ({"on": "morgen"}, "生效日期"),
        ({"basis": ""}, "依据"),
        ({"codes": ""}, ""),
        ({"codes": "JWJW"}, "只能更名"),
        ({"into_0": "", "new_code_0": "sthj"}, "大写字母"),
        ({"into_0": "", "new_code_0": "RSJ", "new_name_0": "新局"}, "不能重复使用"),
        ({"what": "planet"}, ""),
    ],
)
async def test_what_cannot_be_is_said_and_nothing_is_planned(client, changes, words):
    sent = await post(client, people.XI, "/admin/reorganise", **MERGE | changes, press="confirm")
    assert sent.status_code == 422 and words in sent.text
    assert "还没有调整过" in (await get(client, people.XI, "/admin/reorganise")).text


async def test_only_the_system_administrator_comes_in(client):
    for someone in people.STAFF:
        if someone is people.XI:
            continue
        cookie, bearer = await browser(client, someone), await token(client, someone)
        assert (await client.get("/admin/reorganise", headers=cookie)).status_code == 403
        assert (await client.post("/admin/reorganise", data=MERGE, headers=cookie)).status_code == 403
        assert (await client.get("/api/v1/reorganisations", headers=bearer)).status_code == 403


async def test_the_same_as_json(client):
    await at_bureau(client)
    bearer = await token(client, people.XI)
    body = {
        "what": "bureau", "act": "split", "codes": ["STHJ"], "on": "2027-03-01", "basis": "三定方案", "preview": True,
        "into": [{"code": "ZJJ"}, {"code": "ZAO", "name": "市噪声管理局", "short": "市噪声局", "categories": ["C01"]}],
    }  # fmt: skip
    seen = (await client.post("/api/v1/reorganisations", json=body, headers=bearer)).json()
    [one] = seen["preview"]
    assert seen["ids"] == [] and [heir["cases"] for heir in one["heirs"]] == [0, 1] and one["people"] == 3
    made = await client.post("/api/v1/reorganisations", json={**body, "preview": False}, headers=bearer)
    assert made.status_code == 201 and len(made.json()["ids"]) == 1
    [row] = (await client.get("/api/v1/reorganisations", headers=bearer)).json()["items"]
    assert row["code"] == "STHJ" and row["heirs"] == ["ZJJ", "ZAO"]
    address = f"/api/v1/reorganisations/{row['id']}/cancel"
    assert (await client.post(address, headers=bearer)).status_code == 200
    assert (await client.post(address, headers=bearer)).status_code == 422
    assert (await client.post("/api/v1/reorganisations/x/cancel", headers=bearer)).status_code == 404
    for wrong in ({"into": [{"code": "ZJJ"}, {"code": "CGJ", "categories": ["NOPE"]}]}, {"codes": []}, {"on": "x"}):
        assert (await client.post("/api/v1/reorganisations", json={**body, **wrong}, headers=bearer)).status_code == 422


async def test_nobody_dispatches_to_what_is_no_more(client):
    await post(client, people.XI, "/admin/reorganise", **MERGE | {"on": today()}, press="confirm")
    await reorganising.apply_due(client.app.state.hall, now=clock.now())
    number = (await client.post("/api/v1/cases", json={"body": "我家门口那个东西坏了，一直没有人来管。"})).json()["number"]
    bearer = await token(client, people.DIAO)
    version = (await client.get(f"/api/v1/cases/{number}", headers=bearer)).json()["version"]
    given = {"step": "dispatch", "version": version, "bureau": "STHJ", "category": "C01"}
    refused = await client.post(f"/api/v1/cases/{number}/steps", json=given, headers=bearer)
    assert refused.status_code in (409, 422), refused.text
