"""The audit sample: cases the machine routed, drawn by chance, and what a person found when looking again."""

from datetime import datetime
from typing import Any

from databases import Database

from feedback.store import recusals

_WAITING = f"audits.decided_at IS NULL AND NOT cases.protected AND cases.id NOT IN {recusals.OF_PERSON}"
"""One that became protected meanwhile is nobody's sample; what `:person` has recused themself from is not theirs."""


async def waiting(database: Database, *, person: int | None, limit: int) -> list[Any]:
    """Drawn, not looked at and this person's to look at, oldest first: what the machine had said, with the letter."""
    return await database.fetch_all(
        f"""SELECT cases.id, cases.number, cases.title, cases.body, cases.address, cases.district, cases.received_at, cases.status,
            ledger.category, ledger.bureau, ledger.probability, ledger.reasons
        FROM audits JOIN cases ON cases.id = audits.case_id JOIN ledger ON ledger.case_id = audits.case_id
        WHERE {_WAITING} ORDER BY audits.drawn_at, audits.case_id LIMIT :limit""",
        {"person": person, "limit": limit},
    )


async def count_waiting(database: Database, *, person: int | None) -> int:
    """How many wait for this person."""
    return await database.fetch_val(
        f"SELECT count(*) FROM audits JOIN cases ON cases.id = audits.case_id WHERE {_WAITING}", {"person": person}
    )


async def machine_said(database: Database, case_id: int) -> Any | None:
    """Category and bureau the machine had given a drawn case; None when it was not drawn."""
    return await database.fetch_one(
        "SELECT ledger.category, ledger.bureau FROM audits JOIN ledger USING (case_id) WHERE case_id = :id", {"id": case_id}
    )


async def decide(
    database: Database, case_id: int, *, category: str, bureau: str, category_right: bool, bureau_right: bool,
    person_id: int, now: datetime,
) -> bool:  # fmt: skip
    """Writes the finding down. False when somebody else was faster."""
    done = await database.fetch_val(
        """UPDATE audits SET decided_at = :now, person_id = :person, category = :category, bureau = :bureau,
            category_right = :category_right, bureau_right = :bureau_right
        WHERE case_id = :id AND decided_at IS NULL RETURNING case_id""",
        {
            "id": case_id, "now": now, "person": person_id, "category": category, "bureau": bureau,
            "category_right": category_right, "bureau_right": bureau_right,
        },
    )  # fmt: skip
    return done is not None


async def accuracy(database: Database, *, since: datetime, model: str | None = None) -> Any:
    """Cases looked at that were routed since then, by this model or by any: how many, bureau right, category right."""
    return await database.fetch_one(
        """SELECT count(*) AS n, count(*) FILTER (WHERE bureau_right) AS bureau, count(*) FILTER (WHERE category_right) AS category
        FROM audits JOIN ledger USING (case_id)
        WHERE decided_at IS NOT NULL AND drawn_at >= :since AND (CAST(:model AS text) IS NULL OR ledger.model = :model)""",
        {"since": since, "model": model},
    )


async def by_category(database: Database, *, since: datetime) -> list[Any]:
    """The same by the category the machine had given."""
    return await database.fetch_all(
        """SELECT ledger.category, count(*) AS n, count(*) FILTER (WHERE bureau_right) AS bureau,
            count(*) FILTER (WHERE category_right) AS category_right
        FROM audits JOIN ledger USING (case_id) WHERE decided_at IS NOT NULL AND drawn_at >= :since GROUP BY ledger.category""",
        {"since": since},
    )
