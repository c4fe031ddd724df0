"""Published cases: answered, with their citizen's consent, neither protected nor historical. The texts here are as they were
written: whoever shows them redacts them first, and a search must be checked again on the redacted text."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from databases import Database

_PUBLIC = "cases.publish AND NOT cases.protected AND NOT cases.historical AND cases.answer_seq IS NOT NULL"
"""The condition of the index cases_public; a case in rework (without `answered_at`) is not shown until answered again."""

_FROM = f"""FROM cases JOIN texts ON texts.case_id = cases.id AND texts.seq = cases.answer_seq
        AND texts.field = 'answer' AND texts.public
    WHERE {_PUBLIC} AND cases.answered_at IS NOT NULL"""


@dataclass(frozen=True, slots=True)
class Published:
    """One published case with its answer, not yet redacted."""

    id: int
    number: str
    kind: str
    category: str | None
    district: str | None
    bureau: str | None
    answer_bureau: str | None
    title: str
    body: str
    answer: str
    received_at: datetime
    answered_at: datetime
    round: int
    solved: bool | None
    satisfaction: int | None


_COLUMNS = ", ".join(
    "texts.body AS answer" if field.name == "answer" else f"cases.{field.name}" for field in fields(Published)
)


def _read(row: Any) -> Published:
    return Published(**{field.name: row[field.name] for field in fields(Published)})


def _like(word: str) -> str:
    escaped = word.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    return f"%{escaped}%"


async def page(
    database: Database,
    *,
    words: Sequence[str] = (),
    category: str | None = None,
    bureau: str | None = None,
    after: tuple[datetime, int] | None = None,
    limit: int = 20,
) -> list[Published]:
    """The newest answers first, from behind `after` (answered_at and id); every word must occur in title, text or answer."""
    conditions, values = _filters(category, bureau)
    if words:
        conditions.append("cases.title || ' ' || cases.body || ' ' || texts.body ILIKE ALL (CAST(:words AS text[]))")
        values["words"] = [_like(word) for word in words]
    if after:
        conditions.append("(cases.answered_at < :at OR cases.answered_at = :at AND cases.id > :id)")
        values |= {"at": after[0], "id": after[1]}
    rows = await database.fetch_all(
        f"""SELECT {_COLUMNS} {_FROM} {"".join(f" AND {one}" for one in conditions)}
        ORDER BY cases.answered_at DESC, cases.id LIMIT :limit""",
        {**values, "limit": limit},
    )
    return [_read(row) for row in rows]


async def count(database: Database, *, category: str | None = None, bureau: str | None = None) -> int:
    """How many cases are published."""
    conditions, values = _filters(category, bureau)
    query = f"SELECT count(*) {_FROM} {''.join(f' AND {one}' for one in conditions)}"
    return await database.fetch_val(query, values) or 0


def _filters(category: str | None, bureau: str | None) -> tuple[list[str], dict[str, Any]]:
    given = {name: value for name, value in (("category", category), ("bureau", bureau)) if value}
    return [f"cases.{name} = :{name}" for name in given], dict(given)


async def get(database: Database, number: str) -> Published | None:
    """The published case with this number; None for every other."""
    row = await database.fetch_one(f"SELECT {_COLUMNS} {_FROM} AND cases.number = :number", {"number": number})
    return _read(row) if row else None
