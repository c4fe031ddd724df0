"""The golden set is right, and the card in the repository is that of the data in the repository."""

import json
from pathlib import Path

from classifier import card, golden, origin, tables
from classifier.letter import Decision
from classifier.understanding import Understander
from tests.classifier.conftest import DATA, ROOT

GOLDEN = golden.read(DATA / "golden.csv")


def test_three_golden_letters_of_every_category(liuzhou: tables.City) -> None:
    counted = {code: sum(one.category == code for one in GOLDEN) for code in liuzhou.categories}
    assert all(count >= 3 for count in counted.values()), counted
    assert len({one.body for one in GOLDEN}) == len({one.id for one in GOLDEN}) == len(GOLDEN)


def test_the_golden_set_is_not_in_the_corpus() -> None:
    known = {row["body"] for path in (DATA / "corpus").glob("*.csv") for row in tables.rows(path)}
    assert not known & {one.body for one in GOLDEN}


def test_the_golden_floor(understander: Understander) -> None:
    right = golden.right(understander, GOLDEN)
    assert sum(right) / len(right) >= 0.95, [one.id for one, good in zip(GOLDEN, right, strict=True) if not good]
    told = {one.id: understander.understand("", one.body) for one in GOLDEN}
    missed = [one.id for one in GOLDEN if one.category not in dict(told[one.id].categories)]
    assert len(missed) <= 4, missed
    assert all(golden.protected(understander, [one for one in GOLDEN if one.category == "V02"]))
    hidden = [name for name, one in told.items() if one.decision is Decision.PROTECTED and not name.startswith("G-V0")]
    assert len(hidden) <= 9, hidden  # 2 %


def test_every_training_writes_its_card(model_folder: Path) -> None:
    about = json.loads((model_folder / "model.json").read_text())
    text = (model_folder / "CARD.md").read_text()
    assert text == card.written(about)
    for words in (about["version"], "none received from citizens", "What it must not be used for", about["origin"]["data"], about["sha256"]["weights.npy"]):
        assert words in text


def test_the_card_in_the_repository_is_not_outdated() -> None:
    text = (ROOT / "classifier" / "MODEL_CARD.md").read_text(encoding="utf-8")
    data = origin.of(DATA / "corpus", DATA)["data"]
    assert f"data `{data}`" in text, "the corpus or the tables changed since the card was written: run `make card`"


def test_a_model_of_other_data_or_code_is_stale(model_folder: Path, tmp_path: Path) -> None:
    about = json.loads((model_folder / "model.json").read_text())
    assert not origin.stale(about, corpus_folder=DATA / "corpus", city_folder=DATA)
    (tmp_path / "A.csv").write_text((DATA / "corpus" / "A.csv").read_text() + "\n")
    assert origin.stale(about, corpus_folder=tmp_path, city_folder=DATA)
    assert origin.stale({**about, "origin": {**about["origin"], "code": "another"}}, corpus_folder=DATA / "corpus", city_folder=DATA)
    assert origin.stale({}, corpus_folder=DATA / "corpus", city_folder=DATA)
