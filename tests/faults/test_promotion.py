"""A model is put to work, and taken back, under a stream of letters: every one is acknowledged, and the ledger names who decided it."""

import asyncio
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import httpx
import pytest

from classifier import city as training
from classifier import storage
from tests import people
from tests.bench import load
from tests.test_apprentice import LAMP, small  # noqa: F401 - a fixture

pytestmark = pytest.mark.anyio

BODIES = [json.dumps({"body": LAMP.format(number)}).encode() for number in range(40)]


async def test_no_letter_is_lost_while_the_model_changes(address: str, small: Path, tmp_path: Path):  # noqa: F811
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    shutil.copy(small / "corpus" / "B.csv", corpus)
    training.train(corpus, small, tmp_path / "candidate")
    other = str(storage.described(tmp_path / "candidate")["version"])
    shipped = str(storage.described(small / "model")["version"])
    (tmp_path / "models").mkdir()
    (tmp_path / "candidate").rename(tmp_path / "models" / other)
    environment = {
        "MINSHENG_SOCKET_URL": address, "MINSHENG_DATABASE_URL": "", "MINSHENG_VAR": str(tmp_path), "MINSHENG_KEY": "11" * 32,
        "MINSHENG_LIMITS": "0", "MINSHENG_DEMO": "1", "MINSHENG_MODEL": str(small / "model"),
    }  # fmt: skip
    connection = await asyncpg.connect(address)
    await connection.execute(
        """INSERT INTO models (version, labels, trained_at, folder, before_at) VALUES ($1, '{B02}', $2, $1, $2)""", other, datetime.now(UTC)
    )
    with load.served("feedback.app:create", environment) as port:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            told = await client.post("/api/v1/sign-in", json={"username": people.DIAO.username, "password": people.PASSWORD})
            client.cookies.set("minsheng", told.json()["token"])

            async def promote(version: str) -> None:
                done = await client.post("/learning/models", data={"version": version, "decision": "promote", "reason": "试一试"})
                assert done.status_code == 303, done.text

            letters = asyncio.create_task(load.run(port, "/api/v1/cases", BODIES, connections=4, seconds=18))
            await asyncio.sleep(2)
            await promote(other)
            await asyncio.sleep(7)
            await promote(shipped)
            answered = await letters
    rows = await connection.fetch("SELECT model FROM ledger ORDER BY at")
    await connection.close()
    models = [row["model"] for row in rows]
    assert len(models) == len(answered)  # every letter that was sent got its 201 and has one row
    order = [one for number, one in enumerate(models) if number == 0 or models[number - 1] != one]
    assert [order[0], order[-1]] == [shipped, shipped] and other in order
