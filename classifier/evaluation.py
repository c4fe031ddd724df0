"""How good a model of labels is on texts it has not seen: folds, macro F1, calibration, precision at coverage."""

import zlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from classifier import calibration
from classifier.labelled import Labelled
from classifier.linear import Reals

COVERAGES = (0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1.0)
Folds = npt.NDArray[np.int64]


def folds_of_groups(groups: Sequence[str], folds: int) -> Folds:
    """A fold for each row so that a group is never parted; depends on the group's name only."""
    return np.array([zlib.crc32(group.encode("utf-8", "surrogatepass")) % folds for group in groups])


def cross_validated(
    texts: Sequence[tuple[str, str]], labels: Sequence[str], folds: Folds, *, told: Callable[[str], object]
) -> tuple[tuple[str, ...], Reals]:
    """Label names, and for each text the probabilities of a model that saw the other folds only."""
    names = tuple(sorted(set(labels)))
    chances = np.zeros((len(texts), len(names)))
    for fold in sorted(set(folds.tolist())):
        inside, outside = np.flatnonzero(folds != fold).tolist(), np.flatnonzero(folds == fold).tolist()
        model = Labelled.learn([texts[one] for one in inside], [labels[one] for one in inside])
        columns = [names.index(label) for label in model.labels]
        for one in outside:
            chances[one, columns] = model.chances(*texts[one])
        told(f"fold {fold}: learned {len(inside)} texts, answered {len(outside)}")
    return names, chances


def report(names: Sequence[str], labels: Sequence[str], chances: Reals) -> dict[str, Any]:
    """Figures over pooled answers: F1, top-3 recall, per class, calibration error (15 bins), risk and coverage."""
    truth = np.array([names.index(label) for label in labels])
    order = np.argsort(-chances, axis=1, kind="stable")
    answer, certain = order[:, 0], chances.max(axis=1)
    right = answer == truth
    classes = {name: _of_class(truth == one, answer == one) for one, name in enumerate(names)}
    return {
        "texts": len(labels),
        "macro_f1": float(np.mean([one["f1"] for one in classes.values()])),
        "micro_f1": float(right.mean()),
        "top3": float((order[:, :3] == truth[:, None]).any(axis=1).mean()),
        "per_class": classes,
        "calibration": {"ece": calibration.calibration_error(certain, right), "bins": 15},
        "precision_at_coverage": calibration.coverage_at(certain, right, COVERAGES),
        "coverage_at_precision_0.97": _coverage(certain, right, precision=0.97),
    }


def _of_class(truth: npt.NDArray[np.bool_], answer: npt.NDArray[np.bool_]) -> dict[str, float]:
    both = float((truth & answer).sum())
    precision = both / max(1.0, float(answer.sum()))
    recall = both / max(1.0, float(truth.sum()))
    f1 = 2 * precision * recall / (precision + recall) if both else 0.0
    return {"precision": precision, "recall": recall, "f1": f1, "texts": int(truth.sum())}


def _coverage(certain: Reals, right: npt.NDArray[np.bool_], *, precision: float) -> float:
    """Largest share of texts that can be answered, the most certain first, at this precision."""
    return float((certain >= calibration.threshold(certain, right, precision=precision)).mean())
