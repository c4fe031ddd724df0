"""ROC AUC of the reply review against the column `explainable` of real replies: `python -m tests.bench.reply_review`."""

import csv
import sys
from pathlib import Path

from classifier import reply

FILE = Path(__file__).parents[3] / "shared" / "data" / "real" / "messages_with_replies.csv"


def auc(scores: list[float], labels: list[bool]) -> float:
    """Share of pairs (explained, not explained) in the right order; a tie counts half."""
    order = sorted(zip(scores, labels, strict=True))
    ranks: list[float] = []
    place = 0
    while place < len(order):
        end = place
        while end < len(order) and order[end][0] == order[place][0]:
            end += 1
        ranks += [(place + end + 1) / 2] * (end - place)
        place = end
    positive = sum(labels)
    total = sum(rank for rank, (_, label) in zip(ranks, order, strict=True) if label)
    return (total - positive * (positive + 1) / 2) / (positive * (len(labels) - positive))


def measure(file: Path) -> dict[str, float]:
    """The figure over all replies, and that of length alone to compare with."""
    with file.open(encoding="utf-8", newline="") as opened:
        rows = [row for row in csv.DictReader(opened) if row["explainable"] in ("0", "1")]
    labels = [row["explainable"] == "1" for row in rows]
    scores = [reply.explained(f"{row['title']}\n{row['body']}", row["reply"]) for row in rows]
    return {"replies": len(rows), "explained": auc(scores, labels), "length": auc([float(len(row["reply"])) for row in rows], labels)}


def main() -> int:
    """Prints the figures; says why when the file is not there."""
    if not FILE.exists():
        print(f"Skipped: {FILE.name} is not here; the real replies are kept outside the project.")
        return 0
    print(", ".join(f"{name} {value:.3f}" if value <= 1 else f"{name} {value:.0f}" for name, value in measure(FILE).items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
