"""What is pointed out beside a letter, on sets marked by another hand that never saw the program: floors a little below the figures."""

import csv
import dataclasses
from collections import Counter
from pathlib import Path

from classifier import accused, place, scope, tables
from classifier.letter import Letter
from classifier.understanding import Understander

MARKED = Path(__file__).parent / "marked"


def _rows(name: str) -> list[dict[str, str]]:
    with (MARKED / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_two_matters_are_found_and_one_is_left_whole(understander: Understander) -> None:
    told: Counter[tuple[bool, bool]] = Counter()
    right = 0
    for row in _rows("matters.csv"):
        parts = understander.matters(Letter("", row["body"]))
        told[row["two"] == "1", bool(parts)] += 1
        right += row["two"] == "1" and bool(parts) and abs(parts[1].start - row["body"].index(row["cut"])) <= 3
    found = told[True, True]
    assert found / (found + told[False, True]) >= 0.88, told
    assert found / (found + told[True, False]) >= 0.64, told
    assert right / found >= 0.95


def test_the_parts_of_a_letter_make_up_the_whole(understander: Understander) -> None:
    body = "水南路晚上路灯全部不亮，已经一个星期了。另外小区里有人养狗不牵绳，咬过两个小孩。"
    first, second = understander.matters(Letter("", body))
    assert (first.start, first.end, second.end) == (0, second.start, len(body))
    assert {first.category, second.category} == {"B03", "A10"}


def test_accused_units_are_named_and_who_shall_look_into_it_is_not(understander: Understander) -> None:
    hit = vain = missed = 0
    for row in _rows("accused.csv"):
        wanted = set(filter(None, row["bureaus"].split(";")))
        found = {bureau for unit in understander.accused(Letter("", row["body"])) for bureau in unit.bureaus}
        hit, vain, missed = hit + len(found & wanted), vain + len(found - wanted), missed + len(wanted - found)
    assert hit / (hit + missed) >= 0.85
    assert hit / (hit + vain) >= 0.88


def test_nothing_a_citizen_asks_for_is_called_advertising(understander: Understander) -> None:
    told = Counter((row["scope"], str(understander.understand("", row["body"]).scope or "")) for row in _rows("scope.csv"))
    ordinary = {given: number for (marked, given), number in told.items() if not marked}
    assert sum(ordinary.values()) - ordinary[""] <= 3, ordinary
    for wanted, least in (("advertising", 22), ("test", 10), ("nonsense", 8), ("elsewhere", 15)):
        assert told[wanted, wanted] >= least, (wanted, told)


def test_without_a_table_of_names_villages_and_courts_are_still_named(liuzhou: tables.City) -> None:
    bare = dataclasses.replace(liuzhou, units={})
    found = accused.find(accused.names(bare), place.gazetteer(bare.districts), "举报大埔镇某村村支书私分征地款，法院不立案。")
    assert [one.text for one in found][-1] == "法院" and "D_LC" in found[0].bureaus


def test_another_citys_matter_is_not_elsewhere_in_that_city(liuzhou: tables.City) -> None:
    body = "南宁地铁二号线今天早上怎么又停了"
    assert scope.find(liuzhou, "", body, district=None) is scope.Scope.ELSEWHERE
    assert scope.find(dataclasses.replace(liuzhou, name="南宁市"), "", body, district=None) is None
