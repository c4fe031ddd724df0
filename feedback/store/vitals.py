"""Signs of life, for /readyz, /metrics and the commands: heartbeats and a few counts found by an index."""

from datetime import datetime
from typing import Any

from databases import Database

from feedback.store import database as connections


async def beat(database: Database, name: str, *, now: datetime) -> None:
    """Says that `name` lives."""
    await database.execute(
        """INSERT INTO heartbeats (name, at) VALUES (:name, :now)
        ON CONFLICT (name) DO UPDATE SET at = greatest(heartbeats.at, excluded.at)""",
        {"name": name, "now": now},
    )


async def last_beat(database: Database, name: str) -> datetime | None:
    """When `name` last said that it lives."""
    return await database.fetch_val("SELECT at FROM heartbeats WHERE name = :name", {"name": name})


async def migrated(database: Database) -> bool:
    """Whether every migration of this checkout has been applied, to a database that may be empty."""
    if await database.fetch_val("SELECT to_regclass('migrations')::text") is None:
        return False
    return not await connections.pending(database)


async def any_case(database: Database) -> bool:
    """Whether the city has a single case."""
    return bool(await database.fetch_val("SELECT EXISTS (SELECT FROM cases)"))


async def cases(database: Database) -> int:
    """How many cases the city has, all of them counted."""
    return await database.fetch_val("SELECT count(*) FROM cases")


async def settled(database: Database) -> bool:
    """Whether anybody's work is in this database: a case, or an account."""
    if await database.fetch_val("SELECT to_regclass('migrations')::text") is None:
        return False
    return bool(await database.fetch_val("SELECT EXISTS (SELECT FROM cases) OR EXISTS (SELECT FROM people)"))


async def gauges(database: Database, *, now: datetime) -> Any:
    """One row of numbers: overdue cases, notices due, seals, time and size of the last seal."""
    return await database.fetch_one(
        """SELECT
            (SELECT count(*) FROM cases WHERE due_at <= :now
                AND status IN ('triage','assigned','working','awaiting_citizen','suspended','in_review')) AS overdue,
            (SELECT count(*) FROM notices WHERE state = 'waiting' AND send_at <= :now) AS notices,
            (SELECT coalesce(max(id), 0) FROM seals) AS seals,
            (SELECT at FROM seals ORDER BY id DESC LIMIT 1) AS sealed_at""",
        {"now": now},
    )


async def open_by_status(database: Database) -> dict[str, int]:
    """How many cases stand in each open status."""
    rows = await database.fetch_all(
        """SELECT status, count(*) AS n FROM cases
        WHERE status IN ('triage','assigned','working','awaiting_citizen','suspended','in_review') GROUP BY status"""
    )
    return {row["status"]: row["n"] for row in rows}
