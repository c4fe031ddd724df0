"""Unfinished answers, sealed, one for each case and person; and who has which case open at the moment."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from databases import Database

from feedback.store.vault import Vault

HERE = timedelta(minutes=2)
"""So long after the last sign of life somebody still counts as being at a case."""
KEPT = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody had written, and when it was last kept."""

    at: datetime
    fields: dict[str, str]


async def keep(
    database: Database, vault: Vault, case_id: int, person_id: int, *, round: int, fields: Mapping[str, str], now: datetime
) -> None:
    """The newest state of somebody's draft; an empty one is no draft."""
    if not any(fields.values()):
        return await drop(database, case_id, person_id)
    await database.execute(
        """INSERT INTO drafts (case_id, person_id, round, at, fields) VALUES (:case_id, :person_id, :round, :now, :fields)
        ON CONFLICT (case_id, person_id) DO UPDATE SET round = excluded.round, at = excluded.at, fields = excluded.fields""",
        {
            "case_id": case_id, "person_id": person_id, "round": round, "now": now,
            "fields": vault.seal(json.dumps(dict(fields), ensure_ascii=False)),
        },
    )  # fmt: skip


async def drop(database: Database, case_id: int, person_id: int) -> None:
    """It was sent, or is not wanted any more."""
    await database.execute(
        "DELETE FROM drafts WHERE case_id = :case_id AND person_id = :person_id",
        {"case_id": case_id, "person_id": person_id},
    )


def opened(vault: Vault, at: datetime | None, fields: bytes | None) -> Draft | None:
    """The draft of these columns, or None."""
    return Draft(at, json.loads(vault.open(fields))) if at and fields else None


async def drop_old(database: Database, *, now: datetime) -> None:
    """Drafts nobody came back to, and people who have long gone home."""
    await database.execute("DELETE FROM drafts WHERE at < :before", {"before": now - KEPT})
    await database.execute("DELETE FROM presence WHERE at < :before", {"before": now - timedelta(days=1)})


_OTHERS = """SELECT people.name, presence.at, presence.writing_at FROM presence
    JOIN people ON people.id = presence.person_id
    WHERE case_id = :case_id AND person_id <> :person_id AND presence.at > :since ORDER BY presence.at DESC, people.id"""


async def others(database: Database, case_id: int, person_id: int, *, now: datetime) -> list[Any]:
    """Who else has the case open: name, at, writing_at."""
    values = {"case_id": case_id, "person_id": person_id, "since": now - HERE}
    return await database.fetch_all(_OTHERS, values)


async def enter(database: Database, case_id: int, person_id: int, *, writing: bool, now: datetime) -> list[Any]:
    """Notes that this person has the case open (and is writing); returns who else has."""
    return await database.fetch_all(
        f"""WITH me AS (
            INSERT INTO presence (case_id, person_id, at, writing_at)
            VALUES (:case_id, :person_id, :now, CASE WHEN CAST(:writing AS boolean) THEN CAST(:now AS timestamptz) END)
            ON CONFLICT (case_id, person_id) DO UPDATE
                SET at = excluded.at, writing_at = coalesce(excluded.writing_at, presence.writing_at))
        {_OTHERS}""",
        {"case_id": case_id, "person_id": person_id, "now": now, "writing": writing, "since": now - HERE},
    )


async def leave(database: Database, case_id: int, person_id: int) -> None:
    """This person has done what they came for."""
    await database.execute(
        "DELETE FROM presence WHERE case_id = :case_id AND person_id = :person_id",
        {"case_id": case_id, "person_id": person_id},
    )
