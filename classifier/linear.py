"""Scores of letters from arrays alone: numpy and nothing else, since the web worker carries this and not scikit-learn."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from classifier import vocabulary
from classifier.space import Small, Space, Vector

Reals = npt.NDArray[np.float64]
Array = npt.NDArray[np.generic]


@dataclass(frozen=True, slots=True)
class Linear:
    """Weights of every known sequence for every column (a label, a kind, a yes-or-no question).

    A row of weights is stored in 8 bits with its own scale: a row of 160 columns fits into three cache lines,
    and fetching rows is what a single text costs.
    """

    space: Space
    weights: npt.NDArray[np.int8]
    scales: Small
    bias: Reals

    def scores(self, vector: Vector) -> Reals:
        """One row a letter, one score a column, unbounded; the bias alone for a letter without known sequences."""
        worth = vector.values * self.scales[vector.ids]
        result = np.empty((len(vector.cuts) - 1, len(self.bias)))
        cuts = vector.cuts.tolist()
        for letter, (first, last) in enumerate(pairwise(cuts)):
            result[letter] = worth[first:last] @ self.weights[vector.ids[first:last]].astype(np.float32)
        result += self.bias
        return result

    def arrays(self) -> dict[str, Array]:
        """Everything that has to be kept, by name."""
        return {
            "keys": self.space.vocabulary.keys, "rarity": self.space.rarity, "weights": self.weights,
            "scales": self.scales, "bias": self.bias,
        }


def from_arrays(arrays: dict[str, Array]) -> Linear:
    """The model kept in these arrays. Raises KeyError or ValueError when they do not fit together."""
    keys = arrays["keys"].astype(np.uint64, copy=False)
    known, placed = vocabulary.build(keys)
    weights, bias = arrays["weights"], arrays["bias"]
    rows = {len(arrays[name]) for name in ("keys", "rarity", "weights", "scales")}
    if len(rows) != 1 or not placed.all() or weights.shape[1:] != bias.shape or weights.dtype != np.int8:
        raise ValueError("arrays of different sizes")
    return Linear(
        Space(known, arrays["rarity"].astype(np.float32)), weights.astype(np.int8, copy=False),
        arrays["scales"].astype(np.float32), bias.astype(np.float64),
    )


def quantised(weights: npt.NDArray[np.floating]) -> tuple[npt.NDArray[np.int8], Small]:
    """Weights in 8 bits and the scale of each row."""
    scales = (np.abs(weights).max(axis=1, initial=1e-12) / 127).astype(np.float32)
    return np.rint(weights / scales[:, None]).astype(np.int8), scales
