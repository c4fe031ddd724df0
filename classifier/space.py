"""A letter as a short list of known sequences with values: the space in which every model of this package is linear."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from classifier import features, text
from classifier.features import Grams
from classifier.vocabulary import Vocabulary

Small = npt.NDArray[np.float32]
Entries = npt.NDArray[np.int64]

TITLE = 0.3
"""The title's share in a text's length: found on the public task (see README)."""
CHARACTERS = 0.6
"""Characters' share beside words'."""
_SHARES = np.sqrt(np.outer([TITLE, 1 - TITLE], [1 - CHARACTERS, CHARACTERS]).ravel())
_OFTEN = (1 + np.log(np.maximum(1, np.arange(text.READ_AT_MOST + 300)))).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Vector:
    """Known sequences of some letters by letter and segment, each once: entry (segment and id in one number), id, value."""

    entries: Entries
    ids: Entries
    values: Small
    cuts: Entries
    """Where each letter's part begins; last, where the last one ends."""


@dataclass(frozen=True, slots=True)
class Space:
    """Known sequences and how rare each is."""

    vocabulary: Vocabulary
    rarity: Small

    def entries(self, grams: Grams) -> Entries:
        """Segment and id of every sequence in one number; negative where it is unknown."""
        found = self.vocabulary.find(grams.hashes).astype(np.int64)
        return np.where(found >= 0, found + grams.segments * len(self.rarity), -1)

    def vector(self, grams: Grams) -> Vector:
        """The letters in this space; the length of each is about one, title and body in their shares."""
        return self.packed(self.entries(grams), letters=grams.letters)

    def packed(self, entries: Entries, *, letters: int = 1) -> Vector:
        """A vector of these entries: each once, worth more when it came often, every segment brought to its share."""
        ordered = entries[entries >= 0]
        ordered.sort()
        changes = np.ones(len(ordered) + 1, np.bool_)
        np.not_equal(ordered[1:], ordered[:-1], out=changes[1:-1])
        places = changes.nonzero()[0]
        distinct = ordered[places[:-1]]
        segments = distinct // max(1, len(self.rarity))
        ids = distinct - segments * len(self.rarity)
        values = self.rarity[ids] * _OFTEN[places[1:] - places[:-1]]
        square = np.asarray(np.bincount(segments, values * values, letters * features.SEGMENTS), np.float64)
        values *= _weights(square, letters)[segments]
        cuts = segments.searchsorted(np.arange(0, letters * features.SEGMENTS + 1, features.SEGMENTS))
        return Vector(distinct, ids, values, cuts)


def _weights(square: npt.NDArray[np.float64], letters: int) -> Small:
    """What brings each segment of each letter to its share, from their squared lengths."""
    said = (square > 0).reshape(letters, features.SEGMENTS)
    # Without a title (or a body) the other has the whole length.
    title, body = said[:, 0] | said[:, 1], said[:, 2] | said[:, 3]
    whole = title * TITLE + body * (1 - TITLE) + ~(title | body)
    weights: Small = (_SHARES / np.sqrt(whole[:, None] * (square.reshape(said.shape) + ~said))).astype(np.float32)
    return weights.ravel()
