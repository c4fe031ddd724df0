"""Query codes survive being read out, mistyped and pasted; case numbers carry the day."""

from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from feedback.rules import code
from feedback.rules.deadline import CITY_TIME

entropy = st.binary(min_size=7, max_size=7)


def test_a_number_carries_its_day():
    assert code.number(387, datetime(2026, 11, 22, 23, 5, tzinfo=CITY_TIME)) == "2026-1122-0387"
    assert code.is_number("2026-1122-0387") and not code.is_number("2026-1122-0387' OR 1=1")


@given(entropy)
def test_a_code_is_read_back_however_it_is_typed(random):
    shown = code.query_code(random)
    plain = shown.replace("-", "")
    assert len(plain) == 12 and code.normalised(shown) == plain
    typed = plain.lower().replace("0", "o").replace("1", "l")
    assert code.normalised(f"  {typed[:5]} {typed[5:]} ") == plain


@given(entropy, st.integers(0, 10), st.sampled_from(code.ALPHABET))
def test_a_wrong_character_is_noticed(random, place, other):
    plain = code.query_code(random).replace("-", "")
    old, new = code.ALPHABET.index(plain[place]), code.ALPHABET.index(other)
    # 0 and Z differ by 31 and are the one pair the check character cannot tell apart.
    if (old - new) % 31:
        assert code.normalised(plain[:place] + other + plain[place + 1 :]) is None


def test_what_is_no_code_is_none():
    assert (
        code.normalised("") is None
        and code.normalised("AAAA") is None
        and code.normalised("查询码查询码查询码查询") is None
    )
