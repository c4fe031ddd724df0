"""One letter understood completely, many of them, and the same labels by plain jieba and scikit-learn in the same run."""

import csv
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
BULK, ROUNDS = 1_000, 3

_LOADED = """
import sys, psutil
memory = psutil.Process().memory_info
bare = memory().rss
import numpy
numbers = memory().rss
from pathlib import Path
from classifier import tables
from classifier.understanding import Understander
u = Understander.load(Path(sys.argv[1]), city=tables.read(Path(sys.argv[2])))
u.understand("路灯", "龙城路的路灯坏了，电话13877201234")
print(bare, numbers, memory().rss)
"""
_TRAINED = """
import sys, time
from pathlib import Path
from classifier import city
began = time.perf_counter()
city.train(Path(sys.argv[1]) / "corpus", Path(sys.argv[1]), Path(sys.argv[2]))
print(time.perf_counter() - began)
"""


def letters() -> list[dict[str, str]]:
    return [row for path in sorted((ROOT / "data" / "corpus").glob("*.csv")) for row in csv.DictReader(path.open())]


def of_length(rows: list[dict[str, str]], size: int, count: int = 200) -> list[str]:
    """Texts of exactly this length: letters one after the other, cut."""
    whole = "。".join(row["body"] for row in rows)
    step = len(whole) // count
    return [whole[at * step : at * step + size] for at in range(count)]


def milliseconds(answer: Callable[[str], Any], texts: list[str]) -> float:
    """Median of single answers."""
    taken = []
    for text in texts:
        began = time.perf_counter()
        answer(text)
        taken.append(1000 * (time.perf_counter() - began))
    return round(statistics.median(taken), 3)


def plain(rows: list[dict[str, str]], column: str) -> Any:
    """What one writes first: words and characters counted, one logistic model for each value of a column."""
    import jieba
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import SGDClassifier
    from sklearn.pipeline import FeatureUnion, Pipeline

    jieba.setLogLevel(60)
    jieba.initialize()
    words = TfidfVectorizer(tokenizer=jieba.lcut, token_pattern=None, lowercase=False, ngram_range=(1, 2), min_df=2)
    signs = TfidfVectorizer(analyzer="char", ngram_range=(1, 4), min_df=2)
    model = SGDClassifier(loss="log_loss", max_iter=2, tol=None, random_state=0)
    made = Pipeline([("features", FeatureUnion([("words", words), ("signs", signs)])), ("model", model)])
    return made.fit([f"{row['title']}\n{row['body']}" for row in rows], [row[column] for row in rows])


def outside(program: str, *arguments: str) -> list[float]:
    """The numbers a program of its own process prints."""
    done = subprocess.run([sys.executable, "-c", program, *arguments], cwd=ROOT, capture_output=True, text=True, check=True)
    return [float(number) for number in done.stdout.split()]


def rates(ours: Callable[[list[dict[str, str]]], Any], models: list[Any], rows: list[dict[str, str]]) -> dict[str, float]:
    """Letters a second on one core, alternating: medians. `ratio` is to categories, kind and urgency by three pipelines,
    `ratio_to_category_alone` to the first of them; place, bureau, personal data and reasons are left out of both."""
    some = rows[:: max(1, len(rows) // BULK)][:BULK]
    texts = [f"{row['title']}\n{row['body']}" for row in some]
    mine, theirs, alone = [], [], []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        ours(some)
        mine.append(len(some) / (time.perf_counter() - began))
        began = time.perf_counter()
        models[0].predict_proba(texts)
        alone.append(len(some) / (time.perf_counter() - began))
        for model in models[1:]:
            model.predict_proba(texts)
        theirs.append(len(some) / (time.perf_counter() - began))
    return {
        "ours": round(statistics.median(mine)),
        "plain": round(statistics.median(theirs)),
        "plain_category_alone": round(statistics.median(alone)),
        "ratio": round(statistics.median(one / other for one, other in zip(mine, theirs, strict=True)), 2),
        "ratio_to_category_alone": round(statistics.median(one / other for one, other in zip(mine, alone, strict=True)), 2),
    }


def whole(understander: Any, rows: list[dict[str, str]]) -> list[Any]:
    """Everything the classifier says of each letter, personal data included."""
    from classifier.understanding import Letter

    return [one.personal_data for one in understander.understand_all([Letter(row["title"], row["body"]) for row in rows])]


def measure() -> dict[str, Any]:
    """Milliseconds, letters a second and core, the ratio to the plain pipeline, megabytes on disk and in memory, training."""
    import tempfile

    from threadpoolctl import threadpool_limits

    from classifier.__main__ import CITY, MODEL, city_understander

    rows = letters()
    understander = city_understander(MODEL, CITY)
    with threadpool_limits(1):
        models = [plain(rows, column) for column in ("category", "kind", "urgent")]
        short, long = of_length(rows, 70), of_length(rows, 400)
        for text in long:
            understander.understand("", text)  # warm up
        single = {
            str(len(texts[0])): {
                "ours": milliseconds(lambda text: understander.understand("", text), texts),
                "plain": milliseconds(lambda text: [model.predict_proba([text]) for model in models], texts),
            }
            for texts in (short, long)
        }
        bulk = rates(lambda some: whole(understander, some), models, rows)
    bare, numbers, loaded = outside(_LOADED, str(MODEL), str(CITY))
    with tempfile.TemporaryDirectory() as folder:
        training = outside(_TRAINED, str(CITY), str(Path(folder) / "model"))[0]
    return {
        "single_ms_by_characters": single,
        "bulk_per_second_and_core": bulk,
        "model_on_disk_mb": round(sum(path.stat().st_size for path in MODEL.iterdir()) / 1e6, 1),
        "memory_mb": {"with_numpy": round((loaded - bare) / 1e6, 1), "beside_numpy": round((loaded - numbers) / 1e6, 1)},
        "training_seconds": round(training, 1),
        "mean_characters": round(statistics.mean(len(row["title"]) + len(row["body"]) for row in rows)),
    }
