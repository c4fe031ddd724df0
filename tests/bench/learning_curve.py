"""What labelled letters of a city's own are worth: macro F1 on held-out real messages after 0 … all of them joined the corpus.

`python -m tests.bench.learning_curve [--folds 0,1] [--out classifier/learning_curve.csv]`. The real messages have seven coarse labels;
the corpus is brought to them by its categories' first letters, and letters of all other categories are an eighth that counts as wrong.
The same regression as the city model's, the same weight as a dispatched letter's; held out are the given folds, never parted groups.
Only figures leave this file: no real message does.
"""

import argparse
import csv
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from classifier import city, corpus, features, fitting, lexicon, tables
from classifier.features import Grams
from feedback.rules.learning import WEIGHTS, Source
from tests.classifier.test_transfer import OF_LETTER, REAL, macro_f1
from tests.conftest import DATA

STEPS = (0, 100, 300, 1000, 3000, 8000)
"""8,000: all there are outside the held-out fold."""
_OTHER = "其他"
LABELS = (*sorted(set(OF_LETTER.values())), _OTHER)
_AT = {label: number for number, label in enumerate(LABELS)}


class Own:
    """The project's corpus and lexicon, brought to the seven labels."""

    def __init__(self) -> None:
        letters = [one for one in corpus.read(DATA / "corpus") if not one.boundary]
        self.documents = [features.grams(one.title, one.body) for one in letters]
        self.labels = [OF_LETTER.get(one.category[0], _OTHER) for one in letters]
        words = lexicon.terms(DATA, tables.read(DATA))
        owners = np.zeros((len(words), len(LABELS)))
        for row, word in enumerate(words):
            owners[row, _AT[OF_LETTER.get(word.category[0], _OTHER)]] = word.weight
        self.lexicon = fitting.Lexicon([features.grams("", word.text) for word in words], owners)


def told(documents: Sequence[Grams], labels: Sequence[str], weights: Sequence[float], asked: Sequence[Grams], lexicon: fitting.Lexicon | None) -> list[str]:
    """The label of each letter that is asked, by a model of the others."""
    targets = np.eye(len(LABELS))[[_AT[label] for label in labels]]
    ridge = city.RIDGE if lexicon else fitting.RIDGE
    model = fitting.fit(documents, targets, lexicon=lexicon, ridge=ridge, weights=np.array(weights)).model
    scores = [model.scores(model.space.vector(one)) for one in asked]
    return [LABELS[int(one.argmax())] for one in scores]


def measure(folds: Sequence[str]) -> list[dict[str, object]]:
    """Macro F1, pooled over these folds, with the corpus and of the messages alone."""
    with REAL.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    grams = [features.grams(row["title"], row["body"]) for row in rows]
    order = np.random.default_rng(2026).permutation(len(rows)).tolist()
    own, weight = Own(), WEIGHTS[Source.DISPATCH]
    found: dict[int, tuple[list[str], list[str], list[str]]] = {}
    for fold in folds:
        asked = [number for number in order if rows[number]["fold"] == fold]
        taught = [number for number in order if rows[number]["fold"] != fold]
        for step in STEPS:
            some = taught[:step]
            documents, labels = [grams[one] for one in some], [rows[one]["label"] for one in some]
            with_own = told(
                [*own.documents, *documents], [*own.labels, *labels], [1.0] * len(own.labels) + [weight] * len(some),
                [grams[one] for one in asked], own.lexicon,
            )  # fmt: skip
            alone = told(documents, labels, [1.0] * len(some), [grams[one] for one in asked], None) if some else []
            truth, both, single = found.setdefault(min(step, len(taught)), ([], [], []))
            truth += [rows[one]["label"] for one in asked]
            both += with_own
            single += alone
            print(f"fold {fold}: {len(some)} messages", file=sys.stderr, flush=True)
    return [
        {
            "messages": step, "with_corpus": round(macro_f1(truth, both), 3),
            "alone": round(macro_f1(truth, single), 3) if single else "", "asked": len(truth),
        }
        for step, (truth, both, single) in sorted(found.items())
    ]  # fmt: skip


def main() -> int:
    """Prints the curve and keeps its figures for the model card; says why when the messages are not there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folds", default="0,1")
    parser.add_argument("--out", type=Path, default=DATA.parent / "classifier" / "learning_curve.csv")
    given = parser.parse_args()
    if not REAL.exists():
        print(f"Skipped: {REAL.name} is not here; the real messages are kept outside the project.")
        return 0
    curve = measure(given.folds.split(","))
    with given.out.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, curve[0].keys(), lineterminator="\n")
        table.writeheader()
        table.writerows(curve)
    for row in curve:
        print(row)
    return 0


if __name__ == "__main__":
    sys.exit(main())
