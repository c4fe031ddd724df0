"""The background process: sends notices, lets the clock act, seals events, tidies up, and says that it lives.

Several may run at once. What the jobs do stands in actions; here is only when.
"""

import asyncio
import contextlib
import logging
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import asyncpg

from feedback import app, clock, filing, models, shadow
from feedback.actions import (
    attaching,
    finding,
    grouping,
    instructing,
    recounting,
    reorganising,
    sealing,
    sending,
    timing,
)
from feedback.actions.hall import Hall
from feedback.actions.sending import Send
from feedback.channels import choosing
from feedback.rules.outbox import Quiet
from feedback.settings import Settings
from feedback.store import answers, buckets, city, drafts, file_jobs, hot_issues, inbox, people, phone_codes, vitals

LONGEST_REST = 5.0
"""Seconds at most between two tries of a job that fails: a code must not wait long after the database is back."""

_AWAY = (OSError, asyncpg.PostgresConnectionError, asyncpg.CannotConnectNowError, asyncpg.InterfaceError)
"""What a database that stops, starts or is gone makes of a statement."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """Something done again and again, with so many seconds of rest between."""

    name: str
    rest: float
    act: Callable[[], Awaitable[object]]


async def run(own: Settings, *, stop: asyncio.Event | None = None) -> None:
    """Works until SIGTERM, Ctrl-C or `stop`; what is under way is finished."""
    stop = stop or asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with app.opened(own) as hall:
        _log.info("the worker has begun")
        await asyncio.gather(*(_repeat(job, stop) for job in jobs(hall, own)))
    _log.info("the worker has ended")


def jobs(hall: Hall, own: Settings) -> list[Job]:
    """Everything the worker does."""
    send, quiet = choosing.chosen(own), Quiet.parse(own.quiet)
    reads = shadow.Shadow(hall, own)
    return [
        # What somebody waits for does not stand behind a gateway that is slow with the rest.
        Job("codes", 0.3, lambda: _notices(hall, send, quiet, urgent=True)),
        Job("notices", 0.5, lambda: _notices(hall, send, quiet, urgent=False)),
        Job("clock", 5, lambda: timing.tick(hall, now=clock.now())),
        Job("instructions", 30, lambda: instructing.warn(hall, now=clock.now())),
        Job("hot issues", 5, _Grouper(hall)),
        Job("files", 2, lambda: _files(hall)),
        Job("reorganisation", 5, lambda: reorganising.apply_due(hall, now=clock.now())),
        Job("recount", 5, lambda: recounting.recount(hall, now=clock.now())),
        Job("seals", 1, _Sealer(hall)),
        Job("words", 1, finding.Reader(hall.database)),
        Job("city", app.REREAD, lambda: _reread(hall)),
        Job("model", models.LOOK, models.Keeper(hall, own)),
        Job("shadow", 2, lambda: _read_along(reads)),
        Job("tidying", 3600, lambda: tidy(hall)),
        Job("old models", 3600, lambda: models.tidy(hall.database, own)),
        Job("orphans", 3600, lambda: attaching.sweep(hall, now=clock.now())),
        Job("heartbeat", 1, lambda: vitals.beat(hall.database, "worker", now=clock.now())),
    ]


async def _repeat(job: Job, stop: asyncio.Event) -> None:
    """Until `stop`. A fault is logged, and the job goes on; while it lasts, with growing rests."""
    failures = 0
    while not stop.is_set():
        try:
            await job.act()
            failures = 0
        except _AWAY as fault:
            failures += 1
            _log.warning("%s: the database cannot be reached: %s", job.name, fault)
        except Exception:
            failures += 1
            _log.exception("%s failed", job.name)
        rest = min(LONGEST_REST, 0.3 * 2**failures) if failures else job.rest
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), rest)


async def _notices(hall: Hall, send: Send, quiet: Quiet, *, urgent: bool) -> None:
    while await sending.deliver(hall, send, now=clock.now(), quiet=quiet, urgent=urgent):
        pass  # a full batch: there may be more


class _Sealer:
    """Seals, and remembers up to where everything is sealed, so that a quiet second costs next to nothing."""

    def __init__(self, hall: Hall) -> None:
        self._hall = hall
        self._mark: sealing.Watermark | None = None

    async def __call__(self) -> None:
        _, self._mark = await sealing.seal(self._hall.database, now=clock.now(), before=self._mark)


async def _read_along(reads: shadow.Shadow) -> None:
    while await reads(now=clock.now()) == shadow.MOST:
        pass  # a full round: there may be more


async def _files(hall: Hall) -> None:
    while await filing.run(hall):
        pass  # there may be more


class _Grouper:
    """Groups what came lately; and, at the start and once an hour, everything that may still join a group."""

    LATELY, AGAIN = timedelta(minutes=15), timedelta(hours=1)

    def __init__(self, hall: Hall) -> None:
        self._hall = hall
        self._looked: datetime | None = None

    async def __call__(self) -> None:
        now = clock.now()
        everything = self._looked is None or now - self._looked >= self.AGAIN
        since = now - (hot_issues.REACH if everything else self.LATELY)
        while await grouping.group(self._hall, since=since) == grouping.BATCH:
            await asyncio.sleep(0)
        if everything:
            self._looked = now


async def _reread(hall: Hall) -> None:
    hall.city = await city.read(hall.database)


async def tidy(hall: Hall) -> None:
    """Drops what has expired: sessions, phone codes, kept answers, full buckets, old in-site notices."""
    now = clock.now()
    for drop in (
        people.drop_expired_sessions, phone_codes.drop_expired, answers.drop_old, buckets.drop_full, inbox.drop_old,
        drafts.drop_old, file_jobs.drop_old,
    ):  # fmt: skip
        await drop(hall.database, now=now)
