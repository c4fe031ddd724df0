"""The only file that meets classifier/: a text in, an `Understanding` out. Whatever goes wrong, the case goes to triage."""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import classifier.letter
import classifier.personal
import classifier.reply
from classifier import likeness, novelty, storage, tables
from classifier.letter import Letter
from classifier.understanding import Understander
from feedback.rules import city, hot
from feedback.rules.record import Candidate, Decision, Hints, Kind, Part, Understanding, not_understood

_log = logging.getLogger(__name__)

REMEMBERED = 400
"""Letters whose traits are kept: about 10 MB."""


class Reader:
    """Understands letters with one loaded model and the city's routing tables."""

    def __init__(self, model: Path, city_tables: dict[str, list[dict[str, Any]]], *, name: str = "") -> None:
        """Loads the model for the city of that name; raises classifier.storage.BadModel, saying why, when it cannot serve."""
        self._understander = Understander.load(model, city=tables.city(**city_tables, name=name))
        self.folder = model
        self._recent: dict[int, likeness.Traits] = {}
        self.promised = float(storage.described(model).get("precision", 0.0))

    @property
    def labels(self) -> tuple[str, ...]:
        """The order of the ledger's probabilities."""
        return self._understander.labels

    @property
    def version(self) -> str:
        """Which model this is."""
        return self._understander.version

    def __call__(self, title: str, body: str, *, district: str | None, address: str) -> Understanding:
        """What the letter says; never raises."""
        return self._safely([Letter(title, body, district, address)])[0]

    def several(self, letters: Sequence[Any]) -> list[Understanding]:
        """What each of the letters (title, body, district, address) says, read together; never raises."""
        return self._safely([Letter(one.title, one.body, one.district, one.address) for one in letters])

    def _safely(self, letters: list[Letter]) -> list[Understanding]:
        try:
            return [_told(one) for one in self._understander.understand_all(letters)]
        except Exception:
            # A submission never fails because of the model: the letter goes to a person, the fault to the log.
            _log.exception("a letter was not understood")
            return [found for one in letters for found in self._safely([one])] if len(letters) > 1 else [not_understood()]

    def strange(self, title: str, body: str) -> float:
        """Share of the letter's words that the model has never seen, from 0 to 1."""
        return novelty.share(self._understander, title, body)

    def hints(self, title: str, body: str, *, district: str | None, address: str, secret: bool) -> Hints:
        """What a person should look at before deciding; of a `secret` letter only whom it accuses. Never raises."""
        letter = Letter(title, body, district, address)
        try:
            if secret:
                return Hints(accused=tuple((one.text, one.bureaus) for one in self._understander.accused(letter)))
            found = self._understander.understand(title, body, district=district, address=address)
            parts = tuple(Part(one.start, one.end, one.category, one.bureau) for one in self._understander.matters(letter))
            return Hints(scope=found.scope.value if found.scope else "", parts=parts)
        except Exception:
            _log.exception("no hints could be given for a letter")
            return Hints()

    def alike(self, one: hot.Letter, others: Sequence[hot.Letter]) -> list[float]:
        """The chance that each of the others tells of the same incident as the one; never raises."""
        try:
            own = self._traits(one)
            return [likeness.compare(own, self._traits(other)).probability for other in others]
        except Exception:
            _log.exception("letters were not compared")
            return [0.0] * len(others)

    def _traits(self, letter: hot.Letter) -> likeness.Traits:
        """What the letter is recognised by; the last ones are remembered, since a letter is compared many times."""
        known = self._recent.get(letter.id)
        if known is None:
            known = likeness.traits(self._understander, letter.text, place=letter.place, day=letter.day)
            if len(self._recent) >= REMEMBERED:
                self._recent.clear()
            self._recent[letter.id] = known
        return known


def _told(found: classifier.letter.Understanding) -> Understanding:
    return Understanding(
        category=found.category,
        kind=Kind(found.kind),
        urgent=found.urgent,
        district=found.district,
        decision=Decision(found.decision),
        bureau=found.bureaus[0][0] if found.bureaus else None,
        support=tuple(code for code in found.support if code != city.DISTRICT_LEADS),
        probability=found.probability,
        threshold=found.threshold,
        candidates=tuple(
            Candidate(code, lead, probability)
            for (code, probability), lead in zip(found.categories, found.leads, strict=True)
        ),
        bureaus=tuple(found.bureaus),
        reasons=tuple(found.reasons),
        probabilities=tuple(found.probabilities.astype(float).round(6).tolist()),
        model=found.version,
    )


def personal_data(text: str) -> tuple[tuple[str, int, int], ...]:
    """Type, begin and end of every personal datum found in a text."""
    return tuple((one.type, one.start, one.end) for one in classifier.personal.find(text))


def place(text: str) -> str:
    """The first road, estate, school … the text names, as it is written; empty when it names none."""
    return next(iter(likeness.places(text)), "")


def redact(text: str) -> str:
    """The text with every personal datum found in it replaced by what it was, e.g. 【电话】."""
    return classifier.personal.redact(text)


def review(message: str, reply: str) -> tuple[tuple[str, str], ...]:
    """What a reviewer would object to in a reply: (fault, explanation in Chinese)."""
    found = classifier.reply.review(message=message, reply=reply)
    return tuple((fault.value, sentence) for fault, sentence in zip(found.faults, found.explain, strict=True))
