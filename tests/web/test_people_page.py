"""Accounts: opened, changed, locked and reset by the security administrator alone; every act is in the log."""

import re
from datetime import timedelta

import pyotp
import pytest

from feedback import clock
from feedback.actions import accounts, keeping_people
from feedback.rules.administration import Deed
from feedback.rules.permission import Role
from feedback.store import logbook
from tests import people
from tests.web.conftest import token
from tests.web.staff import Page, at_bureau, browser, get, post

pytestmark = pytest.mark.anyio

NEW = {"username": "tanlihua", "name": "覃丽华", "role": "handler", "bureau": "STHJ"}
OWN = "xin-mi-ma-2026"


def shown_password(text):
    found = re.search(r"<code>([a-z0-9]{4}(?:-[a-z0-9]{4}){3})</code>", text)
    assert found, text[:2000]
    return found.group(1)


async def identity(client, username):
    row = await client.app.state.hall.database.fetch_one("SELECT id FROM people WHERE username = :u", {"u": username})
    return row["id"]


async def deeds(client, **wanted):
    rows, _ = await logbook.page(client.app.state.hall.database, logbook.Wanted(**wanted))
    return [row["deed"] for row in rows]


async def sign_in(client, username, password):
    return await client.post("/sign-in", data={"username": username, "password": password})


async def test_an_account_is_opened_and_its_owner_first_chooses_a_password(client):
    sent = await post(client, people.AN, "/admin/people", **NEW)
    assert sent.status_code == 200 and "覃丽华（tanlihua）的账号已开通" in sent.text
    once = shown_password(sent.text)
    entered = await sign_in(client, "tanlihua", once)
    assert entered.status_code == 303
    cookie = {"Cookie": f"minsheng={entered.cookies['minsheng']}"}
    desk = await client.get("/desk", headers=cookie)
    assert (desk.status_code, desk.headers["location"]) == (303, "/account")
    assert (await client.post("/desk/x/steps", data={}, headers=cookie)).status_code == 403
    bearer = {"Authorization": f"Bearer {entered.cookies['minsheng']}"}
    refused = await client.post("/api/v1/classify", json={"body": "x"}, headers=bearer)
    assert (refused.status_code, refused.json()["error"]) == (403, "password_first")
    page = Page(await client.get("/account", headers=cookie))
    assert "一次性密码" in page.text
    for new, words in ((once, "不能和"), ("kurz", "至少 10 个字符"), ("tanlihua", "不能和")):
        weak = await client.post("/account/password", data={"old": once, "new": new, "again": new}, headers=cookie)
        assert weak.status_code == 422 and words in weak.text
    typo = await client.post("/account/password", data={"old": once, "new": OWN, "again": "x"}, headers=cookie)
    assert typo.status_code == 422 and "不一样" in typo.text
    wrong = await client.post("/account/password", data={"old": "x", "new": OWN, "again": OWN}, headers=cookie)
    assert wrong.status_code == 422 and "现在的密码不对" in wrong.text
    done = await client.post("/account/password", data={"old": once, "new": OWN, "again": OWN}, headers=cookie)
    assert done.status_code == 303
    assert (await client.get("/desk", headers=cookie)).status_code == 200
    assert (await sign_in(client, "tanlihua", once)).status_code == 401
    assert (await sign_in(client, "tanlihua", OWN)).status_code == 303
    mine = await deeds(client, person_id=await identity(client, "tanlihua"))
    assert mine == ["signed_in", "refused", "password_changed", "signed_in", "opened"]


async def test_a_one_time_password_ends_after_a_day(hall, monkeypatch):
    from tests.conftest import actor, at

    now = at("2026-11-23 09:00")
    place = keeping_people.Place("覃丽华", Role.HANDLER, "STHJ")
    _, once = await keeping_people.open_account(hall, await actor(hall, people.AN), "tan", place, now=now)
    late = now + timedelta(hours=24)
    with pytest.raises(accounts.NotKnown):
        await accounts.sign_in(hall, "tan", once, second_factor=True, now=late)
    _, _, person = await accounts.sign_in(hall, "tan", once, second_factor=True, now=late - timedelta(seconds=1))
    assert person.must_change


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"username": "Wang"}, "小写字母"),
        ({"username": "wang"}, "已经有人用了"),
        ({"name": "覃"}, "至少写 2 个字"),
        ({"role": "citizen"}, "不在可选的范围里"),
        ({"role": "king"}, "不在可选的范围里"),
        ({"bureau": ""}, "要选单位"),
        ({"role": "leader"}, "不选单位"),
        ({"bureau": "NOPE"}, "没有这个单位"),
    ],
)
async def test_what_is_wrong_with_a_new_account_is_said_and_what_was_typed_stays(client, changes, words):
    given = NEW | changes
    sent = await post(client, people.AN, "/admin/people", **given)
    assert sent.status_code == 422 and words in sent.text and f'value="{given["username"]}"' in sent.text


async def test_accounts_are_found_by_name_role_and_bureau(client):
    page = await get(client, people.AN, "/admin/people?q=%E7%8E%8B")
    assert "王工" in page.text and "李工" not in page.text
    assert "沈科" in (await get(client, people.AN, "/admin/people?role=reviewer&bureau=STHJ")).text
    assert "没有找到账号" in (await get(client, people.AN, "/admin/people?q=nobody")).text
    for odd in ("?q=%00", "?after=%F0%9F%98%80", "?role=" + "x" * 500):
        assert (await get(client, people.AN, f"/admin/people{odd}")).status == 200


async def test_role_and_place_change_and_whoever_is_signed_in_signs_in_again(client):
    wang = await identity(client, "wang")
    cookie = await browser(client, people.WANG)
    sent = await post(
        client, people.AN, f"/admin/people/{wang}", act="change", name="王工", role="reviewer", bureau="CGJ"
    )
    assert sent.status_code == 303
    assert (await client.get("/desk", headers=cookie)).status_code == 303
    page = await get(client, people.AN, sent.headers["location"])
    assert "对方要重新登录" in page.text and "审核人，" in page.text
    assert (await deeds(client, person_id=wang))[0] == "changed"
    for fields, words in (
        ({"role": "leader", "bureau": "CGJ"}, "不选单位"),
        ({"role": "handler", "bureau": "CGJ", "unit": "99"}, "没有这个科室"),
    ):
        wrong = await post(client, people.AN, f"/admin/people/{wang}", act="change", name="王工", **fields)
        assert wrong.status_code == 422 and words in wrong.text


async def test_a_closed_account_is_out_at_once_and_may_come_back(client):
    wang, cookie = await identity(client, "wang"), await browser(client, people.WANG)
    assert (await post(client, people.AN, f"/admin/people/{wang}", act="close")).status_code == 303
    assert (await client.get("/desk", headers=cookie)).status_code == 303
    assert (await sign_in(client, "wang", people.PASSWORD)).status_code == 401
    await post(client, people.AN, f"/admin/people/{wang}", act="reopen")
    assert (await sign_in(client, "wang", people.PASSWORD)).status_code == 303


async def test_a_locked_account_is_unlocked(client):
    for _ in range(accounts.LOCK_AFTER):
        await sign_in(client, "wang", "falsch")
    assert (await sign_in(client, "wang", people.PASSWORD)).status_code == 429
    wang = await identity(client, "wang")
    assert "锁定到" in (await get(client, people.AN, f"/admin/people/{wang}")).text
    await post(client, people.AN, f"/admin/people/{wang}", act="reopen")
    assert (await sign_in(client, "wang", people.PASSWORD)).status_code == 303
    assert (await deeds(client, person_id=wang))[:3] == ["signed_in", "unlocked", "locked"]


async def test_a_forgotten_password_is_replaced_by_one_good_for_one_use(client):
    wang, cookie = await identity(client, "wang"), await browser(client, people.WANG)
    sent = await post(client, people.AN, f"/admin/people/{wang}", act="reset_password")
    once = shown_password(sent.text)
    assert (await client.get("/desk", headers=cookie)).status_code == 303
    assert (await sign_in(client, "wang", people.PASSWORD)).status_code == 401
    assert (await sign_in(client, "wang", once)).status_code == 303
    assert once not in (await get(client, people.AN, f"/admin/people/{wang}")).text


async def test_a_second_factor_is_set_up_used_and_reset(client):
    hall = client.app.state.hall
    cookie = await browser(client, people.WANG)
    assert (await client.post("/account/second-factor", headers=cookie)).status_code == 303
    page = Page(await client.get("/account", headers=cookie))
    found = re.search(r"secret=([A-Z2-7]{32})", page.text)
    assert found
    wrong = await client.post("/account/second-factor/code", data={"otp": "12"}, headers=cookie)
    assert wrong.status_code == 422 and "验证码不对" in wrong.text
    codes = pyotp.TOTP(found.group(1))
    right = await client.post("/account/second-factor/code", data={"otp": codes.at(clock.now())}, headers=cookie)
    assert right.status_code == 303
    now = clock.now()
    with pytest.raises(accounts.CodeNeeded):
        await accounts.sign_in(hall, "wang", people.PASSWORD, second_factor=True, now=now)
    with pytest.raises(accounts.NotKnown):
        await accounts.sign_in(hall, "wang", people.PASSWORD, otp="000000", second_factor=True, now=now)
    await accounts.sign_in(hall, "wang", people.PASSWORD, otp=codes.at(now), second_factor=True, now=now)
    wang = await identity(client, "wang")
    assert "已设置" in (await get(client, people.AN, f"/admin/people/{wang}")).text
    await post(client, people.AN, f"/admin/people/{wang}", act="reset_second_factor")
    await accounts.sign_in(hall, "wang", people.PASSWORD, second_factor=True, now=now)


async def test_nobody_keeps_their_own_account(client):
    an = await identity(client, "an")
    assert "这是您自己的账号" in (await get(client, people.AN, f"/admin/people/{an}")).text
    for act in ("close", "reset_password", "reset_second_factor"):
        sent = await post(client, people.AN, f"/admin/people/{an}", act=act)
        assert sent.status_code == 422 and "自己的账号" in sent.text


@pytest.mark.parametrize("someone", [one for one in people.STAFF if one is not people.AN], ids=lambda one: one.role)
async def test_accounts_are_for_the_security_administrator_alone(client, someone):
    wang = await identity(client, "wang")
    cookie, bearer = await browser(client, someone), await token(client, someone)
    for path in ("/admin/people", f"/admin/people/{wang}"):
        assert (await client.get(path, headers=cookie)).status_code == 403
        assert (await client.post(path, data={**NEW, "act": "close"}, headers=cookie)).status_code == 403
        assert (await client.post("/api/v1/people", json=NEW, headers=bearer)).status_code == 403


@pytest.mark.parametrize("path", ["0", "999999999", "x", "１", "9" * 30])
async def test_an_account_that_is_none(client, path):
    assert (await get(client, people.AN, f"/admin/people/{path}")).status == 404
    assert (await post(client, people.AN, f"/admin/people/{path}", act="close")).status_code == 404


async def test_the_same_as_json(client):
    bearer = await token(client, people.AN)
    made = await client.post("/api/v1/people", json=NEW, headers=bearer)
    assert made.status_code == 201 and made.json()["one_time_password"] and len(made.json()["password"]) == 19
    listed = (await client.get("/api/v1/people?q=tan", headers=bearer)).json()
    assert [one["username"] for one in listed["items"]] == ["tanlihua"] and listed["next"] is None
    assert "password" not in listed["items"][0]
    address = f"/api/v1/people/{made.json()['id']}"
    assert not (await client.post(address, json={"act": "close"}, headers=bearer)).json()["active"]
    assert "password" in (await client.post(address, json={"act": "reset_password"}, headers=bearer)).json()
    assert (await client.post(address, json={"act": "promote"}, headers=bearer)).status_code == 422
    assert (await client.post(address, json={"act": "change", "name": "覃"}, headers=bearer)).status_code == 422


async def test_the_log_is_read_by_person_day_and_kind_and_leads_on(client):
    number = await at_bureau(client)
    await post(client, people.WANG, f"/desk/{number}/reveal", reason="回电话核实")
    page = await get(client, people.JI, "/admin/log")
    assert page.words["h1"] == "管理记录" and "回电话核实" in page.text and number in page.text
    only = await get(client, people.JI, "/admin/log?deed=revealed")
    assert "回电话核实" in only.text and ">登录<" not in only.text.split("<tbody>")[1]
    assert "王工" in (await get(client, people.JI, "/admin/log?person=wang")).text
    assert "没有记录" in (await get(client, people.JI, "/admin/log?day=2020-01-01")).text
    for odd in ("?day=2020-13-01", "?deed=murder", "?person=nobody"):
        assert (await get(client, people.JI, f"/admin/log{odd}")).status == 422
    assert (await client.get("/admin/log?cursor=xx", headers=await browser(client, people.JI))).status_code == 422


async def test_the_log_is_paged_without_losing_or_repeating_an_entry(client):
    database = client.app.state.hall.database
    number = await at_bureau(client)
    moment = clock.now()
    for n in range(60):
        await logbook.note(database, Deed.OPENED, by=None, detail=str(n), now=moment)
    await database.execute(
        """INSERT INTO reveals (case_id, person_id, at, reason)
        SELECT cases.id, people.id, :now, 'r' || n FROM cases, people, generate_series(1, 60) AS n
        WHERE number = :number AND username = 'wang'""",
        {"now": moment, "number": number},
    )
    seen, cursor = [], ""
    while True:
        rows, cursor = await logbook.page(database, logbook.Wanted(), cursor)
        seen += [(row["source"], row["id"]) for row in rows]
        if not cursor:
            break
    assert len(seen) == len(set(seen)) >= 120
    bearer = await token(client, people.JI)
    first = (await client.get("/api/v1/log", headers=bearer)).json()
    assert len(first["items"]) == 50 and first["next"]


async def test_the_log_is_for_the_audit_administrator_alone_and_nobody_changes_it(client):
    for someone in people.STAFF:
        answer = await client.get("/admin/log", headers=await browser(client, someone))
        assert answer.status_code == (200 if someone is people.JI else 403), someone
    database = client.app.state.hall.database
    for change in ("UPDATE logbook SET detail = ''", "DELETE FROM logbook", "TRUNCATE logbook"):
        with pytest.raises(Exception, match="append-only"):
            await database.execute(change)


async def test_a_wrong_user_name_is_not_kept_it_may_be_a_password(client):
    await sign_in(client, "mein-geheimes-passwort", "x")
    rows, _ = await logbook.page(client.app.state.hall.database, logbook.Wanted(deed=Deed.REFUSED))
    assert len(rows) == 1 and "geheim" not in rows[0]["detail"] and rows[0]["about_id"] is None
