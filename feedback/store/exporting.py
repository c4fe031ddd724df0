"""The cases of a period, row by row, for the city's own analysis: no contacts, no text of protected cases."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

from databases import Database

from feedback.rules.figure import Period

BATCH = 1000

COLUMNS = (
    "number", "status", "kind", "category", "category_name", "district", "district_name", "bureau", "bureau_name",
    "title", "body", "address", "answer", "source", "source_id", "historical", "protected", "urgent", "decision", "round",
    "received_at", "due_at", "first_response_at", "answered_at", "closed_at", "breached_at", "reminders", "solved",
    "satisfaction",
)  # fmt: skip
TEXTS = ("title", "body", "address", "answer")
"""What people wrote: it may hold personal data, so the caller takes that out."""


async def rows(database: Database, period: Period) -> AsyncIterator[dict[str, Any]]:
    """The cases received in the period in order of receipt, as `COLUMNS`, a batch in memory at a time.

    Of a protected case only kind, status and times: not what, where or whom it is about (SETTLED 4)."""
    after: tuple[datetime, int] = (period.begin, 0)
    while True:
        batch = await database.fetch_all(
            f"{_QUERY} LIMIT {BATCH}", {"end": period.end, "after_at": after[0], "after_id": after[1]}
        )
        for row in batch:
            yield {name: row[name] for name in COLUMNS}
        if len(batch) < BATCH:
            return
        after = batch[-1]["received_at"], batch[-1]["id"]


_OPEN_TO_ALL = {
    "category": "cases.category", "category_name": "categories.name", "district": "cases.district",
    "district_name": "districts.name", "bureau": "cases.bureau", "bureau_name": "bureaus.name", "title": "title",
    "body": "cases.body", "address": "address", "answer": "texts.body", "source_id": "source_id",
}  # fmt: skip
_SELECTED = ", ".join(
    f"CASE WHEN protected THEN NULL ELSE {_OPEN_TO_ALL[name]} END AS {name}"
    if name in _OPEN_TO_ALL
    else f"cases.{name}"
    for name in COLUMNS
)
_QUERY = f"""SELECT cases.id, {_SELECTED} FROM cases
    LEFT JOIN categories ON categories.code = cases.category
    LEFT JOIN districts ON districts.code = cases.district
    LEFT JOIN bureaus ON bureaus.code = cases.bureau
    LEFT JOIN texts ON texts.case_id = cases.id AND texts.seq = cases.answer_seq AND texts.field = 'answer'
    WHERE received_at < :end AND (received_at, cases.id) > (:after_at, :after_id)
    ORDER BY received_at, cases.id"""
