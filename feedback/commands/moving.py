"""import and export: cases in and out of the city as files."""

import asyncio
import shutil
import sys
import tempfile
from argparse import Namespace
from datetime import date
from pathlib import Path
from typing import Any

from tqdm import tqdm

from feedback import clock
from feedback.commands import learning, reaching
from feedback.settings import Settings

FORMATS = ("csv", "xlsx", "jsonl")


def add(commands: Any) -> None:
    """The commands of this file."""
    incoming = commands.add_parser("import", help="导入历史信件").add_subparsers(required=True)
    cases = incoming.add_parser("cases", help="带日期和答复的历史信件（CSV）")
    cases.add_argument("file", type=Path, metavar="FILE.csv")
    cases.add_argument("--map", action="append", default=[], metavar="COLUMN=FIELD", help="文件的列名=民声的字段名，可写多次")
    cases.add_argument("--city-defaults", action="store_true", help="先补齐 data/ 里的城市数据")
    cases.set_defaults(run=import_cases)
    outgoing = commands.add_parser("export", help="导出诉求").add_subparsers(required=True)
    cases = outgoing.add_parser("cases", help="一段时间内收到的诉求，不含联系方式")
    cases.add_argument("--from", dest="first", required=True, type=date.fromisoformat, metavar="D", help="第一天，如 2026-11-01")
    cases.add_argument("--to", dest="last", required=True, type=date.fromisoformat, metavar="D", help="最后一天（含）")
    cases.add_argument("--format", choices=FORMATS, required=True)
    cases.add_argument("--out", type=Path, metavar="FILE", help="写入文件（默认写到标准输出）")
    cases.set_defaults(run=export_cases)


def import_cases(settings: Settings, asked: Namespace) -> int:
    """Brings the messages of the file in; refused rows are told, and written beside the database."""
    from feedback.actions import tables
    from feedback.rules import history

    mapping = _mapping(asked.map)
    try:
        rows = tables.read_csv(asked.file, mapping)
    except (tables.Unreadable, history.WrongColumns) as error:
        raise reaching.Failed(f"{asked.file}：{error}") from error
    with reaching.reached(settings) as own:
        report = asyncio.run(_import(own, rows, city_defaults=asked.city_defaults))
    reaching.say(f"导入 {report.added} 件，以前已导入 {report.already} 件，拒绝 {len(report.refused)} 行。")
    if report.refused:
        _tell_refused(report, settings.var / "refused.csv")
    return 0


def _mapping(given: list[str]) -> dict[str, str]:
    pairs = [pair.rpartition("=") for pair in given]
    if bad := next((pair for pair, (column, _, field) in zip(given, pairs, strict=True) if not column or not field), ""):
        raise reaching.Wrong(f"--map 应写成 列名=字段名，而不是 {bad!r}。")
    return {column.strip(): field.strip() for column, _, field in pairs}


async def _import(own: Settings, rows: Any, *, city_defaults: bool) -> Any:
    from feedback import app
    from feedback.actions import importing

    await reaching.make_ready(own, city_defaults=city_defaults)
    learning.teach_if_needed(own)
    async with app.opened(own) as hall:
        with tqdm(total=len(rows), desc="导入", unit=" 行", ncols=72) as bar:
            return await importing.cases(
                hall, rows, now=clock.now(), progress=lambda done, of: bar.update(done - bar.n)
            )


def _tell_refused(report: Any, path: Path) -> None:
    for each in report.refused[:10]:
        reaching.say(f"  第 {each.line} 行 {each.id}：{each.reason}")
    report.write_refused(path)
    reaching.say(f"拒绝的行和原因都在 {path}")


def export_cases(settings: Settings, asked: Namespace) -> int:
    """Writes the cases received from the first to the last day, Shanghai dates, both included."""
    if asked.last < asked.first:
        raise reaching.Wrong("--to 不能早于 --from。")
    if asked.format == "xlsx" and not asked.out and sys.stdout.isatty():
        raise reaching.Wrong("xlsx 不是文字，请加 --out 文件名，或重定向到文件。")
    if asked.out:
        reaching.say(f"{asked.out}：{_export(settings, asked, asked.out)} 件诉求。")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        # A workbook is written back and forth, which standard output does not allow.
        path = Path(folder) / "cases"
        _export(settings, asked, path)
        with path.open("rb") as file:
            shutil.copyfileobj(file, sys.stdout.buffer)
    sys.stdout.flush()
    return 0


def _export(settings: Settings, asked: Namespace, path: Path) -> int:
    with reaching.reached(settings) as own:
        return asyncio.run(_write(own, asked, path))


async def _write(own: Settings, asked: Namespace, path: Path) -> int:
    from feedback.actions import exporting
    from feedback.rules.figure import Period

    period, kind = Period(asked.first, asked.last), exporting.Format(asked.format)
    async with reaching.hall(own) as hall:
        with tqdm(desc="导出", unit=" 件", leave=False, ncols=72, disable=None) as bar:
            return await exporting.cases(hall, path, period=period, format=kind, progress=lambda n: bar.update(n - bar.n))
