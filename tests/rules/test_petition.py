"""Petitions by hand from the rule: when one stands open, who is one signer, what is hidden, what is alike."""

import dataclasses

import pytest

from feedback.rules import petition
from feedback.rules.petition import Petition, Status, Threshold
from tests.conftest import at

OPENED, CLOSES = at("2026-11-23 10:00"), at("2027-01-23 00:00")


def made(status=Status.OPEN, title="在河东片区增设夜班公交", **fields):
    values = dict.fromkeys((field.name for field in dataclasses.fields(Petition)), None)
    return Petition(
        **{**values, "status": status, "title": title, "public_title": title, "number": "P2026-0001", **fields}
    )


def test_open_until_the_first_moment_after_the_period():
    assert petition.standing("open", CLOSES, at("2027-01-22 23:59")) is Status.OPEN
    assert petition.standing("open", CLOSES, CLOSES) is Status.CLOSED


@pytest.mark.parametrize("stored", ["moderation", "rejected"])
def test_only_an_open_one_can_close(stored):
    assert petition.standing(stored, None, at("2030-01-01 00:00")) == stored
    assert petition.standing(stored, CLOSES, at("2030-01-01 00:00")) == stored


@pytest.mark.parametrize("status", [Status.MODERATION, Status.REJECTED, Status.CLOSED])
def test_only_an_open_one_can_be_signed(status):
    petition.demand_open(made())
    with pytest.raises(petition.NotOpen):
        petition.demand_open(made(status))


@pytest.mark.parametrize(
    "typed",
    ["13977200001", " 139 7720 0001", "139-7720-0001", "+86 13977200001", "008613977200001", "１３９７７２００００１"],
)
def test_one_phone_is_one_signer_however_typed(typed):
    assert petition.signer(typed) == "13977200001"


def test_two_phones_are_two_signers():
    assert petition.signer("8613977200001") == "13977200001"
    assert petition.signer("13977200001") != petition.signer("13977200002")
    assert petition.signer("86139772000012") == "86139772000012"  # too long: left alone, refused by the form


@pytest.mark.parametrize("reason", petition.REASONS)
def test_a_rejection_is_public_and_its_text_only_when_harmless(reason):
    assert made(Status.REJECTED, reason=reason).text_public is (reason not in petition.HIDING_REASONS)


def test_nothing_is_public_before_it_is_read():
    assert not made(Status.MODERATION).text_public
    assert Status.MODERATION not in petition.PUBLIC
    assert made().text_public and made(Status.CLOSED).text_public


def test_the_texts_that_hide_are_among_the_reasons():
    assert {"unlawful", "personal"} <= petition.HIDING_REASONS <= set(petition.REASONS)
    assert set(petition.STATUSES) == set(Status)


def test_default_thresholds_rise():
    assert [number for number, _ in petition.THRESHOLDS] == [50, 500, 2000]


def test_the_next_threshold_is_the_smallest_unreached():
    fifty, more = Threshold(50, "答复", OPENED), Threshold(500, "阅批", None)
    assert petition.next_threshold([Threshold(2000, "座谈", None), more, fifty]) is more
    assert petition.next_threshold([fifty]) is None


def test_numbers():
    assert petition.number(1, 2026) == "P2026-0001"
    assert petition.number(123456, 2026) == "P2026-123456"
    assert petition.is_number("P2026-0001") and petition.is_number(petition.number(123456, 2026))
    for wrong in ("", "2026-0001", "P2026-1", "P2026-0001\n", "p2026-0001", "P2026-00\x000"):
        assert not petition.is_number(wrong)


def test_the_same_wish_in_other_words_is_found():
    night, trees = made(), made(title="给人民广场多种几棵遮阴的树")
    assert petition.similar("河东到高铁站能不能加一条夜班公交？", [trees, night]) == [night]
    assert petition.similar("", [night]) == []
    assert petition.similar("！", [night]) == []
    assert petition.likeness("夜班公交", "希望夜班公交晚一点收车") == 1.0
