"""The routing ledger, read back: who corrected it, and what may be joined. What a decision was based on is read with the case: casefile."""

from typing import Any

from databases import Database

from feedback.rules.record import Case
from feedback.store import recusals


async def corrections(database: Database, case_id: int) -> list[Any]:
    """Who changed category or bureau, in order."""
    return await database.fetch_all(
        """SELECT at, step, from_category, to_category, from_bureau, to_bureau
        FROM corrections WHERE case_id = :id ORDER BY id""",
        {"id": case_id},
    )


async def similar_open(database: Database, case: Case, person_id: int | None) -> list[Any]:
    """Open cases of the same group, or of the same category or bureau and no other district within 30 days: candidates for joining.

    Likeness decides among them; two people who tell of one incident are not always put into one category. None that this
    person has recused themself from."""
    return await database.fetch_all(
        f"""WITH own AS (SELECT issue_id FROM hot_issue_cases WHERE case_id = :id),
        found AS (
            (SELECT cases.id FROM hot_issue_cases JOIN own USING (issue_id) JOIN cases ON cases.id = case_id
                ORDER BY received_at DESC LIMIT 20)
            UNION (SELECT id FROM cases
                WHERE (category = :category OR bureau = CAST(:bureau AS text))
                    AND coalesce(district = CAST(:district AS text), true)
                    AND status IN ('triage','assigned','working','awaiting_citizen','suspended','in_review')
                    AND received_at BETWEEN CAST(:at AS timestamptz) - interval '30 days'
                        AND CAST(:at AS timestamptz) + interval '30 days'
                ORDER BY received_at DESC LIMIT 40))
        SELECT id, number, title, body, address, status, received_at, bureau FROM cases JOIN found USING (id)
        WHERE id <> :id AND NOT protected AND lead_id IS NULL AND id NOT IN {recusals.OF_PERSON}
            AND status IN ('triage','assigned','working','awaiting_citizen','suspended','in_review')
        ORDER BY received_at DESC""",
        {
            "category": case.category, "bureau": case.bureau, "district": case.district, "id": case.id,
            "at": case.received_at, "person": person_id,
        },
    )
