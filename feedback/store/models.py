"""Which classifier models have decided: the order of their labels gives the ledger's probabilities their meaning."""

from collections.abc import Sequence
from datetime import datetime

from databases import Database


async def note(database: Database, version: str, *, labels: Sequence[str], now: datetime) -> None:
    """Writes a model down the first time it serves."""
    await database.execute(
        """INSERT INTO models (version, labels, first_used_at) VALUES (:version, :labels, :now)
        ON CONFLICT DO NOTHING""",
        {"version": version, "labels": list(labels), "now": now},
    )
