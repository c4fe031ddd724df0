"""A row of another system's table: which are taken, how their dates are read, and why the others are refused."""

from datetime import UTC, datetime

import pytest

from feedback.rules import history
from feedback.rules.history import Refused, WrongColumns
from feedback.rules.record import Kind
from tests.conftest import at

NOW = at("2026-11-23 09:00")
GOOD = {
    "id": "7", "date": "2019-04-25 09:32:09", "title": "路灯", "body": "路灯不亮", "reply": "已修好",
    "reply_date": "2019-05-10 15:00:00",
}  # fmt: skip


def test_a_whole_row():
    message = history.message({**GOOD, "kind": "投诉", "address": " 东环大道 "}, now=NOW)
    assert message.received_at == at("2019-04-25 09:32:09") and message.answered_at == at("2019-05-10 15:00")
    assert (message.id, message.kind, message.address, message.district) == ("7", Kind.COMPLAINT, "东环大道", "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2019-04-25 09:32:09", "2019-04-25 09:32:09"),
        ("2019-04-25T09:32:09.500", "2019-04-25 09:32:09"),
        ("2019/4/5 9:32", "2019-04-05 09:32"),
        ("2019.4.5", "2019-04-05 00:00"),
        ("2019年4月5日", "2019-04-05 00:00"),
        ("2019年4月5日 9时30分", "2019-04-05 09:30"),
        ("2019年4月5日9时30分15秒", "2019-04-05 09:30:15"),
        ("2019-04-25T01:32:09Z", "2019-04-25 09:32:09"),
        ("2019-04-25 02:32:09+01:00", "2019-04-25 09:32:09"),
        ("2019-04-24T23:02:09-0230", "2019-04-25 09:32:09"),
    ],
)
def test_dates_as_people_write_them(text, expected):
    assert history.moment(text) == at(expected)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "昨天",
        "2019-13-01",
        "2019-02-30",
        "25/04/2019",
        "43580",
        "2019-04-25 25:00",
        "0001-01-01",
        "2019-04-25 09:00 +99:00",
    ],
)
def test_dates_nobody_can_read(text):
    with pytest.raises(ValueError):
        history.moment(text)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"body": "  \n"}, "没有正文"),
        ({"reply": ""}, "没有答复"),
        ({"id": ""}, "没有编号"),
        ({"date": ""}, "没有来信时间"),
        ({"date": "昨天"}, "来信时间看不懂：昨天"),
        ({"reply_date": "2019-04-25 09:32:08"}, "答复时间早于来信时间"),
        ({"reply_date": "2026-11-23 09:01"}, "答复时间在将来"),
        ({"body": "长" * 5001}, "正文有 5001 个字，最多 5000 个"),
        ({"title": "长" * 101}, "标题有 101 个字，最多 100 个"),
        ({"reply": "a\0b"}, "答复里有无法保存的字符"),
        ({"body": "a\ud800b"}, "正文里有无法保存的字符"),
        ({"kind": "闲聊"}, "没有这种诉求类型：闲聊"),
    ],
)
def test_rows_that_are_refused_and_why(change, reason):
    with pytest.raises(Refused) as refused:
        history.message({**GOOD, **change}, now=NOW)
    assert str(refused.value) == reason


def test_answered_at_once_is_possible():
    message = history.message({**GOOD, "reply_date": GOOD["date"]}, now=NOW)
    assert message.answered_at == message.received_at


def test_columns_called_like_fields_need_no_mapping():
    header = ["id", "date", "title", "body", "reply", "reply_date", "note"]
    assert history.columns(header, {}) == {name: name for name in header[:-1]}


def test_a_mapping_names_the_columns_and_wins():
    header = ["留言编号", "date", "body", "reply", "reply_date", "回复时间"]
    found = history.columns(header, {"留言编号": "id", "回复时间": "reply_date"})
    assert found["id"] == "留言编号" and found["reply_date"] == "回复时间" and found["body"] == "body"
    swapped = history.columns(
        ["id", "date", "body", "reply", "reply_date", "other"], {"date": "reply_date", "reply_date": "date"}
    )
    assert swapped["date"] == "reply_date" and swapped["reply_date"] == "date"


@pytest.mark.parametrize(
    ("header", "mapping", "words"),
    [
        (["id", "date", "body"], {}, "缺少这些列：reply（答复）、reply_date（答复时间）"),
        (["id", "date", "body", "reply", "reply_date"], {"编号": "id"}, "文件里没有“编号”这一列"),
        (["id", "date", "body", "reply", "reply_date"], {"body": "text"}, "“text”不是可用的字段"),
        (["id", "date", "body", "reply", "reply_date"], {"date": "reply_date"}, "缺少这些列：date（来信时间）"),
    ],
)
def test_tables_that_cannot_be_imported(header, mapping, words):
    with pytest.raises(WrongColumns, match=words):
        history.columns(header, mapping)


def test_utc_is_told():
    assert history.moment("2019-04-25T01:32:09Z") == datetime(2019, 4, 25, 1, 32, 9, tzinfo=UTC)
