"""Staff: accounts, failed sign-ins, sessions. Password hashes come and go as they are; hashing is an action's."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from databases import Database

from feedback.rules.permission import Role
from feedback.rules.record import Case, Person


class Unknown(Exception):
    """没有这位同事，或者不在同一个单位。"""


COLUMNS = """people.id, people.username, people.name, people.role, people.bureau, people.active, people.unit_id,
    people.password_once AS must_change"""


def read(row: Any) -> Person:
    """The record of one row of `SELECT {COLUMNS}`."""
    return Person(
        row["id"], row["username"], row["name"], Role(row["role"]), row["bureau"], row["active"], row["unit_id"],
        row["must_change"],
    )  # fmt: skip


async def add(
    database: Database, *, username: str, name: str, role: Role, bureau: str | None, password_hash: str
) -> int:
    """A new account, or a new password for one that exists; returns its id."""
    return await database.fetch_val(
        """INSERT INTO people (username, name, role, bureau, password_hash)
        VALUES (:username, :name, :role, :bureau, :password_hash)
        ON CONFLICT (username) DO UPDATE SET password_hash = excluded.password_hash, name = excluded.name,
            role = excluded.role, bureau = excluded.bureau, active = true, failures = 0, locked_until = NULL,
            password_once = false, password_until = NULL
        RETURNING id""",
        {"username": username, "name": name, "role": role, "bureau": bureau, "password_hash": password_hash},
    )


async def account(database: Database, username: str) -> Any | None:
    """The row of one account with what signing in needs."""
    return await database.fetch_one(
        f"""SELECT {COLUMNS}, password_hash, otp_secret, failures, locked_until, password_until
        FROM people WHERE username = :username""",
        {"username": username},
    )


async def count(database: Database) -> int:
    """How many accounts there are."""
    return await database.fetch_val("SELECT count(*) FROM people")


async def note_failure(database: Database, person_id: int, *, locked_until: datetime | None) -> None:
    """One wrong password more."""
    await database.execute(
        "UPDATE people SET failures = failures + 1, locked_until = :until WHERE id = :id",
        {"id": person_id, "until": locked_until},
    )


async def note_success(database: Database, person_id: int) -> None:
    """The count of wrong passwords begins anew."""
    await database.execute("UPDATE people SET failures = 0, locked_until = NULL WHERE id = :id", {"id": person_id})


async def by_id(database: Database, person_id: int) -> Person | None:
    """The member of staff, if their account is open."""
    row = await database.fetch_one(f"SELECT {COLUMNS} FROM people WHERE id = :id AND active", {"id": person_id})
    return read(row) if row else None


async def serves(database: Database, person_id: int, bureau: str | None) -> bool:
    """Whether their account is open and of this bureau (None: of the city's desks)."""
    found = await by_id(database, person_id)
    return found is not None and found.bureau == bureau


async def colleague(database: Database, person_id: int, *, bureau: str | None) -> Person:
    """The active member of this bureau. Raises Unknown."""
    row = await database.fetch_one(
        f"SELECT {COLUMNS} FROM people WHERE id = :id AND bureau = :bureau AND active",
        {"id": person_id, "bureau": bureau},
    )
    if row is None:
        raise Unknown(person_id)
    return read(row)


async def colleagues(database: Database, bureau: str) -> list[Person]:
    """Everybody active in this bureau."""
    rows = await database.fetch_all(
        f"SELECT {COLUMNS} FROM people WHERE bureau = :bureau AND active ORDER BY name",
        {"bureau": bureau},
    )
    return [read(row) for row in rows]


async def readers(database: Database, case: Case, *, bureaus: Collection[str]) -> list[Person]:
    """Everybody active who may see this case, which these bureaus hold: bureaus first, then the city's desks."""
    rows = await database.fetch_all(
        f"""SELECT {COLUMNS} FROM people WHERE active
            AND id NOT IN (SELECT person_id FROM recusals WHERE case_id = :case) AND CASE
            WHEN CAST(:protected AS boolean) THEN role = 'confidential'
            ELSE (role IN ('handler','reviewer','head') AND bureau = ANY(CAST(:bureaus AS text[])))
                OR role IN ('dispatcher','supervisor') END
        ORDER BY bureau NULLS LAST, name, id""",
        {"bureaus": sorted(bureaus), "protected": case.protected, "case": case.id},
    )
    return [read(row) for row in rows]


async def names(database: Database, ids: set[int]) -> dict[int, str]:
    """The names of these people."""
    if not ids:
        return {}
    rows = await database.fetch_all("SELECT id, name FROM people WHERE id = ANY(:ids)", {"ids": sorted(ids)})
    return {row["id"]: row["name"] for row in rows}


async def open_session(
    database: Database, person_id: int, token_hash: bytes, *, now: datetime, until: datetime
) -> None:
    """A session for somebody who has shown the password."""
    await database.execute(
        """INSERT INTO sessions (token_hash, person_id, created_at, expires_at) VALUES (:hash, :person, :now, :until)""",
        {"hash": token_hash, "person": person_id, "now": now, "until": until},
    )


async def of_session(database: Database, token_hash: bytes, *, now: datetime) -> Person | None:
    """Whose session this is, unless it has expired or the account is closed."""
    row = await database.fetch_one(
        f"""SELECT {COLUMNS} FROM sessions JOIN people ON people.id = person_id
        WHERE token_hash = :hash AND expires_at > :now AND active""",
        {"hash": token_hash, "now": now},
    )
    return read(row) if row else None


async def close_session(database: Database, token_hash: bytes) -> None:
    """Signs out."""
    await database.execute("DELETE FROM sessions WHERE token_hash = :hash", {"hash": token_hash})


async def drop_expired_sessions(database: Database, *, now: datetime) -> None:
    """Housekeeping."""
    await database.execute("DELETE FROM sessions WHERE expires_at <= :now", {"now": now})


async def everybody(database: Database) -> list[Person]:
    """All accounts, open and closed."""
    rows = await database.fetch_all(f"SELECT {COLUMNS} FROM people ORDER BY username")
    return [read(row) for row in rows]


async def close_account(database: Database, person_id: int) -> None:
    """Nobody signs in with it any more, and whoever is signed in is out."""
    await database.execute("UPDATE people SET active = false WHERE id = :id", {"id": person_id})
    await database.execute("DELETE FROM sessions WHERE person_id = :id", {"id": person_id})
