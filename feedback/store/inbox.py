"""In-site notices of staff: which case, which event, since when unread. They hold no text; who may see the case is asked when they are shown."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from databases import Database

from feedback.store import recusals

PAGE = 30
MANY = 100
"""More unread ones than that are all "99+"."""


async def put(
    database: Database, case_id: int, what: str, *, now: datetime, by: int | None, people: Collection[int] = (),
    city: Collection[str] = (), bureau: str | None = None, roles: Collection[str] = (),
) -> None:  # fmt: skip
    """Puts a notice before these people, these roles of the city and these roles of the bureau; never before who caused it,
    nor before who has recused themself from the case.

    The same for the same event is one notice, however often it is told."""
    await database.execute(
        """INSERT INTO inbox (person_id, case_id, seq, what, by_id, at)
        SELECT id, :case_id, coalesce((SELECT max(seq) FROM events WHERE case_id = :case_id), 0),
            :what, CAST(:by AS bigint), :now
        FROM people WHERE active AND id IS DISTINCT FROM CAST(:by AS bigint)
            AND id NOT IN (SELECT person_id FROM recusals WHERE case_id = :case_id)
            AND (id = ANY(CAST(:people AS bigint[])) OR role = ANY(CAST(:city AS text[]))
                OR (role = ANY(CAST(:roles AS text[])) AND bureau = CAST(:bureau AS text)))
        ORDER BY id ON CONFLICT DO NOTHING""",
        {
            "case_id": case_id, "what": what, "by": by, "now": now, "people": list(people), "city": list(city),
            "roles": list(roles), "bureau": bureau,
        },
    )  # fmt: skip


async def returner(database: Database, case_id: int) -> int | None:
    """Who gave the case back last."""
    return await database.fetch_val(
        "SELECT person_id FROM events WHERE case_id = :id AND step = 'return' ORDER BY seq DESC LIMIT 1",
        {"id": case_id},
    )


async def unread(database: Database, person_id: int) -> int:
    """How many notices of `page` this person has not seen, at most MANY."""
    return await database.fetch_val(
        f"""SELECT count(*) FROM (SELECT 1 FROM inbox WHERE person_id = :person AND seen_at IS NULL
            AND case_id NOT IN {recusals.OF_PERSON} LIMIT {MANY}) AS few""",
        {"person": person_id},
    )


async def page(
    database: Database, person_id: int, *, before: int | None = None, unseen: bool = False, most: int = PAGE
) -> Sequence[Any]:
    """This person's notices, newest first, from before the one with this id; one more than `most` when there are more."""
    return await database.fetch_all(
        f"""SELECT inbox.id, inbox.what, inbox.at, inbox.seen_at, people.name AS by_name, cases.number, cases.title,
            cases.protected, cases.status, cases.bureau, cases.urgent, cases.due_at,
            ARRAY(SELECT bureau FROM assignments WHERE case_id = cases.id AND until_at IS NULL) AS holders
        FROM inbox JOIN cases ON cases.id = inbox.case_id LEFT JOIN people ON people.id = inbox.by_id
        WHERE inbox.person_id = :person AND (CAST(:before AS bigint) IS NULL OR inbox.id < CAST(:before AS bigint))
            AND (NOT :unseen OR inbox.seen_at IS NULL)
            AND inbox.case_id NOT IN {recusals.OF_PERSON}
        ORDER BY inbox.id DESC LIMIT :most""",
        {"person": person_id, "before": before, "unseen": unseen, "most": most + 1},
    )


async def open_one(database: Database, person_id: int, identity: int, *, now: datetime) -> str | None:
    """Marks one notice of this person as seen; the number of its case, None when it is not theirs."""
    return await database.fetch_val(
        """UPDATE inbox SET seen_at = coalesce(seen_at, :now) FROM cases
        WHERE inbox.id = :id AND person_id = :person AND cases.id = inbox.case_id RETURNING cases.number""",
        {"id": identity, "person": person_id, "now": now},
    )


async def see(database: Database, person_id: int, *, upto: int, now: datetime) -> None:
    """The person has taken note of everything up to the notice with this id."""
    await database.execute(
        "UPDATE inbox SET seen_at = :now WHERE person_id = :person AND seen_at IS NULL AND id <= :upto",
        {"person": person_id, "upto": upto, "now": now},
    )


async def write_off(database: Database, *, before: datetime) -> None:
    """Marks what was told before a moment as seen when it was told: for histories made afterwards, as in the demo."""
    await database.execute("UPDATE inbox SET seen_at = at WHERE seen_at IS NULL AND at < :before", {"before": before})


async def drop_old(database: Database, *, now: datetime) -> None:
    """Housekeeping: what was seen half a year ago."""
    await database.execute(
        "DELETE FROM inbox WHERE seen_at < CAST(:now AS timestamptz) - interval '180 days'", {"now": now}
    )
