"""The golden set: three plain letters of every category, written apart from the corpus, that every model must get right."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from classifier import tables
from classifier.understanding import Decision, Understander


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


def right(understander: Understander, letters: Sequence[Golden]) -> list[bool]:
    """Of each letter whether the model's first category is its own; one the model does not know is wrong."""
    return [understander.understand("", one.body).category == one.category for one in letters]


def protected(understander: Understander, letters: Sequence[Golden]) -> list[bool]:
    """Of each of these letters, all accusations, whether it is kept from everybody but the confidential desk."""
    return [understander.understand("", one.body).decision is Decision.PROTECTED for one in letters]
