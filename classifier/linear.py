"""Scores of one text from arrays alone: numpy and nothing else, since the web worker carries this and not scikit-learn."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from classifier import features, vocabulary
from classifier.features import Grams
from classifier.vocabulary import Ids, Vocabulary

Reals = npt.NDArray[np.float64]
Small = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Linear:
    """Weights of every known sequence for every column (a label, a kind, a yes-or-no question).

    A row of weights is stored in 8 bits with its own scale: 170 columns of 150,000 sequences in 26 MB, and
    a row fits into three cache lines, which is what a single text costs.
    """

    vocabulary: Vocabulary
    starts: npt.NDArray[np.int64]
    rarity: Small
    weights: npt.NDArray[np.int8]
    scales: Small
    shares: Small
    bias: Reals

    def vector(self, grams: Grams) -> tuple[Ids, Small]:
        """Known sequences of a text, each once, and their values; every block has its share of length one."""
        ids, _ = self.known(grams)
        return ids, self.values(ids)

    def known(self, grams: Grams) -> tuple[Ids, Ids]:
        """Known sequences of a text, each once and in order; and the id of every sequence, -1 if unknown."""
        found = self.vocabulary.find(grams.hashes)
        ids = np.sort(found)
        if not len(ids):
            return ids, found
        fresh = np.empty(len(ids), np.bool_)
        fresh[0] = ids[0] >= 0
        np.greater(ids[1:], ids[:-1], out=fresh[1:])
        return ids[fresh], found

    def values(self, ids: Ids) -> Small:
        """Values of these known sequences: rarity, brought to its block's share of length one."""
        values = self.rarity[ids]
        cuts = np.searchsorted(ids, self.starts)
        for block in range(features.BLOCKS):
            part = values[cuts[block] : cuts[block + 1]]
            length = float(part @ part)
            if length > 0:
                part *= self.shares[block] / np.float32(np.sqrt(length))
        return values

    def scores(self, ids: Ids, values: Small) -> Reals:
        """One score a column, unbounded; the bias alone for a text without known sequences."""
        if not len(ids):
            return self.bias.copy()
        rows = self.weights[ids].astype(np.float32)
        return self.bias + ((values * self.scales[ids]) @ rows).astype(np.float64)

    def arrays(self) -> dict[str, npt.NDArray[np.generic]]:
        """Everything that has to be kept, by name."""
        return {
            "keys": self.vocabulary.keys, "starts": self.starts, "rarity": self.rarity, "weights": self.weights,
            "scales": self.scales, "shares": self.shares, "bias": self.bias,
        }


NAMES = ("keys", "starts", "rarity", "weights", "scales", "shares", "bias")


def from_arrays(arrays: dict[str, npt.NDArray[np.generic]]) -> Linear:
    """The model kept in these arrays. Raises ValueError when they do not fit together."""
    keys = arrays["keys"].astype(np.uint64, copy=False)
    known, placed = vocabulary.build(keys)
    weights, bias = arrays["weights"], arrays["bias"]
    rows = {len(arrays[name]) for name in ("keys", "rarity", "weights", "scales")}
    if len(rows) != 1 or not placed.all() or weights.shape[1:] != bias.shape or weights.dtype != np.int8:
        raise ValueError("arrays of different sizes")
    return Linear(
        known, arrays["starts"].astype(np.int64), arrays["rarity"].astype(np.float32), weights.astype(np.int8, copy=False),
        arrays["scales"].astype(np.float32), arrays["shares"].astype(np.float32), bias.astype(np.float64),
    )


def quantised(weights: npt.NDArray[np.floating]) -> tuple[npt.NDArray[np.int8], Small]:
    """Weights in 8 bits and the scale of each row."""
    scales = (np.abs(weights).max(axis=1, initial=1e-12) / 127).astype(np.float32)
    return np.rint(weights / scales[:, None]).astype(np.int8), scales
