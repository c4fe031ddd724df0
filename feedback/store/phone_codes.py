"""Codes sent to phones: one at a time per phone, known only as keyed hashes."""

from datetime import datetime
from typing import Any

from databases import Database


async def put(database: Database, phone_hash: bytes, code_hash: bytes, *, expires_at: datetime) -> None:
    """A new code; the one before no longer counts."""
    await database.execute(
        """INSERT INTO phone_codes (phone_hash, code_hash, expires_at) VALUES (:phone, :code, :expires)
        ON CONFLICT (phone_hash) DO UPDATE
        SET code_hash = excluded.code_hash, expires_at = excluded.expires_at, attempts = 0""",
        {"phone": phone_hash, "code": code_hash, "expires": expires_at},
    )


async def attempt(database: Database, phone_hash: bytes, *, now: datetime) -> Any | None:
    """Counts one try and returns code_hash and attempts, unless there is no live code."""
    return await database.fetch_one(
        """UPDATE phone_codes SET attempts = attempts + 1 WHERE phone_hash = :phone AND expires_at > :now
        RETURNING code_hash, attempts""",
        {"phone": phone_hash, "now": now},
    )


async def consume(database: Database, phone_hash: bytes, code_hash: bytes) -> bool:
    """Takes the code out; False if somebody else was faster."""
    taken = await database.fetch_val(
        "DELETE FROM phone_codes WHERE phone_hash = :phone AND code_hash = :code RETURNING 1",
        {"phone": phone_hash, "code": code_hash},
    )
    return taken is not None


async def drop_expired(database: Database, *, now: datetime) -> None:
    """Housekeeping."""
    await database.execute("DELETE FROM phone_codes WHERE expires_at <= :now", {"now": now})
