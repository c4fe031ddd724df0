"""Many cases at once, by COPY: what an import knows already, the identities it takes, and the rows it leaves."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from databases import Database

from feedback.store import database as connections

_LOCK = 20190425  # any number, the same for every import: two at once would both think a row is new
_BLOCK = 50  # INCREMENT BY of case_ids
_ORDER = ("cases", "events", "texts", "assignments", "ledger", "imported_labels")


async def known(database: Database, ids: Iterable[str]) -> dict[str, datetime]:
    """Which of these source ids are there already, and when each was received. Holds off other imports until the end
    of the transaction."""
    await database.execute("SELECT pg_advisory_xact_lock(:lock)", {"lock": _LOCK})
    rows = await database.fetch_all(
        "SELECT source_id, received_at FROM cases WHERE source_id = ANY(:ids)", {"ids": list(ids)}
    )
    return {row["source_id"]: row["received_at"] for row in rows}


async def reserve(database: Database, count: int) -> list[int]:
    """So many unused identities."""
    blocks = await database.fetch_all(
        "SELECT nextval('case_ids') AS first FROM generate_series(1, :blocks)", {"blocks": -(-count // _BLOCK)}
    )
    return [row["first"] + step for row in blocks for step in range(_BLOCK)][:count]


async def write(database: Database, rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    """Copies all rows of all tables. The rows of one table have the same columns. Raises asyncpg.PostgresError."""
    async with database.connection() as connection:
        for table in _ORDER:
            if rows.get(table):
                columns = list(rows[table][0])
                records = [tuple(row[column] for column in columns) for row in rows[table]]
                await connections.raw(connection).copy_records_to_table(table, records=records, columns=columns)
