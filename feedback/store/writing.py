"""Several new rows in one statement: what a submission leaves behind costs one round trip, and is there whole or not."""

from collections.abc import Mapping, Sequence
from functools import cache
from itertools import count
from typing import Any

from databases import Database

from feedback.store import database as connections

Rows = Sequence[tuple[str, Mapping[str, Any]]]
_Shape = tuple[tuple[str, tuple[str, ...]], ...]


@cache
def _statement(shape: _Shape) -> str:
    number = count(1)
    inserts = [
        f"w{i} AS (INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join(f'${next(number)}' for _ in columns)}))"
        for i, (table, columns) in enumerate(shape)
    ]
    return f"WITH {', '.join(inserts)} SELECT 1"


async def insert(database: Database, rows: Rows) -> None:
    """Inserts all rows of all tables, or none. Foreign keys among them hold. Raises asyncpg.UniqueViolationError."""
    shape = tuple((table, tuple(row)) for table, row in rows)
    values = [value for _, row in rows for value in row.values()]
    async with database.connection() as connection:
        await connections.raw(connection).execute(_statement(shape), *values)
