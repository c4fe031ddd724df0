"""Finding cases by number, phone or words in Chinese, in a time that does not grow with the city; and keeping the index of words.

What is found here is a candidate: who asks adds the scope of the person, and the text is looked at again."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from databases import Database

from feedback.rules import code
from feedback.rules.status import OPEN
from feedback.store import grams
from feedback.store.database import raw
from feedback.store.vault import Vault

FRESH = timedelta(seconds=30)
"""Cases received since then are looked at whether or not the worker has read them."""

NEWEST = 2000
"""One character is no bigram: it is looked for in so many of the newest cases, and the desk says so."""

BATCH = 500


_PHONE = re.compile(r"1[3-9][0-9]{9}|0[0-9]{9,11}")
"""A mobile phone, or a landline with its area code, as callers leave them. Seven or eight digits may as well be a day."""


@dataclass(frozen=True, slots=True)
class Search:
    """What somebody typed into the search box: a case number, a phone (as its keyed hash) or words."""

    number: str | None = None
    phone_hash: bytes | None = None
    terms: tuple[str, ...] = ()

    @property
    def short(self) -> bool:
        """Whether no two characters of it stand together."""
        return bool(self.terms) and not grams.sought(self.terms)


def search(typed: str, vault: Vault) -> Search | None:
    """What was meant by `typed`; None when nothing was typed. At most five words are looked for."""
    text = unicodedata.normalize("NFKC", typed).replace("\0", "").strip()
    digits = re.sub(r"[\s\-－—‐–()]", "", text).removeprefix("+86")
    if code.is_number(text):
        return Search(number=text)
    if _PHONE.fullmatch(digits):
        return Search(phone_hash=vault.hash("phone", digits))
    terms = tuple(grams.plain(text).split()[:5])
    return Search(terms=terms) if terms else None


def exactly(found: Search, values: dict[str, Any]) -> str:
    """The condition that a case is what was meant, whatever led to it; its values are added."""
    if found.number:
        values["number"] = found.number
        return "number = :number"
    if found.phone_hash:
        values["phone"] = found.phone_hash
        return "id IN (SELECT case_id FROM contacts WHERE phone_hash = :phone)"
    return _said(found.terms, values, "terms")


def surely(found: Search, values: dict[str, Any]) -> list[str]:
    """What is left to be looked at when the grams of a search for words are there."""
    unsure = [term for term in found.terms if not grams.exact(term)]
    return [_said(unsure, values, "unsure")] if unsure else []


_DISTRICT = "(SELECT districts.short FROM districts WHERE districts.code = cases.district)"
"""A place is the district as well as the address: people who write from 鱼峰区 seldom say so."""


def _said(terms: Sequence[str], values: dict[str, Any], name: str) -> str:
    return like(
        f"concat_ws(' ', cases.number, cases.title, cases.address, cases.body, {_DISTRICT})", terms, values, name
    )


def like(text: str, terms: Sequence[str], values: dict[str, Any], name: str) -> str:
    """The condition that a text, an expression of SQL, has every one of these plain words."""
    values[name] = [f"%{_escaped(term)}%" for term in terms]
    return f"lower(normalize({text}, NFKC)) LIKE ALL (CAST(:{name} AS text[]))"


def _escaped(term: str) -> str:
    return re.sub(r"([\\%_])", r"\\\1", term)


def candidates(
    wanted: Sequence[int], window: Sequence[int], found: Search | None, values: dict[str, Any], *, now: datetime
) -> str:
    """The condition that a case has these grams and marks and, with a window, one of its marks; or was only just received
    and is what was meant."""
    values["fresh"] = now - FRESH
    meant = f" AND {exactly(found, values)}" if found else ""
    return led("grams", wanted, window, f"cases.received_at > :fresh{meant}", values)


def led(column: str, wanted: Sequence[int], window: Sequence[int], fresh: str, values: dict[str, Any]) -> str:
    """The condition that one index of case_words leads to a case, or that it is so new that the worker may not have read it."""
    values["wanted"] = list(wanted)
    among = ""
    if window:
        values["window"] = list(window)
        # Before the rest: what it leads to is what the longer lists of the rest are then read for.
        among = f"case_words.{column} && CAST(:window AS integer[]) AND "
    # OFFSET 0: the grams lead, whatever the planner thinks of them.
    return f"""cases.id IN (SELECT case_id FROM case_words WHERE {among}case_words.{column} @> CAST(:wanted AS integer[])
        UNION ALL SELECT cases.id FROM cases WHERE {fresh} OFFSET 0)"""


# Keeping the index ------------------------------------------------------------------------------------------------

_OPEN = frozenset(status.value for status in OPEN)

_CHANGED = f"""SELECT cases.id, cases.version, cases.status, cases.category, cases.district, cases.bureau, cases.kind,
        cases.urgent, cases.handler_id, cases.received_at, cases.number, cases.title, cases.address, cases.body,
        {_DISTRICT} AS place,
        ARRAY(SELECT DISTINCT bureau FROM assignments WHERE case_id = cases.id) AS bureaus, kept.marks,
        cases.answer_seq, cases.answered_at, answer.body AS answer
    FROM cases LEFT JOIN case_words AS kept ON kept.case_id = cases.id
    LEFT JOIN texts AS answer ON answer.case_id = cases.id AND answer.seq = cases.answer_seq AND answer.field = 'answer'
        AND answer.public AND cases.publish AND NOT cases.historical AND cases.answered_at IS NOT NULL
    WHERE NOT cases.protected"""
_OTHERWISE = "kept.version IS DISTINCT FROM cases.version"


async def settled(database: Database) -> str:
    """The transaction before which every other one has ended."""
    return await database.fetch_val("SELECT pg_snapshot_xmin(pg_current_snapshot())::text")


async def read_on(database: Database, *, before: int) -> tuple[int, int | None]:
    """Reads the next batch of cases that are not read as they are, the newest first: how many, and the last id (None: that was
    all)."""
    rows = await database.fetch_all(
        f"""{_CHANGED} AND ({_OTHERWISE} OR NOT kept.marks @> CAST(:layout AS integer[])) AND cases.id < :before
        ORDER BY cases.id DESC LIMIT {BATCH}""",
        {"before": before, "layout": [grams.layout()]},
    )
    await _keep(database, rows)
    return len(rows), rows[-1]["id"] if len(rows) == BATCH else None


async def read_changed(database: Database, *, since: str, upto: str) -> int:
    """Reads at most a batch of the cases that transactions from `since` to before `upto` changed; how many."""
    rows = await database.fetch_all(
        f"""{_CHANGED} AND {_OTHERWISE} AND cases.id IN (SELECT case_id FROM events
            WHERE tx >= CAST(CAST(:since AS text) AS xid8) AND tx < CAST(CAST(:upto AS text) AS xid8))
        ORDER BY cases.id LIMIT {BATCH}""",
        {"since": since, "upto": upto},
    )
    await _keep(database, rows)
    return len(rows)


async def _keep(database: Database, rows: Sequence[Any]) -> None:
    """Writes grams and marks where they changed; otherwise only for which version of the case they hold."""
    same, fresh = [], []
    for row in rows:
        marks = sorted(_marks(row))
        if row["marks"] == marks:
            same.append(row)
            continue
        found = grams.of(row["number"], row["title"], row["address"], row["body"], row["place"] or "")
        fresh.append((row["id"], row["version"], marks, sorted(found.union(marks)), _published(row)))
    async with database.connection() as connection:
        await raw(connection).execute(
            """UPDATE case_words SET version = now.version FROM unnest($1::bigint[], $2::integer[]) AS now (id, version)
            WHERE case_id = now.id""",
            [row["id"] for row in same],
            [row["version"] for row in same],
        )
        await raw(connection).executemany(
            """INSERT INTO case_words (case_id, version, marks, grams, published) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (case_id) DO UPDATE SET version = excluded.version, marks = excluded.marks, grams = excluded.grams,
                published = excluded.published""",
            fresh,
        )


def _marks(row: Any) -> set[int]:
    return grams.marks(
        open=row["status"] in _OPEN, received_at=row["received_at"], category=row["category"],
        bureaus={*row["bureaus"], row["bureau"]} - {None}, district=row["district"], kind=row["kind"],
        urgent=row["urgent"], handler_id=row["handler_id"],
        published=None if row["answer"] is None else f"{row['answer_seq']} {row['bureau']}",
    )  # fmt: skip


def _published(row: Any) -> list[int] | None:
    """What everybody may find a published case by: its words, those of its answer, and what the public list is narrowed to."""
    if row["answer"] is None:
        return None
    words = grams.of(row["title"], row["body"], row["answer"])
    return sorted(words | grams.narrowing(row["category"], row["bureau"]) | set(grams.ages(row["answered_at"])))
