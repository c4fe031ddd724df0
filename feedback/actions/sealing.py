"""Seals what happened (SETTLED 2), and proves afterwards that nothing in the history was changed."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from databases import Database

from feedback.rules import chain
from feedback.rules.record import Event
from feedback.store import seals
from feedback.store.seals import Watermark


class Broken(Exception):
    """The history does not fit together; the message names the first broken link."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What was proven: so many cases, events and seals, and the newest head in hexadecimal."""

    cases: int
    events: int
    seals: int
    head: str


async def seal(database: Database, *, now: datetime, before: Watermark | None = None) -> tuple[int, Watermark | None]:
    """One seal over all events committed since the last; how many, and what to pass as `before` next time.

    Nothing new, or another process sealing at this moment: no seal, 0."""
    async with database.transaction():
        if not await seals.lock(database):
            return 0, before
        mark, head = await seals.watermark(database, before)
        upto = await seals.settled(database)
        rows = await seals.unsealed(database, since=mark.upto, upto=upto)
        if not rows:
            return 0, Watermark(mark.last, upto)
        root = await asyncio.to_thread(chain.merkle_root, [row["hash"] for row in rows])
        ids = [row["id"] for row in rows]
        number = await seals.add(database, ids, upto=upto, root=root, head=chain.seal(head, root), now=now)
    return len(rows), Watermark((number, upto), upto)


async def prove(database: Database, *, progress: Callable[[], None] = lambda: None) -> Proof:
    """Computes every case's chain and every seal anew, on one consistent view. Raises Broken."""
    async with database.transaction(isolation="repeatable_read", readonly=True):
        cases = events = 0
        async for number, status, head, history in seals.histories(database):
            _check_case(number, status, head, history)
            cases, events = cases + 1, events + len(history)
            progress()
        count, last = 0, chain.GENESIS
        async for seal, leaves in seals.with_leaves(database):
            last = _check_seal(seal, leaves, last)
            count += 1
    return Proof(cases, events, count, last.hex())


def _check_case(number: str, status: str, head: bytes, history: list[tuple[Event, bytes]]) -> None:
    link, before = chain.GENESIS, ""
    for place, (event, digest) in enumerate(history, 1):
        link = chain.link(link, event)
        if event.seq != place:
            raise Broken(f"诉求 {number} 的第 {place} 条记录不见了")
        if link != digest:
            raise Broken(f"诉求 {number} 的第 {place} 条记录被改动过")
        if event.from_status != before:
            raise Broken(f"诉求 {number} 的第 {place} 条记录与上一条的状态接不上")
        before = event.to_status
    if link != head or not history:
        raise Broken(f"诉求 {number} 的最后一条记录不见了，或被换掉了")
    if status != before:
        raise Broken(f"诉求 {number} 的状态没有经过记录就变成了 {status}")


def _check_seal(seal: seals.Seal, leaves: list[bytes], before: bytes) -> bytes:
    if len(leaves) != seal.n:
        raise Broken(f"第 {seal.id} 号封印应有 {seal.n} 条记录，现有 {len(leaves)} 条")
    if chain.merkle_root(leaves) != seal.root:
        raise Broken(f"第 {seal.id} 号封印的记录在封印之后被改动过")
    if chain.seal(before, seal.root) != seal.head:
        raise Broken(f"第 {seal.id} 号封印与前一个接不上")
    return seal.head
