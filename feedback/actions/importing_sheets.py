"""The spreadsheet of another hotline becomes cases: answered rows as history, the others as live cases routed as usual.

Idempotent by the id the other system gave; nobody is notified of a live case unless that was chosen."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import asyncpg

from feedback.actions import importing, intake
from feedback.actions.hall import Hall
from feedback.actions.importing import Refusal, Report
from feedback.actions.tables import Row
from feedback.rules import history, hotline
from feedback.rules.history import Refused
from feedback.store import importing as kept

BATCH = 200
Progress = Callable[[int, int], Awaitable[None]]


@dataclass(slots=True)
class Outcome:
    """What became of the rows."""

    live: int = 0
    historical: int = 0
    already: int = 0
    refused: list[Refusal] = field(default_factory=list)

    def words(self) -> str:
        """For the page."""
        told = [f"在办 {self.live} 件", f"历史 {self.historical} 件", f"以前已导入 {self.already} 件", f"没有导入 {len(self.refused)} 行"]
        return "，".join(told) + "。"


async def cases(
    hall: Hall, rows: Sequence[Row], *, notify: bool, now: datetime, progress: Progress | None = None
) -> Outcome:  # fmt: skip
    """Every row becomes a case, or a refusal with its reason."""
    outcome, seen = Outcome(), dict[str, int]()
    for first in range(0, len(rows), BATCH):
        batch = [row for row in rows[first : first + BATCH] if _once(row, seen, outcome)]
        await _historical(hall, [row for row in batch if hotline.answered(row.fields)], outcome, now)
        await _live(hall, [row for row in batch if not hotline.answered(row.fields)], outcome, notify=notify, now=now)
        if progress:
            await progress(min(first + BATCH, len(rows)), len(rows))
    outcome.refused.sort(key=lambda refusal: refusal.line)
    return outcome


def _once(row: Row, seen: dict[str, int], outcome: Outcome) -> bool:
    identity = row.fields.get("id", "").strip()
    first = seen.setdefault(identity, row.line) if identity else row.line
    if first != row.line:
        outcome.refused.append(Refusal(row.line, identity[:100], f"编号与第 {first} 行重复"))
    return first == row.line


async def _historical(hall: Hall, rows: Sequence[Row], outcome: Outcome, now: datetime) -> None:
    report: Report = await importing.cases(hall, rows, now=now)
    outcome.historical += report.added
    outcome.already += report.already
    outcome.refused += report.refused


async def _live(hall: Hall, rows: Sequence[Row], outcome: Outcome, *, notify: bool, now: datetime) -> None:
    async with hall.database.transaction():
        known = await kept.known(hall.database, [row.fields.get("id", "").strip() for row in rows])
    fresh = [row for row in rows if row.fields.get("id", "").strip() not in known]
    outcome.already += len(rows) - len(fresh)
    # At once: letters of one moment are understood and written together.
    ended = await asyncio.gather(
        *(_submit(hall, row, outcome, notify=notify, now=now) for row in fresh), return_exceptions=True
    )
    for fault in ended:
        if fault:
            raise fault


async def _submit(hall: Hall, row: Row, outcome: Outcome, *, notify: bool, now: datetime) -> None:
    try:
        letter, received = _letter(hall, row, notify=notify, now=now)
        await intake.submit(hall, letter, now=received, also=lambda receipt: ())
        outcome.live += 1
    except Refused as refused:
        outcome.refused.append(Refusal(row.line, row.fields.get("id", "")[:100], str(refused)))
    except asyncpg.UniqueViolationError:
        outcome.already += 1  # another import was faster


def _letter(hall: Hall, row: Row, *, notify: bool, now: datetime) -> tuple[intake.Letter, datetime]:
    told = hotline.incoming(row.fields, now=now)
    district = {name: code for code, name in hall.city.districts.items()} | {code: code for code in hall.city.districts}
    if told.district and told.district not in district:
        raise Refused(f"没有这个{history.NAMES['district']}：{told.district}")
    bureau, category, remark = who_had_it(hall, told)
    letter = intake.Letter(
        told.body, bureau=bureau, category=category, remark=remark, ask=bool(told.bureau) and bureau is None, title=told.title, kind=told.kind, address=told.address, district=district.get(told.district),
        name=told.name, phone=told.phone, source="hotline", source_id=told.id, quiet=not notify,
        handed_at=now,
    )  # fmt: skip
    return letter, told.received_at


def who_had_it(hall: Hall, told: hotline.Incoming) -> tuple[str | None, str | None, str]:
    """Bureau and category as the table says, by code or name, in today's codes; and what a dispatcher should know of the others.

    A bureau that is none of ours leaves the case to the dispatcher, with a remark."""
    city, past = hall.city, hall.city.succession
    matters = {one.name: code for code, one in city.categories.items()} | {code: code for code in city.categories}
    bureaus = {name: one.code for one in city.bureaus.values() for name in (one.name, one.short, one.code)}
    category, bureau = matters.get(told.category), bureaus.get(told.bureau)
    category = past.category(category, text=told.body) if category else None
    bureau = past.bureau(bureau, category=category) if bureau else None
    remarks = []
    if told.category and category is None:
        remarks.append(f"原系统的事项：{told.category}，这里没有。")
    if told.bureau and not (bureau and city.serves(bureau)):
        remarks.append(f"原系统的承办单位：{told.bureau}，这里没有，请派单。")
        bureau = None
    elif bureau:
        remarks.append(f"原系统已交给{told.bureau}。")
    return bureau, category, "".join(remarks)


@dataclass(frozen=True, slots=True)
class Preview:
    """One of the first rows as it would become a case, or why it would not."""

    line: int
    id: str
    text: str
    answered: bool
    reason: str = ""
    understood: Any = None
    bureau: str | None = None


def preview(hall: Hall, rows: Sequence[Row], *, now: datetime) -> list[Preview]:
    """The rows as they would become cases, judged as the import judges them; nothing is written."""
    check = importing.Check(hall.city, now)
    return [_preview(hall, row, check, now) for row in rows]


def _preview(hall: Hall, row: Row, check: importing.Check, now: datetime) -> Preview:
    text, answered = row.fields.get("body", "")[:120], hotline.answered(row.fields)
    shown = (row.line, row.fields.get("id", "")[:100], text, answered)
    try:
        told: Any = check(row) if answered else _letter(hall, row, notify=False, now=now)[0]
    except Refused as refused:
        return Preview(*shown, reason=str(refused))
    bureau = None if answered else told.bureau
    understood = hall.understand(told.title, told.body, district=told.district or None, address=told.address)
    return Preview(*shown, understood=understood, bureau=bureau if understood.category else None)
