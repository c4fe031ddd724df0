"""Corrections of the routing: who changed which category or bureau into what. Every one is a label."""

from datetime import datetime

from databases import Database

from feedback.rules.record import Case
from feedback.rules.status import Step


async def add(
    database: Database, case: Case, *, step: Step, person_id: int | None, now: datetime,
    to_category: str | None = None, to_bureau: str | None = None,
) -> None:  # fmt: skip
    """Writes one correction down, beside what the case had before it."""
    await database.execute(
        """INSERT INTO corrections (case_id, at, person_id, step, from_category, to_category, from_bureau, to_bureau)
        VALUES (:case_id, :at, :person_id, :step, :from_category, :to_category, :from_bureau, :to_bureau)""",
        {
            "case_id": case.id, "at": now, "person_id": person_id, "step": step, "from_category": case.category,
            "to_category": to_category or case.category, "from_bureau": case.bureau, "to_bureau": to_bureau,
        },
    )  # fmt: skip


async def returned(database: Database, case_id: int, *, bureau: str | None, round: int) -> bool:
    """Whether this bureau has returned the case in this round already."""
    found = await database.fetch_val(
        "SELECT 1 FROM events WHERE case_id = :id AND step = 'return' AND bureau = :bureau AND round = :round LIMIT 1",
        {"id": case_id, "bureau": bureau, "round": round},
    )
    return found is not None


async def any_return(database: Database, case_id: int) -> bool:
    """Whether any bureau has returned the case: the next dispatch is a designation."""
    found = await database.fetch_val(
        "SELECT 1 FROM events WHERE case_id = :id AND step = 'return' LIMIT 1", {"id": case_id}
    )
    return found is not None


async def last_return(database: Database, case_id: int) -> str | None:
    """The bureau that returned the case last; whether that still waits for its decision is the case's `returned`."""
    return await database.fetch_val(
        "SELECT bureau FROM events WHERE case_id = :id AND step = 'return' ORDER BY seq DESC LIMIT 1", {"id": case_id}
    )


async def reject_return(database: Database, case_id: int, *, bureau: str, round: int) -> None:
    """The bureau's return of this round was not accepted: 不当退单."""
    await database.execute(
        """UPDATE assignments SET return_rejected = true
        WHERE case_id = :id AND bureau = :bureau AND round = :round AND ended_by = 'return'""",
        {"id": case_id, "bureau": bureau, "round": round},
    )
