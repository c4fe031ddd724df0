"""Which texts tell of the same incident: likeness of rare sequences, joined into groups. First version, in memory."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from classifier import features, text

ALIKE = 0.34
"""Least cosine of rare sequences at which two texts are one incident."""
COMMON = 400
"""A sequence in more texts than this leads to no candidates: it would compare everything with everything."""


def _rows(texts: Sequence[str]) -> list[features.Hashes]:
    """Distinct sequences of each text of two characters and more."""
    rows = []
    for one in texts:
        grams = features.grams("", one)
        rows.append(np.unique(grams.hashes[(grams.ends - grams.begins >= 2) & (grams.segments % 2 == 1)]))
    return rows


def groups(texts: Sequence[str]) -> list[int]:
    """For each text the place of the first text of its group; a text without words is alone."""
    rows = _rows(texts)
    hashes, inverse, counts = np.unique(
        np.concatenate(rows) if rows else np.zeros(0, np.uint64), return_inverse=True, return_counts=True
    )
    rarity = np.log((1 + len(rows)) / counts) ** 2 if len(hashes) else np.zeros(0)
    ends = np.cumsum([len(row) for row in rows])
    parts = np.split(inverse, ends[:-1]) if rows else []
    lengths = [float(np.sqrt(rarity[part].sum())) for part in parts]
    leader = list(range(len(rows)))
    seen: dict[int, list[int]] = defaultdict(list)
    for place, part in enumerate(parts):
        shared: dict[int, float] = defaultdict(float)
        for sequence in part[counts[part] > 1].tolist():
            if len(seen[sequence]) < COMMON:
                for other in seen[sequence]:
                    shared[other] += rarity[sequence]
                seen[sequence].append(place)
        for other, weight in shared.items():
            if weight >= ALIKE * lengths[place] * lengths[other]:
                _join(leader, place, other)
    return [_root(leader, place) for place in range(len(rows))]


def _root(leader: list[int], place: int) -> int:
    while leader[place] != place:
        leader[place] = leader[leader[place]]
        place = leader[place]
    return place


def _join(leader: list[int], one: int, other: int) -> None:
    first, second = _root(leader, one), _root(leader, other)
    leader[max(first, second)] = min(first, second)


def likeness(one: str, other: str) -> float:
    """Share of the shorter text's two-character sequences that the other has too; 0 when one has none."""
    pairs = [_pairs(text.string(text.normalise(raw))) for raw in (one, other)]
    least = min(len(pairs[0]), len(pairs[1]))
    return len(pairs[0] & pairs[1]) / least if least else 0.0


def _pairs(normalised: str) -> set[str]:
    return {pair for pair in map("".join, pairwise(normalised)) if pair.isalnum()}
