"""Historical messages of another system become closed cases: understood, never published, without notices or breaches.

What a row must hold is `rules/history`; reading the file is `tables`; the rows a case consists of are `chronicle`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from feedback.actions import chronicle, tables
from feedback.actions.hall import Hall
from feedback.actions.tables import Row
from feedback.rules import history
from feedback.rules.city import City
from feedback.rules.history import Message, Refused
from feedback.store import importing

BATCH = 200
"""Rows of one transaction: an import that is killed leaves whole batches, and goes on from there when run again."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that did not become a case: its line in the file (the header is line 1), its id, and why."""

    line: int
    id: str
    reason: str


@dataclass(slots=True)
class Report:
    """What an import did."""

    added: int = 0
    already: int = 0
    refused: list[Refusal] = field(default_factory=list)

    def write_refused(self, path: Path) -> None:
        """The refused rows as a CSV file."""
        rows = [(each.line, each.id, each.reason) for each in self.refused]
        path.write_bytes(tables.as_csv(("行号", "编号", "原因"), rows))


async def cases(hall: Hall, rows: Sequence[Row], *, now: datetime, progress: Progress | None = None) -> Report:
    """Adds the historical cases that are not there yet, by their source ids; `progress(done, of)` after each batch.

    Nothing else of the platform notices: no notice, no due time, no breach, no survey, nothing published."""
    report, check = Report(), Check(hall.city, now)
    for first in range(0, len(rows), BATCH):
        batch = rows[first : first + BATCH]
        await _add(hall, _accepted(check, batch, report), report, now=now)
        if progress:
            progress(first + len(batch), len(rows))
    report.refused.sort(key=lambda refusal: refusal.line)
    return report


def _accepted(check: "Check", rows: Sequence[Row], report: Report) -> dict[int, Message]:
    """The good messages by their lines; the others go to the report."""
    good: dict[int, Message] = {}
    for row in rows:
        try:
            good[row.line] = check(row)
        except Refused as refused:
            report.refused.append(Refusal(row.line, row.fields.get("id", "")[:100], str(refused)))
    return good


async def _add(hall: Hall, messages: Mapping[int, Message], report: Report, *, now: datetime) -> None:
    async with hall.database.transaction():
        known = await importing.known(hall.database, [message.id for message in messages.values()])
        new = [message for message in messages.values() if message.id not in known]
        if new:
            identities = await importing.reserve(hall.database, len(new))
            await importing.write(hall.database, chronicle.rows(hall, zip(identities, new, strict=True), now=now))
    report.added += len(new)
    for line, message in messages.items():
        if message.id not in known:
            continue
        if known[message.id] == message.received_at:
            report.already += 1
        else:
            reason = "这个编号已经属于另一件诉求（来信时间不同）"
            report.refused.append(Refusal(line, message.id, reason))


class Check:
    """One file's rows, each seen once: well-formed, of this city, with an id of its own. Raises Refused."""

    def __init__(self, city: City, now: datetime) -> None:
        self._now = now
        self._lines: dict[str, int] = {}
        self._codes: dict[str, dict[str, str]] = {
            "district": {name: code for code, name in city.districts.items()},
            "category": {each.name: each.code for each in city.categories.values()},
            "bureau": {name: each.code for each in city.bureaus.values() for name in (each.name, each.short)},
        }
        for codes in self._codes.values():
            codes |= {code: code for code in codes.values()}

    def __call__(self, row: Row) -> Message:
        message = history.message(row.fields, now=self._now)
        first = self._lines.setdefault(message.id, row.line)
        if first != row.line:
            raise Refused(f"编号与第 {first} 行重复")
        return replace(message, **{name: self._code(name, getattr(message, name)) for name in self._codes})

    def _code(self, name: str, given: str) -> Any:
        if given and given not in self._codes[name]:
            raise Refused(f"没有这个{history.NAMES[name]}：{given}")
        return self._codes[name].get(given, "")
