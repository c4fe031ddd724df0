"""The administrators' pages and the clock's notices on a phone and on a desk, each page through axe."""

import pytest

from tests import people
from tests.actions.test_keeping_days import NOTICE
from tests.browser.conftest import Visitor

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
