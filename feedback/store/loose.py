"""The stages before the answer whose due time a notice of holidays may still move: found, and moved."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from databases import Database

from feedback.rules.limit import Stage
from feedback.rules.record import Case
from feedback.store import cases

BATCH = 500


@dataclass(frozen=True, slots=True)
class Held:
    """A running assignment with such stages."""

    id: int
    case: Case
    counted_from: datetime
    due: dict[Stage, datetime]
    """Of each of them: neither done nor missed."""


_LOOSE = {
    stage: f"held.{stage}_provisional AND held.{done} IS NULL AND held.{stage}_breached_at IS NULL"
    for stage, done in cases.DONE.items()
}
_SELECT = f"""SELECT {cases.COLUMNS}, held.id AS assignment_id, held.counted_from,
        {", ".join(f"CASE WHEN {loose} THEN held.{stage}_due_at END AS {stage}_loose" for stage, loose in _LOOSE.items())}
    FROM assignments AS held JOIN cases ON cases.id = held.case_id
    WHERE held.until_at IS NULL AND (held.accept_provisional OR held.contact_provisional OR held.contribute_provisional)
        AND ({" OR ".join(f"({loose})" for loose in _LOOSE.values())})"""


async def batch(database: Database, *, after: int) -> list[Held]:
    """At most BATCH of them, in the order of their identities."""
    rows = await database.fetch_all(f"{_SELECT} AND held.id > :after ORDER BY held.id LIMIT {BATCH}", {"after": after})
    return [_read(row) for row in rows]


async def get(database: Database, assignment_id: int) -> Held | None:
    """The same of one assignment; None when nothing of it can move any more."""
    row = await database.fetch_one(f"{_SELECT} AND held.id = :id", {"id": assignment_id})
    return _read(row) if row else None


def _read(row: Any) -> Held:
    due = {stage: row[f"{stage}_loose"] for stage in _LOOSE if row[f"{stage}_loose"]}
    return Held(row["assignment_id"], cases.read(row), row["counted_from"], due)


async def move(database: Database, held: Held, stage: Stage, until: Mapping[str, Any]) -> None:
    """Another due time for a stage; nothing when it was done meanwhile or the bureau has the case no more."""
    columns = [name for name in until if name.startswith(stage.value)]
    moved = await database.fetch_val(
        f"""UPDATE assignments AS held SET {", ".join(f"{name} = :{name}" for name in columns)}
        WHERE held.id = :id AND held.until_at IS NULL AND {_LOOSE[stage]} RETURNING held.id""",
        {"id": held.id, **{name: until[name] for name in columns}},
    )
    if moved and stage is Stage.ACCEPT:
        await cases.sign_by(database, held.case.id, until["accept_due_at"])
