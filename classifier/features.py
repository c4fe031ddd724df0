"""Which words and character sequences letters contain, as 64-bit numbers. Knows nothing of labels or weights.

A sequence is hashed from prefix sums, so that all sequences of one letter, or of many, come out of a few dozen array operations.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

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


_PLANE = np.uint32(0xFFFF)
_SPARE = np.uint64(30), np.uint64(27), np.uint64(31)

Letter = tuple[str, str]
"""Title and body."""


@dataclass(frozen=True, slots=True)
class Grams:
    """The sequences of some letters, read as one text with a line break between them.

    Of each sequence: its number, its segment (SEGMENTS for each letter), where it begins and ends in the normalised text.
    """

    hashes: Hashes
    segments: Places
    begins: Places
    ends: Places
    edges: Places
    """Where words begin and end."""
    whole: npt.NDArray[np.bool_]
    """Which words are made of letters, digits and Chinese characters only."""
    starts: Places
    """Where each letter begins; last, where the one after them would."""
    text: str

    @property
    def letters(self) -> int:
        """How many letters these are."""
        return len(self.starts) - 1


def _mixed(values: Hashes) -> Hashes:
    values = (values ^ (values >> _SPARE[0])) * _MIX
    values = (values ^ (values >> _SPARE[1])) * _MIX_MORE
    return values ^ (values >> _SPARE[2])


@cache
def _letters() -> Hashes:
    """One random number for each character."""
    return _mixed(np.arange(1, 0x10001, dtype=np.uint64) * np.uint64(_BASE))


@cache
def _powers(size: int) -> tuple[Hashes, Hashes]:
    """Powers of the base, and of its inverse, modulo 2**64."""
    up, down = np.full(size, _BASE, np.uint64), np.full(size, pow(_BASE, -1, 1 << 64), np.uint64)
    up[0] = down[0] = 1
    return np.cumprod(up, out=up), np.cumprod(down, out=down)


def _sums(points: text.Points, up: Hashes) -> tuple[Hashes, text.Counts]:
    """Prefix sums of the characters' numbers, and of the characters that belong to no word."""
    sums = np.zeros(len(points) + 1, np.uint64)
    (_letters()[points & _PLANE] * up[: len(points)]).cumsum(out=sums[1:])
    # Behind the end lie gaps, so that no sequence begins where it would not fit.
    gaps = np.arange(len(points) + LONGEST + 1)
    (~text.wordly(points)).cumsum(out=gaps[1 : len(points) + 1])
    gaps[len(points) + 1 :] += len(points) + 1
    return sums, gaps


def grams(title: str, body: str) -> Grams:
    """The sequences of one letter."""
    return of_letters([(title, body)])


def of_letters(letters: Sequence[Letter]) -> Grams:
    """Words, pairs of neighbouring words, and one to four characters of each letter; bounded by text.READ_AT_MOST a letter."""
    heads = [f"{title[:200]}\n" if title else "" for title, _ in letters]
    texts = [f"{head}{body[: text.READ_AT_MOST]}"[: text.READ_AT_MOST] for head, (_, body) in zip(heads, letters, strict=True)]
    starts = np.array([0, *accumulate(len(one) + 1 for one in texts)])
    points = text.normalise("\n".join(texts))
    up, down = _powers(1 << max(13, len(points).bit_length()))
    sums, gaps = _sums(points, up)
    normalised = text.string(points)
    edges = text.boundaries(normalised)
    whole = gaps[edges[:-1]] == gaps[edges[1:]]
    begin, end, middle, words = _sequences(edges, whole, gaps, len(points))
    found = (sums[end] - sums[begin]) * down[begin]
    # A pair is also where it is parted: 市长 + 江桥 is not 市 + 长江桥.
    pairs = slice(words - len(middle), words)
    found[pairs] ^= _mixed((sums[middle] - sums[begin[pairs]]) * down[begin[pairs]])
    found[:words] ^= _MIX_MORE
    bodies = np.array([start + len(head) for start, head in zip(starts[:-1].tolist(), heads, strict=True)])
    letter = starts.searchsorted(begin, side="right") - 1
    segments = letter * SEGMENTS + (begin >= bodies[letter]) * 2
    segments[words:] += 1
    return Grams(found, segments, begin, end, edges, whole, starts, normalised)


def _sequences(edges: Places, whole: npt.NDArray[np.bool_], gaps: Places, size: int) -> tuple[Places, Places, Places, int]:
    """Where words, then pairs, then characters begin and end; where the pairs are parted; how many words and pairs."""
    firsts, lasts = edges[:-1], edges[1:]
    pair = (whole[:-1] & whole[1:]).nonzero()[0]
    lengths, starts = (sliding_window_view(gaps, size)[1 : LONGEST + 1] == gaps[:size]).nonzero() if size else (pair, pair)
    singles, middle = firsts[whole], lasts[pair]
    begins = np.concatenate((singles, firsts[pair], starts))
    ends = np.concatenate((lasts[whole], lasts[pair + 1], starts + lengths + 1))
    return begins, ends, middle, len(singles) + len(pair)
