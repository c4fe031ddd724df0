"""Knowledge: from a good answer in one press, without personal data, public until its review, found while people write."""

from datetime import timedelta

import pytest

from feedback.web import article_pages
from tests import people
from tests.web.conftest import token
from tests.web.staff import Page, api_step, at_bureau, get, post

pytestmark = pytest.mark.anyio

ANSWER = "您好！夜间二十二点到次日六点禁止打桩，确需连续施工的要先取得证明并公告居民，发现可拨打 12345。我局 12 月 1 日前再次复查。联系王小明13877200009。"


@pytest.fixture
async def number(client):
    """小林's case, answered."""
    number = await at_bureau(client)
    await api_step(client, people.WANG, number, "accept")
    await api_step(client, people.WANG, number, "reply", answer=ANSWER)
    await api_step(client, people.SHEN, number, "approve")
    return number


async def written(client, number, who=people.WANG):
    """The id of the article made of this case."""
    sent = await post(client, who, f"/desk/{number}/article")
    assert (sent.status_code, sent.headers["location"]) == (303, f"/desk/{number}?done=article")
    return await client.app.state.hall.database.fetch_val("SELECT max(id) FROM articles")


async def until(client, identity, day):
    await client.app.state.hall.database.execute(
        "UPDATE articles SET review_on = :day WHERE id = :id", {"day": day, "id": identity}
    )


async def test_one_press_makes_an_article_without_personal_data(client, number):
    assert "用这份答复写一篇" in (await get(client, people.WANG, f"/desk/{number}")).text
    identity = await written(client, number)
    page = Page(await client.get(f"/articles/{identity}"))
    assert page.status == 200 and "二十二点" in page.text and "13877200009" not in page.text
    stored = await client.app.state.hall.database.fetch_val("SELECT body FROM articles")
    assert "13877200009" not in stored
    assert f"/articles/{identity}" in (await get(client, people.WANG, f"/desk/{number}")).text
    assert await written(client, number, people.JU) == identity  # pressed twice, there is one


async def test_only_the_bureau_writes_and_only_of_an_answer(client, number):
    assert (await post(client, people.ZHU, f"/desk/{number}/article")).status_code == 404
    assert (await post(client, people.DIAO, f"/desk/{number}/article")).status_code == 403
    open_one = await at_bureau(client)
    assert (await post(client, people.WANG, f"/desk/{open_one}/article")).status_code == 409
    assert "用这份答复写一篇" not in (await get(client, people.DU, f"/desk/{number}")).text


async def test_everybody_finds_it_and_it_is_offered_while_one_writes_and_answers(client, number):
    identity = await written(client, number)
    found = (await client.get("/api/v1/public/articles", params={"q": "打桩 证明"})).json()
    assert [one["id"] for one in found["items"]] == [identity] and found["next"] is None
    assert (await client.get("/api/v1/public/articles", params={"q": "没有这回事"})).json()["items"] == []
    assert (await client.get("/api/v1/public/articles", params={"category": "没有"})).status_code == 422
    page = Page(await client.get("/articles", params={"q": "打桩"}))
    assert page.status == 200 and f"/articles/{identity}" in page.text
    similar = (await client.get("/api/v1/cases/similar", params={"text": people.NOISE})).json()
    assert [one["id"] for one in similar["articles"]] == [identity]
    assert f"/articles/{identity}" in (await client.post("/hint", data={"text": people.NOISE})).text
    fresh = await at_bureau(client)
    case = await api_step(client, people.WANG, fresh, "accept")
    assert [one["id"] for one in case["articles"]] == [identity]
    assert f"a:{identity}" in (await get(client, people.WANG, f"/desk/{fresh}")).text


async def test_past_its_review_date_citizens_do_not_see_it_and_the_bureau_is_reminded(client, number):
    identity = await written(client, number)
    await until(client, identity, article_pages.today())
    assert (await client.get(f"/articles/{identity}")).status_code == 404
    assert (await client.get("/api/v1/public/articles")).json()["items"] == []
    assert "该复核" in (await get(client, people.SHEN, "/articles/mine")).text
    assert "1 篇知识" in (await get(client, people.SHEN, "/desk")).text
    assert "1 篇知识" not in (await get(client, people.LI, "/desk")).text
    assert (await get(client, people.LI, f"/articles/{identity}/edit")).status == 404
    page = await get(client, people.SHEN, f"/articles/{identity}/edit")
    hidden = next(one for one in page.forms if one["action"].endswith("/edit"))
    later = (article_pages.today() + timedelta(days=90)).isoformat()
    sent = await post(
        client, people.SHEN, hidden["action"], version=hidden["version"], title="夜间打桩", body="二十二点以后不能打桩。",
        category="", review_on=later,
    )  # fmt: skip
    assert sent.status_code == 303
    assert "二十二点以后不能打桩" in (await client.get(f"/articles/{identity}")).text


async def test_what_a_handler_changes_waits_for_the_reviewer(client, number):
    identity = await written(client, number)
    later = (article_pages.today() + timedelta(days=90)).isoformat()
    fields = {"title": "夜间打桩", "body": "我改过的内容，还没有人看。", "category": "C01", "review_on": later}
    assert (await post(client, people.WANG, f"/articles/{identity}/edit", version=1, **fields)).status_code == 303
    assert (await client.get(f"/articles/{identity}")).status_code == 404
    stale = await post(client, people.SHEN, f"/articles/{identity}/edit", version=1, **fields)
    assert stale.status_code == 409 and "我改过的内容" in stale.text
    for wrong in ({"review_on": "2020-01-01"}, {"review_on": "明天"}, {"body": "短"}, {"category": "没有"}):
        bad = await post(client, people.SHEN, f"/articles/{identity}/edit", version=2, **{**fields, **wrong})
        assert bad.status_code == 422 and 'class="faults"' in bad.text
    assert (await post(client, people.SHEN, f"/articles/{identity}/edit", version=2, **fields)).status_code == 303
    assert (await client.get(f"/articles/{identity}")).status_code == 200


async def test_withdrawn_it_is_gone_for_everybody_but_the_bureau(client, number):
    identity = await written(client, number)
    address = f"/articles/{identity}/withdraw"
    assert (await post(client, people.WANG, address, version=1, reason="过时了")).status_code == 403
    assert (await post(client, people.SHEN, address, version=1, reason="")).status_code == 422
    assert (await post(client, people.SHEN, address, version=1, reason="条例修订了")).status_code == 303
    assert (await client.get(f"/articles/{identity}")).status_code == 404
    assert "条例修订了" in (await get(client, people.WANG, "/articles/mine")).text


async def test_the_reason_of_a_withdrawal_is_kept_and_what_a_colleague_mended_is_looked_at_first(client, number):
    identity = await written(client, number)
    address, later = f"/articles/{identity}/withdraw", (article_pages.today() + timedelta(days=90)).isoformat()
    long = await post(client, people.SHEN, address, version=1, reason="条例修订了" * 50)
    assert long.status_code == 422 and "条例修订了条例修订了" in long.text and "打桩" in long.text
    mended = {"title": "夜间打桩", "body": "按修订后的条例写过了。", "category": "", "review_on": later}
    assert (await post(client, people.JU, f"/articles/{identity}/edit", version=1, **mended)).status_code == 303
    stale = await post(client, people.SHEN, address, version=1, reason="条例修订了")
    assert stale.status_code == 409 and "按修订后的条例写过了" in stale.text and "条例修订了" in stale.text
    assert (await client.get(f"/articles/{identity}")).status_code == 200
    assert (await post(client, people.SHEN, address, version=2, reason="条例修订了")).status_code == 303


@pytest.mark.parametrize("odd", ["0", "x", "9" * 30, "-1", "１"])
async def test_an_odd_number_is_not_found(client, odd):
    assert (await client.get(f"/articles/{odd}")).status_code == 404
    assert (await client.get("/articles", params={"cursor": odd})).status_code == 422
    assert (await client.get("/api/v1/public/articles", headers=await token(client, people.WANG))).status_code == 200
