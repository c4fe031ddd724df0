"""Petitions, their signatures and thresholds. Signers come in as keyed hashes; no function here gives one back."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from databases import Database

from feedback.rules import petition
from feedback.rules.petition import Petition, Status, Threshold
from feedback.store.vault import Vault

_COLUMNS = """id, number, status, title, body, public_title, public_body, district, proposed_at, due_at, decided_at,
    reason, explanation, closes_at, signatures, case_id"""

_STANDING = "CASE WHEN status = 'open' AND closes_at <= :now THEN 'closed' ELSE status END"
"""The status of a row at `now`: petition.standing in SQL."""


def read(row: Any, now: datetime) -> Petition:
    """The record of one row, with the status it has at `now`."""
    values = dict(row._mapping)
    return Petition(**{**values, "status": petition.standing(values["status"], values["closes_at"], now)})


async def next_id(database: Database) -> int:
    """The identity of a new petition."""
    return await database.fetch_val("SELECT nextval('petition_ids')")


async def get(database: Database, number: str, *, now: datetime) -> Petition | None:
    """The petition with this public number."""
    if not petition.is_number(number):
        return None
    row = await database.fetch_one(f"SELECT {_COLUMNS} FROM petitions WHERE number = :number", {"number": number})
    return read(row, now) if row else None


async def of_case(database: Database, case_id: int, *, now: datetime) -> Petition | None:
    """The petition that opened this case."""
    row = await database.fetch_one(f"SELECT {_COLUMNS} FROM petitions WHERE case_id = :id", {"id": case_id})
    return read(row, now) if row else None


async def thresholds(database: Database, ids: Sequence[int]) -> Mapping[int, list[Threshold]]:
    """The thresholds of each of these petitions, smallest first."""
    rows = await database.fetch_all(
        "SELECT petition_id, at, promise, reached_at FROM thresholds WHERE petition_id = ANY(:ids) ORDER BY at",
        {"ids": list(ids)},
    )
    found: dict[int, list[Threshold]] = {one: [] for one in ids}
    for row in rows:
        found[row["petition_id"]].append(Threshold(row["at"], row["promise"], row["reached_at"]))
    return found


async def page(
    database: Database, statuses: Sequence[Status], *, q: str = "", cursor: str = "", limit: int = 20, now: datetime
) -> tuple[list[Petition], str]:
    """Petitions of these statuses, newest first, and the cursor of the next page; empty at the end.

    `q` is looked for in what the public may read, and in the number. The cursor is the number of the last one shown."""
    rows = await database.fetch_all(
        f"""SELECT {_COLUMNS} FROM petitions WHERE {_STANDING} = ANY(:statuses)
        AND (:q = '' OR number = upper(:q) OR public_title ILIKE :like OR public_body ILIKE :like)
        AND (:cursor = '' OR id < (SELECT id FROM petitions WHERE number = :cursor))
        ORDER BY id DESC LIMIT :limit""",
        {
            "now": now, "statuses": list(statuses), "q": q, "like": f"%{_escaped(q)}%", "cursor": cursor,
            "limit": limit + 1,
        },
    )  # fmt: skip
    found = [read(row, now) for row in rows[:limit]]
    return found, found[-1].number if len(rows) > limit else ""


def _escaped(q: str) -> str:
    return q.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


async def counts(database: Database, *, now: datetime) -> dict[Status, int]:
    """How many petitions stand where; 0 for none."""
    rows = await database.fetch_all(
        f"SELECT {_STANDING} AS standing, count(*) AS n FROM petitions GROUP BY 1",
        {"now": now},
    )
    found = {row["standing"]: row["n"] for row in rows}
    return {status: found.get(status, 0) for status in Status}


async def waiting(database: Database, *, now: datetime, limit: int = 200) -> list[Petition]:
    """The moderation queue, longest waiting first."""
    rows = await database.fetch_all(
        f"SELECT {_COLUMNS} FROM petitions WHERE status = 'moderation' ORDER BY due_at, id LIMIT :limit",
        {"limit": limit},
    )
    return [read(row, now) for row in rows]


async def promised(database: Database, *, now: datetime, limit: int = 100) -> list[Petition]:
    """The petitions that reached a threshold, most signatures first: what the city has promised."""
    rows = await database.fetch_all(
        f"""SELECT {_COLUMNS} FROM petitions
        WHERE EXISTS (SELECT FROM thresholds WHERE petition_id = petitions.id AND reached_at IS NOT NULL)
        ORDER BY signatures DESC, id LIMIT :limit""",
        {"limit": limit},
    )
    return [read(row, now) for row in rows]


async def proposer(database: Database, vault: Vault, petition_id: int) -> tuple[str, str]:
    """Name and phone of who proposed it. For the case and for notices, never for a page."""
    row = await database.fetch_one("SELECT proposer, phone FROM petitions WHERE id = :id", {"id": petition_id})
    assert row is not None
    return vault.open(row["proposer"]), vault.open(row["phone"])


async def decide(database: Database, petition_id: int, *, now: datetime, person_id: int | None, **values: Any) -> bool:
    """Compare-and-swap out of moderation: status, reason, explanation, public_title, public_body, closes_at."""
    decided = await database.fetch_val(
        """UPDATE petitions SET status = :status, reason = :reason, explanation = :explanation,
            public_title = :public_title, public_body = :public_body, closes_at = :closes_at,
            decided_at = :now, decided_by = :person_id
        WHERE id = :id AND status = 'moderation' RETURNING 1""",
        {"id": petition_id, "now": now, "person_id": person_id, **values},
    )
    return decided is not None


async def add_signature(
    database: Database, petition_id: int, *, signer: bytes, name: bytes, district: str, now: datetime
) -> bool:
    """Keeps one signature; False if this person has already signed. Waits for the same person's unfinished one."""
    added = await database.fetch_val(
        """INSERT INTO signatures (petition_id, signer, name, district, at)
        VALUES (:id, :signer, :name, :district, :now) ON CONFLICT DO NOTHING RETURNING 1""",
        {"id": petition_id, "signer": signer, "name": name, "district": district, "now": now},
    )
    return added is not None


async def count_up(database: Database, petition_id: int, *, now: datetime) -> int | None:
    """One signature more, and the sum; None if it is not open any more. Holds the petition until the transaction ends."""
    return await database.fetch_val(
        """UPDATE petitions SET signatures = signatures + 1
        WHERE id = :id AND status = 'open' AND closes_at > :now RETURNING signatures""",
        {"id": petition_id, "now": now},
    )


async def reach(database: Database, petition_id: int, *, signatures: int, now: datetime) -> list[int]:
    """Marks the thresholds that are reached and were not; returns them. Each one once and for ever."""
    rows = await database.fetch_all(
        """UPDATE thresholds SET reached_at = :now
        WHERE petition_id = :id AND at <= :signatures AND reached_at IS NULL RETURNING at""",
        {"id": petition_id, "signatures": signatures, "now": now},
    )
    return sorted(row["at"] for row in rows)


async def link_case(database: Database, petition_id: int, case_number: str) -> None:
    """Notes the case that the petition opened."""
    await database.execute(
        "UPDATE petitions SET case_id = (SELECT id FROM cases WHERE number = :number) WHERE id = :id",
        {"id": petition_id, "number": case_number},
    )


async def by_district(database: Database, petition_id: int) -> list[tuple[str, int]]:
    """Signatures of each district that has any, most first."""
    rows = await database.fetch_all(
        """SELECT district, count(*) AS n FROM signatures WHERE petition_id = :id
        GROUP BY district ORDER BY n DESC, district""",
        {"id": petition_id},
    )
    return [(row["district"], row["n"]) for row in rows]
