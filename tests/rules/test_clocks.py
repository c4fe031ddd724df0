"""Three clocks: nobody is charged with hours that others spent."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.rules import clocks
from feedback.rules.clocks import Assignment, Holding, Segment, Share, Span
from feedback.rules.deadline import CITY_TIME

START = datetime(2026, 11, 23, 8, tzinfo=CITY_TIME)


def h(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def bar(result: clocks.Clocks) -> list[tuple[str, str, float]]:
    return [(piece.who, piece.kind.value, piece.hours) for piece in result.picture]


def test_a_returned_case_charges_each_bureau_its_own_hours():
    result = clocks.measure(
        [Span(h(0), h(60))],
        assignments=[Assignment("CGJ", Share.LEAD, h(2), h(12)), Assignment("STHJ", Share.LEAD, h(15), h(60))],
        pauses=[Span(h(20), h(30))],
        now=h(100),
    )
    assert bar(result) == [
        ("", "dispatching", 2), ("CGJ", "held", 10), ("", "dispatching", 3),
        ("STHJ", "held", 5), ("", "waiting", 10), ("STHJ", "held", 30),
    ]  # fmt: skip
    assert [(own.bureau, own.hours, own.running) for own in result.bureaus] == [("CGJ", 10, False), ("STHJ", 35, False)]
    assert (result.citizen_first, result.citizen, result.legal, result.legal_running) == (60, 60, 50, False)


def test_an_open_case_runs_until_now():
    result = clocks.measure([Span(h(0))], assignments=[Assignment("CGJ", Share.LEAD, h(1))], pauses=[], now=h(5))
    assert bar(result) == [("", "dispatching", 1), ("CGJ", "held", 4)]
    assert (result.citizen_first, result.citizen, result.legal, result.legal_running) == (None, 5, 5, True)
    assert result.bureaus[0].running


def test_the_legal_clock_stands_still_while_the_citizen_is_asked():
    result = clocks.measure(
        [Span(h(0))], assignments=[Assignment("CGJ", Share.LEAD, h(0))], pauses=[Span(h(3))], now=h(9)
    )
    assert (result.citizen, result.legal, result.legal_running) == (9, 3, False)
    assert result.bureaus[0].hours == 3


def test_a_contested_refusal_goes_on_with_its_round_and_the_time_between_belongs_to_nobody():
    result = clocks.measure(
        [Span(h(0), h(10)), Span(h(50), again=True)], assignments=[Assignment("CGJ", Share.LEAD, h(52))], pauses=[], now=h(60)
    )
    assert bar(result) == [("", "dispatching", 10), ("", "answered", 40), ("", "dispatching", 2), ("CGJ", "held", 8)]
    assert (result.legal, result.legal_running) == (20, True)


def test_rework_is_a_new_round_and_the_time_between_belongs_to_nobody():
    result = clocks.measure(
        [Span(h(0), h(10)), Span(h(50), h(56))],
        assignments=[Assignment("CGJ", Share.LEAD, h(0), h(10)), Assignment("CGJ", Share.LEAD, h(51), h(56))],
        pauses=[],
        now=h(99),
    )
    assert bar(result) == [("CGJ", "held", 10), ("", "answered", 40), ("", "dispatching", 1), ("CGJ", "held", 5)]
    assert (result.citizen_first, result.citizen, result.legal) == (10, 56, 6)
    assert result.bureaus[0].hours == 15


def test_an_assignment_left_open_stops_with_the_answer():
    result = clocks.measure(
        [Span(h(0), h(10))], assignments=[Assignment("CGJ", Share.LEAD, h(0))], pauses=[Span(h(12))], now=h(99)
    )
    assert result.picture == (Segment("CGJ", Holding.HELD, h(0), h(10), 10),)
    assert (result.bureaus[0].hours, result.bureaus[0].running) == (10, False)
    assert result.legal == 10


def test_support_has_a_clock_but_no_place_in_the_bar():
    result = clocks.measure(
        [Span(h(0), h(10))],
        assignments=[Assignment("CGJ", Share.LEAD, h(0), h(10)), Assignment("GAJ", Share.SUPPORT, h(4), h(10))],
        pauses=[],
        now=h(10),
    )
    assert bar(result) == [("CGJ", "held", 10)]
    assert [(own.bureau, own.role.value, own.hours) for own in result.bureaus] == [
        ("CGJ", "lead", 10),
        ("GAJ", "support", 6),
    ]


def test_a_case_just_received_has_an_empty_bar():
    result = clocks.measure([Span(h(0))], assignments=[], pauses=[], now=h(0))
    assert (result.picture, result.citizen) == ((), 0)


def test_every_piece_has_a_chinese_title():
    assert set(clocks.TITLES) == set(Holding)


def test_a_case_has_a_round():
    with pytest.raises(ValueError, match="一轮"):
        clocks.measure([], assignments=[], pauses=[], now=h(0))


@given(st.lists(st.integers(0, 100), min_size=2, max_size=12, unique=True), st.booleans(), st.integers(100, 150))
def test_the_pieces_add_up_to_the_citizens_clock(cuts: list[int], pausing: bool, end: int):
    edges = sorted(cuts)
    leads = [Assignment(f"B{a}", Share.LEAD, h(a), h(b)) for a, b in zip(edges[::2], edges[1::2], strict=False)]
    pauses = [Span(h(edges[0]), h(edges[-1]))] if pausing else []
    result = clocks.measure([Span(h(0))], assignments=leads, pauses=pauses, now=h(end))
    assert sum(piece.hours for piece in result.picture) == pytest.approx(result.citizen)
    held = sum(piece.hours for piece in result.picture if piece.kind is Holding.HELD)
    assert held == pytest.approx(sum(own.hours for own in result.bureaus))
    waiting = sum(piece.hours for piece in result.picture if piece.kind is Holding.WAITING)
    assert result.legal == pytest.approx(result.citizen - waiting)
