"""The JSON API as API.md promises it, walked by citizens and staff over real HTTP messages."""

import asyncio

import pytest

from tests import people
from tests.web.conftest import submitted, token

pytestmark = pytest.mark.anyio


async def take(client, who, number, step, **fields):
    """The step with the version this person sees now."""
    seen = (await client.get(f"/api/v1/cases/{number}", headers=who)).json()
    return await client.post(
        f"/api/v1/cases/{number}/steps", headers=who, json={"step": step, "version": seen["version"], **fields}
    )


@pytest.fixture
async def noise(client):
    """小林's case, dispatched to the ecology bureau whatever the classifier thought."""
    made = await submitted(client, district="D_YF", contact={"name": "小林", "phone": people.XIAO_LIN_PHONE})
    if made["status"] == "triage":
        diao = await token(client, people.DIAO)
        assert (await take(client, diao, made["number"], "dispatch", bureau="STHJ", category="C01")).status_code == 200
    return made


# Submission -------------------------------------------------------------------------------------------------------


async def test_a_citizen_learns_at_once_who_has_it_why_and_until_when(client):
    made = await submitted(client, district="D_YF")
    assert set(made) >= {"number", "query_code", "status", "kind", "category", "district", "bureau", "decision",
                         "confidence", "suggestions", "reasons", "due_at"}  # fmt: skip
    assert made["category"] == {"code": "C01", "name": "建筑施工噪声"}
    assert len(made["suggestions"]) == 3 and made["suggestions"][0]["bureau"]["code"] == "STHJ"
    assert "打桩" in made["reasons"]
    assert made["status"] in ("assigned", "triage") and made["due_at"].endswith("Z")


async def test_the_same_key_gives_the_same_case(client):
    key = {"Idempotency-Key": "click-1"}
    first = await client.post("/api/v1/cases", json={"body": people.NOISE}, headers=key)
    again = await client.post("/api/v1/cases", json={"body": people.NOISE}, headers=key)
    assert first.status_code == again.status_code == 201 and first.json() == again.json()
    other = await client.post("/api/v1/cases", json={"body": "另一件事，路灯不亮"}, headers=key)
    assert other.status_code == 422


async def test_ten_clicks_at_once_make_one_case(client):
    key = {"Idempotency-Key": "ten"}
    answers = await asyncio.gather(
        *(client.post("/api/v1/cases", json={"body": people.NOISE}, headers=key) for _ in range(10))
    )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["number"] for answer in answers}) == 1


async def test_a_broken_model_is_not_the_citizens_problem(client):
    def broken(*_, **__):
        from feedback.rules.record import not_understood

        return not_understood()

    client.app.state.hall.understand = broken
    made = await submitted(client)
    assert made["status"] == "triage" and made["category"] is None and made["due_at"]


async def test_a_report_against_an_official_names_nobody(client):
    made = await submitted(client, body="实名举报鱼峰区某局副局长收受工程老板贿赂二十万元，有转账记录为证。")
    assert made["decision"] == "protected" and made["status"] == "triage"
    assert made["bureau"] is None and made["suggestions"] == [] and made["reasons"] == []
    for someone in (people.DIAO, people.DU, people.SHI, people.WANG, people.AN):
        answer = await client.get(f"/api/v1/cases/{made['number']}", headers=await token(client, someone))
        assert answer.status_code == 404, someone
    clerk = await client.get(f"/api/v1/cases/{made['number']}", headers=await token(client, people.MI))
    assert clerk.status_code == 200 and "二十万元" in clerk.json()["body"]


# Bad input --------------------------------------------------------------------------------------------------------

BAD_BODIES = [
    {}, {"body": ""}, {"body": "   "}, {"body": "\u200b\u200b\u200b\u200b\u200b"}, {"body": "字" * 5001}, {"body": "x" * 100_000},
    {"body": None}, {"body": 7}, {"body": ["路灯"]}, {"body": {"a": 1}}, {"body": "路灯坏了", "extra": 1},
    {"body": "路灯坏了", "kind": "gift"}, {"body": "路灯坏了", "district": "D_XX"}, {"body": "路灯坏了", "district": 5},
    {"body": "路灯坏了", "latitude": 91}, {"body": "路灯坏了", "latitude": "north"}, {"body": "路灯坏了", "longitude": 1e400},
    {"body": "路灯坏了", "contact": {"phone": "110"}}, {"body": "路灯坏了", "contact": {}}, {"body": "路灯坏了", "contact": "小林"},
    {"body": "路灯坏了", "contact": {"phone": people.XIAO_LIN_PHONE, "name": "=cmd()"}},
    {"body": "路灯坏了", "title": "题" * 101}, {"body": "路灯坏了", "source": "spy"}, {"body": "路灯坏了", "publish": "maybe"},
    {"body": "路灯坏了", "phone_code": "123456", "contact": {"phone": people.XIAO_LIN_PHONE}},
]  # fmt: skip


@pytest.mark.parametrize("given", BAD_BODIES, ids=range(len(BAD_BODIES)))
async def test_bad_letters_are_told_in_chinese_and_leave_nothing(client, given):
    import json

    answer = await client.post("/api/v1/cases", content=json.dumps(given), headers={"content-type": "application/json"})
    assert answer.status_code == 422, answer.text
    told = answer.json()
    assert told["message"] and all(
        any("\u4e00" <= c <= "\u9fff" for c in text) for text in told.get("fields", {}).values()
    )
    assert await client.app.state.hall.database.fetch_val("SELECT count(*) FROM cases") == 0


BAD_BYTES = [b"", b"{", b"[]", b"null", b"7", b'"text"', b'{"body": "\\ud800\\ud800\\ud800\\ud800"}', '{"body": "路灯坏了"}'.encode("gbk"),
             '{"body": "路灯坏了"}'.encode("utf-16"), b'{"body": "a\\u0000bcd"}', b"\x00\x01\x02", b'{"body": NaN}']  # fmt: skip


@pytest.mark.parametrize("sent", BAD_BYTES, ids=range(len(BAD_BYTES)))
async def test_bad_bytes_are_no_fault_of_ours(client, sent):
    answer = await client.post("/api/v1/cases", content=sent, headers={"content-type": "application/json"})
    assert answer.status_code == 422 and answer.json()["message"]


async def test_over_a_mebibyte_is_refused(client):
    answer = await client.post("/api/v1/cases", content=b'{"body":"' + b"a" * (1 << 20) + b'"}')
    assert answer.status_code == 413 and answer.json()["error"] == "too_large"


async def test_html_emoji_and_marks_are_only_text(client):
    body = "<script>alert(1)</script>\u202e路灯😡坏了\u200b，请看 <b>这里</b>"
    made = await submitted(client, body=body)
    diao = await token(client, people.DIAO)
    seen = (await client.get(f"/api/v1/cases/{made['number']}?code={made['query_code']}")).json()
    assert seen["number"] == made["number"]
    if made["status"] == "triage":
        told = (await client.get(f"/api/v1/cases/{made['number']}", headers=diao)).json()
        assert told["body"] == "<script>alert(1)</script>路灯😡坏了，请看 <b>这里</b>"


# Looking up -------------------------------------------------------------------------------------------------------


async def test_the_code_opens_the_case_however_it_is_typed(client, noise):
    for code in (noise["query_code"], noise["query_code"].lower().replace("-", ""), f" {noise['query_code']} "):
        answer = await client.get(f"/api/v1/cases/{noise['number']}", params={"code": code})
        assert answer.status_code == 200
    by_header = await client.get(f"/api/v1/cases/{noise['number']}", headers={"X-Query-Code": noise["query_code"]})
    assert by_header.json()["timeline"][0]["step"] == "submit"


async def test_a_wrong_code_looks_like_an_unknown_number(client, noise):
    other = await submitted(client, body="柳北区跃进路的路灯坏了三天")
    wrong = await client.get(f"/api/v1/cases/{noise['number']}", params={"code": other["query_code"]})
    unknown = await client.get("/api/v1/cases/2026-0101-9999", params={"code": noise["query_code"]})
    nothing = await client.get(f"/api/v1/cases/{noise['number']}")
    strange = await client.get("/api/v1/cases/%00'; DROP TABLE cases", params={"code": "\ud7ff" * 20})
    for answer in (wrong, unknown, nothing, strange):
        assert (answer.status_code, answer.json()) == (404, unknown.json())


async def test_staff_steps_and_staff_pages_ask_for_a_token(client, noise):
    answer = await client.post(f"/api/v1/cases/{noise['number']}/steps", json={"step": "accept", "version": 1})
    assert answer.status_code == 401 and answer.headers["www-authenticate"] == "Bearer"
    for given in (b"Bearer ", b"Bearer nonsense", b"Bearer \xf0\x9f\x92\xa5", b"Basic eDp5"):
        answer = await client.post("/api/v1/classify", json={"body": "路灯"}, headers={b"Authorization": given})
        assert answer.status_code == 401


# The story --------------------------------------------------------------------------------------------------------


async def test_from_submission_to_rework_and_back(client, noise):
    number, code = noise["number"], noise["query_code"]
    wang, shen = await token(client, people.WANG), await token(client, people.SHEN)
    assert (await take(client, wang, number, "accept")).json()["status"] == "working"
    replied = await take(
        client, wang, number, "reply", finding="属实", answer="已责令夜间停工，十二月一日前整改完毕。", outcome="solved"
    )
    assert replied.json()["status"] == "in_review"
    hidden = (await client.get(f"/api/v1/cases/{number}", params={"code": code})).json()
    assert hidden["reply"] is None and "责令" not in str(hidden)
    assert (await take(client, shen, number, "approve")).json()["status"] == "replied"
    seen = (await client.get(f"/api/v1/cases/{number}", params={"code": code})).json()
    assert "责令" in seen["reply"]["text"] and "属实" not in str(seen) and {"rate"} <= set(seen["can"])
    rated = await client.post(f"/api/v1/cases/{number}/rate", json={"code": code, "solved": False, "satisfaction": 2})
    assert rated.json()["status"] == "replied" and rated.json()["rating"]["solved"] is False
    again = await client.post(f"/api/v1/cases/{number}/rework", json={"code": code, "reason": "昨晚又响了"})
    assert again.json()["status"] == "assigned" and again.json()["round"] == 2
    assert (await take(client, wang, number, "accept")).status_code == 200
    await take(client, wang, number, "reply", finding="", answer="已停工，并派人夜间值守。", outcome="solved")
    await take(client, shen, number, "approve")
    done = await client.post(f"/api/v1/cases/{number}/rate", json={"code": code, "solved": True, "satisfaction": 5})
    assert done.json()["status"] == "closed"
    last = await client.post(f"/api/v1/cases/{number}/withdraw", json={"code": code})
    assert last.status_code == 409 and last.json()["error"] == "wrong_step"


async def test_the_order_of_refusals(client, noise):
    number = noise["number"]
    zhu, wang, shi = [await token(client, one) for one in (people.ZHU, people.WANG, people.SHI)]
    step = f"/api/v1/cases/{number}/steps"
    assert (await client.post(step, headers=zhu, json={"step": "accept", "version": 99})).status_code == 404
    assert (await client.post(step, headers=shi, json={"step": "accept", "version": 99})).status_code == 403
    stale = await client.post(step, headers=wang, json={"step": "reply", "version": 99})
    assert (stale.status_code, stale.json()["error"]) == (409, "stale")
    version = (await client.get(f"/api/v1/cases/{number}", headers=wang)).json()["version"]
    early = await client.post(step, headers=wang, json={"step": "reply", "version": version})
    assert (early.status_code, early.json()["error"]) == (409, "wrong_step")
    unclear = await client.post(step, headers=wang, json={"step": "return", "version": version})
    assert unclear.status_code == 422 and "reason" in unclear.json()["fields"]
    assert (await client.post(step, headers=wang, json={"step": "fly", "version": version})).status_code == 422


async def test_a_409_brings_the_fresh_case(client, noise):
    wang = await token(client, people.WANG)
    stale = await client.post(
        f"/api/v1/cases/{noise['number']}/steps", headers=wang, json={"step": "accept", "version": 0}
    )
    assert stale.json()["case"]["number"] == noise["number"] and stale.json()["case"]["version"] >= 1


async def test_contacts_are_masked_for_staff_and_absent_for_citizens(client, noise):
    wang = await token(client, people.WANG)
    told = (await client.get(f"/api/v1/cases/{noise['number']}", headers=wang)).json()
    assert told["contact"] == {"name": "小*", "phone": "139****0001", "email": ""}
    seen = await client.get(f"/api/v1/cases/{noise['number']}", params={"code": noise["query_code"]})
    assert people.XIAO_LIN_PHONE not in seen.text


async def test_the_phone_is_sealed_in_the_database(client, noise):
    rows = await client.app.state.hall.database.fetch_all("SELECT phone, name FROM contacts")
    assert all(
        people.XIAO_LIN_PHONE.encode() not in row["phone"] and "小林".encode() not in row["name"] for row in rows
    )


async def test_reminders_wait_for_half_the_time(client, noise):
    answer = await client.post(f"/api/v1/cases/{noise['number']}/remind", json={"code": noise["query_code"]})
    assert (answer.status_code, answer.json()["error"]) == (409, "too_early")


# Signing in, limits, the document ---------------------------------------------------------------------------------


async def test_wrong_passwords_are_told_alike_and_lock(client):
    unknown = await client.post("/api/v1/sign-in", json={"username": "nobody", "password": "x"})
    for _ in range(5):
        wrong = await client.post("/api/v1/sign-in", json={"username": "wang", "password": "x"})
    assert (unknown.status_code, unknown.json()) == (401, wrong.json())
    locked = await client.post("/api/v1/sign-in", json={"username": "wang", "password": people.PASSWORD})
    assert locked.status_code == 429


@pytest.mark.parametrize("title", ["", "路灯不亮"])
async def test_classify_points_at_personal_data_by_place_and_text(client, title):
    sent = {"title": title, "body": "张伟，13812345678，路灯坏了三天。"}
    answer = await client.post("/api/v1/classify", json=sent, headers=await token(client, people.DIAO))
    whole = f"{title}\n{sent['body']}" if title else sent["body"]
    found = answer.json()["personal_data"]
    assert ("phone", "13812345678") in {(one["type"], one["text"]) for one in found}
    assert all(whole[one["start"] : one["end"]] == one["text"] for one in found)


async def test_the_openapi_document_names_every_address(client):
    document = (await client.get("/api/v1/openapi.json")).json()
    assert document["openapi"].startswith("3.1")
    assert "/api/v1/cases/{number}/steps" in document["paths"]
    letter = document["components"]["schemas"]["NewCase"]
    assert letter["additionalProperties"] is False
    assert (letter["properties"]["body"]["minLength"], letter["properties"]["body"]["maxLength"]) == (4, 5000)


async def test_other_sites_cannot_post(client):
    answer = await client.post("/api/v1/cases", json={"body": people.NOISE}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    answer = await client.post("/api/v1/cases", json={"body": people.NOISE}, headers={"Origin": "http://evil.example"})
    assert answer.status_code == 403


async def test_security_headers_and_request_id(client):
    answer = await client.get("/api/v1/openapi.json", headers={"X-Request-Id": "abcdefgh-1"})
    assert answer.headers["x-request-id"] == "abcdefgh-1"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    missing = await client.get("/api/v1/nowhere")
    assert missing.status_code == 404 and missing.json()["error"] == "not_found"
    assert (await client.delete("/api/v1/cases")).status_code == 405


@pytest.fixture
def limited(settings):
    import dataclasses

    return dataclasses.replace(settings, limits=True)


async def test_guessing_codes_is_slowed_down(limited, noise_number="2026-0101-9999"):
    import httpx

    from feedback import app as application

    app = application.create(limited)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://city") as one,
    ):
        answers = [await one.get(f"/api/v1/cases/{noise_number}", params={"code": "A" * 12}) for _ in range(15)]
    assert answers[0].status_code == 404 and answers[-1].status_code == 429
    assert int(answers[-1].headers["retry-after"]) > 0


async def test_a_fault_of_ours_is_told_with_its_request_id(client):
    client.app.state.hall.city = None
    answer = await client.post("/api/v1/cases", json={"body": people.NOISE})
    assert answer.status_code == 500 and answer.json()["error"] == "fault"
    assert answer.headers["x-request-id"] and "Traceback" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    "given", [{"username": "wang\0", "password": "x"}, {"username": "wang", "password": "\\ud800"}, {"username": 1}]
)
async def test_strange_sign_ins_are_refused(client, given):
    import json

    sent = json.dumps(given).replace("\\\\ud800", "\\ud800")
    answer = await client.post("/api/v1/sign-in", content=sent, headers={"content-type": "application/json"})
    assert answer.status_code == 422 and answer.json()["message"]


async def test_an_empty_name_is_no_name(client):
    made = await submitted(client, contact={"name": "", "phone": people.XIAO_LIN_PHONE})
    assert made["number"]
