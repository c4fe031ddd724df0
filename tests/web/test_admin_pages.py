"""The administrators' pages: the calendar that the system administrator keeps, and who may do what."""

import pytest

from feedback import clock
from feedback.actions import recounting
from feedback.rules import permission
from feedback.rules.permission import Role
from feedback.rules.status import Step
from feedback.web import wording
from tests import people
from tests.actions.test_keeping_days import NOTICE
from tests.web.staff import browser, get, post

pytestmark = pytest.mark.anyio


async def upload(client, text, name="2027.csv"):
    headers = await browser(client, people.XI)
    return await client.post("/admin/calendar/year", files={"file": (name, text.encode())}, headers=headers)


async def test_a_year_at_a_glance(client):
    page = await get(client, people.XI, "/admin/calendar?year=2026")
    assert page.words["h1"] == "2026 年工作日历" and page.text.count("<table") == 12
    assert "法定节假日（国庆节）" in page.text and "调休上班" in page.near("10 日 调休")
    unknown = await get(client, people.XI, "/admin/calendar?year=2027")
    assert "全年暂定" in unknown.text and "（暂定）" in unknown.text
    assert (await get(client, people.XI, "/admin/calendar")).status == 200


@pytest.mark.parametrize("year", ["1999", "2099", "abcd", "２０２６", "-1", "99999"])
async def test_a_year_that_is_none(client, year):
    assert (await client.get(f"/admin/calendar?year={year}", headers=await browser(client, people.XI))).status_code == 422


async def test_a_local_day_is_set_and_the_page_says_who_did_it(client):
    sent = await post(client, people.XI, "/admin/calendar/day", day="2027-05-20", working="rest", name="建市纪念日")
    assert (sent.status_code, sent.headers["location"]) == (303, "/admin/calendar?year=2027&done=1")
    page = await get(client, people.XI, sent.headers["location"])
    assert "日历改了 1 天" in page.text and "席管" in page.text
    assert "本市" in page.near("20 日 建市纪念日") and "正在计算" in page.text
    await recounting.recount(client.app.state.hall, now=clock.now())
    assert "改了 0 件" in (await get(client, people.XI, "/admin/calendar?year=2027")).text
    again = await post(client, people.XI, "/admin/calendar/day", day="2027-05-20", working="rest", name="建市纪念日")
    assert "没有改动" in (await get(client, people.XI, again.headers["location"])).text


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"day": "2027-04-31", "working": "rest", "name": "节"}, "日期："),
        ({"day": "1990-01-01", "working": "rest", "name": "节"}, "日期："),
        ({"day": "2027-04-08", "working": "sleep", "name": "节"}, "这一天："),
        ({"day": "2027-04-08", "working": "rest", "name": ""}, "请写明原因"),
        ({"day": "2027-04-08", "working": "rest", "name": "节" * 41}, "最多 40 个字"),
        ({}, "有 2 处"),
    ],
)
async def test_what_was_typed_stays_beside_the_fault(client, fields, words):
    sent = await post(client, people.XI, "/admin/calendar/day", **fields)
    assert sent.status_code == 422 and words in sent.text
    assert fields.get("name", "") in sent.text


async def test_a_years_announcement_is_loaded(client):
    sent = await upload(client, NOTICE)
    assert sent.status_code == 303, sent.text
    page = await get(client, people.XI, sent.headers["location"])
    assert "已经公布" in page.text and "9 日 调休上班（元旦）" in page.text
    refused = await upload(client, "date,working,name\n2027-01-01,0,元旦\n2028-01-01,0,元旦\n")
    assert refused.status_code == 422 and "同一年" in refused.text
    headers = await browser(client, people.XI)
    nothing = await client.post("/admin/calendar/year", data={"file": ""}, headers=headers)
    assert nothing.status_code == 422 and "请选择一个 CSV 文件" in nothing.text
    large = await upload(client, "x" * 70_000)
    assert large.status_code == 422 and "太大" in large.text


async def test_only_the_system_administrator_keeps_the_calendar(client):
    for someone in (people.AN, people.JI, people.DU, people.WANG):
        assert (await client.get("/admin/calendar", headers=await browser(client, someone))).status_code == 403
        assert (await post(client, someone, "/admin/calendar/day", day="2027-04-08")).status_code == 403
    assert (await client.post("/admin/calendar/day", data={})).status_code == 401


async def test_who_may_do_what_is_the_table_the_program_decides_by(client):
    for someone in (people.XI, people.AN, people.JI):
        page = await get(client, someone, "/admin/permissions")
        assert page.words["h1"] == "谁能做什么"
        working = set(Role) - {Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN}
        marks = sum(permission.may_take(permission.Actor(role), step) for role in working for step in Step)
        assert page.text.count("●") == marks
        assert all(f'<th scope="row">{wording.STEPS[step]}</th>' in page.text for step in Step)
        assert "系统管理员、安全管理员、审计管理员看不到任何诉求" in page.text
    assert (await client.get("/admin/permissions", headers=await browser(client, people.WANG))).status_code == 403
