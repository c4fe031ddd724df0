"""What one letter is recognised by: names, numbers, rare sequences and what it is about. Letters are not compared here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from classifier import features
from classifier.likeness_aspects import aspects
from classifier.likeness_names import READ_AT_MOST, Name, Spotted, folded, found, numbers
from classifier.understanding import Understander

Reals = npt.NDArray[np.float64]

_UNKNOWN = 10.0
"""Rarity of a sequence that no letter of the corpus has: above that of any known one."""
_ORDINARY = 7.0
"""Rarity up to which a sequence says nothing of one incident."""
_NAMING = 4.95
"""A name whose pairs of characters are all more ordinary than this is none: 希望, 今天."""
_TELLING = 7.4
"""Rarity from which the beginning of a name may stand for it."""
_ODD, _ODD_ALONE = 8.6, 4.0
"""Rarity from which a pair of characters looks like a proper name, and each of two words of one character in it."""


@dataclass(frozen=True, slots=True, eq=False)
class Traits:
    """What one letter is recognised by."""

    text: str
    names: frozenset[Name]
    numbers: Mapping[str, frozenset[str]]
    district: str | None
    odd: frozenset[str]
    """Pairs of characters that look like part of a proper name: 香颂, 悦府."""
    telling: frozenset[str]
    """Pairs of characters rare enough to stand for a name they begin."""
    rare: Mapping[int, float]
    """Sequences of the whole letter that say more than ordinary words, with how much."""
    words: Mapping[int, float]
    """Words of the letter without its names, with their rarity."""
    characters: Mapping[int, float]
    """Sequences of two and three characters of the letter without its names, with their rarity."""
    matters: Reals
    """Square roots of the probabilities of the categories: the product of two letters' is 1 when they agree."""
    groups: Reals
    """The same for groups of categories."""
    scores: Reals
    """Logarithms of the probabilities around their mean, of length 1."""
    aspects: frozenset[str]
    day: date | None


@dataclass(frozen=True, slots=True, eq=False)
class _Read:
    """Sequences of a text with their rarity."""

    grams: features.Grams
    rarity: npt.NDArray[np.float32]

    def kept(self, *, characters: bool, sizes: tuple[int, int], above: float = 0.0) -> dict[int, float]:
        size = self.grams.ends - self.grams.begins
        keep = (self.grams.segments % 2 == characters) & (self.rarity > above) & (size >= sizes[0]) & (size <= sizes[1])
        return dict(zip(self.grams.hashes[keep].tolist(), (self.rarity[keep] - above).tolist(), strict=True))

    def at(self, size: int) -> dict[int, float]:
        """Rarity of the sequences of so many characters, by where they begin."""
        keep = (self.grams.segments % 2 == 1) & (self.grams.ends - self.grams.begins == size)
        return dict(zip(self.grams.begins[keep].tolist(), self.rarity[keep].tolist(), strict=True))


def traits(understander: Understander, raw: str, *, place: str = "", day: date | None = None) -> Traits:
    """What a letter is recognised by; `place` is an address given beside it, `day` when it came."""
    text = f"{folded(place)} {folded(raw)}" if place else folded(raw)
    read = _read(understander, text)
    pairs = read.at(2)
    names = [one for one in found(text) if _names(one, pairs)]
    rest = _without(text, names)
    bare = _read(understander, rest)
    told = understander.understand("", raw[:READ_AT_MOST], address=place or None)
    chances = told.probabilities.astype(np.float64)
    return Traits(
        text=text, names=frozenset(name for _, _, name in names), numbers=numbers(text), district=told.district,
        odd=_odd(text, read, pairs), telling=frozenset(text[at : at + 2] for at, rarity in pairs.items() if rarity >= _TELLING),
        rare=read.kept(characters=True, sizes=(2, 3), above=_ORDINARY), words=bare.kept(characters=False, sizes=(2, READ_AT_MOST)),
        characters=bare.kept(characters=True, sizes=(2, 3)), matters=np.sqrt(chances), groups=_groups(understander.labels, chances),
        scores=_scores(chances), aspects=aspects(rest, set(bare.grams.edges.tolist())), day=day,
    )


def _read(understander: Understander, text: str) -> _Read:
    grams, space = features.grams("", text), understander.model.space
    entries = space.entries(grams)
    known = space.rarity[entries % len(space.rarity)] if len(space.rarity) else np.zeros(len(entries), np.float32)
    return _Read(grams, np.where(entries >= 0, known, np.float32(_UNKNOWN)))


def _names(spotted: Spotted, pairs: Mapping[int, float]) -> bool:
    begin, _, (kind, stem) = spotted
    return kind in ("hub", "only") or max((pairs.get(at, 0.0) for at in range(begin, begin + len(stem) - 1)), default=0.0) >= _NAMING


def _without(text: str, names: list[Spotted]) -> str:
    """The text with spaces where its names stand."""
    for begin, end, _ in names:
        text = text[:begin] + " " * (end - begin) + text[end:]
    return text


def _odd(text: str, read: _Read, pairs: Mapping[int, float]) -> frozenset[str]:
    single, edges = read.at(1), set(read.grams.edges.tolist())
    return frozenset(text[at : at + 2] for at, rarity in pairs.items() if rarity >= _ODD and _proper(text, at, single, edges))


def _proper(text: str, at: int, single: Mapping[int, float], edges: set[int]) -> bool:
    """Whether a rare pair lies in one word, or is made of two words of one uncommon character: so are names that no dictionary has."""
    if not all("\u4e00" <= char <= "\u9fff" for char in text[at : at + 2]):
        return False
    alone = at in edges and at + 2 in edges and min(single.get(at, 0.0), single.get(at + 1, 0.0)) > _ODD_ALONE
    return at + 1 not in edges or alone


def _groups(labels: tuple[str, ...], chances: Reals) -> Reals:
    """Square roots of the probabilities of the groups of categories, whose codes begin with one letter."""
    numbered = np.array([ord(label[0]) for label in labels]) - ord("A")
    return np.sqrt(np.bincount(numbered, chances, minlength=26))


def _scores(chances: Reals) -> Reals:
    scores: Reals = np.log(chances + 1e-4)
    scores -= scores.mean()
    return scores / (np.sqrt(scores @ scores) + 1e-9)
