"""Connections and migrations. Everything else in this folder is one statement per function, or few."""

import hashlib
from pathlib import Path
from typing import Any

import asyncpg
from databases import Database

MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK = 20261122  # any number, the same for everybody who migrates


class ChangedMigration(Exception):
    """A migration that was already applied has been edited; write a new one instead."""


class Connection(asyncpg.Connection):  # type: ignore[misc]
    """Goes back to the pool as it is: we leave no SET, LISTEN, cursor or session lock behind, so the round trip of a
    reset after every statement is saved. Locks that outlive a transaction belong on a connection of one's own."""

    def get_reset_query(self) -> str:
        return ""


def connect(url: str, *, pool: int = 10) -> Database:
    """An unconnected pool. A hung database is given up after 30 s instead of never."""
    return Database(
        url, min_size=min(2, pool), max_size=pool, command_timeout=30, connection_class=Connection, init=_learn_arrays
    )


async def _learn_arrays(connection: asyncpg.Connection) -> None:
    """asyncpg learns how an array is read when it is a column; from now on it knows it inside of rows too (together.py)."""
    await connection.fetchrow("SELECT ARRAY[]::text[], ARRAY[]::real[], ARRAY[]::bigint[], ARRAY[]::integer[]")


def raw(connection: Any) -> asyncpg.Connection:
    """The asyncpg connection below one of `databases`, for the statements that must be fast."""
    return connection.raw_connection


async def migrate(url: str) -> list[str]:
    """Applies what is new, each migration in its own transaction; returns the names. Several processes may call it."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", _LOCK)
        await connection.execute("CREATE TABLE IF NOT EXISTS migrations (name text PRIMARY KEY, sha256 text NOT NULL)")
        done = {row["name"]: row["sha256"] for row in await connection.fetch("SELECT name, sha256 FROM migrations")}
        return [name for name, script, digest in _scripts() if await _apply(connection, done, name, script, digest)]
    finally:
        await connection.close()


def _scripts() -> list[tuple[str, str, str]]:
    paths = sorted(MIGRATIONS.glob("[0-9][0-9][0-9][0-9]_*.sql"))
    return [(path.name, path.read_text(), hashlib.sha256(path.read_bytes()).hexdigest()) for path in paths]


async def _apply(connection: asyncpg.Connection, done: dict[str, str], name: str, script: str, digest: str) -> bool:
    if name in done:
        if done[name] != digest:
            raise ChangedMigration(name)
        return False
    async with connection.transaction():
        await connection.execute(script)
        await connection.execute("INSERT INTO migrations VALUES ($1, $2)", name, digest)
    return True


async def pending(database: Database) -> bool:
    """Whether a migration of this checkout has not been applied yet."""
    names = {row["name"] for row in await database.fetch_all("SELECT name FROM migrations")}
    return any(path.name not in names for path in MIGRATIONS.glob("[0-9][0-9][0-9][0-9]_*.sql"))
