"""A letter in, everything a dispatcher wants to know out. Uses arrays only, and never fails because of a text."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt

from classifier import explaining, features, leading, linear, personal, place, routing, storage, text, weighing
from classifier.calibration import Certainty
from classifier.judging import Judge
from classifier.linear import Linear
from classifier.tables import DISTRICT_BUREAU, City
from classifier.weighing import Scales

READ = text.READ_AT_MOST
"""Characters of a letter that rules and judges look at, as many as the model reads."""


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
    """Thresholds found in training: a chance for automatic routing, scores of the judges for the others."""

    auto: float
    urgent: float
    sensitive: float
    suspicious: float
    """From here on a person looks, although the letter is not hidden from the desk."""


@dataclass(frozen=True, slots=True)
class _Judged:
    kind: str
    urgent: bool
    sensitive: bool
    suspicious: bool
    danger: str
    accused: str


@dataclass(frozen=True, slots=True, eq=False)
class Understander:
    """The city model and the city it serves. Immutable: threads may share one."""

    model: Linear
    judge: Judge
    trust: Judge
    labels: tuple[str, ...]
    kinds: tuple[str, ...]
    leads: tuple[str, ...]
    scales: Scales
    levels: Levels
    city: City
    gazetteer: place.Gazetteer
    often_urgent: tuple[bool, ...]
    version: str

    @classmethod
    def load(cls, model_folder: Path, *, city: City) -> Self:
        """The model of `classifier.city.train`. Raises storage.BadModel, saying why, when it cannot serve this city."""
        about, arrays = storage.load(model_folder)
        try:
            labels, kinds, leads = (tuple(about[name]) for name in ("labels", "kinds", "leads"))
            scales = Scales(Certainty(**about["certainty"]), Certainty(**about["lead_certainty"]))
            levels = Levels(**about["levels"])
        except (KeyError, TypeError) as error:
            raise storage.BadModel(f"this is no city model ({error}): train it with `minsheng train`") from error
        unknown = sorted(set(labels) - set(city.categories))
        if unknown:
            raise storage.BadModel(f"the model knows categories this city has not: {', '.join(unknown[:5])}; train it again")
        model, judge, trust = _parts(arrays, model_folder, columns=len(labels) + len(kinds) + 1 + len(leads))
        often = tuple(city.categories[code].urgent for code in labels)
        return cls(
            model, judge, trust, labels, kinds, leads, scales, levels, city, place.gazetteer(city.districts), often, str(about.get("version", "")),
        )

    @property
    def certainty(self) -> Certainty:
        """How scores of categories become probabilities."""
        return self.scales.categories

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
        part = weighing.parted(self.model.scores(vector), labels=self.labels)
        chances = self.scales.categories.chances(part.categories)
        judged = self._judged(heading, letter, part, chances)
        where, named = self._place(full, district=district, address=address)
        ranking = weighing.ranking(
            part, chances, scales=self.scales, labels=self.labels, leads=self.leads, city=self.city, text=full[:READ], district=where,
        )
        trust = float(weighing.chance(self.trust.scores(ranking.evidence))[0])
        bureaus = leading.trusted(ranking, trust=trust, district=where)
        best = int(chances.argmax())
        category = routing.ACCUSATION if judged.sensitive and judged.accused and routing.ACCUSATION in self.labels else self.labels[best]
        if judged.sensitive:
            bureaus = _supervision_first(bureaus)
        decided = routing.route(self.city, category=category, district=where, text=full)
        told = bool(len(vector.ids)) and not judged.suspicious and bureaus[0][0] != DISTRICT_BUREAU
        said = explaining.words(self.model, grams, entries=entries, vector=vector, column=best)
        heard = (judged.accused if judged.sensitive else "", judged.danger if judged.urgent else "", *decided.words, named)
        return Understanding(
            category=category,
            categories=_first(category, weighing.likely(chances, self.labels)),
            bureaus=bureaus,
            support=decided.support,
            district=where,
            kind=judged.kind,
            urgent=judged.urgent,
            sensitive=judged.sensitive,
            decision=self._decide(sensitive=judged.sensitive, told=told, certain=bureaus[0][1]),
            probability=bureaus[0][1],
            threshold=self.levels.auto,
            probabilities=chances.astype(np.float32),
            reasons=tuple(dict.fromkeys((*filter(None, heard), *said)))[:6],
            personal_data=personal.find(full),
            version=self.version,
        )

    def _judged(self, title: str, body: str, part: weighing.Parts, chances: linear.Reals) -> _Judged:
        text = f"{title}\n{body}"[:READ]
        danger, accused = alarms = weighing.alarms(text)
        traits = weighing.traits(
            title[:READ], body[:READ], part, chances, labels=self.labels, urgent=self.often_urgent, alarms=alarms,
        )
        *kinds, urgent, sensitive = self.judge.scores(traits).tolist()
        return _Judged(
            self.kinds[kinds.index(max(kinds))], urgent >= self.levels.urgent, sensitive >= self.levels.sensitive, sensitive >= self.levels.suspicious, danger, accused,
        )

    def _place(self, text: str, *, district: str | None, address: str | None) -> tuple[str | None, str]:
        if district in self.city.districts:
            return district, ""
        code, name = place.find(self.gazetteer, address) if address else (None, "")
        return (code, name) if code else place.find(self.gazetteer, text)

    def _decide(self, *, sensitive: bool, told: bool, certain: float) -> Decision:
        if sensitive:
            return Decision.PROTECTED
        return Decision.AUTO if told and certain >= self.levels.auto else Decision.TRIAGE


def _parts(arrays: dict[str, storage.Array], folder: Path, *, columns: int) -> tuple[Linear, Judge, Judge]:
    """The model and its judges among the arrays of a folder. Raises storage.BadModel when they do not fit together."""
    try:
        model = linear.from_arrays(arrays)
        judge, trust = (
            Judge(arrays[f"{name}_weights"].astype(np.float64), arrays[f"{name}_bias"].astype(np.float64)) for name in ("judge", "trust")
        )
        if model.weights.shape[1] != columns:
            raise ValueError("columns of another model")
    except (KeyError, ValueError) as error:
        raise storage.BadModel(f"{folder} holds no usable arrays ({error}): train it again") from error
    return model, judge, trust


def _first(category: str, likely: list[tuple[str, float]]) -> tuple[tuple[str, float], ...]:
    """The three likeliest, the chosen one before the others even when words and not the model chose it."""
    chance = dict(likely).get(category, 0.0)
    return ((category, chance), *(item for item in likely if item[0] != category))[:3]


def _supervision_first(bureaus: tuple[tuple[str, float], ...]) -> tuple[tuple[str, float], ...]:
    others = tuple(item for item in bureaus if item[0] != routing.SUPERVISION)
    return ((routing.SUPERVISION, dict(bureaus).get(routing.SUPERVISION, 0.0)), *others)[:3]
