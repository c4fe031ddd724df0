"""The shipped model on real letters it never saw (kept beside the checkout for measuring only): a floor against decay."""

import csv

import pytest

from classifier.understanding import Understander
from tests.classifier.conftest import ROOT

REAL = ROOT.parent / "shared" / "data" / "real" / "messages_labelled.csv"
OF_LETTER = {
    **dict.fromkeys("ABDEF", "城乡建设"), "C": "环境保护", **dict.fromkeys("GH", "交通运输"), "L": "教育文体",
    **dict.fromkeys("NPQ", "劳动和社会保障"), **dict.fromkeys("RT", "商贸旅游"), "M": "卫生计生",
}
"""First-level category to the seven labels of the real messages; every other category counts as wrong."""


def macro_f1(truth: list[str], told: list[str]) -> float:
    scores = []
    for label in sorted(set(truth)):
        both = sum(one == other == label for one, other in zip(truth, told, strict=True))
        scores.append(2 * both / max(1, truth.count(label) + told.count(label)))
    return sum(scores) / len(scores)


@pytest.mark.skipif(not REAL.exists(), reason="the real messages are not beside the checkout")
def test_transfer_to_real_letters(understander: Understander) -> None:
    with REAL.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))[::4]
    tops = [[OF_LETTER.get(code[0], "") for code, _ in understander.understand(row["title"], row["body"]).categories] for row in rows]
    truth = [row["label"] for row in rows]
    assert macro_f1(truth, [top[0] for top in tops]) >= 0.71
    assert sum(label in top for label, top in zip(truth, tops, strict=True)) / len(truth) >= 0.88
