"""Several new rows in one statement: what a submission leaves behind costs one round trip, and is there whole or not.

The rows travel as JSON, one text a table: read by PostgreSQL into the columns' own types, and stored as those.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import orjson
from databases import Database

from feedback.store import database as connections

Rows = Sequence[tuple[str, Mapping[str, Any]]]


@cache
def _statement(tables: tuple[tuple[str, tuple[str, ...]], ...]) -> str:
    inserts = [
        f"w{number} AS (INSERT INTO {table} ({', '.join(columns)}) "
        f"SELECT {', '.join(columns)} FROM json_populate_recordset(NULL::{table}, ${number}::text::json))"
        for number, (table, columns) in enumerate(tables, 1)
    ]
    return f"WITH {', '.join(inserts)} SELECT 1"


def _plain(value: object) -> str:
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    raise TypeError(value)


async def insert(database: Database, rows: Rows) -> None:
    """Inserts all rows of all tables, or none; rows of one table have the same columns. Foreign keys among them hold.

    Raises asyncpg.UniqueViolationError."""
    tables: dict[tuple[str, tuple[str, ...]], list[Mapping[str, Any]]] = {}
    for table, row in rows:
        tables.setdefault((table, tuple(row)), []).append(row)
    texts = [orjson.dumps(same, default=_plain).decode() for same in tables.values()]
    async with database.connection() as connection:
        await connections.raw(connection).execute(_statement(tuple(tables)), *texts)


async def insert_all(database: Database, several: Sequence[Rows]) -> list[Exception | None]:
    """The rows of several callers in one statement; when one of them cannot be written, each by itself, so that the others can.

    Returns for each None or what it failed of."""
    try:
        await insert(database, [row for rows in several for row in rows])
    except Exception as fault:
        if len(several) == 1 or isinstance(fault, (OSError, ConnectionError)):
            return [fault] * len(several)
        return [await _alone(database, rows) for rows in several]
    return [None] * len(several)


async def _alone(database: Database, rows: Rows) -> Exception | None:
    try:
        await insert(database, rows)
    except Exception as fault:
        return fault
    return None
