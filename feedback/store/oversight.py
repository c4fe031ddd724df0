"""What desks and supervisors look at beside the queues: words that belong to a list of cases, and rework asked for."""

from collections.abc import Sequence
from typing import Any

from databases import Database

from feedback.store import recusals


async def sealed(database: Database, ids: Sequence[int]) -> dict[int, bytes]:
    """The encrypted texts of these protected cases."""
    if not ids:
        return {}
    rows = await database.fetch_all(
        "SELECT id, sealed_text FROM cases WHERE id = ANY(:ids) AND sealed_text IS NOT NULL", {"ids": list(ids)}
    )
    return {row["id"]: row["sealed_text"] for row in rows}


async def ledgers(database: Database, ids: Sequence[int]) -> dict[int, Any]:
    """What the classifier said of these cases: candidates and reasons."""
    if not ids:
        return {}
    rows = await database.fetch_all(
        """SELECT case_id, decision, probability, threshold, categories, bureaus, scores, reasons
        FROM ledger WHERE case_id = ANY(:ids)""",
        {"ids": list(ids)},
    )
    return {row["case_id"]: row for row in rows}


async def last_words(database: Database, ids: Sequence[int], step: str) -> dict[int, dict[str, Any]]:
    """What was said when `step` was last taken on each of these cases: `at`, `bureau` and its texts by field."""
    if not ids:
        return {}
    rows = await database.fetch_all(
        """SELECT events.case_id, events.at, events.bureau, texts.field, texts.body
        FROM (SELECT DISTINCT ON (case_id) case_id, seq, at, bureau FROM events
            WHERE case_id = ANY(:ids) AND step = CAST(:step AS text) ORDER BY case_id, seq DESC) AS events
        LEFT JOIN texts ON texts.case_id = events.case_id AND texts.seq = events.seq""",
        {"ids": list(ids), "step": step},
    )
    found: dict[int, dict[str, Any]] = {}
    for row in rows:
        words = found.setdefault(row["case_id"], {"at": row["at"], "bureau": row["bureau"]})
        if row["field"]:
            words[row["field"]] = row["body"]
    return found


async def rework_asked(database: Database, person_id: int | None = None) -> list[Any]:
    """Citizens who asked again for rework and wait for a supervisor, oldest first; one row a case, none that this person has
    recused themself from."""
    return await database.fetch_all(
        f"""SELECT cases.number, cases.version, cases.title, cases.bureau, cases.round, asked.at, texts.body AS reason
        FROM cases CROSS JOIN LATERAL (SELECT seq, at FROM events WHERE case_id = cases.id AND step = 'request_rework'
            ORDER BY seq DESC LIMIT 1) AS asked
        LEFT JOIN texts ON texts.case_id = cases.id AND texts.seq = asked.seq AND texts.field = 'reason'
        WHERE cases.asked_again AND cases.status IN ('replied','closed') AND NOT cases.protected
            AND cases.id NOT IN {recusals.OF_PERSON}
        ORDER BY asked.at LIMIT 200""",
        {"person": person_id},
    )
