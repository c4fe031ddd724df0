"""Which classifier models there are, what each had to show, and which one people have put to work.

The order of a model's labels gives the ledger's probabilities their meaning."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from databases import Database

from feedback.rules.learning import Check

SHOWN = 20
KEPT = 3
"""The newest trained models, whatever became of them."""

_CANDIDATE = """SELECT version, folder, trained_at FROM models
    WHERE trained_at IS NOT NULL AND passed AND set_aside IS NULL
        AND trained_at > coalesce((SELECT max(at) FROM promotions), '-infinity')
        AND NOT EXISTS (SELECT FROM promotions WHERE promotions.version = models.version)
    ORDER BY trained_at DESC LIMIT 1"""


async def note(database: Database, version: str, *, labels: Sequence[str], now: datetime) -> None:
    """Writes a model down the first time it serves."""
    await database.execute(
        """INSERT INTO models (version, labels, first_used_at) VALUES (:version, :labels, :now)
        ON CONFLICT (version) DO UPDATE SET first_used_at = excluded.first_used_at WHERE models.first_used_at IS NULL""",
        {"version": version, "labels": list(labels), "now": now},
    )


async def add(
    database: Database, version: str, *, labels: Sequence[str], folder: str, letters: int, confirmed: int, before: datetime,
    compared: str, checks: Sequence[Check], categories: Mapping[str, tuple[int, int, int]], now: datetime,
) -> None:  # fmt: skip
    """A model that was trained, with what it had to show and, by category, letters and how many each model got right.

    Trained again to the very same model, it is measured again."""
    about = {
        "version": version, "labels": list(labels), "folder": folder, "letters": letters, "confirmed": confirmed,
        "before": before, "compared": compared, "passed": all(check.passed for check in checks), "now": now,
    }  # fmt: skip
    await database.execute(
        """INSERT INTO models (version, labels, trained_at, folder, letters, confirmed, before_at, compared, passed)
        VALUES (:version, :labels, :now, :folder, :letters, :confirmed, :before, :compared, :passed)
        ON CONFLICT (version) DO UPDATE SET trained_at = excluded.trained_at, folder = excluded.folder,
            before_at = excluded.before_at, compared = excluded.compared, passed = excluded.passed, set_aside = NULL,
            dropped_at = NULL""",
        about,
    )
    for table in ("model_checks", "model_categories"):
        await database.execute(f"DELETE FROM {table} WHERE version = :version", {"version": version})
    await database.execute_many(
        """INSERT INTO model_checks (version, position, name, value, wanted, letters, passed)
        VALUES (:version, :position, :name, :value, :wanted, :letters, :passed)""",
        [
            {"version": version, "position": number, "name": one.name, "value": one.value, "wanted": one.wanted,
             "letters": one.of, "passed": one.passed}
            for number, one in enumerate(checks)
        ],
    )  # fmt: skip
    await database.execute_many(
        """INSERT INTO model_categories (version, category, letters, serving_right, candidate_right)
        VALUES (:version, :category, :letters, :serving, :candidate)""",
        [
            {"version": version, "category": category, "letters": of, "serving": old, "candidate": new}
            for category, (of, old, new) in sorted(categories.items())
        ],
    )


async def serving(database: Database) -> Any | None:
    """Version and folder of the model people have put to work; None: the shipped one, as ever."""
    return await database.fetch_one(
        "SELECT version, folder FROM promotions JOIN models USING (version) ORDER BY promotions.id DESC LIMIT 1"
    )


async def candidate(database: Database) -> Any | None:
    """The newest trained model that passed, was not set aside and has never been put to work: it runs in the shadow."""
    return await database.fetch_one(_CANDIDATE)


async def listed(database: Database) -> list[Any]:
    """The trained models and the newest shipped one (older ones lie nowhere any more), newest first."""
    return await database.fetch_all(
        f"""SELECT models.*, (SELECT max(at) FROM promotions WHERE promotions.version = models.version) AS promoted_at
        FROM models WHERE folder <> '' OR version = (
            SELECT version FROM models WHERE folder = '' ORDER BY first_used_at DESC NULLS LAST LIMIT 1)
        ORDER BY coalesce(trained_at, first_used_at) DESC LIMIT {SHOWN}"""
    )


async def get(database: Database, version: str) -> Any | None:
    """One model."""
    return await database.fetch_one("SELECT * FROM models WHERE version = :version", {"version": version})


async def checks(database: Database, version: str) -> list[Any]:
    """What this model had to show."""
    return await database.fetch_all(
        "SELECT * FROM model_checks WHERE version = :version ORDER BY position", {"version": version}
    )


async def by_category(database: Database, version: str) -> list[Any]:
    """Letters of the last months and how many each model got right, the greatest changes first."""
    return await database.fetch_all(
        """SELECT * FROM model_categories WHERE version = :version
        ORDER BY abs(candidate_right - serving_right) DESC, letters DESC, category""",
        {"version": version},
    )


async def promote(
    database: Database, version: str, *, instead: str, person_id: int, back: bool, reason: str, now: datetime
) -> None:
    """From now on this model serves."""
    await database.execute(
        """INSERT INTO promotions (at, person_id, version, instead, back, reason)
        VALUES (:now, :person, :version, :instead, :back, :reason)""",
        {"now": now, "person": person_id, "version": version, "instead": instead, "back": back, "reason": reason},
    )


async def lock(database: Database) -> None:
    """Holds every other promotion back until the caller's transaction ends."""
    await database.execute("LOCK TABLE promotions IN SHARE ROW EXCLUSIVE MODE")


async def set_aside(database: Database, version: str, *, now: datetime) -> None:
    """Nobody wants this candidate: it does not run in the shadow any more."""
    await database.execute("UPDATE models SET set_aside = :now WHERE version = :version", {"version": version, "now": now})


async def promotions(database: Database) -> list[Any]:
    """Who put which model to work, and why, newest first."""
    return await database.fetch_all(
        f"""SELECT promotions.*, people.name AS who FROM promotions JOIN people ON people.id = person_id
        ORDER BY promotions.id DESC LIMIT {SHOWN}"""
    )


async def drop_old(database: Database, *, now: datetime) -> list[str]:
    """Gives up every trained model but the one that serves, the one before it, the candidate and the KEPT newest; returns the
    folders of all that were ever given up. Nobody puts one to work meanwhile."""
    async with database.transaction():
        await lock(database)
        await database.execute(
            f"""UPDATE models SET dropped_at = :now WHERE folder <> '' AND dropped_at IS NULL AND version NOT IN (
                SELECT unnest(ARRAY[version, instead]) FROM (SELECT * FROM promotions ORDER BY id DESC LIMIT 1) AS newest
                UNION SELECT version FROM ({_CANDIDATE}) AS candidate
                UNION (SELECT version FROM models WHERE trained_at IS NOT NULL ORDER BY trained_at DESC LIMIT {KEPT}))""",
            {"now": now},
        )
        rows = await database.fetch_all("SELECT folder FROM models WHERE folder <> '' AND dropped_at IS NOT NULL")
    return [row["folder"] for row in rows]
