"""What a list is narrowed to, and the filters that people have saved under a name."""

from dataclasses import dataclass, fields
from typing import Any

from databases import Database

from feedback.store import grams
from feedback.store.grams import Mark

MOST = 30
"""Filters one person may save."""


@dataclass(frozen=True, slots=True)
class Narrow:
    """Only cases with these values; None: whatever. `handler_id` is a person, `unit_id` a 科室."""

    category: str | None = None
    district: str | None = None
    kind: str | None = None
    urgent: bool | None = None
    handler_id: int | None = None
    unit_id: int | None = None

    def __bool__(self) -> bool:
        return any(getattr(self, field.name) is not None for field in fields(self))


EVERYTHING = Narrow()

_MARKS = {
    "category": Mark.CATEGORY, "district": Mark.DISTRICT, "kind": Mark.KIND, "handler_id": Mark.HANDLER,
}  # fmt: skip


def conditions(narrow: Narrow, values: dict[str, Any]) -> list[str]:
    """The columns that must have these values, which are added."""
    given = {field.name: getattr(narrow, field.name) for field in fields(narrow)}
    given = {name: value for name, value in given.items() if value is not None}
    values |= {f"narrow_{name}": value for name, value in given.items()}
    return [f"{name} = :narrow_{name}" for name in given]


def marks(narrow: Narrow) -> set[int]:
    """What the index of words has of it. That a case is not urgent it does not know."""
    found = {grams.mark(about, value) for name, about in _MARKS.items() if (value := getattr(narrow, name)) is not None}
    return found | ({grams.mark(Mark.URGENT)} if narrow.urgent else set())


@dataclass(frozen=True, slots=True)
class Saved:
    """A filter of a person's own: its name, and the address of the desk behind it."""

    id: int
    name: str
    address: str
    home: bool


async def of(
    database: Database, person_id: int, bureau: str | None
) -> tuple[list[Saved], dict[int, str], dict[int, str]]:
    """What stands beside a list: this person's filters in the order of their making, and the colleagues and 科室 of their
    bureau by name."""
    rows = await database.fetch_all(
        f"""(SELECT 'filter' AS what, id, name, address, home FROM saved_filters WHERE person_id = :person ORDER BY id LIMIT {MOST})
        UNION ALL (SELECT 'colleague', id, name, '', false FROM people
            WHERE bureau = CAST(:bureau AS text) AND active ORDER BY name, id)
        UNION ALL (SELECT 'unit', id, name, '', false FROM units WHERE bureau = CAST(:bureau AS text) AND active ORDER BY name)""",
        {"person": person_id, "bureau": bureau},
    )
    saved = [Saved(row["id"], row["name"], row["address"], row["home"]) for row in rows if row["what"] == "filter"]
    colleagues, units = (
        {row["id"]: row["name"] for row in rows if row["what"] == what} for what in ("colleague", "unit")
    )
    return saved, colleagues, units


async def save(database: Database, person_id: int, *, name: str, address: str) -> bool:
    """Keeps it under this name, instead of the one that has the name already. False when there are MOST."""
    return (
        await database.fetch_val(
            """INSERT INTO saved_filters (person_id, name, address)
        SELECT :person, :name, :address WHERE (SELECT count(*) FROM saved_filters
            WHERE person_id = :person AND name <> CAST(:name AS text)) < :most
        ON CONFLICT (person_id, name) DO UPDATE SET address = excluded.address RETURNING true""",
            {"person": person_id, "name": name, "address": address, "most": MOST},
        )
        or False
    )


async def drop(database: Database, person_id: int, identity: int) -> None:
    """Forgets it, if it is this person's."""
    await database.execute(
        "DELETE FROM saved_filters WHERE id = :id AND person_id = :person", {"id": identity, "person": person_id}
    )


async def open_with(database: Database, person_id: int, identity: int | None) -> None:
    """What the desk of this person opens with from now on; None: as it does by itself."""
    async with database.transaction():
        await database.execute(
            "UPDATE saved_filters SET home = false WHERE person_id = :person AND home", {"person": person_id}
        )
        await database.execute(
            "UPDATE saved_filters SET home = true WHERE id = :id AND person_id = :person",
            {"id": identity, "person": person_id},
        )
