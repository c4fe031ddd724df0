"""联名建议 on pages and in JSON: works, what it leaves behind, strangers, wrong roles, wrong times, bad input, and no names anywhere."""

import json

import pytest

from feedback import clock
from feedback.actions import dispatching, handling
from feedback.rules import petition
from feedback.store import cases, petitions
from feedback.web import petition_view
from tests import people
from tests.conftest import actor
from tests.web.conftest import sign_in, token

pytestmark = pytest.mark.anyio

TITLE = "在河东片区增设一条到高铁站的夜班公交"
BODY = "末班车八点半就收了，晚到的人只能打车。希望增设一条夜班公交，每半小时一班。"
PROPOSAL = {"title": TITLE, "body": BODY, "district": "D_CZ", "name": "林晓", "phone": people.XIAO_LIN_PHONE}
ZHOU = {"name": "周舟", "phone": people.XIAO_ZHOU_PHONE, "district": "D_LB"}

BAD_TEXTS = {
    "empty": "",
    "long": "长" * 100_000,
    "nul": "夜班\x00公交太少了",
    "surrogate": "夜班\ud800公交太少了",
}


async def code_for(client, phone):
    """Asks for a code as a citizen does, and reads it as the phone would."""
    assert (await client.post("/api/v1/phone-codes", json={"phone": phone})).status_code == 202
    return await last_code(client)


async def last_code(client):
    hall = client.app.state.hall
    row = await hall.database.fetch_one(
        "SELECT code FROM notices WHERE template = 'phone_code' ORDER BY id DESC LIMIT 1"
    )
    return hall.vault.open(row["code"])


async def proposed(client, **fields):
    code = await code_for(client, fields.get("phone", PROPOSAL["phone"]))
    answer = await client.post("/api/v1/petitions", json={**PROPOSAL, "phone_code": code, **fields})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def decided(client, number, **given):
    return await client.post(
        f"/api/v1/petitions/{number}/decision", json=given, headers=await token(client, people.DIAO)
    )


async def opened(client, **fields):
    made = await proposed(client, **fields)
    answer = await decided(client, made["number"], decision="publish")
    assert answer.status_code == 200, answer.text
    return made["number"]


async def signed(client, number, **fields):
    given = {**ZHOU, **fields}
    if "phone_code" not in given:
        given["phone_code"] = await code_for(client, given["phone"])
    return await client.post(f"/api/v1/petitions/{number}/signatures", json=given)


async def read(client, number):
    return (await client.get(f"/api/v1/petitions/{number}")).json()


async def as_if_signed(client, number, n):
    await client.app.state.hall.database.execute(
        "UPDATE petitions SET signatures = :n WHERE number = :number", {"n": n, "number": number}
    )


async def as_if_over(client, number):
    await client.app.state.hall.database.execute(
        "UPDATE petitions SET closes_at = now() WHERE number = :number", {"number": number}
    )


# JSON -------------------------------------------------------------------------------------------------------------


async def test_a_petition_is_proposed_read_published_and_signed(client):
    made = await proposed(client)
    assert (made["number"], made["status"], made["signatures"]) == (
        f"P{clock.local(clock.now()).year}-0001",
        "moderation",
        0,
    )
    assert [one["at"] for one in made["thresholds"]] == [50, 500, 2000]
    number = made["number"]
    hidden = await read(client, number)
    assert (hidden["status"], hidden["title"], hidden["body"]) == ("moderation", None, None)
    assert (await client.get("/api/v1/petitions")).json() == {"items": [], "next": None}

    assert (await decided(client, number, decision="publish")).status_code == 200
    answer = await signed(client, number)
    assert answer.status_code == 202
    assert (answer.json()["already"], answer.json()["signatures"]) == (False, 1)
    seen = await read(client, number)
    assert (seen["title"], seen["body"], seen["status"], seen["signatures"]) == (TITLE, BODY, "open", 1)
    assert seen["by_district"] == [
        {"district": {"code": "D_LB", "name": seen["by_district"][0]["district"]["name"]}, "signatures": 1}
    ]
    assert seen["response"] is None and seen["case"] is None


async def test_a_second_signature_is_told_politely_and_not_counted(client):
    number = await opened(client)
    await signed(client, number)
    again = await signed(client, number, phone="+86 139 7720 0002", district="D_CZ")
    assert again.status_code == 202 and again.json()["already"] is True
    assert "已经附议过" in again.json()["message"]
    assert (await read(client, number))["signatures"] == 1


async def test_a_retried_request_is_the_same_signature_and_the_same_petition(client):
    number = await opened(client)
    given = {**ZHOU, "phone_code": await code_for(client, ZHOU["phone"])}
    key = {"Idempotency-Key": "retry-1"}
    first = await client.post(f"/api/v1/petitions/{number}/signatures", json=given, headers=key)
    second = await client.post(f"/api/v1/petitions/{number}/signatures", json=given, headers=key)
    assert first.status_code == second.status_code == 202
    assert first.json() == second.json() and first.json()["already"] is False
    given = {**PROPOSAL, "phone_code": await code_for(client, PROPOSAL["phone"])}
    key = {"Idempotency-Key": "retry-2"}
    answers = [await client.post("/api/v1/petitions", json=given, headers=key) for _ in range(2)]
    assert answers[0].json()["number"] == answers[1].json()["number"]


async def test_names_and_phones_are_in_no_answer(client):
    number = await opened(client)
    await signed(client, number)
    diao = await token(client, people.DIAO)
    for address in ("/api/v1/petitions", f"/api/v1/petitions/{number}", f"/petitions/{number}", "/petitions"):
        for headers in ({}, diao):
            text = (await client.get(address, headers=headers)).text
            for secret in ("林晓", "周舟", people.XIAO_LIN_PHONE, people.XIAO_ZHOU_PHONE):
                assert secret not in text, address


async def test_personal_data_is_not_published(client):
    number = await opened(client, body=f"希望增设夜班公交，支持的请打电话 {people.XIAO_LIN_PHONE} 找我。")
    seen = await read(client, number)
    assert people.XIAO_LIN_PHONE not in seen["body"] and "夜班公交" in seen["body"]


@pytest.mark.parametrize("reason", ["beyond", "unlawful", "personal"])
async def test_a_rejection_is_public_with_its_reason_and_its_text_when_harmless(client, reason):
    made = await proposed(client)
    answer = await decided(client, made["number"], decision="reject", reason=reason, explanation="请看说明一二三。")
    assert answer.status_code == 200
    seen = await read(client, made["number"])
    assert seen["rejection"]["reason"] == reason and seen["rejection"]["explanation"] == "请看说明一二三。"
    shown = TITLE if reason == "beyond" else None
    assert seen["title"] == shown and (seen["body"] is None) == (shown is None)
    page = (await client.get(f"/petitions/{made['number']}")).text
    assert "请看说明一二三。" in page and (BODY in page) == (shown is not None)
    listed = (await client.get("/api/v1/petitions", params={"status": "rejected"})).json()["items"]
    assert [one["title"] for one in listed] == [shown]


async def test_it_cannot_be_signed_in_moderation_rejected_or_closed(client):
    made = await proposed(client)
    waiting = await signed(client, made["number"])
    await decided(client, made["number"], decision="reject", reason="unclear", explanation="看不出要做什么。")
    rejected = await signed(client, made["number"])
    number = await opened(client)
    await as_if_over(client, number)
    closed = await signed(client, number)
    for answer in (waiting, rejected, closed):
        assert answer.status_code == 409 and answer.json()["error"] == "not_open"
    assert (await read(client, number))["status"] == "closed"
    assert (await client.get("/api/v1/petitions", params={"status": "open"})).json()["items"] == []


async def test_fifty_signatures_open_a_case_whose_answer_is_the_response(client):
    number = await opened(client)
    await as_if_signed(client, number, 49)
    await signed(client, number)
    seen = await read(client, number)
    assert seen["thresholds"][0]["reached_at"] and not seen["thresholds"][1]["reached_at"]
    assert seen["case"]["due_at"] and "number" not in seen["case"] and seen["response"] is None
    hall = client.app.state.hall
    found = await petitions.get(hall.database, number, now=clock.now())
    case = await answered(hall, await cases.by_id(hall.database, found.case_id))
    seen = await read(client, number)
    assert seen["response"]["text"] == "从下月起增开一条夜班线。"
    page = (await client.get(f"/petitions/{number}")).text
    assert "从下月起增开一条夜班线。" in page and "内部：先看客流" not in page and case.number not in page
    for_staff = await client.get(f"/api/v1/petitions/{number}", headers=await token(client, people.DIAO))
    assert for_staff.json()["case"]["number"] == case.number


async def answered(hall, case):
    """The case, dispatched if it must be, answered by the ecology bureau and approved."""
    now, wang, shen = clock.now(), await actor(hall, people.WANG), await actor(hall, people.SHEN)
    if case.status == "assigned":
        await hall.database.execute("DELETE FROM assignments WHERE case_id = :id", {"id": case.id})
        await hall.database.execute("UPDATE cases SET status = 'triage', bureau = NULL WHERE id = :id", {"id": case.id})
        case = await cases.by_id(hall.database, case.id)
    case = await dispatching.dispatch(hall, await actor(hall, people.DIAO), case, bureau="STHJ", now=now)
    case = await handling.accept(hall, wang, case, now=now)
    case = await handling.reply(
        hall, wang, case, finding="内部：先看客流", answer="从下月起增开一条夜班线。",
        outcome=handling.Outcome.PLANNED, now=now,
    )  # fmt: skip
    assert await petitions_response(hall, case) is None
    return await handling.approve(hall, shen, case, now=now)


async def petitions_response(hall, case):
    """What the public would read as the answer now."""
    found = await petitions.of_case(hall.database, case.id, now=clock.now())
    return (await petition_view.full(hall, found, now=clock.now()))["response"]


async def test_search_status_and_pages(client):
    first = await opened(client)
    second = await opened(client, title="给人民广场多种几棵遮阴的树", body="夏天太晒，老人没有地方坐。")
    numbers = [one["number"] for one in (await client.get("/api/v1/petitions")).json()["items"]]
    assert numbers == [second, first]
    for q, expected in (("夜班", [first]), ("没有地方坐", [second]), (first.lower(), [first]), ("%", []), ("_", [])):
        found = (await client.get("/api/v1/petitions", params={"q": q})).json()
        assert [one["number"] for one in found["items"]] == expected, q
    after = (await client.get("/api/v1/petitions", params={"cursor": second})).json()
    assert [one["number"] for one in after["items"]] == [first] and after["next"] is None


async def test_long_lists_are_paged_without_gap_or_double(client):
    numbers = []
    hall = client.app.state.hall
    number = await opened(client)
    for n in range(2, 44):
        await hall.database.execute(
            f"""INSERT INTO petitions (id, number, status, title, body, public_title, public_body, proposer, phone,
                proposed_at, due_at, closes_at)
            SELECT {n} + 100, 'P2026-9{n:03}', status, title, body, public_title, public_body, proposer, phone,
                proposed_at, due_at, closes_at FROM petitions WHERE number = :number""",
            {"number": number},
        )
    await hall.database.execute(
        """INSERT INTO thresholds (petition_id, at, promise)
        SELECT petitions.id, at, promise FROM petitions, thresholds WHERE petitions.id > 100"""
    )
    cursor = ""
    while cursor is not None:
        answer = (await client.get("/api/v1/petitions", params={"cursor": cursor})).json()
        numbers += [one["number"] for one in answer["items"]]
        cursor = answer["next"]
    assert len(numbers) == len(set(numbers)) == 43
    assert (await client.get("/petitions")).text.count("更早的") == 1


async def test_who_may_decide(client):
    number = (await proposed(client))["number"]
    address = f"/api/v1/petitions/{number}/decision"
    assert (await client.post(address, json={"decision": "publish"})).status_code == 401
    for someone in (people.WANG, people.SHI, people.MI, people.DU):
        answer = await client.post(address, json={"decision": "publish"}, headers=await token(client, someone))
        assert answer.status_code == 403
    assert (await decided(client, number, decision="publish")).status_code == 200
    again = await decided(client, number, decision="reject", reason="unclear", explanation="看不懂。")
    assert again.status_code == 409 and again.json()["error"] == "decided"


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"decision": "maybe"},
        {"decision": "reject"},
        {"decision": "reject", "reason": "dislike", "explanation": "不喜欢这个。"},
        {"decision": "reject", "reason": "unclear", "explanation": ""},
        {"decision": "publish", "extra": 1},
    ],
)
async def test_a_bad_decision_changes_nothing(client, given):
    number = (await proposed(client))["number"]
    assert (await decided(client, number, **given)).status_code == 422
    assert (await read(client, number))["status"] == "moderation"


@pytest.mark.parametrize("number", ["P2026-9999", "2026-0001", "x" * 500, "%00", "P2026-0001'", "联名"])
async def test_unknown_numbers_are_not_found(client, number):
    await opened(client)
    for address in (f"/api/v1/petitions/{number}", f"/petitions/{number}", f"/petitions/{number}/sign"):
        assert (await client.get(address)).status_code == 404
    assert (await client.post(f"/api/v1/petitions/{number}/signatures", json=ZHOU)).status_code == 404


@pytest.mark.parametrize("field", ["title", "body", "name", "phone", "phone_code", "district"])
@pytest.mark.parametrize("bad", [*BAD_TEXTS.values(), None, 1, [], {}, True], ids=[*BAD_TEXTS, "null", "number", "list", "object", "bool"])  # fmt: skip
async def test_bad_fields_are_told_in_chinese_and_leave_nothing(client, field, bad):
    if field == "district" and bad in ("", None):
        return  # a petition may be for the whole city
    given = {**PROPOSAL, "phone_code": "123456", field: bad}
    # As escapes, so that a lone surrogate can be sent at all.
    answer = await client.post("/api/v1/petitions", content=json.dumps(given))
    assert answer.status_code == 422, answer.text
    assert answer.json()["message"]
    if field in ZHOU:
        number = await opened(client)
        given = json.dumps({**ZHOU, "phone_code": "123456", field: bad})
        answer = await client.post(f"/api/v1/petitions/{number}/signatures", content=given)
        assert answer.status_code == 422
        assert (await read(client, number))["signatures"] == 0


@pytest.mark.parametrize("given", [b"", b"\xff\xfe", b"[]", b"null", b'{"title":', b'"x"', b"1e999"])
async def test_bodies_that_are_no_objects(client, given):
    number = await opened(client)
    for address in ("/api/v1/petitions", f"/api/v1/petitions/{number}/signatures"):
        assert (await client.post(address, content=given)).status_code == 422


async def test_extra_and_missing_fields(client):
    number = await opened(client)
    code = await code_for(client, ZHOU["phone"])
    extra = await signed(client, number, phone_code=code, signatures=500)
    assert extra.status_code == 422 and "signatures" in extra.json()["fields"]
    missing = await client.post(f"/api/v1/petitions/{number}/signatures", json={"name": "周舟"})
    assert set(missing.json()["fields"]) == {"phone", "phone_code", "district"}


async def test_a_missing_name_is_called_missing(client):
    answer = await client.post("/api/v1/petitions", json={**PROPOSAL, "phone_code": "1", "name": ""})
    assert answer.json()["fields"] == {"name": "这里不能空着。"}


@pytest.mark.parametrize("name", ["=1+1", "@周舟", "http://x.cn"])
async def test_names_that_are_formulas_or_addresses_are_refused(client, name):
    number = await opened(client)
    answer = await signed(client, number, name=name, phone_code="123456")
    assert answer.status_code == 422 and "name" in answer.json()["fields"]


async def test_wrong_codes_and_unknown_districts_do_not_count(client):
    number = await opened(client)
    wrong = await signed(client, number, phone_code="000000")
    assert wrong.status_code == 422 and wrong.json()["error"] == "wrong_code"
    assert (await signed(client, number, district="D_XX")).json()["fields"] == {
        "district": "没有这个城区，请重新选择。"
    }
    assert (await read(client, number))["signatures"] == 0


@pytest.mark.parametrize(
    "params", [{"q": "\x00"}, {"q": "长" * 101}, {"status": "moderation"}, {"status": "x"}, {"cursor": "'"}]
)
async def test_bad_searches(client, params):
    assert (await client.get("/api/v1/petitions", params=params)).status_code == 422
    page = await client.get("/petitions", params=params)
    assert page.status_code == 422 and "搜索的内容或网址不对" in page.text


async def test_html_is_shown_as_text(client):
    number = await opened(client, title="<script>alert(1)</script>多种树", body="<b onclick=x>希望</b>多种几棵树。")
    page = (await client.get(f"/petitions/{number}")).text
    assert "<script>alert" not in page and "&lt;script&gt;" in page and "<b onclick" not in page


async def test_a_report_against_an_official_is_sent_elsewhere_and_not_kept(client):
    code = await code_for(client, PROPOSAL["phone"])
    body = "实名举报某局局长王某收受贿赂、滥用职权，请大家附议。"
    answer = await client.post(
        "/api/v1/petitions", json={**PROPOSAL, "title": "举报某局局长受贿", "body": body, "phone_code": code}
    )
    assert answer.status_code == 422 and answer.json()["error"] == "confidential"
    assert await client.app.state.hall.database.fetch_val("SELECT count(*) FROM petitions") == 0


# Pages ------------------------------------------------------------------------------------------------------------


async def test_the_empty_list_invites(client):
    page = await client.get("/petitions")
    assert page.status_code == 200 and "现在没有正在征集的联名建议" in page.text
    assert "没有找到" in (await client.get("/petitions", params={"q": "夜班"})).text


async def test_proposing_on_the_page_in_two_presses(client):
    given = {**PROPOSAL, "key": "k-1"}
    sent = await client.post("/petitions/new", data={**given, "action": "code"})
    assert sent.status_code == 200 and "验证码已发到 139****0001" in sent.text
    assert TITLE in sent.text and BODY in sent.text
    given |= {"phone_code": await last_code(client), "action": "submit"}
    made = await client.post("/petitions/new", data=given)
    assert made.status_code == 303
    twice = await client.post("/petitions/new", data=given)
    assert twice.headers["location"] == made.headers["location"]
    page = await client.get(made.headers["location"])
    assert "正在审核" in page.text and TITLE not in page.text


@pytest.mark.parametrize("field", ["title", "body", "name", "phone", "phone_code", "district"])
@pytest.mark.parametrize("bad", ["", "长" * 100_000, "夜班\x00公交", "\u202e夜"], ids=["empty", "long", "nul", "rtl"])
async def test_bad_input_keeps_what_was_typed(client, field, bad):
    if (field, bad) in (("district", ""), ("name", "\u202e夜")):
        return  # both are fine: the whole city, and a name of one character
    answer = await client.post(
        "/petitions/new", data={**PROPOSAL, "phone_code": "123456", field: bad, "action": "submit"}
    )
    assert answer.status_code == 422 and 'role="alert"' in answer.text
    kept = TITLE if field != "title" else BODY
    assert kept in answer.text


async def test_similar_open_petitions_are_shown_while_proposing(client):
    number = await opened(client)
    page = (await client.get("/petitions/new", params={"title": "高铁站夜班公交"})).text
    assert f"/petitions/{number}" in page
    assert f"/petitions/{number}" not in (await client.get("/petitions/new", params={"title": "多种树"})).text


async def test_signing_on_the_page_in_two_steps(client):
    number = await opened(client)
    first = await client.post(f"/petitions/{number}/code", data={"phone": "139 7720 0002"})
    assert first.status_code == 303 and first.headers["location"] == f"/petitions/{number}/sign"
    assert people.XIAO_ZHOU_PHONE not in str(first.headers)
    second = await client.get(first.headers["location"])
    assert "验证码已发到 139****0002" in second.text
    given = {**ZHOU, "phone_code": await last_code(client), "key": "k-2"}
    for _ in range(2):  # a double click
        done = await client.post(f"/petitions/{number}/sign", data=given)
        assert done.headers["location"] == f"/petitions/{number}?signed=new"
    page = (await client.get(done.headers["location"])).text
    assert "您的附议已计入" in page and "<b>1</b> 人附议" in page
    assert (await read(client, number))["signatures"] == 1


async def test_signing_twice_on_the_page_is_told(client):
    number = await opened(client)
    await signed(client, number)
    await client.post(f"/petitions/{number}/code", data={"phone": ZHOU["phone"]})
    done = await client.post(f"/petitions/{number}/sign", data={**ZHOU, "phone_code": await last_code(client)})
    assert done.headers["location"] == f"/petitions/{number}?signed=already"
    assert "已经附议过" in (await client.get(done.headers["location"])).text


async def test_bad_signing_keeps_what_was_typed(client):
    number = await opened(client)
    for given in ({**ZHOU, "phone_code": "000000"}, {**ZHOU, "district": "D_XX", "phone_code": "1"}, {"name": "周舟"}):
        answer = await client.post(f"/petitions/{number}/sign", data=given)
        assert answer.status_code == 422 and "周舟" in answer.text and 'role="alert"' in answer.text
    wrong = await client.post(f"/petitions/{number}/code", data={"phone": "12345"})
    assert wrong.status_code == 422 and "12345" in wrong.text
    broken = await client.get(f"/petitions/{number}/sign", headers={"cookie": "minsheng_phone=%%%"})
    assert broken.status_code == 200


async def test_a_closed_petition_offers_no_signing(client):
    number = await opened(client)
    await as_if_over(client, number)
    page = (await client.get(f"/petitions/{number}")).text
    assert "征集已结束" in page and "/code" not in page
    assert (await client.get(f"/petitions/{number}/sign")).status_code == 303
    for address in ("code", "sign"):
        answer = await client.post(f"/petitions/{number}/{address}", data={**ZHOU, "phone_code": "1"})
        assert answer.status_code == 409 and "现在不能附议" in answer.text


async def test_moderation_pages(client):
    number = (await proposed(client, body=f"希望多种树，电话 {people.XIAO_LIN_PHONE}。"))["number"]
    assert (await client.get("/dispatch/petitions")).status_code == 303
    await sign_in(client, people.WANG)
    assert (await client.get("/dispatch/petitions")).status_code == 403
    assert (await client.post(f"/dispatch/petitions/{number}", data={"decision": "publish"})).status_code == 403
    await sign_in(client, people.DIAO)
    queue = (await client.get("/dispatch/petitions")).text
    assert TITLE in queue and ("个工作日" in queue or "24:00 前" in queue)
    page = (await client.get(f"/dispatch/petitions/{number}")).text
    assert "原文" in page and "公开后市民看到的" in page
    bad = await client.post(f"/dispatch/petitions/{number}", data={"decision": "reject", "explanation": "说明写在这里"})
    assert bad.status_code == 422 and "说明写在这里" in bad.text
    done = await client.post(f"/dispatch/petitions/{number}", data={"decision": "publish"})
    assert done.headers["location"] == f"/dispatch/petitions?done={number}"
    late = await client.post(
        f"/dispatch/petitions/{number}",
        data={"decision": "reject", "reason": "unclear", "explanation": "已经写好的说明"},
    )
    assert late.status_code == 409 and "已经审核过了" in late.text and "已经写好的说明" in late.text
    assert (await client.get("/dispatch/petitions/P2026-9999")).status_code == 404


async def test_what_was_promised_is_listed_for_staff(client):
    number = await opened(client)
    await as_if_signed(client, number, 499)
    await signed(client, number)
    await sign_in(client, people.DIAO)
    page = (await client.get("/dispatch/petitions")).text
    for at, promise in petition.THRESHOLDS[:2]:
        assert promise in page and f"达到 {at} 人" in page
    assert "/desk/" in page


async def test_posting_is_for_posts(client):
    number = await opened(client)
    assert (await client.get(f"/petitions/{number}/code")).status_code == 405
    assert (await client.get(f"/api/v1/petitions/{number}/signatures")).status_code == 405
    assert (await client.post(f"/petitions/{number}")).status_code == 405


async def test_too_many_tries_are_slowed_down(client):
    client.app.state.settings = type(client.app.state.settings)(limits=True)
    number = await opened(client)
    codes = []
    for _ in range(12):
        codes.append((await signed(client, number, phone_code="000000")).status_code)
    assert codes[:10] == [422] * 10 and codes[-1] == 429
