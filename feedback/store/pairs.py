"""Pairs of neighbouring characters, the words of Chinese text that need no dictionary, as the numbers of the index
`case_words`; and the marks beside them: how old a case is and what it can be filtered by. Pure; the SQL is in searching.py."""

import re
import unicodedata
import zlib
from collections.abc import Iterable
from datetime import UTC, datetime
from enum import IntEnum
from itertools import pairwise

_RUN = re.compile(r"\w{2,}")

_RARE = 0xF8FF
WEEKS = (2, 8, 32)
"""A search looks at the newest cases first: it widens what it looks at from weeks to months to everything."""

_READ = ("number", "title", "address", "body", "district")
"""What of a case is read; another list reads every case again."""


class Mark(IntEnum):
    """What a mark is about. Its numbers lie in the private use area of Unicode: no pair of a text is there."""

    AGE = 0xE000  # AGE + 0, 1, 2: the block of so many WEEKS it was received in
    OPEN = 0xE010
    BUREAU = 0xE011
    CATEGORY = 0xE012
    DISTRICT = 0xE013
    KIND = 0xE014
    URGENT = 0xE015
    HANDLER = 0xE016
    LAYOUT = 0xE017  # which marks there are at all: a case with another one is read again


def layout() -> int:
    """The mark of everything that was read by these rules."""
    return mark(Mark.LAYOUT, repr((WEEKS, list(Mark), _READ)))


def plain(text: str) -> str:
    """The text with full-width letters and digits as ordinary ones, in small letters: how texts are compared."""
    return unicodedata.normalize("NFKC", text).lower()


def of(*texts: str) -> set[int]:
    """The pairs of letters, digits and characters that stand side by side in one of the texts, as 32-bit integers.

    All characters beyond U+FFFF count as one."""
    return {
        _number(min(ord(first), _RARE), min(ord(second), _RARE))
        for text in texts
        for run in _RUN.findall(plain(text))
        for first, second in pairwise(run)
    }


def exact(term: str) -> bool:
    """Whether the pairs of a plain word say all about it: a text that has them has the word."""
    return len(term) == 2 and bool(_RUN.fullmatch(term)) and max(map(ord, term)) <= 0xFFFF


def mark(kind: int, value: str | int = 0) -> int:
    """The number of a mark; two values may share one."""
    return _number(kind, value if isinstance(value, int) else zlib.crc32(value.encode()))


def _number(high: int, low: int) -> int:
    number = (high & 0xFFFF) << 16 | low & 0xFFFF
    return number - (1 << 32) if number >= 1 << 31 else number


def ages(received_at: datetime) -> list[int]:
    """The marks of the blocks of WEEKS in which a case was received."""
    return [mark(Mark.AGE + level, _block(received_at, weeks)) for level, weeks in enumerate(WEEKS)]


def newest(level: int, until: datetime) -> tuple[list[int], datetime]:
    """The marks of the block of `until` and of the one before, and when that one began: every case received since then has one."""
    block = _block(until, WEEKS[level])
    begun = datetime.fromtimestamp((block - 1) * WEEKS[level] * 7 * 86_400, UTC)
    return [mark(Mark.AGE + level, block - back) for back in (0, 1)], begun


def _block(moment: datetime, weeks: int) -> int:
    return int(moment.timestamp()) // 86_400 // (7 * weeks)


def marks(
    *, open: bool, received_at: datetime, bureaus: Iterable[str], category: str | None, district: str | None,
    kind: str, urgent: bool, handler_id: int | None,
) -> set[int]:  # fmt: skip
    """The marks of a case. `bureaus` are all that ever had it."""
    named = ((Mark.CATEGORY, category), (Mark.DISTRICT, district), (Mark.KIND, kind), (Mark.HANDLER, handler_id))
    found = {mark(about, value) for about, value in named if value is not None}
    found |= {mark(Mark.BUREAU, bureau) for bureau in bureaus} | set(ages(received_at))
    found.add(layout())
    return found | ({mark(Mark.OPEN)} if open else set()) | ({mark(Mark.URGENT)} if urgent else set())
