"""Personal data: exact spans, and refusal of what only looks like it."""

from itertools import pairwise

import pytest

from classifier import corpus, personal
from tests.classifier.conftest import DATA


@pytest.mark.parametrize(("letter", "kind", "part"), [
    ("请打13877201234", "phone", "13877201234"),
    ("手机 138-7720-1234 谢谢", "phone", "138-7720-1234"),
    ("打１３８７７２０１２３４", "phone", "１３８７７２０１２３４"),
    ("打①③⑧⑦⑦②⓪①②③④", "phone", "①③⑧⑦⑦②⓪①②③④"),
    ("打𝟏𝟑𝟖𝟕𝟕𝟐𝟎𝟏𝟐𝟑𝟒", "phone", "𝟏𝟑𝟖𝟕𝟕𝟐𝟎𝟏𝟐𝟑𝟒"),
    ("电话0772-2830046", "landline", "0772-2830046"),
    ("身份证11010519491231002X", "id_card", "11010519491231002X"),
    ("护照号E12345678丢了", "passport", "E12345678"),
    ("桂B·8K7M2停在盲道上", "plate", "桂B·8K7M2"),
    ("卡 6222 0000 0000 0009 到账", "bank_card", "6222 0000 0000 0009"),
    ("邮箱 xiao_lin@163.com", "email", "xiao_lin@163.com"),
    ("微信 xiaolin_88 联系", "wechat", "xiaolin_88"),
    ("QQ号123456789", "qq", "123456789"),
    ("家住5栋2单元301，楼上漏水", "address_room", "5栋2单元301"),
    ("我叫韦小林，家里停水", "name", "韦小林"),
])
def test_found_exactly(letter: str, kind: str, part: str) -> None:
    found = [one for one in personal.find(letter) if one.type == kind]
    assert [one.text for one in found] == [part]
    assert letter[found[0].start : found[0].end] == part


@pytest.mark.parametrize("letter", [
    "案件编号20260930123456789", "工单号 450202202609300001 一直没人管", "花了13800.50元", "2026年9月30日下午3点", "坐13路、2路公交车",
    "根据第38条第2款", "要求：①修路灯；②清垃圾；③答复", "①②③④⑤⑥⑦⑧⑨⑩⑪", "价格12345元", "欠款1387720123元", "电表读数 123456", "我叫他不要停车", "找公司也没有用",
    "A12栋楼旁边", "小区3栋2022年交房", "12345热线打不通",
])
def test_look_alikes_are_left_alone(letter: str) -> None:
    assert personal.find(letter) == ()


def test_a_wrong_check_digit_is_no_card() -> None:
    assert not [one for one in personal.find("编号110105194912310021") if one.type == "id_card"]
    assert not [one for one in personal.find("号6222000000000001") if one.type == "bank_card"]


def test_redacted_text_says_what_was_there() -> None:
    assert personal.redact("我叫韦小林，电话13877201234。") == "我叫【姓名】，电话【电话】。"


def test_spans_never_overlap_even_in_noise() -> None:
    found = personal.find("13877201234" * 50 + "5栋2单元301室 桂B12345 a@b.cn " * 200)
    assert all(one.end <= other.start for one, other in pairwise(found))


def test_on_the_marked_corpus() -> None:
    """A floor against decay. The patterns were written with these letters in sight: it is no measure of strangers' texts."""
    right = extra = missed = 0
    for letter in corpus.read(DATA / "corpus"):
        full = f"{letter.title}\n{letter.body}" if letter.title else letter.body
        marked, found = set(letter.personal_data), {(one.type, one.text) for one in personal.find(full)}
        right, extra, missed = right + len(marked & found), extra + len(found - marked), missed + len(marked - found)
    assert right / (right + extra) >= 0.93
    assert right / (right + missed) >= 0.85
