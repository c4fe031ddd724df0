"""The outbox: what is to be sent, written in the transaction of the fact, sent by the worker, kept for who asks."""

from datetime import datetime
from typing import Any

from databases import Database

from feedback.rules.outbox import State
from feedback.store.vault import Vault


def row(
    vault: Vault, *, receiver: str, text: str, template: str, now: datetime, case_id: int | None = None, code: str = "",
    channel: str = "sms", subject: str = "", urgent: bool = False,
) -> dict[str, Any]:  # fmt: skip
    """One notice as a row: receiver, subject, text and code sealed. With a code it is urgent: somebody waits for it."""
    return {
        "case_id": case_id,
        "at": now,
        "channel": channel,
        "template": template,
        "receiver": vault.seal(receiver),
        "subject": vault.seal(subject) if subject else None,
        "text": vault.seal(text),
        "code": vault.seal(code) if code else None,
        "send_at": now,
        "urgent": urgent or bool(code),
    }


async def add(database: Database, values: dict[str, Any]) -> None:
    """Puts a notice into the outbox."""
    await database.execute(
        """INSERT INTO notices (case_id, at, channel, template, receiver, subject, text, code, send_at, urgent)
        VALUES (:case_id, :at, :channel, :template, :receiver, :subject, :text, :code, :send_at, :urgent)""",
        values,
    )


async def claim(
    database: Database, *, now: datetime, until: datetime, night: bool, urgent: bool | None, limit: int
) -> list[Any]:
    """Takes notices that are due, for nobody else until `until`: what is not marked by then is due again.

    At night only urgent ones. `urgent` asks for one sort. Each has its case's status, and whether it is rated."""
    rows = await database.fetch_all(
        """WITH due AS (
            SELECT id FROM notices WHERE state = 'waiting' AND send_at <= :now AND (urgent OR NOT :night)
                AND (CAST(:urgent AS boolean) IS NULL OR urgent = CAST(:urgent AS boolean))
            ORDER BY urgent DESC, send_at, id LIMIT :limit FOR UPDATE SKIP LOCKED)
        UPDATE notices SET attempts = attempts + 1, send_at = :until FROM due WHERE notices.id = due.id
        RETURNING notices.id, token, notices.at, channel, template, receiver, subject, text, code, urgent, attempts,
            (SELECT status FROM cases WHERE cases.id = case_id) AS status,
            (SELECT rated_at FROM cases WHERE cases.id = case_id) AS rated_at""",
        {"now": now, "until": until, "night": night, "urgent": urgent, "limit": limit},
    )
    return sorted(rows, key=lambda row: (not row["urgent"], row["id"]))


async def end(database: Database, identity: int, state: State, *, now: datetime, fault: str | None = None) -> None:
    """Nothing more is done with the notice: it was sent, given up, or dropped; the last two say why."""
    await database.execute(
        "UPDATE notices SET state = :state, ended_at = :now, fault = :fault WHERE id = :id",
        {"id": identity, "state": state, "fault": fault, "now": now},
    )


async def put_off(database: Database, identity: int, *, until: datetime, fault: str) -> None:
    """Did not get through; is due again then."""
    await database.execute(
        "UPDATE notices SET fault = :fault, send_at = :until WHERE id = :id",
        {"id": identity, "fault": fault, "until": until},
    )


async def write_off(database: Database, *, before: datetime) -> None:
    """Marks what was due before a moment as sent when it was written: for histories made afterwards, as in the demo."""
    await database.execute(
        "UPDATE notices SET state = 'sent', ended_at = at WHERE state = 'waiting' AND at < :before", {"before": before}
    )


# For those who look after the outbox: never what a message says ----------------------------------------------------


async def per_day(database: Database, *, since: datetime) -> list[Any]:
    """How many ended in which way on each of the city's days, newest first: day, channel, sent, failed, dropped."""
    return await database.fetch_all(
        """SELECT CAST(ended_at AT TIME ZONE 'Asia/Shanghai' AS date) AS day, channel,
            count(*) FILTER (WHERE state = 'sent') AS sent, count(*) FILTER (WHERE state = 'failed') AS failed,
            count(*) FILTER (WHERE state = 'dropped') AS dropped
        FROM notices WHERE ended_at >= :since GROUP BY 1, 2 ORDER BY 1 DESC, 2""",
        {"since": since},
    )


async def waiting(database: Database, *, now: datetime) -> Any:
    """Of what waits: all, due by now, failed before, and since when the oldest."""
    return await database.fetch_one(
        """SELECT count(*) AS n, count(*) FILTER (WHERE send_at <= :now) AS due,
            count(*) FILTER (WHERE fault IS NOT NULL) AS tried, min(at) AS oldest
        FROM notices WHERE state = 'waiting'""",
        {"now": now},
    )


async def listed(database: Database, state: State, *, limit: int = 50) -> list[Any]:
    """Messages that failed, newest first, or that wait after a failure, the next one first; with who had them sent again."""
    order = "ended_at DESC, id DESC" if state is State.FAILED else "send_at, id"
    return await database.fetch_all(
        f"""SELECT id, at, channel, template, receiver, attempts, send_at, ended_at, fault, urgent,
            (SELECT count(*) FROM notice_resends WHERE notice_id = notices.id) AS resends
        FROM notices WHERE state = :state AND fault IS NOT NULL ORDER BY {order} LIMIT :limit""",
        {"state": state, "limit": limit},
    )


async def failed_count(database: Database) -> int:
    """How many were given up."""
    return await database.fetch_val("SELECT count(*) FROM notices WHERE state = 'failed'")


async def send_again(database: Database, identity: int | None, *, person_id: int, now: datetime) -> int:
    """One failed message, or all of them, wait again with fresh tries, and it is written down who wanted it; how many.

    The token stays: a gateway that did get the message does not send it twice."""
    return await database.fetch_val(
        """WITH failed AS (
            SELECT id, fault FROM notices WHERE state = 'failed'
                AND (CAST(:id AS bigint) IS NULL OR id = CAST(:id AS bigint)) FOR UPDATE),
        again AS (
            UPDATE notices SET state = 'waiting', attempts = 0, send_at = :now, ended_at = NULL, fault = NULL
            FROM failed WHERE notices.id = failed.id),
        noted AS (
            INSERT INTO notice_resends (notice_id, person_id, at, fault)
            SELECT id, :person, :now, fault FROM failed RETURNING 1)
        SELECT count(*) FROM noted""",
        {"id": identity, "person": person_id, "now": now},
    )


async def resends(database: Database, *, limit: int = 20) -> list[Any]:
    """Who had what sent again, newest first; all at once is one line."""
    return await database.fetch_all(
        """SELECT notice_resends.at, people.name AS who, count(*) AS n FROM notice_resends
        JOIN people ON people.id = person_id GROUP BY notice_resends.at, people.name ORDER BY 1 DESC LIMIT :limit""",
        {"limit": limit},
    )
