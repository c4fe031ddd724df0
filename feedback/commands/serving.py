"""serve, work, migrate, demo: the commands that keep the house open."""

import asyncio
from argparse import ArgumentParser, Namespace
from dataclasses import replace
from typing import Any

from feedback.commands import learning, reaching
from feedback.settings import Settings


def add(commands: Any) -> None:
    """The commands of this file."""
    serve = _listening(commands.add_parser("serve", help="提供网站服务"))
    serve.add_argument("--workers", type=int, default=2, metavar="N", help="网页进程数（默认 2）")
    serve.add_argument("--no-worker", action="store_true", help="不带后台进程（另用 minsheng work 运行）")
    serve.set_defaults(run=serve_city)
    show = _listening(commands.add_parser("demo", help="准备演示城市并提供服务（make run）"))
    show.set_defaults(run=serve_demo)
    commands.add_parser("work", help="只运行后台进程").set_defaults(run=work)
    commands.add_parser("migrate", help="建立或更新数据库表，补齐城市数据").set_defaults(run=migrate)


def _listening(parser: ArgumentParser) -> ArgumentParser:
    parser.add_argument("--host", default="127.0.0.1", metavar="H", help="监听地址（默认 127.0.0.1）")
    parser.add_argument("--port", type=int, default=8000, metavar="P", help="端口（默认 8000）")
    return parser


def serve_city(settings: Settings, asked: Namespace) -> int:
    """Serves the city as it is, its tables brought up to date first."""
    from feedback import serving

    if not 1 <= asked.workers <= 32:
        raise reaching.Failed("网页进程数应为 1 到 32。")

    def prepare(url: str) -> None:
        asyncio.run(reaching.prepare(_at(settings, url)))

    return serving.serve(
        settings, host=asked.host, port=asked.port, workers=asked.workers, with_worker=not asked.no_worker,
        prepare=prepare,
    )  # fmt: skip


def serve_demo(settings: Settings, asked: Namespace) -> int:
    """Serves the default city; with MINSHENG_DEMO=1 also accounts and cases to look at, made on the first start."""
    from feedback import demo, serving

    def prepare(url: str) -> None:
        own = _at(settings, url)
        asyncio.run(reaching.prepare(own))
        learning.teach_if_needed(own, fresh=True)
        if own.demo:
            asyncio.run(demo.furnish(own))
            demo.show_accounts(own)

    return serving.serve(settings, host=asked.host, port=asked.port, workers=2, with_worker=True, prepare=prepare)


def _at(settings: Settings, url: str) -> Settings:
    return settings if settings.database_url else replace(settings, socket_url=url)


def work(settings: Settings, asked: Namespace) -> int:
    """Runs the background jobs until SIGTERM."""
    from feedback import worker

    with reaching.reached(settings) as own:
        asyncio.run(worker.run(own))
    return 0


def migrate(settings: Settings, asked: Namespace) -> int:
    """Brings tables and city data up to date."""
    with reaching.reached(settings) as own:
        applied = asyncio.run(reaching.prepare(own))
    reaching.say(f"已执行：{'、'.join(applied)}" if applied else "数据库已是最新，无需更改。")
    return 0
