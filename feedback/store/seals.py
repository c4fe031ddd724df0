"""Seals: every second a Merkle root over all newly committed events, chained to the root before. Building them is an action's."""

from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from databases import Database

from feedback.rules import chain
from feedback.rules.record import Event
from feedback.store import cases

_LOCK = 20261123  # any number but the one of migrations: one sealer at a time
_BATCH = 1000


@dataclass(frozen=True, slots=True)
class Seal:
    """The published proof of everything up to some moment."""

    id: int
    at: datetime
    n: int
    root: bytes
    head: bytes


@dataclass(frozen=True, slots=True)
class Watermark:
    """Up to which transaction everything is sealed, as long as the newest seal is still `last`."""

    last: tuple[int, str]
    upto: str


async def lock(database: Database) -> bool:
    """Become the one that seals, until the caller's transaction ends; False if another one does."""
    return await database.fetch_val("SELECT pg_try_advisory_xact_lock(:lock)", {"lock": _LOCK})


async def watermark(database: Database, before: Watermark | None) -> tuple[Watermark, bytes]:
    """From where to look for new events, and the head to chain to. What was seen `before` counts while no seal came between.

    A restored backup says "everything" here: transaction numbers of another cluster mean nothing in this one."""
    row = await database.fetch_one("SELECT id, upto::text AS upto, head FROM seals ORDER BY id DESC LIMIT 1")
    last = (row["id"], row["upto"]) if row else (0, "0")
    if before and before.last == last:
        return before, row["head"] if row else chain.GENESIS
    return Watermark(last, last[1]), row["head"] if row else chain.GENESIS


async def settled(database: Database) -> str:
    """The transaction before which every other one has ended: what those wrote is visible to all later statements."""
    return await database.fetch_val("SELECT pg_snapshot_xmin(pg_current_snapshot())::text")


async def unsealed(database: Database, *, since: str, upto: str) -> list[Any]:
    """Identity and hash of the events of those transactions that no seal covers, in order."""
    return await database.fetch_all(
        """SELECT id, hash FROM events
        WHERE tx >= CAST(CAST(:since AS text) AS xid8) AND tx < CAST(CAST(:upto AS text) AS xid8)
            AND NOT EXISTS (SELECT FROM seal_leaves WHERE event_id = events.id) ORDER BY id""",
        {"since": since, "upto": upto},
    )


async def add(database: Database, ids: Sequence[int], *, upto: str, root: bytes, head: bytes, now: datetime) -> int:
    """Writes a seal and its leaves; returns its number."""
    seal_id: int = await database.fetch_val(
        """INSERT INTO seals (at, upto, n, root, head)
        VALUES (:now, CAST(CAST(:upto AS text) AS xid8), :n, :root, :head) RETURNING id""",
        {"now": now, "upto": upto, "n": len(ids), "root": root, "head": head},
    )
    await database.execute(
        "INSERT INTO seal_leaves (event_id, seal_id) SELECT unnest(CAST(:ids AS bigint[])), :seal_id",
        {"ids": list(ids), "seal_id": seal_id},
    )
    return seal_id


async def newest(database: Database) -> Seal | None:
    """The seal whose head is published."""
    row = await database.fetch_one("SELECT id, at, n, root, head FROM seals ORDER BY id DESC LIMIT 1")
    return Seal(**dict(row._mapping)) if row else None


async def with_leaves(database: Database) -> AsyncIterator[tuple[Seal, list[bytes]]]:
    """Every seal in order, with the hashes its events have now. To be read inside one transaction."""
    after = 0
    while rows := await database.fetch_all(
        "SELECT id, at, n, root, head FROM seals WHERE id > :after ORDER BY id LIMIT :batch",
        {"after": after, "batch": _BATCH},
    ):
        leaves = defaultdict(list)
        after = rows[-1]["id"]
        for leaf in await database.fetch_all(
            """SELECT seal_id, hash FROM seal_leaves JOIN events ON events.id = event_id
            WHERE seal_id BETWEEN :first AND :last ORDER BY event_id""",
            {"first": rows[0]["id"], "last": after},
        ):
            leaves[leaf["seal_id"]].append(leaf["hash"])
        for row in rows:
            yield Seal(**dict(row._mapping)), leaves[row["id"]]


async def histories(database: Database) -> AsyncIterator[tuple[str, str, bytes, list[tuple[Event, bytes]]]]:
    """Every case: number, status, head, and its events with their hashes in order. To be read inside one transaction."""
    after = 0
    while rows := await database.fetch_all(
        "SELECT id, number, status, head FROM cases WHERE id > :after ORDER BY id LIMIT :batch",
        {"after": after, "batch": _BATCH},
    ):
        events = defaultdict(list)
        after = rows[-1]["id"]
        for event in await database.fetch_all(
            """SELECT case_id, seq, at, step, from_status, to_status, actor, person_id, bureau, round, hash
            FROM events WHERE case_id BETWEEN :first AND :last ORDER BY case_id, seq""",
            {"first": rows[0]["id"], "last": after},
        ):
            events[event["case_id"]].append((cases.read_event(event), event["hash"]))
        for row in rows:
            yield row["number"], row["status"], row["head"], events[row["id"]]
