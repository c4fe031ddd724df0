"""What every action needs at hand: the database, the vault, the city and the three things `app` wires in."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from databases import Database

from feedback.rules.city import City
from feedback.rules.record import Understanding
from feedback.store import cases
from feedback.store.vault import Vault


class Understand(Protocol):
    """Reads a citizen's text. Never raises: what cannot be understood goes to triage."""

    def __call__(self, title: str, body: str, *, district: str | None, address: str) -> Understanding: ...


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
    numbers: cases.Numbers = field(default_factory=cases.Numbers)
