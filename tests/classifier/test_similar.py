"""The same incident or not, on pairs marked by hand; groups; and the index on disk against the exact answer."""

import json
from collections import Counter
from datetime import date
from itertools import combinations
from pathlib import Path

import pytest

from classifier import likeness, similar
from classifier.likeness_index import BadIndex, Index
from classifier.likeness_weights import MATTER, PLACE
from classifier.understanding import Understander
from tests.bench.likeness_weights import seen
from tests.classifier import marked_letters


def f1(understander: Understander, pairs: list[marked_letters.Pair]) -> tuple[float, float, float]:
    """F1, precision and recall of what is told to be one incident."""
    found = Counter(
        (likeness.compare(one, other).probability >= similar.SAME, pair.same)
        for pair, (one, other) in zip(pairs, seen(understander, pairs), strict=True)
    )
    right, wrong, missed = found[True, True], found[True, False], found[False, True]
    return 2 * right / (2 * right + wrong + missed), right / (right + wrong), right / (right + missed)


def test_the_marked_letters_hold_what_they_promise() -> None:
    for name, hard in (("pairs.csv", {"elsewhere", "other matter", "later"}), ("incidents.csv", {"elsewhere", "other matter", "other house", "later"})):
        halves = {half: marked_letters.rows(name, half) for half in ("mend", "held")}
        assert all(hard <= {row["why"] for row in rows} for rows in halves.values())
        assert len([*halves["mend"], *halves["held"]]) >= 300
    assert not set(marked_letters.incidents("mend")) & set(marked_letters.incidents("held"))
    texts = [one for half in ("mend", "held", "fresh") for letters in marked_letters.incidents(half).values() for _, one in letters]
    assert len(set(texts)) == len(texts)


@pytest.mark.parametrize(("half", "floor", "floor_of_old"), [("mend", 0.88, 0.91), ("held", 0.80, 0.81), ("fresh", 0.68, None)])
def test_pairs_are_told_apart(understander: Understander, half: str, floor: float, floor_of_old: float | None) -> None:
    """Floors a little under what was measured; the figures themselves are in the classifier's README."""
    found = f1(understander, list(marked_letters.within(half)))
    print(f"{half}: incidents F1, precision, recall {found}")
    assert found[0] >= floor
    if floor_of_old is not None:
        old = f1(understander, list(marked_letters.pairs(half)))
        print(f"{half}: pairs.csv F1, precision, recall {old}")
        assert old[0] >= floor_of_old


@pytest.mark.parametrize(("half", "floor"), [("mend", 0.88), ("held", 0.78), ("fresh", 0.70)])
def test_letters_are_grouped_without_chains(understander: Understander, half: str, floor: float) -> None:
    """Pairs within groups against pairs within incidents, over all letters of a half at once; a letter written to mislead stands alone."""
    letters = [(name if why == "same" else f"{name} {number}", one) for name, some in marked_letters.incidents(half).items() for number, (why, one) in enumerate(some)]
    letters.sort(key=lambda known: known[1].text)  # those of one incident do not come one after the other
    groups = similar.groups(understander, [one.text for _, one in letters], places=[one.place for _, one in letters], days=[one.day for _, one in letters])
    together = Counter(
        (groups[first] == groups[second], letters[first][0] == letters[second][0]) for first, second in combinations(range(len(letters)), 2)
    )
    score = 2 * together[True, True] / (2 * together[True, True] + together[True, False] + together[False, True])
    print(f"{half}: groups F1 {score:.3f}")
    assert score >= floor
    assert max(Counter(groups).values()) <= 6  # an incident has at most four letters


def test_one_weak_link_makes_no_chain(understander: Understander) -> None:
    texts = [
        "胜利路的路灯坏了三天没人修", "胜利路路灯不亮，晚上摸黑走路", "胜利路的路灯坏了，胜利路还有个井盖破了", "胜利路的井盖破了一个洞，没有人管", "胜利路井盖坏了，差点踩进去",
    ]
    groups = similar.groups(understander, texts)
    assert groups[0] == groups[1] != groups[3] == groups[4]


def test_the_weights_are_those_of_the_marked_letters(understander: Understander) -> None:
    """Each kind of evidence has its weight, and names more often than not say the same place."""
    one, other = (likeness.traits(understander, text) for text in ("龙城路三号的路灯坏了", "龙城路的路灯不亮"))
    assert set(likeness.place(one, other)) | {"start"} == set(PLACE)
    assert set(likeness.matter(one, other)) | {"start"} == set(MATTER)
    assert PLACE["site_shared"] > 0 > PLACE["numbers_differ"]


@pytest.mark.parametrize(("one", "other", "same"), [
    ("龙城路三号门口的路灯不亮", "龙城路3号的路灯坏了", True),
    ("龙城路三号门口的路灯不亮", "龙城路8号的路灯坏了", False),
    ("锦绣花园五栋电梯坏了", "锦绣花园5栋的电梯停了不能用", True),
    ("锦绣花园五栋电梯坏了", "锦绣花园12栋的电梯停了不能用", False),
    ("锦绣花园停水两天了", "我住锦绣花园12栋，停水第二天了", True),
    ("荣军路和东环大道路口的红绿灯坏了", "东环大道与荣军路交叉口信号灯不亮", True),
    ("荣军路和东环大道路口的红绿灯坏了", "荣军路和驾鹤路路口的红绿灯坏了", False),
    ("25路公交车等了四十分钟不来", "38路公交车等了四十分钟不来", False),
    ("第十五中学的食堂吃出虫子", "第二十五中学的食堂吃出虫子", False),
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
