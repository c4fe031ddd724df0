"""A model on disk: arrays beside model.json, which is written last and vouches for them. Nothing here can run code."""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

FORMAT = 2
"""Raised whenever older models can no longer be read."""
_LIBRARIES = ("numpy", "rjieba", "scikit-learn", "scipy")

Array = npt.NDArray[np.generic]


class BadModel(Exception):
    """A model folder is missing, damaged or of another format."""


def _sum(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def versions() -> dict[str, str]:
    """Versions of the libraries a model depends on."""
    return {name: metadata.version(name) for name in _LIBRARIES}


def save(
    folder: Path, *, about: Mapping[str, Any], arrays: Mapping[str, Array], card: Callable[[Mapping[str, Any]], str] | None = None
) -> dict[str, Any]:
    """Writes a model beside its place and moves it there whole; the same model gives the same bytes. Returns what model.json says.

    `card` makes CARD.md, for people, of the same."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".model-") as name:
        made = Path(name) / "model"
        made.mkdir(mode=0o755)
        for key in sorted(arrays):
            np.save(made / f"{key}.npy", np.ascontiguousarray(arrays[key]), allow_pickle=False)
        sums = {path.name: _sum(path) for path in sorted(made.glob("*.npy"))}
        content = {"format": FORMAT, "libraries": versions(), "sha256": sums, **about}
        content["version"] = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:12]
        text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True)
        if card:
            (made / "CARD.md").write_text(card(json.loads(text)), encoding="utf-8")
        (made / "model.json").write_text(text + "\n", encoding="utf-8")
        if folder.exists():
            shutil.rmtree(folder)
        made.rename(folder)
    return content


def described(folder: Path) -> dict[str, Any]:
    """What model.json says, its arrays unread. Raises BadModel when there is none of this format."""
    try:
        about = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise BadModel(f"{folder} holds no model (model.json is missing): train it first") from error
    except (OSError, ValueError) as error:
        raise BadModel(f"{folder}/model.json cannot be read ({error}): train it again") from error
    if not isinstance(about, dict) or about.get("format") != FORMAT:
        found = about.get("format") if isinstance(about, dict) else None
        raise BadModel(f"{folder} has model format {found}, this program reads format {FORMAT}: train it again")
    return about


def load(folder: Path) -> tuple[dict[str, Any], dict[str, Array]]:
    """What model.json says, and the arrays. Raises BadModel, saying why, for anything but what `save` wrote."""
    about = described(folder)
    sums = about.get("sha256")
    if not isinstance(sums, dict) or not sums:
        raise BadModel(f"{folder}/model.json names no arrays: train it again")
    arrays: dict[str, Array] = {}
    for name, expected in sums.items():
        path = folder / Path(str(name)).name
        try:
            if _sum(path) != expected:
                raise BadModel(f"{path} was changed after training: train it again")
            arrays[path.stem] = np.load(path, allow_pickle=False)
        except (OSError, ValueError) as error:
            raise BadModel(f"{path} cannot be read ({error}): train it again") from error
    here = metadata.version("rjieba")
    trained = about.get("libraries", {}).get("rjieba")
    if trained != here:
        raise BadModel(f"{folder} was trained with rjieba {trained}, here is {here}: words may differ, train it again")
    return about, arrays
