"""Two people at one case, in a browser: who is here, drafts that survive, both versions, texts taken with one press, print."""

import pytest
from playwright.sync_api import Page

from tests import people
from tests.browser.conftest import Visitor

pytestmark = pytest.mark.browser

BODY = "鱼峰区东环大道旁边的工地，连续三天夜里十一点以后还在打桩，声音很大，老人孩子睡不着。\n" * 40
ANSWER = "您好！我局执法人员 11 月 24 日晚到东环大道工地检查，夜间打桩属实，已责令停止夜间施工，12 月 1 日前再次复查。"


def bearer(page: Page, site: str, who: people.Someone) -> dict[str, str]:
    answer = page.request.post(
        f"{site}/api/v1/sign-in", data={"username": who.username, "password": people.PASSWORD}
    )
    return {"Authorization": f"Bearer {answer.json()['token']}"}


def step(page: Page, site: str, who: people.Someone, number: str, name: str, **fields: object) -> None:
    headers = bearer(page, site, who)
    version = page.request.get(f"{site}/api/v1/cases/{number}", headers=headers).json()["version"]
    given = {"step": name, "version": version, **fields}
    answer = page.request.post(f"{site}/api/v1/cases/{number}/steps", data=given, headers=headers)
    assert answer.ok, answer.text()


def at_work(page: Page, site: str) -> str:
    """The number of a long letter that 王工 has signed for."""
    letter = {"title": "工地夜里打桩", "body": BODY, "address": "东环大道 8 号", "contact": {"phone": people.XIAO_LIN_PHONE}}
    made = page.request.post(f"{site}/api/v1/cases", data=letter).json()
    if made["status"] == "triage":
        step(page, site, people.DIAO, made["number"], "dispatch", bureau="STHJ", category="C01")
    step(page, site, people.WANG, made["number"], "accept")
    return str(made["number"])


def test_two_people_at_one_case(visitor: Visitor) -> None:
    page, site = visitor.page, visitor.site
    number = at_work(page, site)
    page.request.post(
        f"{site}/reply-templates", form={"name": "夜间施工", "body": "{市民称呼}您好，{地点}的事已查处。"},
        headers={"Cookie": f"minsheng={bearer(page, site, people.SHEN)['Authorization'][7:]}"},
    )  # fmt: skip
    visitor.sign_in(people.WANG)
    visitor.open(f"/desk/{number}?queue=working")
    visitor.check("case-page")
    page.get_by_role("button", name="用这段").first.click()
    page.wait_for_url("**done=taken**")
    assert "市民朋友您好，东环大道 8 号的事已查处。" in page.get_by_label("公开答复").input_value()
    page.get_by_label("公开答复").fill("写到一半，浏览器关了")
    page.get_by_text("草稿已存").wait_for()

    other = page.context.browser.new_context(viewport={"width": visitor.width, "height": 900}, locale="zh-CN")
    second = Visitor(other.new_page(), site, visitor.width)
    second.sign_in(people.JU)
    second.open(f"/desk/{number}")
    assert "王工正在写" in second.page.locator("[data-presence]").inner_text()
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    assert page.get_by_label("公开答复").input_value() == "写到一半，浏览器关了"
    assert "居局" in page.locator("[data-presence]").inner_text()
    visitor.check("case-page-draft")
    page.get_by_label("公开答复").fill(f"{ANSWER}联系人韦师傅，电话 13877200099。")
    page.get_by_role("button", name="看看市民收到的").click()
    page.wait_for_url("**done=looked**")
    assert "已有答复" in page.locator("#reply-outgoing").inner_text()
    visitor.check("case-page-outgoing")
    visitor.picture("case-page-outgoing-whole", whole=True)

    step(page, site, people.JU, number, "note", text="施工单位已经答应停工，我这里有照片。")
    page.get_by_label("公开答复").fill(ANSWER)
    page.get_by_role("button", name="送审核").click()
    page.get_by_text("您写的（没有送出）").wait_for()
    visitor.check("case-page-both")
    assert "施工单位已经答应停工" in page.locator("#side-now").locator("..").inner_text()
    page.get_by_role("button", name="送审核").click()
    page.get_by_text("答复已送审核").wait_for()
    page.emulate_media(media="print")
    assert page.locator(".queues").is_hidden() and page.locator(".said.long").is_visible()
    other.close()


def test_an_answer_outlives_the_session(visitor: Visitor) -> None:
    """Signed out meanwhile: the page holds the words, one signs in beside it and sends them once more."""
    page, site = visitor.page, visitor.site
    number = at_work(page, site)
    visitor.sign_in(people.WANG)
    visitor.open(f"/desk/{number}")
    page.get_by_label("公开答复").fill(ANSWER)
    page.context.clear_cookies()
    page.get_by_role("button", name="送审核").click()
    page.get_by_text("都还在这里").wait_for()
    visitor.check("session-over")
    visitor.picture("session-over-whole", whole=True)
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="在新窗口登录").click()
    beside = Visitor(opened.value, site, visitor.width)
    beside.page.get_by_label("用户名").fill(people.WANG.username)
    beside.page.get_by_label("密码").fill(people.PASSWORD)
    beside.page.get_by_role("button", name="登录").click()
    beside.page.wait_for_url("**/desk**")
    page.get_by_role("button", name="再送一次").click()
    page.get_by_text("答复已送审核").wait_for()
