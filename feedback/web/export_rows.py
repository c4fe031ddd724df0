"""What every list that leaves as a file is made of: what was asked for, and its rows a batch at a time."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from feedback import clock
from feedback.rules.permission import Actor

BATCH = 500
Rows = AsyncIterator[Sequence[Sequence[Any]]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """One list as somebody asked for it."""

    actor: Actor
    query: dict[str, str]
    contacts: bool = False
    reason: str = ""
    now: datetime = field(default_factory=clock.now)


async def each(found: Sequence[Any], row: Callable[[Any], list[Any]]) -> list[list[Any]]:
    """The rows of what was found. Taking personal data out of hundreds of letters takes a moment, in which others are served."""
    return await asyncio.to_thread(lambda: [row(one) for one in found])


def name(named: Any) -> str:
    """What a code is called; empty for none."""
    return named["name"] if named else ""
