"""Words of categories, brought to the letters as knowledge: names, keywords and data/terms.csv; nothing here is learned."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from classifier import corpus, features, fitting, leading, routing, signals, tables
from classifier.linear import Reals
from classifier.tables import DISTRICT_BUREAU, City

TOGETHER = 4
"""Words of the lexicon in one little letter: two at a time tell no more and cost a quarter of the training."""
STRONG = 2.0
"""Weight of a word of the lexicon that practically decides, beside 1 for a hint."""
@dataclass(frozen=True, slots=True)
class Word:
    """A word of the lexicon: its category, its weight as a topic, and whether it is a whole word that stands for itself."""

    category: str
    text: str
    weight: float
    whole: bool


def terms(folder: Path, city: City) -> list[Word]:
    """Names and keywords of the table of categories, and the wider lexicon terms.csv where there is one."""
    path = folder / "terms.csv"
    more = {row["category"]: row for row in tables.rows(path)} if path.exists() else {}
    found: dict[tuple[str, str], Word] = {}
    for code, category in city.categories.items():
        row = more.get(code, {})
        for column, weight, whole in (("strong", STRONG, True), ("terms", 1.0, True), ("fragments", 1.0, False)):
            own = (category.name, *category.keywords) if column == "terms" else ()
            for text in filter(None, (*own, *row.get(column, "").split(";"))):
                found.setdefault((code, text), Word(code, text, weight, whole))
    return list(found.values())


def examples(words: Sequence[Word], targets: Reals, city: City, *, labels: Sequence[str], leads: Sequence[str]) -> tuple[list[features.Grams], Reals]:
    """Whole words of a category, a few at a time, as little letters that say nothing of kind and urgency."""
    documents: list[features.Grams] = []
    rows: list[Reals] = []
    usual = targets.mean(axis=0)
    first = len(labels) + len(corpus.KINDS) + 1
    for number, code in enumerate(labels):
        whole = [word.text for word in words if word.category == code and word.whole]
        for text in ("，".join(whole[at : at + TOGETHER]) for at in range(0, len(whole), TOGETHER)):
            lead = leading.general(city, routing.lead(city, category=code, district=None, text=text))
            row = usual.copy()
            row[: len(labels)], row[first:] = 0.0, 0.0
            row[number] = 1.0
            row[first + leads.index(lead if lead in leads else DISTRICT_BUREAU)] = 1.0
            documents.append(features.grams("", text))
            rows.append(row)
    return documents, np.array(rows).reshape(-1, targets.shape[1])


def hints(words: Sequence[Word], labels: Sequence[str]) -> fitting.Lexicon:
    """Each word once, speaking for all the categories it was listed under; danger is a topic beside the categories."""
    columns = {label: number for number, label in enumerate(labels)}
    owners: dict[str, dict[int, float]] = {word: {len(labels): STRONG} for word in signals.URGENT}
    for word in words:
        if word.category in columns:
            owners.setdefault(word.text, {})[columns[word.category]] = word.weight
    wanted = np.zeros((len(owners), len(labels) + 1))
    for row, mine in enumerate(owners.values()):
        wanted[row, list(mine)] = list(mine.values())
    return fitting.Lexicon([features.grams("", word) for word in owners], wanted)
