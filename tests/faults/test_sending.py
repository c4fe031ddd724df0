"""Kill -9 of the worker while it sends: at the gateway every message is there once, and none is missing."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from feedback import clock
from feedback.actions import intake
from tests import people
from tests.channels.servers import KEY, gateway

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).resolve().parents[2]
LETTERS = 30


async def test_a_worker_killed_while_it_sends_loses_nothing_and_doubles_nothing(hall, address, tmp_path):
    for n in range(LETTERS):
        letter = intake.Letter(body=people.NOISE, phone=f"139772001{n:02}")
        await intake.submit(hall, letter, now=clock.now())
    async with gateway(delay=0.05) as there:
        for kill_at in (3, 12, 20, None):
            worker = await begin(address, tmp_path, there.url)
            try:
                async with asyncio.timeout(60):
                    while not await over(hall) if kill_at is None else len(there.sent) < kill_at:
                        await asyncio.sleep(0.02)
            finally:
                worker.kill()
                await worker.wait()
            # As if the three minutes were over for which the dead worker had taken its messages.
            await hall.database.execute("UPDATE notices SET send_at = now() WHERE state = 'waiting'")
    assert len(there.sent) == LETTERS
    assert len({one["to"] for one in there.sent.values()}) == LETTERS
    assert there.repeated >= 1  # it was handed over twice, and the gateway knew the token


async def begin(address: str, var: Path, url: str) -> asyncio.subprocess.Process:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MINSHENG_")}
    own = {
        "MINSHENG_SOCKET_URL": address, "MINSHENG_VAR": str(var), "MINSHENG_KEY": bytes(range(32)).hex(),
        "MINSHENG_SMS_URL": url, "MINSHENG_SMS_KEY": KEY.decode(), "MINSHENG_QUIET": "00:00-00:00",
    }  # fmt: skip
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "feedback", "work", cwd=ROOT, env=kept | own,
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip


async def over(hall) -> bool:
    return not await hall.database.fetch_val("SELECT count(*) FROM notices WHERE state = 'waiting'")
