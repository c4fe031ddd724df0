"""A hall of its own for tests that try many stories: one database for the whole run, a fresh case each; and its reorganisation."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import TYPE_CHECKING

import asyncpg

from feedback.actions import reorganising
from feedback.actions.hall import Hall
from feedback.rules.succession import Change
from feedback.store import city, database
from feedback.store.vault import Vault
from tests import people
from tests.conftest import actor, sibling, understand_noise

if TYPE_CHECKING:
    from tests.actions.acting import World

_made: set[str] = set()


@asynccontextmanager
async def city_hall(template: str, name: str = "walks") -> AsyncIterator[Hall]:
    """The hall on the database `name`, copied from the template when it is first asked for."""
    if name not in _made:
        connection = await asyncpg.connect(sibling(template, "postgres"))
        await connection.execute(f"CREATE DATABASE {name} TEMPLATE template_city STRATEGY file_copy")
        await connection.close()
        _made.add(name)
    async with database.connect(sibling(template, name), pool=4) as pool:
        yield Hall(
            database=pool,
            vault=Vault(bytes(range(32))),
            city=await city.read(pool),
            understand=understand_noise,
            words=lambda template, **values: f"{template} {values}",
            redact=lambda text: text,
        )


async def reorganise(world: "World", change: Change, now: datetime) -> None:
    """Planned by the system administrator for today, and applied by the clock at once."""
    await reorganising.plan(world.hall, await actor(world.hall, people.XI), [change], basis="柳政发〔2026〕9号", now=now)
    await reorganising.apply_due(world.hall, now=now)
