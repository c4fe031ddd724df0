"""回避: who has nothing to do with which case any more, and who of a bureau is left."""

from datetime import datetime

from databases import Database

from feedback.rules.permission import Role
from feedback.rules.record import Case

OF_PERSON = "(SELECT case_id FROM recusals WHERE person_id = :person)"
"""The cases that `:person` has nothing to do with: few, read along the primary key. Nobody (NULL) has any."""


async def add(database: Database, case_id: int, person_id: int, *, now: datetime) -> None:
    """This person recuses themself from this case, for ever."""
    await database.execute(
        """INSERT INTO recusals (person_id, case_id, at) VALUES (:person, :case, :now) ON CONFLICT DO NOTHING""",
        {"person": person_id, "case": case_id, "now": now},
    )


async def has(database: Database, case_id: int, person_id: int | None) -> bool:
    """Whether this person did so."""
    row = await database.fetch_one(
        "SELECT 1 FROM recusals WHERE person_id = :person AND case_id = :case", {"person": person_id, "case": case_id}
    )
    return row is not None


async def left(database: Database, case: Case, *roles: Role) -> list[int]:
    """The active people of the case's bureau in these roles who may still act on it; of its 科室 only, if it has one."""
    rows = await database.fetch_all(
        """SELECT id FROM people WHERE bureau = :bureau AND active AND role = ANY(:roles)
            AND (CAST(:unit AS bigint) IS NULL OR unit_id IS NULL OR unit_id = :unit OR role <> 'handler')
            AND NOT EXISTS (SELECT FROM recusals WHERE person_id = people.id AND case_id = :case) ORDER BY id""",
        {"bureau": case.bureau, "roles": [role.value for role in roles], "unit": case.unit_id, "case": case.id},
    )
    return [row["id"] for row in rows]


async def clerks_left(database: Database, case_id: int) -> list[int]:
    """The active confidential clerks who may still act on a protected case."""
    rows = await database.fetch_all(
        """SELECT id FROM people WHERE role = 'confidential' AND active
            AND NOT EXISTS (SELECT FROM recusals WHERE person_id = people.id AND case_id = :case) ORDER BY id""",
        {"case": case_id},
    )
    return [row["id"] for row in rows]
