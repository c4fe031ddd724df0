"""What is asked at one moment is done together; whoever asks for the impossible fails alone."""

import asyncio
from datetime import UTC, datetime

import asyncpg
import pytest

from feedback.store.gathering import Gathering

pytestmark = pytest.mark.anyio


async def test_calls_of_one_moment_go_together_and_later_ones_by_themselves():
    seen = []

    async def doubled(numbers):
        seen.append(list(numbers))
        return [2 * number for number in numbers]

    ask = Gathering(doubled, most=3)
    assert await asyncio.gather(*(ask(number) for number in range(7))) == [0, 2, 4, 6, 8, 10, 12]
    assert await ask(7) == 14
    assert seen == [[0, 1, 2], [3, 4, 5], [6], [7]]


async def test_one_may_fail_alone_and_all_fail_when_the_work_does():
    async def halved(numbers):
        if 0 in numbers:
            raise RuntimeError("none of them")
        return [ValueError(number) if number % 2 else number // 2 for number in numbers]

    ask = Gathering(halved, most=10)
    one, other, third = await asyncio.gather(ask(4), ask(5), ask(6), return_exceptions=True)
    assert (one, third) == (2, 3) and isinstance(other, ValueError)
    assert [type(told) for told in await asyncio.gather(ask(0), ask(2), return_exceptions=True)] == [RuntimeError] * 2


async def test_who_went_away_takes_nobody_along():
    async def slowly(numbers):
        await asyncio.sleep(0.05)
        return numbers

    ask = Gathering(slowly, most=10)
    gone, staying = asyncio.ensure_future(ask(1)), asyncio.ensure_future(ask(2))
    await asyncio.sleep(0.01)
    gone.cancel()
    assert await staying == 2


async def test_a_row_that_cannot_be_written_leaves_the_others_of_its_moment_written(hall):
    def row(key: bytes):
        return [("idempotency", {"key_hash": key, "body_hash": b"b", "answer": b"\x00\xff", "at": datetime(2026, 11, 23, 9, tzinfo=UTC)})]

    await hall.write(row(b"first"))
    told = await asyncio.gather(*(hall.write(row(key)) for key in (b"second", b"first", b"third")), return_exceptions=True)
    assert [type(one) for one in told] == [type(None), asyncpg.UniqueViolationError, type(None)]
    kept = await hall.database.fetch_all("SELECT key_hash, answer FROM idempotency ORDER BY key_hash")
    assert [(kept_row["key_hash"], kept_row["answer"]) for kept_row in kept] == [(key, b"\x00\xff") for key in (b"first", b"second", b"third")]
