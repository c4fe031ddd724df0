"""Accounts as the security administrator keeps them, and as their owner does: lists, changes, one-time passwords, second factors."""

from datetime import datetime
from typing import Any

from databases import Database

from feedback.rules.permission import Role
from feedback.rules.record import Person
from feedback.store import people

PAGE = 50


class Taken(Exception):
    """这个用户名已经有人用了。"""


async def page(
    database: Database, *, q: str = "", role: str = "", bureau: str = "", after: str = ""
) -> tuple[list[Any], str]:
    """One page of accounts in the order of their user names, and the last name when there are more."""
    rows = await database.fetch_all(
        f"""SELECT {people.COLUMNS}, locked_until, otp_secret IS NOT NULL AS second_factor, units.name AS unit
        FROM people LEFT JOIN units ON units.id = people.unit_id
        WHERE username > :after AND (CAST(:role AS text) = '' OR role = :role)
            AND (CAST(:bureau AS text) = '' OR people.bureau = :bureau)
            AND (CAST(:q AS text) = '' OR strpos(people.name, :q) > 0 OR strpos(username, lower(:q)) > 0)
        ORDER BY username LIMIT {PAGE + 1}""",
        {"q": q, "role": role, "bureau": bureau, "after": after},
    )
    return rows[:PAGE], rows[PAGE - 1]["username"] if len(rows) > PAGE else ""


async def get(database: Database, person_id: int) -> Any:
    """The row of one account, without its password. Raises people.Unknown."""
    row = await database.fetch_one(
        f"""SELECT {people.COLUMNS}, locked_until, otp_secret IS NOT NULL AS second_factor, units.name AS unit,
            (SELECT count(*) FROM cases WHERE handler_id = people.id
                AND status IN ('assigned','working','awaiting_citizen','suspended','in_review')) AS handles
        FROM people LEFT JOIN units ON units.id = people.unit_id WHERE people.id = :id""",
        {"id": person_id},
    )
    if row is None:
        raise people.Unknown(person_id)
    return row


async def handled_by(database: Database, person_id: int) -> list[int]:
    """The open cases at a bureau that this person handles."""
    rows = await database.fetch_all(
        """SELECT id FROM cases WHERE handler_id = :person
            AND status IN ('assigned','working','awaiting_citizen','suspended','in_review') ORDER BY id""",
        {"person": person_id},
    )
    return [row["id"] for row in rows]


async def add(database: Database, person: Person, *, password_hash: str, until: datetime) -> int:
    """A new account with a one-time password; returns its id. Raises Taken."""
    found = await database.fetch_val(
        """INSERT INTO people (username, name, role, bureau, unit_id, password_hash, password_once, password_until)
        VALUES (:username, :name, :role, :bureau, :unit, :hash, true, :until)
        ON CONFLICT (username) DO NOTHING RETURNING id""",
        {
            "username": person.username, "name": person.name, "role": person.role.value, "bureau": person.bureau,
            "unit": person.unit_id, "hash": password_hash, "until": until,
        },
    )  # fmt: skip
    if found is None:
        raise Taken(person.username)
    return int(found)


async def change(
    database: Database, person_id: int, *, name: str, role: Role, bureau: str | None, unit_id: int | None
) -> None:
    """Another name, role or place; what is signed in signs in again."""
    await database.execute(
        "UPDATE people SET name = :name, role = :role, bureau = :bureau, unit_id = :unit WHERE id = :id",
        {"id": person_id, "name": name, "role": role.value, "bureau": bureau, "unit": unit_id},
    )
    await sign_out_everywhere(database, person_id)


async def sign_out_everywhere(database: Database, person_id: int, *, but: bytes = b"") -> None:
    """Ends every session of this person but the named one."""
    await database.execute(
        "DELETE FROM sessions WHERE person_id = :id AND token_hash <> :but", {"id": person_id, "but": but}
    )


async def reopen(database: Database, person_id: int) -> None:
    """The closed account is open again, and nothing is locked."""
    await database.execute(
        "UPDATE people SET active = true, failures = 0, locked_until = NULL WHERE id = :id", {"id": person_id}
    )


async def set_password(database: Database, person_id: int, password_hash: str, *, once_until: datetime | None) -> None:
    """A new password: the owner's own, or one that is good only until `once_until` and only for choosing another."""
    await database.execute(
        """UPDATE people SET password_hash = :hash, password_once = CAST(:until AS timestamptz) IS NOT NULL,
            password_until = :until, failures = 0, locked_until = NULL WHERE id = :id""",
        {"id": person_id, "hash": password_hash, "until": once_until},
    )


async def secrets(database: Database, person_id: int) -> Any:
    """The password's hash and the sealed second factors, the pending one included."""
    return await database.fetch_one(
        "SELECT password_hash, otp_secret, otp_pending FROM people WHERE id = :id", {"id": person_id}
    )


async def set_second_factor(database: Database, person_id: int, *, secret: bytes | None, pending: bytes | None) -> None:
    """The sealed second factor in use, and the one that waits for its first code; None for none."""
    await database.execute(
        "UPDATE people SET otp_secret = :secret, otp_pending = :pending WHERE id = :id",
        {"id": person_id, "secret": secret, "pending": pending},
    )
