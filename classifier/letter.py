"""What goes in and what comes out: a citizen's letter, and everything that was understood of it."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from classifier import personal
from classifier.scope import Scope


@dataclass(frozen=True, slots=True)
class Letter:
    """What is to be understood; a given district (code) or address decides the place before the text does."""

    title: str
    body: str
    district: str | None = None
    address: str = ""

    @property
    def text(self) -> str:
        """Title, line break and body; the body alone when there is no title."""
        return f"{self.title}\n{self.body}" if self.title else self.body


class Decision(StrEnum):
    """What happens next: the machine routes, a person looks, or only the confidential desk sees it."""

    AUTO = "auto"
    TRIAGE = "triage"
    PROTECTED = "protected"


@dataclass(frozen=True, slots=True, eq=False)
class Understanding:
    """What one letter says. Probabilities are calibrated; `probability` is the chance that the first bureau is right."""

    category: str
    categories: tuple[tuple[str, float], ...]
    leads: tuple[str, ...]
    """Who would lead in each of the categories."""
    bureaus: tuple[tuple[str, float], ...]
    support: tuple[str, ...]
    district: str | None
    kind: str
    urgent: bool
    sensitive: bool
    decision: Decision
    probability: float
    threshold: float
    probabilities: npt.NDArray[np.float32]
    """One for each category, in the order of `Understander.labels`: for the routing ledger."""
    reasons: tuple[str, ...]
    version: str
    text: str
    scope: Scope | None = None
    """Why the letter seems to be none for this city (advertising, a test …); such a letter goes to a person."""

    @property
    def personal_data(self) -> tuple[personal.Found, ...]:
        """Looked for when asked. Offsets count in title, line break and body; in the body alone when there is no title."""
        return personal.find(self.text)
