"""The one question after each answer: to which case a link belongs, how long it works, whether it was used."""

from datetime import datetime
from typing import Any

from databases import Database


async def ask(
    database: Database, case_id: int, round: int, token_hash: bytes, *, now: datetime, until: datetime
) -> bool:
    """Whether this is the first time the round is asked about; only then the link works."""
    asked = await database.fetch_val(
        """INSERT INTO surveys (case_id, round, token_hash, asked_at, expires_at)
        VALUES (:case_id, :round, :hash, :now, :until) ON CONFLICT DO NOTHING RETURNING true""",
        {"case_id": case_id, "round": round, "hash": token_hash, "now": now, "until": until},
    )
    return bool(asked)


async def get(database: Database, token_hash: bytes) -> Any | None:
    """Case, round, end and use of the survey this link belongs to."""
    return await database.fetch_one(
        "SELECT case_id, round, expires_at, used_at FROM surveys WHERE token_hash = :hash", {"hash": token_hash}
    )


async def use(database: Database, token_hash: bytes, *, now: datetime) -> bool:
    """Uses the link up; False when it was used before."""
    used = await database.fetch_val(
        "UPDATE surveys SET used_at = :now WHERE token_hash = :hash AND used_at IS NULL RETURNING true",
        {"hash": token_hash, "now": now},
    )
    return bool(used)
