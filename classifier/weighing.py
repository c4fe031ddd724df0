"""The steps between scores and decisions that training and answering must do alike."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from classifier import corpus, judging, leading, routing, signals
from classifier.calibration import Certainty
from classifier.linear import Reals
from classifier.tables import City

LIKELY = 10
"""Categories whose bureaus are added up: beyond the tenth the rest changes no ranking."""
TELLING = (routing.ACCUSATION, "V01", "J07", "Q06")
"""Categories whose chances the judges see: accusations, and what is easily taken for them (作风, 警务, 村务)."""


@dataclass(frozen=True, slots=True)
class Scales:
    """How scores of categories and of leads become chances."""

    categories: Certainty
    leads: Certainty


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """The scores of a letter, or of many rows of them, by what they speak of."""

    categories: Reals
    kinds: Reals
    urgent: Reals
    leads: Reals

    def row(self, number: int) -> "Parts":
        """The scores of one letter among many."""
        return Parts(self.categories[number], self.kinds[number], self.urgent[number], self.leads[number])


def parted(scores: Reals, *, labels: Sequence[str]) -> Parts:
    """Columns in the order in which the model was trained: categories, kinds, urgency, leads."""
    first, last = len(labels), len(labels) + len(corpus.KINDS)
    return Parts(scores[..., :first], scores[..., first:last], scores[..., last], scores[..., last + 1 :])


def chance(score: Reals) -> Reals:
    """The chance a judge's score of one question stands for."""
    result: Reals = 1 / (1 + np.exp(-np.clip(score, -30, 30)))
    return result


def likely(chances: Reals, labels: Sequence[str]) -> list[tuple[str, float]]:
    """The likeliest categories, best first."""
    order = np.argsort(-chances, kind="stable")[:LIKELY].tolist()
    return [(labels[one], float(chances[one])) for one in order]


def traits(title: str, body: str, part: Parts, chances: Reals, *, labels: Sequence[str], urgent: Sequence[bool], alarms: tuple[str, str]) -> Reals:
    """What the judges of kind, urgency and accusation see of one letter; `urgent` says which categories often are."""
    density = judging.density(len(title) + len(body))
    telling = [float(chances[labels.index(code)]) if code in labels else 0.0 for code in TELLING]
    return judging.traits(
        judging.form(title, body), danger=bool(alarms[0]) * density, accused=bool(alarms[1]) * density, kinds=part.kinds, urgent=float(part.urgent),
        likely=[*telling, float(chances @ np.asarray(urgent, float))],
    )


def alarms(text: str) -> tuple[str, str]:
    """The words of danger and of accusation in a text; empty where there are none."""
    return signals.danger(text), signals.accusation(text)


def ranking(
    part: Parts, chances: Reals, *, scales: Scales, labels: Sequence[str], leads: Sequence[str], city: City, text: str, district: str | None
) -> leading.Ranking:
    """Bureaus by categories and rules together with the model of bureaus."""
    first = likely(chances, labels)
    return leading.ranking(
        leading.by_rules(city, likely=first, text=text, district=district), leads=leads, modelled=scales.leads.chances(part.leads),
        scores=(part.categories, part.leads), certain=first[0][1], length=len(text),
    )
