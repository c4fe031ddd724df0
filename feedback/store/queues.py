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

from feedback.rules.permission import BUREAU_ROLES, Actor, Role
from feedback.rules.record import Case
from feedback.store import cases, filters, grams, meanings, searching
from feedback.store.filters import Narrow
from feedback.store.grams import Mark
from feedback.store.meanings import Branch, Queue
from feedback.store.searching import Search

MOST = 1000
"""Queues are counted up to here: 1000 means "999 and more", so that a count costs the same whatever the city's size."""

NEAR = 200
"""So many cases of a queue, about one matter if one is asked for, are looked at for a filter; where that fills no page, the
filter is rare and its index leads."""

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
    way: _Way | int | None = asked.way
    while way is not None:
        # A wider way finds no fewer, unless the worker has not read them yet.
        rows = max(rows, await database.fetch_all(*asked.statement(after, way, now)), key=len)
        way = asked.next(way, len(rows), after[0] if after else now)
    here = [cases.read(row) for row in rows[:limit]]
    return here, _cursor(rows[limit - 1]) if len(rows) > limit else None


class _Way(Enum):
    """How a list is found."""

    PLAIN = "plain"  # along an index of the queue, or of what was typed
    FIRST = "first"  # the same, giving up after NEAR cases
    WORDS = "words"  # through the index of words; a number: the same, among the cases of the newest grams.DAYS, by their level


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
    def way(self) -> _Way | int:
        """How to look first."""
        if self.found and (not self.found.terms or self.found.short):
            return _Way.PLAIN  # a number or a phone leads to its cases by itself
        about_one = self.narrow == Narrow(category=self.narrow.category) and not self.of_bureau
        if not self.found and (about_one or not self.narrow or self.actor.role is Role.CONFIDENTIAL):
            return _Way.PLAIN  # the city's cases about one matter have an index; what is protected is few, and in no index of words
        if self.ended:
            return grams.OF_PART if self.of_bureau or self.queue is Queue.REPLIED else 0
        if self.found:
            return _Way.WORDS
        return _Way.PLAIN if self.of_bureau else _Way.FIRST  # what a bureau has open is little

    def next(self, way: _Way | int, rows: int, until: datetime) -> _Way | int | None:
        """How to look after one way found so many rows among the cases before `until`. None: that was all, or the page is full."""
        if way in (_Way.PLAIN, _Way.WORDS) or rows >= self.limit:
            return None
        wider = grams.wider(way, until, rows=rows, wanted=self.limit) if isinstance(way, int) else None
        return _Way.WORDS if wider is None else wider

    def statement(self, after: _Key | None, way: _Way | int, now: datetime) -> tuple[str, dict[str, Any]]:
        """The query of one page and its values."""
        values: dict[str, Any] = {}
        order, beyond = _ORDERS[self.key]
        conditions = filters.conditions(self.narrow, values)
        if after:
            named = zip(("key", "due", "last"), after, strict=True)
            values |= {name: value for name, value in named if f":{name}" in beyond}
            conditions.append(beyond)
        conditions += self._search(values)
        if way not in (_Way.PLAIN, _Way.FIRST):
            conditions += self._words(way, after[0] if after else now, now, values)
        # The first to be signed for comes first; one without such a limit by when it must be answered. Many are to be signed for
        # by the same midnight: of those, the one that must be answered first.
        columns = f"{cases.COLUMNS}, cases.accept_due_at" if self.key == "sign_by" else cases.COLUMNS
        first = [*filters.conditions(Narrow(self.narrow.category), {}), *([beyond] if after else [])]
        selects = [
            f"(SELECT {columns} FROM {_among([scope, meaning, *first], order, way)}"
            f" WHERE {' AND '.join([scope, meaning, *conditions])} ORDER BY {order} LIMIT {self.limit})"
            for scope, meaning in self.branches
        ]
        query = f"SELECT {cases.COLUMNS}, {_KEYS.get(self.key, self.key)} AS key FROM ({' UNION ALL '.join(selects)}) AS cases ORDER BY {order} LIMIT {self.limit}"
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

    def _words(self, way: _Way | int, until: datetime, now: datetime, values: dict[str, Any]) -> list[str]:
        """The conditions by which the index of words leads to the cases: all of them, or those of the newest blocks."""
        wanted = filters.marks(self.narrow)
        if self.of_bureau:
            wanted.add(grams.mark(Mark.BUREAU, self.actor.bureau or ""))
        if not self.ended:
            wanted = grams.while_open(wanted) or {grams.mark(Mark.OPEN)}
        wanted |= grams.sought(self.found.terms if self.found else ())
        window, since = grams.newest(way, until) if isinstance(way, int) else ([], None)
        if since:
            values["since"] = since
        led = searching.candidates(sorted(wanted), window, self.found, values, now=now)
        return [led, *(["received_at >= :since"] if since else [])]


def _among(conditions: Sequence[str], order: str, way: _Way | int) -> str:
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
