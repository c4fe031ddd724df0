"""A letter in, everything a dispatcher wants to know out. Uses arrays only, and never fails because of a text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt

from classifier import (
    accused,
    explaining,
    features,
    leading,
    linear,
    matters,
    place,
    routing,
    scope,
    storage,
    text,
    weighing,
)
from classifier.calibration import Certainty
from classifier.judging import Judge
from classifier.letter import Decision, Letter, Understanding
from classifier.linear import Linear
from classifier.tables import DISTRICT_BUREAU, City
from classifier.weighing import Scales

READ = text.READ_AT_MOST
"""Characters of a letter that rules and judges look at, as many as the model reads."""
TOGETHER = 1 << 12
"""Characters of the letters that are understood at once: more would leave the processor's caches."""


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
    raised: Mapping[str, float]
    """Own thresholds for automatic routing, of bureaus whose letters are harder to tell than the common threshold thinks."""
    city: City
    table: leading.Table
    gazetteer: place.Gazetteer
    often_urgent: tuple[bool, ...]
    families: linear.Reals
    units: accused.Names
    version: str

    @classmethod
    def load(cls, model_folder: Path, *, city: City) -> Self:
        """The model of `classifier.city.train`. Raises storage.BadModel, saying why, when it cannot serve this city."""
        about, arrays = storage.load(model_folder)
        try:
            labels, kinds, leads = (tuple(about[name]) for name in ("labels", "kinds", "leads"))
            scales = Scales(Certainty(**about["certainty"]), Certainty(**about["lead_certainty"]))
            levels, raised = Levels(**about["levels"]), dict(about.get("raised", {}))
        except (KeyError, TypeError) as error:
            raise storage.BadModel(f"this is no city model ({error}): train it with `minsheng train`") from error
        unknown = sorted(set(labels) - set(city.categories))
        if unknown:
            raise storage.BadModel(f"the model knows categories this city has not: {', '.join(unknown[:5])}; train it again")
        model, judge, trust = _parts(arrays, model_folder, columns=len(labels) + len(kinds) + 1 + len(leads))
        often = tuple(city.categories[code].urgent for code in labels)
        return cls(
            model, judge, trust, labels, kinds, leads, scales, levels, raised, city, leading.table(city, leads), place.gazetteer(city.districts), often,
            weighing.families(labels, city), accused.names(city), str(about.get("version", "")),
        )

    @property
    def certainty(self) -> Certainty:
        """How scores of categories become probabilities."""
        return self.scales.categories

    def understand(
        self, title: str | None, body: str | None, *, district: str | None = None, address: str | None = None
    ) -> Understanding:
        """Everything about one letter.

        Any string is answered in bounded time; what cannot be told goes to triage.
        """
        return self._together([Letter(title or "", body or "", district, address or "")])[0]

    def understand_all(self, letters: Sequence[Letter]) -> list[Understanding]:
        """Everything about each of many letters, at less than half the cost of one after the other; the answers are the same."""
        found: list[Understanding] = []
        waiting: list[Letter] = []
        room = TOGETHER
        for letter in letters:
            waiting.append(letter)
            room -= min(READ, len(letter.title) + len(letter.body))
            if room <= 0:
                found += self._together(waiting)
                waiting, room = [], TOGETHER
        return found + self._together(waiting) if waiting else found

    def parts(self, pieces: Sequence[tuple[str, str]]) -> list[Understanding]:
        """Pieces of letters (title, body), each read as a letter of its own."""
        return self.understand_all([Letter(title, body) for title, body in pieces])

    def matters(self, letter: Letter) -> tuple[matters.Matter, ...]:
        """The two parts of a letter that asks for two independent things; empty otherwise."""
        return matters.find(self, letter.title, letter.body[:READ])

    def accused(self, letter: Letter) -> tuple[accused.Accused, ...]:
        """Units that an accusing letter names as its object: none of them may see it."""
        text = letter.text[:READ]
        district = letter.district or place.find(self.gazetteer, f"{letter.address} {text}")[0]
        return accused.find(self.units, self.gazetteer, text, district=district)

    def _together(self, letters: Sequence[Letter]) -> list[Understanding]:
        grams = features.of_letters([(one.title, one.body) for one in letters])
        entries = self.model.space.entries(grams)
        vector = self.model.space.packed(entries, letters=grams.letters)
        parts = weighing.parted(self.model.scores(vector), labels=self.labels)
        chances = self.scales.categories.chances(parts.categories, self.families)
        texts = [letter.text for letter in letters]
        judged = self._judged(letters, parts, chances)
        chances = weighing.consistent(
            chances, self.labels, praising=np.array([one.kind == "praise" for one in judged]), accusing=np.array([one.suspicious for one in judged]),
        )
        first = weighing.likely(chances)
        places = [self._place(text, letter) for text, letter in zip(texts, letters, strict=True)]
        ranking = weighing.ranking(
            parts, chances, first=first, scales=self.scales, labels=self.labels, table=self.table, texts=[text[:READ] for text in texts],
            districts=[district for district, _ in places],
        )
        trust = weighing.chance(self.trust.scores(ranking.evidence))[:, 0].tolist()
        said = explaining.words(self.model, grams, entries=entries, vector=vector, columns=first[:, 0])
        top = chances[np.arange(len(letters))[:, None], first[:, :3]].tolist()
        rows = zip(
            letters, texts, places, judged, trust, said, first[:, :3].tolist(), top, ranking.order.tolist(), ranking.shares.tolist(),
            (vector.cuts[1:] - vector.cuts[:-1]).tolist(), chances.astype(np.float32), strict=True,
        )
        return [self._one(*row) for row in rows]

    def _one(
        self, letter: Letter, text: str, where: tuple[str | None, str], judged: _Judged, trust: float, said: tuple[str, ...], first: list[int], top: list[float],
        order: list[int], shares: list[float], known: int, chances: npt.NDArray[np.float32],
    ) -> Understanding:
        district, named = where
        bureaus = leading.trusted([self.table.leads[one] for one in order], shares, trust=trust, district=district)
        likely = [(self.labels[number], chance) for number, chance in zip(first, top, strict=True)]
        category = likely[0][0]
        if judged.sensitive:
            bureaus = _supervision_first(bureaus)
            if judged.accused and routing.ACCUSATION in self.labels:
                category = routing.ACCUSATION
                likely = _first(category, float(chances[self.labels.index(category)]), likely)
        decided = routing.route(self.city, category=category, district=district, text=text)
        threshold = self.raised.get(self.table.leads[order[0]], self.levels.auto)
        title, body = letter.title[:READ], letter.body[:READ]
        outside = None if judged.urgent or judged.sensitive else scope.find(self.city, title, body, district=district)
        told = bool(known) and not judged.suspicious and bureaus[0][0] != DISTRICT_BUREAU and outside is None
        heard = (judged.accused if judged.sensitive else "", judged.danger if judged.urgent else "", *decided.words, named)
        return Understanding(
            category=category,
            categories=tuple(likely),
            leads=tuple(routing.lead(self.city, category=code, district=district, text=text) for code, _ in likely),
            bureaus=bureaus,
            support=decided.support,
            district=district,
            kind=judged.kind,
            urgent=judged.urgent,
            sensitive=judged.sensitive,
            decision=_decided(sensitive=judged.sensitive, told=told and bureaus[0][1] >= threshold),
            probability=bureaus[0][1],
            threshold=threshold,
            probabilities=chances,
            reasons=tuple(dict.fromkeys((*filter(None, heard), *said)))[:6],
            version=self.version,
            text=text,
            scope=outside,
        )

    def _judged(self, letters: Sequence[Letter], parts: weighing.Parts, chances: linear.Reals) -> list[_Judged]:
        cut = [(letter.title[:READ], letter.body[:READ]) for letter in letters]
        alarms = [weighing.alarms(f"{title}\n{body}"[:READ]) for title, body in cut]
        traits = weighing.traits(cut, parts, chances, labels=self.labels, urgent=self.often_urgent, alarms=alarms)
        return [self._judgement(scores, *alarm) for scores, alarm in zip(self.judge.scores(traits).tolist(), alarms, strict=True)]

    def _judgement(self, scores: list[float], danger: str, accused: str) -> _Judged:
        *kinds, urgent, sensitive = scores
        return _Judged(
            self.kinds[kinds.index(max(kinds))], urgent >= self.levels.urgent, sensitive >= self.levels.sensitive,
            sensitive >= self.levels.suspicious, danger, accused,
        )

    def _place(self, text: str, letter: Letter) -> tuple[str | None, str]:
        if letter.district in self.city.districts:
            return letter.district, ""
        code, name = place.find(self.gazetteer, letter.address) if letter.address else (None, "")
        return (code, name) if code else place.find(self.gazetteer, text)



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


def _decided(*, sensitive: bool, told: bool) -> Decision:
    if sensitive:
        return Decision.PROTECTED
    return Decision.AUTO if told else Decision.TRIAGE


def _first(category: str, chance: float, likely: list[tuple[str, float]]) -> list[tuple[str, float]]:
    """The likeliest three with this one before the others: words and not the model chose it."""
    return [(category, chance), *(item for item in likely if item[0] != category)][:3]


def _supervision_first(bureaus: tuple[tuple[str, float], ...]) -> tuple[tuple[str, float], ...]:
    others = tuple(item for item in bureaus if item[0] != routing.SUPERVISION)
    return ((routing.SUPERVISION, dict(bureaus).get(routing.SUPERVISION, 0.0)), *others)[:3]
