"""小林 writes, gets a receipt, follows the case and says whether it was solved; 小周 and a stranger see nothing of it."""

import asyncio
import dataclasses
import itertools
import re
from datetime import timedelta

import httpx
import pytest

from feedback import app as application
from feedback import clock
from tests import people
from tests.conftest import understand_noise
from tests.web.conftest import submitted
from tests.web.staff import Page, api_step, at_bureau

pytestmark = pytest.mark.anyio

SECRET = "举报我们单位的科长收受红包、贪污受贿，请纪委查处。"
ANSWER = "您好！我局已到现场核查，责令工地夜间停工并立案。如再发现请随时告诉我们，感谢监督。"

HOSTILE = {
    "empty": "",
    "spaces": " \u3000\n\t",
    "huge": "噪" * 100_000,
    "nul": "工地\0打桩夜里",
    "rtl": "\u202e工地夜里打桩\u200f",
    "html": "<script>alert(1)</script><b>工地夜里打桩</b>",
    "emoji": "工地夜里打桩😡👷🏽‍♀️🇨🇳",
    "template": "{{ 7*7 }} %s {0} ${jndi}",
    "quotes": "\"'><img src=x onerror=alert(1)>",
    "garbled": "\ufffd\ufffd工地打桩",
    "digits": "9" * 400,
}


def harmless(page):
    """Nothing that was typed became markup."""
    return "<script>alert" not in page.text and "onerror=alert(1)>" not in page.text


async def count(client):
    return await client.app.state.hall.database.fetch_val("SELECT count(*) FROM cases")


async def send(client, **fields):
    return await client.post("/", data={"body": people.NOISE, **fields})


async def receipt_of(client, **fields):
    """The receipt page after submitting, its number and its code; the client carries the pocket."""
    answer = await send(client, **fields)
    assert (answer.status_code, answer.headers["location"]) == (303, "/receipt"), answer.text
    page = Page(await client.get("/receipt"))
    number = re.search(r'id="number">([^<]+)<', page.text)[1]
    code = re.search(r'id="code">([^<]+)<', page.text)[1]
    return page, number, code


async def follow(client, made):
    """The pocket of whoever knows number and code of a case made through the API."""
    answer = await client.post("/track", data={"number": made["number"], "code": made["query_code"]})
    assert answer.status_code == 303, answer.text


async def answered(client, **fields):
    """小林's case with its published answer."""
    made = await submitted(client, **fields)
    if made["status"] == "triage":
        await api_step(client, people.DIAO, made["number"], "dispatch", bureau="STHJ", category="C01")
    await api_step(client, people.WANG, made["number"], "accept")
    await api_step(client, people.WANG, made["number"], "reply", finding="现场属实", answer=ANSWER)
    await api_step(client, people.SHEN, made["number"], "approve")
    return made


# Writing ----------------------------------------------------------------------------------------------------------


async def test_the_first_page_asks_one_question(client):
    page = Page(await client.get("/"))
    assert page.status == 200 and page.words["h1"] == "有什么想对城市说的？"
    assert "联名建议" in page.text and "/petitions" in page.text
    assert re.search(r'name="once" value="[0-9a-f]{32}"', page.text)


async def test_a_letter_becomes_a_case_and_the_receipt_says_who_and_until_when(client):
    page, number, code = await receipt_of(client, district="D_YF", title="夜里打桩", publish="true")
    assert re.fullmatch(r"\d{4}-\d{4}-\d{4,}", number) and re.fullmatch(r"(?:[0-9A-Z]{4}-?){3}", code)
    found = (await client.get(f"/api/v1/cases/{number}", params={"code": code})).json()
    assert found["district"]["code"] == "D_YF" and found["category"]["code"] == "C01"
    assert "24:00 前答复您" in page.text and "10 个工作日" in page.text
    if found["status"] == "triage":
        assert "正在由派单员人工确认，1 个工作日内派给承办单位" in page.text
    else:
        assert "市生态环境局" in page.text and "<mark>打桩</mark>" in page.text


async def test_a_routed_letter_names_its_bureau_and_the_words_that_decided(client):
    client.app.state.hall.understand = (
        understand_noise  # sure of building noise, whatever the shipped model's threshold is
    )
    page, number, _ = await receipt_of(client)
    assert "市生态环境局 负责办理" in page.text and "<mark>打桩</mark>" in page.text and "派单员" not in page.text
    assert "<b>自动派给</b>市生态环境局" in (await client.get(f"/track/{number}")).text


async def test_a_letter_a_person_dispatched_claims_no_machine_reasons(client):
    _, number, _ = await receipt_of(client, body="那个东西坏了很久，一直没有人来管。")
    await api_step(client, people.DIAO, number, "dispatch", bureau="CGJ")
    page = Page(await client.get("/receipt"))
    assert "负责办理" in page.text and "<mark>" not in page.text


async def test_the_receipt_survives_a_reload_and_the_code_is_in_no_address(client):
    _, number, code = await receipt_of(client)
    again = await client.get("/receipt")
    assert code in again.text and code not in str(again.url)
    cookie = next(one for one in client.cookies.jar if one.name == "minsheng_pocket")
    assert code not in cookie.value and cookie.has_nonstandard_attr("HttpOnly")
    assert cookie.get_nonstandard_attr("SameSite").lower() == "strict" and not cookie.secure
    assert cookie.expires - clock.now().timestamp() <= 15 * 60
    assert (await client.get(f"/track/{number}")).status_code == 200


async def test_without_its_cookie_the_receipt_sends_to_the_form(client):
    answer = await client.get("/receipt")
    assert (answer.status_code, answer.headers["location"]) == (303, "/track")


@pytest.mark.parametrize("value", ["x", "!!!", "AAAA", "é", "A" * 3000])
async def test_a_broken_cookie_is_no_cookie(client, value):
    for address, status in (("/receipt", 303), ("/track/2026-1122-0001", 404), ("/", 200)):
        headers = {"cookie": f"minsheng_pocket={value}".encode()}
        assert (await client.get(address, headers=headers)).status_code == status


async def test_a_pocket_ends_after_a_quarter_of_an_hour(client, monkeypatch):
    _, number, _ = await receipt_of(client)
    later = clock.now() + timedelta(minutes=15, seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    held = {"cookie": f"minsheng_pocket={client.cookies['minsheng_pocket']}"}
    client.cookies.clear()
    assert (await client.get("/receipt", headers=held)).headers["location"] == "/track"
    assert (await client.get(f"/track/{number}", headers=held)).status_code == 404


async def test_a_double_click_is_one_case_and_another_letter_is_another(client):
    sent = await asyncio.gather(*(send(client, once="a" * 32, title="夜里打桩") for _ in range(5)))
    assert {one.status_code for one in sent} == {303} and await count(client) == 1
    _, number, _ = await receipt_of(client, once="a" * 32, title="夜里打桩")
    assert await count(client) == 1
    _, other, _ = await receipt_of(client, once="a" * 32, title="早上打桩")
    assert await count(client) == 2 and other != number


async def test_who_stays_anonymous_leaves_neither_name_nor_phone(client):
    await receipt_of(client, name="林小梅", phone=people.XIAO_LIN_PHONE, anonymous="true")
    assert await client.app.state.hall.database.fetch_val("SELECT count(*) FROM contacts") == 0


async def test_a_phone_without_a_name_is_enough(client):
    await receipt_of(client, name="", phone=" 139-7720 0001 ")
    assert await client.app.state.hall.database.fetch_val("SELECT count(*) FROM contacts") == 1


async def test_an_urgent_letter_is_told_to_telephone_first(client):
    page, _, _ = await receipt_of(client, body="小区楼下煤气管道泄漏，闻到很浓的煤气味，有人头晕，快来！")
    assert "110、119 或 120" in page.text


async def test_of_a_report_against_officials_nothing_is_named(client):
    page, number, _ = await receipt_of(client, body=SECRET, publish="true")
    for shown in (page, Page(await client.get(f"/track/{number}"))):
        assert "专办人员" in shown.text
        for word in ("纪委", "组织部", "检举", "贪污腐败", "<mark>"):
            assert word not in shown.text.replace(SECRET, ""), word


async def test_a_wrong_field_keeps_everything_that_was_typed(client):
    typed = {"body": "短", "title": "标题在这里", "address": "东环大道", "district": "D_YF", "name": "林小梅",
             "phone": "12345", "publish": "true", "once": "c" * 32}  # fmt: skip
    answer = await client.post("/", data=typed)
    page = Page(answer)
    assert page.status == 422 and await count(client) == 0
    for value in ("短</textarea>", 'value="标题在这里"', 'value="东环大道"', 'value="D_YF" selected', 'value="林小梅"',
                  'value="12345"', 'value="true" checked', f'value="{"c" * 32}"'):  # fmt: skip
        assert value in page.text, value
    assert 'href="#f-body"' in page.text and 'aria-describedby="f-phone-fault"' in page.text
    assert "手机号应当是 11 位数字" in page.text and "至少写 4 个字" in page.text


@pytest.mark.parametrize(
    "field", ["title", "body", "address", "district", "name", "phone", "publish", "anonymous", "once", "extra"]
)
async def test_whatever_a_field_holds_the_answer_is_a_page(client, field):
    for kind, text in HOSTILE.items():
        before = await count(client)
        answer = await send(client, **{field: text})
        assert answer.status_code in (303, 422), (field, kind, answer.status_code)
        assert await count(client) == before + (answer.status_code == 303), (field, kind)
        if answer.status_code == 422:
            assert "需要改一下" in Page(answer).text and (people.NOISE in answer.text or field == "body"), (field, kind)
            continue
        page = Page(await client.get("/receipt"))
        number = re.search(r'id="number">([^<]+)<', page.text)[1]
        shown = Page(await client.get(f"/track/{number}"))
        assert (page.status, shown.status) == (200, 200), (field, kind)
        assert harmless(page) and harmless(shown), (field, kind)


NEVER = [
    ("body", "empty"), ("body", "spaces"), ("body", "huge"), ("body", "nul"), ("body", "garbled"), ("title", "huge"),
    ("title", "nul"), ("address", "huge"), ("district", "html"), ("district", "digits"), ("phone", "html"),
    ("phone", "digits"), ("name", "huge"), ("extra", "emoji"),
]  # fmt: skip


async def test_what_no_field_may_hold(client):
    for field, kind in NEVER:
        assert (await send(client, **{field: HOSTILE[kind]})).status_code == 422, (field, kind)
    assert await count(client) == 0


BROKEN = [
        (b"", "application/x-www-form-urlencoded"),
        (b"body=%ED%A0%80%ED%A0%80%ED%A0%80%ED%A0%80", "application/x-www-form-urlencoded"),
        (b"body=" + "工地夜里打桩，很吵".encode("gb18030"), "application/x-www-form-urlencoded"),
        (b"body=%B9%A4%B5%D8%D2%B9%C0%EF%B4%F2%D7%AE", "application/x-www-form-urlencoded"),
        (b"body=%", "application/x-www-form-urlencoded"),
        (b"&&&===", "application/x-www-form-urlencoded"),
        (b"body=a&body=b&body=c", "application/x-www-form-urlencoded"),
        (b'{"body": "text"}', "application/json"),
        (b"\x00\xff\xfe", "text/plain"),
        (b"no boundary here", "multipart/form-data"),
        (b"--x\r\nbroken", "multipart/form-data; boundary=x"),
        (b'--x\r\nContent-Disposition: form-data; name="body"\r\n\r\n\xff\xfe\xed\xa0\x80\r\n--x--\r\n',
         "multipart/form-data; boundary=x"),
        (b'--x\r\nContent-Disposition: form-data; name="body"; filename="a"\r\n\r\nabc\r\n--x--\r\n',
         "multipart/form-data; boundary=x"),
        (b"a=1&" * 200, "application/x-www-form-urlencoded"),
]  # fmt: skip


@pytest.mark.parametrize("place", ["/", "/track", "/track/2026-1122-0001/supplement", "/sign-in", "/hint"])
async def test_broken_bodies_are_told_so(client, place):
    for body, content_type in BROKEN:
        answer = await client.post(place, content=body, headers={"content-type": content_type})
        assert answer.status_code in (400, 404, 422), (body[:40], content_type, answer.status_code)
    assert await count(client) == 0


async def test_a_body_over_a_mebibyte_is_refused(client):
    assert (await send(client, body="x" * (1 << 20))).status_code == 413
    assert await count(client) == 0


# While writing ----------------------------------------------------------------------------------------------------


async def test_the_hint_says_what_it_looks_like(client):
    answer = await client.post("/hint", data={"text": people.NOISE})
    assert answer.status_code == 200 and "建筑施工噪声" in answer.text and "<html" not in answer.text
    assert (await client.get("/hint", params={"text": people.NOISE})).text == answer.text
    assert await count(client) == 0


async def test_a_short_text_gets_no_hint(client):
    assert (await client.post("/hint", data={"text": "工地夜里打桩啊啊"})).text == ""


async def test_the_hint_of_a_report_against_officials_is_only_that_it_is_confidential(client):
    answer = (await client.post("/hint", data={"text": SECRET})).text
    assert "保密" in answer and "可能是" not in answer and "看起来是" not in answer and "纪委" not in answer


@pytest.mark.parametrize("field", ["text", "extra"])
async def test_the_hint_takes_any_text(client, field):
    for kind, text in HOSTILE.items():
        answer = await client.post("/hint", data={"text": people.NOISE} | {field: text})
        assert answer.status_code in (200, 422) and "<script>alert" not in answer.text, kind


# Following --------------------------------------------------------------------------------------------------------


async def test_number_and_code_open_the_case_however_they_are_typed(client):
    made = await submitted(client)
    wide = made["number"].translate(str.maketrans("0123456789-", "０１２３４５６７８９－"))
    answer = await client.post(
        "/track", data={"number": f" {wide} ", "code": made["query_code"].lower().replace("-", " ")}
    )
    assert (answer.status_code, answer.headers["location"]) == (303, f"/track/{made['number']}")
    page = Page(await client.get(answer.headers["location"]))
    assert page.status == 200 and people.NOISE in page.text and "您提交了诉求" in page.text


async def test_several_cases_are_carried_at_once(client):
    first, second = await submitted(client), await submitted(client, body="路灯坏了很久没有人修，晚上很黑。")
    await follow(client, first)
    await follow(client, second)
    for made in (first, second):
        assert (await client.get(f"/track/{made['number']}")).status_code == 200


async def test_a_wrong_code_an_unknown_number_and_a_foreign_code_look_the_same(client):
    made, other = await submitted(client), await submitted(client)
    pages = set()
    for number, code in (
        (made["number"], "AAAA-AAAA-AAAA"),
        ("2020-0101-9999", made["query_code"]),
        (made["number"], other["query_code"]),
        ("keine Nummer", "x"),
        ("", ""),
    ):
        answer = await client.post("/track", data={"number": number, "code": code})
        assert answer.status_code == 404 and "编号或查询码不对" in answer.text
        assert Page(answer).words["h1"] == "查进度"
        pages.add(re.sub(r'value="[^"]*"', "", answer.text))
    assert len(pages) == 1


async def test_a_stranger_is_asked_for_the_code_whether_the_case_exists_or_not(client):
    made = await submitted(client)
    known, unknown = await client.get(f"/track/{made['number']}"), await client.get("/track/2020-0101-9999")
    assert known.status_code == unknown.status_code == 404
    assert known.text.replace(made["number"], "N") == unknown.text.replace("2020-0101-9999", "N")


@pytest.mark.parametrize("field", ["number", "code", "extra"])
async def test_the_form_of_a_case_takes_any_text(client, field):
    for kind, text in HOSTILE.items():
        answer = await client.post("/track", data={"number": "2026-1122-0001", "code": "x"} | {field: text})
        assert answer.status_code == 404 and harmless(Page(answer)), kind


async def test_strange_addresses_are_not_found(client):
    strange = ["%00", "%ED%A0%80", "x" * 500, "2026-1122-00000000000000000001", "%3Cscript%3E"]
    for address in [f"/{place}/{number}" for place in ("track", "cases") for number in strange]:
        assert (await client.get(address)).status_code == 404, address


async def test_what_colleagues_say_to_each_other_is_not_shown(client):
    number = await at_bureau(client)
    hall = client.app.state.hall
    await api_step(client, people.WANG, number, "accept")
    await api_step(client, people.WANG, number, "note", text="内部话一")
    await api_step(client, people.WANG, number, "contact", text="今晚到现场看")
    await api_step(client, people.WANG, number, "reply", finding="内部话二", answer=ANSWER)
    await api_step(client, people.SHEN, number, "send_back", reason="内部话三")
    page = await seen_by_its_citizen(client, hall, number)
    assert "内部话" not in page.text and "王工" not in page.text and "沈科" not in page.text
    assert "今晚到现场看" in page.text and ANSWER not in page.text
    assert "市生态环境局 正在办理" in page.text and "还剩 10 个工作日" in page.text


async def seen_by_its_citizen(client, hall, number):
    """The page with a fresh code put into the case: the real one was told to the citizen only."""
    code = "0000-0000-0000"
    await hall.database.execute(
        "UPDATE cases SET code_hash = :hash WHERE number = :number",
        {"hash": hall.vault.hash("code", "000000000000"), "number": number},
    )
    await follow(client, {"number": number, "query_code": code})
    return Page(await client.get(f"/track/{number}"))


# Steps ------------------------------------------------------------------------------------------------------------


def offered(page):
    return {one["action"].rpartition("/")[2] for one in page.forms if one["action"].startswith("/track/")}


async def test_a_new_case_can_be_supplemented_and_withdrawn_but_not_yet_reminded(client):
    made = await submitted(client)
    await follow(client, made)
    page = Page(await client.get(f"/track/{made['number']}"))
    assert offered(page) == {"supplement", "withdraw"} and "起可用" in page.text
    early = await client.post(f"/track/{made['number']}/remind")
    assert early.status_code == 409 and "时间过半以后才能催办" in early.text


async def test_a_supplement_is_kept_and_said(client):
    made = await submitted(client)
    await follow(client, made)
    answer = await client.post(f"/track/{made['number']}/supplement", data={"text": "昨晚又打到一点 <b>"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/track/{made['number']}?done=supplement")
    page = Page(await client.get(answer.headers["location"]))
    assert "已补充" in page.text and "昨晚又打到一点 &lt;b&gt;" in page.text


async def test_a_question_is_shown_and_its_answer_sets_the_clock_going(client):
    number = await at_bureau(client)
    await api_step(client, people.WANG, number, "accept")
    await api_step(client, people.WANG, number, "ask_citizen", question="请问是哪一侧的工地？")
    page = await seen_by_its_citizen(client, client.app.state.hall, number)
    assert "等您补充情况" in page.text and "请问是哪一侧的工地？" in page.text and "暂停计时" in page.text
    assert (await client.post(f"/track/{number}/supplement", data={"text": "东侧"})).status_code == 303
    assert "正在办理" in Page(await client.get(f"/track/{number}")).text


async def test_withdrawn_is_withdrawn(client):
    made = await submitted(client)
    await follow(client, made)
    assert (await client.post(f"/track/{made['number']}/withdraw")).status_code == 303
    page = Page(await client.get(f"/track/{made['number']}"))
    assert "您已撤回" in page.text and offered(page) == set()
    again = await client.post(f"/track/{made['number']}/supplement", data={"text": "还有一句"})
    assert again.status_code == 409 and "状态刚刚变了" in again.text


async def test_the_answer_comes_first_and_can_be_rated(client):
    made = await answered(client)
    await follow(client, made)
    page = Page(await client.get(f"/track/{made['number']}"))
    assert page.text.index(ANSWER) < page.text.index("办理经过") and offered(page) == {"rate", "rework"}
    rated = await client.post(
        f"/track/{made['number']}/rate", data={"solved": "true", "satisfaction": "4", "comment": "快"}
    )
    assert rated.status_code == 303
    page = Page(await client.get(f"/track/{made['number']}"))
    assert "已办结" in page.text and "已解决" in page.text and offered(page) == set()


async def test_unsolved_can_be_reworked_once_at_once(client):
    made = await answered(client)
    await follow(client, made)
    await client.post(f"/track/{made['number']}/rate", data={"solved": "false", "satisfaction": ""})
    page = Page(await client.get(f"/track/{made['number']}"))
    assert "没有解决" in page.text and offered(page) == {"rate", "rework"}
    assert (await client.post(f"/track/{made['number']}/rework", data={"reason": "又开始了"})).status_code == 303
    page = Page(await client.get(f"/track/{made['number']}"))
    assert "第 2 轮办理" in page.text and "上一轮的答复" in page.text and "又开始了" in page.text


async def test_a_refusal_says_why_and_can_be_contested_once(client):
    made = await submitted(client, body="那个事情一直没有人管，我都说了好多次了。")
    assert made["status"] == "triage"
    await api_step(client, people.DIAO, made["number"], "decline", reason="legal_route", route="鱼峰区人民法院")
    await follow(client, made)
    page = Page(await client.get(f"/track/{made['number']}"))
    assert "不予受理" in page.text and "应当通过诉讼、仲裁、行政复议解决" in page.text and "鱼峰区人民法院" in page.text
    assert offered(page) == {"contest"}
    assert (await client.post(f"/track/{made['number']}/contest", data={"reason": "我没有起诉"})).status_code == 303
    await api_step(client, people.DIAO, made["number"], "decline", reason="legal_route", route="鱼峰区人民法院")
    assert offered(Page(await client.get(f"/track/{made['number']}"))) == set()
    assert (await client.post(f"/track/{made['number']}/contest", data={"reason": "再来"})).status_code == 409


async def test_a_step_whose_code_has_run_out_keeps_what_was_written(client):
    made = await submitted(client)
    address = f"/track/{made['number']}/supplement"
    asked = await client.post(address, data={"text": '写了很久的话 "<b>'})
    assert asked.status_code == 404 and 'value="写了很久的话 &#34;&lt;b&gt;"' in asked.text
    assert f'action="{address}"' in asked.text and Page(asked).status == 404
    wrong = await client.post(address, data={"text": "写了很久的话", "code": "AAAA-AAAA-AAAA"})
    assert wrong.status_code == 404 and 'value="写了很久的话"' in wrong.text and "AAAA" not in wrong.text
    done = await client.post(address, data={"text": "写了很久的话", "code": made["query_code"]})
    assert done.status_code == 303
    assert "写了很久的话" in (await client.get(f"/track/{made['number']}")).text


STEPS = {
    "supplement": {"text": "补充"}, "remind": {}, "withdraw": {}, "rate": {"solved": "true", "satisfaction": "3", "comment": ""},
    "rework": {"reason": "理由够长"}, "contest": {"reason": "理由够长"},
}  # fmt: skip


@pytest.mark.parametrize("step", STEPS)
async def test_the_fields_of_a_step_take_any_text(client, step):
    made = await (submitted if step in ("supplement", "remind", "withdraw") else answered)(client)
    await follow(client, made)
    address = f"/track/{made['number']}"
    for field, (kind, text) in itertools.product((*STEPS[step], "extra"), HOSTILE.items()):
        before = (await client.get(address)).text.count("<time")
        answer = await client.post(f"{address}/{step}", data=STEPS[step] | {field: text})
        assert answer.status_code in (303, 409, 422), (field, kind)
        page = Page(await client.get(address))
        assert page.text.count("<time") == before + (answer.status_code == 303) and harmless(page), (field, kind)
        assert answer.status_code == 303 or harmless(Page(answer)), (field, kind)


async def test_a_wrong_field_of_a_step_opens_its_form_again(client):
    made = await submitted(client)
    await follow(client, made)
    answer = await client.post(f"/track/{made['number']}/supplement", data={"text": "长" * 5001})
    page = Page(answer)
    assert page.status == 422 and '<details class="act" id="supplement" open>' in page.text
    assert "最多 5000 个字" in page.text and "长" * 5001 in page.text and 'href="#supplement-text"' in page.text


async def test_there_are_no_other_steps_and_none_by_get(client):
    made = await submitted(client)
    await follow(client, made)
    assert (await client.post(f"/track/{made['number']}/approve")).status_code == 404
    for step in STEPS:
        assert (await client.get(f"/track/{made['number']}/{step}")).status_code == 405


async def test_another_site_cannot_send_a_form(client):
    for headers in ({"sec-fetch-site": "cross-site"}, {"origin": "http://evil.example"}):
        answer = await client.post("/", data={"body": people.NOISE}, headers=headers)
        assert answer.status_code == 403 and "没有执行" in answer.text
    assert await count(client) == 0


# Limits -----------------------------------------------------------------------------------------------------------


@pytest.fixture
async def limited(settings):
    """A client of the same city with the limits switched on."""
    app = application.create(dataclasses.replace(settings, limits=True))
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://city") as one:
            yield one


async def test_codes_cannot_be_tried_through(limited):
    made = (await limited.post("/api/v1/cases", json={"body": people.NOISE})).json()
    tries = [await limited.post("/track", data={"number": made["number"], "code": f"AAAA-{n}"}) for n in range(12)]
    assert [one.status_code for one in tries[:10]] == [404] * 10
    assert tries[-1].status_code == 429 and int(tries[-1].headers["retry-after"]) > 0
    assert f'value="{made["number"]}"' in tries[-1].text and "分钟后再试" in tries[-1].text


async def test_the_owner_gets_in_while_somebody_tries(limited):
    made = (await limited.post("/api/v1/cases", json={"body": people.NOISE})).json()
    for n in range(12):
        await limited.post("/track", data={"number": made["number"], "code": f"AAAA-{n}"})
    right = await limited.post("/track", data={"number": made["number"], "code": made["query_code"]})
    assert right.status_code == 303


async def test_too_many_letters_keep_the_last_one(limited):
    for _ in range(10):
        assert (await send(limited, phone=people.XIAO_LIN_PHONE)).status_code == 303
    answer = await send(limited, phone=people.XIAO_LIN_PHONE)
    assert answer.status_code == 429 and people.NOISE in answer.text and answer.headers["retry-after"]


async def test_hints_are_limited(limited):
    answers = [(await limited.post("/hint", data={"text": people.NOISE})).status_code for _ in range(62)]
    assert answers[0] == 200 and answers[-1] == 429
