"""Where a model comes from: one hash of everything it learned from, one of the code that learned. Nothing is learned here."""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

_TABLES = ("categories.csv", "bureaus.csv", "districts.csv", "routing_rules.csv", "terms.csv")
_KNOWLEDGE = ("*.npy", "*.npz")
"""Arrays beside the tables, where there are any: knowledge of words that training uses."""
_LEARNS_NOTHING = (
    "__init__", "__main__", "accused", "card", "desk", "evaluation", "explaining", "golden", "labelled", "letter", "likeness", "matters", "novelty",
    "origin", "personal", "reply", "scope", "similar", "storage",
)  # fmt: skip
"""Beginnings of the names of modules that leave a training as it is."""


def of(corpus_folder: Path, city_folder: Path) -> dict[str, str]:
    """Hashes of `data` and `code`: where both are the same, training again would give the same model."""
    tables = [city_folder / name for name in _TABLES]
    known = [path for pattern in _KNOWLEDGE for path in sorted(city_folder.glob(pattern))]
    modules = [path for path in sorted(Path(__file__).parent.glob("*.py")) if not path.stem.startswith(_LEARNS_NOTHING)]
    return {"data": _hash([*sorted(corpus_folder.glob("*.csv")), *tables, *known]), "code": _hash(modules)}


def stale(about: Mapping[str, Any], *, corpus_folder: Path, city_folder: Path) -> bool:
    """Whether the model that says this of itself learned from other data, or was made by other code, than there are now."""
    return about.get("origin") != of(corpus_folder, city_folder)


def _hash(paths: Iterable[Path]) -> str:
    """Of names and contents; a file that is not there counts as not there."""
    whole = hashlib.sha256()
    for path in paths:
        if path.exists():
            content = path.read_bytes()
            whole.update(f"{path.name} {len(content)}\n".encode())
            whole.update(content)
    return whole.hexdigest()[:16]
