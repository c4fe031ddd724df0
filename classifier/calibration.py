"""From scores to probabilities that mean what they say, and to thresholds for a stated precision."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from classifier.linear import Reals


def softmax(scores: Reals) -> Reals:
    """Probabilities of one text or of many (last axis)."""
    shifted = np.exp(scores - scores.max(axis=-1, keepdims=True))
    result: Reals = shifted / shifted.sum(axis=-1, keepdims=True)
    return result


def sharpness(scores: Reals, truth: npt.NDArray[np.int64]) -> float:
    """The factor on scores under which left-out texts are least surprising (temperature scaling, Guo et al. 2017)."""
    from scipy.optimize import minimize_scalar

    def surprise(log_factor: float) -> float:
        likely = softmax(scores * np.exp(log_factor))[np.arange(len(truth)), truth]
        return float(-np.log(np.maximum(likely, 1e-12)).mean())

    found = minimize_scalar(surprise, bounds=(-1.0, 5.0), method="bounded", options={"xatol": 1e-4})
    return round(float(np.exp(found.x)), 4)


def threshold(probabilities: Reals, right: npt.NDArray[np.bool_], *, precision: float) -> float:
    """Smallest probability above which at least `precision` of the answers are right; above 1 when none is."""
    order = np.argsort(-probabilities, kind="stable")
    reached = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    good = np.flatnonzero(reached >= precision)
    return round(float(probabilities[order[good[-1]]]), 6) if len(good) else 1.01


def calibration_error(probabilities: Reals, right: npt.NDArray[np.bool_], *, bins: int = 15) -> float:
    """Expected calibration error: mean distance between stated and true frequency over equal-width bins."""
    place = np.minimum((probabilities * bins).astype(int), bins - 1)
    gaps = [
        abs(float(right[place == one].mean() - probabilities[place == one].mean())) * float((place == one).mean())
        for one in range(bins) if (place == one).any()
    ]
    return sum(gaps)


def coverage_at(probabilities: Reals, right: npt.NDArray[np.bool_], levels: Sequence[float]) -> dict[str, float]:
    """Precision of the most certain share of all answers, for each share."""
    order = np.argsort(-probabilities, kind="stable")
    return {f"{level:.2f}": float(right[order[: max(1, int(level * len(order)))]].mean()) for level in levels}
