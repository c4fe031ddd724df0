"""The city model for tests: trained once a session from data/, in a temporary folder."""

from pathlib import Path

import pytest

from classifier import city, tables
from classifier.understanding import Understander

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "data"


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model") / "city-model"
    city.train(DATA / "corpus", DATA, folder)
    return folder


@pytest.fixture(scope="session")
def liuzhou() -> tables.City:
    return tables.read(DATA)


@pytest.fixture(scope="session")
def understander(model_folder: Path, liuzhou: tables.City) -> Understander:
    return Understander.load(model_folder, city=liuzhou)
