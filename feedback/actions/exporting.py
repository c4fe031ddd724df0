"""Writes the cases of a period to a file for the city's own analysis: CSV, an Excel workbook, or JSON lines.

No contacts; personal data is taken out of what people wrote; nothing of a protected case but kind, status and times."""

import csv
import json
import re
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

import openpyxl

from feedback.actions import tables
from feedback.actions.hall import Hall
from feedback.rules import deadline
from feedback.rules.figure import Period
from feedback.store import exporting

_XLSX_CELL = 32_767
"""Characters a cell of a workbook may hold; longer texts are cut there."""
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""One of these in one letter, and no program opens the whole workbook."""


class Format(StrEnum):
    """What kind of file."""

    CSV = "csv"
    XLSX = "xlsx"
    JSONL = "jsonl"


class _Writer(Protocol):
    def add(self, row: dict[str, Any]) -> None: ...
    def close(self) -> None: ...


async def cases(
    hall: Hall, path: Path, *, period: Period, format: Format, progress: Callable[[int], None] | None = None
) -> int:
    """Writes the cases received in the period to `path`; returns how many. Raises OSError when it cannot be written."""
    written = 0
    writer = _WRITERS[format](path)
    try:
        async for row in _rows(hall, period):
            writer.add(row)
            written += 1
            if progress:
                progress(written)
    finally:
        writer.close()
    return written


async def _rows(hall: Hall, period: Period) -> AsyncIterator[dict[str, Any]]:
    async for row in exporting.rows(hall.database, period):
        for name in exporting.TEXTS:
            row[name] = hall.redact(row[name]) if row[name] else row[name]
        yield {name: local(value) for name, value in row.items()}


def local(value: Any) -> Any:
    """A time on the city's wall clock, in whole seconds."""
    return value.astimezone(deadline.CITY_TIME).replace(microsecond=0) if isinstance(value, datetime) else value


class _Csv:
    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8-sig", newline="")
        self._writer = csv.writer(self._file)
        self._writer.writerow(exporting.COLUMNS)

    def add(self, row: dict[str, Any]) -> None:
        self._writer.writerow([_plain(value) for value in row.values()])

    def close(self) -> None:
        self._file.close()


class _Jsonl:
    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8")

    def add(self, row: dict[str, Any]) -> None:
        self._file.write(json.dumps(row, ensure_ascii=False, default=datetime.isoformat) + "\n")

    def close(self) -> None:
        self._file.close()


class _Xlsx:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._book = openpyxl.Workbook(write_only=True)
        self._sheet = self._book.create_sheet("诉求")
        self._sheet.freeze_panes = "A2"
        self._sheet.append(exporting.COLUMNS)

    def add(self, row: dict[str, Any]) -> None:
        self._sheet.append([cell(value) for value in row.values()])

    def close(self) -> None:
        self._book.save(self._path)


_WRITERS: dict[Format, Callable[[Path], _Writer]] = {Format.CSV: _Csv, Format.XLSX: _Xlsx, Format.JSONL: _Jsonl}


def _plain(value: Any) -> Any:
    if isinstance(value, bool):
        return int(value)
    return value.isoformat() if isinstance(value, datetime) else tables.safe(value)


def cell(value: Any) -> Any:
    """A value as a cell of a workbook, which knows neither zones nor control characters and must run no formula."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    return tables.safe(_NOT_IN_XML.sub("", value)[: _XLSX_CELL - 1]) if isinstance(value, str) else value
