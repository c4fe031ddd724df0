"""Labels that people have confirmed, read from the cases. Protected cases are never among them: their words are for no model."""

from datetime import datetime
from typing import Any

from databases import Database

# A case counts once, by the surest that is known of it. Predictions nobody has looked at are not here.
_CONFIRMED = """
    SELECT cases.id, cases.received_at, cases.title, cases.body, cases.district,
        CASE WHEN audits.decided_at IS NOT NULL THEN 'audit' WHEN chosen.corrected THEN 'correction'
            WHEN chosen.dispatched THEN 'dispatch' WHEN imported_labels.category IS NOT NULL THEN 'history'
            ELSE 'closed' END AS source,
        CASE WHEN audits.decided_at IS NOT NULL AND NOT coalesce(chosen.corrected, false) THEN audits.category
            WHEN cases.historical THEN coalesce(imported_labels.category, cases.category) ELSE cases.category END AS category,
        CASE WHEN audits.decided_at IS NOT NULL THEN audits.bureau WHEN cases.historical THEN imported_labels.bureau
            ELSE cases.bureau END AS bureau
    FROM cases
    LEFT JOIN audits ON audits.case_id = cases.id
    LEFT JOIN imported_labels ON imported_labels.case_id = cases.id
    LEFT JOIN LATERAL (SELECT bool_or(step = 'dispatch') AS dispatched, bool_or(step = 'correct_category') AS corrected
        FROM corrections WHERE case_id = cases.id AND person_id IS NOT NULL AND step IN ('dispatch', 'correct_category')) AS chosen ON true
    WHERE cases.received_at >= :since AND NOT cases.protected AND cases.sealed_text IS NULL AND cases.body <> ''
        AND cases.status IN ('assigned','working','awaiting_citizen','suspended','in_review','replied','closed')
        AND (audits.decided_at IS NOT NULL OR chosen.dispatched OR chosen.corrected OR imported_labels.category IS NOT NULL
            OR (cases.status IN ('replied','closed') AND cases.decision = 'auto' AND NOT cases.historical
                AND EXISTS (SELECT FROM events WHERE case_id = cases.id AND step = 'accept')
                AND NOT EXISTS (SELECT FROM events WHERE case_id = cases.id AND step IN ('return', 'request_rework'))))
"""


async def confirmed(database: Database, *, since: datetime, most: int) -> list[Any]:
    """The newest cases received since then whose category a person has confirmed, with how, newest first."""
    return await database.fetch_all(
        f"SELECT * FROM ({_CONFIRMED}) AS found WHERE category IS NOT NULL ORDER BY received_at DESC, id DESC LIMIT :most",
        {"since": since, "most": most},
    )
