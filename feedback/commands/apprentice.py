"""A candidate model of this city: trained on what people confirmed, measured against the model that serves, kept beside it."""

import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from classifier import card, desk, golden, tables
from classifier.desk import Confirmed
from classifier.routing import ACCUSATION
from classifier.understanding import Understander
from feedback import clock, models
from feedback.actions import learning as exporting
from feedback.actions import tables as files
from feedback.actions.hall import Hall
from feedback.commands import reaching
from feedback.rules import learning
from feedback.rules.learning import Check, Label
from feedback.settings import Settings
from feedback.store import city
from feedback.store import models as known

LEAST = 50
"""Confirmed letters below which a candidate would be the shipped model again."""

Bar = Callable[[int], AbstractContextManager[None]]


@dataclass(frozen=True, slots=True)
class Trained:
    """A candidate in its folder, what its model.json says, and what it had to show."""

    folder: Path
    about: Mapping[str, Any]
    checks: Sequence[Check]
    categories: Mapping[str, tuple[int, int, int]]


async def run(own: Settings, corpus: Path, *, export: Path | None, bar: Bar) -> int:
    """Exports the labels, or trains a candidate when there are enough; 0, or 1 when it failed its gate. Raises Failed."""
    async with reaching.hall(own) as hall:
        now = clock.now()
        labels = await exporting.export(hall, now=now)
        if export:
            write(export, labels)
            reaching.say(f"已导出 {len(labels)} 件人工确认过的诉求：{export}")
            return 0
        teaching, testing, moment = learning.parted(labels, now=now)
        if len(teaching) < LEAST:
            reaching.say(f"人工确认过、可以学习的诉求有 {len(teaching)} 件，满 {LEAST} 件才训练候选模型。")
            return 0
        reaching.say(f"用 {len(teaching)} 件学习，用 {clock.local(moment):%Y-%m-%d} 以后的 {len(testing)} 件检验。")
        return await _candidate(own, hall, corpus, teaching, testing, moment, bar=bar, now=now)


async def _candidate(
    own: Settings, hall: Hall, corpus: Path, teaching: Sequence[Label], testing: Sequence[Label], moment: datetime, *,
    bar: Bar, now: datetime,
) -> int:  # fmt: skip
    served = tables.city(**await city.routing(hall.database))
    serves = getattr(hall.understand, "folder", own.model)
    with bar(len(teaching)):
        made = train(own, corpus, served, serves, teaching, testing, before=f"{clock.local(moment):%Y-%m-%d}", called=_today(hall))
    version = str(made.about["version"])
    await known.add(
        hall.database, version, labels=made.about["labels"], folder=made.folder.name, letters=int(made.about["texts"]),
        confirmed=len(teaching), before=moment, compared=models.version(hall), checks=made.checks,
        categories=made.categories, now=now,
    )  # fmt: skip
    passed = all(check.passed for check in made.checks)
    for check in made.checks:
        reaching.say(f"{'通过' if check.passed else '没有通过'}  {check.name}: {check.value:.3f}（要求 {check.wanted:.3f}，{check.of} 件）")
    reaching.say(f"候选模型 {version} 在 {made.folder}，" + ("已开始影子运行，在“模型”页比较和启用。" if passed else "没有通过检验，不能启用。"))
    return 0 if passed else 1


def _today(hall: Hall) -> golden.Called:
    """Present codes of categories and bureaus: a model may have been trained before they were merged or split."""
    past = hall.city.succession

    def called(code: str, text: str) -> str:
        return past.category(code, text=text) if code in hall.city.categories else past.bureau(code)

    return called


def train(
    own: Settings, corpus: Path, served: tables.City, serves: Path, teaching: Sequence[Label], testing: Sequence[Label], *, before: str,
    called: golden.Called = golden.as_ever,
) -> Trained:
    """Learns, measures, and moves the candidate into a folder of its version; never into the place of another."""
    home = own.var / "models"
    home.mkdir(mode=0o755, parents=True, exist_ok=True)
    making = home / f".making-{os.getpid()}"
    about = desk.train(
        corpus, own.city, making, confirmed=[_confirmed(one) for one in teaching], before=before, served=served
    )
    old, new = (Understander.load(folder, city=served) for folder in (serves, making))
    checks, categories = measured(own.city / "golden.csv", old, new, testing, called=called)
    _add_to_card(making / "CARD.md", checks)
    place = home / str(about["version"])
    shutil.rmtree(place, ignore_errors=True)
    making.rename(place)
    return Trained(place, about, checks, categories)


def measured(
    golden_set: Path, old: Understander, new: Understander, testing: Sequence[Label], *, called: golden.Called = golden.as_ever
) -> tuple[list[Check], dict[str, tuple[int, int, int]]]:
    """What the candidate had to show; and by category letters of the last months, right by the old model, right by the new."""
    checks: list[Check] = []
    if golden_set.exists():
        letters = golden.read(golden_set)
        before, after = golden.right(old, letters, called=called), golden.right(new, letters, called=called)
        accusations = [one for one in letters if one.category == ACCUSATION]
        checks += [
            learning.at_least("golden_floor", after, learning.GOLDEN_FLOOR),
            learning.not_worse("golden", before, after),
            learning.not_worse("accusations", golden.protected(old, accusations), golden.protected(new, accusations)),
        ]
    asked = [_confirmed(one) for one in testing]
    told, said = desk.verdicts(old, asked, called=called), desk.verdicts(new, asked, called=called)
    if asked:
        checks += [
            learning.not_worse("recent_bureau", [one.bureau for one in told], [one.bureau for one in said]),
            learning.not_worse("recent_category", [one.category for one in told], [one.category for one in said]),
        ]
    return checks, _by_category(asked, [one.category for one in told], [one.category for one in said])


def _by_category(asked: Sequence[Confirmed], old: Sequence[bool], new: Sequence[bool]) -> dict[str, tuple[int, int, int]]:
    counted: dict[str, tuple[int, int, int]] = {}
    for one, before, after in zip(asked, old, new, strict=True):
        letters, first, second = counted.get(one.category, (0, 0, 0))
        counted[one.category] = (letters + 1, first + before, second + after)
    return counted


def _confirmed(label: Label) -> Confirmed:
    return Confirmed(
        str(label.case_id), label.category, label.bureau, label.district, label.title, label.body, learning.WEIGHTS[label.source]
    )


def _add_to_card(path: Path, checks: Sequence[Check]) -> None:
    rows = [(one.name, one.value, one.wanted, one.of, "yes" if one.passed else "NO") for one in checks]
    text = "\n## Against the model that served\n\n" + card.table(("check", "this model", "wanted or served", "letters", "passed"), rows)
    path.write_text(path.read_text(encoding="utf-8") + text + "\n", encoding="utf-8")


def write(path: Path, labels: Sequence[Label]) -> None:
    """The labels as a CSV file for people to look at: UTF-8 with a mark, personal data replaced."""
    head = ("received", "source", "category", "bureau", "district", "title", "body")
    rows = [(f"{clock.local(one.received_at):%Y-%m-%d}", one.source, one.category, one.bureau, one.district, one.title, one.body) for one in labels]
    path.write_bytes(files.as_csv(head, rows))
