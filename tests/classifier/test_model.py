"""Text, sequences, storage: same cuts, same bytes, same figures as scikit-learn, and refusal of anything else."""

import json
import logging
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse

from classifier import city, corpus, features, storage, tables, text, vocabulary
from classifier.labelled import BadExamples, Labelled, halves
from classifier.understanding import Understander
from tests.classifier.conftest import DATA, ROOT

LETTERS = corpus.read(DATA / "corpus")
SMALL = [(one.title, one.body) for one in LETTERS[::60]], [one.category[0] for one in LETTERS[::60]]


def test_rjieba_cuts_like_jieba_on_the_whole_corpus() -> None:
    import jieba

    jieba.setLogLevel(logging.ERROR)
    for letter in LETTERS:
        normalised = text.string(text.normalise(f"{letter.title}\n{letter.body}"))
        assert text.words(normalised) == jieba.lcut(normalised, HMM=False), letter.id


def test_normalising_keeps_every_character_in_its_place() -> None:
    raw = "柳州ＡＢＣ１２３\x00\ud800路燈壞了\u3000㎡"
    assert text.string(text.normalise(raw)) == "柳州abc000  路灯坏了 ㎡"


def test_a_pair_of_words_is_where_it_is_parted() -> None:
    grams = features.grams("", "南京市长江大桥")
    assert len(grams.hashes) == len(set(grams.hashes.tolist())) == len(grams.begins)


def test_vocabulary_finds_what_it_knows_and_nothing_else() -> None:
    keys = np.random.default_rng(1).integers(0, 2**63, 50_000, dtype=np.uint64)
    known, placed = vocabulary.build(keys)
    assert placed.mean() > 0.99
    assert (known.find(known.keys) == np.arange(len(known.keys))).all()
    assert (known.find(keys + np.uint64(2**63)) == -1).all()
    assert (vocabulary.build(keys[:0])[0].find(keys) == -1).all()


def test_two_trainings_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        Labelled.learn(*SMALL).save(tmp_path / name)
    files = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert "model.json" in files
    for name in files:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes(), name


def test_two_city_trainings_give_the_same_model(liuzhou: tables.City) -> None:
    letters = LETTERS[::5]
    (about, model), (again, other) = (city.learn(letters, city=liuzhou) for _ in range(2))
    assert about == again
    for name, array in model.arrays().items():
        assert np.array_equal(array, other.arrays()[name]), name


def test_a_model_comes_back_as_it_went(tmp_path: Path) -> None:
    model = Labelled.learn(*SMALL)
    model.save(tmp_path / "m")
    back = Labelled.load(tmp_path / "m")
    for title, body in SMALL[0][:20]:
        assert np.array_equal(model.chances(title, body), back.chances(title, body))


def test_the_compiled_path_equals_scikit_learn(understander: Understander) -> None:
    """The same weights inside scikit-learn's own linear model, on the same texts as a sparse matrix."""
    from sklearn.linear_model import Ridge

    model = understander.model
    vectors = [model.space.vector(features.grams(one.title, one.body)) for one in LETTERS[::40]]
    ends = np.cumsum([0, *(len(one.ids) for one in vectors)])
    matrix = scipy.sparse.csr_matrix(
        (np.concatenate([one.values for one in vectors]).astype(np.float64), np.concatenate([one.ids for one in vectors]), ends),
        shape=(len(vectors), len(model.scales)),
    )
    ridge = Ridge()
    ridge.coef_ = (model.weights * model.scales[:, None].astype(np.float64)).T
    ridge.intercept_ = model.bias
    expected = ridge.predict(matrix)
    count = len(understander.labels)
    found = np.vstack([model.scores(one) for one in vectors])
    assert np.abs(found - expected).max() < 1e-6
    chances = understander.certainty.chances(found[:, :count], understander.families)
    assert np.abs(chances - understander.certainty.chances(expected[:, :count], understander.families)).max() < 1e-5
    assert (chances.argmax(1) == expected[:, :count].argmax(1)).all()


def test_learning_equals_scikit_learns_ridge() -> None:
    """Kernel ridge and scikit-learn's ridge solve one problem; stored in 8 bits they differ by under a hundredth."""
    from sklearn.linear_model import Ridge

    from classifier import fitting

    documents = [features.grams(*one) for one in SMALL[0]]
    names = sorted(set(SMALL[1]))
    targets = np.eye(len(names))[[names.index(label) for label in SMALL[1]]]
    fitted = fitting.fit(documents, targets)
    matrix = fitting._matrix(fitted.model.space, documents)
    ridge = Ridge(alpha=fitting.RIDGE, fit_intercept=False, solver="sparse_cg", tol=1e-8).fit(matrix, targets - targets.mean(0))
    found = np.vstack([fitted.model.scores(fitted.model.space.vector(one)) for one in documents])
    assert np.abs(found - targets.mean(0) - ridge.predict(matrix)).max() < 0.01


@pytest.mark.parametrize("damage", ["format", "array", "json", "missing", "library"])
def test_a_broken_model_is_refused_with_a_sentence(tmp_path: Path, liuzhou: tables.City, damage: str) -> None:
    Labelled.learn(*SMALL).save(tmp_path / "m")
    about = tmp_path / "m" / "model.json"
    content = json.loads(about.read_text(encoding="utf-8"))
    if damage == "format":
        about.write_text(json.dumps({**content, "format": 99}), encoding="utf-8")
    elif damage == "library":
        content["libraries"]["rjieba"] = "0.0.1"
        about.write_text(json.dumps(content), encoding="utf-8")
    elif damage == "json":
        about.write_text("{", encoding="utf-8")
    elif damage == "missing":
        about.unlink()
    else:
        (tmp_path / "m" / "bias.npy").write_bytes(b"nothing")
    for load in (Labelled.load, lambda folder: Understander.load(folder, city=liuzhou)):
        with pytest.raises(storage.BadModel, match="train it"):
            load(tmp_path / "m")


def test_a_model_of_labels_is_no_city_model(tmp_path: Path, liuzhou: tables.City) -> None:
    Labelled.learn(*SMALL).save(tmp_path / "m")
    with pytest.raises(storage.BadModel, match="no city model"):
        Understander.load(tmp_path / "m", city=liuzhou)


def test_one_label_cannot_be_learned() -> None:
    with pytest.raises(BadExamples):
        Labelled.learn([("", "路灯坏了"), ("", "停水")], ["a", "a"])


def test_a_short_first_line_is_a_title() -> None:
    assert halves("路灯不亮\n五一路的灯坏了") == ("路灯不亮", "五一路的灯坏了")
    assert halves("一行") == ("", "一行")


def test_the_web_needs_arrays_and_rjieba_only(model_folder: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from classifier import tables; from classifier.understanding import Understander; "
        f"u = Understander.load(Path({str(model_folder)!r}), city=tables.read(Path({str(DATA)!r}))); u.understand('', '停水了'); "
        "print([name for name in ('sklearn', 'scipy', 'jieba') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_city_model_is_small(model_folder: Path) -> None:
    assert sum(path.stat().st_size for path in model_folder.iterdir()) < 60_000_000


def test_a_model_cut_down_to_size_keeps_one_row_for_each_sequence(monkeypatch: pytest.MonkeyPatch) -> None:
    """The table of a smaller vocabulary is smaller too: sequences that no longer find a slot leave with their weights."""
    from classifier import fitting, linear, vocabulary
    from classifier.space import Space

    keys = np.unique(np.random.default_rng(7).integers(0, 2**64, 40_000, dtype=np.uint64))
    known, _ = vocabulary.build(keys)
    space = Space(known, np.ones(len(known.keys), np.float32))
    dense = np.ones((len(known.keys), 3), np.float32)
    monkeypatch.setattr(fitting, "LARGEST", 10_900 * (3 + 16))
    model = fitting._compact(space, np.ones(len(dense), np.int64), dense, np.zeros(3))
    assert 10_000 < len(model.weights) <= 10_900
    assert linear.from_arrays(model.arrays()).weights.shape == model.weights.shape


@pytest.mark.parametrize("common", [0, 3])
def test_products_of_rows_are_the_same_however_many_columns_most_rows_share(common: int) -> None:
    from classifier import fitting

    rows = np.eye(100, dtype=np.float32)  # a column for each row alone: none of them common
    rows[:, :common] += 0.5
    found = fitting._products(scipy.sparse.csr_matrix(rows))
    assert np.allclose(np.tril(found), np.tril(rows @ rows.T))
