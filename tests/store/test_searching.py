"""Words lead to cases: bigrams and trigrams of characters, the worker that reads them, and that nobody finds what they may not see."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.actions import dispatching, finding, handling, intake
from feedback.store import cases, grams, queues, searching
from feedback.store.filters import Narrow
from feedback.store.queues import Queue
from tests import people
from tests.conftest import actor, at

pytestmark = pytest.mark.anyio

MONDAY = at("2026-11-23 09:00")
LATER = MONDAY + timedelta(hours=1)
"""By then the worker must have read what came in."""


TRIGRAMS = {"路灯不": -519679106, "灯不亮": -519955895, "13号": -519405180, "3号楼": -519724807}
"""As they stand in the index of every city: other numbers would need another layout. Worked out beside the program: the CRC-32 of
the UTF-8 text, as one of 2 ** 20 numbers from 0xE1000000 on, which is U+E100, where no text has characters."""


def number_of(gram: str) -> int:
    """As the index has it, by hand: two UTF-16 units as one signed 32-bit integer."""
    return TRIGRAMS[gram] if len(gram) == 3 else int.from_bytes(gram.encode("utf-16-be"), "big", signed=True)


def numbers(*named: str) -> set[int]:
    return {number_of(gram) for gram in named}


def test_grams_of_a_text():
    assert grams.of("路灯不亮") == numbers("路灯", "灯不", "不亮", "路灯不", "灯不亮")
    assert grams.of("13号楼，A座") == numbers("13", "3号", "号楼", "a座", "13号", "3号楼")
    assert grams.of("１３号", "ａ座") == grams.of("13号 A座")
    assert grams.of("灯", "坏", "，。！", " ") == set()
    assert len(grams.of("𠮷𠮷", "😀😀")) == 1 and grams.of("路\ue010") == set()


def test_a_long_word_is_sought_by_trigrams_a_short_one_by_its_bigram():
    assert grams.sought(["路灯不亮", "小区", "灯"]) == numbers("路灯不", "灯不亮", "小区")
    assert grams.sought(["13号楼,a座"]) == numbers("13号", "3号楼", "a座")


@given(st.text(alphabet="路灯不亮13a，😀𠮷 ", max_size=30), st.integers(0, 30), st.integers(0, 30))
def test_a_text_has_what_is_sought_of_every_part_of_it(text, begin, end):
    assert grams.sought(text[begin:end].split()) <= grams.of(text)


def test_what_a_bigram_says_all_about():
    assert grams.exact("路灯") and grams.exact("a座")
    assert not any(grams.exact(term) for term in ("路", "路灯不", "路-", "𠮷灯", "山﨑"))


def test_marks_are_no_grams_and_windows_hold_every_later_case():
    given = {"bureaus": ["STHJ", "CGJ"], "category": "C01", "district": None, "kind": "help", "urgent": True, "handler_id": 7}
    marks, closed = (grams.marks(open=open, received_at=MONDAY, published=None, **given) for open in (True, False))
    assert all(0xE000 <= (mark & 0xFFFFFFFF) >> 16 < 0xE100 for mark in marks)
    # Two bureaus, category, kind, urgency and handler; the same while open, and that it is; eight ages and the layout.
    assert len(closed) == 6 + 8 + 1 and len(marks - closed) == 6 + 1 and closed < marks
    answers = [grams.marks(open=False, received_at=MONDAY, published=published, **given) for published in ("3 CGJ", "5 CGJ", "3 GAJ")]
    assert all(len(answer - closed) == 1 for answer in answers) and len(set.union(*answers) - closed) == 3
    for level, days in enumerate(grams.DAYS):
        window, begun = grams.newest(level, MONDAY)
        for back in range(0, (MONDAY - begun).days, 3):
            assert set(window) & set(grams.ages(MONDAY - timedelta(days=back)))
        assert set(window) & set(grams.ages(begun)) and not set(window) & set(grams.ages(begun - timedelta(seconds=1)))
        assert timedelta(days=days) <= MONDAY - begun < timedelta(days=2 * days)


async def submitted(hall, body, now=MONDAY, **fields):
    receipt = await intake.submit(hall, intake.Letter(body=body, phone=people.XIAO_LIN_PHONE, **fields), now=now)
    return await cases.get(hall.database, receipt.number)


async def found(hall, someone, typed, queue=None, now=LATER, limit=50, narrow=None):
    """The numbers of all pages."""
    asked, cursor, numbers = searching.search(typed, hall.vault), "", []
    while cursor is not None:
        rows, cursor = await queues.page(
            hall.database,
            await actor(hall, someone),
            queue,
            asked,
            cursor,
            now=now,
            limit=limit,
            narrow=narrow or Narrow(),
        )
        numbers += [case.number for case in rows]
    return numbers


@pytest.fixture
def read(hall):
    return finding.Reader(hall.database)


async def test_a_case_is_found_at_once_and_after_it_was_read(hall, read):
    case = await submitted(hall, "荣军路工地夜里打桩，13号楼听得清清楚楚", title="打桩", address="荣军路１５号")
    for moment in (MONDAY, LATER):
        for typed in (
            "打桩",
            "工地夜里",
            "荣军路 打桩",
            "荣军路15号",
            "13号楼",
            "听得清清楚楚",
            case.number,
            people.XIAO_LIN_PHONE,
            "桩",
        ):
            assert await found(hall, people.WANG, typed, now=moment) == [case.number], (moment, typed)
        for typed in ("打桩 停电", "地工", "13号楼听不清", "荣军路16号", "2026-1123-99999", people.XIAO_ZHOU_PHONE):
            assert await found(hall, people.WANG, typed, now=moment) == [], (moment, typed)
        await read()
    assert await read() == 0


async def test_a_case_is_found_by_its_district_where_the_letter_names_none(hall, read):
    case = await submitted(hall, "工地夜里打桩", address="荣军路15号", district="D_YF")
    for moment in (MONDAY, LATER):
        for typed in ("鱼峰区", "鱼峰", "鱼峰区 打桩", "峰"):
            assert await found(hall, people.WANG, typed, now=moment) == [case.number], (moment, typed)
        for typed in ("柳南区", "鱼峰区 停电", "人民政府"):
            assert await found(hall, people.WANG, typed, now=moment) == [], (moment, typed)
        await read()


async def test_part_of_a_number_leads_to_the_case(hall, read):
    case = await submitted(hall, "工地夜里打桩")
    await read()
    assert await found(hall, people.WANG, case.number[:9]) == [case.number]


async def test_what_is_not_read_yet_is_found_by_number_and_phone(hall):
    case = await submitted(hall, "工地夜里打桩")
    assert await found(hall, people.WANG, "打桩") == []
    assert (
        await found(hall, people.WANG, case.number)
        == await found(hall, people.WANG, people.XIAO_LIN_PHONE)
        == [case.number]
    )


@pytest.mark.parametrize("typed", ["07722812345", "0772-2812345", "（0772）2812345", "0772 281 2345"])
async def test_a_caller_with_a_landline_is_found_by_it(hall, typed):
    receipt = await intake.submit(hall, intake.Letter(body="工地夜里打桩", phone="07722812345"), now=MONDAY)
    assert await found(hall, people.DIAO, typed) == [receipt.number]
    assert await found(hall, people.DIAO, "0772-2812346") == []


async def test_no_word_of_a_protected_case_is_kept(hall, read):
    secret = await submitted(hall, "举报某局长受贿")
    await submitted(hall, "我家门口的路灯不亮")
    await read()
    kept = await hall.database.fetch_all("SELECT case_id FROM case_words")
    assert len(kept) == 1 and kept[0]["case_id"] != secret.id
    for someone in (people.MI, people.DIAO, people.SHI):
        assert await found(hall, someone, "受贿") == []
    assert await found(hall, people.MI, secret.number) == [secret.number]


async def test_words_open_nobody_elses_cases(hall, read):
    case = await submitted(hall, "工地夜里打桩")
    await read()
    for someone in (people.ZHU, people.LI, people.XI):
        assert await found(hall, someone, "打桩") == []
    for someone in (people.WANG, people.DIAO, people.DU):
        assert await found(hall, someone, "打桩") == [case.number]


async def test_a_case_that_moves_is_found_where_it_is(hall, read):
    wang, diao = await actor(hall, people.WANG), await actor(hall, people.DIAO)
    case = await submitted(hall, "工地夜里打桩")
    await read()
    case = await handling.give_back(hall, wang, case, reason="not_ours", propose="CGJ", basis="", now=MONDAY)
    await read()
    assert await found(hall, people.WANG, "打桩") == []
    await dispatching.dispatch(hall, diao, case, bureau="CGJ", category=None, support=[], now=MONDAY)
    await read()
    assert await found(hall, people.LI, "打桩") == [case.number]
    assert await found(hall, people.LI, "打桩", Queue.TO_ACCEPT) == [case.number]
    assert await found(hall, people.LI, "打桩", Queue.REPLIED) == []


async def test_an_answered_case_is_found_among_the_answered(hall, read):
    wang, shen = await actor(hall, people.WANG), await actor(hall, people.SHEN)
    case = await handling.accept(hall, wang, await submitted(hall, "工地夜里打桩"), now=MONDAY)
    case = await handling.reply(
        hall, wang, case, finding="", answer="已停工。", outcome=handling.Outcome.SOLVED, now=MONDAY
    )
    await handling.approve(hall, shen, case, now=MONDAY)
    await read()
    assert (
        await found(hall, people.WANG, "打桩", Queue.REPLIED) == await found(hall, people.WANG, "打桩") == [case.number]
    )
    assert await found(hall, people.WANG, "打桩", Queue.OPEN) == []
    assert await found(hall, people.DU, "", Queue.REPLIED, narrow=Narrow(category="C01")) == [case.number]
    assert await found(hall, people.DU, "", Queue.REPLIED, narrow=Narrow(category="A01")) == []


async def test_all_pages_of_years_newest_first(hall, read):
    days = [0, 0, 1, 3, 10, 13, 14, 20, 29, 100, 180, 200, 364, 500, 900]
    expected = [(await submitted(hall, "工地夜里打桩", now=MONDAY - timedelta(days=back))).number for back in days]
    expected[:2] = expected[1::-1]  # of the same moment the one with the higher id is newer
    await submitted(hall, "路灯不亮", now=MONDAY - timedelta(days=50))
    await read()
    for someone in (people.WANG, people.DU):
        for limit in (1, 2, 4, 50):
            assert await found(hall, someone, "打桩", limit=limit) == expected, (someone, limit)


async def test_filters_narrow_queues_and_searches(hall, read):
    wang = await actor(hall, people.WANG)
    case = await handling.accept(hall, wang, await submitted(hall, "工地夜里打桩"), now=MONDAY)
    other = await submitted(hall, "工地夜里打桩")
    await read()
    for narrow, expected in (
        (Narrow(handler_id=wang.person_id), [case.number]),
        (Narrow(kind="complaint", district="D_YF", category="C01", urgent=False), [case.number, other.number]),
        (Narrow(kind="help"), []), (Narrow(urgent=True), []), (Narrow(district="D_LB"), []),
    ):  # fmt: skip
        for someone in (people.WANG, people.DU):
            assert sorted(await found(hall, someone, "", Queue.OPEN, narrow=narrow)) == expected, narrow
            assert sorted(await found(hall, someone, "打桩", narrow=narrow)) == expected, narrow
            assert sorted(await found(hall, someone, "", narrow=narrow)) == expected, narrow


async def test_a_filter_finds_what_the_worker_has_not_read_and_what_it_never_reads(hall):
    case, secret = await submitted(hall, "工地夜里打桩"), await submitted(hall, "举报某局长受贿")
    assert await found(hall, people.DU, "", Queue.OPEN, narrow=Narrow(district="D_YF")) == [case.number]
    for narrow in (Narrow(kind=secret.kind), Narrow(kind=secret.kind, urgent=False)):
        assert await found(hall, people.MI, "", Queue.OPEN, narrow=narrow) == [secret.number]


async def test_a_rare_filter_is_found_behind_many_other_cases(hall, read, monkeypatch):
    monkeypatch.setattr(queues, "NEAR", 3)
    several = [await submitted(hall, "工地夜里打桩", now=MONDAY + timedelta(minutes=minute)) for minute in range(8)]
    await hall.database.execute(
        "UPDATE cases SET urgent = true WHERE id = ANY(:ids)", {"ids": [several[5].id, several[7].id]}
    )
    await read()
    assert await found(hall, people.DU, "", Queue.OPEN, narrow=Narrow(urgent=True), limit=1) == [
        several[5].number, several[7].number,
    ]  # fmt: skip


async def test_a_worker_that_begins_reads_what_it_missed_in_batches(hall, read, monkeypatch):
    monkeypatch.setattr(searching, "BATCH", 2)
    monkeypatch.setattr(finding, "BATCHES", 2)
    numbers = [(await submitted(hall, "工地夜里打桩", now=MONDAY - timedelta(days=day))).number for day in range(9)]
    turns = [await read() for _ in range(4)]
    assert turns[:3] == [4, 4, 1] and turns[3] == 0
    assert await found(hall, people.WANG, "打桩") == numbers
    numbers.append((await submitted(hall, "工地夜里打桩", now=MONDAY - timedelta(days=30))).number)
    await handling.accept(hall, await actor(hall, people.WANG), await cases.get(hall.database, numbers[0]), now=MONDAY)
    assert await read() == 2 and await read() == 0
    assert await finding.Reader(hall.database)() == 0  # another worker finds nothing left
    assert await found(hall, people.WANG, "打桩") == numbers


@pytest.mark.parametrize(
    "typed", ["%", "_", "\\", "%%", "a\0b", "💡💡", "'", "--", "𠮷野家", "啊" * 100, "1 2 3 4 5 6 7"]
)
async def test_odd_searches_find_nothing_and_break_nothing(hall, read, typed):
    await submitted(hall, "工地夜里打桩，百分之百")
    await read()
    for queue in (None, Queue.OPEN, Queue.REPLIED):
        assert await found(hall, people.WANG, typed, queue) == []
