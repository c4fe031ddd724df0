"""Photos and files in a browser: chosen on a phone, with and without scripts, shown on every page that has them."""

import json
import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests import people, pictures
from tests.browser.conftest import Visitor
from tests.browser.test_case_page import bearer, step

pytestmark = pytest.mark.browser

BODY = "鱼峰区东环大道 8 号旁边的工地，连续三天夜里十一点以后还在打桩，声音很大，老人孩子睡不着，请管一管。照片是昨天夜里在阳台上拍的。"
LONG = "东环大道工地夜间施工现场照片拍摄于十一月二十三日晚上十一点四十分左右请有关部门尽快核实处理谢谢.jpg"


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    """On the phone's disk: a large photo with a long name, a small one, a broken one, a paper."""
    made = {
        LONG: pictures.photo(4000, 3000),
        "大门.jpg": pictures.photo(900, 1200, colour="#884422"),
        "坏的.jpg": pictures.photo(1000, 1000)[:5000],
        "小区业主联名说明.pdf": pictures.PDF,
    }
    for name, content in made.items():
        (tmp_path / name).write_bytes(content)
    return {name: str(tmp_path / name) for name in made}


def test_a_citizen_sends_photos_and_sees_them(visitor: Visitor, files: dict[str, str]) -> None:
    page = visitor.page
    visitor.open("/")
    page.get_by_label("您的诉求或建议").fill(BODY)
    page.get_by_label("照片和文件").set_input_files([files[LONG], files["坏的.jpg"], files["小区业主联名说明.pdf"]])
    page.locator("[data-chosen] li").nth(2).wait_for()
    visitor.check("attach-chosen")
    visitor.press("提交")
    page.get_by_text("“坏的.jpg”打不开").first.wait_for()
    assert page.get_by_label("您的诉求或建议").input_value() == BODY
    assert page.locator("input[name=kept]").count() == 2
    visitor.check("attach-refused")
    page.get_by_label("照片和文件").set_input_files(files["大门.jpg"])
    visitor.press("提交")
    page.get_by_text("收到 3 个照片和文件").wait_for()
    visitor.check("attach-receipt")
    page.get_by_role("link", name="查看办理进度").click()
    page.get_by_text("附 3 个文件").wait_for()
    visitor.check("attach-track")
    shown = page.locator(".attachments img")
    assert shown.count() == 2
    assert all(shown.nth(at).evaluate("image => image.naturalWidth") > 100 for at in range(2))
    page.get_by_text("补充情况和照片").first.click()
    page.locator("#supplement input[type=file]").set_input_files(files["大门.jpg"])
    visitor.check("attach-supplement")
    visitor.press("提交补充")
    page.get_by_text("附 1 个文件").wait_for()
    assert page.locator(".attachments li").count() == 4


def test_a_large_photo_is_made_smaller_before_it_travels(visitor: Visitor, tmp_path: Path) -> None:
    noise = tmp_path / "大.jpg"
    noise.write_bytes(pictures.grain(4000, 3000))
    assert noise.stat().st_size > 4_000_000
    page = visitor.page
    visitor.open("/")
    page.get_by_label("照片和文件").set_input_files(str(noise))
    field = page.get_by_label("照片和文件")
    give_up = time.monotonic() + 30
    while field.evaluate("input => input.files[0].size") > 4_000_000:
        assert time.monotonic() < give_up
        time.sleep(0.1)
    page.get_by_label("您的诉求或建议").fill(BODY)
    visitor.press("提交")
    page.get_by_text("收到 1 个照片和文件").wait_for()


def test_without_scripts_it_works_the_same(browser: Browser, site: str, files: dict[str, str]) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 900}, locale="zh-CN", java_script_enabled=False)
    page = context.new_page()
    page.goto(site)
    page.get_by_label("您的诉求或建议").fill(BODY)
    page.get_by_label("手机号").fill("123")
    page.get_by_label("照片和文件").set_input_files([files["大门.jpg"], files["坏的.jpg"]])
    page.get_by_role("button", name="提交").click()
    assert page.locator("input[name=kept]:checked").count() == 1 and "坏的.jpg" in page.content()
    page.get_by_label("手机号").fill(people.XIAO_LIN_PHONE)
    page.get_by_role("button", name="提交").click()
    assert "收到 1 个照片和文件" in page.content()
    context.close()


def test_staff_see_them_and_answer_with_one(visitor: Visitor, files: dict[str, str]) -> None:
    page, site = visitor.page, visitor.site
    letter = {"title": "工地夜里打桩", "body": BODY, "contact": {"phone": people.XIAO_LIN_PHONE}}
    made = page.request.post(f"{site}/api/v1/cases", data=letter).json()
    number, code = made["number"], made["query_code"]
    for name in (LONG, "小区业主联名说明.pdf"):
        sent = {"name": name, "mimeType": "application/octet-stream", "buffer": Path(files[name]).read_bytes()}
        told = page.request.post(f"{site}/api/v1/cases/{number}/attachments", multipart={"files": sent}, headers={"X-Query-Code": code})
        assert told.ok, told.text()
    if made["status"] == "triage":
        step(page, site, people.DIAO, number, "dispatch", bureau="STHJ", category="C01")
    step(page, site, people.WANG, number, "accept")
    visitor.sign_in(people.WANG)
    visitor.open(f"/desk/{number}")
    assert page.locator(".attachments li").count() == 2
    visitor.check("attach-desk")
    page.get_by_label("公开答复").fill(
        "您好！我局执法人员 11 月 24 日晚到东环大道工地检查，夜间打桩属实，已责令停止夜间施工，12 月 1 日前再次复查。"
    )
    page.get_by_label("随答复发给市民的照片和文件").set_input_files(files["大门.jpg"])
    page.get_by_text("草稿已存").wait_for()
    visitor.press("先存草稿")
    page.get_by_text("草稿已存，只有您自己看得到").wait_for()
    assert page.locator("form.step-reply input[name=kept]:checked").count() == 1
    visitor.press("送审核")
    page.wait_for_load_state("networkidle")
    if page.get_by_text("发出前看一眼").count():
        page.get_by_text("觉得没有问题，仍然这样答复").click()
        page.get_by_label("为什么仍然这样答复").fill("已核对")
        page.get_by_role("button", name="仍然送审核").click()
    page.get_by_text("答复已送审核").wait_for()
    other = page.context.browser.new_context(viewport={"width": visitor.width, "height": 900}, locale="zh-CN")
    second = Visitor(other.new_page(), site, visitor.width)
    second.sign_in(people.SHEN)
    second.open(f"/desk/{number}")
    second.page.get_by_text("随答复发给市民的文件（1）").wait_for()
    second.check("attach-review")
    second.press("通过，发给市民")
    second.page.get_by_text("答复已经发给市民").wait_for()
    second.page.emulate_media(media="print")
    second.picture("attach-print", whole=True)
    other.close()
    mine = json.loads(page.request.get(f"{site}/api/v1/cases/{number}?code={code}").text())
    assert [one["name"] for one in mine["reply"]["attachments"]] == ["大门.jpg"]
    assert bearer(page, site, people.SHEN)
