"""Wires the parts together: the only place that knows them all. `create()` is what uvicorn runs."""

import asyncio
import contextlib
import functools
import logging
from collections.abc import AsyncIterator, Sequence

from databases import Database
from starlette.applications import Starlette

from feedback import models, settings, understanding
from feedback.actions.hall import Hall, no_hints, nothing_alike
from feedback.rules.hot import Letter
from feedback.rules.record import Hints
from feedback.settings import Settings
from feedback.store import city, database, keys
from feedback.web import errors, middleware, notices, routes, templating

_log = logging.getLogger(__name__)

REREAD = 30.0
"""Seconds after which a process sees what was changed in the city's tables."""


def create(given: Settings | None = None) -> Starlette:
    """The application, with its database pool opened and closed by its lifespan."""
    own = given or settings.read()

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with opened(own) as hall:
            app.state.hall = hall
            keepers = [asyncio.create_task(_keep_city_fresh(hall)), asyncio.create_task(_keep_model(hall, own))]
            yield
            for keeper in keepers:
                keeper.cancel()

    app = Starlette(
        routes=routes.ROUTES,
        lifespan=lifespan,
        middleware=middleware.STACK,
        exception_handlers=errors.HANDLERS,
    )
    app.state.settings = own
    app.state.review = understanding.review
    app.state.personal_data = understanding.personal_data
    templating.prepare(city.name(own.city))
    return app


@contextlib.asynccontextmanager
async def opened(own: Settings) -> AsyncIterator[Hall]:
    """A hall on the settings' database, which must be migrated and know its city. Used by web, worker and commands."""
    pool = database.connect(own.url, pool=own.pool)
    await _connect(pool)
    try:
        hall = Hall(
            database=pool,
            vault=await keys.fitting_vault(pool, own),
            city=await city.read(pool),
            understand=await models.reader(pool, own),
            place=understanding.place,
            words=notices.words,
            redact=understanding.redact,
            files=own.var / "files",
            site=own.site.rstrip("/"),
            survey_days=own.survey_days,
        )
        hall.alike = functools.partial(_alike, hall)
        hall.hints = functools.partial(_hints, hall)
        yield hall
    finally:
        await pool.disconnect()


def _alike(hall: Hall, one: Letter, others: Sequence[Letter]) -> list[float]:
    """Compared by whichever model serves now."""
    reader = hall.understand
    return reader.alike(one, others) if isinstance(reader, understanding.Reader) else nothing_alike(one, others)


def _hints(hall: Hall, title: str, body: str, *, district: str | None, address: str, secret: bool) -> Hints:
    """Given by whichever model serves now."""
    reader = hall.understand
    give = reader.hints if isinstance(reader, understanding.Reader) else no_hints
    return give(title, body, district=district, address=address, secret=secret)


async def _connect(pool: Database, tries: int = 20) -> None:
    """The database may still be starting: half a second between tries."""
    for left in reversed(range(tries)):
        try:
            return await pool.connect()
        except (OSError, ConnectionError):
            if not left:
                raise
            await asyncio.sleep(0.5)


async def _keep_city_fresh(hall: Hall) -> None:
    while True:
        await asyncio.sleep(REREAD)
        try:
            hall.city = await city.read(hall.database)
        except Exception as fault:
            # Whatever it was, also a database that is starting: the next time may succeed.
            _log.warning("the city's tables could not be read again, the old ones stay in use: %s", fault)


async def _keep_model(hall: Hall, own: Settings) -> None:
    keep = models.Keeper(hall, own)
    while True:
        await asyncio.sleep(models.LOOK)
        try:
            await keep()
        except Exception as fault:
            # Whatever it was, the old model serves on, and the next look may find another.
            _log.warning("which model serves could not be read, the old one stays in use: %s", fault)
