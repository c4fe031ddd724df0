"""The dispatcher: what the machine was not sure of, its suggestions one click away; returns; the confidential desk."""

import pytest

from feedback.web import dispatch
from tests import people
from tests.web.conftest import submitted, token
from tests.web.staff import Page, api_step, at_bureau, browser, get, post

pytestmark = pytest.mark.anyio

UNCLEAR = "我家门口那个东西又坏了，没人管。"


@pytest.fixture
async def unclear(client):
    made = await submitted(client, body=UNCLEAR)
    assert made["decision"] == "triage"
    return made["number"]


async def case_of(client, who, number):
    return (await client.get(f"/api/v1/cases/{number}", headers=await token(client, who))).json()


async def version_of(client, number, who=people.DIAO):
    return (await case_of(client, who, number))["version"]


async def test_a_suggestion_is_one_click(client, unclear):
    page = await get(client, people.DIAO, "/dispatch")
    assert page.words["h1"] == "等您派单" and UNCLEAR in page.text.replace("<mark>", "").replace("</mark>", "")
    buttons = [one for one in page.forms if one["action"] == f"/dispatch/{unclear}" and one.get("bureau")]
    assert buttons, "at least one suggestion has a bureau"
    first = {name: value for name, value in buttons[0].items() if name not in ("action", "method")}
    sent = await post(client, people.DIAO, f"/dispatch/{unclear}", **first)
    assert (sent.status_code, sent.headers["location"]) == (303, f"/dispatch?done=dispatch&about={unclear}")
    case = await case_of(client, people.DIAO, unclear)
    assert (case["status"], case["bureau"]["code"], case["category"]["code"]) == (
        "assigned", first["bureau"], first["category"],
    )  # fmt: skip
    page = await get(client, people.DIAO, sent.headers["location"])
    assert "已派单" in page.text and "都派完了" in page.text


async def test_a_suggestion_of_no_percent_is_left_out_but_kept_in_the_ledger(client, unclear):
    """0.4 % is shown as 0 % and helps nobody; 0.6 % is shown as 1 %."""
    database, shares = client.app.state.hall.database, "SELECT scores FROM ledger"
    for third, shown in ((0.004, 2), (0.006, 3)):
        await database.execute("UPDATE ledger SET scores = CAST(:scores AS real[])", {"scores": [0.5, 0.3, third]})
        page = await get(client, people.DIAO, "/dispatch")
        assert page.text.count("%）</span>") == shown and "（0%）" not in page.text and "（50%）" in page.text
        assert ("（1%）" in page.text) == (shown == 3)
        assert len(await database.fetch_val(shares)) == 3


async def test_any_other_bureau_by_its_name_with_support(client, unclear):
    sent = await post(
        client, people.DIAO, f"/dispatch/{unclear}", version=await version_of(client, unclear), bureau="市生态环境局",
        category="建筑施工噪声", support="鱼峰区、CGJ",
    )  # fmt: skip
    assert sent.status_code == 303, sent.text
    case = await case_of(client, people.DIAO, unclear)
    assert case["bureau"]["code"] == "STHJ" and case["category"]["code"] == "C01"
    assert {(one["bureau"]["code"], one["role"]) for one in case["holders"]} == {
        ("STHJ", "lead"), ("D_YF", "support"), ("CGJ", "support"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"bureau": "月球管理局"}, "没有这个单位"),
        ({"bureau": ""}, "没有这个单位"),
        ({"bureau": "STHJ", "category": "月亮"}, "没有这个事项"),
        ({"bureau": "STHJ", "support": "月球管理局"}, "没有这个单位"),
        ({"step": "decide_return", "uphold": "true"}, "现在不能做"),
    ],
)
async def test_what_cannot_be_dispatched_says_why_on_the_case(client, unclear, given, sentence):
    sent = await post(client, people.DIAO, f"/dispatch/{unclear}", version=await version_of(client, unclear), **given)
    assert sent.status_code in (409, 422) and sentence in sent.text
    assert (await case_of(client, people.DIAO, unclear))["status"] == "triage"


async def test_two_dispatchers_the_slower_one_sees_it(client, unclear):
    version = await version_of(client, unclear)
    await post(client, people.DIAO, f"/dispatch/{unclear}", version=version, bureau="CGJ")
    sent = await post(client, people.DIAO, f"/dispatch/{unclear}", version=version, bureau="STHJ")
    assert Page(sent).status == 409 and "刁度" in sent.text
    assert (await case_of(client, people.DIAO, unclear))["bureau"]["code"] == "CGJ"


async def test_only_dispatchers_and_only_by_post(client, unclear):
    for someone in (people.WANG, people.DU, people.SHI, people.XI):
        headers = await browser(client, someone)
        assert (await client.get("/dispatch", headers=headers)).status_code == 403
        sent = await client.post(f"/dispatch/{unclear}", data={"bureau": "CGJ", "version": 2}, headers=headers)
        assert sent.status_code == 403
    diao = await browser(client, people.DIAO)
    assert (await client.get(f"/dispatch/{unclear}", headers=diao)).status_code == 405
    assert (await post(client, people.DIAO, "/dispatch/2026-0101-9999", bureau="CGJ", version=1)).status_code == 404
    assert (await client.get("/dispatch?cursor=x", headers=diao)).status_code == 422


async def returned(client):
    number = await at_bureau(client)
    await api_step(client, people.WANG, number, "return", reason="not_ours", propose="GAJ", basis="噪声法第八条")
    return number


async def test_a_return_is_shown_with_its_reason_and_sent_on_in_one_click(client):
    number = await returned(client)
    page = await get(client, people.DIAO, "/dispatch?queue=returned")
    assert "不是本单位职责" in page.text and "噪声法第八条" in page.text and "市公安局" in page.text
    form = next(one for one in page.forms if one.get("uphold") == "true" and one.get("bureau") == "GAJ")
    sent = await post(client, people.DIAO, form["action"], version=form["version"], uphold="true", bureau="GAJ")
    assert sent.status_code == 303, sent.text
    case = await case_of(client, people.DIAO, number)
    assert case["bureau"]["code"] == "GAJ"
    assert [one["step"] for one in case["timeline"]][-2:] == ["uphold_return", "dispatch"]


async def test_a_return_refused_goes_back_for_good(client):
    number = await returned(client)
    sent = await post(
        client, people.DIAO, f"/dispatch/{number}", step="decide_return", uphold="false", reason="夜间施工归你局",
        version=await version_of(client, number),
    )  # fmt: skip
    assert sent.status_code == 303
    page = await get(client, people.WANG, f"/desk/{number}")
    assert "夜间施工归你局" in page.text and "return" not in page.steps and "accept" in page.steps


async def test_the_confidential_desk_is_the_same_page_with_other_cases(client, unclear):
    made = await submitted(client, body="举报某局局长张某收受施工单位贿赂，有转账记录。")
    page = await get(client, people.MI, "/dispatch")
    assert "转账记录" in page.text and unclear not in page.text
    assert {one["bureau"] for one in page.forms if one.get("bureau")} == {"JWJW", "ZZB"}
    assert made["number"] not in (await get(client, people.DIAO, "/dispatch")).text
    version = await version_of(client, made["number"], people.MI)
    sent = await post(client, people.MI, f"/dispatch/{made['number']}", bureau="STHJ", version=version)
    assert sent.status_code == 422
    sent = await post(client, people.DIAO, f"/dispatch/{made['number']}", bureau="JWJW", version=version)
    assert sent.status_code == 404
    sent = await post(client, people.MI, f"/dispatch/{made['number']}", bureau="JWJW", version=version)
    assert sent.status_code == 303


async def test_decline_divert_and_join_from_the_page_of_the_case(client, unclear):
    page = await get(client, people.DIAO, f"/desk/{unclear}?queue=triage")
    assert page.steps >= {"dispatch", "decline", "divert", "join", "correct_category"}
    hidden = page.form("decline")
    sent = await post(
        client, people.DIAO, hidden["action"], step="decline", version=hidden["version"], reason="empty", route="请写明地点再提交",
    )  # fmt: skip
    assert sent.status_code == 303
    assert (await case_of(client, people.DIAO, unclear))["status"] == "declined"


@pytest.mark.parametrize(
    ("probability", "words"),
    [(1.0, "很有把握"), (0.9, "很有把握"), (0.89, "比较有把握"), (0.4, "有可能"), (0.0, "说不准")],
)
def test_probabilities_in_words(probability, words):
    assert dispatch.in_words(probability) == words
