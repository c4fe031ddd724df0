"""Hot issues: many cases that seem to tell of one incident. What makes a group, how sudden it is, and what it is called."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

SAME = 0.5
"""Chance from which a case joins a group: the average over the members that speak for it."""
MEMBERS = 8
"""First members of a group that speak for it."""
LEAST = 3
"""Cases that make an issue of a group."""
WORDS = 3
"""Words in a title."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What likeness is told by: the words of one case, its address, and the day it came."""

    id: int
    text: str
    place: str
    day: date


def group_of(chances: Mapping[int, float], groups: Mapping[int, Sequence[int]]) -> int | None:
    """The group a case joins, given its chance with each case it was compared with and the cases of each group; None: its own."""
    means = {
        group: sum(known) / len(known)
        for group, members in groups.items()
        if (known := [chances[one] for one in members[:MEMBERS] if one in chances])
    }
    best = max(means, key=lambda group: (means[group], -group), default=None)
    return best if best is not None and means[best] >= SAME else None


def burst(now: int, before: int) -> float:
    """How far `now` cases are above the `before` of an equally long time before, in standard deviations of such counts."""
    return round((now - before) / math.sqrt(before + 1), 2)


def commonest(words: Iterable[str], *, most: int = WORDS) -> list[str]:
    """The words most cases share; of equals the longer, and none that is part of a chosen one."""
    counted = Counter(word for word in words if len(word) > 1)
    chosen: list[str] = []
    for word in sorted(counted, key=lambda one: (-counted[one], -len(one), one)):
        if len(chosen) < most and not any(word in one or one in word for one in chosen):
            chosen.append(word)
    return chosen


def title(*, place: str, matter: str, words: Sequence[str]) -> str:
    """What an issue is called: where, what about, and the commonest words."""
    told = [word for word in words if word not in matter and word not in place]
    about = matter or "、".join(told)
    detail = f"（{'、'.join(told)}）" if matter and told else ""
    return f"{place}：{about}{detail}" if place and about else f"{place or about or '相似诉求'}{detail}"
