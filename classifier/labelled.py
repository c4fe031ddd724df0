"""A model of any labelled table: learn it, keep it, ask it. The city model is classifier.city."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

import numpy as np

from classifier import calibration, explaining, features, fitting, linear, storage
from classifier.calibration import Certainty
from classifier.linear import Linear, Reals

HEADING = 60
"""A first line no longer than this, with more text below it, is a title."""


class BadExamples(Exception):
    """A labelled table from which nothing can be learned."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The likeliest label, the three likeliest with probabilities, and the words that spoke for the first."""

    label: str
    probability: float
    top: tuple[tuple[str, float], ...]
    reasons: tuple[str, ...]


def halves(text: str) -> tuple[str, str]:
    """Title and body of one string: a short first line is the title, if anything follows."""
    first, _, rest = text.partition("\n")
    return (first, rest) if rest.strip() and len(first) <= HEADING else ("", text)


@dataclass(frozen=True, slots=True)
class Labelled:
    """A trained model with its labels; probabilities are calibrated on left-out texts."""

    model: Linear
    labels: tuple[str, ...]
    certainty: Certainty

    @classmethod
    def learn(cls, texts: Sequence[tuple[str, str]], labels: Sequence[str]) -> Self:
        """A model of (title, body) pairs. Raises BadExamples with fewer than two labels."""
        names = tuple(sorted(set(labels)))
        if len(names) < 2:
            raise BadExamples(f"at least two different labels are needed, found {len(names)}")
        truth = np.array([names.index(label) for label in labels])
        documents = [features.grams(title, body) for title, body in texts]
        fitted = fitting.fit(documents, np.eye(len(names))[truth])
        return cls(fitted.model, names, calibration.certainty(fitted.left_out, truth[fitted.asked]))

    @classmethod
    def load(cls, folder: Path) -> Self:
        """The model in a folder. Raises storage.BadModel, saying why, when it cannot be used."""
        about, arrays = storage.load(folder)
        if about.get("made_for") != "labels":
            raise storage.BadModel(f"{folder} holds a model for {about.get('made_for')}, not for labels")
        try:
            return cls(linear.from_arrays(arrays), tuple(about["labels"]), Certainty(**about["certainty"]))
        except (KeyError, TypeError, ValueError) as error:
            raise storage.BadModel(f"{folder} holds no usable model ({error}): train it again") from error

    def save(self, folder: Path) -> None:
        """Keeps the model; the same model gives the same bytes."""
        about = {"made_for": "labels", "labels": list(self.labels), "certainty": asdict(self.certainty)}
        storage.save(folder, about=about, arrays=self.model.arrays())

    def chances(self, title: str, body: str) -> Reals:
        """Probability of each label."""
        return self.certainty.chances(self.model.scores(self.model.space.vector(features.grams(title, body)))[0])

    def answer(self, title: str, body: str) -> Answer:
        """The label of one text, with reasons. Never fails, whatever the text."""
        grams = features.grams(title, body)
        entries = self.model.space.entries(grams)
        vector = self.model.space.packed(entries)
        chances = self.certainty.chances(self.model.scores(vector)[0])
        order = np.argsort(-chances, kind="stable")[:3]
        top = tuple((self.labels[one], float(chances[one])) for one in order)
        reasons = explaining.words(self.model, grams, entries=entries, vector=vector, columns=order[:1])[0]
        return Answer(top[0][0], top[0][1], top, reasons)
