"""The cases the clock has something to do with, each found by an index, at most a batch at a time."""

from datetime import datetime

from databases import Database

from feedback.rules import reopening
from feedback.rules.record import Case
from feedback.store import cases

BATCH = 200


async def _find(database: Database, condition: str, values: dict[str, object]) -> list[Case]:
    query = f"SELECT {cases.COLUMNS} FROM cases WHERE {condition} LIMIT {BATCH}"
    return [cases.read(row) for row in await database.fetch_all(query, values)]


async def expired_pauses(database: Database, *, now: datetime) -> list[Case]:
    """Waiting for the citizen longer than the cap allows."""
    return await _find(database, "status = 'awaiting_citizen' AND pause_until <= :now", {"now": now})


async def breached(database: Database, *, now: datetime) -> list[Case]:
    """Late and not yet recorded as late. A case that waits for its citizen is not late meanwhile."""
    condition = """due_at <= :now AND breached_at IS NULL
        AND status IN ('triage','assigned','working','suspended','in_review')"""
    return await _find(database, condition, {"now": now})


async def silent(database: Database, *, now: datetime) -> list[Case]:
    """Answered long enough ago without a rating."""
    condition = "status = 'replied' AND answered_at <= :before AND solved IS NULL"
    return await _find(database, condition, {"before": now - reopening.SETTLE_AFTER})


async def unsolved(database: Database, *, now: datetime) -> list[Case]:
    """Rated as not solved, and answered so long ago that nobody may ask for rework any more; none whose request is undecided."""
    condition = "status = 'replied' AND NOT solved AND answered_at <= :before AND NOT asked_again"
    return await _find(database, condition, {"before": now - reopening.ASK_WITHIN})
