"""The steps between scores and decisions that training and answering must do alike."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from classifier import corpus, judging, leading, routing, signals
from classifier.calibration import Certainty
from classifier.linear import Reals
from classifier.tables import City

LIKELY = 10
"""Categories whose bureaus are added up: beyond the tenth the rest changes no ranking."""
TELLING = (routing.ACCUSATION, "V01", "J07", "Q06")
"""Categories whose chances the judges see: accusations, and what is easily taken for them (作风, 警务, 村务)."""


PRAISE = "V07"
"""Category 表扬感谢."""
DENIED = 0.02
"""What is left of the chance of a category that a judge denies."""


@dataclass(frozen=True, slots=True)
class Scales:
    """How scores of categories and of leads become chances."""

    categories: Certainty
    leads: Certainty


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """Scores by what they speak of, a row a letter."""

    categories: Reals
    kinds: Reals
    urgent: Reals
    leads: Reals


def parted(scores: Reals, *, labels: Sequence[str]) -> Parts:
    """Columns in the order in which the model was trained: categories, kinds, urgency, leads."""
    first, last = len(labels), len(labels) + len(corpus.KINDS)
    return Parts(scores[:, :first], scores[:, first:last], scores[:, last], scores[:, last + 1 :])


def families(labels: Sequence[str], city: City) -> Reals:
    """Which categories belong to one group of the table of categories (labels × groups)."""
    groups = [city.categories[label].group for label in labels]
    return np.array([[float(one == group) for group in dict.fromkeys(groups)] for one in groups])


def chance(score: Reals) -> Reals:
    """The chance a judge's score of one question stands for."""
    result: Reals = 1 / (1 + np.exp(-np.minimum(30, np.maximum(-30, score))))
    return result


def likely(chances: Reals) -> npt.NDArray[np.int64]:
    """Numbers of the likeliest categories of each letter, best first."""
    return (-chances).argsort(axis=1, kind="stable")[:, :LIKELY]


def consistent(chances: Reals, labels: Sequence[str], *, praising: npt.NDArray[np.bool_], accusing: npt.NDArray[np.bool_]) -> Reals:
    """Chances of the categories that agree with the judges: no letter is filed as praise that does not praise, none as an accusation that accuses nobody.

    Letters to mayors begin and end politely, and speak of officials whatever they are about."""
    result = chances.copy()
    for code, holds in ((PRAISE, praising), (routing.ACCUSATION, accusing)):
        if code in labels:
            result[~holds, labels.index(code)] *= DENIED
    result /= np.add.reduce(result, axis=1, keepdims=True)
    return result


def alarms(text: str) -> tuple[str, str]:
    """The words of danger and of accusation in a text; empty where there are none."""
    return signals.danger(text), signals.accusation(text)


def traits(
    letters: Sequence[tuple[str, str]], parts: Parts, chances: Reals, *, labels: Sequence[str], urgent: Sequence[bool],
    alarms: Sequence[tuple[str, str]],
) -> Reals:
    """What the judges of kind, urgency and accusation see of (title, body) letters; `urgent` says which categories often are."""
    likely = np.zeros((len(letters), len(TELLING) + 1))
    for column, code in enumerate(TELLING):
        if code in labels:
            likely[:, column] = chances[:, labels.index(code)]
    likely[:, -1] = chances @ np.asarray(urgent, float)
    danger, accused = np.array([(bool(one), bool(other)) for one, other in alarms], float).T
    return judging.traits(
        np.array([judging.form(title, body) for title, body in letters], float), danger=danger, accused=accused,
        kinds=parts.kinds, urgent=parts.urgent, likely=likely,
    )


def ranking(
    parts: Parts, chances: Reals, *, first: npt.NDArray[np.int64], scales: Scales, labels: Sequence[str], table: leading.Table,
    texts: Sequence[str], districts: Sequence[str | None],
) -> leading.Ranking:
    """Bureaus by categories and rules together with the model of bureaus; `first` are the likeliest categories."""
    ruled, modelled = np.zeros((2, len(texts), len(table.leads)))
    modelled[:, : parts.leads.shape[1]] = scales.leads.chances(parts.leads)
    for row, (text, district) in enumerate(zip(texts, districts, strict=True)):
        said = table.spotter.said(text)
        for number in first[row].tolist():
            ruled[row, table.lead(labels[number], said=said, district=district)] += chances[row, number]
    return leading.ranking(
        ruled, modelled=modelled, scores=(parts.categories, parts.leads),
        certain=chances[np.arange(len(texts)), first[:, 0]], lengths=np.array([len(text) for text in texts]),
    )
