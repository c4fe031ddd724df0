"""Photos and files on the web: who may add them, who sees them, how they are sent out, and that no words are lost for a bad picture."""

import dataclasses
import io
import os
import re
import time
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from PIL import Image

from feedback import app as application
from feedback import clock
from feedback.actions import attaching
from feedback.rules import attachment
from feedback.rules import code as codes
from feedback.rules.permission import Role
from feedback.store import depot
from feedback.web import uploads
from tests import people, pictures
from tests.web.conftest import sign_in, submitted, token
from tests.web.staff import api_step, at_bureau, browser
from tests.web.test_scope import hire

pytestmark = pytest.mark.anyio

PHOTO = ("files", ("工地 13977200001.jpg", pictures.photo(), "image/jpeg"))
PAPER = ("files", ("合同.pdf", pictures.PDF, "application/pdf"))
BROKEN = ("files", ("夜里.jpg", pictures.photo()[:3000], "image/jpeg"))
CHEN = people.Someone("chen", "陈局", Role.HEAD, "CGJ")
BRIBE = "举报某局局长张某收受施工单位贿赂，有转账记录。"
ANSWER = "您好！我局执法人员 11 月 24 日晚到东环大道工地检查，夜间打桩属实，已责令停止夜间施工，12 月 1 日前再次复查。"


async def letter(client: httpx.AsyncClient, *files, **fields) -> httpx.Response:
    """小林's form, as a browser without JavaScript sends it."""
    return await client.post("/", data={"body": people.NOISE, **fields}, files=list(files) or [("files", ("", b""))])


async def attach(client, number, *files, code="", who=None, **fields) -> httpx.Response:
    headers = await token(client, who) if who else {"X-Query-Code": code}
    return await client.post(f"/api/v1/cases/{number}/attachments", data=fields, files=list(files), headers=headers)


async def with_photo(client, *files, **fields) -> tuple[str, str, list[dict]]:
    """A case with a photo: number, query code, and its files as the citizen sees them."""
    made = await submitted(client, contact={"name": "林小梅", "phone": people.XIAO_LIN_PHONE}, **fields)
    told = await attach(client, made["number"], *(files or (PHOTO,)), code=made["query_code"])
    assert told.status_code == 201, told.text
    return made["number"], made["query_code"], told.json()["attachments"]


async def at_work(client, who=people.WANG) -> str:
    number = await at_bureau(client)
    await api_step(client, who, number, "accept")
    return number


async def stored(client) -> list:
    return await client.app.state.hall.database.fetch_all("SELECT * FROM attachments ORDER BY id")


def kept(page: str) -> list[str]:
    return re.findall(r'name="kept" value="([^"]+)"', page)


# It works ---------------------------------------------------------------------------------------------------------


async def test_a_letter_with_photos_becomes_a_case_and_the_receipt_shows_them(client):
    sent = await letter(client, PHOTO, PAPER)
    assert sent.status_code == 303 and sent.headers["location"] == "/receipt"
    receipt = (await client.get("/receipt")).text
    assert "收到 2 个照片和文件" in receipt and "合同.pdf" in receipt
    number = re.search(r'id="number">([^<]+)<', receipt)[1]
    page = (await client.get(f"/track/{number}")).text
    assert "附 2 个文件" in page and f'src="/track/{number}/files/' in page
    small = re.search(rf'src="(/track/{number}/files/[0-9a-f]+\?small=1)"', page)[1]
    answer = await client.get(small)
    assert answer.headers["content-type"] == "image/jpeg" and max(Image.open(io.BytesIO(answer.content)).size) <= 360
    row = (await stored(client))[0]
    assert (row["seq"], row["public"], row["person_id"], row["purpose"]) == (1, True, None, "letter")


async def test_a_file_is_sent_so_that_it_can_do_nothing(client):
    number, code, (photo, paper) = await with_photo(client, PHOTO, PAPER)
    address = f"/api/v1/cases/{number}/attachments"
    for one, how in ((photo, "inline"), (paper, "attachment")):
        answer = await client.get(f"{address}/{one['id']}?code={code}")
        assert answer.status_code == 200 and answer.headers["content-type"] == one["type"]
        assert answer.headers["content-disposition"].startswith(how)
        assert "sandbox" in answer.headers["content-security-policy"] and "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "private, no-store"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert "filename*=UTF-8''%E5%90%88%E5%90%8C.pdf" in answer.headers["content-disposition"]
    assert answer.content == pictures.PDF
    image = Image.open(io.BytesIO((await client.get(f"{address}/{photo['id']}?code={code}")).content))
    assert not image.getexif() and image.size == (photo["width"], photo["height"]) == (640, 480)
    assert (await client.get(f"{address}/{paper['id']}?code={code}&small=1")).status_code == 404


async def test_both_faces_list_what_a_case_has(client):
    number, code, _ = await with_photo(client)
    mine = (await client.get(f"/api/v1/cases/{number}?code={code}")).json()
    assert [one["name"] for one in mine["attachments"]] == ["工地 13977200001.jpg"] and mine["attachments"][0]["by"] == "您"
    assert [one["files"] for one in mine["timeline"] if one["step"] == "supplement"] == [1]
    theirs = (await client.get(f"/api/v1/cases/{number}", headers=await token(client, people.DIAO))).json()
    assert theirs["attachments"][0]["by"] == "市民" and not theirs["attachments"][0]["removable"]
    assert "工地 1397" not in str(theirs["timeline"]) and "工地 1397" not in str(mine["timeline"])


async def test_a_supplement_needs_words_or_files(client):
    made = await submitted(client)
    await client.post("/track", data={"number": made["number"], "code": made["query_code"]})
    address = f"/track/{made['number']}/supplement"
    nothing = await client.post(address, data={"text": ""}, files=[("files", ("", b""))])
    assert nothing.status_code == 422 and "这里需要填写" in nothing.text
    done = await client.post(address, data={"text": ""}, files=[PHOTO])
    assert done.status_code == 303
    assert "附 1 个文件" in (await client.get(done.headers["location"])).text
    words = await client.post(address, data={"text": "还有一张"}, files=[PAPER])
    assert words.status_code == 303 and len(await stored(client)) == 2


async def test_the_photo_the_bureau_asked_for_sets_the_clock_going(client):
    number, code, _ = await with_photo(client)
    if (await client.get(f"/api/v1/cases/{number}?code={code}")).json()["status"] == "triage":
        await api_step(client, people.DIAO, number, "dispatch", bureau="STHJ", category="C01")
    await api_step(client, people.WANG, number, "accept")
    await api_step(client, people.WANG, number, "ask_citizen", question="请拍一张工地大门的照片。")
    assert (await attach(client, number, PHOTO, code=code)).status_code == 201
    assert (await client.get(f"/api/v1/cases/{number}?code={code}")).json()["status"] == "working"


async def test_files_of_an_answer_go_out_when_it_is_approved(client):
    number, code, _ = await with_photo(client)
    if (await client.get(f"/api/v1/cases/{number}?code={code}")).json()["status"] == "triage":
        await api_step(client, people.DIAO, number, "dispatch", bureau="STHJ", category="C01")
    await api_step(client, people.WANG, number, "accept")
    headers = await browser(client, people.WANG)
    version = (await client.get(f"/api/v1/cases/{number}", headers=await token(client, people.WANG))).json()["version"]
    fields = {"step": "reply", "version": version, "answer": ANSWER, "outcome": "solved", "override": "已核对", "confirmed": "1"}
    sent = await client.post(f"/desk/{number}/steps", data=fields, files=[("files", ("整改 13977200001.jpg", pictures.photo()))], headers=headers)
    assert sent.status_code == 303, sent.text
    assert len((await client.get(f"/api/v1/cases/{number}?code={code}")).json()["attachments"]) == 1
    review = (await client.get(f"/desk/{number}", headers=await browser(client, people.SHEN))).text
    assert "随答复发给市民的文件（1）" in review and "整改 13977200001.jpg" in review
    await api_step(client, people.SHEN, number, "approve")
    mine = (await client.get(f"/api/v1/cases/{number}?code={code}")).json()
    (going,) = mine["reply"]["attachments"]
    assert len(mine["attachments"]) == 2 and going["purpose"] == "answer" and people.XIAO_LIN_PHONE not in going["name"]
    answer = await client.get(f"/api/v1/cases/{number}/attachments/{going['id']}?code={code}")
    assert answer.status_code == 200 and people.XIAO_LIN_PHONE not in answer.headers["content-disposition"]
    assert going["by"] == "市生态环境局" and "王工" not in str(mine)


async def test_only_files_of_the_bureau_that_answers_are_said_to_go_out(client):
    number = await at_work(client)
    assert (await attach(client, number, PHOTO, who=people.WANG, purpose="answer")).status_code == 201
    page = (await client.get(f"/desk/{number}", headers=await browser(client, people.WANG))).text
    assert "上次送审的 1 个文件也会一起发出" in page and '<span class="tag">随答复发给市民</span>' in page
    await api_step(client, people.WANG, number, "return", reason="not_ours", propose="CGJ")
    await api_step(client, people.DIAO, number, "dispatch", bureau="CGJ", category="C01")
    await api_step(client, people.LI, number, "accept")
    page = (await client.get(f"/desk/{number}", headers=await browser(client, people.LI))).text
    assert "上次送审的" not in page and "没有发给市民" in page and '<span class="tag">随答复发给市民</span>' not in page
    assert (await attach(client, number, PAPER, who=people.LI, purpose="answer")).status_code == 201
    case = await api_step(client, people.LI, number, "reply", finding="", answer=ANSWER, outcome="solved")
    announced = [one["name"] for one in case["attachments"] if one["outgoing"]]
    await hire(client, CHEN)
    assert "随答复发给市民的文件（1）" in (await client.get(f"/desk/{number}", headers=await browser(client, CHEN))).text
    done = await api_step(client, CHEN, number, "approve")
    assert [one["name"] for one in done["attachments"] if one["public"]] == announced == ["合同.pdf"]
    assert not any(one["outgoing"] for one in done["attachments"])


async def test_who_was_joined_gets_the_files_of_the_answer_and_keeps_their_own(client):
    lead = await at_work(client)
    other, code, (own,) = await with_photo(client)
    fresh = (await client.get(f"/api/v1/cases/{other}?code={code}")).json()
    who = people.DIAO if fresh["status"] == "triage" else people.WANG
    await api_step(client, who, other, "join", lead=lead)
    await attach(client, lead, PAPER, who=people.WANG, purpose="internal")
    assert (await attach(client, lead, PHOTO, who=people.WANG, purpose="answer")).status_code == 201
    await api_step(client, people.WANG, lead, "reply", finding="", answer=ANSWER, outcome="solved")
    await api_step(client, people.SHEN, lead, "approve")
    mine = (await client.get(f"/api/v1/cases/{other}?code={code}")).json()
    assert [one["purpose"] for one in mine["attachments"]] == ["letter", "answer"] and mine["attachments"][0]["id"] == own["id"]
    theirs = (await client.get(f"/api/v1/cases/{lead}", headers=await token(client, people.WANG))).json()
    assert own["id"] not in str(theirs["attachments"])
    file = await client.get(f"/api/v1/cases/{other}/attachments/{mine['attachments'][1]['id']}?code={code}")
    assert file.status_code == 200


async def test_a_note_with_a_file_stays_among_colleagues(client):
    number = await at_work(client)
    headers = await browser(client, people.WANG)
    version = (await client.get(f"/api/v1/cases/{number}", headers=await token(client, people.WANG))).json()["version"]
    done = await client.post(f"/desk/{number}/steps", data={"step": "note", "version": version, "text": ""}, files=[PAPER], headers=headers)
    assert done.status_code == 303 and done.headers["location"].endswith("done=note")
    page = (await client.get(f"/desk/{number}", headers=headers)).text
    assert "合同.pdf" in page and "市民看不到" in page and "王工（市生态环境局）" in page
    assert (await stored(client))[0]["public"] is False


# What it leaves behind --------------------------------------------------------------------------------------------


async def test_on_disk_lies_only_what_is_sealed_under_its_own_hash(client, tmp_path):
    await with_photo(client, PHOTO, PAPER)
    lying = [path for below in depot.listed(tmp_path / "files") for path in below]
    assert len(lying) == 3  # the photo, its small picture, the paper
    for path in lying:
        content = path.read_bytes()
        assert depot.is_whole(path.name, content) and path.stat().st_mode & 0o077 == 0
        assert b"PDF" not in content[:100] and b"\xff\xd8\xff" not in content[:100]
    row = (await stored(client))[0]
    assert "工地".encode() not in bytes(row["name"])


async def test_the_worker_collects_what_belongs_to_no_case(client, tmp_path):
    hall = client.app.state.hall
    number, code, (photo,) = await with_photo(client)
    orphan = await attaching.keep(hall, "a.pdf", pictures.PDF)
    half = tmp_path / "files" / orphan.content[:2] / ".00.part"
    half.write_bytes(b"half")
    assert await attaching.sweep(hall, now=clock.now()) == 0  # a form may still remember it
    yesterday = time.time() - 25 * 3600
    for below in depot.listed(tmp_path / "files"):
        for path in below:
            os.utime(path, (yesterday, yesterday))
    assert await attaching.sweep(hall, now=clock.now()) == 2
    assert not depot.place(tmp_path / "files", orphan.content).exists() and not half.exists()
    assert (await client.get(f"/api/v1/cases/{number}/attachments/{photo['id']}?code={code}")).status_code == 200


async def test_sent_twice_with_one_key_is_one_supplement_with_other_files_it_is_refused(client):
    made = await submitted(client)
    address, headers = f"/api/v1/cases/{made['number']}/attachments", {"X-Query-Code": made["query_code"], "Idempotency-Key": "k1"}
    first = await client.post(address, files=[PHOTO], headers=headers)
    again = await client.post(address, files=[PHOTO], headers=headers)
    assert (first.status_code, again.status_code) == (201, 201) and first.json() == again.json()
    assert len(await stored(client)) == 1
    other = await client.post(address, files=[PAPER], headers=headers)
    assert other.status_code == 422 and other.json()["error"] == "idempotency_key_reused"


async def test_a_double_click_is_one_case_and_another_photo_is_another(client):
    for files in ((PHOTO,), (PHOTO,), (PAPER,)):
        assert (await letter(client, *files, once="abc")).status_code == 303
    assert await client.app.state.hall.database.fetch_val("SELECT count(*) FROM cases") == 2
    assert len(await stored(client)) == 2


# A stranger gets 404 ----------------------------------------------------------------------------------------------


async def test_who_may_not_open_the_case_finds_no_file(client):
    number, code, (photo,) = await with_photo(client)
    other = await submitted(client)
    address = f"/api/v1/cases/{number}/attachments"
    for answer in (
        await client.get(f"{address}/{photo['id']}"),
        await client.get(f"{address}/{photo['id']}?code={other['query_code']}"),
        await client.get(f"/api/v1/cases/{other['number']}/attachments/{photo['id']}?code={other['query_code']}"),
        await client.get(f"{address}/{photo['id']}", headers=await token(client, people.ZHU)),
        await client.get(f"{address}/{'0' * 32}?code={code}"),
        await client.get(f"/track/{number}/files/{photo['id']}"),
        await client.get(f"/desk/{number}/files/{photo['id']}", headers=await browser(client, people.ZHU)),
        await attach(client, number, PHOTO, code=other["query_code"]),
        await attach(client, number, PHOTO, who=people.ZHU),
    ):
        assert answer.status_code == 404, answer.url
    assert (await client.get(f"/desk/{number}/files/{photo['id']}")).status_code == 303  # to sign in
    assert len(await stored(client)) == 1


async def test_files_of_a_protected_case_are_for_the_confidential_clerk_alone(client):
    made = await submitted(client, body=BRIBE)
    assert made["decision"] == "protected"
    told = await attach(client, made["number"], PAPER, code=made["query_code"])
    (paper,) = told.json()["attachments"]
    address = f"/api/v1/cases/{made['number']}/attachments/{paper['id']}"
    assert (await client.get(address, headers=await token(client, people.MI))).status_code == 200
    for someone in (people.DIAO, people.DU, people.SHI, people.WANG, people.JU):
        assert (await client.get(address, headers=await token(client, someone))).status_code == 404


async def test_the_confidential_clerks_files_go_out_with_the_answer(client):
    made = await submitted(client, body=BRIBE)
    number, code = made["number"], made["query_code"]
    if (await client.get(f"/api/v1/cases/{number}", headers=await token(client, people.MI))).json()["status"] == "triage":
        await api_step(client, people.MI, number, "dispatch", bureau="JWJW")
    await api_step(client, people.MI, number, "accept")
    assert (await attach(client, number, PAPER, who=people.MI, purpose="answer")).status_code == 201
    await api_step(client, people.MI, number, "reply", answer="已核实处理，详见附件。")
    await api_step(client, people.MI, number, "approve")
    mine = (await client.get(f"/api/v1/cases/{number}?code={code}")).json()
    assert mine["status"] == "replied" and [one["purpose"] for one in mine["reply"]["attachments"]] == ["answer"]


async def test_what_is_internal_or_not_yet_approved_is_not_the_citizens(client):
    number = await at_work(client)
    for purpose in ("internal", "answer"):
        assert (await attach(client, number, PAPER, who=people.WANG, purpose=purpose)).status_code == 201
    hall = client.app.state.hall
    fresh = codes.query_code(b"1234567")
    await hall.database.execute(
        "UPDATE cases SET code_hash = :hash WHERE number = :number",
        {"hash": hall.vault.hash("code", codes.normalised(fresh)), "number": number},
    )
    assert (await client.get(f"/api/v1/cases/{number}?code={fresh}")).json()["attachments"] == []
    for row in await stored(client):
        assert (await client.get(f"/api/v1/cases/{number}/attachments/{row['code']}?code={fresh}")).status_code == 404


async def test_nothing_of_it_is_published(client):
    number = await at_work(client)
    hall = client.app.state.hall
    await attach(client, number, ("files", ("秘密名字.pdf", pictures.PDF)), who=people.WANG, purpose="answer")
    await api_step(client, people.WANG, number, "reply", finding="", answer=ANSWER, outcome="solved")
    await api_step(client, people.SHEN, number, "approve")
    await hall.database.execute("UPDATE cases SET publish = true")
    client.cookies.clear()
    for address in ("/cases", f"/cases/{number}", "/api/v1/public/cases"):
        answer = await client.get(address)
        assert answer.status_code == 200 and "秘密名字" not in answer.text and "attachments" not in answer.text


# A wrong role gets 403, a wrong status 409 ------------------------------------------------------------------------


async def test_who_may_not_take_the_step_may_not_add_files_to_it(client):
    number = await at_work(client)
    assert (await attach(client, number, PHOTO, who=people.DIAO, purpose="answer")).status_code == 403
    assert (await attach(client, number, PHOTO, who=people.WANG, purpose="letter")).status_code == 403
    assert (await attach(client, number, PHOTO, who=people.DIAO, purpose="letter")).status_code == 201
    assert (await attach(client, number, PHOTO, who=people.SHEN, purpose="internal")).status_code == 201
    for someone in (people.XI, people.AN, people.JI):
        assert (await attach(client, number, PHOTO, who=someone)).status_code in (403, 404)
        headers = await browser(client, someone)
        assert (await client.get(f"/desk/{number}/files/x", headers=headers)).status_code == 403


async def test_only_what_no_citizen_has_seen_is_taken_back_and_only_by_its_own(client):
    number = await at_work(client)
    for purpose, who in (("answer", people.WANG), ("internal", people.SHEN), ("letter", people.DIAO)):
        assert (await attach(client, number, PAPER, who=who, purpose=purpose)).status_code == 201
    answer, internal, sent = [row["code"] for row in await stored(client)]
    address = f"/api/v1/cases/{number}/attachments"
    assert (await client.delete(f"{address}/{internal}", headers=await token(client, people.WANG))).status_code == 403
    assert (await client.delete(f"{address}/{sent}", headers=await token(client, people.DIAO))).status_code == 403
    assert (await client.delete(f"{address}/{answer}", headers=await token(client, people.ZHU))).status_code == 404
    assert (await client.delete(f"{address}/{answer}")).status_code == 401
    assert (await client.delete(f"{address}/{answer}", headers=await token(client, people.WANG))).status_code == 204
    assert (await client.delete(f"{address}/{answer}", headers=await token(client, people.WANG))).status_code == 404
    gone = await client.post(f"/desk/{number}/files/{internal}/remove", headers=await browser(client, people.SHEN))
    assert gone.status_code == 303
    view = (await client.get(f"/api/v1/cases/{number}", headers=await token(client, people.WANG))).json()
    assert [one["id"] for one in view["attachments"]] == [sent]


async def test_a_case_that_is_over_takes_no_more_files(client):
    number, code, _ = await with_photo(client)
    await client.post(f"/api/v1/cases/{number}/withdraw", json={"code": code})
    assert (await attach(client, number, PHOTO, code=code)).status_code == 409
    waiting = await submitted(client)
    assert (await attach(client, waiting["number"], PHOTO, who=people.DIAO, purpose="answer")).status_code == 403
    bureau = await at_bureau(client)
    assert (await attach(client, bureau, PHOTO, who=people.WANG, purpose="answer")).status_code == 409


# Bad input keeps the input ----------------------------------------------------------------------------------------


async def test_a_bad_picture_costs_neither_the_words_nor_the_other_pictures(client):
    page = await letter(client, PHOTO, BROKEN, title="夜里打桩", once="k")
    assert page.status_code == 422 and people.NOISE in page.text and "夜里打桩" in page.text
    assert "“夜里.jpg”打不开" in page.text and "已收到" in page.text
    assert await client.app.state.hall.database.fetch_val("SELECT count(*) FROM cases") == 0
    held = kept(page.text)
    assert len(held) == 1
    done = await letter(client, PAPER, title="夜里打桩", once="k", kept=held)
    assert done.status_code == 303
    assert [row["format"] for row in await stored(client)] == ["jpeg", "pdf"]


async def test_a_wrong_number_costs_no_picture(client):
    page = await letter(client, PHOTO, PAPER, phone="123", once="k")
    held = kept(page.text)
    assert page.status_code == 422 and "手机号应当是 11 位数字" in page.text and len(held) == 2
    done = await letter(client, phone=people.XIAO_LIN_PHONE, once="k", kept=held[1:])  # the photo is not wanted any more
    assert done.status_code == 303 and [row["format"] for row in await stored(client)] == ["pdf"]


async def test_a_code_that_ran_out_costs_no_picture(client):
    made = await submitted(client)
    asked = await client.post(f"/track/{made['number']}/supplement", data={"text": "补一张"}, files=[PHOTO])
    assert "请输入查询码" in asked.text and "补一张" in asked.text
    held = re.search(r'name="kept" value="([^"]+)"', asked.text)[1]
    done = await client.post(f"/track/{made['number']}/supplement", data={"text": "补一张", "kept": held, "code": made["query_code"]})
    assert done.status_code == 303 and len(await stored(client)) == 1


async def test_a_reply_that_is_objected_to_and_a_draft_keep_their_files(client):
    number = await at_work(client)
    headers = await browser(client, people.WANG)
    version = (await client.get(f"/api/v1/cases/{number}", headers=await token(client, people.WANG))).json()["version"]
    fields = {"step": "reply", "version": version, "answer": "您好，已收到，谢谢。", "outcome": "solved"}
    page = await client.post(f"/desk/{number}/steps", data=fields, files=[PHOTO], headers=headers)
    assert "发出前看一眼" in page.text and len(kept(page.text)) == 1
    drafted = await client.post(f"/desk/{number}/steps", data={**fields, "press": "draft", "kept": kept(page.text)}, headers=headers)
    assert drafted.status_code == 303
    again = (await client.get(f"/desk/{number}", headers=headers)).text
    assert len(kept(again)) == 1 and "您好，已收到" in again
    bad = await client.post(f"/desk/{number}/steps", data={**fields, "answer": ANSWER}, files=[BROKEN], headers=headers)
    assert bad.status_code == 422 and ANSWER in bad.text and "“夜里.jpg”打不开" in bad.text


async def test_through_the_api_all_files_are_taken_or_none(client):
    made = await submitted(client)
    bad = await attach(client, made["number"], PHOTO, BROKEN, code=made["query_code"])
    assert bad.status_code == 422 and "“夜里.jpg”打不开" in bad.json()["fields"]["files"]
    none = await client.post(f"/api/v1/cases/{made['number']}/attachments", json={}, headers={"X-Query-Code": made["query_code"]})
    assert none.status_code == 422
    strange = await attach(client, made["number"], PHOTO, code=made["query_code"], colour="red")
    assert strange.status_code == 422 and await stored(client) == []


@pytest.mark.parametrize("token_", ["x", "A" * 400, "☃", "e30=", "0 " * 500])
async def test_files_nobody_sent_cannot_be_claimed(client, token_):
    page = await letter(client, kept=token_)
    assert page.status_code in (303, 422) and await stored(client) == []
    if page.status_code == 422:
        assert "请重新选" in page.text and people.NOISE in page.text


async def test_a_form_remembers_files_for_half_a_day(client, monkeypatch):
    page = await letter(client, PHOTO, phone="123")
    now = clock.now()
    monkeypatch.setattr(uploads.clock, "now", lambda: now + timedelta(hours=13))
    again = await letter(client, kept=kept(page.text))
    assert again.status_code == 422 and "放得太久" in again.text and people.NOISE in again.text


async def test_ten_files_are_nine_and_a_sentence(client):
    small = [("files", (f"{n}.png", pictures.picture("PNG", size=(20, 20)))) for n in range(10)]
    page = await letter(client, *small)
    assert page.status_code == 422 and "一次最多 9 个文件" in page.text and len(kept(page.text)) == 9


async def test_a_file_that_is_too_large_costs_no_words(client):
    page = await letter(client, ("files", ("大.pdf", b"%PDF-" + b"0" * (11 << 20))))
    assert page.status_code == 422 and "“大.pdf”有 11.0 MB，每个文件最多 10 MB" in page.text and people.NOISE in page.text


async def test_a_case_holds_so_many_files(client, monkeypatch):
    made = await submitted(client)
    monkeypatch.setattr(attachment, "OF_CITIZEN", 1)
    assert (await attach(client, made["number"], PHOTO, code=made["query_code"])).status_code == 201
    more = await attach(client, made["number"], PAPER, code=made["query_code"])
    assert more.status_code == 422 and more.json()["error"] == "too_many_files"
    view = (await client.get(f"/api/v1/cases/{made['number']}?code={made['query_code']}")).json()
    assert len(view["attachments"]) == 1 and sum(one["step"] == "supplement" for one in view["timeline"]) == 1


async def test_bodies_are_limited_where_files_come_and_as_before_elsewhere(client):
    head = {"content-type": "multipart/form-data; boundary=x", "content-length": str(attachment.SENDING + 1)}
    assert (await client.post("/", content=b"", headers=head)).status_code == 413
    for address in ("/sign-in", "/hint", "/api/v1/cases", "/track", "/track/x/remind"):
        assert (await client.post(address, content=b"", headers={**head, "content-length": str((1 << 20) + 1)})).status_code == 413
    plain = {"content-type": "application/x-www-form-urlencoded", "content-length": str((1 << 20) + 1)}
    assert (await client.post("/", content=b"", headers=plain)).status_code == 413


async def test_a_file_that_vanished_or_was_changed_on_disk_is_told_so(client, tmp_path: Path):
    number, code, (photo,) = await with_photo(client)
    row = (await stored(client))[0]
    path = depot.place(tmp_path / "files", bytes(row["content"]).hex())
    address = f"/api/v1/cases/{number}/attachments/{photo['id']}?code={code}"
    sealed = path.read_bytes()
    path.write_bytes(sealed[:-1] + bytes([sealed[-1] ^ 1]))
    assert (await client.get(address)).status_code == 503
    path.unlink()
    answer = await client.get(address)
    assert answer.status_code == 503 and "暂时打不开" in answer.json()["message"]


async def test_uploads_are_counted_and_too_many_cost_no_words(settings):
    app = application.create(dataclasses.replace(settings, limits=True))
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://city") as client:
            tiny = ("files", ("a.png", pictures.picture("PNG", size=(8, 8))))
            for _ in range(15):
                assert (await letter(client, tiny, phone="123", once="same")).status_code == 422
            refused = await letter(client, tiny, once="same")
            assert refused.status_code == 429 and people.NOISE in refused.text and refused.headers["retry-after"]


async def test_the_document_describes_it(client):
    paths = (await client.get("/api/v1/openapi.json")).json()["paths"]
    post = paths["/api/v1/cases/{number}/attachments"]["post"]
    schema = post["requestBody"]["content"]["multipart/form-data"]["schema"]
    assert schema["properties"]["files"]["maxItems"] == 9 and "201" in post["responses"]
    one = paths["/api/v1/cases/{number}/attachments/{id}"]
    assert "image/jpeg" in one["get"]["responses"]["200"]["content"] and "204" in one["delete"]["responses"]


async def test_the_printed_page_shows_them(client):
    number = await at_work(client)
    await attach(client, number, PHOTO, PAPER, who=people.WANG)
    page = (await (await sign_in(client, people.WANG)).get(f"/desk/{number}")).text
    part = page[page.index("照片和文件（2）") :]
    assert "noprint" not in part[: part.index("<ul")] and 'alt=""' in part and "合同.pdf" in part
