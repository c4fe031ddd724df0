"""A hall of its own for tests that try many stories: one database for the whole run, a fresh case each."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from feedback.actions.hall import Hall
from feedback.store import city, database
from feedback.store.vault import Vault
from tests.conftest import sibling, understand_noise

_made: set[str] = set()


@asynccontextmanager
async def city_hall(template: str, name: str = "walks") -> AsyncIterator[Hall]:
    """The hall on the database `name`, copied from the template when it is first asked for."""
    if name not in _made:
        connection = await asyncpg.connect(sibling(template, "postgres"))
        await connection.execute(f"CREATE DATABASE {name} TEMPLATE template_city")
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
