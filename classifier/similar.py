"""Which of many letters tell of the same incident. Finds those worth comparing by shared rare sequences; `likeness` decides."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache

import numpy as np

from classifier import likeness, likeness_segment
from classifier.understanding import Understander

SAME = 0.5
"""Chance from which two letters are one incident; two groups become one when the average chance between them reaches this."""
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

    @cache
    def chance(one: int, other: int) -> float:
        return likeness.compare(known[one], known[other]).probability

    earlier = enumerate(_worth_comparing([one.text for one in known]))
    likely = [(chance(other, at), other, at) for at, others in earlier for other in others]
    group, members = list(range(len(texts))), {at: [at] for at in range(len(texts))}
    # The likeliest pairs first, and all of a group must agree on average: one weak link makes no chain.
    for _, other, at in sorted((pair for pair in likely if pair[0] >= SAME), key=lambda pair: (-pair[0], *pair[1:])):
        first, second = sorted((group[other], group[at]))
        between = [chance(*sorted((one, two))) for one in members[first][:MEMBERS] for two in members[second][:MEMBERS]]
        if first != second and sum(between) >= SAME * len(between):
            members[first] = sorted(members[first] + members.pop(second))
            for one in members[first]:
                group[one] = first
    return group


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
