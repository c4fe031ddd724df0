"""From scores to probabilities that mean what they say, and to thresholds for a stated precision."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from classifier.linear import Reals

JUDGED = 3000
"""Left-out texts by which certainty is chosen: three numbers need no more."""
ENOUGH = 40
"""Left-out letters from which on an answer may have its own threshold; with fewer it would be chance."""


@dataclass(frozen=True, slots=True)
class Certainty:
    """How scores become probabilities: each, lifted by `floor` above zero, to this power, as a share of them all.

    A power law and not the usual softmax: ridge scores of a text that is plain reach 1, of a text that is unlike
    anything seen 0.2, and on left-out texts the exponential was far too sure of the former (surprise 2.10, here 1.70).
    Where labels come in families (the groups of categories), a family's whole share speaks, to the power `kin`, for each of its members:
    three weak answers about schools say more for schools than one middling answer about something else.
    """

    power: float
    floor: float
    kin: float = 0.0

    def chances(self, scores: Reals, families: Reals | None = None) -> Reals:
        """Probabilities of one text or of many (last axis); `families` (labels × families) holds 1 where a label belongs."""
        raised = np.log(np.maximum(scores, 0) + self.floor) * self.power
        shares: Reals = np.exp(raised - np.maximum.reduce(raised, axis=-1, keepdims=True))
        shares /= np.add.reduce(shares, axis=-1, keepdims=True)
        if families is not None and self.kin:
            shares *= ((shares @ families) ** self.kin) @ families.T
            shares /= np.add.reduce(shares, axis=-1, keepdims=True)
        return shares


def certainty(scores: Reals, truth: npt.NDArray[np.int64], families: Reals | None = None) -> Certainty:
    """The certainty under which left-out texts are least surprising."""
    from scipy.optimize import minimize

    every = slice(None, None, 1 + len(scores) // JUDGED)
    scores, truth = scores[every], truth[every]

    def tried(logs: npt.NDArray[np.float64]) -> Certainty:
        return Certainty(float(np.exp(logs[0])), float(np.exp(logs[1])), float(logs[2]) if families is not None else 0.0)

    def surprise(logs: npt.NDArray[np.float64]) -> float:
        likely = tried(logs).chances(scores, families)[np.arange(len(truth)), truth]
        return float(-np.log(np.maximum(likely, 1e-12)).mean())

    first = [1.0, -3.0] if families is None else [1.0, -3.0, 0.2]
    found = minimize(surprise, first, method="Nelder-Mead", options={"maxiter": 120, "xatol": 1e-3, "fatol": 1e-6})
    # Bounded, so that a handful of copies, which vouch for nothing, still leave the best label the likeliest.
    power, floor = np.clip(np.exp(found.x[:2]), (0.5, 1e-4), (50.0, 0.5))
    return Certainty(round(float(power), 4), round(float(floor), 6), round(float(np.clip(tried(found.x).kin, 0, 1)), 4))


def threshold(probabilities: Reals, right: npt.NDArray[np.bool_], *, precision: float) -> float:
    """Smallest probability above which at least `precision` of the answers are right; above 1 when none is."""
    order = np.argsort(-probabilities, kind="stable")
    reached = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    good = np.flatnonzero(reached >= precision)
    return round(float(probabilities[order[good[-1]]]), 6) if len(good) else 1.01


def raised(
    probabilities: Reals, right: npt.NDArray[np.bool_], *, told: npt.NDArray[np.int64], common: float, precision: float
) -> dict[int, float]:
    """Thresholds above the common one, for those answers that are right less often than stated at the common one.

    Never below it: on halves of the corpus, own lower thresholds missed the stated precision (0.888 instead of 0.90), own higher ones kept it.
    """
    own = {}
    for answer in np.unique(told):
        rows = told == answer
        if rows.sum() >= ENOUGH:
            own[int(answer)] = threshold(probabilities[rows], right[rows], precision=precision)
    return {answer: level for answer, level in own.items() if level > common}


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
