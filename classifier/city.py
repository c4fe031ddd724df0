"""Trains the city model from the written corpus: categories, kinds, urgency, and the thresholds of every decision."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import numpy.typing as npt

from classifier import calibration, corpus, features, fitting, place, routing, signals, storage, tables
from classifier.corpus import Letter
from classifier.features import Grams
from classifier.linear import Linear, Reals
from classifier.tables import City

PRECISION = 0.97
"""Share of automatic routings that must be right on left-out texts."""
RIDGE = 1.2
"""Larger than for messages of one newspaper: here every letter was written to be unlike the others."""
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


def _bureau_threshold(
    letters: Sequence[Letter], chances: Reals, *, labels: Sequence[str], city: City, precision: float
) -> float:
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
    return calibration.threshold(certain, right, precision=precision)


def _urgency(letters: Sequence[Letter], scores: Reals) -> Reals:
    words = np.array([bool(signals.danger(f"{one.title}\n{one.body}")) for one in letters])
    result: Reals = scores + signals.WEIGHT * words
    return result


def _recalling(scores: Reals, wanted: npt.NDArray[np.bool_], *, recall: float, within: tuple[float, float]) -> float:
    """Highest score that still finds `recall` of the wanted texts, kept within sensible bounds."""
    found = np.sort(scores[wanted])
    level = float(found[int((1 - recall) * len(found))]) if len(found) else within[1]
    return round(min(max(level, within[0]), within[1]), 6)


def terms(folder: Path, city: City) -> list[tuple[str, str]]:
    """Pairs of category and word: names and keywords of the table, and the wider list terms.csv where there is one."""
    path = folder / "terms.csv"
    more = {row["category"]: row["terms"].split(";") for row in tables.rows(path)} if path.exists() else {}
    return [
        (code, word)
        for code, category in city.categories.items()
        for word in dict.fromkeys((category.name, *category.keywords, *more.get(code, ())))
        if word
    ]


def _hints(words: Sequence[tuple[str, str]], labels: Sequence[str], columns: int) -> tuple[list[Grams], Reals]:
    """Each word once, speaking for all the categories it was listed under."""
    owners: dict[str, list[int]] = {}
    for category, word in words:
        if category in labels:
            owners.setdefault(word, []).append(labels.index(category))
    wanted = np.zeros((len(owners), columns))
    for row, mine in enumerate(owners.values()):
        wanted[row, mine] = 1 / len(mine)
    dangers = np.zeros((len(signals.URGENT), columns))
    dangers[:, -1] = 1
    return [features.grams("", word) for word in (*owners, *signals.URGENT)], np.vstack((wanted, dangers))


def learn(
    letters: Sequence[Letter], *, city: City, words: Sequence[tuple[str, str]] = (), precision: float = PRECISION
) -> tuple[dict[str, object], Linear]:
    """What model.json has to say, and the model itself. The same letters and words give the same model, to the byte."""
    labels = [code for code in city.categories if any(letter.category == code for letter in letters)]
    known = [letter for letter in letters if letter.category in city.categories]
    targets = _targets(known, labels)
    hints, hinted = _hints(words, labels, targets.shape[1])
    documents = [features.grams(one.title, one.body) for one in known]
    fitted = fitting.fit(documents, targets, hints=hints, hinted=hinted, ridge=RIDGE)
    truth = np.array([labels.index(letter.category) for letter in known])
    scores = fitted.left_out[:, : len(labels)]
    certainty = calibration.certainty(scores, truth)
    chances = certainty.chances(scores)
    accused = truth == labels.index(routing.ACCUSATION) if routing.ACCUSATION in labels else truth < 0
    accusation = chances[:, labels.index(routing.ACCUSATION)] if routing.ACCUSATION in labels else chances[:, 0]
    urgent = np.array([letter.urgent for letter in known])
    levels = {
        "auto": _bureau_threshold(known, chances, labels=labels, city=city, precision=precision),
        "urgent": _recalling(_urgency(known, fitted.left_out[:, -1]), urgent, recall=0.85, within=(0.1, 0.3)),
        "sensitive": _recalling(accusation, accused, recall=0.98, within=(0.03, 0.3)),
    }
    about = {
        "made_for": "city", "labels": labels, "kinds": list(corpus.KINDS), "certainty": asdict(certainty),
        "levels": levels, "texts": len(known),
        "precision": precision,
    }
    return about, fitted.model


def train(corpus_folder: Path, city_folder: Path, out: Path, *, precision: float = PRECISION) -> None:
    """Trains on data/corpus for the city's tables and writes the model folder whole.

    `precision` is the share of automatic routings that must be right. Raises tables.BadTable when a table or the corpus cannot be read.
    """
    city = tables.read(city_folder)
    about, model = learn(corpus.read(corpus_folder), city=city, words=terms(city_folder, city), precision=precision)
    storage.save(out, about=about, arrays=model.arrays())
