"""Cases that were one letter: who belongs together, and what of the first one its parts get without anybody reading it."""

from typing import Any

from databases import Database

from feedback.rules.record import Case
from feedback.store import recusals


async def of_letter(database: Database, case: Case, *, person_id: int | None = None) -> list[Any]:
    """Every case of the same letter, the first one first; the case itself alone when it was never split.

    Without those that the person who looks, if it is one of the staff, has recused themself from."""
    return await database.fetch_all(
        f"""SELECT id, number, title, status, bureau, category, protected, received_at FROM cases
        WHERE (id = :root OR split_from = :root) AND id NOT IN {recusals.OF_PERSON} ORDER BY id""",
        {"root": case.split_from or case.id, "person": person_id},
    )


async def code_hash(database: Database, case_id: int) -> bytes | None:
    """The keyed hash of the case's query code."""
    return await database.fetch_val("SELECT code_hash FROM cases WHERE id = :id", {"id": case_id})


async def copy_contact(database: Database, case_id: int, to: int) -> None:
    """The same citizen, sealed as it is."""
    await database.execute(
        """INSERT INTO contacts (case_id, name, phone, phone_hash, email, quiet)
        SELECT :to, name, phone, phone_hash, email, quiet FROM contacts WHERE case_id = :id""",
        {"id": case_id, "to": to},
    )
