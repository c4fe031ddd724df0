"""A real PostgreSQL for the whole run; for each test a database copied from one that is migrated and knows the city."""

import asyncio
import itertools
import os
import shutil
from collections.abc import AsyncIterator, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from feedback.actions import accounts
from feedback.actions.hall import Hall
from feedback.rules.deadline import CITY_TIME
from feedback.rules.permission import Actor
from feedback.rules.record import Decision, Kind, Understanding, not_understood
from feedback.store import city, database, server
from feedback.store.vault import Vault
from tests import people

DATA = Path(__file__).resolve().parent.parent / "data"
_count = itertools.count(1)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def template() -> Iterator[str]:
    """The address of a database `template_city`: migrated, with the default city and the staff of people.py."""
    with server.throwaway(_memory()) as url:
        address = sibling(url, "template_city")
        apart(_prepare(url, address))
        yield address


def _memory() -> Path | None:
    """A folder in memory with room for some hundred copies of the city, if there is one: each copy is then made in a twentieth of the
    time it takes on a busy disk."""
    memory = Path("/dev/shm")
    return memory if os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 4 << 30 else None


def apart(work: Coroutine[Any, Any, None]) -> None:
    """Runs it in a thread of its own: the browser's loop may already run in this one."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, work).result()


def sibling(url: str, name: str) -> str:
    head, _, query = url.partition("?")
    return f"{head.rpartition('/')[0]}/{name}?{query}"


async def _prepare(url: str, address: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute("CREATE DATABASE template_city")
    await connection.close()
    await database.migrate(address)
    async with database.connect(address, pool=1) as pool:
        await city.load_csv(pool, DATA)
        for someone in people.STAFF:
            await accounts.open_account(
                pool,
                username=someone.username,
                name=someone.name,
                role=someone.role,
                bureau=someone.bureau,
                password=people.PASSWORD,
            )


@pytest.fixture
async def address(template: str) -> AsyncIterator[str]:
    """The address of a fresh copy of `template_city`, dropped afterwards."""
    name = f"test_{next(_count)}"
    connection = await asyncpg.connect(sibling(template, "postgres"))
    await connection.execute(f"CREATE DATABASE {name} TEMPLATE template_city STRATEGY file_copy")
    yield sibling(template, name)
    await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await connection.close()


@pytest.fixture
async def hall(address: str, tmp_path: Path) -> AsyncIterator[Hall]:
    """The hall on a fresh database, with a classifier that knows one matter: night work on a building site."""
    async with database.connect(address, pool=5) as pool:
        yield Hall(
            database=pool,
            vault=Vault(bytes(range(32))),
            city=await city.read(pool),
            understand=understand_noise,
            words=lambda template, **values: f"{template} {values}",
            redact=lambda text: text,
            files=tmp_path / "files",
        )


def understand_noise(title: str, body: str, *, district: str | None, address: str) -> Understanding:
    """Texts with 打桩 are building noise for the ecology bureau, with 受贿 for the confidential clerk; else unclear."""
    if "受贿" in body:
        return Understanding("V02", Kind.REPORT, False, None, Decision.PROTECTED, None)
    if "打桩" not in body:
        return not_understood()
    return Understanding(
        "C01", Kind.COMPLAINT, False, "D_YF", Decision.AUTO, "STHJ", support=("D_YF",), probability=0.97,
        threshold=0.8, reasons=("打桩",), model="hand",
    )  # fmt: skip


def at(text: str) -> datetime:
    """A moment on the city's wall clock: at("2026-11-23 09:00")."""
    return datetime.fromisoformat(text).replace(tzinfo=CITY_TIME)


async def actor(hall: Hall, someone: people.Someone) -> Actor:
    """Somebody of people.py as the one who takes a step."""
    row = await hall.database.fetch_one("SELECT id FROM people WHERE username = :u", {"u": someone.username})
    assert row is not None
    return Actor(someone.role, row["id"], someone.bureau, someone.name)
