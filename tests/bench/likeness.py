"""An index of a million letters, made of parts of the corpus's letters: building, size, time of a search, recall of the exact answer."""

import csv
import random
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from classifier import likeness_segment
from classifier.likeness_index import Index

ROOT = Path(__file__).resolve().parents[2]
LETTERS, AT_ONCE, SEARCHES, EXACT = 1_000_000, 50_000, 500, 12


def sentences() -> list[str]:
    rows = [row for path in sorted((ROOT / "data" / "corpus").glob("*.csv")) for row in csv.DictReader(path.open())]
    return [one for row in rows for one in row["body"].replace("\n", "。").split("。") if len(one) > 5]


def letters(parts: list[str], count: int, dice: random.Random) -> Iterator[str]:
    """Two sentences of different letters and a place with a number: as unlike each other as letters made from 8,000 can be."""
    names = [chr(0x4E00 + dice.randrange(3000)) + chr(0x4E00 + dice.randrange(3000)) for _ in range(5_000)]
    for _ in range(count):
        first, second = dice.choice(parts), dice.choice(parts)
        yield f"{dice.choice(names)}路{dice.randrange(1, 200)}号，{first}。{second}"[:200]


def changed(letter: str, dice: random.Random) -> str:
    """The letter as another would send it: one part left out, a few characters lost."""
    kept = letter.split("，")
    kept.pop(dice.randrange(len(kept)))
    return "，".join(kept) if len(kept) > 1 else letter[: len(letter) * 3 // 4]


def lengths(index: Index, at_once: int = 5_000_000) -> list[np.ndarray]:
    """Length of every letter by today's rarity, segment by segment."""
    found = []
    for one in index._segments:
        sums = np.zeros(len(one.ids))
        for begin in range(0, len(one.sequences), at_once):
            some = np.asarray(one.sequences[begin : begin + at_once])
            known = sum(other.frequencies(some) for other in index._segments)
            owners = np.searchsorted(one.starts, np.arange(begin, begin + len(some)), side="right") - 1
            sums += np.bincount(owners, weights=likeness_segment.rarity(known, len(index)), minlength=len(sums))
        found.append(np.sqrt(np.maximum(sums, 1e-9)))
    return found


def exactly(index: Index, question: str, most: int, measured: list[np.ndarray]) -> list[float]:
    """The best likenesses by comparing with every letter."""
    _, asked = likeness_segment.sequences([question])
    known = sum(one.frequencies(asked) for one in index._segments)
    asked, weights = asked[known > 0], likeness_segment.rarity(known[known > 0], len(index))
    best: list[float] = []
    for one, length in zip(index._segments, measured, strict=True):
        at = np.searchsorted(asked, one.sequences)
        at[at == len(asked)] = 0
        shared = np.where(asked[at] == one.sequences, weights[at], np.float32(0))
        sums = np.add.reduceat(shared, np.minimum(one.starts[:-1], len(shared) - 1))
        sums[np.diff(one.starts) == 0] = 0
        best.extend(np.sort(sums / (np.sqrt(weights.sum()) * length))[-most:].tolist())
    return sorted(best, reverse=True)[:most]


def measure(count: int = LETTERS) -> dict[str, Any]:
    """Seconds to build, megabytes, milliseconds of a search, and how many of the exact ten best are found."""
    dice, parts = random.Random(7), sentences()
    questions: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        index, building, added = Index.open(Path(folder)), 0.0, 0
        while added < count:
            some = list(letters(parts, min(AT_ONCE, count - added), dice))
            questions.extend(dice.sample(some, min(len(some), max(1, SEARCHES * len(some) // count))))
            begun = time.perf_counter()
            index.add(range(added, added + len(some)), some)
            building, added = building + time.perf_counter() - begun, added + len(some)
        size = sum(path.stat().st_size for path in Path(folder).rglob("*.npy"))
        begun = time.perf_counter()
        index.add([added], ["文昌路二十号的自来水管爆了，水流了一夜"])
        one = time.perf_counter() - begun
        index = Index.open(Path(folder))
        asked = [changed(question, dice) for question in questions]
        taken = []
        for question in asked:
            begun = time.perf_counter()
            index.nearest(question)
            taken.append(1000 * (time.perf_counter() - begun))
        hits = wanted = first = 0
        measured = lengths(index)
        for question in dice.sample(asked, min(EXACT, len(asked))):
            exact = exactly(index, question, 10, measured)
            got = [near.likeness for near in index.nearest(question, most=10)]
            hits += sum(score >= exact[-1] - 1e-4 for score in got)
            wanted += len(exact)
            first += got[0] >= exact[0] - 1e-4
    return {
        "letters": count, "build_seconds": round(building, 1), "megabytes": round(size / 1e6), "add_one_ms": round(1000 * one, 1),
        "segments": len(index._segments),
        "query_ms": {"p50": round(float(np.percentile(taken, 50)), 2), "p99": round(float(np.percentile(taken, 99)), 2)},
        "recall_of_ten": round(hits / wanted, 3), "recall_of_first": round(first / min(EXACT, len(asked)), 3), "checked_exactly": min(EXACT, len(asked)),
    }
