"""挂账: the cases that cannot be solved now, with what was said when they were suspended."""

from typing import Any

from databases import Database

MOST = 500


async def open_now(database: Database) -> list[Any]:
    """Every suspended case that may be spoken of, the longest suspended first: no text of its citizen, no protected case."""
    return await database.fetch_all(
        f"""SELECT cases.category, cases.district, cases.bureau, cases.received_at, cases.due_at, said.at,
            said.measure, said.until, said.post, said.milestones
        FROM cases CROSS JOIN LATERAL (
            SELECT max(events.at) AS at, max(body) FILTER (WHERE field = 'measure') AS measure,
                max(body) FILTER (WHERE field = 'until') AS until, max(body) FILTER (WHERE field = 'post') AS post,
                max(body) FILTER (WHERE field = 'milestones') AS milestones
            FROM events JOIN texts USING (case_id, seq)
            WHERE case_id = cases.id AND public
                AND seq = (SELECT max(seq) FROM events WHERE case_id = cases.id AND step = 'suspend')
        ) AS said
        WHERE status = 'suspended' AND NOT protected ORDER BY said.at, cases.id LIMIT {MOST}"""
    )
