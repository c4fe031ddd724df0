"""Several new rows in one statement: what a submission leaves behind costs one round trip, and is there whole or not."""

from collections.abc import Mapping, Sequence
from functools import cache
from itertools import count, groupby
from typing import Any

from databases import Database

from feedback.store import database as connections

Rows = Sequence[tuple[str, Mapping[str, Any]]]
_Shape = tuple[tuple[str, tuple[str, ...], int], ...]
"""Table, columns and how many rows in a row."""


@cache
def _statement(shape: _Shape) -> str:
    number = count(1)

    def values(columns: tuple[str, ...]) -> str:
        return f"({', '.join(f'${next(number)}' for _ in columns)})"

    inserts = [
        f"w{i} AS (INSERT INTO {table} ({', '.join(columns)}) VALUES {', '.join(values(columns) for _ in range(rows))})"
        for i, (table, columns, rows) in enumerate(shape)
    ]
    return f"WITH {', '.join(inserts)} SELECT 1"


def _shape(rows: Rows) -> _Shape:
    return tuple(
        (table, columns, sum(1 for _ in same))
        for (table, columns), same in groupby((table, tuple(row)) for table, row in rows)
    )


async def insert(database: Database, rows: Rows) -> None:
    """Inserts all rows of all tables, or none. Foreign keys among them hold. Raises asyncpg.UniqueViolationError."""
    values = [value for _, row in rows for value in row.values()]
    async with database.connection() as connection:
        await connections.raw(connection).execute(_statement(_shape(rows)), *values)
