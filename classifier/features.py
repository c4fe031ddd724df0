"""Which words and character sequences a text contains, as 64-bit numbers. Knows nothing of labels or weights.

A sequence is hashed from prefix sums, so that all sequences of a text come out of a dozen array operations.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from classifier import text

Hashes = npt.NDArray[np.uint64]
Places = npt.NDArray[np.int64]

SEGMENTS = 4
"""Words (and pairs) of the title, its characters, words of the body, its characters: each is weighed by itself."""

LONGEST = 4
"""Longest character sequence; issue and measurements agree on one to four."""

_BASE = 0x9E3779B97F4A7C15
_MIX = np.uint64(0xBF58476D1CE4E5B9)
_MIX_MORE = np.uint64(0x94D049BB133111EB)


@dataclass(frozen=True, slots=True)
class Grams:
    """The sequences of one text: number, segment, where each begins and ends in the normalised title, line break, body."""

    hashes: Hashes
    segments: npt.NDArray[np.int64]
    begins: Places
    ends: Places
    edges: Places
    whole: npt.NDArray[np.bool_]
    text: str


def _mixed(values: Hashes) -> Hashes:
    values = (values ^ (values >> np.uint64(30))) * _MIX
    values = (values ^ (values >> np.uint64(27))) * _MIX_MORE
    return values ^ (values >> np.uint64(31))


@cache
def _powers() -> tuple[Hashes, Hashes, Hashes]:
    """Powers of the base, of its inverse modulo 2**64, and one random number for each character."""
    size = text.READ_AT_MOST + 1
    inverse = pow(_BASE, -1, 1 << 64)
    up, down = np.empty(size, np.uint64), np.empty(size, np.uint64)
    forward = backward = 1
    for place in range(size):
        up[place], down[place] = forward, backward
        forward, backward = forward * _BASE % (1 << 64), backward * inverse % (1 << 64)
    return up, down, _mixed(np.arange(1, 0x10001, dtype=np.uint64) * np.uint64(_BASE))


def _sums(points: text.Points) -> tuple[Hashes, text.Counts]:
    """Prefix sums of the characters' numbers, and of the characters that belong to no word."""
    up, _, letters = _powers()
    sums = np.zeros(len(points) + 1, np.uint64)
    np.cumsum(letters[points & np.uint32(0xFFFF)] * up[: len(points)], out=sums[1:])
    gaps = np.zeros(len(points) + 1, np.int64)
    np.cumsum(~text.wordly(points), out=gaps[1:])
    return sums, gaps


def grams(title: str, body: str) -> Grams:
    """Words, pairs of neighbouring words, and one to four characters; bounded by text.READ_AT_MOST."""
    head = f"{title[:200]}\n" if title else ""
    points = text.normalise(head + body)
    size = len(points)
    _, down, _ = _powers()
    sums, gaps = _sums(points)
    normalised = text.string(points)
    edges = text.boundaries(normalised)
    firsts, lasts = edges[:-1], edges[1:]
    whole = gaps[firsts] == gaps[lasts]
    pair = np.flatnonzero(whole[:-1] & whole[1:])
    begins, ends = [firsts[whole], firsts[pair]], [lasts[whole], lasts[pair + 1]]
    for length in range(1, min(LONGEST, size) + 1):
        starts = np.flatnonzero(gaps[length:] == gaps[: size + 1 - length])
        begins.append(starts)
        ends.append(starts + length)
    singles, words = len(begins[0]), len(begins[0]) + len(pair)
    begin, end = np.concatenate(begins), np.concatenate(ends)
    found = (sums[end] - sums[begin]) * down[begin]
    # A pair is also where it is parted: 市长 + 江桥 is not 市 + 长江桥.
    middle = lasts[pair]
    found[singles:words] ^= _mixed((sums[middle] - sums[begin[singles:words]]) * down[begin[singles:words]])
    found[:words] ^= _MIX_MORE
    segments = (begin >= len(head)) * 2
    segments[words:] += 1
    return Grams(_mixed(found), segments, begin, end, edges, whole, normalised)
