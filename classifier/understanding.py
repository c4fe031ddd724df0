"""A letter in, everything a dispatcher wants to know out. Uses arrays only, and never fails because of a text."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from classifier import explaining, features, linear, personal, place, routing, signals, storage
from classifier.calibration import Certainty
from classifier.linear import Linear
from classifier.tables import DISTRICT_BUREAU, City

LIKELY = 8
"""Categories whose bureaus are added up: beyond the eighth the rest changes no ranking."""


class Decision(StrEnum):
    """What happens next: the machine routes, a person looks, or only the confidential desk sees it."""

    AUTO = "auto"
    TRIAGE = "triage"
    PROTECTED = "protected"


@dataclass(frozen=True, slots=True, eq=False)
class Understanding:
    """What one letter says. Probabilities are calibrated; `probability` is that of the first bureau."""

    category: str
    categories: tuple[tuple[str, float], ...]
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
    personal_data: tuple[personal.Found, ...]
    """Offsets count in title, line break and body; in the body alone when there is no title."""
    version: str


@dataclass(frozen=True, slots=True)
class Levels:
    """Thresholds found in training, for each decision."""

    auto: float
    urgent: float
    sensitive: float


@dataclass(frozen=True, slots=True)
class Understander:
    """The city model and the city it serves. Immutable: threads may share one."""

    model: Linear
    labels: tuple[str, ...]
    kinds: tuple[str, ...]
    certainty: Certainty
    levels: Levels
    city: City
    gazetteer: place.Gazetteer
    version: str

    @classmethod
    def load(cls, model_folder: Path, *, city: City) -> Self:
        """The model of `classifier.city.train`. Raises storage.BadModel, saying why, when it cannot serve this city."""
        about, arrays = storage.load(model_folder)
        return cls.build(about, linear_of(arrays, model_folder), city=city)

    @classmethod
    def build(cls, about: Mapping[str, Any], model: Linear, *, city: City) -> Self:
        """An understander of a model in memory. Raises storage.BadModel when labels and city do not agree."""
        try:
            labels, kinds = tuple(about["labels"]), tuple(about["kinds"])
            certainty, levels = Certainty(**about["certainty"]), Levels(**about["levels"])
        except (KeyError, TypeError) as error:
            raise storage.BadModel(f"this is no city model ({error}): train it with `minsheng train`") from error
        unknown = sorted(set(labels) - set(city.categories))
        if unknown or model.weights.shape[1] != len(labels) + len(kinds) + 1:
            raise storage.BadModel(f"the model knows categories this city has not: {', '.join(unknown[:5])}; train it again")
        return cls(model, labels, kinds, certainty, levels, city, place.gazetteer(city.districts), str(about.get("version", "")))

    def understand(
        self, title: str | None, body: str | None, *, district: str | None = None, address: str | None = None
    ) -> Understanding:
        """Everything about one letter; a given `district` (code) or `address` decides the place before the text does.

        Any string is answered in bounded time; what cannot be told goes to triage.
        """
        heading, letter = title or "", body or ""
        full = f"{heading}\n{letter}" if heading else letter
        grams = features.grams(heading, letter)
        entries = self.model.space.entries(grams)
        vector = self.model.space.packed(entries)
        scores = self.model.scores(vector)
        count, kinds = len(self.labels), len(self.kinds)
        chances = self.certainty.chances(scores[:count])
        order = np.argsort(-chances, kind="stable")[:LIKELY]
        likely = [(self.labels[one], float(chances[one])) for one in order]

        where, named = self._place(full, district=district, address=address)
        best = int(order[0])
        accused = signals.accusation(full)
        sensitive = bool(accused) or self._accusation_chance(chances) >= self.levels.sensitive
        danger = signals.danger(full)
        urgent = bool(scores[-1] + signals.WEIGHT * bool(danger) >= self.levels.urgent)
        # A mere suspicion of the model protects the letter but does not rename what it is about.
        category = routing.ACCUSATION if accused and routing.ACCUSATION in self.labels else self.labels[best]
        bureaus = routing.ranked(self.city, likely=likely, district=where, text=full)
        if sensitive:
            bureaus = _supervision_first(bureaus)
        decided = routing.route(self.city, category=category, district=where, text=full)
        certain = bureaus[0][1] if bureaus else 0.0
        told = bool(len(vector.ids)) and bool(bureaus) and bureaus[0][0] != DISTRICT_BUREAU
        reasons = explaining.words(self.model, grams, entries=entries, vector=vector, column=best)
        return Understanding(
            category=category,
            categories=_first(category, likely),
            bureaus=bureaus,
            support=decided.support,
            district=where,
            kind=self.kinds[int(scores[count : count + kinds].argmax())],
            urgent=urgent,
            sensitive=sensitive,
            decision=self._decide(sensitive=sensitive, told=told, certain=certain),
            probability=certain,
            threshold=self.levels.auto,
            probabilities=chances.astype(np.float32),
            reasons=tuple(dict.fromkeys((*filter(None, (accused, danger if urgent else "", *decided.words, named)), *reasons)))[:6],
            personal_data=personal.find(full),
            version=self.version,
        )

    def _place(self, text: str, *, district: str | None, address: str | None) -> tuple[str | None, str]:
        if district in self.city.districts:
            return district, ""
        code, name = place.find(self.gazetteer, address) if address else (None, "")
        return (code, name) if code else place.find(self.gazetteer, text)

    def _accusation_chance(self, chances: linear.Reals) -> float:
        return float(chances[self.labels.index(routing.ACCUSATION)]) if routing.ACCUSATION in self.labels else 0.0

    def _decide(self, *, sensitive: bool, told: bool, certain: float) -> Decision:
        if sensitive:
            return Decision.PROTECTED
        return Decision.AUTO if told and certain >= self.levels.auto else Decision.TRIAGE


def linear_of(arrays: dict[str, storage.Array], folder: Path) -> Linear:
    """The linear model among the arrays of a folder. Raises storage.BadModel when they do not fit together."""
    try:
        return linear.from_arrays(arrays)
    except (KeyError, ValueError) as error:
        raise storage.BadModel(f"{folder} holds no usable arrays ({error}): train it again") from error


def _first(category: str, likely: list[tuple[str, float]]) -> tuple[tuple[str, float], ...]:
    """The three likeliest, the chosen one before the others even when words and not the model chose it."""
    chance = dict(likely).get(category, 0.0)
    return ((category, chance), *(item for item in likely if item[0] != category))[:3]


def _supervision_first(bureaus: tuple[tuple[str, float], ...]) -> tuple[tuple[str, float], ...]:
    others = tuple(item for item in bureaus if item[0] != routing.SUPERVISION)
    return ((routing.SUPERVISION, dict(bureaus).get(routing.SUPERVISION, 0.0)), *others)[:3]
