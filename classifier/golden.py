"""The golden set: three plain letters of every category, written apart from the corpus, that every model must get right."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from classifier import tables
from classifier.letter import Decision
from classifier.understanding import Understander

Called = Callable[[str, str], str]
"""What a category or a bureau is called today, for a letter with this text: after some were merged or split."""


def as_ever(code: str, text: str) -> str:
    """Its own code: nothing was reorganised."""
    return code


@dataclass(frozen=True, slots=True)
class Golden:
    """One letter and its category."""

    id: str
    category: str
    body: str


def read(path: Path) -> list[Golden]:
    """The letters of data/golden.csv. Raises tables.BadTable when it is missing or a column lacks."""
    try:
        return [Golden(row["id"], row["category"], row["body"]) for row in tables.rows(path)]
    except KeyError as error:
        raise tables.BadTable(f"{path}: column {error} is missing") from error


def right(understander: Understander, letters: Sequence[Golden], *, called: Called = as_ever) -> list[bool]:
    """Of each letter whether the model's first category is its own, both as they are `called` today."""
    return [called(understander.understand("", one.body).category, one.body) == called(one.category, one.body) for one in letters]


def protected(understander: Understander, letters: Sequence[Golden]) -> list[bool]:
    """Of each of these letters, all accusations, whether it is kept from everybody but the confidential desk."""
    return [understander.understand("", one.body).decision is Decision.PROTECTED for one in letters]
