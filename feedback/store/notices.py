"""The outbox: what is to be sent, written in the transaction of the fact, sent by the worker, kept for who asks."""

from datetime import datetime, timedelta
from typing import Any

from databases import Database

from feedback.store.vault import Vault


def row(
    vault: Vault, *, receiver: str, text: str, template: str, now: datetime, case_id: int | None = None, code: str = "",
    channel: str = "sms",
) -> dict[str, Any]:  # fmt: skip
    """One notice as a row: receiver, text and code sealed."""
    return {
        "case_id": case_id,
        "at": now,
        "channel": channel,
        "template": template,
        "receiver": vault.seal(receiver),
        "text": vault.seal(text),
        "code": vault.seal(code) if code else None,
        "send_at": now,
    }


async def add(database: Database, values: dict[str, Any]) -> None:
    """Puts a notice into the outbox."""
    await database.execute(
        """INSERT INTO notices (case_id, at, channel, template, receiver, text, code, send_at)
        VALUES (:case_id, :at, :channel, :template, :receiver, :text, :code, :send_at)""",
        values,
    )


async def waiting(database: Database, *, now: datetime, limit: int = 50) -> list[Any]:
    """The notices to send now, locked until the caller's transaction ends: several workers share the work."""
    return await database.fetch_all(
        """SELECT id, case_id, at, channel, template, receiver, text, code, attempts FROM notices
        WHERE sent_at IS NULL AND send_at <= :now ORDER BY send_at, id LIMIT :limit FOR UPDATE SKIP LOCKED""",
        {"now": now, "limit": limit},
    )


async def sent(database: Database, identity: int, *, now: datetime) -> None:
    """Marks a notice as sent."""
    await database.execute(
        "UPDATE notices SET sent_at = :now, fault = NULL WHERE id = :id", {"id": identity, "now": now}
    )


async def failed(database: Database, identity: int, *, attempts: int, fault: str, now: datetime) -> None:
    """Notes a failure and when to try again: after 1, 2, 4 … minutes, at most a day."""
    again = now + min(timedelta(days=1), timedelta(minutes=2**attempts))
    await database.execute(
        "UPDATE notices SET attempts = attempts + 1, fault = :fault, send_at = :again WHERE id = :id",
        {"id": identity, "fault": fault[:500], "again": again},
    )


async def postpone(database: Database, identity: int, *, until: datetime) -> None:
    """Holds a notice back without counting it as a failure."""
    await database.execute("UPDATE notices SET send_at = :until WHERE id = :id", {"id": identity, "until": until})


async def write_off(database: Database, *, before: datetime) -> None:
    """Marks what was due before a moment as sent when it was written: for histories made afterwards, as in the demo."""
    await database.execute("UPDATE notices SET sent_at = at WHERE sent_at IS NULL AND at < :before", {"before": before})
