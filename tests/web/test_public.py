"""What anybody may read: consented, answered, redacted; and the pages that say what this site is."""

import re

import pytest

from tests import people
from tests.web.conftest import submitted
from tests.web.staff import Page, api_step
from tests.web.test_citizen import ANSWER, HOSTILE, answered, follow, harmless

pytestmark = pytest.mark.anyio

PERSONAL = people.NOISE + "我叫林小梅，电话13977200001，身份证号450202199003071234。"


def numbers(page):
    return re.findall(r'href="/cases/([\d-]+)"', page.text)


async def found(client, **asked):
    return Page(await client.get("/cases", params=asked))


async def test_an_empty_list_says_so(client):
    page = await found(client)
    assert page.status == 200 and "还没有公开的答复" in page.text
    assert "没有找到" in (await found(client, q="打桩")).text


async def test_a_consented_answered_case_is_published_without_personal_data(client):
    made = await answered(client, body=PERSONAL, publish=True)
    page = await found(client)
    assert numbers(page) == [made["number"]] and "共 1 件" in page.text
    shown = Page(await client.get(f"/cases/{made['number']}"))
    assert shown.status == 200 and "打桩" in shown.text and ANSWER in shown.text and "市生态环境局" in shown.text
    for secret in ("13977200001", "450202199003071234", "林小梅"):
        assert secret not in page.text and secret not in shown.text, secret


async def test_without_consent_nothing_is_published(client):
    made = await answered(client)
    assert numbers(await found(client)) == []
    assert (await client.get(f"/cases/{made['number']}")).status_code == 404


async def test_before_the_answer_nothing_is_published(client):
    made = await submitted(client, publish=True)
    assert numbers(await found(client)) == []
    assert (await client.get(f"/cases/{made['number']}")).status_code == 404


async def test_in_rework_a_case_is_not_published_until_it_is_answered_again(client):
    made = await answered(client, publish=True)
    await follow(client, made)
    await client.post(f"/track/{made['number']}/rework", data={"reason": "又开始了"})
    assert numbers(await found(client)) == [] and (await client.get(f"/cases/{made['number']}")).status_code == 404
    for who, step, fields in (
        (people.WANG, "accept", {}), (people.WANG, "reply", {"answer": "第二轮的答复：工地已经停工。"}), (people.SHEN, "approve", {}),
    ):  # fmt: skip
        await api_step(client, who, made["number"], step, **fields)
    assert "第二轮的答复" in (await client.get(f"/cases/{made['number']}")).text


async def test_protected_and_historical_cases_are_never_published(client):
    made = await answered(client, publish=True)
    database = client.app.state.hall.database
    for column in ("protected", "historical"):
        await database.execute(f"UPDATE cases SET {column} = true")
        assert numbers(await found(client)) == []
        assert (await client.get(f"/cases/{made['number']}")).status_code == 404
        await database.execute(f"UPDATE cases SET {column} = false")
    assert numbers(await found(client)) == [made["number"]]


async def test_search_finds_words_in_text_and_answer(client):
    made = await answered(client, body=PERSONAL, publish=True)
    for words in ("打桩", "全家 打桩", "现场核查", "晚上　十一点"):
        assert numbers(await found(client, q=words)) == [made["number"]], words
    for words in ("路灯", "打桩 路灯", "%", "_", "\\"):
        assert numbers(await found(client, q=words)) == [], words


async def test_nobody_is_found_by_what_was_taken_out(client):
    await answered(client, body=PERSONAL, publish=True)
    for words in ("13977200001", "林小梅", "450202199003071234", "1397720"):
        page = await found(client, q=words)
        assert numbers(page) == [] and "没有找到" in page.text and "共 " not in page.text, words


@pytest.mark.parametrize("dressed", ["１３９７７２００００１", "①③⑨⑦⑦②⓪⓪⓪⓪①", "𝟏𝟑𝟗𝟕𝟕𝟐𝟎𝟎𝟎𝟎𝟏", "⑬977200001"])
async def test_nor_by_a_number_in_other_digits(client, dressed):
    made = await answered(client, body=f"{people.NOISE}电话{dressed}", publish=True)
    for words in ("13977200001", dressed, "977200001"):
        assert numbers(await found(client, q=words)) == [], words
    assert numbers(await found(client, q="打桩")) == [made["number"]]


async def test_a_word_too_short_for_the_index_says_where_it_was_looked_for(client):
    made = await answered(client, body=PERSONAL, publish=True)
    page = await found(client, q="桩")
    assert numbers(page) == [made["number"]] and "只查了最近答复的 2,000 件" in page.text and "共 " not in page.text
    assert "只查了最近答复的 2,000 件" in (await found(client, q="灯")).text
    api = await client.get("/api/v1/public/cases", params={"q": "桩"})
    assert [one["number"] for one in api.json()["items"]] == [made["number"]] and api.json()["total"] is None


async def test_category_and_bureau_narrow_the_list(client):
    made = await answered(client, publish=True)
    category = (await client.get(f"/api/v1/cases/{made['number']}", params={"code": made["query_code"]})).json()[
        "category"
    ]
    assert numbers(await found(client, category=category["code"], bureau="STHJ")) == [made["number"]]
    assert numbers(await found(client, bureau="CGJ")) == numbers(await found(client, category="B03")) == []


async def test_pages_follow_each_other_without_gap_or_repetition(client):
    made = await answered(client, publish=True)
    await copies(client, made["number"], 44)
    page, seen = await found(client), []
    assert "共 45 件" in page.text
    while True:
        seen += numbers(page)
        further = re.search(r'href="(/cases\?cursor=[^"]+)"', page.text)
        if further is None:
            break
        page = Page(await client.get(further[1]))
    assert len(seen) == len(set(seen)) == 45


async def copies(client, number, how_many):
    """More published cases with the same answer, some answered at the same moment."""
    database = client.app.state.hall.database
    columns = [
        row["column_name"]
        for row in await database.fetch_all(
            "SELECT column_name FROM information_schema.columns WHERE table_name = 'cases' AND column_name NOT IN "
            "('id', 'number', 'answered_at') AND is_generated = 'NEVER' ORDER BY ordinal_position"
        )
    ]
    names = ", ".join(columns)
    await database.execute(
        f"""INSERT INTO cases (id, number, answered_at, {names})
        SELECT id + n * 1000, number || '0' || n, answered_at - (n / 3) * interval '1 minute', {names}
        FROM cases, generate_series(1, {how_many}) n WHERE number = :number""",
        {"number": number},
    )
    await database.execute(
        f"""INSERT INTO events (case_id, seq, at, step, from_status, to_status, actor, person_id, bureau, round, hash)
        SELECT case_id + n * 1000, seq, at, step, from_status, to_status, actor, person_id, bureau, round, hash
        FROM events, generate_series(1, {how_many}) n"""
    )
    await database.execute(
        f"""INSERT INTO texts (case_id, seq, field, body, public)
        SELECT case_id + n * 1000, seq, field, body, public FROM texts, generate_series(1, {how_many}) n"""
    )


async def test_the_list_takes_any_question(client):
    await answered(client, publish=True)
    for field in ("q", "category", "bureau", "cursor", "extra"):
        for kind, text in HOSTILE.items():
            if kind == "huge":
                text = text[:5000]  # addresses end earlier than bodies
            page = await found(client, **{field: text})
            assert page.status in (200, 422) and harmless(page), (field, kind)


async def test_what_is_no_cursor_no_category_and_no_bureau_is_told(client):
    for field, value in (("cursor", "x"), ("cursor", "WyJ4IiwxXQ"), ("cursor", "WyI5OTk5LTEyLTMxVDIzOjU5OjU5LTIzOjU5IiwxXQ"),
                         ("category", "ZZZ"), ("bureau", "'"), ("q", "长" * 101)):  # fmt: skip
        page = await found(client, **{field: value})
        assert page.status == 422 and "需要改一下" in page.text, (field, value)


@pytest.mark.parametrize("place", ["/privacy", "/accessibility", "/about"])
async def test_the_plain_pages(client, place):
    page = Page(await client.get(place))
    assert page.status == 200 and "民声" in page.words["title"]
    assert (await client.post(place)).status_code == 405


async def test_every_address_that_pages_name_is_there(client):
    made = await answered(client, publish=True)
    addresses = set()
    for place in (
        "/",
        "/track",
        "/cases",
        f"/cases/{made['number']}",
        "/privacy",
        "/accessibility",
        "/about",
        "/sign-in",
        "/nope",
    ):
        addresses |= set(re.findall(r'(?:href|src)="(/[^"#]*)"', (await client.get(place)).text))
    for address in sorted(addresses):
        assert (await client.get(address)).status_code == 200, address


async def test_an_unknown_address_is_a_helpful_page_with_its_request_id(client):
    answer = await client.get("/nope", headers={"x-request-id": "abcdefgh1234"})
    page = Page(answer)
    assert page.status == 404 and page.words["h1"] == "没有找到" and "abcdefgh1234" in page.text
    assert '<a class="button" href="/track">' in page.text


async def test_a_fault_of_ours_is_told_without_its_details(client, monkeypatch):
    monkeypatch.setattr(client.app.state.hall, "redact", lambda text: 1 / 0)
    made = await answered(client, publish=True, body="这一句话别处没有，工地夜里打桩。")
    page = Page(await client.get(f"/cases/{made['number']}"))
    assert page.status == 500 and "我们已经记下来了" in page.text and "ZeroDivision" not in page.text


async def test_a_database_that_is_away_is_told_as_such(client, monkeypatch):
    async def away(*_, **__):
        raise ConnectionError

    monkeypatch.setattr("feedback.store.publication.page", away)
    page = Page(await client.get("/cases"))
    assert page.status == 503 and page.words["h1"] == "系统正在恢复" and 'href="/cases"' in page.text


async def test_the_wrong_role_is_told_so(client):
    from tests.web.staff import get

    page = await get(client, people.LI, "/supervise")
    assert page.status == 403 and page.words["h1"] == "您的岗位不能做这件事"


async def test_the_front_page_shows_the_last_thirty_days(client):
    assert "最近 30 天" not in (await client.get("/")).text
    await answered(client)
    client.app.state.pulse = None
    page = Page(await client.get("/"))
    assert re.search(r"收到诉求</dt><dd><b>1</b> 件", page.text) and "0.0 天" in page.text
    await answered(client)
    assert re.search(r"<b>1</b> 件", (await client.get("/")).text), "counted again too soon"
