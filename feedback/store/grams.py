"""Bigrams and trigrams of characters, the words of Chinese text that need no dictionary, as the numbers of the index
`case_words`; and the marks beside them: how old a case is and what it can be filtered by. Pure; the SQL is in searching.py."""

import re
import unicodedata
import zlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from enum import IntEnum
from itertools import pairwise

_RUN = re.compile(r"\w{2,}")

_RARE = 0xF8FF
DAYS = (3, 6, 12, 24, 48, 96, 192, 384)
"""A search looks at the newest cases first: it widens what it looks at from days to months to everything."""

_TRIGRAMS, _TRIGRAM = 1 << 20, 0xE100_0000
"""So many numbers stand for all trigrams, from this one on: the index stays small, and chance meetings are looked at again."""

OF_PART = DAYS.index(48)
"""Where a search begins among the cases of one bureau or about one matter, or those that are answered: few of the newest are."""

AMPLE = 1.5
"""So many times a page is expected in the next window, so that it is seldom missed by a little."""

_READ = ("number", "title", "address", "body", "district", "answer")
"""What of a case is read; another list reads every case again."""


class Mark(IntEnum):
    """What a mark is about. Its numbers lie in the private use area of Unicode: no gram of a text is there, and
    trigrams begin behind them."""

    AGE = 0xE000  # AGE + 0, 1, …: the block of so many DAYS it was received in
    OPEN = 0xE010
    BUREAU = 0xE011
    CATEGORY = 0xE012
    DISTRICT = 0xE013
    KIND = 0xE014
    URGENT = 0xE015
    HANDLER = 0xE016
    PUBLISHED = 0xE018  # which answer everybody may read, and whose
    LAYOUT = 0xE017  # which marks there are at all: a case with another one is read again


_WHILE_OPEN = 0x20 << 16
"""Between a mark and the same mark of cases that are open: those are few in a city of any age."""


def layout() -> int:
    """The mark of everything that was read by these rules."""
    return mark(Mark.LAYOUT, repr((DAYS, list(Mark), _READ, _TRIGRAMS, _WHILE_OPEN)))


def normal(text: str) -> str:
    """The text with full-width letters and digits, and digits in circles, as ordinary ones."""
    return unicodedata.normalize("NFKC", text)


def plain(text: str) -> str:
    """The same in small letters: how texts are compared."""
    return normal(text).lower()


def of(*texts: str) -> set[int]:
    """The bigrams and trigrams of letters, digits and characters that stand side by side in one of the texts, as 32-bit
    integers. In bigrams all characters from U+F8FF on count as one."""
    return {number for run in _runs(texts) for number in (*_bigrams(run), *_trigrams(run))}


def sought(terms: Iterable[str]) -> set[int]:
    """What every text has that has these words: the trigrams of a long one, which few texts share, and the bigram of a word of
    two characters."""
    return {number for run in _runs(terms) for number in (_bigrams(run) if len(run) == 2 else _trigrams(run))}


def _runs(texts: Iterable[str]) -> Iterator[str]:
    return (run for text in texts for run in _RUN.findall(plain(text)))


def _bigrams(run: str) -> Iterator[int]:
    return (_number(min(ord(first), _RARE), min(ord(second), _RARE)) for first, second in pairwise(run))


def _trigrams(run: str) -> Iterator[int]:
    for begin in range(len(run) - 2):
        found = zlib.crc32(run[begin : begin + 3].encode()) % _TRIGRAMS
        yield _number((_TRIGRAM | found) >> 16, found)


def exact(term: str) -> bool:
    """Whether the bigram of a plain word says all about it: a text that has it has the word."""
    return len(term) == 2 and bool(_RUN.fullmatch(term)) and max(map(ord, term)) < _RARE


def mark(kind: int, value: str | int = 0) -> int:
    """The number of a mark; two values may share one."""
    return _number(kind, value if isinstance(value, int) else zlib.crc32(value.encode()))


def _number(high: int, low: int) -> int:
    number = (high & 0xFFFF) << 16 | low & 0xFFFF
    return number - (1 << 32) if number >= 1 << 31 else number


def ages(received_at: datetime) -> list[int]:
    """The marks of the blocks of DAYS in which a case was received."""
    return [mark(Mark.AGE + level, _block(received_at, level)) for level in range(len(DAYS))]


def newest(level: int, until: datetime) -> tuple[list[int], datetime]:
    """The marks of the block of `until` and of the one before, and when that one began: every case received since then has one."""
    block = _block(until, level)
    begun = datetime.fromtimestamp((block - 1) * DAYS[level] * 86_400, UTC)
    return [mark(Mark.AGE + level, block - back) for back in (0, 1)], begun


def wider(level: int, until: datetime, *, rows: int, wanted: int) -> int | None:
    """The window that should hold so many rows as are wanted, by the fewer that one before `until` held; None: only all cases
    may. What one window had one of or none is rare: all cases have few of it."""
    if rows < 2:
        return None
    begins = [newest(level, until)[1] for level in range(len(DAYS))]
    since = until - (until - begins[level]) * (AMPLE * wanted / rows)
    return next((level for level, begun in enumerate(begins) if begun <= since), None)


def _block(moment: datetime, level: int) -> int:
    return int(moment.timestamp()) // 86_400 // DAYS[level]


def marks(
    *, open: bool, received_at: datetime, bureaus: Iterable[str], category: str | None, district: str | None,
    kind: str, urgent: bool, handler_id: int | None, published: str | None,
) -> set[int]:  # fmt: skip
    """The marks of a case. `bureaus` are all that ever had it; `published` names its public answer, if it has one."""
    named = (
        (Mark.CATEGORY, category), (Mark.DISTRICT, district), (Mark.KIND, kind), (Mark.HANDLER, handler_id),
        (Mark.PUBLISHED, published),
    )  # fmt: skip
    found = {mark(about, value) for about, value in named if value is not None}
    found |= {mark(Mark.BUREAU, bureau) for bureau in bureaus} | ({mark(Mark.URGENT)} if urgent else set())
    if open:
        found |= while_open(found) | {mark(Mark.OPEN)}
    return found | {layout(), *ages(received_at)}


def narrowing(category: str | None, bureau: str | None) -> set[int]:
    """The marks of what the public list is narrowed to."""
    named = ((Mark.CATEGORY, category), (Mark.BUREAU, bureau))
    return {mark(about, value) for about, value in named if value}


def while_open(marks: Iterable[int]) -> set[int]:
    """The marks that open cases have beside these."""
    return {one + _WHILE_OPEN for one in marks}
