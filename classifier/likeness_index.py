"""The letters of a city by likeness of words, on disk: letters are added at any time, the nearest are found in milliseconds.

What is found are candidates; whether they tell of the same incident is for `likeness` to say.
"""

import json
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt

from classifier import likeness_segment
from classifier.likeness_segment import Hashes, Ints, Segment

Weights = npt.NDArray[np.float32]

FORMAT = 1
TOGETHER = 8
"""Neighbouring segments of about one size that are made into one."""
LOOKED_AT = 40_000
"""Letters the rarest sequences may lead to before the search ends."""
WEIGHED = 200
"""Letters compared by all their sequences, with the lengths they had when they were added."""
MEASURED = 40
"""The best of those, whose lengths are measured again: what was rare in a small index is rarer in a large one."""


class BadIndex(Exception):
    """A folder holds no index this version can read."""


@dataclass(frozen=True, slots=True)
class Near:
    """A letter by the number it was added under, and the cosine of its rare sequences with the question's: 0 to 1."""

    id: int
    likeness: float


class Index:
    """An index in one folder. One process may add; any number may search, and see what was there when they opened it."""

    def __init__(self, folder: Path, names: list[str], segments: list[Segment]) -> None:
        self.folder, self._names, self._segments = folder, names, segments

    @classmethod
    def open(cls, folder: Path) -> Self:
        """The index in a folder, empty when there is none. Raises BadIndex, saying why, when it cannot be read."""
        about = folder / "index.json"
        if not about.exists():
            return cls(folder, [], [])
        try:
            told = json.loads(about.read_text())
            if told["format"] != FORMAT:
                raise BadIndex(f"{folder} is an index of format {told['format']}, not {FORMAT}: build it again")
            names = [str(name) for name in told["segments"]]
            return cls(folder, names, [Segment.load(folder / name) for name in names])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise BadIndex(f"{folder} cannot be read ({error}): build it again") from error

    def __len__(self) -> int:
        return sum(len(one.ids) for one in self._segments)

    def add(self, ids: Sequence[int], texts: Sequence[str]) -> None:
        """Adds letters under their numbers; they are found from now on. Raises ValueError when the counts differ."""
        if len(ids) != len(texts):
            raise ValueError(f"{len(ids)} numbers for {len(texts)} letters")
        if not texts:
            return
        self._put(len(self._names), likeness_segment.build(np.array(ids, np.int64), texts, before=self._segments))
        while (first := self._crowded()) is not None:
            self._put(first, likeness_segment.merged(self._segments[first:]))

    def _crowded(self) -> int | None:
        """Where the last segments of about one size begin, when there are enough of them."""
        sizes = [len(one.ids) for one in self._segments]
        if len(sizes) < TOGETHER:
            return None
        return len(sizes) - TOGETHER if sizes[-TOGETHER] < TOGETHER * max(sizes[-TOGETHER + 1 :]) else None

    def _put(self, first: int, made: Segment) -> None:
        """Replaces the segments from `first` on; the list of segments is changed last and in one step."""
        self.folder.mkdir(parents=True, exist_ok=True)
        name = Path(tempfile.mkdtemp(prefix="part-", dir=self.folder)).name
        made.save(self.folder / name / "arrays")
        gone = self._names[first:]
        self._names = [*self._names[:first], f"{name}/arrays"]
        written = self.folder / "index.json.new"
        written.write_text(json.dumps({"format": FORMAT, "segments": self._names}))
        written.replace(self.folder / "index.json")
        self._segments = [*self._segments[:first], Segment.load(self.folder / name / "arrays")]
        for old in gone:
            # Whoever has an old segment mapped keeps it until closing it.
            shutil.rmtree((self.folder / old).parent)

    def nearest(self, text: str, *, most: int = 10) -> list[Near]:
        """The letters most like a text, the nearest first; fewer than `most` when nothing more is shared."""
        _, asked = likeness_segment.sequences([text])
        known = sum((one.frequencies(asked) for one in self._segments), np.zeros(len(asked), np.int64))
        asked, known = asked[known > 0], known[known > 0]
        weights = likeness_segment.rarity(known, len(self))
        if not len(asked):
            return []
        best = [
            (score, one, place)
            for one, places in self._candidates(asked, known, weights)
            for place, score in zip(places.tolist(), _weighed(one, places, asked, weights).tolist(), strict=True)
        ]
        best.sort(key=lambda found: -found[0])
        found = [
            Near(int(one.ids[place]), min(1.0, float(score * one.lengths[place]) / self._length(one, place)))
            for score, one, place in best[: max(most, MEASURED)]
        ]
        return sorted(found, key=lambda near: (-near.likeness, near.id))[:most]

    def _length(self, segment: Segment, place: int) -> float:
        """Length of a letter by today's rarity of its sequences."""
        own = segment.sequences[segment.starts[place] : segment.starts[place + 1]]
        known = sum((one.frequencies(own) for one in self._segments), np.zeros(len(own), np.int64))
        return float(np.sqrt(likeness_segment.rarity(known, len(self)).sum()))

    def _candidates(
        self, asked: Hashes, known: Ints, weights: Weights
    ) -> list[tuple[Segment, Ints]]:
        """Letters of each segment to which the rarest sequences lead, the most promising of all segments together."""
        order, tallies = np.argsort(known, kind="stable"), []
        rare, worth = asked[order], weights[order]
        slices = [_slices(one, rare) for one in self._segments]
        widths = np.cumsum(sum((ends - starts for starts, ends in slices), np.zeros(len(rare), np.int64)))
        used = max(1, int(np.searchsorted(widths, LOOKED_AT, side="right")))
        for one, (starts, ends) in zip(self._segments, slices, strict=True):
            pieces = [one.led[start:end] for start, end in zip(starts[:used].tolist(), ends[:used].tolist(), strict=True)]
            places, inverse = np.unique(np.concatenate(pieces), return_inverse=True)
            votes = np.bincount(inverse, weights=np.repeat(worth[:used], (ends - starts)[:used]), minlength=len(places))
            tallies.append((one, places, votes))
        every = np.concatenate([votes for _, _, votes in tallies])
        least = np.partition(every, -WEIGHED)[-WEIGHED] if len(every) > WEIGHED else 0.0
        return [(one, places[votes >= least][: 2 * WEIGHED].astype(np.int64)) for one, places, votes in tallies]


def _slices(segment: Segment, asked: Hashes) -> tuple[Ints, Ints]:
    """Where each sequence's letters begin and end among those it leads to; an empty slice for an unknown one."""
    if not len(segment.keys):
        return np.zeros(len(asked), np.int64), np.zeros(len(asked), np.int64)
    at = np.searchsorted(segment.keys, asked)
    at[at == len(segment.keys)] = 0
    starts = segment.leads[at]
    return starts, np.where(segment.keys[at] == asked, segment.leads[at + 1], starts)


def _weighed(segment: Segment, places: Ints, asked: Hashes, weights: Weights) -> npt.NDArray[np.float64]:
    """About the cosine of each of these letters with the question, from all sequences of both."""
    starts, ends = segment.starts[places], segment.starts[places + 1]
    pieces = [segment.sequences[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]
    every = np.concatenate([*pieces, np.zeros(0, np.uint32)])
    at = np.searchsorted(asked, every)
    at[at == len(asked)] = 0
    shared = np.where(asked[at] == every, weights[at], 0)
    totals = np.bincount(np.repeat(np.arange(len(places)), ends - starts), weights=shared, minlength=len(places))
    cosines: npt.NDArray[np.float64] = totals / (np.sqrt(weights.sum()) * segment.lengths[places])
    return cosines
