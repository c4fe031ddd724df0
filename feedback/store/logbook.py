"""The log of the administrators: who came in, who changed an account or a setting, who looked at a contact. Append-only."""

import base64
import binascii
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from databases import Database

from feedback.rules.administration import Deed

PAGE = 50


class BadCursor(Exception):
    """这一页的链接已经失效，请从第一页看起。"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries: of this person (by them or about them), on this Shanghai day, of this kind; None: all."""

    person_id: int | None = None
    day: date | None = None
    deed: Deed | None = None


async def note(
    database: Database, deed: Deed, *, by: int | None, about: int | None = None, detail: str = "", now: datetime
) -> None:
    """Writes one entry, in the transaction of what it tells."""
    await database.execute(
        "INSERT INTO logbook (at, person_id, deed, about_id, detail) VALUES (:now, :by, :deed, :about, :detail)",
        {"now": now, "by": by, "deed": deed.value, "about": about, "detail": detail},
    )


# Reveals have their own table: here they are read as entries of the log, with the number of the case and no more.
_SOURCES = (
    ("1", "SELECT id, at, person_id, deed, about_id, detail FROM logbook"),
    (
        "2",
        """SELECT reveals.id, reveals.at, person_id, 'revealed' AS deed, CAST(NULL AS bigint) AS about_id,
            cases.number || '：' || reason AS detail FROM reveals JOIN cases ON cases.id = case_id""",
    ),
)


async def page(database: Database, wanted: Wanted, cursor: str = "") -> tuple[list[Any], str]:
    """One page of entries, newest first, with the names of both people; and the cursor of the next page, or empty.

    Raises BadCursor."""
    values: dict[str, Any] = {"most": PAGE + 1}
    parts = [_part(source, select, wanted, cursor, values) for source, select in _SOURCES]
    rows = await database.fetch_all(
        f"""SELECT entries.*, who.name AS who, who.username AS who_username, about.name AS about,
            about.username AS about_username
        FROM ({" UNION ALL ".join(parts)}) AS entries
        LEFT JOIN people AS who ON who.id = entries.person_id LEFT JOIN people AS about ON about.id = entries.about_id
        ORDER BY at DESC, source DESC, id DESC LIMIT :most""",
        values,
    )
    more = len(rows) > PAGE
    return rows[:PAGE], _cursor(rows[PAGE - 1]) if more else ""


def _part(source: str, select: str, wanted: Wanted, cursor: str, values: dict[str, Any]) -> str:
    table = "logbook" if source == "1" else "reveals"
    conditions = []
    if wanted.person_id is not None:
        values["person"] = wanted.person_id
        conditions.append("(person_id = :person OR about_id = :person)" if source == "1" else "person_id = :person")
    if wanted.day is not None:
        values["day"] = wanted.day
        begin = "CAST(:day AS timestamp) AT TIME ZONE 'Asia/Shanghai'"
        conditions.append(f"{table}.at >= {begin} AND {table}.at < {begin} + interval '1 day'")
    if wanted.deed is not None:
        if source == "2":
            conditions.append("true" if wanted.deed is Deed.REVEALED else "false")
        else:
            values["deed"] = wanted.deed.value
            conditions.append("deed = :deed")
    if cursor:
        at, last_source, last = _read(cursor)
        values |= {"key": at, "last_source": last_source, "last": last}
        conditions.append(f"({table}.at, {source}, {table}.id) < (:key, CAST(:last_source AS integer), :last)")
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    return f"(SELECT {source} AS source, entry.* FROM ({select}{where} ORDER BY 2 DESC, 1 DESC LIMIT :most) AS entry)"


def _cursor(row: Any) -> str:
    text = f"{row['at'].isoformat()}|{row['source']}|{row['id']}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read(cursor: str) -> tuple[datetime, int, int]:
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
        at, source, last = text.split("|")
        moment, found = datetime.fromisoformat(at), (int(source), int(last))
    except (ValueError, binascii.Error):
        raise BadCursor from None
    if moment.tzinfo is None or not 1900 < moment.year < 2200 or not (0 <= found[0] < 9 and 0 <= found[1] < 2**63):
        raise BadCursor
    return moment, *found


async def newest(database: Database, person_id: int, deed: Deed) -> datetime | None:
    """When this person last did it."""
    return await database.fetch_val(
        "SELECT at FROM logbook WHERE person_id = :person AND deed = :deed ORDER BY at DESC, id DESC LIMIT 1",
        {"person": person_id, "deed": deed.value},
    )
