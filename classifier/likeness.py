"""Do two letters tell of the same incident? Place, matter and time are compared apart, then weighed. Searching is not done here.

Two letters tell of one incident when they name one place, and one matter there, at one time: the chances of the first two are multiplied.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher

from classifier.likeness_names import Name, places
from classifier.likeness_traits import Traits, traits
from classifier.likeness_weights import MATTER, PLACE

__all__ = ["LATER", "Compared", "Traits", "compare", "matter", "place", "places", "traits"]

LATER = 45
"""Days after which the same matter at the same place is a new incident: the first one has been answered by then."""
_COPIED = 0.35
"""Share of the rare sequences from which one letter may have been made from the other."""
_ALIGNED = 200
"""Characters of two such letters that are laid side by side."""
_AREAS = ("road", "town")
"""Classes of names that hold many places; all others are places themselves."""


@dataclass(frozen=True, slots=True)
class Compared:
    """How two letters agree: the chances that they name one place and one matter, days between, and whether numbers forbid it."""

    place: float
    matter: float
    days: int
    numbers_differ: bool

    @property
    def probability(self) -> float:
        """Chance that both tell of one incident."""
        return 0.0 if self.days > LATER or self.numbers_differ else self.place * self.matter


def compare(one: Traits, other: Traits) -> Compared:
    """Place, matter and days between two letters."""
    where = place(one, other)
    days = abs((one.day - other.day).days) if one.day and other.day else 0
    return Compared(_chance(PLACE, where), _chance(MATTER, matter(one, other)), days, bool(where["numbers_differ"]))


def _chance(weights: Mapping[str, float], evidence: Mapping[str, float]) -> float:
    return 1 / (1 + math.exp(-(weights["start"] + sum(weights[name] * value for name, value in evidence.items()))))


def place(one: Traits, other: Traits) -> dict[str, float]:
    """What speaks for and against one place, by the names of the weights."""
    found: dict[str, float] = {}
    for label in ("road", "town", "site"):
        found |= _named(one, other, label)
    shared = {key for key, among in _numbers(one, other).items() if among}
    differ = len(shared) < len(_numbers(one, other))
    known = found["road_shared"] or found["site_shared"]
    found |= {
        "elsewhere": not known and _tells(one) and _tells(other),
        "site_and_road": found["road_shared"] and found["site_shared"],
        "site_not_road": found["site_shared"] and found["road_differs"],
        "district_differs": bool(one.district and other.district and one.district != other.district),
        "numbers_differ": differ,
        "numbers_shared": bool(shared) and not differ,
        "line_shared": "路" in shared and not differ,
        "numbers_once": bool(one.numbers) != bool(other.numbers),
    }
    nowhere = not (known or found["numbers_shared"] or found["road_differs"] or found["site_differs"])
    return {name: float(value) for name, value in (found | _rare(one, other, nowhere=nowhere)).items()}


def _tells(one: Traits) -> bool:
    return any(kind != "town" for kind, _ in one.names)


def _numbers(one: Traits, other: Traits) -> dict[str, frozenset[str]]:
    """What both number, and the numbers they share."""
    return {unit: known & other.numbers[unit] for unit, known in one.numbers.items() if unit in other.numbers}


def _named(one: Traits, other: Traits, label: str) -> dict[str, float]:
    """Whether a road, town or site of one letter stands in the other, and whether the letters name different ones."""
    mine, theirs = _of(one, label), _of(other, label)
    left = [name for name in mine if not _mentioned(name, one, other)]
    over = [name for name in theirs if not _mentioned(name, other, one)]
    shared = len(left) + len(over) < len(mine) + len(theirs)
    differ = bool({kind for kind, _ in left} & {kind for kind, _ in over})
    return {
        f"{label}_shared": shared, f"{label}_differs": differ and not shared, f"{label}_partly": differ and shared,
        f"{label}_once": bool(left or over) and not differ,
    }


def _of(one: Traits, label: str) -> list[Name]:
    return [name for name in one.names if (name[0] == label if label in _AREAS else name[0] not in _AREAS)]


def _mentioned(name: Name, one: Traits, other: Traits) -> bool:
    """Whether a name of one letter stands in the other, whole or in the short form people use."""
    kind, stem = name
    if kind == "hub":
        return name in other.names
    if kind == "only" and one.district and other.district and one.district != other.district:
        return False
    if stem in other.text or kind == "only":
        return stem in other.text
    return len(stem) > 2 and (stem[-2:] in other.text or (stem[:2] in one.telling and stem[:2] in other.text))


def _rare(one: Traits, other: Traits, *, nowhere: bool) -> dict[str, float]:
    """Names that have no kind, and whether one letter seems to be the other with a name exchanged."""
    mine, theirs = {pair for pair in one.odd if pair in other.text}, {pair for pair in other.odd if pair in one.text}
    both, mine_all, theirs_all = _shared(one.rare, other.rare), sum(one.rare.values()), sum(other.rare.values())
    least = min(mine_all, theirs_all)
    copied = least > 0 and both > _COPIED * least
    exchanged = _exchanged(one, other) if copied else None
    odd, alike = math.log1p(len(mine | theirs)), both / math.sqrt(mine_all * theirs_all) if least else 0.0
    return {
        "odd_shared": odd, "odd_differ": bool(one.odd and other.odd) and not mine and not theirs,
        "odd_left": math.log1p(min(len(one.odd - mine), len(other.odd - theirs))), "rare_alike": alike,
        "copied": copied, "words_exchanged": exchanged is False, "names_exchanged": exchanged is True,
        "nowhere": nowhere, "nowhere_odd": nowhere * odd, "unnamed": nowhere and not odd,
    }


def _shared(one: Mapping[int, float], other: Mapping[int, float]) -> float:
    return sum(weight for key, weight in one.items() if key in other)


def _exchanged(one: Traits, other: Traits) -> bool | None:
    """Where two letters that are nearly one differ: in a name (true), in other words (false), or only by what one adds (none)."""
    first, second = one.text.strip()[:_ALIGNED], other.text.strip()[:_ALIGNED]
    known = {stem[-2:] for _, stem in one.names | other.names} | one.odd | other.odd
    found = None
    for step, begin, end, start, stop in SequenceMatcher(None, first, second, autojunk=False).get_opcodes():
        if step == "replace" and 2 <= max(end - begin, stop - start) <= 9:
            parts = first[max(0, begin - 1) : end + 1], second[max(0, start - 1) : stop + 1]
            found = found or all(_holds(part, known) for part in parts)
    return found


def _holds(text: str, pairs: Iterable[str]) -> bool:
    return any(pair in text for pair in pairs)


def matter(one: Traits, other: Traits) -> dict[str, float]:
    """What speaks for and against one matter, by the names of the weights."""
    shared, told = len(one.aspects & other.aspects), len(one.aspects) + len(other.aspects)
    untold, categories = not one.aspects or not other.aspects, float(one.matters @ other.matters)
    apart = not untold and not shared
    return {
        "aspects_shared": float(shared), "aspects_alike": 2 * shared / told if told else 0.0, "aspects_apart": float(apart),
        "aspects_untold": float(untold), "categories": categories, "categories_apart": apart * categories,
        "categories_untold": untold * categories, "scores": float(one.scores @ other.scores),
        "groups": float(one.groups @ other.groups), "words": _alike(one.words, other.words),
        "characters": _alike(one.characters, other.characters),
    }


def _alike(one: Mapping[int, float], other: Mapping[int, float]) -> float:
    """Square root of the cosine of two letters' sequences, weighted by their rarity."""
    if not one or not other:
        return 0.0
    lengths = sum(weight * weight for weight in one.values()) * sum(weight * weight for weight in other.values())
    return math.sqrt(sum(weight * weight for key, weight in one.items() if key in other) / math.sqrt(lengths))
