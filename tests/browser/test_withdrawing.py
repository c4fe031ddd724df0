"""Withdrawing a citizen's file and sharing files when a letter is split, in a browser."""

import pytest

from tests import people
from tests.browser.conftest import Visitor
from tests.browser.test_attachments import BODY, LONG, files

__all__ = ["files"]
pytestmark = pytest.mark.browser


def test_files_go_along_with_a_split_and_one_is_withdrawn(visitor: Visitor, files: dict[str, str]) -> None:
    page = visitor.page
    visitor.open("/")
    page.get_by_label("您的诉求或建议").fill(BODY)
    page.get_by_label("照片和文件").set_input_files([files[LONG], files["大门.jpg"], files["小区业主联名说明.pdf"]])
    visitor.press("提交")
    page.get_by_text("收到 3 个照片和文件").wait_for()
    number = page.locator("#number").inner_text()
    track = f"/track/{number}"
    visitor.sign_in(people.DIAO)
    visitor.open(f"/desk/{number}/split")
    visitor.check("split-files")
    visitor.open(f"/desk/{number}")
    page.locator(".attachments summary").first.click()
    visitor.check("withdraw-choose")
    page.locator(".attachments select").first.select_option(label="违法或有害内容")
    page.locator(".attachments details button").first.click()
    page.get_by_text("材料已撤下，谁都打不开了").first.wait_for()
    visitor.check("withdraw-done")
    visitor.open(track)
    page.get_by_text("这份材料已撤下").first.wait_for()
    visitor.check("withdraw-track")
    page.context.clear_cookies()
    visitor.sign_in(people.AN)
    visitor.open(f"/admin/files?number={number}")
    visitor.check("withdraw-admin")
