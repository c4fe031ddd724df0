"""A candidate of a small city: trained on what people confirmed, measured, read along in the shadow, put to work without a restart."""

import csv
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from classifier import city as training
from classifier import desk, golden, storage, tables
from classifier.understanding import Understander
from feedback import app, clock, models, shadow
from feedback.actions import dispatching, intake, learning
from feedback.commands import apprentice
from feedback.commands import learning as command
from feedback.rules.learning import Check
from feedback.settings import Settings
from feedback.store import models as known
from feedback.store import shadows
from tests import people
from tests.conftest import DATA, actor

pytestmark = pytest.mark.anyio

SMALL = ("A01", "A04", "A05", "B02", "B03")
LAMP = "巷子口那根杆子上的灯泡黑了好几个晚上，出门要打手电。第{}件"


def written(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, rows[0].keys())
        table.writeheader()
        table.writerows(rows)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A city folder with the letters of five categories, and the shipped model they make."""
    folder = tmp_path_factory.mktemp("small")
    (folder / "corpus").mkdir()
    for name in ("categories", "bureaus", "districts", "routing_rules"):
        shutil.copy(DATA / f"{name}.csv", folder)
    for letter in "AB":
        rows = [row for row in tables.rows(DATA / "corpus" / f"{letter}.csv") if row["category"] in SMALL]
        written(folder / "corpus" / f"{letter}.csv", rows)
    written(folder / "golden.csv", [row for row in tables.rows(DATA / "golden.csv") if row["category"] in SMALL])
    training.train(folder / "corpus", folder, folder / "model")
    return folder


@pytest.fixture
def own(small: Path, address: str, tmp_path: Path) -> Settings:
    return Settings(var=tmp_path, socket_url=address, key="11" * 32, limits=False, pool=4, city=small, model=small / "model")


async def dispatched(hall, number: int, days_ago: int) -> None:
    """The dispatcher sent a letter about a street lamp where it belongs."""
    when = clock.now() - timedelta(days=days_ago)
    receipt = await intake.submit(hall, intake.Letter(body=LAMP.format(number)), now=when)
    found = await hall.database.fetch_one("SELECT status FROM cases WHERE number = :n", {"n": receipt.number})
    case = await learning.cases.get(hall.database, receipt.number)
    diao = await actor(hall, people.DIAO)
    if found["status"] == "triage":
        await dispatching.dispatch(hall, diao, case, bureau="CGJ", category="B03", now=when)
    else:
        await dispatching.correct_category(hall, diao, case, category="B03", now=when)


def no_bar(_):
    import contextlib

    return contextlib.nullcontext()


async def test_from_the_desk_to_the_desk(own: Settings, small: Path, capsys):
    """Labels, training, gate, shadow, promotion, going back: one candidate's way."""
    async with app.opened(own) as hall:
        shipped = models.version(hall)
        for number in range(60):
            await dispatched(hall, number, days_ago=80 + number)
        for number in range(40):
            await dispatched(hall, 100 + number, days_ago=1 + number)
        assert await apprentice.run(own, small / "corpus", export=None, bar=no_bar) == 0, capsys.readouterr().err

        row = await known.candidate(hall.database)
        checks = {one["name"]: one for one in await known.checks(hall.database, row["version"])}
        assert set(checks) == {"golden_floor", "golden", "accusations", "recent_bureau", "recent_category"}
        assert all(one["passed"] for one in checks.values())
        assert checks["recent_category"]["letters"] == 40
        [change] = await known.by_category(hall.database, row["version"])
        assert (change["category"], change["letters"]) == ("B03", 40)
        assert change["candidate_right"] >= change["serving_right"]
        place = own.var / "models" / row["folder"]
        assert place.name == row["version"] and (own.model / "model.json").exists()
        card = (place / "CARD.md").read_text()
        assert "60 letters of the desk" in card and "recent_category" in card
        assert storage.described(place)["desk"]["letters"] == 60

        # In the shadow: it reads what comes in after its training, the letters of the past it does not.
        reads = shadow.Shadow(hall, own)
        receipt = await intake.submit(hall, intake.Letter(body=LAMP.format(999)), now=clock.now() + timedelta(seconds=1))
        assert await reads(now=clock.now() + timedelta(seconds=2)) == 1
        assert await reads(now=clock.now() + timedelta(seconds=3)) == 0
        summary = await shadows.summary(hall.database, row["version"])
        assert summary["n"] == 1
        strange = await hall.database.fetch_val(
            "SELECT unknown FROM novelty JOIN cases ON id = case_id WHERE number = :n", {"n": receipt.number}
        )
        assert 0 < strange < 1

        # A person puts it to work; the process that has loaded the old one takes it, and the ledger names it.
        keep = models.Keeper(hall, own)
        assert not await keep()
        diao = await actor(hall, people.DIAO)
        await learning.promote(hall, diao, row["version"], reason="路灯类更准", now=clock.now())
        before = hall.understand
        assert await keep() and not await keep()
        assert models.version(hall) == row["version"] and hall.understand is not before
        after = await intake.submit(hall, intake.Letter(body=LAMP.format(1000)), now=clock.now())
        assert after.understanding.model == row["version"]
        assert await known.candidate(hall.database) is None

        # And back to the shipped one.
        await learning.promote(hall, diao, shipped, reason="再看看", now=clock.now())
        assert await keep() and models.version(hall) == shipped


async def test_a_model_that_cannot_be_loaded_serves_nobody(own: Settings):
    async with app.opened(own) as hall:
        shipped = models.version(hall)
        await known.add(
            hall.database, "gone", labels=["A01"], folder="gone", letters=1, confirmed=1, before=clock.now(), compared=shipped,
            checks=[], categories={}, now=clock.now(),
        )  # fmt: skip
        await learning.promote(hall, await actor(hall, people.DIAO), "gone", reason="试", now=clock.now())
        keep = models.Keeper(hall, own)
        assert not await keep() and not await keep()
        assert models.version(hall) == shipped
    async with app.opened(own) as hall:  # a fresh process falls back, too
        assert models.version(hall) == shipped


async def test_models_nobody_goes_back_to_are_removed(own: Settings):
    """Eight trained ones: 1 and 2 have served, 3 failed and is old; the three newest stay whatever they are, the rest goes."""
    async with app.opened(own) as hall:
        diao, began = await actor(hall, people.DIAO), clock.now() - timedelta(days=90)
        for number in range(1, 9):
            name, trained = f"model-{number}", began + timedelta(days=number)
            (own.var / "models" / name).mkdir(parents=True)
            (own.var / "models" / name / "model.json").write_text("{}")
            checks = [Check("golden", 0.5, wanted=0.9, of=10, passed=False)] if number in (3, 7) else []
            await known.add(
                hall.database, name, labels=["A01"], folder=name, letters=1, confirmed=1, before=trained, compared="",
                checks=checks, categories={}, now=trained,
            )  # fmt: skip
            if number in (1, 2):
                await learning.promote(hall, diao, name, reason="更准", now=trained)
        await models.tidy(hall.database, own)
        left = sorted(path.name for path in (own.var / "models").iterdir())
        assert left == ["model-1", "model-2", "model-6", "model-7", "model-8"]
        assert (await known.candidate(hall.database))["version"] == "model-8" and own.model.exists()
        with pytest.raises(learning.NotServable):
            await learning.promote(hall, diao, "model-5", reason="更准", now=clock.now())
        await learning.promote(hall, diao, "model-1", reason="还是它", now=clock.now())  # the one before: back with it
        await known.add(
            hall.database, "model-5", labels=["A01"], folder="model-5", letters=1, confirmed=1, before=clock.now(),
            compared="", checks=[], categories={}, now=clock.now(),
        )  # fmt: skip
        assert not (await known.get(hall.database, "model-5"))["dropped_at"]  # trained again to the very same


async def test_too_few_labels_train_nothing_and_can_be_exported(own: Settings, small: Path, tmp_path: Path, capsys):
    async with app.opened(own) as hall:
        await dispatched(hall, 1, days_ago=3)
        assert await apprentice.run(own, small / "corpus", export=tmp_path / "labels.csv", bar=no_bar) == 0
        assert LAMP.format(1) in (tmp_path / "labels.csv").read_text(encoding="utf-8-sig")
        assert await apprentice.run(own, small / "corpus", export=None, bar=no_bar) == 0
    assert "满 50 件" in capsys.readouterr().err
    assert not (own.var / "models").exists()


def test_a_worse_model_does_not_pass(small: Path, tmp_path: Path):
    """Trained on letters whose categories were shuffled: the golden set says no."""
    folder = tmp_path / "corpus"
    folder.mkdir()
    rows = [row for letter in "AB" for row in tables.rows(small / "corpus" / f"{letter}.csv")]
    turned = dict(zip(SMALL, (*SMALL[1:], SMALL[0]), strict=True))
    written(folder / "X.csv", [{**row, "category": turned[row["category"]]} for row in rows])
    training.train(folder, small, tmp_path / "model")
    city = tables.read(small)
    old, new = Understander.load(small / "model", city=city), Understander.load(tmp_path / "model", city=city)
    checks, _ = apprentice.measured(small / "golden.csv", old, new, [])
    assert {check.name: check.passed for check in checks} == {"golden_floor": False, "golden": False, "accusations": True}
    assert all(golden.right(old, golden.read(small / "golden.csv")))


def test_models_are_compared_by_what_categories_are_called_today(small: Path):
    """Both know B03 as it was; since then it is a part of B06: an answer B03 is right for a letter confirmed as B06."""
    model = Understander.load(small / "model", city=tables.read(small))
    lamp = desk.Confirmed("1", "B06", "", "", "", "巷子里的路灯坏了快一个月，晚上黑漆漆的，请维修路灯。", 1.0)
    assert [one.category for one in desk.verdicts(model, [lamp])] == [False]
    called = lambda code, text: "B06" if code == "B03" else code  # noqa: E731
    assert [one.category for one in desk.verdicts(model, [lamp], called=called)] == [True]


def test_a_stale_but_loadable_model(small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys):
    """`make run` and `minsheng train` train again when the data changed, although the old model could serve; others do not wait for that."""
    own = Settings(var=tmp_path, city=small, model=tmp_path / "model")
    corpus = shutil.copytree(small / "corpus", tmp_path / "corpus")
    shutil.copytree(small / "model", own.model)
    monkeypatch.setattr(command, "CORPUS", corpus)
    assert not command.teach_if_needed(own, fresh=True)
    rows = tables.rows(corpus / "B.csv")
    written(corpus / "B.csv", [*rows, {**rows[0], "id": "B02-new", "body": "马路中间的窨井盖被偷走了，只剩一个洞，夜里太危险。"}])
    assert not command.teach_if_needed(own)
    before = storage.described(own.model)["version"]
    assert command.teach_if_needed(own, fresh=True)
    assert "有了变化" in capsys.readouterr().err
    assert storage.described(own.model)["version"] != before
    assert not command.teach_if_needed(own, fresh=True)
