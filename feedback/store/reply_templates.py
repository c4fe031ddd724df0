"""Prepared answers of the bureaus."""

from datetime import datetime
from typing import Any

from databases import Database

_COLUMNS = "reply_templates.id, reply_templates.bureau, category, reply_templates.name, body, changed_at"


async def of_bureau(database: Database, bureau: str) -> list[Any]:
    """Every template in use of a bureau, by category, with who changed it last."""
    return await database.fetch_all(
        f"""SELECT {_COLUMNS}, people.name AS author FROM reply_templates
            LEFT JOIN people ON people.id = changed_by
        WHERE reply_templates.bureau = :bureau AND reply_templates.active
        ORDER BY category NULLS FIRST, reply_templates.name, reply_templates.id""",
        {"bureau": bureau},
    )


async def fitting(database: Database, bureau: str, category: str | None, *, limit: int = 20) -> list[Any]:
    """What a bureau has for a case of this category: the category's own first, then those for everything."""
    return await database.fetch_all(
        f"""SELECT {_COLUMNS} FROM reply_templates
        WHERE bureau = :bureau AND active AND (category IS NULL OR category = CAST(:category AS text))
        ORDER BY category NULLS LAST, name, id LIMIT :limit""",
        {"bureau": bureau, "category": category, "limit": limit},
    )


async def get(database: Database, identity: int, bureau: str) -> Any | None:
    """One template in use of this bureau."""
    return await database.fetch_one(
        f"SELECT {_COLUMNS} FROM reply_templates WHERE id = :id AND bureau = :bureau AND active",
        {"id": identity, "bureau": bureau},
    )


async def add(
    database: Database, *, bureau: str, category: str | None, name: str, body: str, person_id: int, now: datetime
) -> int:
    """A new template; returns its id."""
    return await database.fetch_val(
        """INSERT INTO reply_templates (bureau, category, name, body, changed_at, changed_by)
        VALUES (:bureau, :category, :name, :body, :now, :person) RETURNING id""",
        {"bureau": bureau, "category": category, "name": name, "body": body, "now": now, "person": person_id},
    )


async def change(
    database: Database, identity: int, *, bureau: str, category: str | None, name: str, body: str, active: bool,
    person_id: int, now: datetime,
) -> bool:  # fmt: skip
    """Rewrites a template, or takes it out of use; False when this bureau has none of this id."""
    found = await database.fetch_val(
        """UPDATE reply_templates SET category = :category, name = :name, body = :body, active = :active,
            changed_at = :now, changed_by = :person
        WHERE id = :id AND bureau = :bureau AND active RETURNING id""",
        {
            "id": identity, "bureau": bureau, "category": category, "name": name, "body": body, "active": active,
            "now": now, "person": person_id,
        },
    )  # fmt: skip
    return found is not None
