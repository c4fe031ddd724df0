"""File names as they may be shown, and how much a case may hold."""

import pytest

from feedback.rules import attachment
from feedback.rules.attachment import Format, TooMuch


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("现场.jpg", "现场.jpg"),
        ("../../etc/passwd", "passwd"),
        (r"C:\Users\林\照片 1.png", "照片 1.png"),
        (".htaccess", "htaccess"),
        ("a\r\nSet-Cookie: x.jpg", "aSet-Cookie_ x.jpg"),
        ("gpj.exe\u202etxt.jpg", "gpj.exetxt.jpg"),  # U+202E turns what follows around on screen
        ('a"b;c.pdf', "a_b_c.pdf"),
        ("\ud800.jpg", "jpg"),
        ("x" * 200 + ".jpeg", "x" * 75 + ".jpeg"),
        ("没有扩展名" * 40, ("没有扩展名" * 40)[:80]),
        ("", ""),
    ],
)
def test_a_name_as_it_may_be_shown(sent, shown):
    assert attachment.cleaned(sent) == shown
    assert len(shown) <= attachment.NAME


def test_without_an_ending_a_name_promises_nothing_but_is_no_text():
    assert attachment.fits("image", Format.JPEG) and not attachment.fits("image", Format.TEXT)
    assert attachment.ending("a.JPG") == "jpg" and attachment.ending(".jpg") == "" and attachment.ending("a") == ""
    assert attachment.named("合同.v2", Format.PDF) == "合同.v2.pdf"


def test_bytes_in_words():
    assert [attachment.weight(size) for size in (1, 880_640, 1 << 20, 2_516_582)] == ["1 KB", "860 KB", "1.0 MB", "2.4 MB"]


@pytest.mark.parametrize(
    ("mine", "all", "size", "citizen", "room"),
    [(30, 60, 100 << 20, True, True), (31, 31, 0, True, False), (31, 31, 0, False, True), (0, 61, 0, False, False),
     (0, 1, (100 << 20) + 1, False, False)],
)  # fmt: skip
def test_a_case_has_room_for_so_much(mine, all, size, citizen, room):
    if room:
        attachment.demand_room(mine, all, size, citizen=citizen)
    else:
        with pytest.raises(TooMuch):
            attachment.demand_room(mine, all, size, citizen=citizen)


def test_every_reason_for_taking_a_file_away_is_told_in_words():
    assert [one.chinese for one in attachment.Withdrawal] == ["违法或有害内容", "他人隐私", "发错了"]
