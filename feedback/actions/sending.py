"""Sends what stands in the outbox. How a message leaves the house is given as a callable; nights are kept quiet.

A message is taken, sent, and marked, each on its own: a crash in between sends it again, with the same token."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from feedback.actions.hall import Hall
from feedback.rules import administration, outbox
from feedback.rules.administration import Act, Deed
from feedback.rules.outbox import Fault, Quiet, State
from feedback.rules.permission import Actor
from feedback.rules.status import Status
from feedback.store import logbook, notices

BATCH, AT_ONCE = 24, 6
LEASE = timedelta(minutes=3)
"""After so long, what a worker took and did not mark is due again: more than a batch of time-outs takes."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Message:
    """One notice in the clear, on its way out. The token is the same however often it is tried."""

    at: datetime
    channel: str
    to: str
    template: str
    text: str
    code: str = ""
    subject: str = ""
    token: str = ""


class Undelivered(Exception):
    """The message did not get through, or nobody said that it did. `detail` never names the receiver."""

    def __init__(self, fault: Fault, detail: str = "") -> None:
        super().__init__(fault, detail)
        self.fault, self.detail = fault, detail


Send = Callable[[Message], Awaitable[None]]
"""Returns when the message was taken over. Raises Undelivered."""


async def deliver(
    hall: Hall, send: Send, *, now: datetime, quiet: Quiet = outbox.NIGHT, urgent: bool | None = None
) -> int:
    """Sends what is due, at most one batch, only urgent or only ordinary messages if asked to; returns how many it dealt with.

    At least once: after a crash between sending and marking a message goes out again, and its token tells the gateway so."""
    night = quiet.until(now) is not None
    rows = await notices.claim(
        hall.database, now=now, until=now + LEASE, night=night, urgent=urgent, limit=BATCH
    )  # fmt: skip
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(row: Any) -> None:
        async with gate:
            await _deal_with(hall, send, row, now)

    ended = await asyncio.gather(*(one(row) for row in rows), return_exceptions=True)
    for fault in ended:
        if isinstance(fault, BaseException):
            raise fault
    return len(rows)


async def _deal_with(hall: Hall, send: Send, row: Any, now: datetime) -> None:
    status = Status(row["status"]) if row["status"] else None
    why_not = outbox.pointless(row["template"], case=status, rated=row["rated_at"] is not None, age=now - row["at"])
    if why_not:
        return await notices.end(hall.database, row["id"], State.DROPPED, now=now, fault=why_not)
    try:
        await send(_opened(hall, row, now))
    except Undelivered as fault:
        await _failed(hall, row, fault, now)
    except Exception as fault:
        # The text of a strange fault may hold the receiver: only its kind is kept.
        _log.warning("notice %d was not sent: %s", row["id"], type(fault).__name__)
        await _failed(hall, row, Undelivered(Fault.UNKNOWN, type(fault).__name__), now)
    else:
        await notices.end(hall.database, row["id"], State.SENT, now=now)


async def _failed(hall: Hall, row: Any, fault: Undelivered, now: datetime) -> None:
    told = f"{fault.fault} {fault.detail}".strip()[:200]
    wait = outbox.again_after(row["attempts"], fault.fault, urgent=row["urgent"])
    if wait is None:
        await notices.end(hall.database, row["id"], State.FAILED, now=now, fault=told)
    else:
        await notices.put_off(hall.database, row["id"], until=now + wait, fault=told)


def _opened(hall: Hall, row: Any, now: datetime) -> Message:
    code, subject = (hall.vault.open(row[name]) if row[name] else "" for name in ("code", "subject"))
    to, text = hall.vault.open(row["receiver"]), hall.vault.open(row["text"])
    return Message(now, row["channel"], to, row["template"], text, code, subject, str(row["token"]))


async def send_again(hall: Hall, actor: Actor, identity: int | None, *, now: datetime) -> int:
    """A failed message, or all of them, waits again, and it is written down who wanted it; how many. Raises WrongRole."""
    administration.demand(actor, Act.NOTICES)
    assert actor.person_id is not None
    async with hall.database.transaction():
        n = await notices.send_again(hall.database, identity, person_id=actor.person_id, now=now)
        if n:
            await logbook.note(hall.database, Deed.RESENT, by=actor.person_id, detail=f"{n} 条", now=now)
    return n
