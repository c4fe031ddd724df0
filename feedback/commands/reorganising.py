"""reorganise: merges, splits and renames of bureaus and categories from a file, as the page /admin/reorganise does them."""

import asyncio
import csv
from argparse import Namespace
from pathlib import Path
from typing import Any

from feedback import clock
from feedback.commands import reaching
from feedback.rules.permission import Actor, Role
from feedback.settings import Settings
from feedback.store import people


def add(commands: Any) -> None:
    """The command of this file."""
    parser = commands.add_parser("reorganise", help="按文件安排单位和事项的合并、拆分、更名")
    parser.add_argument("file", type=Path, metavar="FILE.csv")
    parser.add_argument("--dry-run", action="store_true", help="只看会动什么，不安排")
    parser.add_argument("--by", metavar="USERNAME", help="以哪位系统管理员的名义（只有一位时可以不写）")
    parser.set_defaults(run=run)


def run(settings: Settings, asked: Namespace) -> int:
    """Shows what each change would move; without --dry-run all of them are planned, or none."""
    from feedback.web import reorganisation_file

    try:
        rows = _rows(asked.file)
        wanted = reorganisation_file.read(rows)
    except reorganisation_file.Unreadable as error:
        raise reaching.Failed(f"{asked.file}：{error}") from error
    if not wanted:
        raise reaching.Failed(f"{asked.file}：文件里一行也没有。")
    with reaching.reached(settings) as own:
        asyncio.run(_plan(own, asked, wanted))
    return 0


def _rows(path: Path) -> list[dict[str, str]]:
    from feedback.web import reorganisation_file

    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return [row for row in csv.DictReader(file, restval="") if any(row.values())]
    except (UnicodeDecodeError, csv.Error):
        raise reorganisation_file.Unreadable("不是 UTF-8 编码的 CSV 文件，请另存为“CSV UTF-8”。") from None


async def _plan(own: Settings, asked: Namespace, wanted: Any) -> None:
    async with reaching.hall(own) as hall:
        actor = await _administrator(hall.database, asked.by)
        # Written even for a preview, and taken back: later lines are judged beside those before them.
        async with hall.database.transaction(force_rollback=asked.dry_run):
            for one in wanted:
                await _plan_one(hall, actor, one)
    if asked.dry_run:
        return reaching.say(f"以上 {len(wanted)} 项只是预览，什么都没有改变。")
    reaching.say(f"已经安排 {len(wanted)} 项，到日子由后台自动生效；生效以前可以在 /admin/reorganise 取消。")


async def _plan_one(hall: Any, actor: Actor, one: Any) -> None:
    """Tells what it would move, and plans it. Raises Failed with the line of one that cannot be."""
    from feedback.actions import reorganising
    from feedback.web import errors, reorganisation, reorganisation_file

    try:
        made = await reorganisation.checked(hall, one.wanted)
    except errors.BadFields as bad:
        raise reaching.Failed(f"第 {one.line} 行：{reorganisation_file.said(bad.fields)}") from None
    for shown in await reorganisation.preview(hall, made):
        _tell(one.wanted, shown)
    await reorganising.plan(hall, actor, made, basis=one.wanted.basis, now=clock.now())


async def _administrator(database: Any, username: str | None) -> Actor:
    """In whose name. Raises Failed when that is not clear, or not for them to do."""
    able = [one for one in await people.everybody(database) if one.active and one.role is Role.SYSTEM_ADMIN]
    found = [one for one in able if username in (None, one.username)]
    if len(found) == 1:
        return Actor(found[0].role, found[0].id, None, found[0].name)
    names = "、".join(one.username for one in able) or "还没有，请先用 minsheng user add 新增一位"
    raise reaching.Failed(f"请用 --by 写明以哪位系统管理员的名义：{names}。")


def _tell(wanted: Any, shown: dict[str, Any]) -> None:
    reaching.say(f"{wanted.on} {shown['name']}（{shown['code']}）：在办 {shown['cases']} 件")
    for heir in shown["heirs"]:
        reaching.say(f"  → {'新设' if heir['new'] else ''}{heir['name']}（{heir['code']}）")
    reaching.say(f"  {shown['public']}")
