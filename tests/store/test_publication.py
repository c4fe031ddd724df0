"""Published cases are found by the words of the letter and of its answer, in a city of any size, and unpublished ones by none."""

from datetime import timedelta

import pytest

from feedback.actions import asking, finding, handling, intake
from feedback.store import cases, grams, publication, searching
from feedback.store.publication import Wanted
from tests import people
from tests.conftest import actor, at

pytestmark = pytest.mark.anyio

MONDAY = at("2026-11-23 09:00")
LATER = MONDAY + timedelta(hours=1)
"""By then the worker must have read what was answered."""


async def answered(hall, body="工地夜里打桩", answer="已经停工，噪声达标。", now=MONDAY, publish=True):
    wang, shen = await actor(hall, people.WANG), await actor(hall, people.SHEN)
    receipt = await intake.submit(hall, intake.Letter(body=body, phone=people.XIAO_LIN_PHONE, publish=publish), now=now)
    case = await handling.accept(hall, wang, await cases.get(hall.database, receipt.number), now=now)
    case = await handling.reply(hall, wang, case, finding="", answer=answer, outcome=handling.Outcome.SOLVED, now=now)
    return await handling.approve(hall, shen, case, now=now)


async def found(hall, words="", now=LATER, limit=50, **narrow):
    """The numbers of all pages."""
    after, numbers = None, []
    while True:
        rows = await publication.page(hall.database, Wanted(tuple(words.split()), **narrow), after=after, limit=limit, now=now)
        numbers += [one.number for one in rows]
        if len(rows) < limit:
            return numbers
        after = rows[-1].answered_at, rows[-1].id


@pytest.fixture
def read(hall):
    return finding.Reader(hall.database)


async def test_found_at_once_and_after_it_was_read_by_letter_and_answer(hall, read):
    case = await answered(hall)
    for moment in (MONDAY, LATER):
        for words in ("打桩", "工地夜里", "噪声达标", "夜里打桩 已经停工", "桩"):
            assert await found(hall, words, now=moment) == [case.number], (moment, words)
        for words in ("路灯", "打桩 路灯", "达标噪声", "灯", "%", "_"):
            assert await found(hall, words, now=moment) == [], (moment, words)
        await read()


async def test_the_desks_do_not_take_a_word_of_the_answer_for_one_of_the_letter(hall, read):
    await answered(hall)
    await read()
    kept = await hall.database.fetch_one("SELECT grams, published FROM case_words")
    (word,) = grams.sought(["达标"])
    assert word in kept["published"] and word not in kept["grams"]


async def test_nothing_is_kept_of_what_is_not_published(hall, read):
    secret = await answered(hall, publish=False)
    unanswered = await intake.submit(hall, intake.Letter(body="工地夜里打桩", phone=people.XIAO_LIN_PHONE, publish=True), now=MONDAY)
    await read()
    kept = await hall.database.fetch_all("SELECT case_id FROM case_words WHERE published IS NOT NULL")
    assert kept == [] and await found(hall, "打桩") == [] and secret.number != unanswered.number


async def test_in_rework_it_is_found_by_nothing_until_it_is_answered_again(hall, read):
    case = await answered(hall)
    await read()
    case = await asking.rework(hall, case, reason="昨晚又开始打桩", now=MONDAY)
    await read()
    assert await found(hall, "打桩") == [] == await found(hall, "噪声达标")
    wang, shen = await actor(hall, people.WANG), await actor(hall, people.SHEN)
    case = await handling.accept(hall, wang, case, now=MONDAY)
    case = await handling.reply(hall, wang, case, finding="", answer="罚款两万。", outcome=handling.Outcome.SOLVED, now=MONDAY)
    await handling.approve(hall, shen, case, now=MONDAY)
    await read()
    assert await found(hall, "罚款") == [case.number] and await found(hall, "噪声达标") == []


async def test_all_pages_of_years_newest_first(hall, read):
    days = [0, 1, 3, 10, 14, 29, 100, 200, 364, 500, 900]
    expected = [(await answered(hall, now=MONDAY - timedelta(days=back))).number for back in days]
    await read()
    for narrow in ({"words": "打桩"}, {"words": "打桩", "bureau": "STHJ"}, {"category": "C01", "bureau": "STHJ"}):
        for limit in (1, 2, 4, 50):
            assert await found(hall, limit=limit, **narrow) == expected, (narrow, limit)
    assert await found(hall, bureau="CGJ", category="C01") == await found(hall, "打桩", bureau="CGJ") == await found(hall, "路灯") == []


async def test_one_character_is_looked_for_in_the_newest_answers_of_a_page_and_in_all_of_a_file(hall, monkeypatch):
    first, second = await answered(hall), await answered(hall, now=MONDAY + timedelta(days=1))
    reopened = await answered(hall, now=MONDAY + timedelta(days=2))
    await asking.rework(hall, reopened, reason="又打桩了", now=MONDAY + timedelta(days=2))
    monkeypatch.setattr(searching, "NEWEST", 1)
    assert await found(hall, "桩") == [second.number]
    assert await found(hall, "桩", whole=True) == [second.number, first.number]


async def test_counted_up_to_a_limit(hall, read, monkeypatch):
    for _ in range(3):
        await answered(hall)
    await read()
    everything = (Wanted(), Wanted(bureau="STHJ"), Wanted(category="C01", bureau="STHJ"))
    assert [await publication.count(hall.database, wanted) for wanted in everything] == [3, 3, 3]
    monkeypatch.setattr(publication, "MOST", 2)
    assert [await publication.count(hall.database, wanted) for wanted in everything] == [2, 2, 2]
    assert await publication.count(hall.database, Wanted(category="C01", bureau="CGJ")) == 0
