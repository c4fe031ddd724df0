"""One unchanging part of the index of letters: memory-mapped arrays in one folder, written whole. Knows nothing of other parts."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from classifier import text

Ints = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint32]

READ_AT_MOST = 400
"""Characters of a letter that are indexed: enough to find it again."""
LED_BY = 24
"""Rarest sequences of a letter that lead to it: common ones would lead to half of the index."""

_ONE, _TWO, _THREE = (np.uint32(number) for number in (0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D))


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """Letters by place: their numbers, sequences and lengths; and for each sequence how many have it and whom it leads to."""

    ids: Ints
    starts: Ints
    sequences: Hashes
    lengths: npt.NDArray[np.float32]
    keys: Hashes
    counts: npt.NDArray[np.uint32]
    leads: Ints
    led: npt.NDArray[np.int32]

    @classmethod
    def load(cls, folder: Path) -> Self:
        """The segment in a folder, mapped and not read. Raises OSError or ValueError when an array is missing or no array."""
        return cls(**{one.name: _mapped(folder / f"{one.name}.npy") for one in fields(cls)})

    def save(self, folder: Path) -> None:
        """Writes every array into a new folder."""
        folder.mkdir(parents=True)
        for one in fields(self):
            np.save(folder / f"{one.name}.npy", getattr(self, one.name), allow_pickle=False)

    def frequencies(self, sequences: Hashes) -> Ints:
        """In how many letters of this segment each sequence stands."""
        found = np.searchsorted(self.keys, sequences)
        found[found == len(self.keys)] = 0
        if not len(self.keys):
            return np.zeros(len(sequences), np.int64)
        return np.where(self.keys[found] == sequences, self.counts[found], 0).astype(np.int64)


def _mapped(path: Path) -> npt.NDArray[Any]:
    # An empty array cannot be mapped.
    return np.load(path, mmap_mode="r" if path.stat().st_size > 128 else None, allow_pickle=False)


def sequences(texts: Sequence[str]) -> tuple[Ints, Hashes]:
    """Two and three neighbouring characters of each letter, each once: place of the letter and number, in that order."""
    parts = [text.normalise(one[:READ_AT_MOST]) for one in texts]
    lengths = np.fromiter(map(len, parts), np.int64, len(parts))
    points = np.concatenate(parts) if parts else np.zeros(0, np.uint32)
    owners = np.repeat(np.arange(len(parts)), lengths)
    good = text.wordly(points)
    found = []
    for size in (2, 3):
        end = max(0, len(points) - size + 1)
        whole = owners[:end] == owners[size - 1 : size - 1 + end]
        mixed = np.zeros(end, np.uint32)
        for step in range(size):
            whole &= good[step : step + end]
            mixed = (mixed ^ points[step : step + end]) * _ONE
            mixed ^= mixed >> np.uint32(15)
        mixed = (mixed + np.uint32(size)) * _TWO
        mixed ^= mixed >> np.uint32(13)
        found.append((owners[:end][whole].astype(np.uint64) << np.uint64(32)) | mixed[whole])
    both = np.unique(np.concatenate(found))
    return (both >> np.uint64(32)).astype(np.int64), both.astype(np.uint32)


def rarity(counts: Ints, letters: int) -> npt.NDArray[np.float32]:
    """What sharing a sequence says, from the number of letters that have it; a sequence nobody has says nothing."""
    return np.where(counts > 0, np.log(1 + letters / np.maximum(counts, 1)) ** 2, 0).astype(np.float32)


def build(ids: Ints, texts: Sequence[str], *, before: Sequence[Segment]) -> Segment:
    """A segment of new letters; rarity is counted over them and the segments that are there already."""
    owners, numbers = sequences(texts)
    keys, inverse, counts = np.unique(numbers, return_inverse=True, return_counts=True)
    everywhere = counts + sum((one.frequencies(keys) for one in before), np.zeros(len(keys), np.int64))
    letters = len(texts) + sum(len(one.ids) for one in before)
    starts = np.concatenate(([0], np.cumsum(np.bincount(owners, minlength=len(texts))))).astype(np.int64)
    lengths = np.sqrt(np.bincount(owners, weights=rarity(everywhere, letters)[inverse], minlength=len(texts)))
    # Rarest first within each letter.
    order = np.argsort((owners << 32) | everywhere[inverse], kind="stable")
    kept = np.sort(order[np.arange(len(order)) - starts[owners] < LED_BY])
    by_key = kept[np.argsort(inverse[kept], kind="stable")]
    leads = np.concatenate(([0], np.cumsum(np.bincount(inverse[kept], minlength=len(keys))))).astype(np.int64)
    return Segment(
        ids=ids, starts=starts, sequences=numbers, lengths=lengths.astype(np.float32), keys=keys,
        counts=counts.astype(np.uint32), leads=leads, led=owners[by_key].astype(np.int32),
    )


def merged(parts: Sequence[Segment]) -> Segment:
    """One segment with the letters of several, in their order."""
    keys: Hashes = np.unique(np.concatenate([one.keys for one in parts]))
    at = [np.searchsorted(keys, one.keys) for one in parts]
    counts, widths = np.zeros(len(keys), np.uint32), np.zeros(len(keys), np.int64)
    for one, places in zip(parts, at, strict=True):
        counts[places] += one.counts
        widths[places] += np.diff(one.leads)
    leads = np.concatenate(([0], np.cumsum(widths))).astype(np.int64)
    led, filled, letters, starts = np.empty(leads[-1], np.int32), leads[:-1].copy(), 0, [np.zeros(1, np.int64)]
    for one, places in zip(parts, at, strict=True):
        width = np.diff(one.leads)
        led[np.arange(len(one.led)) + np.repeat(filled[places] - one.leads[:-1], width)] = one.led + np.int32(letters)
        filled[places] += width
        letters += len(one.ids)
        starts.append(one.starts[1:] + starts[-1][-1])
    return Segment(
        ids=np.concatenate([one.ids for one in parts]), starts=np.concatenate(starts),
        sequences=np.concatenate([one.sequences for one in parts]), lengths=np.concatenate([one.lengths for one in parts]),
        keys=keys, counts=counts, leads=leads, led=led,
    )
