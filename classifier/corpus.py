"""The written corpus as records: what each citizen's letter is about. Reads CSV, learns nothing."""

from dataclasses import dataclass
from pathlib import Path

from classifier import tables

KINDS = ("enquiry", "help", "complaint", "report", "suggestion", "praise")
COLUMNS = ("id", "category", "kind", "urgent", "district", "second", "title", "body", "personal_data")


@dataclass(frozen=True, slots=True)
class Letter:
    """One text and what a careful reader would say of it."""

    id: str
    category: str
    kind: str
    """One of KINDS; empty where nobody has said kind and urgency (a letter of the desk)."""
    urgent: bool
    district: str
    second: str
    title: str
    body: str
    personal_data: tuple[tuple[str, str], ...]
    boundary: str = ""
    """The hard case of routing this letter was written for, e.g. B11; empty for the other letters."""
    side: str = ""
    lead: str = ""
    """The bureau that must lead, where a reader marked it: boundary letters only. DIST for the letter's district."""
    file: str = ""
    """The table of the corpus it stands in, e.g. everyday."""


def _letter(row: dict[str, str], file: str) -> Letter:
    marked = [item.partition("=") for item in row["personal_data"].split(";") if item]
    return Letter(
        row["id"], row["category"], row["kind"], row["urgent"] == "1", row["district"], row["second"],
        row["title"], row["body"], tuple((kind, value) for kind, _, value in marked),
        row.get("boundary", ""), row.get("side", ""), row.get("lead", ""), file,
    )


def read(folder: Path) -> list[Letter]:
    """All letters of data/corpus, file by file in order. Raises tables.BadTable when there is none or a column lacks."""
    paths = sorted(folder.glob("*.csv"))
    if not paths:
        raise tables.BadTable(f"{folder} holds no corpus (*.csv)")
    try:
        return [_letter(row, path.stem) for path in paths for row in tables.rows(path)]
    except KeyError as error:
        raise tables.BadTable(f"{folder}: column {error} is missing") from error
