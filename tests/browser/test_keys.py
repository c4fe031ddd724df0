"""Keys act on the row one has moved to, not on the case that happens to lie open; and never throw away what was typed."""

import pytest

from tests import people
from tests.browser.conftest import Visitor
from tests.browser.test_lists import ANSWER, cases

pytestmark = pytest.mark.browser


@pytest.fixture
def desk(browser, site):
    """王工 at the list of what is to be signed for, and the numbers as they stand there."""
    cases(site, 3)
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    visitor = Visitor(context.new_page(), site, 1440)
    visitor.sign_in(people.WANG)
    visitor.page.wait_for_url("**/desk**")
    visitor.open("/desk?queue=to_accept")
    links = visitor.page.locator("a.item").all()
    yield visitor, [one.get_attribute("href").split("/")[2].split("?")[0] for one in links]
    context.close()


def test_accept_and_answer_are_for_the_row_one_moved_to(desk):
    visitor, shown = desk
    keys = visitor.page.keyboard
    keys.press("j")
    keys.press("o")
    visitor.page.wait_for_url(f"**/{shown[0]}**")
    keys.press("j")
    keys.press("r")
    visitor.page.wait_for_url(f"**/{shown[1]}**")
    visitor.page.locator("#at-once-answer:focus").wait_for()
    assert visitor.page.locator("#at-once-answer").evaluate("one => one.getBoundingClientRect().top < innerHeight")
    visitor.page.evaluate("document.activeElement.blur()")
    keys.press("j")
    keys.press("a")
    visitor.page.get_by_role("heading", name="签收：1 件办好了").wait_for()
    assert shown[2] in visitor.page.get_by_role("main").inner_text()


def test_an_ordinary_case_is_answered_by_keys_alone(desk):
    visitor, shown = desk
    keys = visitor.page.keyboard
    keys.press("j")
    keys.press("r")
    visitor.page.locator("#at-once-answer:focus").wait_for()
    keys.insert_text(ANSWER)
    keys.press("Control+Enter")
    visitor.page.get_by_text("答复已送审核").wait_for()
    assert shown[0] in visitor.page.url or "to_accept" in visitor.page.url


def test_a_key_that_means_nothing_here_does_nothing(desk):
    visitor, shown = desk
    visitor.open(f"/desk/{shown[0]}?queue=to_accept")
    visitor.press("签收", exact=True)
    visitor.page.get_by_text("已签收，请在期限前答复").wait_for()
    visitor.page.locator("#reply-answer").fill("写了一半")
    visitor.page.evaluate("document.activeElement.blur()")
    visitor.page.keyboard.press("a")
    visitor.page.wait_for_timeout(500)
    assert visitor.page.locator("#reply-answer").input_value() == "写了一半"
