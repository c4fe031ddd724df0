"""What leaves the house in a file: the cases of the period, no contacts, nothing that points at a protected person."""

import csv
import json
from datetime import date, datetime

import openpyxl
import pytest

from feedback.actions import exporting, intake
from feedback.actions.exporting import Format
from feedback.rules.figure import Period
from feedback.store import exporting as stored
from tests import people
from tests.actions.test_story import submitted
from tests.conftest import at

pytestmark = pytest.mark.anyio

WEEK = Period(date(2026, 11, 23), date(2026, 11, 29))


@pytest.fixture
async def full(hall):
    """A noisy site, a formula for a title, a report against an official, and one case outside the week."""
    await submitted(hall)
    letter = intake.Letter(
        "路灯不亮，\n请打 13977200001", title="=HYPERLINK(1)", name="林小", phone=people.XIAO_LIN_PHONE
    )
    await intake.submit(hall, letter, now=at("2026-11-29 23:59:59"))
    await intake.submit(hall, intake.Letter("某局长受贿", title="举报", address="市政府"), now=at("2026-11-24 09:00"))
    await intake.submit(hall, intake.Letter("下周的事"), now=at("2026-11-30 00:00"))
    hall.redact = lambda text: text.replace(people.XIAO_LIN_PHONE, "【电话】")
    return hall


async def export(hall, path, format):
    assert await exporting.cases(hall, path, period=WEEK, format=format) == 3
    return path


async def test_csv(full, tmp_path):
    path = await export(full, tmp_path / "out.csv", Format.CSV)
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == stored.COLUMNS
    noise, secret, formula = rows
    assert (noise["category"], noise["bureau"], noise["district"]) == ("C01", "STHJ", "D_YF")
    assert noise["received_at"] == "2026-11-23T09:00:00+08:00" and noise["bureau_name"]
    assert formula["title"] == "'=HYPERLINK(1)" and formula["body"] == "路灯不亮，\n请打 【电话】"
    assert secret["protected"] == "1" and secret["kind"] == "report"
    for name in ("title", "body", "address", "answer", "category", "category_name", "district", "bureau"):
        assert secret[name] == ""


@pytest.mark.parametrize("format", Format)
async def test_no_contact_data_in_any_format(full, tmp_path, format):
    path = await export(full, tmp_path / f"out.{format}", format)
    text = path.read_bytes()
    if format is Format.XLSX:
        sheet = openpyxl.load_workbook(path).active
        text = "\n".join(str(cell) for row in sheet.iter_rows(values_only=True) for cell in row).encode()
    for secret in (people.XIAO_LIN_PHONE, "林小", "受贿", "市政府"):
        assert secret.encode() not in text
    assert "路灯不亮".encode() in text


async def test_workbook_cells_are_dates_and_texts_never_formulas(full, tmp_path):
    sheet = openpyxl.load_workbook(await export(full, tmp_path / "out.xlsx", Format.XLSX)).active
    header, first, _, formula = sheet.iter_rows()
    place = {cell.value: number for number, cell in enumerate(header)}
    assert first[place["received_at"]].value == datetime.fromisoformat("2026-11-23 09:00")
    assert formula[place["title"]].value == "'=HYPERLINK(1)" and formula[place["title"]].data_type == "s"


async def test_json_lines_keep_types(full, tmp_path):
    path = await export(full, tmp_path / "out.jsonl", Format.JSONL)
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert rows[0]["historical"] is False and rows[0]["round"] == 1 and rows[0]["answered_at"] is None
    assert rows[2]["title"] == "=HYPERLINK(1)"  # a program reads it: nothing to escape


async def test_more_than_a_batch_comes_once_and_in_order(full, monkeypatch):
    monkeypatch.setattr(stored, "BATCH", 2)
    numbers = [row["number"] async for row in stored.rows(full.database, WEEK)]
    assert len(numbers) == len(set(numbers)) == 3
    assert numbers == sorted(numbers)


async def test_an_empty_period_is_a_file_with_a_header(full, tmp_path):
    period = Period(date(2020, 1, 1), date(2020, 1, 1))
    assert await exporting.cases(full, tmp_path / "none.csv", period=period, format=Format.CSV) == 0
    assert (tmp_path / "none.csv").read_text(encoding="utf-8-sig").strip() == ",".join(stored.COLUMNS)
