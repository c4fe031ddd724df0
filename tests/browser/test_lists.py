"""Lists of the desk in a real browser: three page loads for an ordinary case, keys, several at once, filters; with and without scripts."""

from typing import Any

import httpx
import pytest

from tests import people
from tests.browser.conftest import Visitor

pytestmark = pytest.mark.browser

ANSWER = (
    "您好！我局执法人员 11 月 24 日晚到东环大道工地检查，夜间打桩情况属实，已责令停止夜间施工，12 月 1 日前再次复查。"
)
TITLES = (
    "东环大道工地连续三天夜里打桩",
    "荣军路与东环大道交叉口旁边的在建楼盘每天凌晨一点以后还有混凝土搅拌车进出并且长时间按喇叭影响周围三个小区休息",
    "工地夜间施工",
    "小区后面打桩机的声音",
    "夜里十二点打桩，八十岁老人睡不着",
)


def cases(site: str, count: int = 5) -> list[str]:
    """The numbers of so many cases at the ecology bureau."""
    numbers = []
    with httpx.Client(base_url=site) as client:
        signed = client.post(
            "/api/v1/sign-in", json={"username": people.DIAO.username, "password": people.PASSWORD}
        ).json()
        headers = {"Authorization": f"Bearer {signed['token']}"}
        for place in range(count):
            letter = {
                "title": TITLES[place % len(TITLES)],
                "body": people.NOISE,
                "address": "鱼峰区东环大道 256 号旁边",
                "district": "D_YF",
            }
            number = client.post("/api/v1/cases", json=letter).json()["number"]
            case = client.get(f"/api/v1/cases/{number}", headers=headers).json()
            if case["status"] == "triage":
                given = {"step": "dispatch", "version": case["version"], "bureau": "STHJ", "category": "C01"}
                assert client.post(f"/api/v1/cases/{number}/steps", json=given, headers=headers).status_code == 200
            numbers.append(number)
    return numbers


class Loads:
    """Pages the browser has loaded as documents."""

    def __init__(self, page: Any) -> None:
        self.count = 0
        page.on("response", self._seen)

    def _seen(self, response: Any) -> None:
        if response.request.resource_type == "document" and response.status == 200:
            self.count += 1


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_an_ordinary_case_takes_three_page_loads_from_sign_in(browser, site, scripts):
    (number,) = cases(site, 1)
    context = browser.new_context(java_script_enabled=scripts, viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.goto(site + "/sign-in")
    page.get_by_label("用户名").fill(people.WANG.username)
    page.get_by_label("密码").fill(people.PASSWORD)
    loads = Loads(page)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url("**/desk**")
    page.locator(f"a.item[href*='{number}']").click()
    page.locator("#act-at-once summary").click()
    page.locator("#at-once-answer").fill(ANSWER)
    page.get_by_role("button", name="签收并答复").click()
    page.get_by_text("答复已送审核").wait_for()
    assert loads.count <= 3, loads.count
    context.close()


def test_lists_on_a_phone_and_on_a_desk(visitor: Visitor):
    numbers = cases(visitor.site)
    page = visitor.page
    visitor.sign_in(people.WANG)
    visitor.open("/desk?queue=mine")
    visitor.check("lists-empty")
    visitor.open("/desk?queue=to_accept")
    page.locator(".filtering summary").click()
    visitor.check("lists-filter")
    page.locator("#only-category").select_option("C01")
    page.locator("#only-queue").select_option("open")
    visitor.press("筛选", exact=True)
    page.get_by_label("存成我的筛选").fill("东环大道夜间噪声")
    visitor.check("lists-filtered")
    visitor.press("保存", exact=True)
    page.get_by_text("筛选已保存").wait_for()
    visitor.check("lists-saved")
    visitor.open("/desk?queue=to_accept&all=1")
    visitor.press("统一答复")
    page.get_by_label("公开答复").fill("您好，已收到，谢谢。")
    page.get_by_role("button", name="送审核").click()
    page.get_by_text("发出前看一眼").wait_for()
    visitor.check("lists-reply")
    visitor.open("/desk?queue=to_accept")
    page.locator("input[name=case]").first.check()
    page.locator("input[name=case]").nth(1).check()
    visitor.check("lists-picked")
    visitor.press("签收", exact=True)
    page.get_by_role("heading", name="签收：2 件办好了").wait_for()
    page.go_back()
    page.reload()
    visitor.open(f"/desk/{numbers[-1]}?queue=to_accept")
    visitor.check("lists-case")
    visitor.open("/desk?q=没有这样的事")
    visitor.check("lists-nothing")


def test_who_was_faster_is_told_on_the_page(visitor: Visitor):
    numbers = cases(visitor.site, 3)
    page = visitor.page
    visitor.sign_in(people.WANG)
    visitor.open("/desk?queue=to_accept&all=1")
    with httpx.Client(base_url=visitor.site) as client:
        signed = client.post(
            "/api/v1/sign-in", json={"username": people.JU.username, "password": people.PASSWORD}
        ).json()
        headers = {"Authorization": f"Bearer {signed['token']}"}
        version = client.get(f"/api/v1/cases/{numbers[0]}", headers=headers).json()["version"]
        client.post(f"/api/v1/cases/{numbers[0]}/steps", json={"step": "accept", "version": version}, headers=headers)
    visitor.press("签收", exact=True)
    page.get_by_role("heading", name="签收：2 件办好了，1 件没有办成").wait_for()
    assert "居局" in page.get_by_role("main").inner_text()
    visitor.check("lists-faster")


def test_keys(browser, site):
    numbers = cases(site, 3)
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    visitor = Visitor(page, site, 1440)
    visitor.sign_in(people.WANG)
    page.wait_for_url("**/desk**")
    visitor.open("/desk?queue=to_accept")
    shown = [one.get_attribute("href").split("/")[2].split("?")[0] for one in page.locator("a.item").all()]
    assert sorted(shown) == sorted(numbers)

    def focused() -> str:
        return page.evaluate("document.activeElement.getAttribute('href') || ''")

    page.keyboard.press("j")
    page.keyboard.press("j")
    assert shown[1] in focused()
    page.keyboard.press("k")
    assert shown[0] in focused()
    page.keyboard.press("x")
    assert page.locator("input[name=case]").first.is_checked()
    assert page.get_by_text("已选 1 件").is_visible()
    page.keyboard.press("?")
    visitor.check("lists-keys")
    page.keyboard.press("/")
    page.keyboard.type("jjaxo?")
    assert page.locator("#desk-q").input_value() == "jjaxo?" and page.url.endswith("queue=to_accept")
    page.locator("a.item").nth(1).focus()
    page.keyboard.press("o")
    page.wait_for_url(f"**/{shown[1]}**")
    assert page.locator("input[name=case]").first.is_checked()
    page.keyboard.press("r")
    assert page.evaluate("document.activeElement.id") == "at-once-answer"
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("a")
    page.get_by_text("已签收，请在期限前答复").wait_for()
    visitor.open("/desk?queue=to_accept")
    page.keyboard.press("j")
    page.keyboard.press("a")
    page.get_by_role("heading", name="签收：1 件办好了").wait_for()
    context.close()
