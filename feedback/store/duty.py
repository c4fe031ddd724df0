"""Whom a bureau's urgent matters wake: the phone and e-mail of its people on duty, and who changed them."""

from datetime import datetime
from typing import Any

from databases import Database

from feedback.store.vault import Vault


async def get(database: Database, vault: Vault, bureau: str) -> tuple[str, str]:
    """Phone and e-mail, each empty when there is none."""
    row = await database.fetch_one(
        "SELECT phone, email FROM duty_contacts WHERE bureau = :bureau ORDER BY id DESC LIMIT 1", {"bureau": bureau}
    )
    if row is None:
        return "", ""
    phone, email = (vault.open(sealed) if sealed else "" for sealed in (row["phone"], row["email"]))
    return phone, email


async def put(
    database: Database, vault: Vault, bureau: str, *, phone: str, email: str, person_id: int | None, now: datetime
) -> None:
    """What counts from now on; what was before is kept."""
    await database.execute(
        """INSERT INTO duty_contacts (bureau, phone, email, at, person_id)
        VALUES (:bureau, :phone, :email, :now, :person)""",
        {
            "bureau": bureau, "phone": vault.seal(phone) if phone else None,
            "email": vault.seal(email) if email else None, "person": person_id, "now": now,
        },
    )  # fmt: skip


async def everywhere(database: Database) -> dict[str, Any]:
    """The newest row of each bureau: phone and email sealed, when and by whom."""
    rows = await database.fetch_all(
        """SELECT DISTINCT ON (duty_contacts.bureau) duty_contacts.bureau, phone, email, at, people.name AS who
        FROM duty_contacts LEFT JOIN people ON people.id = person_id ORDER BY duty_contacts.bureau, duty_contacts.id DESC"""
    )
    return {row["bureau"]: row for row in rows}
