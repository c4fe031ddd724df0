"""Which model serves: the shipped one, or the one people have put to work; another is taken without a restart."""

import asyncio
import logging
import shutil
from pathlib import Path
from typing import Any

from databases import Database

from feedback import clock, understanding
from feedback.actions.hall import Hall, Understand
from feedback.rules.record import Understanding, not_understood
from feedback.settings import Settings
from feedback.store import city, models

LOOK = 5.0
"""Seconds after which a process sees that another model was put to work."""

_log = logging.getLogger(__name__)


def folder(own: Settings, name: str) -> Path:
    """Where a model of this name is kept; '' is the shipped one. A trained one never lies in the place of another."""
    return own.var / "models" / name if name else own.model


async def load(pool: Database, own: Settings, name: str) -> understanding.Reader:
    """The model in this folder with the city's tables. Raises classifier.storage.BadModel."""
    tables = await city.routing(pool)
    # Reading 50 MB and their sums takes a moment that requests should not wait for.
    return await asyncio.to_thread(understanding.Reader, folder(own, name), tables, name=_called(own))


def _called(own: Settings) -> str:
    """What the city is called; '' where its folder does not say."""
    return city.name(own.city) if (own.city / "city.csv").exists() else ""


async def reader(pool: Database, own: Settings) -> Understand:
    """The model that serves; the shipped one when it cannot be loaded. Without any every letter goes to triage, and the log says why."""
    row = await models.serving(pool)
    for name in dict.fromkeys((row["folder"] if row else "", "")):
        found = await _tried(pool, own, name)
        if found:
            await models.note(pool, found.version, labels=found.labels, now=clock.now())
            return found
    return _nothing_understood


async def _tried(pool: Database, own: Settings, name: str) -> understanding.Reader | None:
    try:
        return await load(pool, own, name)
    except Exception:
        _log.exception("%s: no usable model; run `minsheng train`", folder(own, name))
        return None


def _nothing_understood(title: str, body: str, *, district: str | None, address: str) -> Understanding:
    return not_understood()


class Keeper:
    """Sees that the hall understands with the model people have put to work. Requests under way end with the one they began with."""

    def __init__(self, hall: Hall, own: Settings) -> None:
        self._hall, self._own = hall, own
        self._refused = ""

    async def __call__(self) -> bool:
        """Whether the hall took another model just now."""
        row = await models.serving(self._hall.database)
        wanted = row["version"] if row else ""
        if not row or wanted in (version(self._hall), self._refused) or self._shipped(row):
            return False
        found = await _tried(self._hall.database, self._own, row["folder"])
        if found is None:
            # Said once, not every five seconds; another promotion is tried again.
            self._refused = wanted
            return False
        await models.note(self._hall.database, found.version, labels=found.labels, now=clock.now())
        self._hall.understand, self._refused = found, ""
        _log.info("model %s serves from now on", found.version)
        return True

    def _shipped(self, row: Any) -> bool:
        """The shipped model was wanted, and has been trained again since: whatever lies in its place is meant."""
        return not row["folder"] and getattr(self._hall.understand, "folder", None) == self._own.model


async def tidy(pool: Database, own: Settings) -> None:
    """Removes the files of models that nobody will go back to; 48 MB each would fill the disk in time."""
    for name in await models.drop_old(pool, now=clock.now()):
        await asyncio.to_thread(shutil.rmtree, folder(own, name), ignore_errors=True)


def version(hall: Hall) -> str:
    """The version of the model this process understands with; '' without one."""
    return str(getattr(hall.understand, "version", ""))
