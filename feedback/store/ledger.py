"""The routing ledger, read back: what a decision was based on, and who corrected it."""

from typing import Any

from databases import Database

from feedback.rules.record import Case


async def get(database: Database, case_id: int) -> Any | None:
    """The ledger's row of one case, without the full vector of probabilities."""
    return await database.fetch_one(
        """SELECT decision, model, category, bureau, probability, threshold, categories, bureaus, scores, reasons
        FROM ledger WHERE case_id = :id""",
        {"id": case_id},
    )


async def corrections(database: Database, case_id: int) -> list[Any]:
    """Who changed category or bureau, in order."""
    return await database.fetch_all(
        """SELECT at, step, from_category, to_category, from_bureau, to_bureau
        FROM corrections WHERE case_id = :id ORDER BY id""",
        {"id": case_id},
    )


async def similar_open(database: Database, case: Case) -> list[Any]:
    """Open cases of the same category and district received within 30 days of this one: candidates for joining."""
    return await database.fetch_all(
        """SELECT number, title, status, received_at, bureau FROM cases
        WHERE category = :category AND district IS NOT DISTINCT FROM CAST(:district AS text) AND id <> :id
            AND NOT protected AND status IN ('triage','assigned','working','awaiting_citizen','suspended','in_review')
            AND received_at BETWEEN CAST(:at AS timestamptz) - interval '30 days'
                AND CAST(:at AS timestamptz) + interval '30 days'
        ORDER BY received_at DESC LIMIT 10""",
        {"category": case.category, "district": case.district, "id": case.id, "at": case.received_at},
    )
