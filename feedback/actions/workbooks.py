"""A list as an Excel workbook that runs no formulas; built a row at a time, so that a long list needs little memory."""

import io
from collections.abc import Sequence
from typing import Any

import openpyxl

from feedback.actions import exporting

MOST = 100_000
"""Rows of a workbook we make or read: more is no list but a database."""


class Workbook:
    """One sheet that is filled row by row."""

    def __init__(self, name: str, header: Sequence[str]) -> None:
        self._book = openpyxl.Workbook(write_only=True)
        self._sheet = self._book.create_sheet(name[:30])
        self._sheet.freeze_panes = "A2"
        self._sheet.append(list(header))
        self.lines = 0

    def add(self, rows: Sequence[Sequence[Any]]) -> None:
        """Appends rows; texts that a spreadsheet would take for formulas are defused."""
        for row in rows:
            self._sheet.append([exporting.cell(exporting.local(value)) for value in row])
        self.lines += len(rows)

    def content(self) -> bytes:
        """The file; nothing can be added any more."""
        file = io.BytesIO()
        self._book.save(file)
        return file.getvalue()
