"""The stages before the answer, by assignment: until when a bureau signs for a case and says its first word to the citizen, or
tells the lead what it found; which of them run, which were missed, and who was warned."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from databases import Database

from feedback.rules import ladder
from feedback.rules.ladder import Look, Rung
from feedback.rules.limit import OF_LEAD, OF_SUPPORT, Stage
from feedback.rules.record import Case
from feedback.store import cases, reminders

BATCH = 200

_RUNNING = {stage: f"{done} IS NULL" for stage, done in cases.DONE.items()}
_ROLE = dict.fromkeys(OF_LEAD, "lead") | dict.fromkeys(OF_SUPPORT, "support")
"""Whose stage it is."""
_AT_WORK = "cases.status IN ('assigned','working','suspended','in_review')"
_OPEN = {
    Stage.ACCEPT: "cases.status = 'assigned'",
    Stage.CONTACT: _AT_WORK,
    Stage.CONTRIBUTE: "cases.status IN ('assigned','working','awaiting_citizen','suspended','in_review')",
}
"""Where the case must stand: one that is joined owes none of them, the lead of one that waits for its citizen neither of its own."""


@dataclass(frozen=True, slots=True)
class Watched:
    """A stage of one assignment of a case that the clock has something to do with."""

    case: Case
    assignment_id: int
    bureau: str
    stage: Stage
    due_at: datetime
    rung: Rung = Rung.HANDLER


def _held(stage: Stage, condition: str) -> str:
    """The running assignments in which this stage is not done, warned from a moment on; found by its partial index."""
    return f"""SELECT held.id, held.case_id, held.bureau, '{stage}' AS stage, held.{stage}_due_at AS due_at, held.{stage}_warn_at AS warn_at
        FROM assignments AS held JOIN cases ON cases.id = held.case_id
        WHERE held.role = '{_ROLE[stage]}' AND held.until_at IS NULL AND held.{_RUNNING[stage]} AND held.{stage}_warn_at <= :reach
            AND NOT held.{stage}_over
            AND {_OPEN[stage]} AND {condition}"""


def _either(condition: str) -> str:
    return " UNION ALL ".join(_held(stage, condition.format(stage=stage)) for stage in _RUNNING)


async def missed(database: Database, *, now: datetime) -> list[Watched]:
    """Stages that are too late and not yet recorded as missed, at most a batch."""
    found = _either("held.{stage}_due_at <= :now AND held.{stage}_breached_at IS NULL")
    rows = await database.fetch_all(
        f"""SELECT {cases.COLUMNS}, held.id AS assignment_id, held.bureau AS holder, held.stage, held.due_at AS stage_due_at
        FROM ({found}) AS held JOIN cases ON cases.id = held.case_id ORDER BY held.due_at, held.id, held.stage LIMIT {BATCH}""",
        {"now": now, "reach": now},
    )
    return [_watched(row) for row in rows]


def _watched(row: Any, rung: Rung = Rung.HANDLER) -> Watched:
    return Watched(cases.read(row), row["assignment_id"], row["holder"], Stage(row["stage"]), row["stage_due_at"], rung)


async def record(database: Database, watched: Watched) -> None:
    """The stage is missed at its due time; once and for ever."""
    column = f"{watched.stage}_breached_at"
    await database.execute(
        f"UPDATE assignments SET {column} = coalesce({column}, :due) WHERE id = :id",
        {"due": watched.due_at, "id": watched.assignment_id},
    )
    await _end(database, watched)


async def _end(database: Database, watched: Watched) -> None:
    """Missed, and everybody was warned: the clock has nothing more to do with this stage."""
    await database.execute(
        f"""UPDATE assignments SET {watched.stage}_over = true WHERE id = :id AND {watched.stage}_breached_at IS NOT NULL
            AND (SELECT count(*) FROM stage_warnings WHERE assignment_id = :id AND stage = :stage) = :rungs""",
        {"id": watched.assignment_id, "stage": watched.stage.value, "rungs": len(ladder.STAGE_SHARES)},
    )


async def due(database: Database, look: Look) -> list[Watched]:
    """Rungs of stages that are due and were not taken for this assignment, at most a batch."""
    rows = await database.fetch_all(
        f"""SELECT {cases.COLUMNS}, held.id AS assignment_id, held.bureau AS holder, held.stage, held.due_at AS stage_due_at, ladder.rung
        FROM ({_either("true")}) AS held JOIN cases ON cases.id = held.case_id
        CROSS JOIN unnest(CAST(:rungs AS text[]), CAST(:shares AS double precision[])) AS ladder (rung, share)
        WHERE {reminders.on_rung("held.")}
            AND NOT EXISTS (SELECT FROM stage_warnings AS told
                WHERE told.assignment_id = held.id AND told.stage = held.stage AND told.rung = ladder.rung)
        ORDER BY held.due_at, held.id, ladder.share LIMIT {BATCH}""",
        {
            **reminders.looked(look),
            "rungs": [one.value for one in ladder.STAGE_SHARES],
            "shares": list(ladder.STAGE_SHARES.values()),
        },
    )
    return [_watched(row, Rung(row["rung"])) for row in rows]


async def note(database: Database, watched: Watched, *, now: datetime) -> bool:
    """Writes the rung down; False when it was there already."""
    found = await database.fetch_val(
        """INSERT INTO stage_warnings (assignment_id, stage, rung, at) VALUES (:id, :stage, :rung, :now)
        ON CONFLICT DO NOTHING RETURNING assignment_id""",
        {"id": watched.assignment_id, "stage": watched.stage.value, "rung": watched.rung.value, "now": now},
    )
    await _end(database, watched)
    return found is not None


async def contacted(database: Database, case_id: int, *, now: datetime) -> None:
    """The lead bureau has said its first public word; a second one changes nothing."""
    await database.execute(
        f"""UPDATE assignments SET contacted_at = :now, {cases.MISSED}
        WHERE case_id = :case_id AND role = 'lead' AND until_at IS NULL AND contacted_at IS NULL""",
        {"case_id": case_id, "now": now},
    )


async def support_again(
    database: Database, case_id: int, bureau: str, *, contribute_due_at: datetime | None, contribute_warn_at: datetime | None,
    contribute_provisional: bool, counted_from: datetime,
) -> None:  # fmt: skip
    """Another limit for what a supporting bureau has not told yet and did not miss."""
    await database.execute(
        """UPDATE assignments SET contribute_due_at = :due, contribute_warn_at = :warn, contribute_provisional = :provisional,
            counted_from = :since
        WHERE case_id = :id AND bureau = :bureau AND role = 'support' AND until_at IS NULL AND contributed_at IS NULL
            AND contribute_breached_at IS NULL""",
        {
            "id": case_id, "bureau": bureau, "due": contribute_due_at, "warn": contribute_warn_at,
            "provisional": contribute_provisional, "since": counted_from,
        },
    )  # fmt: skip


async def contributed(database: Database, case_id: int, *, bureau: str | None, now: datetime) -> None:
    """The supporting bureau has told the lead what it found; more of it later changes nothing."""
    await database.execute(
        f"""UPDATE assignments SET contributed_at = :now, {cases.MISSED}
        WHERE case_id = :case_id AND bureau = :bureau AND role = 'support' AND until_at IS NULL AND contributed_at IS NULL""",
        {"case_id": case_id, "bureau": bureau, "now": now},
    )


async def told_before(database: Database, case_id: int, *, until: datetime | None) -> None:
    """What a bureau had told, or missed, when it supported the case until then holds for its support now: nobody owes it twice."""
    await database.execute(
        """UPDATE assignments AS held SET contributed_at = before.contributed_at, contribute_breached_at = before.contribute_breached_at
        FROM assignments AS before
        WHERE held.case_id = :id AND held.role = 'support' AND held.until_at IS NULL AND before.case_id = :id
            AND before.role = 'support' AND before.bureau = held.bureau AND before.until_at = :until""",
        {"id": case_id, "until": until},
    )


async def rest(database: Database, case_id: int, *, now: datetime) -> None:
    """Who has the case owes none of the stages that are not done; what is late already stays late."""
    owed = {stage: f"{done} IS NULL AND {stage}_due_at > :now" for stage, done in cases.DONE.items()}
    cleared = ", ".join(
        f"{stage}_{what} = CASE WHEN {open} THEN NULL ELSE {stage}_{what} END" for stage, open in owed.items() for what in ("due_at", "warn_at")
    )
    await database.execute(
        f"UPDATE assignments SET {cleared}, {cases.MISSED} WHERE case_id = :id AND until_at IS NULL", {"id": case_id, "now": now}
    )
    await cases.sign_by(database, case_id, None)


async def again(database: Database, case_id: int, until: Mapping[str, Any]) -> None:
    """Other limits for the running lead's stages that are not done and were not missed."""
    for stage in OF_LEAD:
        await database.execute(
            f"""UPDATE assignments SET {stage}_due_at = :due, {stage}_warn_at = :warn, {stage}_provisional = :provisional,
                counted_from = :since
            WHERE case_id = :id AND role = 'lead' AND until_at IS NULL AND {_RUNNING[stage]} AND {stage}_breached_at IS NULL""",
            {
                "id": case_id, "due": until[f"{stage}_due_at"], "warn": until[f"{stage}_warn_at"],
                "provisional": until[f"{stage}_provisional"], "since": until["counted_from"],
            },
        )  # fmt: skip
    await database.execute(
        """UPDATE cases SET accept_due_at = held.accept_due_at FROM assignments AS held
        WHERE cases.id = :id AND held.case_id = cases.id AND held.role = 'lead' AND held.until_at IS NULL""",
        {"id": case_id},
    )


async def running(database: Database, ids: Sequence[int]) -> dict[int, list[Any]]:
    """The stages that run in these cases: stage, the bureau it is of, due_at and warn_at, the first due first."""
    parts = " UNION ALL ".join(
        f"""SELECT held.case_id, held.bureau, '{stage}' AS stage, held.{stage}_due_at AS due_at, held.{stage}_warn_at AS warn_at
        FROM assignments AS held JOIN cases ON cases.id = held.case_id
        WHERE held.case_id = ANY(:ids) AND held.role = '{_ROLE[stage]}' AND held.until_at IS NULL AND held.{condition}
            AND held.{stage}_due_at IS NOT NULL AND {_OPEN[stage]}"""
        for stage, condition in _RUNNING.items()
    )
    found: dict[int, list[Any]] = {}
    if ids:
        for row in await database.fetch_all(f"{parts} ORDER BY due_at, stage, bureau", {"ids": list(ids)}):
            found.setdefault(row["case_id"], []).append(row)
    return found
