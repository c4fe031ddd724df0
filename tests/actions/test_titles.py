"""A case without a title is called by what its letter says first, not by whom it greets."""

import pytest

from feedback.actions.intake import Letter, title_of


@pytest.mark.parametrize(
    ("body", "title"),
    [
        ("路灯坏了", "路灯坏了"),
        ("尊敬的领导：\n我家楼下的路灯坏了三天", "我家楼下的路灯坏了三天"),
        ("您好！请问医保怎么报销", "请问医保怎么报销"),
        ("尊敬的市领导，你们好：\n　　河里很臭", "河里很臭"),
        ("领导好，公交太挤", "公交太挤"),
        ("好几天没水了", "好几天没水了"),
        ("你们管不管噪音", "你们管不管噪音"),
        ("领导的车乱停", "领导的车乱停"),
        ("您好！", "您好！"),
        ("一" * 40, "一" * 29 + "…"),
    ],
)
def test_titles(body, title):
    assert title_of(Letter(body=body)) == title


def test_the_citizens_own_title_stays():
    assert title_of(Letter(title="噪音", body="尊敬的领导：吵")) == "噪音"
