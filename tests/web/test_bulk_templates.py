"""One answer for several cases begins with a template of the bureau, and what it leaves open is filled in for each."""

import pytest

from tests import people
from tests.web.conftest import token
from tests.web.staff import Page, at_bureau, post
from tests.web.test_desk_lists import ANSWER, several

pytestmark = pytest.mark.anyio


async def template(client, name, body, category=""):
    sent = await post(client, people.SHEN, "/reply-templates", id="", name=name, body=body, category=category)
    assert sent.status_code == 303, sent.text
    return await client.app.state.hall.database.fetch_val("SELECT max(id) FROM reply_templates")


async def test_a_template_is_taken_for_several_and_bound_to_each(client):
    numbers = [await at_bureau(client), await at_bureau(client)]
    body = "{市民称呼}：" + ANSWER + "编号 {编号}。"
    identity = await template(client, "夜间施工", body)
    page = Page(await several(client, people.WANG, "reply", numbers))
    assert "夜间施工" in page.text and f'value="t:{identity}"' in page.text
    page = Page(await several(client, people.WANG, "reply", numbers, answer="开头。", press=f"t:{identity}"))
    near = page.near('id="several-answer"', 600)
    assert page.status == 200 and page.words["h1"] == "统一答复 2 件" and "开头。" in near and "编号 {编号}。" in near
    page = Page(await several(client, people.WANG, "reply", numbers, answer=body, outcome="solved"))
    assert page.words["h1"] == "统一答复：2 件办好了", page.text
    for number in numbers:
        case = (await client.get(f"/api/v1/cases/{number}", headers=await token(client, people.SHEN))).json()
        assert case["answer"].endswith(f"编号 {number}。") and "{" not in case["answer"]


async def test_only_what_fits_all_of_them_and_is_the_bureaus_own_is_offered(client):
    numbers = [await at_bureau(client), await at_bureau(client)]
    await template(client, "噪声专用", "您好，" + ANSWER, category="C01")
    other = await template(client, "油烟专用", "您好，" + ANSWER, category="C03")
    page = Page(await several(client, people.WANG, "reply", numbers))
    assert "噪声专用" in page.text and "油烟专用" not in page.text
    for odd in (f"t:{other + 7}", "t:", "t:x", "drop"):
        page = Page(await several(client, people.WANG, "reply", numbers, answer="我写的。", press=odd))
        assert page.status == 200 and "我写的。" in page.near('id="several-answer"', 600)
    assert "用这段" not in Page(await several(client, people.WANG, "reply", [])).text
