"""The administrators' pages and the clock's notices on a phone and on a desk, each page through axe."""

import asyncpg
import httpx
import pytest

from tests import people
from tests.actions.test_keeping_days import NOTICE
from tests.browser.conftest import Visitor
from tests.conftest import apart, sibling

pytestmark = pytest.mark.browser


def test_the_calendar_is_kept(visitor: Visitor, tmp_path):
    page = visitor.page
    visitor.sign_in(people.XI)
    page.wait_for_url("**/admin**")
    visitor.check("admin-home")
    page.get_by_role("link", name="工作日历").click()
    visitor.open("/admin/calendar?year=2026")
    visitor.check("calendar-announced")
    visitor.open("/admin/calendar?year=2027")
    visitor.check("calendar-provisional")
    page.get_by_label("日期").fill("2027-04-08")
    page.get_by_label("原因").fill("壮族三月三")
    visitor.press("保存")
    page.get_by_text("日历改了 1 天").wait_for()
    visitor.check("calendar-changed")
    notice = tmp_path / "2027.csv"
    notice.write_text(NOTICE)
    page.get_by_label("CSV 文件").set_input_files(notice)
    visitor.press("载入")
    page.get_by_text("已经公布").wait_for()
    visitor.check("calendar-loaded")
    notice.write_text("没有用的\n1\n")
    page.get_by_label("CSV 文件").set_input_files(notice)
    visitor.press("载入")
    page.get_by_text("处需要改一下").wait_for()
    visitor.check("calendar-refused")


def test_who_may_do_what(visitor: Visitor):
    visitor.sign_in(people.JI)
    visitor.open("/admin/permissions")
    visitor.check("permissions")


async def _remind(template: str, site: str) -> None:
    """Two late cases at the ecology bureau, and what the clock would have told 王工 and 杜察 of them."""
    async with httpx.AsyncClient(base_url=site) as client:
        for _ in range(2):
            (await client.post("/api/v1/cases", json={"body": people.NOISE})).raise_for_status()
    connection = await asyncpg.connect(sibling(template, "postgres"))
    name = await connection.fetchval(
        "SELECT datname FROM pg_database WHERE datname LIKE 'browser%' ORDER BY oid DESC LIMIT 1"
    )
    await connection.close()
    connection = await asyncpg.connect(sibling(template, name))
    await connection.execute(
        """UPDATE cases SET bureau = 'STHJ', status = 'working',
            due_at = now() - interval '3 days', warn_at = now() - interval '4 days'"""
    )
    await connection.execute(
        """INSERT INTO reminders (person_id, case_id, round, rung, at)
        SELECT people.id, cases.id, 1, role, now() - interval '1 minute' FROM people, cases WHERE username IN ('wang', 'du')"""
    )
    await connection.close()


def test_the_clock_tells_the_handler_and_the_supervisor(visitor: Visitor, template: str):
    apart(_remind(template, visitor.site))
    visitor.sign_in(people.WANG)
    visitor.open("/desk")
    visitor.page.get_by_text("提醒 2 件").wait_for()
    visitor.check("reminders-desk")
    visitor.page.context.clear_cookies()
    visitor.sign_in(people.DU)
    visitor.open("/supervise")
    visitor.page.get_by_text("提醒 2 件").wait_for()
    visitor.check("reminders-supervise")
    visitor.press("都知道了")
    visitor.page.get_by_role("heading", name="现在要紧的").wait_for()
    assert not visitor.page.get_by_text("提醒 2 件").count()
