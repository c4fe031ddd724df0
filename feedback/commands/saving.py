"""backup and restore: the whole database in one file, and back."""

import asyncio
from argparse import Namespace
from pathlib import Path
from typing import Any

from feedback.commands import reaching
from feedback.settings import Settings
from feedback.store import backups
from feedback.store.vault import WrongKey


def add(commands: Any) -> None:
    """The commands of this file."""
    for name, run, what in (
        ("backup", backup, "把整个数据库备份到一个文件"),
        ("restore", restore, "用备份替换整个数据库"),
    ):
        parser = commands.add_parser(name, help=what)
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.set_defaults(run=run)


def backup(settings: Settings, asked: Namespace) -> int:
    """Writes the backup; the city may be served meanwhile."""
    with reaching.reached(settings) as own:
        try:
            backups.save(own.url, asked.file)
        except backups.BadBackup as error:
            raise reaching.Failed(f"备份没有成功：{error}") from error
    reaching.say(f"已备份到 {asked.file}（{asked.file.stat().st_size / 1e6:.1f} MB）。密钥不在其中，请另外保存。")
    return 0


def restore(settings: Settings, asked: Namespace) -> int:
    """Replaces everything by the backup, then brings tables of an older version up to date."""
    with reaching.reached(settings) as own:
        try:
            backups.restore(own.url, asked.file)
        except backups.BadBackup as error:
            raise reaching.Failed(f"恢复没有成功，数据库保持原样：{error}") from error
        reaching.say(f"已从 {asked.file} 恢复。请用 minsheng verify 验证记录。")
        try:
            asyncio.run(reaching.prepare(own))
        except WrongKey:
            reaching.say(f"但是这里没有原来的密钥：请把它放到 {settings.var}/key，或设置 MINSHENG_KEY，然后再启动。")
    return 0
