"""Published cases: answered, with their citizen's consent, neither protected nor historical. The texts here are as they were
written: whoever shows them redacts them first, and a search must be checked again on the redacted text."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from databases import Database

from feedback.store import grams, searching

MOST = 1000
"""Published cases are counted up to here, so that counting costs the same in every city."""

_PUBLIC = "cases.publish AND NOT cases.protected AND NOT cases.historical AND cases.answer_seq IS NOT NULL"
"""The condition of the index cases_public; a case in rework (without `answered_at`) is not shown until answered again."""

_FROM = f"""FROM cases JOIN texts ON texts.case_id = cases.id AND texts.seq = cases.answer_seq
        AND texts.field = 'answer' AND texts.public
    WHERE {_PUBLIC} AND cases.answered_at IS NOT NULL"""
_SAID = """cases.title || ' ' || cases.body || ' ' || (SELECT answer.body FROM texts AS answer
    WHERE answer.case_id = cases.id AND answer.seq = cases.answer_seq AND answer.field = 'answer')"""
_COUNTED = f"FROM cases WHERE {_PUBLIC} AND cases.answered_at IS NOT NULL"
"""An answer that went out is public: its text need not be looked at."""


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


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list of published cases is narrowed to: every word occurs in title, text or answer."""

    words: tuple[str, ...] = ()
    category: str | None = None
    bureau: str | None = None
    whole: bool = False
    """Even words too short for an index are looked for in all answers: for a file, not for a page."""

    @property
    def short(self) -> bool:
        """Whether no two characters of the words stand together: then a page looks through the NEWEST answers only."""
        return bool(self.words) and not grams.sought(self.words)

    @property
    def level(self) -> int | None:
        """The window of answers looked at first; None: all, along an index of their order."""
        if self.short or not self.words:
            return None
        return grams.OF_PART if self.category or self.bureau else 0


EVERYTHING = Wanted()


async def page(
    database: Database, wanted: Wanted = EVERYTHING, *, after: tuple[datetime, int] | None = None, limit: int = 20, now: datetime
) -> list[Published]:
    """The newest answers first, from behind `after` (answered_at and id)."""
    conditions, values = _filters(wanted)
    if after:
        conditions.append("cases.answered_at <= :at AND (cases.answered_at < :at OR cases.id > :id)")
        values |= {"at": after[0], "id": after[1]}
    level = wanted.level
    if level is None:
        return [_read(row) for row in await _rows(database, conditions, values, limit)]
    until = after[0] if after else await _newest(database) or now
    while True:
        led, found = _led(wanted, level, until, now)
        rows = await _rows(database, conditions + led, values | found, limit)
        if level is None or len(rows) >= limit:
            return [_read(row) for row in rows]
        level = grams.wider(level, until, rows=len(rows), wanted=limit)


async def _newest(database: Database) -> datetime | None:
    """When the newest published answer went out."""
    return await database.fetch_val(f"SELECT answered_at {_COUNTED} ORDER BY answered_at DESC LIMIT 1")


async def _rows(database: Database, conditions: list[str], values: dict[str, Any], limit: int) -> list[Any]:
    return await database.fetch_all(
        f"""SELECT {_COLUMNS} {_FROM} {"".join(f" AND {one}" for one in conditions)}
        ORDER BY cases.answered_at DESC, cases.id LIMIT :limit""",
        {**values, "limit": limit},
    )


def _led(wanted: Wanted, level: int | None, until: datetime, now: datetime) -> tuple[list[str], dict[str, Any]]:
    """The conditions by which the index of words leads to the answers, all of them or the newest, and their values."""
    window, since = grams.newest(level, until) if level is not None else ([], None)
    values: dict[str, Any] = {"fresh": now - searching.FRESH}
    marks = grams.sought(wanted.words) | grams.narrowing(wanted.category, wanted.bureau)
    fresh = f"{_PUBLIC} AND cases.answered_at > :fresh AND {searching.like(_SAID, wanted.words, values, 'words')}"
    led = searching.led("published", sorted(marks), window, fresh, values)
    if since is None:
        return [led], values
    return [led, "cases.answered_at >= :since"], {**values, "since": since}


async def count(database: Database, wanted: Wanted = EVERYTHING) -> int:
    """How many cases of a category, a bureau or both are published, up to MOST; not by words."""
    conditions, values = _filters(wanted)
    query = f"SELECT count(*) FROM (SELECT 1 {_COUNTED} {''.join(f' AND {one}' for one in conditions)} LIMIT {MOST}) AS few"
    return await database.fetch_val(query, values) or 0


def _filters(wanted: Wanted) -> tuple[list[str], dict[str, Any]]:
    values: dict[str, Any] = {name: value for name in ("category", "bureau") if (value := getattr(wanted, name))}
    conditions = [f"cases.{name} = :{name}" for name in values]
    unsure = [word for word in wanted.words if not grams.exact(word)]
    if unsure:
        conditions.append(searching.like(_SAID, unsure, values, "unsure"))
    if wanted.short and not wanted.whole:
        conditions.append(f"cases.id IN (SELECT id {_COUNTED} ORDER BY answered_at DESC LIMIT {searching.NEWEST})")
    return conditions, values


async def get(database: Database, number: str) -> Published | None:
    """The published case with this number; None for every other."""
    row = await database.fetch_one(f"SELECT {_COLUMNS} {_FROM} AND cases.number = :number", {"number": number})
    return _read(row) if row else None
