"""The same request twice gives the same answer: kept sealed for 24 hours under the hash of its key (SETTLED 6)."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import asyncpg
import orjson

from feedback.actions import proving
from feedback.actions.hall import Hall
from feedback.store import answers, writing
from feedback.web import errors

Keep = Callable[[Any], writing.Rows]


async def once(
    hall: Hall, key: str, body: bytes, make: Callable[[Keep | None], Awaitable[Any]], *, now: datetime
) -> tuple[Any, bool]:
    """The answer of `make`, or the one kept for this key, and whether it was kept. Raises BadFields for another body.

    `make` is given a function from the answer to the row that keeps it, to be written in its own statement."""
    if not key:
        return await make(None), False
    key_hash, body_hash = hall.vault.hash("idempotency", key), hall.vault.hash("body", body.hex())

    def keep(answer: Any) -> writing.Rows:
        sealed = hall.vault.seal(orjson.dumps(answer, option=orjson.OPT_UTC_Z).decode())
        return [("idempotency", {"key_hash": key_hash, "body_hash": body_hash, "answer": sealed, "at": now})]

    kept = await answers.get(hall.database, key_hash)
    if kept is None:
        try:
            return await make(keep), False
        except asyncpg.UniqueViolationError:
            kept = await answers.get(hall.database, key_hash)  # the same request in another process was faster
        except proving.WrongCode:
            kept = await _soon(hall, key_hash)
            if kept is None:
                raise
    if kept is None or kept["body_hash"] != body_hash:
        raise errors.BadFields(
            {"Idempotency-Key": "这个键已经用于另一份内容，请换一个。"}, code="idempotency_key_reused"
        )
    return orjson.loads(hall.vault.open(kept["answer"])), True


async def _soon(hall: Hall, key_hash: bytes) -> Any | None:
    """The answer kept within a moment: a double click uses the phone's code once, and both clicks mean the same."""
    for _ in range(4):
        if kept := await answers.get(hall.database, key_hash):
            return kept
        await asyncio.sleep(0.05)
    return None
