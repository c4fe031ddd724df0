"""How good the city model is on letters it did not see: what training writes into model.json and card.py shows."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from classifier import calibration
from classifier.linear import Reals

Truth = npt.NDArray[np.int64]
_PRECISIONS = (0.97, 0.95, 0.90, 0.85)
_COVERAGES = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


def ranked(order: Truth, truth: Truth) -> dict[str, float]:
    """Share of letters with the right answer first, and among the first three."""
    return {"top1": _share(order[:, 0] == truth), "top3": _share((order[:, :3] == truth[:, None]).any(axis=1))}


def coverage(certain: Reals, right: npt.NDArray[np.bool_]) -> dict[str, float]:
    """Share of letters that can be routed, the most certain first, at each stated precision."""
    return {f"{one:.2f}": _share(certain >= calibration.threshold(certain, right, precision=one)) for one in _PRECISIONS}


def risk_coverage(certain: Reals, right: npt.NDArray[np.bool_]) -> dict[str, float]:
    """Share of wrong answers among the most certain share of all letters, for each share."""
    return {share: round(1 - precision, 4) for share, precision in calibration.coverage_at(certain, right, _COVERAGES).items()}


def by_category(told: Truth, truth: Truth, labels: Sequence[str]) -> dict[str, dict[str, float]]:
    """Letters, recall and precision of each category that occurs: of its own letters found, of those told to be its own right."""
    figures = {}
    for number in np.unique(truth).tolist():
        both, own, said = ((told == number) & (truth == number)).sum(), (truth == number).sum(), (told == number).sum()
        figures[labels[number]] = {
            "letters": int(own), "recall": round(float(both / own), 3), "precision": round(float(both / max(1, said)), 3),
        }
    return figures


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
