"""What every action needs at hand: the database, the vault, the city and the three things `app` wires in."""

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from databases import Database

from feedback.rules import succession
from feedback.rules.city import City
from feedback.rules.hot import Letter
from feedback.rules.record import Hints, Understanding
from feedback.store import cases, writing
from feedback.store.depot import Depot
from feedback.store.gathering import Gathering
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


class Hinting(Protocol):
    """What a reader should look at before deciding about a letter; of a `secret` one, whom it accuses. Never raises."""

    def __call__(self, title: str, body: str, *, district: str | None, address: str, secret: bool) -> Hints: ...


def no_hints(title: str, body: str, *, district: str | None, address: str, secret: bool) -> Hints:
    """Without a usable model there is nothing to point at."""
    return Hints()


def no_place(text: str) -> str:
    """Without somebody who reads, a text names no place."""
    return ""


class Written(Protocol):
    """What is read of a letter before it is a case."""

    @property
    def title(self) -> str: ...
    @property
    def body(self) -> str: ...
    @property
    def district(self) -> str | None: ...
    @property
    def address(self) -> str: ...


AT_ONCE = 32
"""Letters of one moment that are read and written together: more would keep the first of them waiting for no further gain."""


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
    files: Path = Path("var/files")
    """The folder of photos and files; several machines may share it."""
    site: str = ""
    """The public address of the pages, for links in messages."""
    survey_days: int = 7
    """How long the link of the one question after an answer works."""
    numbers: cases.Numbers = field(default_factory=cases.Numbers)
    alike: Alike = nothing_alike
    hints: Hinting = no_hints
    place: Callable[[str], str] = no_place
    """The first road, estate, school … a text names; empty when it names none."""
    read: Gathering[Written, Understanding] = field(init=False)
    """What a letter says, understood together with the others of the same moment."""
    write: Gathering[writing.Rows, None] = field(init=False)
    """New rows, written in one statement with the others of the same moment."""

    def __post_init__(self) -> None:
        self.read = Gathering(self._read, most=AT_ONCE)
        self.write = Gathering(functools.partial(writing.insert_all, self.database), most=AT_ONCE)

    @property
    def depot(self) -> Depot:
        """Photos and files on disk, sealed with the vault of this hall."""
        return Depot(self.vault, self.files)

    async def _read(self, letters: Sequence[Written]) -> Sequence[Understanding]:
        several = getattr(self.understand, "several", None)
        if several is not None:
            found = several(letters)
        else:
            found = [self.understand(one.title, one.body, district=one.district, address=one.address) for one in letters]
        return [self._present(each, one.title, one.body) for each, one in zip(found, letters, strict=True)]

    def understood(self, title: str, body: str, *, district: str | None, address: str) -> Understanding:
        """What the text says, in the city's present codes."""
        return self._present(self.understand(title, body, district=district, address=address), title, body)

    def _present(self, found: Understanding, title: str, body: str) -> Understanding:
        """In present codes: the model may have been trained before a reorganisation."""
        if not self.city.succession.changes:
            return found
        return succession.present(found, f"{title}\n{body}", self.city.succession, self.city.leads)
