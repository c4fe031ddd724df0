"""What the demo's citizens write: letters of the training corpus, with the answer a bureau gives to letters of that kind."""

import csv
from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random

from feedback.actions.handling import Outcome
from feedback.actions.intake import Letter
from feedback.demo import phrases
from feedback.settings import ROOT

_CORPUS, _DEMO = ROOT / "data" / "corpus", ROOT / "data" / "demo"
_OFTEN = {"C01": 4, "C02": 2, "C03": 2, "C07": 2, "D01": 3, "A01": 2, "B03": 2, "H01": 3, "H05": 2, "P01": 2, "L01": 2}
"""How much more often some matters come than others: noise leads everywhere."""
_DISTRICTS = ("D_CZ", "D_YF", "D_LN", "D_LB", "D_LJ", "D_LD", "D_BB")
_SOURCES = ("web", "web", "web", "web", "phone", "counter")

Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a bureau found, says, and how it ended."""

    finding: str
    text: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Sent:
    """A letter, how long before now it was sent, and the answer it will get; None: nobody has come to it yet."""

    letter: Letter
    ago: timedelta
    answer: Answer | None


def sent(count: int, *, seed: int) -> list[Sent]:
    """So many letters of the last three months, always the same ones for the same corpus."""
    random = Random(seed)
    return [*_one_site(random), *_answerable(random, count * 87 // 100), *_new(random, count * 10 // 100), *_accusations(random)]


def _read(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _corpus() -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for path in sorted(_CORPUS.glob("*.csv")):
        for row in _read(path):
            if row["urgent"] == "0" and not row["personal_data"]:
                found[row["category"]].append(row)
    return found


def _fits(reply: Row, row: Row) -> bool:
    text = row["title"] + row["body"]
    return row["kind"] in reply["kinds"].split(";") and any(word in text for word in reply["words"].split(";"))


def _answerable(random: Random, count: int) -> list[Sent]:
    """Letters that one of the written answers fits, each letter once."""
    corpus, replies = _corpus(), _read(_DEMO / "replies.csv")
    waiting = [[row for row in corpus[reply["category"]] if _fits(reply, row)] for reply in replies]
    weights = [_OFTEN.get(reply["category"], 1) * len(rows) ** 0.5 for reply, rows in zip(replies, waiting, strict=True)]
    for rows in waiting:
        random.shuffle(rows)
    made: list[Sent] = []
    while len(made) < count and any(waiting):
        place = random.choices(range(len(replies)), weights)[0]
        if waiting[place]:
            reply = replies[place]
            answer = Answer(reply["finding"], reply["answer"], Outcome(reply["outcome"]))
            made.append(Sent(_letter(random, waiting[place].pop()), timedelta(days=random.uniform(0, 88)), answer))
    return made


def _new(random: Random, count: int) -> list[Sent]:
    """Letters about anything, of the last two days: nobody has answered them yet."""
    rows = [row for category, rows in sorted(_corpus().items()) if category != "V02" for row in rows]
    return [Sent(_letter(random, row), timedelta(hours=random.uniform(0, 44)), None) for row in random.sample(rows, count)]


def _accusations(random: Random) -> list[Sent]:
    rows = random.sample(_corpus()["V02"], 3)
    return [Sent(_letter(random, row), timedelta(days=random.uniform(1, 30)), None) for row in rows]


def _one_site(random: Random) -> list[Sent]:
    """Several people about one building site: what a hot issue looks like."""
    return [
        Sent(_letter(random, row), timedelta(days=int(row["days_ago"]), hours=random.uniform(-9, 9)), None)
        for row in _read(_DEMO / "letters.csv")
    ]


def _letter(random: Random, row: Row) -> Letter:
    anonymous = random.random() < 0.06
    phone = f"1990000{random.randrange(10_000):04}" if random.random() < 0.7 and not anonymous else ""
    return Letter(
        body=row["body"],
        title=row["title"],
        district=row["district"] or (random.choice(_DISTRICTS) if random.random() < 0.85 else None),
        name=random.choice(phrases.FAMILIES) + random.choice(("先生", "女士")) if phone else "",
        phone=phone,
        anonymous=anonymous,
        publish=random.random() < 0.6,
        source=random.choice(_SOURCES),
    )
