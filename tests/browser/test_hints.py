"""What is pointed out beside a letter, as the dispatcher and the confidential desk see it."""

import httpx
import pytest

from tests import people
from tests.browser.conftest import Visitor

pytestmark = pytest.mark.browser

TWO = "水南路从菜市到小学那一段晚上路灯全部不亮，已经一个星期了，孩子下晚自习看不见路。另外我们小区有人养狗不牵绳，上个月咬过两个小孩，请管一管养狗的人。"
OFFER = "专业办理各类贷款，无抵押，当天放款，详询加微 dk66882"
CORRUPT = "实名举报市纪委监委的一名科长，他收了我们老板五万块好处费，答应把案子压下来，转账记录我都有，请组织部查处。"


def test_two_matters_an_offer_and_an_accused_unit_stand_out(visitor: Visitor, site: str) -> None:
    made = [httpx.post(f"{site}/api/v1/cases", json={"body": body}).json() for body in (TWO, OFFER, CORRUPT)]
    visitor.sign_in(people.DIAO)
    visitor.open("/dispatch")
    visitor.page.get_by_text("看起来是广告").first.wait_for()
    visitor.check("hints-dispatch")
    visitor.open(f"/desk/{made[0]['number']}/split?proposed=1")
    assert visitor.page.get_by_label("另一件的内容").input_value()
    visitor.check("hints-split")
    visitor.page.context.clear_cookies()
    visitor.sign_in(people.MI)
    visitor.open("/dispatch")
    visitor.page.get_by_text("信里说到的单位").first.wait_for()
    visitor.check("hints-accused")
