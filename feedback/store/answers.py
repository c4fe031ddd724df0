"""Answers kept for retried requests."""

from datetime import datetime
from typing import Any

from databases import Database


async def get(database: Database, key_hash: bytes) -> Any | None:
    """The kept answer and the hash of the body it was given to."""
    return await database.fetch_one(
        "SELECT body_hash, answer FROM idempotency WHERE key_hash = :key", {"key": key_hash}
    )


async def drop_old(database: Database, *, now: datetime) -> None:
    """Housekeeping: answers are kept for 24 hours."""
    await database.execute(
        "DELETE FROM idempotency WHERE at < CAST(:now AS timestamptz) - interval '24 hours'", {"now": now}
    )
