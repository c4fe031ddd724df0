"""Reads somebody else's table: a CSV file in UTF-8 or GB18030, its columns named by a mapping; writes one that others can open."""

import codecs
import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from feedback.rules import history

_LARGEST_CELL = 1 << 24
"""Characters. An unclosed quote swallows the rest of a file: such a cell is refused, the file is not."""


class Unreadable(Exception):
    """The file is no CSV table in UTF-8 or GB18030. The message says so in Chinese."""


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of one record by field name, and its line as a spreadsheet counts records: the header is line 1."""

    line: int
    fields: Mapping[str, str]


def read_csv(path: Path, mapping: Mapping[str, str] | None = None) -> list[Row]:
    """The records of a CSV file with the columns `history.FIELDS`; `mapping` is column → field.

    Raises Unreadable, history.WrongColumns, and OSError for a file that cannot be opened."""
    csv.field_size_limit(_LARGEST_CELL)
    reader = csv.reader(io.StringIO(decoded(path.read_bytes()), newline=""))
    try:
        records = [(line, cells) for line, cells in enumerate(reader, 1) if any(cells)]
    except csv.Error as error:
        raise Unreadable(f"第 {reader.line_num} 行附近不是有效的 CSV：{error}") from None
    if not records:
        raise Unreadable("文件是空的")
    header = [cell.strip() for cell in records[0][1]]
    found = history.columns(header, mapping or {})
    places = {field: header.index(column) for field, column in found.items()}
    return [Row(line, _fields(cells, places)) for line, cells in records[1:]]


def _fields(cells: Sequence[str], places: Mapping[str, int]) -> dict[str, str]:
    return {field: cells[place] if place < len(cells) else "" for field, place in places.items()}


def decoded(content: bytes) -> str:
    """UTF-8 if it is that, else GB18030, what Chinese spreadsheets write."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise Unreadable("文件是 UTF-16 编码，请另存为“CSV UTF-8”")
    if content.startswith(b"PK\x03\x04"):
        raise Unreadable("这是 Excel 工作簿，请先另存为“CSV UTF-8”")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unreadable("文件既不是 UTF-8 也不是 GB18030 编码，请另存为“CSV UTF-8”")


def as_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """A CSV file that spreadsheets open with the right characters and without running formulas."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows([safe(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def safe(cell: object) -> object:
    """The cell; a text that a spreadsheet would take for a formula gets a leading apostrophe."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
