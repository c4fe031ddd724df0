"""The same incident or not, on pairs marked by hand; groups; and the index on disk against the exact answer."""

import csv
import json
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from classifier import likeness, similar
from classifier.likeness_index import BadIndex, Index
from classifier.understanding import Understander

PAIRS = list(csv.DictReader((Path(__file__).parent / "marked" / "pairs.csv").open()))


def told_same(understander: Understander, pair: dict[str, str]) -> bool:
    one, other = (
        likeness.traits(
            understander, pair[side], place=pair[f"place_{side}"],
            day=date.fromisoformat(pair[f"date_{side}"]) if pair[f"date_{side}"] else None,
        )
        for side in ("one", "other")
    )
    return likeness.compare(one, other).probability >= similar.SAME


def f1(understander: Understander, half: str) -> float:
    pairs = [pair for pair in PAIRS if pair["half"] == half]
    found = Counter((told_same(understander, pair), pair["same"] == "1") for pair in pairs)
    return 2 * found[True, True] / (2 * found[True, True] + found[True, False] + found[False, True])


def test_the_marked_pairs_hold_what_they_promise() -> None:
    assert len(PAIRS) >= 300
    assert len({(pair["one"], pair["other"]) for pair in PAIRS}) == len(PAIRS)
    assert Counter(pair["why"] for pair in PAIRS).keys() == {"other words", "elsewhere", "other matter", "later"}
    incidents = {half: {pair["id"][:2] for pair in PAIRS if pair["half"] == half} for half in ("mend", "held")}
    assert not incidents["mend"] & incidents["held"]


def test_pairs_are_told_apart(understander: Understander) -> None:
    """Floors a little under what was measured; the figures themselves are in the classifier's README."""
    mended, held = f1(understander, "mend"), f1(understander, "held")
    print(f"pair F1: mended on {mended:.3f}, held out {held:.3f}")
    assert mended >= 0.85
    assert held >= 0.78


@pytest.mark.parametrize(("one", "other", "same"), [
    ("龙城路三号门口的路灯不亮", "龙城路3号的路灯坏了", True),
    ("龙城路三号门口的路灯不亮", "龙城路8号的路灯坏了", False),
    ("锦绣花园五栋电梯坏了", "锦绣花园5栋的电梯停了不能用", True),
    ("锦绣花园五栋电梯坏了", "锦绣花园12栋的电梯停了不能用", False),
])
def test_house_numbers_decide(understander: Understander, one: str, other: str, same: bool) -> None:
    traits = [likeness.traits(understander, text) for text in (one, other)]
    assert (likeness.compare(*traits).probability >= similar.SAME) is same


def test_months_later_is_another_incident(understander: Understander) -> None:
    days = [date(2026, 1, 5), date(2026, 1, 6), date(2026, 6, 1)]
    assert similar.groups(understander, ["龙城路三号的路灯坏了"] * 3, days=days) == [0, 0, 2]


def test_groups_and_what_is_no_letter(understander: Understander) -> None:
    texts = ["龙城路三号门前的路灯坏了三天", "", "幼儿园收费太贵", "\ud800", "龙城路3号门前路灯坏了没人修", "😀" * 50]
    found = similar.groups(understander, texts)
    assert found[4] == found[0] == 0
    assert found[2] == 2
    assert similar.groups(understander, []) == []


def test_a_letter_added_is_found_again_and_survives_reopening(tmp_path: Path) -> None:
    index = Index.open(tmp_path / "index")
    assert index.nearest("路灯坏了") == []
    for number in range(20):  # twenty additions: segments are made into one on the way
        index.add([100 + number], [f"{'甲乙丙丁戊己庚辛壬癸'[number % 10]}家村第{'一二'[number // 10]}组的水管爆了没有人修"])
    index.add([7, 8], ["文昌桥的栏杆断了一截，小孩会掉下去", ""])
    for opened in (index, Index.open(tmp_path / "index")):
        assert len(opened) == 22
        best = opened.nearest("文昌桥栏杆断了，小孩危险")
        assert best[0].id == 7
        assert best[0].likeness > 0.3
        assert opened.nearest("丙家村第二组的水管爆了没有人修", most=1)[0].id == 112
    assert len([path for path in (tmp_path / "index").iterdir() if path.is_dir()]) < 20


def test_the_search_is_bounded_for_any_text(tmp_path: Path) -> None:
    index = Index.open(tmp_path / "index")
    index.add(range(3), ["路灯坏了" * 1000, "\ud800\x00", "lamp broken 路灯"])
    for text in ("", "\x00", "\ud800", "😀", "路灯坏了" * 50_000):
        assert len(index.nearest(text)) <= 3


def test_a_folder_that_is_no_index_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "index.json").write_text(json.dumps({"format": 99, "segments": []}))
    with pytest.raises(BadIndex, match="format 99"):
        Index.open(tmp_path)
    (tmp_path / "index.json").write_text(json.dumps({"format": 1, "segments": ["gone"]}))
    with pytest.raises(BadIndex, match="build it again"):
        Index.open(tmp_path)
