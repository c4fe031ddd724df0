"""What happens to the demo's letters: each lives its own life through the real actions, all of them in order of time."""

import heapq
import math
from collections.abc import AsyncIterator, Iterable
from datetime import datetime, time, timedelta
from random import Random

from feedback.actions import intake, timing
from feedback.actions.hall import Hall
from feedback.demo import bureaus, letters, petitions
from feedback.demo.bureaus import Life, Town
from feedback.demo.letters import Sent
from feedback.rules.deadline import CITY_TIME
from feedback.rules.permission import Role
from feedback.store import cases, inbox, notices, people

COUNT = 300
SEED = 20261122


async def tell_all(hall: Hall, *, now: datetime) -> None:
    """About three hundred cases received in the 90 days before `now`, as far as they have come by then."""
    town = Town(hall, await _staff(hall))
    lives = [
        _life(town, sent, number, _daytime(now, sent.ago, Random(number)))
        for number, sent in enumerate(letters.sent(COUNT, seed=SEED))
    ]
    lives += petitions.all_of(hall, town.actor(Role.DISPATCHER), now=now)
    # One transaction: a first start that is killed leaves no half-made city behind.
    async with hall.database.transaction():
        await _let_pass([*lives, _clock(hall, now - timedelta(days=89))], until=now)
        await notices.write_off(hall.database, before=now)
        await inbox.write_off(hall.database, before=now - timedelta(days=3))


async def _staff(hall: Hall) -> dict[tuple[Role, str | None], int]:
    return {(one.role, one.bureau): one.id for one in await people.everybody(hall.database) if one.active}


def _daytime(now: datetime, ago: timedelta, random: Random) -> datetime:
    """About that long before now, at an hour people write at; never later than now, never more than 90 days before."""
    if ago < timedelta(days=2):
        return now - ago
    day = (now - ago).astimezone(CITY_TIME).date()
    hour = min(23.9, max(6.0, random.choice((random.gauss(10, 1.5), random.gauss(15.5, 1.5), random.gauss(20.5, 1.2)))))
    at = datetime.combine(day, time(), CITY_TIME) + timedelta(hours=hour)
    return max(min(at, now - timedelta(minutes=5)), now - timedelta(days=89))


async def _let_pass(lives: Iterable[AsyncIterator[datetime]], *, until: datetime) -> None:
    """Runs lives that say when they go on: whoever's moment is next, until all of them are over or later than `until`."""
    waiting: list[tuple[datetime, int, AsyncIterator[datetime]]] = []
    for number, life in enumerate(lives):
        await _go_on(waiting, number, life)
    while waiting and waiting[0][0] <= until:
        _, number, life = heapq.heappop(waiting)
        await _go_on(waiting, number, life)


async def _go_on(waiting: list[tuple[datetime, int, AsyncIterator[datetime]]], number: int, life: AsyncIterator[datetime]) -> None:
    async for moment in life:
        heapq.heappush(waiting, (moment, number, life))
        return


async def _clock(hall: Hall, first: datetime) -> AsyncIterator[datetime]:
    """The clock of the city: breaches, ends of pauses and settling once a night, warnings once the offices have opened."""
    day = first.astimezone(CITY_TIME).date()
    while True:
        for hour in (time(0, 1), time(9)):
            at = datetime.combine(day, hour, CITY_TIME)
            yield at
            while await timing.tick(hall, now=at):
                pass
        day += timedelta(days=1)


async def _life(town: Town, sent: Sent, number: int, received: datetime) -> AsyncIterator[datetime]:
    yield received
    receipt = await intake.submit(town.hall, sent.letter, now=received)
    case = await cases.get(town.hall.database, receipt.number)
    assert case is not None
    life = Life(town, case.id, received, Random(SEED + number), sent.answer, _pace(case.bureau))
    async for moment in bureaus.whole(life):
        yield moment


def _pace(bureau: str | None) -> float:
    """Some are quick, some slow: always the same ones. Median share of the limit that an answer takes."""
    return 0.35 + 0.4 * math.fabs(math.sin(sum(map(ord, bureau or "")) * 1.7))
