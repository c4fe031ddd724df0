"""train: the shipped city model from the written corpus."""

import sys
import threading
from argparse import Namespace
from typing import Any

from tqdm import tqdm

from feedback.commands import reaching
from feedback.settings import ROOT, Settings

CORPUS = ROOT / "data" / "corpus"
_PER_LETTER = 0.0025
"""Seconds that one letter of the corpus costs about; only the bar depends on it."""


def add(commands: Any) -> None:
    """The command of this file."""
    commands.add_parser("train", help="训练分类模型").set_defaults(run=train)


def train(settings: Settings, asked: Namespace) -> int:
    """Trains always, whether there is a model or not."""
    teach(settings)
    reaching.say(f"分类模型已写入 {settings.model}")
    return 0


def teach_if_needed(settings: Settings) -> None:
    """Trains when there is no model, or one that cannot serve this city with this program."""
    from classifier import storage, tables
    from classifier.understanding import Understander

    try:
        Understander.load(settings.model, city=tables.read(settings.city))
    except storage.BadModel as error:
        if (settings.model / "model.json").exists():
            reaching.say(f"现有的分类模型不能用，重新训练：{error}")
        teach(settings)
    except tables.BadTable as error:
        raise reaching.Failed(f"城市数据有误：{error}") from error


def teach(settings: Settings) -> None:
    """Trains the city model into its place, with a progress bar on stderr. Raises Failed, saying what cannot be read."""
    import classifier.city
    from classifier import tables

    done = threading.Event()
    bar = threading.Thread(target=_show, args=(done, _expected()))
    bar.start()
    try:
        classifier.city.train(CORPUS, settings.city, settings.model)
    except (tables.BadTable, OSError) as error:
        raise reaching.Failed(f"分类模型无法训练：{error}") from error
    finally:
        done.set()
        bar.join()


def _expected() -> int:
    """Tenths of a second the training takes about, by the size of the corpus."""
    letters = sum(path.read_bytes().count(b"\n") for path in CORPUS.glob("*.csv"))
    return max(20, int(letters * _PER_LETTER * 10))


def _show(done: threading.Event, expected: int) -> None:
    """The trainer says nothing on its way, so the bar goes by the time it usually takes and waits before its end."""
    form = "{desc} {percentage:3.0f}% |{bar}| 已用 {elapsed}"
    with tqdm(total=expected, desc="训练分类模型", bar_format=form, file=sys.stderr, ncols=72) as bar:
        while not done.wait(0.1):
            bar.update(min(1, expected - 1 - bar.n))
        bar.update(expected - bar.n)
