"""verify: proves that nothing in the history was changed."""

import asyncio
import hashlib
from argparse import Namespace
from pathlib import Path
from typing import Any

from tqdm import tqdm

from feedback.commands import reaching
from feedback.settings import Settings


def add(commands: Any) -> None:
    """The command of this file."""
    parser = commands.add_parser("verify", help="验证每件诉求的记录链和每秒的封印")
    parser.add_argument("--open-data", type=Path, metavar="DIR", help="同时核对开放数据目录里的 SHA256SUMS")
    parser.set_defaults(run=verify)


def verify(settings: Settings, asked: Namespace) -> int:
    """0 when everything fits together; otherwise 1 and the first broken link."""
    if asked.open_data:
        reaching.say(f"开放数据：{_check_files(asked.open_data)} 个文件与 SHA256SUMS 一致。")
    with reaching.reached(settings) as own:
        proof = asyncio.run(_prove(own))
    reaching.say(
        f"记录完好：{proof.cases} 件诉求的 {proof.events} 条记录首尾相接，{proof.seals} 个封印全部相符。\n"
        f"最新封印：{proof.head}"
    )
    return 0


async def _prove(own: Settings) -> Any:
    from feedback.actions import sealing

    async with reaching.pool(own) as pool:
        with tqdm(desc="验证诉求", unit=" 件", leave=False, ncols=72, disable=None) as bar:
            try:
                return await sealing.prove(pool, progress=bar.update)
            except sealing.Broken as error:
                raise reaching.Failed(f"记录不完好：{error}。") from error


def _check_files(folder: Path) -> int:
    """How many files the list names; each has the sum it states. Raises Failed for the first that has not."""
    lines = (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    for line in lines:
        stated, _, name = line.partition("  ")
        path = folder / name.lstrip("*")
        if not path.is_file():
            raise reaching.Failed(f"开放数据不完好：缺少文件 {name}。")
        if hashlib.sha256(path.read_bytes()).hexdigest() != stated:
            raise reaching.Failed(f"开放数据不完好：{name} 与 SHA256SUMS 不一致。")
    return len(lines)
