"""The queues of the desks: how many cases each one holds for somebody, and which, page by page, alone or searched or filtered.

What a queue means is in meanings.py, how words lead to cases in searching.py. Nothing here reads all cases."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from databases import Database

from feedback.rules.permission import BUREAU_ROLES, Actor
from feedback.rules.record import Case
from feedback.store import cases, filters, meanings, pairs, searching
from feedback.store.filters import Narrow
from feedback.store.meanings import Branch, Queue
from feedback.store.pairs import Mark
from feedback.store.searching import Search

MOST = 1000
"""Queues are counted up to here: 1000 means "999 and more", so that a count costs the same whatever the city's size."""

NEAR = 200
"""So many cases of a queue, about one matter if one is asked for, are looked at for a filter; where that fills no page, the
filter is rare and its index leads."""

RARE = 8
"""Where so small a part of a page is found among all cases of the newest weeks, what is looked for is rare: the way that finds
everything comes at once."""

_Key = tuple[datetime, datetime, int]
"""Where a page ends: the time of the order, when it must be answered (decides between equal times to sign), and identity of its last case."""


class BadCursor(Exception):
    """这一页的链接已经失效，请从第一页看起。"""


async def counts(database: Database, actor: Actor, now: datetime) -> dict[Queue, int]:
    """How many cases of this person's are in each queue, up to MOST; one statement."""
    columns = ", ".join(f"{_count(meanings.branches(actor), queue)} AS {queue.value}" for queue in Queue)
    row = await database.fetch_one(f"SELECT {columns}", _values(columns, actor, now))
    assert row is not None
    return {queue: row[queue.value] for queue in Queue}


def _count(branches: list[Branch], queue: Queue) -> str:
    conditions = [(scope, queues[queue]) for scope, queues in branches if queues[queue] != "false"]
    parts = [f"SELECT 1 FROM cases WHERE {scope} AND {condition}" for scope, condition in conditions]
    if not parts:
        return "0"
    # Asked in order, answered cases are counted along their index, however many the city has.
    order = " ORDER BY answered_at DESC" if queue is Queue.REPLIED else ""
    capped = " UNION ALL ".join(f"({part}{order} LIMIT {MOST})" for part in parts)
    return f"(SELECT least(count(*), {MOST}) FROM ({capped}) AS x)"


async def page(
    database: Database, actor: Actor, queue: Queue | None, found: Search | None, cursor: str, *, now: datetime,
    limit: int = 50, narrow: Narrow = filters.EVERYTHING,
) -> tuple[list[Case], str | None]:  # fmt: skip
    """One page of a queue in the order of the due times (answered cases: newest first; those to be signed for: by when), and
    the cursor of the next page.

    Without a queue: everything of this person's that `found` names. There, and where answered cases are narrowed, the newest
    receipt comes first. Raises BadCursor."""
    asked = _Asked(actor, queue or (None if found or narrow else Queue.OPEN), found, narrow, limit + 1)
    after = _after(cursor)
    if not asked.branches:
        return [], None
    rows: list[Any] = []
    ways = list(asked.ways)
    while ways and len(rows) <= limit:
        rows = await database.fetch_all(*asked.statement(after, ways.pop(0), now))
        if asked.queue is None and len(rows) * RARE <= limit:
            ways = ways[-1:]
    here = [cases.read(row) for row in rows[:limit]]
    return here, _cursor(rows[limit - 1]) if len(rows) > limit else None


class _Way(Enum):
    """How a list is found."""

    PLAIN = "plain"  # along an index of the queue, or of what was typed
    FIRST = "first"  # the same, giving up after NEAR cases
    WEEKS = "weeks"  # through the index of words, among the newest cases
    MONTHS = "months"
    SEASONS = "seasons"
    WORDS = "words"  # through the index of words


_BY_WORDS = {_Way.WEEKS: 0, _Way.MONTHS: 1, _Way.SEASONS: 2, _Way.WORDS: None}
"""The level of pairs.WEEKS."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """One list somebody wants to see, as a statement."""

    actor: Actor
    queue: Queue | None
    found: Search | None
    narrow: Narrow
    limit: int

    @property
    def branches(self) -> list[tuple[str, str]]:
        """The scopes of this person in which the queue means anything, and what."""
        meant = [
            (scope, queues[self.queue] if self.queue else "true") for scope, queues in meanings.branches(self.actor)
        ]
        return [(scope, meaning) for scope, meaning in meant if meaning != "false"]

    @property
    def ended(self) -> bool:
        """Whether cases that nobody works on any more are among them: there may be a million."""
        return self.queue in (None, Queue.REPLIED)

    @property
    def of_bureau(self) -> bool:
        return self.actor.role in BUREAU_ROLES

    @property
    def key(self) -> str:
        """The column of the order."""
        if self.queue is Queue.TO_ACCEPT:
            return "sign_by"
        if self.queue is None or (self.queue is Queue.REPLIED and (self.found or self.narrow)):
            return "received_at"
        return "answered_at" if self.queue is Queue.REPLIED else "due_at"

    @property
    def ways(self) -> tuple[_Way, ...]:
        """How to look, one way after the other until a page is full. The last one finds everything."""
        if self.found and (not self.found.terms or self.found.short):
            return (_Way.PLAIN,)  # a number or a phone leads to its cases by itself
        if self.ended and (self.found or self.narrow):
            return (_Way.WEEKS, _Way.MONTHS, _Way.SEASONS, _Way.WORDS)
        if self.found:
            return (_Way.WORDS,)
        if self.of_bureau or not self.narrow or self.narrow == Narrow(category=self.narrow.category):
            return (_Way.PLAIN,)  # a bureau's cases are few, and those about one matter have an index
        return (_Way.FIRST, _Way.WORDS)

    def statement(self, after: _Key | None, way: _Way, now: datetime) -> tuple[str, dict[str, Any]]:
        """The query of one page and its values."""
        values: dict[str, Any] = {}
        order, beyond = _ORDERS[self.key]
        conditions = filters.conditions(self.narrow, values)
        if after:
            named = zip(("key", "due", "last"), after, strict=True)
            values |= {name: value for name, value in named if f":{name}" in beyond}
            conditions.append(beyond)
        conditions += self._search(values)
        if way in _BY_WORDS:
            conditions += self._words(_BY_WORDS[way], after[0] if after else now, now, values)
        # The first to be signed for comes first; one without such a limit by when it must be answered. Many are to be signed for
        # by the same midnight: of those, the one that must be answered first.
        columns = f"{cases.COLUMNS}, cases.accept_due_at" if self.key == "sign_by" else cases.COLUMNS
        first = [*filters.conditions(Narrow(self.narrow.category), {}), *([beyond] if after else [])]
        selects = [
            f"(SELECT {columns} FROM {_among([scope, meaning, *first], order, way)}"
            f" WHERE {' AND '.join([scope, meaning, *conditions])} ORDER BY {order} LIMIT {self.limit})"
            for scope, meaning in self.branches
        ]
        query = (
            f"SELECT {cases.COLUMNS}, {_KEYS.get(self.key, self.key)} AS key FROM ({' UNION ALL '.join(selects)}) AS cases ORDER BY {order} LIMIT {self.limit}"
        )
        return query, values | _values(query, self.actor, now)

    def _search(self, values: dict[str, Any]) -> list[str]:
        """The conditions of what was typed."""
        if self.found is None:
            return []
        if not self.found.terms:
            return [searching.exactly(self.found, values)]
        if not self.found.short:
            return searching.surely(self.found, values)
        newest = f"id IN (SELECT id FROM cases ORDER BY received_at DESC LIMIT {searching.NEWEST})"
        return [searching.exactly(self.found, values), *(() if self.of_bureau and not self.ended else (newest,))]

    def _words(self, level: int | None, until: datetime, now: datetime, values: dict[str, Any]) -> list[str]:
        """The conditions by which the index of words leads to the cases: all of them, or those of the newest blocks."""
        wanted = pairs.of(*(self.found.terms if self.found else ())) | filters.marks(self.narrow)
        if not self.ended:
            wanted.add(pairs.mark(Mark.OPEN))
        if self.of_bureau:
            wanted.add(pairs.mark(Mark.BUREAU, self.actor.bureau or ""))
        window, since = pairs.newest(level, until) if level is not None else ([], None)
        if since:
            values["since"] = since
        led = searching.candidates(sorted(wanted), window, self.found, values, now=now)
        return [led, *(["received_at >= :since"] if since else [])]


def _among(conditions: Sequence[str], order: str, way: _Way) -> str:
    """The table to read: all cases, or the first of them that an index finds in the queue."""
    if way is not _Way.FIRST:
        return "cases"
    return f"(SELECT * FROM cases WHERE {' AND '.join(conditions)} ORDER BY {order} LIMIT {NEAR}) AS cases"


_KEYS = {"sign_by": "coalesce(accept_due_at, due_at)"}

_ORDERS = {
    "sign_by": (f"{_KEYS['sign_by']}, due_at, id", f"({_KEYS['sign_by']}, due_at, id) > (:key, :due, :last)"),
    "received_at": ("received_at DESC, id DESC", "(received_at, id) < (:key, :last)"),
    "answered_at": ("answered_at DESC, id", "answered_at <= :key AND (answered_at < :key OR id > :last)"),
    "due_at": ("due_at, id", "(due_at, id) > (:key, :last)"),
}
"""ORDER BY, and what comes after a cursor."""


def _values(query: str, actor: Actor, now: datetime) -> dict[str, Any]:
    own = (("bureau", actor.bureau), ("person", actor.person_id), ("now", now))
    return {name: value for name, value in own if f":{name}" in query}


def _cursor(row: Any) -> str:
    due = row["due_at"] or row["key"]
    where = [row["key"].isoformat(), due.isoformat(), row["id"]]
    return base64.urlsafe_b64encode(json.dumps(where).encode()).decode().rstrip("=")


def _after(cursor: str) -> _Key | None:
    if not cursor:
        return None
    try:
        *times, last = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
        key, due = (datetime.fromisoformat(one) for one in times)
    except (ValueError, TypeError, RecursionError, binascii.Error, UnicodeDecodeError):
        raise BadCursor from None
    strange = any(one.tzinfo is None or not 1900 < one.year < 2200 for one in (key, due))
    if type(last) is not int or not 0 <= last < 2**63 or strange:
        raise BadCursor
    return key, due, last
