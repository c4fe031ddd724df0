"""Trains the city model from the written corpus: categories, kinds, urgency, and the thresholds of every decision."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from classifier import calibration, corpus, features, fitting, place, routing, storage, tables
from classifier.corpus import Letter
from classifier.linear import Linear, Reals
from classifier.tables import City

PRECISION = 0.97
"""Share of automatic routings that must be right on left-out texts."""
SECOND = 0.5
"""How much a text speaks for its second matter."""


def _targets(letters: Sequence[Letter], labels: Sequence[str]) -> Reals:
    columns = {label: place for place, label in enumerate(labels)}
    targets = np.zeros((len(letters), len(labels) + len(corpus.KINDS) + 1))
    for row, letter in enumerate(letters):
        if letter.second in columns:
            targets[row, columns[letter.second]] = SECOND
        targets[row, columns[letter.category]] = 1.0
        targets[row, len(labels) + corpus.KINDS.index(letter.kind)] = 1.0
        targets[row, -1] = float(letter.urgent)
    return targets


def _bureau_threshold(letters: Sequence[Letter], chances: Reals, *, labels: Sequence[str], city: City) -> float:
    """Probability of the first bureau above which it is the right one often enough, on left-out texts."""
    gazetteer = place.gazetteer(city.districts)
    certain, right = np.zeros(len(letters)), np.zeros(len(letters), np.bool_)
    for row, letter in enumerate(letters):
        text = f"{letter.title}\n{letter.body}"
        district = letter.district or place.find(gazetteer, text)[0]
        order = np.argsort(-chances[row], kind="stable")[:8]
        likely = [(labels[one], float(chances[row, one])) for one in order]
        bureau, certain[row] = routing.ranked(city, likely=likely, district=district, text=text)[0]
        right[row] = bureau == routing.route(city, category=letter.category, district=district, text=text).lead
    return calibration.threshold(certain, right, precision=PRECISION)


def _recalling(scores: Reals, wanted: npt.NDArray[np.bool_], *, recall: float, within: tuple[float, float]) -> float:
    """Highest score that still finds `recall` of the wanted texts, kept within sensible bounds."""
    found = np.sort(scores[wanted])
    level = float(found[int((1 - recall) * len(found))]) if len(found) else within[1]
    return round(min(max(level, within[0]), within[1]), 6)


def learn(letters: Sequence[Letter], *, city: City) -> tuple[dict[str, object], Linear]:
    """What model.json has to say, and the model itself. The same letters give the same model, to the byte."""
    labels = [code for code in city.categories if any(letter.category == code for letter in letters)]
    known = [letter for letter in letters if letter.category in city.categories]
    fitted = fitting.fit([features.grams(one.title, one.body) for one in known], _targets(known, labels), at_least=2)
    truth = np.array([labels.index(letter.category) for letter in known])
    kind = np.array([corpus.KINDS.index(letter.kind) for letter in known])
    scores, kinds = fitted.left_out[:, : len(labels)], fitted.left_out[:, len(labels) : -1]
    sharp = calibration.sharpness(scores, truth)
    chances = calibration.softmax(scores * sharp)
    accused = truth == labels.index(routing.ACCUSATION) if routing.ACCUSATION in labels else truth < 0
    accusation = chances[:, labels.index(routing.ACCUSATION)] if routing.ACCUSATION in labels else chances[:, 0]
    urgent = np.array([letter.urgent for letter in known])
    levels = {
        "category": sharp,
        "kind": calibration.sharpness(kinds, kind),
        "auto": _bureau_threshold(known, chances, labels=labels, city=city),
        "urgent": _recalling(fitted.left_out[:, -1], urgent, recall=0.80, within=(0.12, 0.5)),
        "sensitive": _recalling(accusation, accused, recall=0.98, within=(0.03, 0.3)),
    }
    about = {
        "made_for": "city", "labels": labels, "kinds": list(corpus.KINDS), "levels": levels, "texts": len(known),
        "precision": PRECISION,
    }
    return about, fitted.model


def train(corpus_folder: Path, city_folder: Path, out: Path) -> None:
    """Trains on data/corpus for the city's tables and writes the model folder whole.

    Raises tables.BadTable when a table or the corpus cannot be read.
    """
    about, model = learn(corpus.read(corpus_folder), city=tables.read(city_folder))
    storage.save(out, about=about, arrays=model.arrays())
