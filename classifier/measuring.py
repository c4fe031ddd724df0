"""How good the city model is on letters it did not see: what training writes into model.json and the model card shows."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from classifier import calibration
from classifier.linear import Reals

Truth = npt.NDArray[np.int64]
_PRECISIONS = (0.97, 0.95, 0.90, 0.85)


def ranked(order: Truth, truth: Truth) -> dict[str, float]:
    """Share of letters with the right answer first, and among the first three."""
    return {"top1": _share(order[:, 0] == truth), "top3": _share((order[:, :3] == truth[:, None]).any(axis=1))}


def coverage(certain: Reals, right: npt.NDArray[np.bool_]) -> dict[str, float]:
    """Share of letters that can be routed, the most certain first, at each stated precision."""
    return {f"{one:.2f}": _share(certain >= calibration.threshold(certain, right, precision=one)) for one in _PRECISIONS}


def found(score: Reals, wanted: Truth, *, level: float) -> dict[str, float]:
    """Recall and precision of a yes at this level, and the share of letters that get it."""
    told, both = score >= level, ((score >= level) & (wanted == 1)).sum()
    return {
        "recall": round(float(both / max(1, wanted.sum())), 4), "precision": round(float(both / max(1, told.sum())), 4), "share": _share(told),
    }


def macro_f1(told: Truth, truth: Truth) -> float:
    """Mean F1 of the classes that occur."""
    scores = [
        2 * ((told == one) & (truth == one)).sum() / max(1, (told == one).sum() + (truth == one).sum()) for one in np.unique(truth)
    ]
    return round(float(np.mean(scores)), 4)


def _share(right: npt.NDArray[np.bool_]) -> float:
    return round(float(right.mean()), 4) if len(right) else 0.0


def card(measured: Mapping[str, Any], about: Mapping[str, Any]) -> str:
    """The model card: what the model is, what it does on letters it did not see, and what it cannot do."""
    lines = [
        f"# City model {about.get('version', '')}", "",
        f"{about['texts']} letters, {len(about['labels'])} categories, {len(about['leads'])} leading bureaus. Automatic routing at stated precision "
        f"{about['precision']}: a letter is routed when the chance of its first bureau is at least {about['levels']['auto']:.3f}.",
        "All figures are of letters left out of training. `city` are letters of the general corpus, `boundary` letters written for the fifty hard cases.", "",
        "| figure | " + " | ".join(measured) + " |", "|---|" + "---|" * len(measured),
    ]
    first = next(iter(measured.values()))
    for name, value in first.items():
        for inner in value if isinstance(value, dict) else ("",):
            cells = [str(one[name][inner] if inner else one[name]) for one in measured.values()]
            lines.append(f"| {name} {inner} | " + " | ".join(cells) + " |")
    lines += ["", "The corpus is written, not received: expect other figures from real post, and measure them with the audit sample of the desk."]
    return "\n".join(lines) + "\n"
