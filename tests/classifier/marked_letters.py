"""Letters and pairs marked by hand: who tells of the same incident, at the same place, of the same matter."""

import csv
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(__file__).parent / "marked"
BETWEEN = 600
"""Pairs of letters of different incidents that teach the weights what is common."""
STRANGERS = 4
"""Pairs of each category of the corpus."""
_TOLD = {
    "same": (True, True), "other words": (True, True), "later": (True, True), "elsewhere": (False, True),
    "other house": (False, True), "other matter": (True, False),
}
"""Whether place and matter are those of the incident, by why a letter was written."""


class Letter(NamedTuple):
    """A text, an address and a day given beside it."""

    text: str
    place: str
    day: date | None


@dataclass(frozen=True, slots=True)
class Pair:
    """Two letters: whether of one incident, at one place, of one matter (None: not marked)."""

    incident: str
    why: str
    one: Letter
    other: Letter
    same: bool
    same_place: bool
    same_matter: bool | None


def rows(name: str, half: str) -> list[dict[str, str]]:
    """The rows of one half: `mend` the weights are fitted on, `held` is only measured, `fresh` was written when all was done and is read by nobody who changes the rules."""
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["half"] == half]


def letter(text: str, place: str, day: str) -> Letter:
    """A letter with its day, if there is one."""
    return Letter(text, place, date.fromisoformat(day) if day else None)


def pairs(half: str) -> Iterator[Pair]:
    """The pairs of pairs.csv."""
    for row in rows("pairs.csv", half):
        one, other = (letter(row[side], row[f"place_{side}"], row[f"date_{side}"]) for side in ("one", "other"))
        yield Pair(row["id"][:2], row["why"], one, other, row["same"] == "1", *_TOLD[row["why"]])


def incidents(half: str) -> dict[str, list[tuple[str, Letter]]]:
    """The letters of incidents.csv by incident, each with why it was written."""
    found: dict[str, list[tuple[str, Letter]]] = defaultdict(list)
    for row in rows("incidents.csv", half):
        found[row["incident"]].append((row["why"], letter(row["text"], row["place"], row["date"])))
    return dict(found)


def within(half: str) -> Iterator[Pair]:
    """Every letter of an incident with its other letters and with those written to be taken for it."""
    for incident, letters in incidents(half).items():
        for (why, one), (other_why, other) in combinations(letters, 2):
            if why == "same":
                yield Pair(incident, other_why, one, other, other_why == "same", *_TOLD[other_why])


def misleading(half: str) -> Iterator[Pair]:
    """Pairs of letters that were written to be taken for an incident and are two others."""
    for incident, letters in incidents(half).items():
        for (why, one), (other_why, other) in combinations(letters, 2):
            if {why, other_why} <= {"other matter", "elsewhere"}:
                place, matter = why == other_why == "other matter", why == other_why == "elsewhere"
                yield Pair(incident, "between", one, other, False, place, matter)


def between(half: str) -> Iterator[Pair]:
    """Pairs of letters about different incidents at different places; of the matter nothing is marked."""
    dice, every = random.Random(1), [(name, one) for name, letters in incidents(half).items() for _, one in letters]
    count = 0
    while count < BETWEEN:
        (name, one), (other_name, other) = dice.sample(every, 2)
        if name != other_name:
            count += 1
            yield Pair(name, "between", one, other, False, False, None)


def strangers() -> Iterator[Pair]:
    """Pairs of letters of one category of the corpus: nearly all of them tell of two places, or of none."""
    dice = random.Random(2)
    by_category: dict[str, list[str]] = defaultdict(list)
    for path in sorted((ROOT / "data" / "corpus").glob("[A-U].csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                by_category[row["category"]].append(f"{row['title']}\n{row['body']}".strip())
    for category in sorted(by_category):
        for _ in range(STRANGERS):
            one, other = dice.sample(by_category[category], 2)
            yield Pair(category, "between", Letter(one, "", None), Letter(other, "", None), False, False, None)
