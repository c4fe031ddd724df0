"""The story of one case, on a phone and on a desk: citizen → dispatcher → bureau → reviewer → citizen → leader."""

import pytest

from tests import people
from tests.browser.conftest import Visitor

pytestmark = pytest.mark.browser

LETTER = (
    "尊敬的领导：\n我是鱼峰区东环大道旁边小区的住户。隔壁从上周三开始，连续好几个晚上十一点以后还有很大的声响，"
    "听着像工地打桩，又像是谁家在放音响，咚咚咚震得窗户都在响，家里有八十岁的老人和刚上小学的孩子，根本睡不着。"
    "物业说不归他们管，打过电话也没有人来。请你们派人晚上来听一听，到底是谁在响，能不能管一管？"
)
ANSWER = (
    "您好！我局已于当晚到现场核查，声响来自荣军路口工地的夜间打桩，情况属实。已责令该工地每晚二十二点后停止打桩，"
    "并对施工单位立案处罚。这件事可以管，我们会在两周内每晚巡查，如再有夜间施工请随时告诉我们。"
)


def test_a_case_from_first_word_to_last_figure(visitor: Visitor):
    number, code = write(visitor)
    dispatch(visitor, number)
    handle(visitor, number)
    approve(visitor, number)
    rate(visitor, number, code)
    look(visitor)


def fresh(visitor: Visitor) -> None:
    """Somebody else sits down: no cookies of the one before."""
    visitor.page.context.clear_cookies()


def write(visitor: Visitor) -> tuple[str, str]:
    page = visitor.page
    visitor.open("/")
    visitor.check("home")
    page.get_by_label("您的诉求或建议").fill(LETTER)
    page.get_by_label("城区").select_option("D_YF")
    page.get_by_label("手机号").fill(people.XIAO_LIN_PHONE)
    page.get_by_label("同意公开").check()
    visitor.press("提交", exact=True)
    page.wait_for_url("**/receipt")
    visitor.check("receipt")
    number, code = page.locator("#number").inner_text(), page.locator("#code").inner_text()
    page.reload()
    assert page.locator("#number").inner_text() == number
    fresh(visitor)
    visitor.open("/track")
    visitor.check("track")
    page.get_by_label("编号").fill(number)
    page.get_by_label("查询码").fill(code.lower())
    page.get_by_role("main").get_by_role("button").first.click()
    page.wait_for_url(f"**/track/{number}")
    visitor.check("case-new")
    return number, code


def dispatch(visitor: Visitor, number: str) -> None:
    fresh(visitor)
    page = visitor.page
    visitor.sign_in(people.DIAO)
    page.wait_for_url("**/dispatch**")
    visitor.check("dispatch")
    if page.get_by_text(number).count():  # the classifier may already have been sure enough
        page.get_by_role("button", name="市生态环境局").first.click()
        page.wait_for_load_state()
        visitor.check("dispatched")


def handle(visitor: Visitor, number: str) -> None:
    fresh(visitor)
    page = visitor.page
    visitor.sign_in(people.WANG)
    page.wait_for_url("**/desk**")
    visitor.check("desk")
    visitor.open(f"/desk/{number}?queue=to_accept")
    visitor.check("desk-case")
    visitor.press("签收", exact=True)
    page.get_by_label("公开答复").fill("您好，您反映的问题我局高度重视，已转有关部门处理，感谢您的关心和支持。")
    visitor.press("送审核")
    page.get_by_text("发出前看一眼").wait_for()
    visitor.check("desk-reply-check")
    page.get_by_label("公开答复").fill(ANSWER)
    page.get_by_label("内部调查情况").fill("现场属实，施工单位无夜间施工许可。")
    page.get_by_role("button", name="改好了，送审核").click()
    page.wait_for_load_state()
    visitor.check("desk-in-review")


def approve(visitor: Visitor, number: str) -> None:
    fresh(visitor)
    page = visitor.page
    visitor.sign_in(people.SHEN)
    visitor.open(f"/desk/{number}?queue=review")
    visitor.check("review")
    visitor.press("通过，发给市民")
    page.wait_for_load_state()
    visitor.check("approved")


def rate(visitor: Visitor, number: str, code: str) -> None:
    fresh(visitor)
    page = visitor.page
    visitor.open("/track")
    page.get_by_label("编号").fill(number)
    page.get_by_label("查询码").fill(code)
    page.get_by_role("main").get_by_role("button").first.click()
    page.wait_for_url(f"**/track/{number}")
    assert "立案处罚" in page.content() and "施工许可" not in page.content()
    visitor.check("case-answered")
    page.locator("#rate summary").click()
    page.get_by_label("解决了", exact=True).check()
    page.get_by_label("对办理满意吗").select_option("5")
    visitor.press("提交评价")
    page.wait_for_load_state()
    visitor.check("case-rated")
    visitor.open("/cases")
    assert "立案处罚" in page.content() or page.get_by_role("link", name="鱼峰区").count() or number in page.content()
    visitor.check("published")


def look(visitor: Visitor) -> None:
    fresh(visitor)
    page = visitor.page
    visitor.sign_in(people.SHI)
    page.wait_for_url("**/dashboard**")
    visitor.check("dashboard")
    visitor.open("/definitions")
    visitor.check("definitions")


@pytest.mark.parametrize(
    "path", ["/about", "/privacy", "/accessibility", "/petitions", "/petitions/new", "/sign-in", "/nowhere"]
)
def test_every_quiet_page(visitor: Visitor, path: str):
    visitor.open(path)
    visitor.check("quiet" + path.replace("/", "-"))


def test_the_supervisors_and_administrators_pages(visitor: Visitor):
    for someone, path in ((people.DU, "/supervise"), (people.AN, "/admin"), (people.DIAO, "/dispatch/petitions")):
        fresh(visitor)
        visitor.sign_in(someone)
        visitor.open(path)
        visitor.check("staff" + path.replace("/", "-"))


def test_a_mistake_keeps_what_was_typed(visitor: Visitor):
    page = visitor.page
    visitor.open("/")
    page.get_by_label("您的诉求或建议").fill(LETTER)
    page.get_by_label("手机号").fill("12345")
    visitor.press("提交", exact=True)
    page.wait_for_load_state()
    assert page.get_by_label("您的诉求或建议").input_value().replace("\r\n", "\n") == LETTER
    assert "11 位数字" in page.content()
    visitor.check("home-mistake")


def test_without_javascript(browser, site):
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 900})
    page = context.new_page()
    page.goto(site + "/")
    page.get_by_label("您的诉求或建议").fill(LETTER)
    page.get_by_role("button", name="提交", exact=True).click()
    page.wait_for_url("**/receipt")
    number = page.locator("#number").inner_text()
    page.goto(site + f"/track/{number}")
    page.locator("#withdraw summary").click()
    page.get_by_role("button", name="确定撤回").click()
    page.wait_for_load_state()
    assert "已撤回" in page.content()
    context.close()
