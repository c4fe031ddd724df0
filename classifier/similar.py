"""Which of many letters tell of the same incident. Finds those worth comparing by shared rare sequences; `likeness` decides."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date

import numpy as np

from classifier import likeness, likeness_segment
from classifier.likeness import Traits
from classifier.understanding import Understander

SAME = 0.5
"""Chance from which two letters are one incident; a letter joins a group when its average chance with it reaches this."""
COMPARED = 40
"""Earlier letters each letter is compared with: those that share the most."""
COMMON = 400
"""A sequence in more letters than this leads to nobody: it would compare everything with everything."""
MEMBERS = 8
"""First members of a group that speak for it."""


def groups(
    understander: Understander, texts: Sequence[str], *, places: Sequence[str] = (), days: Sequence[date | None] = ()
) -> list[int]:
    """For each letter the place of the first letter of its group; `places` and `days` are given beside each, or not at all."""
    known = [
        likeness.traits(understander, text, place=places[at] if places else "", day=days[at] if days else None)
        for at, text in enumerate(texts)
    ]
    members: dict[int, list[Traits]] = {}
    group: list[int] = []
    for at, earlier in enumerate(_worth_comparing([one.text for one in known])):
        chances = {first: _chance(known[at], members[first]) for first in {group[other] for other in earlier}}
        best = max(chances, key=lambda first: (chances[first], -first), default=at)
        joined = best if chances.get(best, 0.0) >= SAME else at
        members.setdefault(joined, []).append(known[at])
        group.append(joined)
    return group


def _chance(one: Traits, members: Sequence[Traits]) -> float:
    chances = [likeness.compare(one, other).probability for other in members[:MEMBERS]]
    return sum(chances) / len(chances)


def _worth_comparing(texts: Sequence[str]) -> Iterator[list[int]]:
    """For each letter the earlier ones that share the most rare sequences of two and three characters with it."""
    owners, numbers = likeness_segment.sequences(texts)
    _, inverse, counts = np.unique(numbers, return_inverse=True, return_counts=True)
    rarity = likeness_segment.rarity(counts, len(texts))
    seen: dict[int, list[int]] = defaultdict(list)
    for at, own in enumerate(np.split(inverse, np.searchsorted(owners, np.arange(1, len(texts))))[: len(texts)]):
        votes: dict[int, float] = defaultdict(float)
        for sequence in own[counts[own] > 1].tolist():
            if len(seen[sequence]) < COMMON:
                for other in seen[sequence]:
                    votes[other] += float(rarity[sequence])
                seen[sequence].append(at)
        yield sorted(votes, key=lambda other: (-votes[other], other))[:COMPARED]
