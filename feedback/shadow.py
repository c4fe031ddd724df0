"""A candidate reads every new letter beside the model that serves, in the worker and never in a request; nobody is routed by it."""

import logging
from datetime import datetime, timedelta
from typing import Any

from feedback import models, understanding
from feedback.actions.hall import Hall
from feedback.rules import succession
from feedback.rules.record import Decision, Understanding
from feedback.settings import Settings
from feedback.store import models as known
from feedback.store import shadows

BACK = timedelta(days=1)
"""Letters older than this are not read any more: a worker that was away for long does not catch up for hours."""
MOST = 100
"""Letters of one round, so that other jobs have their turn."""

_log = logging.getLogger(__name__)


class Shadow:
    """Answers of the candidate, and how strange each letter is to the model that serves."""

    def __init__(self, hall: Hall, own: Settings) -> None:
        self._hall, self._own = hall, own
        self._candidate: understanding.Reader | None = None
        self._refused = ""

    async def __call__(self, *, now: datetime) -> int:
        """Reads what is new; returns how many letters the candidate has read."""
        await self._measure(now)
        row = await known.candidate(self._hall.database)
        if row is None:
            self._candidate = None
            return 0
        reader = await self._reader(row)
        return await self._read(reader, row, now) if reader else 0

    async def _reader(self, row: Any) -> understanding.Reader | None:
        if self._candidate is None or self._candidate.version != row["version"]:
            self._candidate = None
            if row["version"] != self._refused:
                try:
                    self._candidate = await models.load(self._hall.database, self._own, row["folder"])
                except Exception:
                    _log.exception("the candidate %s cannot be loaded", row["version"])
                    self._refused = row["version"]
        return self._candidate

    async def _read(self, reader: understanding.Reader, row: Any, now: datetime) -> int:
        since = max(row["trained_at"], now - BACK)
        letters = await shadows.unread(self._hall.database, reader.version, since=since, most=MOST)
        await shadows.add(self._hall.database, [_answer(self._hall, reader, letter, now) for letter in letters])
        return len(letters)

    async def _measure(self, now: datetime) -> None:
        strange = getattr(self._hall.understand, "strange", None)
        if strange is None:
            return
        letters = await shadows.unmeasured(self._hall.database, since=now - BACK, most=MOST)
        rows = [{"case_id": one["id"], "unknown": strange(one["title"], one["body"])} for one in letters]
        await shadows.measure(self._hall.database, rows)


def _answer(hall: Hall, reader: understanding.Reader, letter: Any, now: datetime) -> dict[str, Any]:
    told = reader(letter["title"], letter["body"], district=letter["district"], address=letter["address"])
    if hall.city.succession.changes:
        # The ledger holds the codes of today.
        told = succession.present(told, f"{letter['title']}\n{letter['body']}", hall.city.succession, hall.city.leads)
    return {
        "version": reader.version, "case_id": letter["id"], "at": now, "decision": told.decision, "category": told.category,
        "bureau": told.bureau, "probability": told.probability, "differs": _differs(told, letter),
        # Words that accuse somebody are for the confidential clerk.
        "reasons": [] if told.decision is Decision.PROTECTED else list(told.reasons),
    }  # fmt: skip


def _differs(told: Understanding, letter: Any) -> bool:
    return (told.category, told.bureau, told.decision) != (letter["category"], letter["bureau"], letter["decision"])
