"""The page of one case: who else is here, drafts, both versions, the answer in its parts, what helps to write it."""

import logging
import re
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest

from feedback import clock
from feedback.rules.permission import Role
from tests import people
from tests.store.test_together import counted
from tests.web.conftest import token
from tests.web.staff import Page, api_step, at_bureau, browser, get, post, step
from tests.web.test_scope import hire

pytestmark = pytest.mark.anyio

ANSWER = (
    "您好！我局执法人员 11 月 24 日晚到东环大道工地检查，夜间打桩情况属实，已责令停止夜间施工，12 月 1 日前再次复查。"
)
WEAK = "您好，已收到，谢谢。"


@pytest.fixture
async def number(client):
    """小林's case, signed for by 王工."""
    number = await at_bureau(client)
    await api_step(client, people.WANG, number, "accept")
    return number


@pytest.mark.parametrize(("someone", "most"), [(people.WANG, 11), (people.JU, 11), (people.DU, 10), (people.DIAO, 10)])
async def test_the_page_asks_the_database_few_questions(client, number, someone, most, monkeypatch):
    """Queues, list and filters beside it, the whole file of the case, what helps to answer: what belongs together is read together."""
    headers = await browser(client, someone)
    await client.get(f"/desk/{number}", headers=headers)  # learns what the columns are called
    statements = counted(monkeypatch)
    assert (await client.get(f"/desk/{number}", headers=headers)).status_code == 200
    assert len(statements) <= most, "\n".join(statements)


async def test_who_else_has_the_case_open_is_shown_and_forgotten_after_two_minutes(client, number):
    assert "也打开着这件" not in (await get(client, people.WANG, f"/desk/{number}")).text
    page = await get(client, people.JU, f"/desk/{number}")
    assert "王工" in page.near("也打开着这件", 60)
    told = await post(client, people.WANG, f"/desk/{number}/presence", answer="您好，", outcome="solved")
    assert told.json()["editing"][0]["name"] == "居局" and told.json()["saved"]
    assert "王工" in (await get(client, people.JU, f"/desk/{number}")).near("正在写", 60)
    later = clock.now() - timedelta(minutes=3)
    await client.app.state.hall.database.execute("UPDATE presence SET at = :at", {"at": later})
    told = await post(client, people.JU, f"/desk/{number}/presence")
    version = (await get(client, people.JU, f"/desk/{number}")).form("reply")["version"]
    assert told.json()["editing"] == [] and told.json()["version"] == int(version)


async def test_who_only_reads_is_not_announced(client, number):
    for someone in (people.SHI, people.DU, people.DIAO):
        await get(client, someone, f"/desk/{number}")
    assert "也打开着这件" not in (await get(client, people.WANG, f"/desk/{number}")).text
    headers = await browser(client, people.ZHU)
    assert (await client.post(f"/desk/{number}/presence", headers=headers)).status_code == 404


async def test_a_draft_survives_the_browser_and_is_nobody_elses(client, number):
    await post(client, people.WANG, f"/desk/{number}/presence", answer="写到一半的答复", truth="partly", outcome="partly")
    page = await get(client, people.WANG, f"/desk/{number}")
    assert "写到一半的答复" in page.near('id="reply-answer"') and "没写完的草稿" in page.text
    assert "写到一半的答复" not in (await get(client, people.JU, f"/desk/{number}")).text
    sealed = await client.app.state.hall.database.fetch_val("SELECT fields FROM drafts")
    assert "写到一半".encode() not in sealed
    assert (await step(client, people.WANG, number, "reply", answer=ANSWER)).status_code == 303
    assert await client.app.state.hall.database.fetch_val("SELECT count(*) FROM drafts") == 0


async def test_a_draft_is_kept_and_dropped_without_javascript(client, number):
    kept = await step(client, people.WANG, number, "reply", answer="先写到这里", press="draft")
    page = await get(client, people.WANG, kept.headers["location"])
    assert kept.status_code == 303 and "草稿已存" in page.text and "先写到这里" in page.near('id="reply-answer"')
    dropped = await step(client, people.WANG, number, "reply", answer="先写到这里", press="drop")
    assert dropped.status_code == 303
    assert "先写到这里" not in (await get(client, people.WANG, f"/desk/{number}")).text


async def test_keeping_a_draft_leaves_the_narrowed_list_beside_it(client, number):
    where = {"queue": "working", "q": "打桩", "only": "category=C01"}
    kept = await step(client, people.WANG, number, "reply", answer="先写到这里", press="draft", **where)
    assert dict(parse_qsl(urlsplit(kept.headers["location"]).query)) == {**where, "done": "kept"}


async def test_an_unfinished_answer_is_kept_even_when_nothing_of_it_could_be_sent(client, number):
    kept = await step(client, people.WANG, number, "reply", answer="", finding="只有调查", press="draft")
    assert kept.status_code == 303
    assert "只有调查" in (await get(client, people.WANG, f"/desk/{number}")).near('id="reply-finding"')


async def test_the_slower_one_sees_both_versions_side_by_side_and_goes_on(client, number):
    hidden = (await get(client, people.WANG, f"/desk/{number}")).form("reply")
    await step(client, people.JU, number, "note", text="工地已经停工")
    sent = await post(
        client, people.WANG, f"/desk/{number}/steps", step="reply", version=hidden["version"], seen=hidden["seen"],
        answer=ANSWER, finding="到现场看过", truth="true",
    )  # fmt: skip
    page = Page(sent)
    assert page.status == 409 and "您写的（没有送出）" in page.text and "现在的情况" in page.text
    assert "到现场看过" in page.near("您写的（没有送出）", 900)
    assert "工地已经停工" in page.near("您打开以后发生的事", 500) and "签收" not in page.near("您打开以后发生的事", 200)
    assert ANSWER in page.near('id="reply-answer"')
    again = page.form("reply")
    sent = await post(client, people.WANG, again["action"], step="reply", version=again["version"], answer=ANSWER)
    assert sent.status_code == 303


async def test_an_answer_somebody_else_sent_first_stands_beside_mine(client, number):
    hidden = (await get(client, people.WANG, f"/desk/{number}")).form("reply")
    await step(client, people.JU, number, "reply", answer=ANSWER, finding="局长亲自去的", truth="true")
    sent = await post(
        client, people.WANG, f"/desk/{number}/steps", step="reply", version=hidden["version"], seen=hidden["seen"],
        answer="我写了半小时的答复。",
    )  # fmt: skip
    page = Page(sent)
    assert page.status == 409 and "我写了半小时的答复。" in page.text
    assert ANSWER in page.near("现在的情况", 900) and "局长亲自去的" in page.near("现在的情况", 900)


async def test_a_button_beside_the_answer_is_stale_too(client, number):
    hidden = (await get(client, people.WANG, f"/desk/{number}")).form("reply")
    await step(client, people.JU, number, "note", text="我先联系")
    sent = await post(
        client, people.WANG, f"/desk/{number}/steps", step="reply", version=hidden["version"], answer="写着", press="draft"
    )
    assert sent.status_code == 409 and "写着" in sent.text


async def test_the_answer_in_review_replaces_a_draft_as_a_whole(client, number):
    # 居局 sent an answer without a finding; 王工 has written half of another one.
    await step(client, people.JU, number, "reply", answer=ANSWER, outcome="solved", truth="true")
    await api_step(client, people.SHEN, number, "send_back", reason="写明复查时间")
    await step(
        client, people.WANG, number, "reply", answer="我的半句", outcome="partly", obstacle="设备没到", contact_way="visit", press="draft"
    )
    taken = await step(client, people.WANG, number, "reply", answer="我的半句", obstacle="设备没到", contact_way="visit", press="now")
    assert taken.status_code == 303
    page = await get(client, people.WANG, f"/desk/{number}")
    assert ANSWER in page.near('id="reply-answer"') and "我的半句" not in page.text and "设备没到" not in page.text
    assert '<option value="visit" selected' not in page.text and '<option value="true" selected' in page.text


async def test_the_finding_is_told_in_parts_and_the_citizen_reads_only_the_answer(client, number):
    sent = await step(
        client, people.WANG, number, "reply", answer=ANSWER, finding="现场看过", outcome="partly", truth="true",
        duty="ours", contact_way="phone", contact_at="2026-11-24T20:30", obstacle="设备要下周才能搬走",
    )  # fmt: skip
    assert sent.status_code == 303, sent.text
    page = await get(client, people.SHEN, f"/desk/{number}")
    for words in ("是否属实", "属实", "电话", "2026-11-24 20:30", "设备要下周才能搬走"):
        assert words in page.text, words
    case = await api_step(client, people.SHEN, number, "approve")
    texts = next(one["texts"] for one in case["timeline"] if one["step"] == "reply")
    assert texts["truth"] == "true" and texts["contact_way"] == "phone"
    hall = client.app.state.hall
    public = await hall.database.fetch_all("SELECT field FROM texts WHERE public")
    assert {row["field"] for row in public} == {"answer"}


async def test_an_answer_is_called_what_it_is_in_every_round(client, number):
    async def called(words):
        page = await get(client, people.DU, f"/desk/{number}")
        return re.findall(r"<h2>(.*答复)</h2>", page.text), words in page.text

    assert await called(ANSWER) == ([], False)
    await api_step(client, people.WANG, number, "reply", answer=ANSWER)
    assert await called(ANSWER) == (["拟好的答复"], True)
    await api_step(client, people.SHEN, number, "approve")
    assert await called(ANSWER) == (["公开答复"], True)
    await api_step(client, people.DU, number, "rework", reason="昨晚又打桩了")
    assert await called(ANSWER) == (["此前的公开答复"], True)
    await api_step(client, people.WANG, number, "accept")
    await api_step(client, people.WANG, number, "reply", answer=f"第二次：{ANSWER}")
    assert await called("第二次：") == (["拟好的答复"], True)
    await api_step(client, people.SHEN, number, "approve")
    assert await called("第二次：") == (["公开答复"], True)


async def test_what_is_only_partly_solved_wants_a_reason(client, number):
    sent = await step(client, people.WANG, number, "reply", answer=ANSWER, outcome="partly")
    assert sent.status_code == 200 and "没有写原因和下一步" in sent.text
    bad = await step(client, people.WANG, number, "reply", answer=ANSWER, truth="maybe")
    assert bad.status_code == 422 and 'id="reply-truth-fault"' in bad.text


async def test_a_template_is_written_by_the_reviewer_and_taken_with_one_press(client, number):
    body = "{市民称呼}您好，{地点}的事我们查过了，{期限}前办完。{单位}"
    denied = await post(client, people.WANG, "/reply-templates", id="", name="工地噪声", body=body)
    assert denied.status_code == 403
    strange = await post(client, people.SHEN, "/reply-templates", id="", name="工地噪声", body="{地址}您好您好")
    assert strange.status_code == 422 and "{地址}" in strange.text and "工地噪声" in strange.text
    assert (await post(client, people.SHEN, "/reply-templates", id="", name="工地噪声", body=body)).status_code == 303
    page = await get(client, people.WANG, f"/desk/{number}")
    assert "工地噪声" in page.text
    identity = await client.app.state.hall.database.fetch_val("SELECT id FROM reply_templates")
    taken = await step(client, people.WANG, number, "reply", answer="开头。", press=f"t:{identity}")
    assert taken.status_code == 303 and taken.headers["location"].endswith("#reply-answer")
    near = (await get(client, people.WANG, f"/desk/{number}")).near('id="reply-answer"', 600)
    assert "开头。" in near and "林先生/女士您好" in near and "{" not in near
    assert "工地噪声" not in (await get(client, people.LI, "/reply-templates")).text
    other = await post(client, people.JU, "/reply-templates", id=identity, name="改名", body=body, remove="true")
    assert other.status_code == 303
    assert "改名" not in (await get(client, people.WANG, f"/desk/{number}")).text
    gone = await post(client, people.JU, "/reply-templates", id=identity, name="改名", body=body)
    assert gone.status_code == 422 and "停用" in gone.text


async def test_a_published_answer_is_one_press_away_without_its_personal_data(client, number):
    other = await at_bureau(client, publish=True)
    await api_step(client, people.WANG, other, "accept")
    await api_step(client, people.WANG, other, "reply", answer=f"{ANSWER}联系电话13877200009。", outcome="solved")
    await api_step(client, people.SHEN, other, "approve")
    page = await get(client, people.WANG, f"/desk/{number}")
    assert f"c:{other}" in page.text and "13877200009" not in page.text
    taken = await step(client, people.WANG, number, "reply", answer="", press=f"c:{other}")
    assert taken.status_code == 303
    assert "已责令停止夜间施工" in (await get(client, people.WANG, f"/desk/{number}")).near('id="reply-answer"', 600)


async def test_one_step_or_two_is_decided_by_the_head_and_written_down(client, number):
    for someone, wanted in ((people.WANG, 403), (people.SHEN, 403), (people.DU, 403)):
        assert (await get(client, someone, "/approval")).status == wanted
    assert (await get(client, people.JU, "/approval")).status == 200
    alien = await post(client, people.JU, "/approval", bureau="CGJ", two_step="false", reason="不是我的单位")
    assert alien.status_code == 403
    assert (await post(client, people.JU, "/approval", bureau="STHJ", two_step="false", reason="")).status_code == 422
    done = await post(client, people.JU, "/approval", bureau="STHJ", two_step="false", reason="审核人出差一周")
    assert done.status_code == 303
    page = await get(client, people.WANG, f"/desk/{number}")
    assert "本单位的答复不需要审核" in page.text
    sent = await step(client, people.WANG, number, "reply", answer=ANSWER)
    assert sent.headers["location"].endswith("done=published")
    case = (await client.get(f"/api/v1/cases/{number}", headers=await token(client, people.WANG))).json()
    assert case["status"] == "replied" and [one["by"] for one in case["timeline"][-2:]] == ["王工", "王工"]
    page = await get(client, people.XI, "/approval")
    assert "审核人出差一周" in page.text and "市生态环境局" in page.text


async def told(client, who):
    """What somebody's in-site notices are about."""
    return [
        row["what"]
        for row in await client.app.state.hall.database.fetch_all(
            "SELECT what FROM inbox JOIN people ON people.id = person_id WHERE username = :name AND what = 'mention'",
            {"name": who.username},
        )
    ]


async def test_a_note_reaches_the_colleagues_it_names(client, number):
    await step(client, people.WANG, number, "note", text="@沈科 请看看噪声监测数据，也请 @路人甲 看")
    assert await told(client, people.SHEN) == ["mention"] and await told(client, people.WANG) == []
    head = await client.app.state.hall.database.fetch_val("SELECT id FROM people WHERE username = 'ju'")
    assert (await step(client, people.WANG, number, "note", text="请局长定", mention=str(head))).status_code == 303
    assert await told(client, people.JU) == ["mention"]


async def test_the_longest_name_that_fits_is_the_one_that_is_mentioned(client, number):
    cheng = people.Someone("gongcheng", "王工程", Role.HANDLER, "STHJ")
    await hire(client, cheng)
    await step(client, people.JU, number, "note", text="@王工程师 请看一下，@沈科也看")
    assert [await told(client, one) for one in (cheng, people.SHEN, people.WANG)] == [["mention"], ["mention"], []]
    await step(client, people.JU, number, "note", text="@王工 @王工程 一起去")
    assert await told(client, people.WANG) == ["mention"] and await told(client, cheng) == ["mention", "mention"]


async def test_nobody_is_named_who_may_not_see_the_case(client, number):
    stranger = await client.app.state.hall.database.fetch_val("SELECT id FROM people WHERE username = 'zhu'")
    sent = await step(client, people.WANG, number, "note", text="祝工看看", mention=str(stranger))
    assert sent.status_code == 422 and 'id="note-mention-fault"' in sent.text and "祝工看看" in sent.text


async def test_neighbours_are_those_one_may_open(client, number):
    other = await at_bureau(client, address="东环大道 12 号")
    elsewhere = await at_bureau(client, address="东环大道 12 号")
    await api_step(client, people.WANG, elsewhere, "return", reason="not_ours", propose="CGJ", basis="城市管理条例")
    page = await get(client, people.WANG, f"/desk/{number}")
    assert other in page.near("同一手机号的其他诉求", 900) or other in page.near("在办", 900)
    assert elsewhere not in page.text and elsewhere in (await get(client, people.DIAO, f"/desk/{number}")).text
    case = (await client.get(f"/api/v1/cases/{other}", headers=await token(client, people.DIAO))).json()
    assert {one["number"] for one in case["similar"]} >= {number} and case["similar"][0]["likeness"] >= 0.5
    assert all("body" not in one for one in case["similar"] + case["earlier"] + case["same_place"])


async def test_a_protected_case_has_no_neighbours_no_sources_and_a_sealed_draft(client):
    body = "举报某局局长张某收受施工单位贿赂，有转账记录。"
    made = (await client.post("/api/v1/cases", json={"title": "举报局长受贿", "body": body})).json()
    await client.post("/api/v1/cases", json={"title": "举报局长受贿", "body": body})
    page = await get(client, people.MI, f"/desk/{made['number']}")
    assert page.status == 200 and "相关的诉求" not in page.text and "回复模板" not in page.text


async def test_the_page_of_a_case_asks_the_database_little(client, number, caplog):
    headers = await browser(client, people.WANG)
    with caplog.at_level(logging.DEBUG, logger="databases"):
        caplog.clear()
        assert (await client.get(f"/desk/{number}", headers=headers)).status_code == 200
    asked = [one for one in caplog.records if "Query" in one.getMessage() or "SELECT" in one.getMessage()]
    assert 5 < len(asked) <= 22, "\n".join(one.getMessage()[:150] for one in asked)


async def test_programs_ask_what_would_be_objected_to(client, number):
    headers = await token(client, people.WANG)
    address = f"/api/v1/cases/{number}/check-reply"
    weak = (await client.post(address, json={"answer": WEAK, "outcome": "partly"}, headers=headers)).json()
    assert not weak["ok"] and {one["fault"] for one in weak["faults"]} >= {"boilerplate", "no_obstacle"}
    assert (await client.post(address, json={"answer": ANSWER}, headers=headers)).json() == {"ok": True, "faults": []}
    assert (await client.post(address, json={"answer": 1}, headers=headers)).status_code == 422
    stranger = await token(client, people.ZHU)
    assert (await client.post(address, json={"answer": WEAK}, headers=stranger)).status_code == 404


async def test_one_incident_in_two_categories_is_still_proposed(client):
    """Likeness decides, not the category a dispatcher chose: both lie with one bureau."""
    first, second = await at_bureau(client, address="东环大道 12 号"), await at_bureau(client, address="东环大道 12 号")
    await api_step(client, people.DIAO, second, "correct_category", category="C03")
    case = (await client.get(f"/api/v1/cases/{first}", headers=await token(client, people.DIAO))).json()
    assert next(one for one in case["similar"] if one["number"] == second)["same"]


async def test_what_was_written_outlives_the_session(client, number):
    """The page says what to do, and its form is the one that came to nothing."""
    version = (await get(client, people.WANG, f"/desk/{number}")).form("note")["version"]
    written = {"step": "note", "version": version, "queue": "working", "text": "现场已拍照，<b>明天</b>复查。"}
    lost = await client.post(f"/desk/{number}/steps", data=written)
    page = Page(lost)
    assert lost.status_code == 401 and "在新窗口登录" in page.text and "现场已拍照，&lt;b&gt;明天" in page.text
    (again,) = [one for one in page.forms if one["action"] == f"/desk/{number}/steps"]
    assert again.items() >= {"step": "note", "version": version, "queue": "working"}.items()
    sent = {name: value for name, value in again.items() if name not in ("action", "method")} | {"text": written["text"]}
    assert (await post(client, people.WANG, again["action"], **sent)).status_code == 303
    case = (await client.get(f"/api/v1/cases/{number}", headers=await token(client, people.WANG))).json()
    assert [one["text"] for one in case["notes"]] == [written["text"]]


async def test_what_somebody_may_not_do_is_not_lost_and_no_password_is_shown(client, number):
    refused = Page(await post(client, people.WANG, "/desk/filters", name="很长" * 20, body="别丢"))
    assert refused.status == 422 and "别丢" in refused.text
    wrong = Page(await post(client, people.DIAO, "/desk/bulk", act="reply", answer="已经整改。", outcome="solved"))
    assert wrong.status == 403 and "已经整改。" in wrong.text and "再送一次" not in wrong.text
    secret = await client.post("/account/password", data={"old": "旧的一个密码", "new": "新的一个密码", "text": "甲"})
    assert "一个密码" not in secret.text


async def test_nothing_of_a_refused_form_is_missing_where_the_case_has_gone(client, number):
    """退回以后: also the short fields of the finding."""
    await api_step(client, people.WANG, number, "return", reason="not_ours", propose="CGJ", basis="权责清单")
    gone = await post(client, people.WANG, f"/desk/{number}/steps", step="reply", version="3", answer="已经查过。", obstacle="缺图纸", override="已当面说明")
    assert gone.status_code == 404
    for words in ("已经查过。", "缺图纸", "已当面说明"):
        assert words in gone.text


async def test_what_was_chosen_is_shown_beside_the_new_state_in_words(client, number):
    """Two dispatchers: the slower one reads no codes."""
    await api_step(client, people.WANG, number, "return", reason="not_ours", propose="CGJ", basis="权责清单")
    version = (await get(client, people.DIAO, f"/desk/{number}")).form("decide_return")["version"]
    await api_step(client, people.DIAO, number, "note", text="已经问过。")
    clash = Page(await post(client, people.DIAO, f"/desk/{number}/steps", step="decide_return", version=version, uphold="false", reason="你单位的事"))
    assert clash.status == 409 and "否" in clash.near("是否同意退单", 80)
    clash = Page(await post(client, people.DIAO, f"/desk/{number}/steps", step="dispatch", version=version, bureau="CGJ", category="C01"))
    mine = clash.text[clash.text.index('id="side-mine"'):clash.text.index('id="side-now"')]
    assert "市城管执法局" in mine and "建筑施工噪声" in mine and "CGJ" not in mine and "C01" not in mine
