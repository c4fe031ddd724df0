"""Long work on files: what was asked, how far it is, and the files themselves in sealed parts, so that web and worker share no folder."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from databases import Database

from feedback.rules.administration import Deed
from feedback.store import logbook
from feedback.store.vault import Vault

PART = 1 << 20
"""Bytes of a file in one row."""
LOST_AFTER = timedelta(minutes=2)
"""A running job that has not been heard of for so long has lost its worker and begins again."""
KEPT = timedelta(days=1)


class File(StrEnum):
    """Which file of a job: the one given, the one made, or the rows refused."""

    GIVEN = "given"
    MADE = "made"
    REFUSED = "refused"


async def add(
    database: Database, vault: Vault, *, kind: str, status: str, person_id: int, name: str, asked: dict[str, Any],
    now: datetime,
) -> int:  # fmt: skip
    """Keeps a job; its id."""
    return await database.fetch_val(
        """INSERT INTO file_jobs (kind, status, person_id, at, name, asked)
        VALUES (:kind, :status, :person_id, :now, :name, :asked) RETURNING id""",
        {"kind": kind, "status": status, "person_id": person_id, "now": now, "name": name, "asked": _sealed(vault, asked)},
    )


def _sealed(vault: Vault, asked: dict[str, Any]) -> bytes:
    return vault.seal(json.dumps(asked, ensure_ascii=False))


def asked(vault: Vault, row: Any) -> dict[str, Any]:
    """What exactly is wanted of a job."""
    told: dict[str, Any] = json.loads(vault.open(row["asked"]))
    return told


async def mine(database: Database, person_id: int) -> list[Any]:
    """A person's jobs, newest first."""
    return await database.fetch_all(
        "SELECT * FROM file_jobs WHERE person_id = :person ORDER BY id DESC LIMIT 50", {"person": person_id}
    )


async def get(database: Database, identity: int, *, person_id: int) -> Any | None:
    """A job, for who asked for it."""
    return await database.fetch_one(
        "SELECT * FROM file_jobs WHERE id = :id AND person_id = :person", {"id": identity, "person": person_id}
    )


async def begin(database: Database, vault: Vault, identity: int, asked: dict[str, Any]) -> bool:
    """An import whose columns are named may begin; False when it has begun already."""
    row = await database.fetch_one(
        "UPDATE file_jobs SET status = 'waiting', asked = :asked WHERE id = :id AND status = 'asked' RETURNING id",
        {"id": identity, "asked": _sealed(vault, asked)},
    )
    return row is not None


async def take(database: Database, *, now: datetime) -> Any | None:
    """The next job to do, taken by this worker alone: a waiting one, or one whose worker was lost."""
    return await database.fetch_one(
        """UPDATE file_jobs SET status = 'running', beat_at = :now, done = 0, total = NULL WHERE id = (
            SELECT id FROM file_jobs WHERE status = 'waiting' OR status = 'running' AND beat_at < :lost
            ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING *""",
        {"now": now, "lost": now - LOST_AFTER},
    )


async def progress(database: Database, identity: int, *, done: int, total: int | None, now: datetime) -> None:
    """How far a job is; says that its worker lives."""
    await database.execute(
        "UPDATE file_jobs SET done = :done, total = :total, beat_at = :now WHERE id = :id",
        {"id": identity, "done": done, "total": total, "now": now},
    )


async def finish(database: Database, identity: int, *, status: str, outcome: str, now: datetime) -> None:
    """A job is done or has failed."""
    await database.execute(
        "UPDATE file_jobs SET status = :status, outcome = :outcome, finished_at = :now WHERE id = :id",
        {"id": identity, "status": status, "outcome": outcome[:500], "now": now},
    )


async def keep(database: Database, vault: Vault, identity: int, file: File, content: bytes) -> None:
    """Keeps a file of a job, in the place of an earlier one."""
    await database.execute(
        "DELETE FROM file_parts WHERE job_id = :id AND role = :role", {"id": identity, "role": file.value}
    )
    for part, first in enumerate(range(0, len(content), PART)):
        sealed = await asyncio.to_thread(vault.seal, base64.b64encode(content[first : first + PART]).decode())
        await database.execute(
            "INSERT INTO file_parts (job_id, role, part, sealed) VALUES (:id, :role, :part, :sealed)",
            {"id": identity, "role": file.value, "part": part, "sealed": sealed},
        )


async def content(database: Database, vault: Vault, identity: int, file: File) -> bytes | None:
    """A file of a job; None when there is none, or no longer."""
    rows = await database.fetch_all(
        "SELECT sealed FROM file_parts WHERE job_id = :id AND role = :role ORDER BY part",
        {"id": identity, "role": file.value},
    )
    whole = await asyncio.to_thread(lambda: b"".join(base64.b64decode(vault.open(row["sealed"])) for row in rows))
    return whole if rows else None


async def pieces(database: Database, vault: Vault, identity: int, file: File) -> AsyncIterator[bytes]:
    """A file of a job, of which one part is in memory at a time."""
    part = 0
    while row := await database.fetch_one(
        "SELECT sealed FROM file_parts WHERE job_id = :id AND role = :role AND part = :part",
        {"id": identity, "role": file.value, "part": part},
    ):
        yield base64.b64decode(vault.open(row["sealed"]))
        part += 1


async def files(database: Database, ids: Sequence[int]) -> set[tuple[int, str]]:
    """Which files of these jobs are there."""
    rows = await database.fetch_all(
        "SELECT job_id, role FROM file_parts WHERE job_id = ANY(:ids) AND part = 0", {"ids": list(ids)}
    )
    return {(row["job_id"], row["role"]) for row in rows}


async def drop_old(database: Database, *, now: datetime) -> None:
    """Files go after a day; what was done stays written down."""
    await database.execute(
        """DELETE FROM file_parts WHERE job_id IN (SELECT id FROM file_jobs
            WHERE at < :before AND status NOT IN ('waiting', 'running'))""",
        {"before": now - KEPT},
    )


# What left ---------------------------------------------------------------------------------------------------------


async def note_export(
    database: Database, *, person_id: int | None, list: str, filter: str, lines: int, contacts: bool, reason: str,
    now: datetime,
) -> None:  # fmt: skip
    """Writes down that a list left as a file, in the log of the administrators too if it was staff who took it."""
    await database.execute(
        """INSERT INTO exports (at, person_id, list, filter, lines, contacts, reason)
        VALUES (:now, :person_id, :list, :filter, :lines, :contacts, :reason)""",
        {"now": now, "person_id": person_id, "list": list, "filter": filter, "lines": lines, "contacts": contacts,
         "reason": reason},
    )  # fmt: skip
    if person_id is not None:
        detail = f"{list} {filter}：{lines} 行{'，含姓名和电话：' + reason if contacts else ''}"
        await logbook.note(database, Deed.EXPORTED, by=person_id, detail=detail[:300], now=now)


# How columns were named ---------------------------------------------------------------------------------------------


async def mapping(database: Database, header: bytes) -> dict[str, str]:
    """column → field as it was chosen for this header last time; empty when it never was."""
    row = await database.fetch_one("SELECT columns, fields FROM import_mappings WHERE header = :h", {"h": header})
    return dict(zip(row["columns"], row["fields"], strict=True)) if row else {}


async def keep_mapping(
    database: Database, header: bytes, mapping: dict[str, str], *, person_id: int, now: datetime
) -> None:  # fmt: skip
    """Remembers which column was which field."""
    await database.execute(
        """INSERT INTO import_mappings (header, columns, fields, person_id, at)
        VALUES (:header, :columns, :fields, :person_id, :now)
        ON CONFLICT (header) DO UPDATE SET columns = excluded.columns, fields = excluded.fields,
            person_id = excluded.person_id, at = excluded.at""",
        {"header": header, "columns": [*mapping], "fields": [*mapping.values()], "person_id": person_id, "now": now},
    )
