"""The named queues of the desks: what each one holds, how many, and its cases page by page.

Who may open a case is `rules/permission`; here its scope is written as SQL. Every queue is found by a partial index."""

import base64
import binascii
import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from databases import Database

from feedback.rules import code
from feedback.rules.permission import BUREAU_ROLES, Actor, Role
from feedback.rules.record import Case
from feedback.store import cases
from feedback.store.vault import Vault

MOST = 1000
"""Queues are counted up to here: 1000 means "999 and more", so that a count costs the same whatever the city's size."""


class Queue(StrEnum):
    """What a desk looks at together."""

    TO_ACCEPT = "to_accept"
    WORKING = "working"
    DUE_SOON = "due_soon"
    OVERDUE = "overdue"
    AWAITING_CITIZEN = "awaiting_citizen"
    SUSPENDED = "suspended"
    REVIEW = "review"
    REWORK = "rework"
    REPLIED = "replied"
    TRIAGE = "triage"
    RETURNED = "returned"


class BadCursor(Exception):
    """这一页的链接已经失效，请从第一页看起。"""


@dataclass(frozen=True, slots=True)
class Search:
    """What somebody typed into the search box: a case number, a phone (as its keyed hash) or words."""

    number: str | None = None
    phone_hash: bytes | None = None
    terms: tuple[str, ...] = ()


def search(typed: str, vault: Vault) -> Search | None:
    """What was meant by `typed`; None when nothing was typed. At most five words are looked for."""
    text = unicodedata.normalize("NFKC", typed).replace("\0", "").strip()
    digits = re.sub(r"[\s\-]", "", text).removeprefix("+86")
    if code.is_number(text):
        return Search(number=text)
    if re.fullmatch(r"1[3-9]\d{9}", digits):
        return Search(phone_hash=vault.hash("phone", digits))
    terms = tuple(typed.replace("\0", "").split()[:5])
    return Search(terms=terms) if terms else None


_AT_BUREAU = "status IN ('assigned','working','awaiting_citizen','suspended','in_review')"
_OPEN = "status IN ('triage','assigned','working','awaiting_citizen','suspended','in_review')"
_ANSWERED = "status IN ('replied','closed') AND answered_at IS NOT NULL"
_RETURNED = """(SELECT step FROM events WHERE events.case_id = cases.id
    AND step IN ('return','uphold_return','reject_return','dispatch') ORDER BY seq DESC LIMIT 1)
    IS NOT DISTINCT FROM 'return'"""

# A warning comes a day, or a quarter of an hour limit, before the due time: the week only helps the index.
_DUE_SOON = (
    "paused_at IS NULL AND warn_at <= :now AND due_at > :now AND due_at < CAST(:now AS timestamptz) + interval '7 days'"
)
# As `deadline.light`: a pause begun in time hides the red, one begun late does not.
_OVERDUE = "due_at <= :now AND (paused_at IS NULL OR paused_at >= due_at)"

_CITY = {
    Queue.TO_ACCEPT: "status = 'assigned'",
    Queue.WORKING: "status = 'working'",
    Queue.DUE_SOON: f"{_OPEN} AND {_DUE_SOON}",
    Queue.OVERDUE: f"{_OPEN} AND {_OVERDUE}",
    Queue.AWAITING_CITIZEN: "status = 'awaiting_citizen'",
    Queue.SUSPENDED: "status = 'suspended'",
    Queue.REVIEW: "status = 'in_review'",
    Queue.REWORK: f"{_OPEN} AND round > 1",
    Queue.REPLIED: _ANSWERED,
    Queue.TRIAGE: f"status = 'triage' AND NOT {_RETURNED}",
    Queue.RETURNED: f"status = 'triage' AND {_RETURNED}",
}

_LEAD = _CITY | {
    Queue.DUE_SOON: f"{_AT_BUREAU} AND {_DUE_SOON}",
    Queue.OVERDUE: f"{_AT_BUREAU} AND {_OVERDUE}",
    Queue.REWORK: f"{_AT_BUREAU} AND round > 1",
    Queue.TRIAGE: "false",
    Queue.RETURNED: "false",
}
"""A case in triage belongs to no bureau, also not to the one that returned it."""

_SUPPORT = _LEAD | {
    Queue.TO_ACCEPT: "false",
    Queue.WORKING: "status IN ('assigned','working')",
    Queue.REVIEW: "false",
    Queue.REPLIED: "false",
}
"""协办: what the lead signs for or reviews is not the supporting bureau's; it adds its findings while the case is open."""

_SUPPORTED = """id IN (SELECT case_id FROM assignments
    WHERE assignments.bureau = :bureau AND assignments.role = 'support' AND until_at IS NULL)"""

_Branch = tuple[str, Mapping[Queue, str]]


def _branches(actor: Actor) -> list[_Branch]:
    """The scopes of this person and what each queue means there. Nothing for who sees no case at all."""
    if actor.role is Role.CONFIDENTIAL:
        return [("protected", _CITY)]
    if actor.role in BUREAU_ROLES:
        return [("bureau = :bureau AND NOT protected", _LEAD), (f"{_SUPPORTED} AND NOT protected", _SUPPORT)]
    if actor.role in (Role.DISPATCHER, Role.SUPERVISOR, Role.LEADER):
        return [("NOT protected", _CITY)]
    return [("false", _CITY)]


async def counts(database: Database, actor: Actor, now: datetime) -> dict[Queue, int]:
    """How many cases of this person's are in each queue, up to MOST; one statement."""
    columns = ", ".join(f"{_count(_branches(actor), queue)} AS {queue.value}" for queue in Queue)
    row = await database.fetch_one(f"SELECT {columns}", _values(columns, actor, now))
    assert row is not None
    return {queue: row[queue.value] for queue in Queue}


def _count(branches: list[_Branch], queue: Queue) -> str:
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
    limit: int = 50,
) -> tuple[list[Case], str | None]:  # fmt: skip
    """One page of a queue in the order of the due times (answered cases: newest first), and the cursor of the next page.

    Without a queue: everything of this person's that `found` names, newest receipt first. Raises BadCursor."""
    key, order, after = _order(queue)
    values: dict[str, Any] = {}
    conditions = [*_matching(found, values), *_after(cursor, after, values)]
    selects = [
        f"(SELECT {cases.COLUMNS} FROM cases WHERE {' AND '.join([scope, meaning, *conditions])}"
        f" ORDER BY {order} LIMIT {limit + 1})"
        for scope, queues in _branches(actor)
        if (meaning := queues[queue] if queue else _anything(actor, scope, found)) != "false"
    ]
    if not selects:
        return [], None
    query = f"SELECT {cases.COLUMNS} FROM ({' UNION ALL '.join(selects)}) AS cases ORDER BY {order} LIMIT {limit + 1}"
    rows = [cases.read(row) for row in await database.fetch_all(query, values | _values(query, actor, now))]
    return rows[:limit], _cursor(getattr(rows[limit - 1], key), rows[limit - 1].id) if len(rows) > limit else None


def _order(queue: Queue | None) -> tuple[str, str, str]:
    """The column of the order, ORDER BY, and what comes after a cursor."""
    if queue is None:
        return "received_at", "received_at DESC, id DESC", "(received_at, id) < (:key, :last)"
    if queue is Queue.REPLIED:
        return "answered_at", "answered_at DESC, id", "answered_at <= :key AND (answered_at < :key OR id > :last)"
    return "due_at", "due_at, id", "(due_at, id) > (:key, :last)"


def _anything(actor: Actor, scope: str, found: Search | None) -> str:
    """Words are looked for where a bureau's indexes lead; a number or a phone leads to its cases by itself."""
    if actor.role in BUREAU_ROLES and "assignments" not in scope and (found is None or found.terms):
        return f"(bureau = :bureau AND {_AT_BUREAU} OR bureau = :bureau AND status IN ('replied','closed'))"
    return "true"


def _matching(found: Search | None, values: dict[str, Any]) -> list[str]:
    if found is None:
        return []
    if found.number:
        values["number"] = found.number
        return ["number = :number"]
    if found.phone_hash:
        values["phone"] = found.phone_hash
        return ["id IN (SELECT case_id FROM contacts WHERE phone_hash = :phone)"]
    values |= {f"term{i}": f"%{_escaped(term)}%" for i, term in enumerate(found.terms)}
    return [f"(title ILIKE :{term} OR address ILIKE :{term} OR body ILIKE :{term})" for term in values]


def _escaped(term: str) -> str:
    return re.sub(r"([\\%_])", r"\\\1", term)


def _values(query: str, actor: Actor, now: datetime) -> dict[str, Any]:
    return {name: value for name, value in (("bureau", actor.bureau), ("now", now)) if f":{name}" in query}


def _cursor(key: datetime, identity: int) -> str:
    return base64.urlsafe_b64encode(json.dumps([key.isoformat(), identity]).encode()).decode().rstrip("=")


def _after(cursor: str, condition: str, values: dict[str, Any]) -> list[str]:
    if not cursor:
        return []
    try:
        key, last = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
        values["key"], values["last"] = datetime.fromisoformat(key), last
    except (ValueError, TypeError, RecursionError, binascii.Error, UnicodeDecodeError):
        raise BadCursor from None
    moment = values["key"]
    if type(last) is not int or not 0 <= last < 2**63 or moment.tzinfo is None or not 1900 < moment.year < 2200:
        raise BadCursor
    return [condition]
