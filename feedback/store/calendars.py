"""The calendar as people change it: single days, announced years, who changed what, and the due times to count again."""

from datetime import date, datetime
from typing import Any

from databases import Database

from feedback.rules.calendar import Day
from feedback.rules.limit import Stage
from feedback.rules.record import Case
from feedback.store import cases
from feedback.store.loose import Held

SHOWN = 30
"""Changes on the page; all of them are in the table."""

_DAY = "SELECT day, working, name, provisional, source FROM calendar_days"


async def days(database: Database, scope: str, *, first: date, last: date) -> list[Day]:
    """The rows of this scope (`national` or `city`) from `first` to `last`, both included."""
    rows = await database.fetch_all(
        f"{_DAY} WHERE scope = :scope AND day BETWEEN :first AND :last ORDER BY day",
        {"scope": scope, "first": first, "last": last},
    )
    return [Day(**dict(row._mapping)) for row in rows]


async def lock(database: Database) -> None:
    """Holds every other change of the calendar back until the caller's transaction ends."""
    await database.execute("LOCK TABLE calendar_days IN SHARE ROW EXCLUSIVE MODE")


async def put(database: Database, scope: str, day: Day) -> None:
    """Writes one day's row, new or in place of the old one."""
    await database.execute(
        """INSERT INTO calendar_days (scope, day, working, name, provisional, source)
        VALUES (:scope, :day, :working, :name, :provisional, :source)
        ON CONFLICT (scope, day) DO UPDATE SET working = excluded.working, name = excluded.name,
            provisional = excluded.provisional, source = excluded.source""",
        {
            "scope": scope, "day": day.day, "working": day.working, "name": day.name,
            "provisional": day.provisional, "source": day.source,
        },
    )  # fmt: skip


async def drop(database: Database, scope: str, day: date) -> None:
    """The day has no row of its own any more: the rule, or the national calendar, decides."""
    await database.execute(
        "DELETE FROM calendar_days WHERE scope = :scope AND day = :day", {"scope": scope, "day": day}
    )


async def log(
    database: Database, scope: str, day: date, *, before: Day | None, after: Day | None, person_id: int, now: datetime
) -> None:
    """Writes one change down, for ever."""
    await database.execute(
        """INSERT INTO calendar_changes (at, person_id, scope, day, from_working, from_name, to_working, to_name)
        VALUES (:now, :person, :scope, :day, :from_working, :from_name, :to_working, :to_name)""",
        {
            "now": now, "person": person_id, "scope": scope, "day": day,
            "from_working": before.working if before else None, "from_name": before.name if before else None,
            "to_working": after.working if after else None, "to_name": after.name if after else None,
        },
    )  # fmt: skip


async def changes(database: Database, *, first: date, last: date) -> list[Any]:
    """Who changed which of these days from what to what, newest first."""
    return await database.fetch_all(
        f"""SELECT calendar_changes.*, people.name AS who FROM calendar_changes JOIN people ON people.id = person_id
        WHERE day BETWEEN :first AND :last ORDER BY calendar_changes.at DESC, calendar_changes.id DESC LIMIT {SHOWN}""",
        {"first": first, "last": last},
    )


async def ask_recount(database: Database, *, person_id: int, now: datetime) -> None:
    """The worker shall count the provisional due times again; in the transaction of the change that asks for it."""
    await database.execute(
        "INSERT INTO recounts (asked_at, asked_by) VALUES (:now, :person)", {"now": now, "person": person_id}
    )


async def waiting_recount(database: Database) -> int | None:
    """The newest recount that nobody has finished; None when there is none."""
    row = await database.fetch_one("SELECT id FROM recounts WHERE done_at IS NULL ORDER BY id DESC LIMIT 1")
    return row["id"] if row else None


async def finish_recount(database: Database, recount: int, *, looked: int, now: datetime) -> int:
    """Notes what a recount did, and returns how many due times moved. Older ones are done by it too: it saw their days."""
    await database.execute(
        """UPDATE recounts SET done_at = :now, looked = CASE WHEN id = :id THEN CAST(:looked AS integer) ELSE 0 END,
            changed = (SELECT count(*) FROM recounted_cases WHERE recount_id = recounts.id),
            stages = (SELECT count(*) FROM recounted_stages WHERE recount_id = recounts.id)
        WHERE id <= :id AND done_at IS NULL""",
        {"id": recount, "looked": looked, "now": now},
    )
    return await database.fetch_val("SELECT changed + stages FROM recounts WHERE id = :id", {"id": recount})


async def recounts(database: Database) -> list[Any]:
    """The newest recounts with who asked for them."""
    return await database.fetch_all(
        """SELECT recounts.asked_at, done_at, looked, changed, stages, people.name AS who
        FROM recounts JOIN people ON people.id = asked_by ORDER BY recounts.id DESC LIMIT 5"""
    )


async def provisional(database: Database, *, after: int, most: int = 500) -> list[Case]:
    """Open cases whose due time a notice may still move, in the order of their identities, a batch at a time."""
    rows = await database.fetch_all(
        f"""SELECT {cases.COLUMNS} FROM cases WHERE provisional AND id > :after
            AND status IN ('triage','assigned','working','awaiting_citizen','suspended','in_review','joined')
        ORDER BY id LIMIT :most""",
        {"after": after, "most": most},
    )
    return [cases.read(row) for row in rows]


async def waiting(database: Database, *, after: int, most: int = 500) -> list[Case]:
    """The other open cases whose pause ends by a calendar: those that wait for their citizen."""
    rows = await database.fetch_all(
        f"""SELECT {cases.COLUMNS} FROM cases WHERE status = 'awaiting_citizen' AND NOT provisional AND id > :after
        ORDER BY id LIMIT :most""",
        {"after": after, "most": most},
    )
    return [cases.read(row) for row in rows]


async def moved(database: Database, case: Case, *, due_at: datetime, recount: int) -> None:
    """Notes that a recount moved the due time of this case."""
    await database.execute(
        """INSERT INTO recounted_cases (recount_id, case_id, from_due, to_due)
        VALUES (:recount, :id, :was, :due) ON CONFLICT DO NOTHING""",
        {"recount": recount, "id": case.id, "was": case.due_at, "due": due_at},
    )


async def moved_stage(database: Database, held: Held, stage: Stage, *, due_at: datetime, recount: int) -> None:
    """The same of one stage of an assignment."""
    await database.execute(
        """INSERT INTO recounted_stages (recount_id, assignment_id, stage, from_due, to_due)
        VALUES (:recount, :id, :stage, :was, :due) ON CONFLICT DO NOTHING""",
        {"recount": recount, "id": held.id, "stage": stage.value, "was": held.due[stage], "due": due_at},
    )


async def settle(database: Database, case: Case, *, provisional: bool) -> None:
    """The due time stays; only whether a notice may still move it is another. A case that was changed meanwhile knows it."""
    await database.execute(
        "UPDATE cases SET provisional = :provisional WHERE id = :id AND head = :head",
        {"provisional": provisional, "id": case.id, "head": case.head},
    )


async def decided_extensions(database: Database, case: Case) -> list[tuple[datetime, int]]:
    """When the extension of this round was granted and by how many days; empty when there is none."""
    rows = await database.fetch_all(
        "SELECT decided_at, days FROM extensions WHERE case_id = :id AND round = :round AND granted",
        {"id": case.id, "round": case.round},
    )
    return [(row["decided_at"], row["days"]) for row in rows]
