"""The background process: sends notices, lets the clock act, seals events, tidies up, and says that it lives.

Several may run at once. What the jobs do stands in actions; here is only when.
"""

import asyncio
import contextlib
import json
import logging
import os
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import asyncpg

from feedback import app, clock, models, shadow
from feedback.actions import finding, grouping, instructing, keeping_days, sealing, sending, timing
from feedback.actions.hall import Hall
from feedback.actions.sending import Message, Send
from feedback.settings import Settings
from feedback.store import answers, buckets, city, hot_issues, people, phone_codes, vitals

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
    send = to_outbox(own.var / "outbox.jsonl") if own.demo else to_log
    reads = shadow.Shadow(hall, own)
    return [
        Job("notices", 0.3, lambda: _notices(hall, send)),
        Job("clock", 5, lambda: timing.tick(hall, now=clock.now())),
        Job("instructions", 30, lambda: instructing.warn(hall, now=clock.now())),
        Job("hot issues", 5, _Grouper(hall)),
        Job("recount", 5, lambda: keeping_days.recount(hall, now=clock.now())),
        Job("seals", 1, _Sealer(hall)),
        Job("words", 1, finding.Reader(hall.database)),
        Job("city", app.REREAD, lambda: _reread(hall)),
        Job("model", models.LOOK, models.Keeper(hall, own)),
        Job("shadow", 2, lambda: _read_along(reads)),
        Job("tidying", 3600, lambda: tidy(hall)),
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


async def _notices(hall: Hall, send: Send) -> None:
    while await sending.deliver(hall, send, now=clock.now()):
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
    """Drops what has expired: sessions, phone codes, kept answers, full buckets."""
    now = clock.now()
    for drop in (people.drop_expired_sessions, phone_codes.drop_expired, answers.drop_old, buckets.drop_full):
        await drop(hall.database, now=now)


async def to_log(message: Message) -> None:
    """No gateway is set up: that something would have gone out is written down, not what or to whom."""
    _log.info("notice %s by %s", message.template, message.channel)


def to_outbox(path: Path) -> Send:
    """Appends each message to a file of the demo, one JSON object a line."""

    async def send(message: Message) -> None:
        line = {
            "at": message.at.isoformat(), "channel": message.channel, "to": message.to, "template": message.template,
            "text": message.text, **({"code": message.code} if message.code else {}),
        }  # fmt: skip
        _append(path, json.dumps(line, ensure_ascii=False))

    return send


def _append(path: Path, line: str) -> None:
    # One write to a file opened for appending: lines of two workers do not mix.
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(file, f"{line}\n".encode())
    finally:
        os.close(file)
