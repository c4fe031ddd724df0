"""Sends what stands in the outbox. How a message leaves the house is given as a callable; nights are kept quiet."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from feedback.actions.hall import Hall
from feedback.rules import deadline
from feedback.store import notices

QUIET_FROM, QUIET_UNTIL = time(22), time(7)
"""Shanghai time in which no telephone rings for a notice; a code somebody waits for is sent at once, day and night."""


@dataclass(frozen=True, slots=True)
class Message:
    """One notice in the clear, on its way out."""

    at: datetime
    channel: str
    to: str
    template: str
    text: str
    code: str


Send = Callable[[Message], Awaitable[None]]


def quiet_until(now: datetime) -> datetime | None:
    """When the night ends that `now` lies in; None by day."""
    local = now.astimezone(deadline.CITY_TIME)
    if QUIET_UNTIL <= local.time() < QUIET_FROM:
        return None
    day = local.date() + timedelta(days=local.time() >= QUIET_FROM)
    return datetime.combine(day, QUIET_UNTIL, deadline.CITY_TIME)


async def deliver(hall: Hall, send: Send, *, now: datetime) -> int:
    """Sends what is due, at most one batch; returns how many notices it dealt with.

    What fails is tried again later. A crash between sending and noting it may send a notice twice, never not at all."""
    morning = quiet_until(now)
    async with hall.database.transaction():
        rows = await notices.waiting(hall.database, now=now)
        for row in rows:
            if morning and row["code"] is None:
                await notices.postpone(hall.database, row["id"], until=morning)
            else:
                await _deliver_one(hall, send, row, now)
    return len(rows)


async def _deliver_one(hall: Hall, send: Send, row: Any, now: datetime) -> None:
    try:
        await send(_opened(hall, row, now))
    except Exception as fault:
        await notices.failed(hall.database, row["id"], attempts=row["attempts"], fault=repr(fault), now=now)
    else:
        await notices.sent(hall.database, row["id"], now=now)


def _opened(hall: Hall, row: Any, now: datetime) -> Message:
    code = hall.vault.open(row["code"]) if row["code"] else ""
    to, text = hall.vault.open(row["receiver"]), hall.vault.open(row["text"])
    return Message(now, row["channel"], to, row["template"], text, code)
