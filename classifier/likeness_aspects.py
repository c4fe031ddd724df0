"""What exactly is the matter, finer than a category: words by which different people tell of one thing. Knows no city."""

import csv
import re
from collections.abc import Container, Iterator
from pathlib import Path

_GAP = "…"
"""Stands for up to six characters of one clause: 灯…不亮."""


def _words() -> dict[str, list[str]]:
    """The aspects of each word in the table."""
    found: dict[str, list[str]] = {}
    with Path(__file__).with_name("likeness_aspects.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            for word in row["words"].split():
                found.setdefault(word, []).append(row["aspect"])
    return found


_OF = _words()
_SIZES = sorted({len(word) for word in _OF if _GAP not in word}, reverse=True)
_PARTED = [(re.compile(word.replace(_GAP, "[^，。；！？,;!?]{0,6}?")), word) for word in _OF if _GAP in word]


def aspects(text: str, edges: Container[int]) -> frozenset[str]:
    """The aspects whose words stand in a text; `edges` are where its words begin and end: 交车 is no part of 公交车."""
    told = [text[begin:end] for begin, end in _longest(text) if end - begin > 2 or _stands(begin, end, edges)]
    told.extend(word for pattern, word in _PARTED if pattern.search(text))
    return frozenset(one for word in told for one in _OF[word])


def _longest(text: str) -> Iterator[tuple[int, int]]:
    """Where the longest word of the table that begins at each place begins and ends."""
    for begin in range(len(text)):
        end = next((begin + size for size in _SIZES if text[begin : begin + size] in _OF), begin)
        if end > begin:
            yield begin, min(end, len(text))


def _stands(begin: int, end: int, edges: Container[int]) -> bool:
    """Whether a short word begins where a word of the text does, and ends with it or is its first part: 赌博 in 赌博机."""
    return begin in edges and (end in edges or begin + 1 not in edges)
