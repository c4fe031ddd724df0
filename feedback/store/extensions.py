"""Extensions of the due time: asked once a round, decided once."""

from datetime import datetime
from typing import Any

from databases import Database

from feedback.store import recusals


async def ask(database: Database, case_id: int, round: int, *, days: int, now: datetime) -> None:
    """Writes the request down. `days` are those of `limit.extension_unit`."""
    await database.execute(
        "INSERT INTO extensions (case_id, round, days, asked_at) VALUES (:case_id, :round, :days, :now)",
        {"case_id": case_id, "round": round, "days": days, "now": now},
    )


async def get(database: Database, case_id: int, round: int) -> Any | None:
    """The request of this round: days, asked_at, granted (None: not decided), decided_at."""
    return await database.fetch_one(
        "SELECT days, asked_at, granted, decided_at FROM extensions WHERE case_id = :case_id AND round = :round",
        {"case_id": case_id, "round": round},
    )


async def decide(database: Database, case_id: int, round: int, *, granted: bool, now: datetime) -> None:
    """Writes the decision down."""
    await database.execute(
        "UPDATE extensions SET granted = :granted, decided_at = :now WHERE case_id = :case_id AND round = :round",
        {"case_id": case_id, "round": round, "granted": granted, "now": now},
    )


async def lapse(database: Database, case_id: int, round: int) -> None:
    """The bureau that asked has left the case before anybody decided: the next one may ask for itself."""
    await database.execute(
        "DELETE FROM extensions WHERE case_id = :case_id AND round = :round AND granted IS NULL",
        {"case_id": case_id, "round": round},
    )


async def undecided(database: Database, person_id: int | None = None) -> list[Any]:
    """Requests that wait for a supervisor, oldest first; without those of cases this person has recused themself from."""
    return await database.fetch_all(
        f"""SELECT cases.number, cases.title, cases.bureau, cases.due_at, cases.version, cases.limit_version, cases.limit_code, extensions.days, extensions.asked_at,
            texts.body AS reason
        FROM extensions JOIN cases ON cases.id = extensions.case_id AND cases.round = extensions.round
        LEFT JOIN LATERAL (
            SELECT body FROM texts JOIN events USING (case_id, seq)
            WHERE texts.case_id = cases.id AND events.step = 'request_extension' AND field = 'reason'
            ORDER BY seq DESC LIMIT 1
        ) texts ON true
        WHERE extensions.granted IS NULL AND NOT cases.protected AND cases.id NOT IN {recusals.OF_PERSON}
            AND cases.status IN ('assigned','working','awaiting_citizen','suspended','in_review')
        ORDER BY extensions.asked_at LIMIT 200""",
        {"person": person_id},
    )
