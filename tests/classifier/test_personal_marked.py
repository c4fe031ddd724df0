"""Personal data on texts written for the purpose: precision and recall of exact spans, apart for the half that was never mended on."""

import csv
from collections import Counter
from pathlib import Path

import pytest

from classifier import personal

MARKED = Path(__file__).parent / "marked" / "personal.csv"
WANTED = 0.95


def _rows(half: str) -> list[dict[str, str]]:
    with MARKED.open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["half"] == half]


def _marked(row: dict[str, str]) -> Counter[tuple[str, str]]:
    pairs = [span.split("=", 1) for span in row["spans"].split(";") if span]
    return Counter((kind, part) for kind, part in pairs)


def _tally(half: str) -> tuple[Counter[str], Counter[str], Counter[str]]:
    """By type: found rightly, found wrongly, missed."""
    right, extra, missed = Counter[str](), Counter[str](), Counter[str]()
    for row in _rows(half):
        marked = _marked(row)
        found = Counter((one.type, one.text) for one in personal.find(row["text"]))
        right.update(kind for kind, _ in (marked & found).elements())
        extra.update(kind for kind, _ in (found - marked).elements())
        missed.update(kind for kind, _ in (marked - found).elements())
    return right, extra, missed


@pytest.mark.parametrize("half", ["mend", "held"])
def test_precision_and_recall(half: str) -> None:
    right, extra, missed = _tally(half)
    for kind in personal.NAMES:
        got = right[kind]
        print(f"{half} {kind}: precision {got / (got + extra[kind]):.3f}, recall {got / (got + missed[kind]):.3f}, marked {got + missed[kind]}")
    assert right.total() / (right.total() + extra.total()) >= WANTED
    assert right.total() / (right.total() + missed.total()) >= WANTED


@pytest.mark.parametrize("half", ["mend", "held"])
def test_every_type_and_look_alikes_are_there(half: str) -> None:
    rows = _rows(half)
    assert {kind for row in rows for kind, _ in _marked(row)} == set(personal.NAMES)
    assert sum(not row["spans"] for row in rows) >= 60


@pytest.mark.parametrize(("letter", "safe"), [
    ("8 号 3 栋 502 的住户", "【门牌】 的住户"),
    ("我家在3幢602室", "我家在【门牌】"),
    ("地址：跃进路88号14-3-602", "地址：【门牌】"),
    ("楼上902漏水", "楼上【门牌】漏水"),
    ("工单2026-1122-0387", "工单2026-1122-0387"),
])
def test_doors_are_redacted(letter: str, safe: str) -> None:
    assert personal.redact(letter) == safe
