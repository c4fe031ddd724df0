"""A citizen's file that is harmful, shows others or was sent by mistake: withdrawn for a reason, opened by nobody, and never forgotten."""

import os
import time
from datetime import timedelta

import pytest

from feedback import clock
from feedback.actions import attaching
from feedback.rules.administration import Deed
from feedback.store import depot, logbook
from tests import people
from tests.web.conftest import sign_in, submitted, token
from tests.web.staff import at_bureau
from tests.web.test_attachments import BRIBE, PAPER, PHOTO, attach, with_photo
from tests.web.test_limits import seen_by
from tests.web.test_splitting_files import parts_of, split

pytestmark = pytest.mark.anyio

NAME = "工地 13977200001.jpg"


async def withdraw(client, who, number, identity, **fields):
    url = f"/api/v1/cases/{number}/attachments/{identity}/withdraw"
    return await client.post(url, json=fields or {"reason": "unlawful"}, headers=await token(client, who))


async def opened(client, number, identity, *, code="", who=None):
    headers = await token(client, who) if who else {}
    url = f"/api/v1/cases/{number}/attachments/{identity}"
    return [(await client.get(f"{url}?code={code}{small}", headers=headers)).status_code for small in ("", "&small=1")]


@pytest.mark.parametrize("who", [people.DIAO, people.AN])
async def test_nobody_opens_it_any_more_and_the_citizen_reads_why(client, who):
    number, code, (photo,) = await with_photo(client)
    assert await opened(client, number, photo["id"], code=code) == [200, 200]
    done = await withdraw(client, who, number, photo["id"], reason="private")
    assert done.status_code == 200 and NAME not in done.text and "13977200001" not in done.text
    assert await opened(client, number, photo["id"], code=code) == [404, 404]
    for other in (people.DIAO, people.DU, people.SHI):
        assert await opened(client, number, photo["id"], who=other) == [404, 404]
    [mine] = (await client.get(f"/api/v1/cases/{number}?code={code}")).json()["attachments"]
    assert (mine["name"], mine["withdrawn"], mine["withdrawn_for"]) == ("图片（已撤下）", "private", "他人隐私")
    await client.post("/track", data={"number": number, "code": code})
    page = (await client.get(f"/track/{number}")).text
    assert "这份材料已撤下" in page and "他人隐私" in page and NAME not in page and who.name not in page
    assert photo["id"] not in page
    assert (await client.get(f"/track/{number}/files/{photo['id']}")).status_code == 404


async def test_what_it_leaves_behind(client):
    """A row with who, when and why; an entry of the log with the number and the reason; in the end no bytes."""
    number, code, (photo, _) = await with_photo(client, PHOTO, PAPER)
    await withdraw(client, people.DIAO, number, photo["id"])
    hall = client.app.state.hall
    [row, other] = await hall.database.fetch_all("SELECT * FROM attachments ORDER BY id")
    assert row["withdrawn_reason"] == "unlawful" and row["withdrawn_at"] and other["withdrawn_at"] is None
    [shown, _] = (await seen_by(client, people.DU, number))["attachments"]
    assert (shown["name"], shown["withdrawn_by"], shown["withdrawable"]) == ("图片（已撤下）", "刁度", False)
    rows, _ = await logbook.page(hall.database, logbook.Wanted(deed=Deed.FILE_WITHDRAWN))
    assert [(one["who"], one["detail"]) for one in rows] == [("刁度", f"{number}：违法或有害内容")]
    for lying in depot.listed(hall.depot.folder):
        for path in lying:
            os.utime(path, (time.time() - 9e6,) * 2)
    assert await attaching.sweep(hall, now=clock.now()) == 0
    assert await attaching.sweep(hall, now=clock.now() + timedelta(hours=25)) == 2  # the photo and its small picture
    assert (await client.get(f"/api/v1/cases/{number}?code={code}")).json()["attachments"][1]["name"] == "合同.pdf"


async def test_a_case_split_from_the_same_letter_keeps_its_own(client):
    number, code, _ = await with_photo(client)
    await split(client, number)
    second, (own,), (other,) = await parts_of(client, number, code)
    await withdraw(client, people.DIAO, number, own["id"], reason="mistake")
    assert await opened(client, number, own["id"], code=code) == [404, 404]
    assert await opened(client, second, other["id"], code=code) == [200, 200]


async def test_what_was_withdrawn_does_not_go_along_with_a_split(client):
    number, code, (photo, _) = await with_photo(client, PHOTO, PAPER)
    await withdraw(client, people.DIAO, number, photo["id"])
    await sign_in(client, people.DIAO)
    assert (await client.get(f"/desk/{number}/split")).text.count('name="files"') == 1
    assert (await split(client, number)).status_code == 200
    assert [one["name"] for one in (await parts_of(client, number, code))[2]] == ["合同.pdf"]


async def test_strangers_find_nothing(client):
    number, _, (photo,) = await with_photo(client)
    assert (await withdraw(client, people.DIAO, number, "0" * 32)).status_code == 404
    assert (await withdraw(client, people.DIAO, "2026-1123-9999", photo["id"])).status_code == 404
    assert (await withdraw(client, people.AN, "x", photo["id"])).status_code == 404
    note = await attach(client, number, PAPER, who=people.DIAO, purpose="internal")
    [internal] = [one["id"] for one in note.json()["attachments"] if one["purpose"] == "internal"]
    assert (await withdraw(client, people.DIAO, number, internal)).status_code == 404  # not of the citizen
    assert (await client.post(f"/api/v1/cases/{number}/attachments/{photo['id']}/withdraw", json={})).status_code == 401


async def test_a_protected_case_is_only_the_confidential_clerks(client):
    made = await submitted(client, body=BRIBE)
    told = await attach(client, made["number"], PHOTO, code=made["query_code"])
    [photo] = told.json()["attachments"]
    for who in (people.DIAO, people.AN):
        assert (await withdraw(client, who, made["number"], photo["id"])).status_code == 404
    await sign_in(client, people.AN)
    assert "没有找到这个编号" in (await client.get(f"/admin/files?number={made['number']}")).text
    assert (await withdraw(client, people.MI, made["number"], photo["id"])).status_code == 200


@pytest.mark.parametrize("who", [people.WANG, people.SHEN, people.JU, people.DU, people.SHI, people.XI, people.JI])
async def test_a_wrong_role_is_refused(client, who):
    number = await at_bureau(client)
    assert (await withdraw(client, who, number, "0" * 32)).status_code == 403
    await sign_in(client, who)
    assert (await client.get("/admin/files")).status_code == 403
    assert (await client.post(f"/desk/{number}/files/{'0' * 32}/withdraw", data={"reason": "private"})).status_code == 403


async def test_a_second_time_is_told_so_and_bad_reasons_are_refused(client):
    number, _, (photo,) = await with_photo(client)
    for wrong in ({"reason": "ugly"}, {"reason": ""}, {"why": "private"}):
        answer = await withdraw(client, people.DIAO, number, photo["id"], **wrong)
        assert answer.status_code == 422 and answer.json()["fields"]
    assert (await withdraw(client, people.DIAO, number, photo["id"])).status_code == 200
    again = await withdraw(client, people.AN, number, photo["id"], reason="private")
    assert (again.status_code, again.json()["error"]) == (409, "withdrawn")


async def test_the_dispatchers_page(client):
    number, _, (photo,) = await with_photo(client)
    url = f"/desk/{number}/files/{photo['id']}/withdraw"
    await sign_in(client, people.DIAO)
    page = (await client.get(f"/desk/{number}")).text
    assert f'action="{url}"' in page and "他人隐私" in page
    assert (await client.get(url)).status_code == 405
    assert (await client.post(url, data={"reason": ""})).status_code == 422
    done = await client.post(url, data={"reason": "mistake"})
    assert (done.status_code, done.headers["location"]) == (303, f"/desk/{number}?done=withdrawn")
    page = (await client.get(done.headers["location"])).text
    assert "材料已撤下" in page and "发错了" in page and NAME not in page and url not in page
    await sign_in(client, people.DU)
    assert "withdraw" not in (await client.get(f"/desk/{number}")).text


async def test_the_security_administrators_page_shows_neither_case_nor_names(client):
    number, _, (photo,) = await with_photo(client)
    await sign_in(client, people.AN)
    page = await client.get(f"/admin/files?number={number}")
    assert page.status_code == 200 and photo["id"] in page.text
    assert NAME not in page.text and "打桩" not in page.text and people.XIAO_LIN_PHONE not in page.text
    given = {"number": number, "id": photo["id"]}
    wrong = await client.post("/admin/files", data={**given, "reason": ""})
    assert wrong.status_code == 422 and f'value="{number}"' in wrong.text
    done = await client.post("/admin/files", data={**given, "reason": "unlawful"})
    assert done.status_code == 303
    after = (await client.get(done.headers["location"])).text
    assert "这份材料已撤下" in after and "违法或有害内容" in after and "安管" in after
    assert (await client.get(f"/desk/{number}")).status_code == 403
