"""督办 and 批示: orders on a case, each with its own due time, written off when the answer goes out."""

from datetime import datetime
from typing import Any

from databases import Database


async def add(database: Database, case_id: int, *, person_id: int, text: str, due_at: datetime, now: datetime) -> None:
    """Keeps one order."""
    await database.execute(
        """INSERT INTO instructions (case_id, person_id, at, text, due_at) VALUES (:case_id, :person_id, :now, :text, :due_at)""",
        {"case_id": case_id, "person_id": person_id, "text": text, "due_at": due_at, "now": now},
    )


async def of_case(database: Database, case_id: int) -> list[Any]:
    """The orders on one case, newest first, with who gave them."""
    return await database.fetch_all(
        """SELECT instructions.at, instructions.text, instructions.due_at, instructions.done_at, people.name, people.role
        FROM instructions JOIN people ON people.id = instructions.person_id
        WHERE case_id = :id ORDER BY instructions.id DESC""",
        {"id": case_id},
    )


async def write_off(database: Database, case_id: int, *, now: datetime) -> None:
    """The case was answered: its orders are done."""
    await database.execute(
        "UPDATE instructions SET done_at = :now WHERE case_id = :id AND done_at IS NULL",
        {"id": case_id, "now": now},
    )


async def undone(database: Database) -> list[Any]:
    """Orders that are not written off, by due time."""
    return await database.fetch_all(
        """SELECT instructions.at, instructions.text, instructions.due_at, people.name, cases.number, cases.title,
            cases.bureau, cases.status
        FROM instructions JOIN people ON people.id = instructions.person_id JOIN cases ON cases.id = instructions.case_id
        WHERE instructions.done_at IS NULL AND NOT cases.protected ORDER BY instructions.due_at LIMIT 200"""
    )
