"""The sequences a model knows, found by their number without a loop: each has one of two possible slots in a table."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from classifier.features import Hashes

Ids = npt.NDArray[np.int32]

_ROOM = 6
"""Slots for each sequence: at six about one sequence in two hundred finds both of its slots taken and is left out."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Known sequences in order of block and number, and the table that finds them."""

    keys: Hashes
    slots: Ids

    def find(self, hashes: Hashes) -> Ids:
        """The id of each number, -1 where it is unknown."""
        if not len(self.keys):
            return np.full(len(hashes), -1, np.int32)
        mask = np.uint64(len(self.slots) - 1)
        first = self.slots[hashes & mask]
        missed = (self.keys[first] != hashes).nonzero()[0]
        if len(missed):
            left = hashes[missed]
            second = self.slots[(left >> np.uint64(32)) & mask]
            first[missed] = np.where(self.keys[second] == left, second, -1)
        return first


def _firsts(slots: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Places in the array where a value occurs for the first time."""
    _, places = np.unique(slots, return_index=True)
    return np.sort(places)


def build(keys: Hashes) -> tuple[Vocabulary, npt.NDArray[np.bool_]]:
    """A vocabulary of these keys, and which of them found a slot; the same keys give the same vocabulary."""
    size = 1 << max(4, int(_ROOM * max(1, len(keys)) - 1).bit_length())
    mask = np.uint64(size - 1)
    owner = np.full(size, -1, np.int64)
    placed = np.zeros(len(keys), np.bool_)
    for shift in (0, 32):
        waiting = np.flatnonzero(~placed)
        wanted = ((keys[waiting] >> np.uint64(shift)) & mask).astype(np.int64)
        free = np.flatnonzero(owner[wanted] < 0)
        chosen = free[_firsts(wanted[free])]
        owner[wanted[chosen]] = waiting[chosen]
        placed[waiting[chosen]] = True
    new_id = np.cumsum(placed) - 1
    # An empty slot points to sequence 0: its key does not match, which is all the search asks.
    slots = np.where(owner >= 0, new_id[np.maximum(owner, 0)], 0).astype(np.int32) if len(keys) else owner[:0].astype(np.int32)
    return Vocabulary(keys[placed], slots), placed
