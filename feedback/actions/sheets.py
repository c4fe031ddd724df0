"""A spreadsheet that somebody uploaded, CSV or .xlsx, as a header and rows of text; bounded, so that no file can choke the worker."""

import asyncio
import csv
import io
import itertools
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import openpyxl

from feedback.actions import tables, workbooks
from feedback.actions.tables import Row, Unreadable

UNPACKED = 200 << 20
"""Bytes a workbook may have when it is unpacked: a small file can hold gigabytes of nothing."""
COLUMNS = 100
APART = 1 << 20
"""Bytes of a file from which on it is read by a process of its own."""
REFUSED = 3
_CELL = 40_000


@dataclass(frozen=True, slots=True)
class Sheet:
    """The column names and the records with their lines; the header is line 1."""

    header: tuple[str, ...]
    records: tuple[tuple[int, tuple[str, ...]], ...]

    def rows(self, mapping: dict[str, str]) -> list[Row]:
        """The records by field; `mapping` is column → field."""
        places = {field: self.header.index(column) for column, field in mapping.items()}
        return [
            Row(line, {field: cells[place] if place < len(cells) else "" for field, place in places.items()})
            for line, cells in self.records
        ]


    def as_csv(self) -> bytes:
        """The same sheet, every record in its line, as a file that is read many times faster than a workbook."""
        file, line = io.StringIO(), 1
        writer = csv.writer(file)
        writer.writerow(self.header)
        for place, cells in self.records:
            writer.writerows([()] * (place - line - 1))
            writer.writerow(cells)
            line = place
        return file.getvalue().encode()


def read(content: bytes, *, most: int = workbooks.MOST) -> Sheet:
    """The first sheet of a workbook, or a CSV table in UTF-8 or GB18030. Raises Unreadable; `most` rows are read, more are refused."""
    lines = _workbook(content) if content.startswith(b"PK\x03\x04") else _csv(content)
    filled = ((line, cells) for line, cells in lines if any(cells))
    try:
        found = list(itertools.islice(filled, most + 2))
    except (csv.Error, zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise Unreadable(f"文件读不出来：{error}") from None
    if not found:
        raise Unreadable("文件是空的")
    if len(found) > most + 1:
        raise Unreadable(f"文件超过 {most} 行，请分成几个文件导入")
    header = tuple(cell or f"第 {at} 列" for at, cell in enumerate(found[0][1], 1))
    if len(set(header)) != len(header):
        raise Unreadable(f"有两列都叫“{next(one for one in header if header.count(one) > 1)}”，请改成不同的名字")
    return Sheet(header, tuple(found[1:]))


async def table(content: bytes) -> bytes:
    """The sheet as CSV. A large workbook takes half a minute: it is read by a process of its own. Raises Unreadable."""
    if len(content) < APART:
        return (await asyncio.to_thread(read, content)).as_csv()
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "feedback.actions.sheets", stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    made, _ = await child.communicate(content)
    if child.returncode == REFUSED:
        raise Unreadable(made.decode())
    if child.returncode:
        raise Unreadable("文件太大或者内容不完整，请分成几个文件，或者另存为 CSV")
    return made


def _apart() -> int:
    """What the process does: a file comes in, the table goes out, or the sentence that says why not."""
    try:
        sys.stdout.buffer.write(read(sys.stdin.buffer.read()).as_csv())
    except Unreadable as fault:
        sys.stdout.buffer.write(str(fault).encode())
        return REFUSED
    return 0


def _csv(content: bytes) -> Iterator[tuple[int, tuple[str, ...]]]:
    reader = csv.reader(io.StringIO(tables.decoded(content), newline=""))
    return ((line, tuple(cell.strip() for cell in cells[:COLUMNS])) for line, cells in enumerate(reader, 1))


def _workbook(content: bytes) -> Iterator[tuple[int, tuple[str, ...]]]:
    try:
        unpacked = sum(one.file_size for one in zipfile.ZipFile(io.BytesIO(content)).infolist())
        if unpacked > UNPACKED:
            raise Unreadable("工作簿展开后太大，请分成几个文件，或者另存为 CSV")
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet: Any = book.worksheets[0]
    except Unreadable:
        raise
    except Exception as error:  # a broken workbook breaks openpyxl in many ways; each means the same to who uploaded it
        raise Unreadable(f"这个工作簿打不开：{type(error).__name__}") from error
    values = sheet.iter_rows(values_only=True, max_col=COLUMNS)
    return ((line, _trimmed([_text(cell) for cell in cells])) for line, cells in enumerate(values, 1))


def _trimmed(cells: Sequence[str]) -> tuple[str, ...]:
    """Without the empty cells at the end, which spreadsheets are full of."""
    last = max((at for at, cell in enumerate(cells, 1) if cell), default=0)
    return tuple(cells[:last])


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()[:_CELL]


if __name__ == "__main__":
    sys.exit(_apart())
