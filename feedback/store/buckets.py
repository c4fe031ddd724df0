"""Token buckets: how often something may be done. Inexact when two requests race, for the sake of one statement."""

import math
from datetime import datetime

from databases import Database


async def take(database: Database, key: str, *, burst: int, per_hour: float, now: datetime) -> int:
    """Takes one token; returns 0, or the seconds until there is one again."""
    left = await database.fetch_val(
        """INSERT INTO buckets AS b (key, tokens, at) VALUES (:key, CAST(:burst AS double precision) - 1, :now)
        ON CONFLICT (key) DO UPDATE SET at = excluded.at, tokens = greatest(-1, least(
            :burst, b.tokens + extract(epoch FROM excluded.at - b.at) * CAST(:rate AS double precision)) - 1)
        RETURNING tokens""",
        {"key": key, "burst": float(burst), "rate": per_hour / 3600, "now": now},
    )
    return 0 if left >= 0 else max(1, math.ceil(-left / per_hour * 3600))


async def give_back(database: Database, key: str) -> None:
    """The token taken last was not needed after all."""
    await database.execute("UPDATE buckets SET tokens = tokens + 1 WHERE key = :key", {"key": key})


async def drop_full(database: Database, *, now: datetime) -> None:
    """Housekeeping: a bucket untouched for a day is full again."""
    await database.execute("DELETE FROM buckets WHERE at < CAST(:now AS timestamptz) - interval '1 day'", {"now": now})
