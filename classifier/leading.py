"""Who leads: what categories and rules say, and what a model of bureaus says, as one ranking; and how far to trust its first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from classifier import routing
from classifier.linear import Reals
from classifier.tables import DISTRICT_BUREAU, City

FLOOR = 1e-3
"""Chance that neither view may deny: without it one view's zero would forbid what the other is sure of."""


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """Bureaus with their shares, best first; and what tells how far to trust the first."""

    bureaus: tuple[tuple[str, float], ...]
    evidence: Reals


def general(city: City, bureau: str) -> str:
    """The bureau as the model knows it: a district's government is 属地, whichever district it is."""
    return DISTRICT_BUREAU if bureau in city.districts else bureau


def by_rules(city: City, *, likely: Sequence[tuple[str, float]], text: str, district: str | None) -> Mapping[str, float]:
    """Chances of categories with the same lead add up; districts count as 属地."""
    sums: dict[str, float] = {}
    for category, chance in likely:
        lead = general(city, routing.lead(city, category=category, district=district, text=text))
        sums[lead] = sums.get(lead, 0.0) + chance
    return sums


def _odds(chance: float) -> float:
    bounded = min(max(chance, 1e-4), 1 - 1e-4)
    return float(np.log(bounded / (1 - bounded)))


def _first_and_gap(scores: Reals) -> tuple[float, float]:
    best = np.partition(scores, -2)[-2:] if len(scores) > 1 else np.array([0.0, scores[0]])
    return float(best[1]), float(best[1] - best[0])


def ranking(
    ruled: Mapping[str, float], *, leads: Sequence[str], modelled: Reals, scores: tuple[Reals, Reals], certain: float, length: int
) -> Ranking:
    """Both views multiplied and brought to one; `scores` are the raw scores of categories and of leads."""
    rules = np.array([ruled.get(lead, 0.0) for lead in leads])
    mixed = np.sqrt((rules + FLOOR) * (modelled + FLOOR))
    mixed /= mixed.sum()
    order = np.argsort(-mixed, kind="stable")[:3].tolist()
    evidence = [
        _odds(float(mixed[order[0]])), float(np.log(mixed[order[1]] + 1e-4)) if len(order) > 1 else 0.0,
        _odds(float(rules.max())), _odds(float(modelled.max())), float(rules.argmax() == modelled.argmax()), _odds(certain),
        *_first_and_gap(scores[0]), *_first_and_gap(scores[1]), float(np.log1p(length)),
    ]
    return Ranking(tuple((leads[one], float(mixed[one])) for one in order), np.array(evidence))


def trusted(found: Ranking, *, trust: float, district: str | None) -> tuple[tuple[str, float], ...]:
    """The bureaus at this place, the first with the chance that it is right, the others sharing the rest."""
    (first, share), *others = found.bureaus
    left = (1 - trust) / max(1e-9, 1 - share)
    told = [(first, trust), *((bureau, min(trust, chance * left)) for bureau, chance in others)]
    return tuple((district if bureau == DISTRICT_BUREAU and district else bureau, chance) for bureau, chance in told)
