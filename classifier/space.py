"""A text as a short list of known sequences with values: the space in which every model of this package is linear."""

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
_SHARES = np.sqrt(np.outer([TITLE, 1 - TITLE], [1 - CHARACTERS, CHARACTERS]).ravel().astype(np.float32))
_OFTEN = (1 + np.log(np.maximum(1, np.arange(text.READ_AT_MOST + 300)))).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Vector:
    """Known sequences of one text by segment, each once: entry (segment and id in one number), id, value."""

    entries: Entries
    ids: Entries
    values: Small


@dataclass(frozen=True, slots=True)
class Space:
    """Known sequences and how rare each is."""

    vocabulary: Vocabulary
    rarity: Small

    def entries(self, grams: Grams) -> Entries:
        """Segment and id of every sequence of a text in one number; negative where it is unknown."""
        found = self.vocabulary.find(grams.hashes).astype(np.int64)
        return np.where(found >= 0, found + grams.segments * len(self.rarity), -1)

    def vector(self, grams: Grams) -> Vector:
        """The text in this space; its length is about one, title and body in their shares."""
        return self.packed(self.entries(grams))

    def packed(self, entries: Entries) -> Vector:
        """A vector of these entries: each once, worth more when it came often, every segment brought to its share."""
        ordered = np.sort(entries[entries >= 0])
        if not len(ordered):
            return Vector(ordered, ordered, np.zeros(0, np.float32))
        changes = np.empty(len(ordered) + 1, np.bool_)
        changes[0] = changes[-1] = True
        np.not_equal(ordered[1:], ordered[:-1], out=changes[1:-1])
        places = np.flatnonzero(changes)
        distinct = ordered[places[:-1]]
        size = len(self.rarity)
        cuts = np.searchsorted(distinct, np.arange(features.SEGMENTS + 1) * size).tolist()
        ids = distinct.copy()
        for segment in range(1, features.SEGMENTS):
            ids[cuts[segment] : cuts[segment + 1]] -= segment * size
        values = self.rarity[ids] * _OFTEN[np.diff(places)]
        # Without a title (or a body) the other has the whole length.
        alone = 1 / np.sqrt(1 - TITLE) if cuts[2] == 0 else 1 / np.sqrt(TITLE) if cuts[2] == cuts[4] else 1.0
        for segment in range(features.SEGMENTS):
            part = values[cuts[segment] : cuts[segment + 1]]
            if len(part):
                part *= _SHARES[segment] * np.float32(alone / np.sqrt(part @ part))
        return Vector(distinct, ids, values)
