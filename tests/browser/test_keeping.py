"""Accounts, the log, one's own account, sub-units and reorganisations on a phone and on a desk, each page through axe."""

import pytest

from tests import people
from tests.browser.conftest import Visitor

pytestmark = pytest.mark.browser


def leave(visitor: Visitor) -> None:
    visitor.page.context.clear_cookies()


def test_an_account_is_opened_and_its_owner_chooses_a_password(visitor: Visitor):
    page = visitor.page
    visitor.sign_in(people.AN)
    visitor.open("/admin/people")
    visitor.check("people")
    page.locator("#f-username").fill("tanlihua")
    page.locator("#f-name").fill("覃丽华")
    page.locator("#f-role").select_option("handler")
    page.locator("#f-bureau").select_option("STHJ")
    visitor.press("开通")
    page.get_by_text("只显示这一次").wait_for()
    once = page.locator(".onetime").inner_text().strip()
    visitor.check("people-opened")
    page.get_by_role("link", name="王工").click()
    visitor.check("account")
    visitor.press("重设密码")
    page.get_by_text("新的一次性密码").wait_for()
    visitor.check("account-reset")
    page.locator("#f-name").fill("王")
    visitor.press("保存")
    page.get_by_text("处需要改一下").wait_for()
    visitor.check("account-wrong")
    leave(visitor)
    visitor.open("/sign-in")
    page.get_by_label("用户名").fill("tanlihua")
    page.get_by_label("密码").fill(once)
    page.get_by_role("button", name="登录").click()
    page.get_by_text("管理员给的一次性密码").wait_for()
    visitor.check("own-account-first")
    visitor.press("开始设置")
    page.get_by_text("手动输入密钥").wait_for()
    visitor.check("own-account-second-factor")


def test_the_log(visitor: Visitor):
    visitor.sign_in(people.WANG)
    leave(visitor)
    visitor.sign_in(people.JI)
    visitor.open("/admin/log")
    visitor.check("log")
    visitor.open("/admin/log?day=2020-01-01")
    visitor.check("log-empty")
    visitor.open("/admin/permissions")
    visitor.check("permissions")


def test_a_head_makes_units(visitor: Visitor):
    page = visitor.page
    visitor.sign_in(people.JU)
    visitor.open("/units")
    visitor.check("units-empty")
    for name in ("大气环境与应对气候变化科", "噪声科"):
        page.locator("#f-name").fill(name)
        visitor.press("设立")
        page.get_by_text("科室已设立").wait_for()
    visitor.check("units")


def test_a_reorganisation_is_planned(visitor: Visitor):
    page = visitor.page
    visitor.sign_in(people.XI)
    visitor.open("/admin/reorganise")
    visitor.check("reorganise-empty")
    page.get_by_role("link", name="拆分单位或划转职责").click()
    page.locator("#f-codes").select_option("STHJ")
    page.locator("#f-into_0").select_option("STHJ")
    page.locator("#f-new_code_1").fill("ZAO")
    page.locator("#f-new_name_1").fill("市噪声与光污染综合管理局")
    page.locator("#f-new_short_1").fill("市噪声局")
    page.locator("#m-categories_1").select_option(["C01", "C02"])
    page.locator("#f-on").fill("2027-03-01")
    page.locator("#f-basis").fill("柳政发〔2026〕9号《关于调整部分市直部门职责的通知》")
    visitor.press("先看会动什么")
    page.get_by_text("如果现在生效").wait_for()
    visitor.check("reorganise-preview")
    visitor.press("确定安排")
    page.get_by_text("已经安排").wait_for()
    visitor.check("reorganise-planned")
    visitor.open("/admin/reorganise?what=category&act=merge")
    visitor.check("reorganise-merge")
