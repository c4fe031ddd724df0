"""Prepared answers: placeholders filled in, strange ones told, people addressed."""

import pytest

from feedback.rules import phrasing


def test_placeholders_are_filled_and_what_is_not_known_stays_to_be_seen():
    text = "{市民称呼}您好，{地点}的路灯 {期限} 前修好。"
    assert phrasing.filled(text, {"市民称呼": "王女士", "地点": "东环大道"}) == "王女士您好，东环大道的路灯 （期限） 前修好。"
    assert phrasing.filled("｛ 地点 ｝和{ }", {"地点": "柳江"}) == "柳江和（）"


def test_only_the_listed_placeholders_are_known():
    assert phrasing.unknown("{市民称呼}{地址}{地址}{期限}{电话}") == ["地址", "电话"]
    assert phrasing.unknown("没有花括号") == []


@pytest.mark.parametrize(
    ("name", "called"),
    [("王小明", "王先生/女士"), ("李女士", "李女士"), ("欧阳娜娜", "欧阳先生/女士"), ("", "市民朋友"), ("  ", "市民朋友"), ("陈师傅", "陈师傅")],
)  # fmt: skip
def test_a_citizen_is_addressed_by_the_family_name(name, called):
    assert phrasing.called(name) == called


def test_the_longest_name_that_fits_is_mentioned_and_everybody_who_is_called_so():
    people = {1: "王工", 2: "王工程", 3: "沈科", 4: "沈科"}
    said = {"@王工程 看看": {2}, "@王工看看，@沈科也看": {1, 3, 4}, "@王工@王工程": {1, 2}, "王工，a@b.cn，@路人": set(), "@": set()}
    assert {text: phrasing.mentioned(text, people) for text in said} == said
