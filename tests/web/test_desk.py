"""The desk in a bureau: what is due first, one page a case, every step a form, and nothing typed is lost."""

import pytest

from tests import people
from tests.web.conftest import submitted, token
from tests.web.staff import Page, api_step, at_bureau, browser, get, post, step

pytestmark = pytest.mark.anyio

ANSWER = (
    "您好！我局执法人员 11 月 24 日晚到东环大道工地检查，夜间打桩情况属实，已责令停止夜间施工，12 月 1 日前再次复查。"
)


@pytest.fixture
async def number(client):
    return await at_bureau(client)


async def test_the_queue_shows_what_is_due_with_its_light(client, number):
    page = await get(client, people.WANG, "/desk")
    assert page.status == 200 and page.words["h1"] == "待签收"
    assert number in page.text and "还剩" in page.near(number, 500)
    assert 'class="light green"' in page.text
    assert number not in (await get(client, people.WANG, "/desk?queue=working")).text


async def test_search_finds_by_number_phone_and_words(client, number):
    for typed in (number, people.XIAO_LIN_PHONE, "东环大道 打桩"):
        assert number in (await get(client, people.WANG, f"/desk?q={typed}")).text, typed
    nothing = await get(client, people.WANG, "/desk?q=没有这回事")
    assert nothing.status == 200 and "没有找到" in nothing.text


async def test_the_same_lists_as_json(client, number):
    answer = await client.get("/api/v1/desk?queue=to_accept", headers=await token(client, people.WANG))
    content = answer.json()
    assert [one["number"] for one in content["items"]] == [number]
    assert content["counts"]["to_accept"] == 1 and content["next"] is None
    assert (await client.get("/api/v1/desk?queue=x", headers=await token(client, people.WANG))).status_code == 422


async def test_the_whole_way_through_forms(client, number):
    answer = await step(client, people.WANG, number, "accept")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/desk/{number}?done=accept")
    page = await get(client, people.WANG, f"/desk/{number}?done=accept")
    assert "已签收" in page.text and "reply" in page.steps and "accept" not in page.steps
    answer = await step(client, people.WANG, number, "reply", finding="属实", answer=ANSWER, outcome="solved")
    assert answer.status_code == 303, answer.text
    page = await get(client, people.SHEN, f"/desk/{number}")
    assert ANSWER in page.text and page.steps >= {"approve", "send_back"}
    assert (await step(client, people.SHEN, number, "approve")).status_code == 303
    case = (await client.get(f"/api/v1/cases/{number}", headers=await token(client, people.WANG))).json()
    assert case["status"] == "replied" and case["answer"] == ANSWER
    page = await get(client, people.WANG, f"/desk/{number}")
    assert ANSWER in page.text and "王工" in page.text and "沈科" in page.text


async def test_only_what_is_possible_now_is_offered(client, number):
    page = await get(client, people.WANG, f"/desk/{number}")
    assert page.steps == {
        "accept", "return", "contact", "assign", "note", "join", "recuse", "request_extension", "reply",
    }  # fmt: skip
    assert (await get(client, people.SHEN, f"/desk/{number}")).steps == {"note", "recuse"}
    assert (await get(client, people.SHI, f"/desk/{number}")).steps == {"instruct", "note"}
    assert (await get(client, people.DU, f"/desk/{number}")).steps == {"instruct", "note", "terminate", "urgent"}


async def test_a_weak_answer_is_shown_what_is_missing_before_it_goes_out(client, number):
    await step(client, people.WANG, number, "accept")
    answer = await step(client, people.WANG, number, "reply", finding="看过了", answer="您好，已收到，谢谢。")
    page = Page(answer)
    assert page.status == 200 and "发出前看一眼" in page.text and "仍然送审核" in page.text
    assert "您好，已收到，谢谢。" in page.text and "看过了" in page.text
    case = (await client.get(f"/api/v1/cases/{number}", headers=await token(client, people.WANG))).json()
    assert case["status"] == "working"
    sent = await step(client, people.WANG, number, "reply", answer="您好，已收到，谢谢。", confirmed="1")
    assert sent.status_code == 200 and "请写明为什么仍然这样答复" in sent.text
    sent = await step(client, people.WANG, number, "reply", answer="您好，已收到，谢谢。", override="市民只要一个回执")
    assert sent.status_code == 303
    assert "市民只要一个回执" in (await get(client, people.SHEN, f"/desk/{number}")).near("系统提醒", 600)


async def test_an_answer_sent_back_is_there_to_be_mended(client, number):
    await step(client, people.WANG, number, "accept")
    await step(client, people.WANG, number, "reply", answer=ANSWER)
    await step(client, people.SHEN, number, "send_back", reason="许可的事没有回答")
    page = await get(client, people.WANG, f"/desk/{number}")
    assert "许可的事没有回答" in page.text and ANSWER in page.near('id="reply-answer"')


async def test_a_stranger_and_an_unknown_number_get_the_same_404(client, number):
    for someone, wanted in ((people.ZHU, number), (people.WANG, "2026-0101-9999"), (people.WANG, "x" * 300)):
        headers = await browser(client, someone)
        assert (await client.get(f"/desk/{wanted}", headers=headers)).status_code == 404
        for last in ("steps", "reveal"):
            sent = await client.post(f"/desk/{wanted}/{last}", data={"step": "accept", "version": 1}, headers=headers)
            assert sent.status_code == 404


async def test_without_sign_in_nobody_gets_in(client, number):
    answer = await client.get(f"/desk/{number}")
    assert answer.status_code == 303 and answer.headers["location"].startswith("/sign-in?next=/desk/")
    assert (await client.post(f"/desk/{number}/steps", data={"step": "accept"})).status_code == 401
    for someone in (people.XI, people.AN, people.JI):
        assert (await client.get("/desk", headers=await browser(client, someone))).status_code == 403


async def test_the_wrong_role_gets_403_and_changes_nothing(client, number):
    sent = await post(client, people.SHEN, f"/desk/{number}/steps", step="accept", version=2)
    assert sent.status_code == 403
    assert "to_accept" in (await get(client, people.WANG, f"/desk/{number}")).text
    assert (await get(client, people.WANG, f"/desk/{number}")).form("accept")


async def test_who_was_slower_sees_who_was_faster_and_keeps_what_was_typed(client, number):
    await step(client, people.WANG, number, "accept")
    old = (await get(client, people.WANG, f"/desk/{number}")).form("ask_citizen")["version"]
    await step(client, people.JU, number, "note", text="我来联系")
    sent = await post(
        client, people.WANG, f"/desk/{number}/steps", step="ask_citizen", version=old, question="工地在哪个路口？"
    )
    page = Page(sent)
    assert page.status == 409 and "居局" in page.near("没有执行") and "工地在哪个路口？" in page.text
    assert page.form("ask_citizen")["version"] == str(int(old) + 1)


async def test_a_step_whose_time_has_passed_gets_409_and_the_words_back(client, number):
    await step(client, people.WANG, number, "accept")
    page = await get(client, people.WANG, f"/desk/{number}")
    version = page.form("reply")["version"]
    await step(client, people.JU, number, "reply", answer=ANSWER)
    sent = await post(
        client, people.WANG, f"/desk/{number}/steps", step="reply", version=version, answer="我写了半小时的答复。"
    )
    page = Page(sent)
    assert page.status == 409 and "我写了半小时的答复。" in page.text and "可以复制" in page.text
    now = str(int(version) + 1)
    sent = await post(client, people.WANG, f"/desk/{number}/steps", step="accept", version=now)
    assert sent.status_code == 409 and "这一步现在不能做" in sent.text


@pytest.mark.parametrize(
    ("name", "field", "given"),
    [
        ("return", "reason", {"reason": "", "basis": "依据写在这里"}),
        ("return", "propose", {"reason": "not_ours", "propose": "没有", "basis": "依据写在这里"}),
        ("request_extension", "days", {"days": "十", "reason": "依据写在这里"}),
        ("request_extension", "days", {"days": "10", "reason": "依据写在这里", "extra": ""}),
        ("assign", "person", {"person": "999999"}),
        ("contact", "text", {"text": ""}),
        ("contact", "text", {"text": "啊" * 2001}),
        ("join", "lead", {"lead": "2026-0101-9999"}),
    ],
)
async def test_bad_input_keeps_the_input_and_says_what_is_wrong(client, number, name, field, given):
    sent = await step(client, people.WANG, number, name, **given)
    page = Page(sent)
    assert page.status == 422
    if "extra" not in given:
        assert f'id="{name}-{field}-fault"' in page.text and f'href="#{name}-{field}"' in page.text
    assert given.get("basis", "") in page.text and 'class="faults"' in page.text


async def test_a_case_is_joined_under_no_case_one_may_not_see(client, number):
    foreign = await submitted(client, body="请问一下")
    assert (await client.get(f"/desk/{foreign['number']}", headers=await browser(client, people.WANG))).status_code == 404
    sent = await step(client, people.WANG, number, "join", lead=foreign["number"])
    assert sent.status_code == 422 and "没有找到这个编号的主件" in sent.text


async def test_a_made_up_queue_cursor_or_step_is_422(client, number):
    for address in ("/desk?queue=x", "/desk?cursor=x", f"/desk?q={'长' * 101}"):
        assert (await client.get(address, headers=await browser(client, people.WANG))).status_code == 422, address
    sent = await post(client, people.WANG, f"/desk/{number}/steps", step="explode", version="1")
    assert sent.status_code == 422


@pytest.mark.parametrize("text", ["a\0b", "\u202e反过来", "<script>alert(1)</script>", "😀" * 10, "%00"])
async def test_odd_characters_are_never_a_fault_of_ours(client, number, text):
    sent = await step(client, people.WANG, number, "note", text=text)
    assert sent.status_code in (303, 422)
    page = await get(client, people.WANG, f"/desk/{number}")
    assert "<script>alert" not in page.text
    searched = await client.get("/desk", params={"q": text}, headers=await browser(client, people.WANG))
    assert searched.status_code in (200, 422)


async def test_get_is_refused_where_only_post_belongs(client, number):
    headers = await browser(client, people.WANG)
    for last in ("steps", "reveal"):
        assert (await client.get(f"/desk/{number}/{last}", headers=headers)).status_code == 405


async def test_an_email_is_masked_like_a_phone_and_its_reveal_is_written_down(client):
    made = await submitted(client, contact={"name": "林小梅", "email": "xiaomei.lin@example.com"})
    if made["decision"] == "triage":
        await api_step(client, people.DIAO, made["number"], "dispatch", bureau="STHJ", category="C01")
    path = f"/desk/{made['number']}"
    page = await get(client, people.WANG, path)
    assert "xiaomei" not in page.text and "@example.com" in page.text
    shown = await post(client, people.WANG, f"{path}/reveal", reason="约市民到现场")
    assert "xiaomei.lin@example.com" in shown.text
    assert await client.app.state.hall.database.fetch_val("SELECT count(*) FROM reveals") == 1


async def test_the_phone_is_masked_and_a_reveal_is_written_down(client, number):
    page = await get(client, people.WANG, f"/desk/{number}")
    assert people.XIAO_LIN_PHONE not in page.text and "139****0001" in page.text
    bad = await post(client, people.WANG, f"/desk/{number}/reveal", reason="")
    assert bad.status_code == 422 and people.XIAO_LIN_PHONE not in bad.text
    shown = await post(client, people.WANG, f"/desk/{number}/reveal", reason="约市民到现场")
    assert shown.status_code == 200 and people.XIAO_LIN_PHONE in shown.text
    assert people.XIAO_LIN_PHONE not in (await get(client, people.WANG, f"/desk/{number}")).text
    kept = await client.app.state.hall.database.fetch_all("SELECT reason FROM reveals")
    assert [row["reason"] for row in kept] == ["约市民到现场"]
    assert (await post(client, people.SHI, f"/desk/{number}/reveal", reason="想看看")).status_code == 403


async def test_the_page_of_a_case_tells_its_time_its_routing_and_its_neighbours(client, number):
    other = await at_bureau(client)
    page = await get(client, people.WANG, f"/desk/{number}")
    assert (
        "<svg" in page.text
        and "时间在谁手上" in page.text
        and "法定期限" in page.text
        and "派单依据" in page.text
        and "<mark>" in page.text
    )
    assert "同一手机号的其他诉求" in page.text and f"/desk/{other}" in page.text
    assert "今天" not in page.words["h1"]


async def test_after_a_return_the_bureau_has_left_the_case(client, number):
    sent = await step(client, people.WANG, number, "return", reason="not_ours", basis="噪声法第八条", propose="GAJ")
    assert (sent.status_code, sent.headers["location"]) == (303, "/desk?done=return")
    assert "已退单" in (await get(client, people.WANG, "/desk?done=return")).text
    late = await post(client, people.WANG, f"/desk/{number}/steps", step="note", version=3, text="还有一句话")
    assert late.status_code == 404 and "还有一句话" in late.text


async def test_a_protected_case_is_read_by_the_confidential_clerk_alone(client):
    made = await submitted(client, title="举报局长受贿", body="举报某局局长张某收受施工单位贿赂，有转账记录。")
    assert made["decision"] == "protected"
    page = await get(client, people.MI, f"/desk/{made['number']}")
    assert page.status == 200 and "转账记录" in page.text and "join" not in page.steps
    assert "举报局长受贿" in (await get(client, people.MI, "/desk")).text
    for someone in (people.WANG, people.DIAO, people.DU, people.SHI):
        answer = await client.get(f"/desk/{made['number']}", headers=await browser(client, someone))
        assert answer.status_code == 404
        assert made["number"] not in (await get(client, someone, "/desk")).text


async def test_an_instruction_stands_above_the_letter(client, number):
    await api_step(client, people.DU, number, "instruct", text="周五前书面报告", due_at="2199-01-04T17:00:00+08:00")
    assert "周五前书面报告" in (await get(client, people.WANG, f"/desk/{number}")).text
    sent = await step(client, people.SHI, number, "instruct", text="请局长包案", due_at="2199-01-05T17:30")
    assert sent.status_code == 303
    due = await client.app.state.hall.database.fetch_val("SELECT due_at FROM instructions WHERE text = '请局长包案'")
    assert due.isoformat() == "2199-01-05T09:30:00+00:00"  # 17:30 on the city's wall clock
