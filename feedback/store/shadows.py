"""What a candidate would have said of the letters that came in, beside the ledger; and how many of their words were strange."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from databases import Database


async def unread(database: Database, version: str, *, since: datetime, most: int) -> list[Any]:
    """Letters received since then that this candidate has not read. Protected ones are for nobody's eyes but the clerk's."""
    return await database.fetch_all(
        """SELECT cases.id, cases.title, cases.body, cases.district, cases.address, ledger.category, ledger.bureau, ledger.decision
        FROM cases JOIN ledger ON ledger.case_id = cases.id
        WHERE cases.received_at >= :since AND NOT cases.protected AND NOT cases.historical AND cases.body <> ''
            AND NOT EXISTS (SELECT FROM shadows WHERE shadows.version = :version AND shadows.case_id = cases.id)
        ORDER BY cases.received_at LIMIT :most""",
        {"version": version, "since": since, "most": most},
    )


async def add(database: Database, rows: Sequence[dict[str, Any]]) -> None:
    """Keeps answers of a candidate; two workers may have read the same letter."""
    await database.execute_many(
        """INSERT INTO shadows (version, case_id, at, decision, category, bureau, probability, reasons, differs)
        VALUES (:version, :case_id, :at, :decision, :category, :bureau, :probability, :reasons, :differs) ON CONFLICT DO NOTHING""",
        list(rows),
    )


async def unmeasured(database: Database, *, since: datetime, most: int) -> list[Any]:
    """Letters received since then whose strange words have not been counted."""
    return await database.fetch_all(
        """SELECT id, title, body FROM cases WHERE received_at >= :since AND NOT protected AND NOT historical AND body <> ''
            AND NOT EXISTS (SELECT FROM novelty WHERE novelty.case_id = cases.id)
        ORDER BY received_at LIMIT :most""",
        {"since": since, "most": most},
    )


async def measure(database: Database, rows: Sequence[dict[str, Any]]) -> None:
    """Keeps the share of strange words of letters."""
    await database.execute_many(
        "INSERT INTO novelty (case_id, unknown) VALUES (:case_id, :unknown) ON CONFLICT DO NOTHING", list(rows)
    )


async def summary(database: Database, version: str) -> Any:
    """How many letters the candidate has read, and in how many it differed, by what."""
    return await database.fetch_one(
        """SELECT count(*) AS n, count(*) FILTER (WHERE differs) AS differs,
            count(*) FILTER (WHERE shadows.bureau IS DISTINCT FROM ledger.bureau) AS bureau,
            count(*) FILTER (WHERE shadows.category IS DISTINCT FROM ledger.category) AS category,
            count(*) FILTER (WHERE shadows.decision = 'auto') AS auto, count(*) FILTER (WHERE ledger.decision = 'auto') AS auto_now,
            count(*) FILTER (WHERE shadows.decision = 'protected') AS protected
        FROM shadows JOIN ledger USING (case_id) WHERE version = :version""",
        {"version": version},
    )


async def changes(database: Database, version: str) -> list[Any]:
    """From which category to which the candidate moves letters, most often first."""
    return await database.fetch_all(
        """SELECT ledger.category AS before, shadows.category AS after, count(*) AS n
        FROM shadows JOIN ledger USING (case_id)
        WHERE version = :version AND differs AND shadows.category IS DISTINCT FROM ledger.category
        GROUP BY 1, 2 ORDER BY n DESC, before, after LIMIT 12""",
        {"version": version},
    )


async def examples(database: Database, version: str, *, limit: int) -> list[Any]:
    """The newest letters of which the candidate says something else, with the words that decided, before and after."""
    return await database.fetch_all(
        """SELECT cases.number, cases.title, cases.body, cases.received_at, cases.bureau AS final_bureau, cases.category AS final_category,
            ledger.category, ledger.bureau, ledger.decision, ledger.probability, ledger.reasons,
            shadows.category AS new_category, shadows.bureau AS new_bureau, shadows.decision AS new_decision,
            shadows.probability AS new_probability, shadows.reasons AS new_reasons
        FROM shadows JOIN ledger USING (case_id) JOIN cases ON cases.id = shadows.case_id
        WHERE shadows.version = :version AND shadows.differs AND NOT cases.protected
        ORDER BY shadows.case_id DESC LIMIT :limit""",
        {"version": version, "limit": limit},
    )
