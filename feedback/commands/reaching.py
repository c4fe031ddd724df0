"""How a command gets at the database: the one in the settings, or the embedded one of its folder, served or not."""

import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace

from databases import Database

from feedback.actions.hall import Hall
from feedback.settings import Settings
from feedback.store import city, database, keys, server, vitals


class Failed(Exception):
    """What was asked cannot be done; the message is one plain sentence."""


class Wrong(Failed):
    """The command was asked for something that makes no sense: exit code 2, as for wrong options."""


def say(text: str) -> None:
    """One line for whoever typed the command, on stderr: stdout belongs to results."""
    sys.stderr.write(f"{text}\n")


@contextmanager
def reached(settings: Settings) -> Iterator[Settings]:
    """The settings with the address of a database that is up as long as the context lasts. Raises ServerError."""
    if settings.url:
        yield settings
    else:
        with server.running(settings.var) as url:
            yield replace(settings, socket_url=url)


@asynccontextmanager
async def pool(settings: Settings) -> AsyncIterator[Database]:
    """A small pool on a migrated database. Raises Failed when it is not migrated."""
    async with database.connect(settings.url, pool=min(3, settings.pool)) as opened:
        if not await vitals.migrated(opened):
            raise Failed("数据库还没有建好表，请先运行 minsheng migrate。")
        yield opened


@asynccontextmanager
async def hall(settings: Settings) -> AsyncIterator[Hall]:
    """The city hall on a migrated database. Raises Failed when it is not migrated."""
    from feedback import app

    async with pool(settings), app.opened(settings) as opened:
        yield opened


async def prepare(settings: Settings) -> list[str]:
    """Migrations and the city's tables, both only where something is missing; returns the migrations applied.

    Raises WrongKey when this machine cannot open what is sealed in the database."""
    applied = await database.migrate(settings.url)
    async with database.connect(settings.url, pool=1) as opened:
        await city.load_csv(opened, settings.city)
        await keys.fitting_vault(opened, settings)
    return applied


async def make_ready(settings: Settings, *, city_defaults: bool) -> None:
    """`prepare`, if that is wanted or the database is still empty."""
    async with database.connect(settings.url, pool=1) as opened:
        ready = await vitals.migrated(opened)
    if city_defaults or not ready:
        await prepare(settings)
