"""Several questions in one statement. The functions of this folder ask as always; what they ask at the same moment goes to the
database together and costs one way there and back."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, cast

from databases import Database

from feedback.store.database import raw

_COLUMNS: dict[str, tuple[str, ...]] = {}
"""What the columns of a query are called, by its words: asked once in a process."""


class Row(dict[str, Any]):
    """One row by the names of its columns."""

    @property
    def _mapping(self) -> "Row":
        return self


async def together(database: Database, *asking: Callable[[Database], Awaitable[Any]]) -> list[Any]:
    """What each of these says, in their order. Each is given a database to read from, and only to read: whatever waits for
    an answer at the same moment is asked in one statement."""
    asker = _Asker()
    tasks = [asyncio.ensure_future(ask(cast(Database, asker))) for ask in asking]
    try:
        while not all(task.done() for task in tasks):
            await asyncio.sleep(0)  # each goes on until it asks or ends
            await asker.send(database)
        return [task.result() for task in tasks]
    finally:
        for task in tasks:
            task.cancel()


class _Asker:
    """Collects questions until they are sent."""

    def __init__(self) -> None:
        self._waiting: list[tuple[str, Mapping[str, Any], asyncio.Future[list[Row]]]] = []

    async def fetch_all(self, query: str, values: Mapping[str, Any] | None = None) -> list[Row]:
        answer: asyncio.Future[list[Row]] = asyncio.get_running_loop().create_future()
        self._waiting.append((query, values or {}, answer))
        return await answer

    async def fetch_one(self, query: str, values: Mapping[str, Any] | None = None) -> Row | None:
        return next(iter(await self.fetch_all(query, values)), None)

    async def send(self, database: Database) -> None:
        """Asks what waits, in one statement. Raises asyncpg.PostgresError."""
        asked, self._waiting = self._waiting, []
        if not asked:
            return
        given: list[Any] = []
        parts = [_numbered(query, values, given) for query, values, _ in asked]
        whole = ", ".join(f"ARRAY(SELECT rows FROM ({part}) AS rows)" for part in parts)
        async with database.connection() as connection:
            names = [await _columns(raw(connection), query, values) for query, values, _ in asked]
            found = await raw(connection).fetchrow(f"SELECT {whole}", *given)
        for columns, rows, (_, _, answer) in zip(names, found, asked, strict=True):
            answer.set_result([Row(zip(columns, row, strict=True)) for row in rows])


def _numbered(query: str, values: Mapping[str, Any], given: list[Any]) -> str:
    """The query with $1 for the first of all values that are given, and so on."""
    places: dict[str, int] = {}
    for name, value in values.items():
        given.append(value)
        places[name] = len(given)
    return re.sub(r":([a-z_]+)\b", lambda found: f"${places[found[1]]}" if found[1] in places else found[0], query)


async def _columns(connection: Any, query: str, values: Mapping[str, Any]) -> Sequence[str]:
    if query not in _COLUMNS:
        prepared = await connection.prepare(_numbered(query, values, []))
        _COLUMNS[query] = tuple(column.name for column in prepared.get_attributes())
    return _COLUMNS[query]
