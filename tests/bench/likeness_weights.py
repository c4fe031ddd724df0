"""Fits the weights of likeness on the mending halves of the marked letters and writes them: python -m tests.bench.likeness_weights"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from classifier import likeness, tables
from classifier.likeness import Traits
from classifier.understanding import Understander
from tests.classifier import marked_letters
from tests.classifier.marked_letters import Letter, Pair

ROOT = Path(__file__).resolve().parents[2]
TAMED = 3.0
"""How freely weights may grow: chosen by leaving out a sixth of the incidents in turn."""
UNTOLD = 0.2
"""What a pair counts whose aspects are taken away."""
HEAD = '''"""Weights of likeness, fitted on the mending halves of the marked letters: written by `python -m tests.bench.likeness_weights`."""

'''


def seen(understander: Understander, pairs: Sequence[Pair]) -> list[tuple[Traits, Traits]]:
    """The traits of both letters of each pair; each letter is read once."""
    letters = {one for pair in pairs for one in (pair.one, pair.other)}
    known: dict[Letter, Traits] = {one: likeness.traits(understander, one.text, place=one.place, day=one.day) for one in letters}
    return [(known[pair.one], known[pair.other]) for pair in pairs]


def fitted(found: Sequence[dict[str, float]], marked: Sequence[bool], trust: Sequence[float]) -> dict[str, float]:
    """Weight of each kind of evidence, and where it starts."""
    names = list(found[0])
    model = LogisticRegression(C=TAMED, max_iter=5000)
    model.fit(np.array([[one[name] for name in names] for one in found]), marked, sample_weight=trust)
    return {"start": round(float(model.intercept_[0]), 3)} | {name: round(float(weight), 3) for name, weight in zip(names, model.coef_[0], strict=True)}


def place(understander: Understander, pairs: Sequence[Pair]) -> dict[str, float]:
    """The weights that tell whether two letters name one place."""
    return fitted([likeness.place(*both) for both in seen(understander, pairs)], [pair.same_place for pair in pairs], [1.0] * len(pairs))


def matter(understander: Understander, pairs: Sequence[Pair]) -> dict[str, float]:
    """The weights that tell whether two letters are about one matter; they must do without aspects as well, since there are always new matters."""
    marked = [pair for pair in pairs if pair.same_matter is not None]
    both = seen(understander, marked)
    bare = [(replace(one, aspects=frozenset()), replace(other, aspects=frozenset())) for one, other in both]
    found = [likeness.matter(*pair) for pair in (*both, *bare)]
    return fitted(found, [bool(pair.same_matter) for pair in marked] * 2, [1.0] * len(both) + [UNTOLD] * len(bare))


def written(name: str, told: dict[str, float]) -> str:
    """A table of weights as code."""
    return f"{name} = {{\n" + "".join(f'    "{key}": {value},\n' for key, value in told.items()) + "}\n"


def main() -> None:
    """Fits and writes."""
    understander = Understander.load(ROOT / "classifier" / "city-model", city=tables.read(ROOT / "data"))
    half = "mend"
    pairs = [*marked_letters.pairs(half), *marked_letters.within(half), *marked_letters.misleading(half), *marked_letters.between(half), *marked_letters.strangers()]
    found = (written("PLACE", place(understander, pairs)), written("MATTER", matter(understander, pairs)))
    (ROOT / "classifier" / "likeness_weights.py").write_text(HEAD + "\n".join(found))


if __name__ == "__main__":
    main()
