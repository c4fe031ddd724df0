"""backup and restore: the whole database and all photos and files in one file, and back."""

import asyncio
import sys
from argparse import Namespace
from datetime import timedelta
from pathlib import Path
from typing import Any

from feedback import clock
from feedback.commands import reaching
from feedback.settings import Settings
from feedback.store import backups, database, vitals
from feedback.store.vault import WrongKey

ALIVE = timedelta(minutes=1)
"""A city whose worker said something since then is running."""


def add(commands: Any) -> None:
    """The commands of this file."""
    for name, run, what in (
        ("backup", backup, "把整个数据库和所有照片、文件备份到一个文件"),
        ("restore", restore, "用备份替换整个数据库，照片和文件放回去"),
    ):
        parser = commands.add_parser(name, help=what)
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.set_defaults(run=run)
        if name == "restore":
            parser.add_argument("--yes", action="store_true", help="不再询问，替换现有的城市")


def backup(settings: Settings, asked: Namespace) -> int:
    """Writes the backup; the city may be served meanwhile."""
    with reaching.reached(settings) as own:
        try:
            number = backups.save(own.url, asked.file, files=own.var / "files")
        except backups.BadBackup as error:
            raise reaching.Failed(f"备份没有成功：{error}") from error
    size = asked.file.stat().st_size / 1e6
    reaching.say(f"已备份到 {asked.file}（{size:.1f} MB，其中照片和文件 {number} 个）。密钥不在其中，请另外保存。")
    return 0


def restore(settings: Settings, asked: Namespace) -> int:
    """Replaces everything by the backup, then brings tables of an older version up to date."""
    with asked.file.open("rb"):
        pass  # a missing file is said before anything is asked
    with reaching.reached(settings) as own:
        if not asked.yes:
            _demand(asyncio.run(_standing(own)))
        try:
            number = backups.restore(own.url, asked.file, files=own.var / "files")
        except backups.BadBackup as error:
            raise reaching.Failed(f"恢复没有成功，数据库保持原样：{error}") from error
        reaching.say(f"已从 {asked.file} 恢复，其中照片和文件 {number} 个。请用 minsheng verify 验证记录。")
        try:
            asyncio.run(reaching.prepare(own))
        except WrongKey:
            reaching.say(f"但是这里没有原来的密钥：请把它放到 {settings.var}/key，或设置 MINSHENG_KEY，然后再启动。")
    return 0


async def _standing(own: Settings) -> str:
    """What a restore would replace, in words; empty when there is no city yet."""
    async with database.connect(own.url, pool=1) as opened:
        if not await vitals.settled(opened):
            return ""
        beat = await vitals.last_beat(opened, "worker")
        number = await vitals.cases(opened)
    runs = beat is not None and clock.now() - beat < ALIVE
    return f"{'正在运行的' if runs else ''}城市，{number} 件诉求"


def _demand(standing: str) -> None:
    """Goes on only when somebody agrees. Raises Failed."""
    if not standing:
        return
    what = f"这里已有一个{standing}，恢复会用备份整个替换它"
    if not sys.stdin.isatty():
        raise reaching.Failed(f"{what}。确定要替换，请加 --yes；不放心请先 minsheng backup。")
    sys.stderr.write(f"{what}。输入“替换”继续：")
    sys.stderr.flush()
    if sys.stdin.readline().strip() != "替换":
        raise reaching.Failed("没有恢复，什么都没有改变。")
