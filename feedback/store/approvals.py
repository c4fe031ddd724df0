"""Whether a bureau's answers need a second person, and who decided so."""

from datetime import datetime
from typing import Any

from databases import Database


async def change(database: Database, bureau: str, *, two_step: bool, reason: str, person_id: int, now: datetime) -> bool:
    """Sets it and writes down who and why; False when it was so already."""
    changed = await database.fetch_val(
        "UPDATE bureaus SET two_step = :two WHERE code = :code AND two_step <> :two RETURNING code",
        {"code": bureau, "two": two_step},
    )
    if changed is None:
        return False
    await database.execute(
        """INSERT INTO approval_changes (at, person_id, bureau, two_step, reason)
        VALUES (:now, :person, :bureau, :two, :reason)""",
        {"now": now, "person": person_id, "bureau": bureau, "two": two_step, "reason": reason},
    )
    return True


async def changes(database: Database, *, bureau: str | None = None, limit: int = 50) -> list[Any]:
    """Who changed it for which bureau and why, newest first."""
    return await database.fetch_all(
        """SELECT approval_changes.at, approval_changes.bureau, two_step, reason, people.name
        FROM approval_changes JOIN people ON people.id = person_id
        WHERE CAST(:bureau AS text) IS NULL OR approval_changes.bureau = CAST(:bureau AS text)
        ORDER BY approval_changes.id DESC LIMIT :limit""",
        {"bureau": bureau, "limit": limit},
    )
