"""Warnings that were given, and the in-site notices that tell people of them until they have seen them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from databases import Database

from feedback.rules import ladder
from feedback.rules.ladder import Look, Rung
from feedback.rules.permission import Actor, Role
from feedback.rules.record import Case
from feedback.store import cases, people

BATCH = 200
MOST = 50
"""Notices shown at once; a person with more has other worries than the rest of the list."""


def on_rung(of: str = "") -> str:
    """Whether `ladder.share` of the yellow time of a row is over, or would be over on a last day nobody works on; values: `looked`."""
    yellow = f"({of}due_at - {of}warn_at)"
    ahead = f"{yellow} = interval '1 day' AND {of}warn_at >= :rest AND {of}due_at <= :back"
    return f"""({of}warn_at + {yellow} * ladder.share <= :now
            OR (ladder.share < 1 AND {ahead} AND interval '1 day' * ladder.share <= :gone))"""


def looked(look: Look) -> dict[str, Any]:
    """The values of `on_rung`, and :reach: no row that turns yellow later has a rung to take."""
    return {"now": look.now, "rest": look.rest, "back": look.back, "gone": look.gone, "reach": look.reach}


async def due(database: Database, look: Look) -> list[tuple[Case, Rung]]:
    """Rungs that are due and have not been taken in this round, at most a batch. A case that waits for its citizen rests.

    A case whose ladder is climbed to its end is not looked at."""
    rows = await database.fetch_all(
        f"""SELECT {cases.COLUMNS}, ladder.rung FROM cases
        CROSS JOIN unnest(CAST(:rungs AS text[]), CAST(:shares AS double precision[])) AS ladder (rung, share)
        WHERE status IN ('triage','assigned','working','suspended','in_review')
            AND warned_round < round AND warn_at <= :reach AND {on_rung()}
            AND NOT EXISTS (SELECT 1 FROM warnings
                WHERE warnings.case_id = cases.id AND warnings.round = cases.round AND warnings.rung = ladder.rung)
        ORDER BY warn_at, cases.id, ladder.share LIMIT {BATCH}""",
        {**looked(look), "rungs": [rung.value for rung in Rung], "shares": [ladder.SHARES[rung] for rung in Rung]},
    )
    return [(cases.read(row), Rung(row["rung"])) for row in rows]


async def receivers(database: Database, case: Case, rung: Rung, *, support: str | None = None) -> list[int]:
    """Whom this rung means now, in the bureau that supports if one is given, else in the one that leads. Nobody but the
    confidential clerks ever hears of a protected case."""
    if case.protected:
        return await holding(database, Role.CONFIDENTIAL, None) if rung is Rung.HANDLER else []
    if rung in (Rung.SUPERVISOR, Rung.LEADER):
        return await holding(database, Role(rung.value), None)
    if support:
        return await holding(database, Role(rung.value), support)
    if case.bureau is None:
        return await holding(database, Role.DISPATCHER, None) if rung is Rung.HANDLER else []
    if rung is Rung.HANDLER and case.handler_id and await people.serves(database, case.handler_id, case.bureau):
        return [case.handler_id]
    return await holding(database, Role(rung.value), case.bureau)


async def holding(database: Database, role: Role, bureau: str | None) -> list[int]:
    """The active people of this role, of this bureau if one is given."""
    rows = await database.fetch_all(
        """SELECT id FROM people WHERE role = :role AND active
            AND (CAST(:bureau AS text) IS NULL OR bureau = CAST(:bureau AS text)) ORDER BY id""",
        {"role": role.value, "bureau": bureau},
    )
    return [row["id"] for row in rows]


async def note(database: Database, case: Case, rung: Rung, *, people: Sequence[int], now: datetime) -> None:
    """Writes the rung down and puts a notice before each of these people. Twice is as good as once."""
    values = {"case_id": case.id, "round": case.round, "rung": rung.value, "now": now}
    await database.execute(
        """INSERT INTO warnings (case_id, round, rung, at) VALUES (:case_id, :round, :rung, :now)
        ON CONFLICT DO NOTHING""",
        values,
    )
    await database.execute(
        """INSERT INTO reminders (person_id, case_id, round, rung, at)
        SELECT unnest(CAST(:people AS bigint[])), :case_id, :round, :rung, :now ON CONFLICT DO NOTHING""",
        {**values, "people": list(people)},
    )
    await database.execute(
        """UPDATE cases SET warned_round = round WHERE id = :id AND round = :round
            AND (SELECT count(*) FROM warnings WHERE case_id = :id AND warnings.round = :round) = :rungs""",
        {"id": case.id, "round": case.round, "rungs": len(Rung)},
    )


async def unseen(database: Database, actor: Actor) -> list[Any]:
    """This person's notices about cases that still owe an answer and that they may still see, newest first: one a case."""
    return await database.fetch_all(
        f"""SELECT * FROM (
            SELECT DISTINCT ON (cases.id) cases.number, cases.title, cases.protected, cases.bureau, cases.due_at,
                cases.warn_at, cases.limit_version, cases.limit_code, reminders.at, reminders.rung
            FROM reminders JOIN cases ON cases.id = reminders.case_id AND cases.round = reminders.round
            WHERE person_id = :person AND seen_at IS NULL
                AND status IN ('triage','assigned','working','awaiting_citizen','suspended','in_review')
                AND (CAST(:bureau AS text) IS NULL OR cases.bureau = CAST(:bureau AS text))
                AND cases.protected = :secret
                AND NOT EXISTS (SELECT FROM recusals
                    WHERE recusals.person_id = reminders.person_id AND recusals.case_id = cases.id)
            ORDER BY cases.id, reminders.at DESC, reminders.id DESC
        ) AS newest ORDER BY due_at, number LIMIT {MOST}""",
        {"person": actor.person_id, "bureau": actor.bureau, "secret": actor.role is Role.CONFIDENTIAL},
    )


async def seen(database: Database, person_id: int, *, now: datetime) -> None:
    """The person has taken note of everything up to now."""
    await database.execute(
        "UPDATE reminders SET seen_at = :now WHERE person_id = :person AND seen_at IS NULL AND at <= :now",
        {"person": person_id, "now": now},
    )
    await database.execute(
        """UPDATE inbox SET seen_at = :now
        WHERE person_id = :person AND seen_at IS NULL AND at <= :now AND what LIKE 'warn\\_%'""",
        {"person": person_id, "now": now},
    )
