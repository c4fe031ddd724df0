"""Which column is which field, and what an unanswered row must hold: by hand from spreadsheets of 12345 hotlines."""

import pytest

from feedback.rules import hotline
from feedback.rules.history import Refused
from feedback.rules.record import Kind
from tests.conftest import at

NOW = at("2026-11-23 12:00")
ROW = {"id": "LZ-1", "date": "2026-11-20 09:30", "body": "东环大道夜里打桩", "kind": "投诉", "phone": "139 7720-0001", "name": "林女士"}


def test_the_usual_names_are_guessed():
    header = ["序号", "工单编号", "来电时间", "诉求内容", "承办单位", "办理结果", "办结时间", "来电人", "来电号码", "备注"]
    assert hotline.guess(header) == {
        "工单编号": "id", "来电时间": "date", "诉求内容": "body", "承办单位": "bureau", "办理结果": "reply", "办结时间": "reply_date",
        "来电人": "name", "来电号码": "phone",
    }  # fmt: skip


def test_names_with_more_around_them_are_guessed_after_the_exact_ones():
    assert hotline.guess(["市民诉求内容（必填）", "内容", "登记时间*", "id"]) == {"内容": "body", "登记时间*": "date", "id": "id"}
    assert hotline.guess(["市民诉求内容", "甲"]) == {"市民诉求内容": "body"}
    assert hotline.guess([]) == {}


def test_a_row_with_an_answer_and_its_date_is_history():
    assert hotline.answered({"reply": "已处理", "reply_date": "2026-11-21"})
    assert not hotline.answered({"reply": "已处理", "reply_date": " "})
    assert not hotline.answered({})


def test_an_unanswered_row():
    one = hotline.incoming(ROW, now=NOW)
    assert (one.id, one.received_at, one.kind, one.name, one.phone) == (
        "LZ-1", at("2026-11-20 09:30"), Kind.COMPLAINT, "林女士", "13977200001",
    )  # fmt: skip
    assert hotline.incoming({**ROW, "kind": ""}, now=NOW).kind is None


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"id": " "}, "没有编号"),
        ({"body": ""}, "没有正文"),
        ({"date": "昨天"}, "看不懂"),
        ({"date": "2026-11-24"}, "将来"),
        ({"date": "2026-08-24"}, "90 天"),
        ({"kind": "表彰"}, "没有这种"),
        ({"body": "字" * 5001}, "最多"),
        ({"title": "坏\0"}, "无法保存"),
    ],
)
def test_what_is_refused_says_why(change, why):
    with pytest.raises(Refused, match=why):
        hotline.incoming({**ROW, **change}, now=NOW)


@pytest.mark.parametrize(
    ("cell", "phone"),
    [
        ("13977200001", "13977200001"),
        ("139-7720-0001", "13977200001"),
        ("１３９７７２０ ０００１", "13977200001"),
        ("+86 13977200001", "13977200001"),
        ("+8613977200001", "13977200001"),
        ("008613977200001", "13977200001"),
        ("013977200001", "13977200001"),
        ("13977200001/13977200002", "13977200001"),
        ("13977200001 13977200002", "13977200001"),
        ("0772-2812345转8012、13977200002（女儿）", "13977200002"),
        ("0772-2812345", "07722812345"),
        ("（0772）2812345", "07722812345"),
        ("010 6552 9999", "01065529999"),
        ("0772-281-2345", "07722812345"),
        ("6552 9999", ""),  # may as well be two extensions
        ("2812345转801", "2812345"),
        ("匿名", ""),
        ("12345", ""),
        ("1397720", "1397720"),
        ("139772000011", ""),
    ],
)
def test_a_cell_with_a_phone_gives_one_phone_and_never_a_piece_of_two(cell, phone):
    assert hotline.incoming({**ROW, "phone": cell}, now=NOW).phone == phone
