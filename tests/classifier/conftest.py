"""The city model for tests, in a temporary folder: as `make` trained it, or trained here when it is of other data or code."""

import shutil
from pathlib import Path

import pytest

from classifier import city, origin, storage, tables
from classifier.understanding import Understander

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "data"
MODEL = ROOT / "classifier" / "city-model"


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model") / "city-model"
    if _fresh(MODEL):
        shutil.copytree(MODEL, folder)
    else:
        city.train(DATA / "corpus", DATA, folder)
    return folder


def _fresh(folder: Path) -> bool:
    try:
        return not origin.stale(storage.described(folder), corpus_folder=DATA / "corpus", city_folder=DATA)
    except storage.BadModel:
        return False


@pytest.fixture(scope="session")
def liuzhou() -> tables.City:
    return tables.read(DATA)


@pytest.fixture(scope="session")
def understander(model_folder: Path, liuzhou: tables.City) -> Understander:
    return Understander.load(model_folder, city=liuzhou)
