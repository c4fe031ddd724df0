"""What every action needs at hand: the database, the vault, the city and the three things `app` wires in."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from databases import Database

from feedback.rules.city import City
from feedback.rules.hot import Letter
from feedback.rules.record import Understanding
from feedback.store import cases
from feedback.store.vault import Vault


class Understand(Protocol):
    """Reads a citizen's text. Never raises: what cannot be understood goes to triage."""

    def __call__(self, title: str, body: str, *, district: str | None, address: str) -> Understanding: ...


class Alike(Protocol):
    """How likely a letter tells of the same incident as each of the others: 0 to 1. Never raises."""

    def __call__(self, one: Letter, others: Sequence[Letter]) -> list[float]: ...


def nothing_alike(one: Letter, others: Sequence[Letter]) -> list[float]:
    """Without a usable model no two letters are alike."""
    return [0.0] * len(others)


def no_place(text: str) -> str:
    """Without somebody who reads, a text names no place."""
    return ""


@dataclass(slots=True)
class Hall:
    """The city hall as one process sees it. `city` is replaced whole when its tables change."""

    database: Database
    vault: Vault
    city: City
    understand: Understand
    words: Callable[..., str]
    """Renders the text of a notice: template name and its values."""
    redact: Callable[[str], str]
    """The text without the personal data found in it."""
    site: str = ""
    """The public address of the pages, for links in messages."""
    survey_days: int = 7
    """How long the link of the one question after an answer works."""
    numbers: cases.Numbers = field(default_factory=cases.Numbers)
    alike: Alike = nothing_alike
    place: Callable[[str], str] = no_place
    """The first road, estate, school … a text names; empty when it names none."""
