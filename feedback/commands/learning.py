"""train: the shipped model from the written corpus, and a candidate of this city from what its desk has confirmed."""

import asyncio
import sys
import threading
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tqdm import tqdm

from feedback.commands import reaching
from feedback.settings import ROOT, Settings

CORPUS = ROOT / "data" / "corpus"
_PER_LETTER = 0.0025
"""Seconds that one letter costs about; only the bar depends on it."""


def add(commands: Any) -> None:
    """The command of this file."""
    train_it = commands.add_parser("train", help="训练分类模型：出厂模型，以及用人工确认过的诉求训练的候选模型")
    train_it.add_argument("--corpus", action="store_true", help="只用自带语料训练出厂模型，不看数据库")
    train_it.add_argument("--export", type=Path, metavar="文件.csv", help="只导出人工确认过的标签（已隐去个人信息），不训练")
    train_it.set_defaults(run=train)


def train(settings: Settings, asked: Namespace) -> int:
    """Trains the shipped model if it is missing or old, and where the desk has confirmed enough, a candidate beside it."""
    if asked.corpus:
        teach(settings)
        reaching.say(f"分类模型已写入 {settings.model}")
        return 0
    if not asked.export and not teach_if_needed(settings, fresh=True):
        reaching.say(f"出厂模型已是最新：{settings.model}")
    if not settings.url and not (settings.var / "postgres").exists():
        reaching.say("还没有数据库，没有人工确认过的诉求可学。")
        return 0
    from feedback.commands import apprentice

    with reaching.reached(settings) as own:
        return asyncio.run(apprentice.run(own, CORPUS, export=asked.export, bar=_bar))


def teach_if_needed(settings: Settings, *, fresh: bool = False) -> bool:
    """Trains when there is no model or one that cannot serve this city; `fresh`: also when it was made of other data or code.

    Returns whether it did."""
    from classifier import origin, storage, tables
    from classifier.understanding import Understander

    try:
        Understander.load(settings.model, city=tables.read(settings.city))
        if not fresh or not origin.stale(storage.described(settings.model), corpus_folder=CORPUS, city_folder=settings.city):
            return False
        reaching.say("语料、城市数据或程序有了变化，重新训练分类模型。")
    except storage.BadModel as error:
        if (settings.model / "model.json").exists():
            reaching.say(f"现有的分类模型不能用，重新训练：{error}")
    except tables.BadTable as error:
        raise reaching.Failed(f"城市数据有误：{error}") from error
    teach(settings)
    return True


def teach(settings: Settings) -> None:
    """Trains the shipped model into its place, with a progress bar on stderr. Raises Failed, saying what cannot be read."""
    import classifier.city
    from classifier import tables

    try:
        with _bar(0):
            classifier.city.train(CORPUS, settings.city, settings.model)
    except (tables.BadTable, OSError) as error:
        raise reaching.Failed(f"分类模型无法训练：{error}") from error


@contextmanager
def _bar(more: int) -> Iterator[None]:
    """A bar on stderr while the corpus and so many letters more are learned."""
    done = threading.Event()
    bar = threading.Thread(target=_show, args=(done, _expected(more)))
    bar.start()
    try:
        yield
    finally:
        done.set()
        bar.join()


def _expected(more: int) -> int:
    """Tenths of a second the training takes about, by the number of letters."""
    letters = more + sum(path.read_bytes().count(b"\n") for path in CORPUS.glob("*.csv"))
    return max(20, int(letters * _PER_LETTER * 10))


def _show(done: threading.Event, expected: int) -> None:
    """The trainer says nothing on its way, so the bar goes by the time it usually takes and waits before its end."""
    form = "{desc} {percentage:3.0f}% |{bar}| 已用 {elapsed}"
    with tqdm(total=expected, desc="训练分类模型", bar_format=form, file=sys.stderr, ncols=72, disable=None) as bar:
        while not done.wait(0.1):
            bar.update(min(1, expected - 1 - bar.n))
        bar.update(expected - bar.n)
