"""Names and phones of citizens: sealed, found by keyed hash, and every reveal kept."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from databases import Database

from feedback.store import recusals
from feedback.store.vault import Vault


def row(
    vault: Vault, case_id: int, *, name: str, phone: str, email: str = "", quiet: bool = False
) -> dict[str, Any]:  # fmt: skip
    """One contact as a row; `quiet`: no messages are wanted."""
    return {
        "case_id": case_id,
        "name": vault.seal(name) if name else None,
        "phone": vault.seal(phone) if phone else None,
        "phone_hash": vault.hash("phone", phone) if phone else None,
        "email": vault.seal(email) if email else None,
        "quiet": quiet,
    }


def takes_messages(phone: str) -> bool:
    """Whether it is a mobile phone: a landline, which a caller may leave, gets none."""
    return len(phone) == 11 and phone.startswith("1")


async def get(database: Database, vault: Vault, case_id: int) -> tuple[str, str, str]:
    """Name, phone and e-mail, each empty when not given. Show them only masked, or through `reveal`."""
    found = await database.fetch_one("SELECT name, phone, email FROM contacts WHERE case_id = :id", {"id": case_id})
    if found is None:
        return "", "", ""
    name, phone, email = (vault.open(found[one]) if found[one] else "" for one in ("name", "phone", "email"))
    return name, phone, email


async def of_cases(database: Database, vault: Vault, ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Name and phone of each of these cases that has any. Show them only masked, or after keeping a reveal of each."""
    rows = await database.fetch_all("SELECT case_id, name, phone FROM contacts WHERE case_id = ANY(:ids)", {"ids": list(ids)})
    return {
        row["case_id"]: (vault.open(row["name"]) if row["name"] else "", vault.open(row["phone"]) if row["phone"] else "")
        for row in rows
    }


async def keep_reveals(
    database: Database, ids: Sequence[int], *, person_id: int, reason: str, now: datetime
) -> None:  # fmt: skip
    """Writes down that somebody took all these contacts, before they are written into a file."""
    await database.execute(
        """INSERT INTO reveals (case_id, person_id, at, reason)
        SELECT unnest(CAST(:ids AS bigint[])), :person_id, :now, :reason""",
        {"ids": list(ids), "person_id": person_id, "reason": reason, "now": now},
    )


async def addresses(database: Database, vault: Vault, case_id: int) -> tuple[str, str]:
    """Where notices go: mobile phone and e-mail, each empty when not given or no messages are wanted. Never for a page."""
    found = await database.fetch_one(
        "SELECT phone, email FROM contacts WHERE case_id = :id AND NOT quiet", {"id": case_id}
    )
    if found is None:
        return "", ""
    phone, email = (vault.open(sealed) if sealed else "" for sealed in (found["phone"], found["email"]))
    return phone if takes_messages(phone) else "", email


async def keep_reveal(database: Database, case_id: int, *, person_id: int, reason: str, now: datetime) -> None:
    """Writes down that somebody looked at the contact, before it is shown."""
    await database.execute(
        "INSERT INTO reveals (case_id, person_id, at, reason) VALUES (:case_id, :person_id, :now, :reason)",
        {"case_id": case_id, "person_id": person_id, "reason": reason, "now": now},
    )


async def numbers_of(database: Database, phone_hash: bytes, *, person: int | None) -> list[str]:
    """The cases of a phone, newest first; none that is protected or that this person has recused themself from."""
    rows = await database.fetch_all(
        f"""SELECT cases.number FROM contacts JOIN cases ON cases.id = contacts.case_id
        WHERE contacts.phone_hash = :hash AND NOT cases.protected AND cases.id NOT IN {recusals.OF_PERSON}
        ORDER BY cases.received_at DESC LIMIT 20""",
        {"hash": phone_hash, "person": person},
    )
    return [row["number"] for row in rows]
