"""Who leads: what categories and rules say, and what a model of bureaus says, as one ranking; and how far to trust its first."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from classifier import routing
from classifier.linear import Reals
from classifier.spotting import Spotter
from classifier.tables import DISTRICT_BUREAU, City

FLOOR = 1e-3
"""Chance that neither view may deny: without it one view's zero would forbid what the other is sure of."""


Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """Of each letter the three likeliest bureaus by number, their shares, and what tells how far to trust the first."""

    order: Numbers
    shares: Reals
    evidence: Reals


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """The rules of a city made ready: which of the leads each category has, and which words and districts change it."""

    leads: tuple[str, ...]
    usual: Mapping[str, int]
    rules: Mapping[str, tuple[tuple[str, frozenset[str], int], ...]]
    spotter: Spotter

    def lead(self, category: str, *, said: Set[str], district: str | None) -> int:
        """Number of the leading bureau, given the rules' words that stand in the letter."""
        for where, words, lead in self.rules.get(category, ()):
            if (not where or where == district) and (not words or not words.isdisjoint(said)):
                return lead
        return self.usual[category]


def table(city: City, leads: Sequence[str]) -> Table:
    """The table of a city: first the leads its model knows, then those that only its rules and categories name."""
    own_rules = [rule for own in city.rules.values() for rule in own]
    named = (*(category.lead for category in city.categories.values()), *(rule.lead for rule in own_rules))
    every = tuple(dict.fromkeys((*leads, *(general(city, lead) for lead in named))))
    numbers = {lead: number for number, lead in enumerate(every)}
    rules = {
        category: tuple((rule.district, frozenset(rule.when), numbers[general(city, rule.lead)]) for rule in own)
        for category, own in city.rules.items()
    }
    usual = {code: numbers[general(city, category.lead)] for code, category in city.categories.items()}
    return Table(every, usual, rules, Spotter(word for rule in own_rules for word in rule.when))


def general(city: City, bureau: str) -> str:
    """The bureau as the model knows it: a district's government is 属地, whichever district it is."""
    return DISTRICT_BUREAU if bureau in city.districts else bureau


def _odds(chances: Reals) -> Reals:
    bounded = np.minimum(1 - 1e-4, np.maximum(1e-4, chances))
    result: Reals = np.log(bounded / (1 - bounded))
    return result


def _first_and_gap(scores: Reals) -> tuple[Reals, Reals]:
    """The highest score of each row, and how far the next is behind."""
    scores = scores.copy()
    scores.partition(-min(2, scores.shape[1]), axis=1)
    return scores[:, -1], scores[:, -1] - scores[:, -min(2, scores.shape[1])]


def ranking(
    ruled: Reals, *, modelled: Reals, scores: tuple[Reals, Reals], certain: Reals, lengths: Numbers
) -> Ranking:
    """Both views multiplied and brought to one, a row a letter; `scores` are the raw scores of categories and of leads."""
    mixed = np.sqrt((ruled + FLOOR) * (modelled + FLOOR))
    mixed /= np.add.reduce(mixed, axis=1, keepdims=True)
    order = (-mixed).argsort(axis=1, kind="stable")[:, :3]
    rows = np.arange(len(order))
    shares = mixed[rows[:, None], order]
    by_rules, by_model = ruled.argmax(axis=1), modelled.argmax(axis=1)
    odds = _odds(np.array((shares[:, 0], ruled[rows, by_rules], modelled[rows, by_model], certain)))
    evidence = np.array((
        odds[0], np.log(shares[:, 1] + 1e-4) if order.shape[1] > 1 else np.zeros(len(order)), odds[1], odds[2], by_rules == by_model, odds[3],
        *_first_and_gap(scores[0]), *_first_and_gap(scores[1]), np.log1p(lengths),
    )).T
    return Ranking(order, shares, evidence)


def trusted(leads: Sequence[str], shares: Sequence[float], *, trust: float, district: str | None) -> tuple[tuple[str, float], ...]:
    """The bureaus at this place, the first with the chance that it is right, the others sharing the rest."""
    left = (1 - trust) / max(1e-9, 1 - shares[0])
    told = [(leads[0], trust), *((lead, min(trust, share * left)) for lead, share in zip(leads[1:], shares[1:], strict=True))]
    return tuple((routing.here(lead, district), chance) for lead, chance in told)
