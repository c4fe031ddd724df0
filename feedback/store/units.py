"""科室: the sub-units of a bureau. Staff of the bureau see them, citizens never."""

from dataclasses import dataclass
from typing import Any

from databases import Database


class Unknown(Exception):
    """没有这个科室，或者它不在这个单位。"""


@dataclass(frozen=True, slots=True)
class Unit:
    """One 科室."""

    id: int
    bureau: str
    name: str


async def of(database: Database, bureau: str) -> list[Unit]:
    """The open ones of a bureau, by name."""
    rows = await database.fetch_all(
        "SELECT id, bureau, name FROM units WHERE bureau = :bureau AND active ORDER BY name", {"bureau": bureau}
    )
    return [Unit(**dict(row._mapping)) for row in rows]


async def get(database: Database, unit_id: int, *, bureau: str | None) -> Unit:
    """The open 科室 of this bureau. Raises Unknown."""
    row = await database.fetch_one(
        "SELECT id, bureau, name FROM units WHERE id = :id AND bureau = :bureau AND active",
        {"id": unit_id, "bureau": bureau},
    )
    if row is None:
        raise Unknown(unit_id)
    return Unit(**dict(row._mapping))


async def name(database: Database, unit_id: int | None) -> str:
    """What it is called, also when it is closed; empty for none."""
    if unit_id is None:
        return ""
    return await database.fetch_val("SELECT name FROM units WHERE id = :id", {"id": unit_id}) or ""


async def named(database: Database, bureau: str, name: str) -> bool:
    """Whether the bureau has an open 科室 of this name."""
    row = await database.fetch_one(
        "SELECT id FROM units WHERE bureau = :bureau AND name = :name AND active", {"bureau": bureau, "name": name}
    )
    return row is not None


async def add(database: Database, bureau: str, name: str) -> int:
    """A new one; returns its id."""
    return await database.fetch_val(
        "INSERT INTO units (bureau, name) VALUES (:bureau, :name) RETURNING id", {"bureau": bureau, "name": name}
    )


async def rename(database: Database, unit_id: int, name: str) -> None:
    """Another name; the id stays."""
    await database.execute("UPDATE units SET name = :name WHERE id = :id", {"id": unit_id, "name": name})


async def close(database: Database, unit_id: int) -> None:
    """Nobody belongs to it any more, and no answered case comes back to it. Its open cases must have gone before."""
    await database.execute("UPDATE cases SET unit_id = NULL WHERE unit_id = :id", {"id": unit_id})
    await database.execute("UPDATE units SET active = false WHERE id = :id", {"id": unit_id})
    await database.execute("UPDATE people SET unit_id = NULL WHERE unit_id = :id", {"id": unit_id})


async def holds(database: Database, bureau: str) -> dict[int, tuple[int, int]]:
    """How many open cases and how many active people each 科室 of the bureau has."""
    rows: list[Any] = await database.fetch_all(
        """SELECT units.id,
            (SELECT count(*) FROM cases WHERE cases.unit_id = units.id AND cases.bureau = units.bureau
                AND status IN ('assigned','working','awaiting_citizen','suspended','in_review')) AS cases,
            (SELECT count(*) FROM people WHERE people.unit_id = units.id AND people.active) AS people
        FROM units WHERE bureau = :bureau AND active""",
        {"bureau": bureau},
    )
    return {row["id"]: (row["cases"], row["people"]) for row in rows}


async def put(database: Database, person_id: int, unit_id: int | None) -> None:
    """The person belongs to this 科室, or to none."""
    await database.execute("UPDATE people SET unit_id = :unit WHERE id = :id", {"id": person_id, "unit": unit_id})
