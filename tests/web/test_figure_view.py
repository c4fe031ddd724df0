"""How figures are said: with their unit, honestly when a share was not reached, and small samples behind the others."""

from collections import Counter

import pytest

from feedback.rules.figure import Tally
from feedback.rules.metric import Bar
from feedback.store.cohort import By
from feedback.store.statistics import Table
from feedback.web import charts, figure_view

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"x": 30}, "30 小时"),
        ({"x": 270}, "11.2 天"),
        ({"x": 984}, "41 天"),
        ({"x": None, "x_at_least": 96}, "超过 4 天"),
        ({"x": None, "x_at_least": 5}, "超过 5 小时"),
        ({"x": 0}, "0 小时"),
        ({"x": None}, "—"),
    ],
)
def test_durations(row, words):
    assert str(figure_view.duration(row, "x")) == words


def test_shares():
    assert [figure_view.share(value) for value in (0.746, 0, 1, None)] == ["74.6%", "0.0%", "100.0%", "—"]


def tally(n, answered_after, waiting=0):
    bars = [Bar(answered_after, n - waiting, 0)] + ([Bar(99, 0, waiting)] if waiting else [])
    return Tally(Counter(received=n), bars, bars)


async def test_small_samples_are_marked_and_not_ranked(hall):
    counted = Table(
        {
            "CGJ": tally(9, 50),
            "STHJ": tally(8, 20),
            "ZJJ": tally(4, 1),
            "GAJ": tally(6, 10, waiting=5),
            None: tally(7, 3),
        },
        Tally(),
    )
    lines = figure_view.table(hall, By.BUREAU, counted)
    # Of six at GAJ one was answered after 10 hours: the median is beyond 99, however quick that one was.
    assert [(line["key"], line["place"], line["small"]) for line in lines] == [
        ("STHJ", 1, False), ("CGJ", 2, False), ("GAJ", 3, False), ("ZJJ", None, True), (None, None, False),
    ]  # fmt: skip


async def test_a_share_not_reached_is_beside_the_line(hall):
    counted = Table({"2026-11": tally(6, 10, waiting=5)}, Tally())
    points = figure_view.course(By.MONTH, counted)["durations"]["data"]["values"]
    assert [(point["share"], point["at"], point["bound"], point["words"]) for point in points] == [
        (charts.MEDIAN, "2026-11-01", True, "超过 4.1 天"), (charts.NINETY, "2026-11-01", True, "超过 4.1 天"),
    ]  # fmt: skip


async def test_heat_shows_the_busiest_first_and_shades_by_share_of_the_most(hall):
    cells = [
        {"category": "A01", "district": "D_LB", "n": 1}, {"category": "C01", "district": "D_YF", "n": 10},
        {"category": "C01", "district": "D_LB", "n": 5},
    ]  # fmt: skip
    found = figure_view.heat(hall, cells)
    assert [line["key"] for line in found["rows"]] == ["C01", "A01"]
    assert {code for code, _ in found["districts"]} == {"D_LB", "D_YF"}
    levels = {cell["district"]: cell["level"] for cell in found["rows"][0]["cells"]}
    assert levels == {"D_YF": 5, "D_LB": 3} and figure_view.heat(hall, [])["rows"] == []
