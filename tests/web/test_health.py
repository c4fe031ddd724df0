"""What watches over the city is told: alive, ready or what is missing, a few numbers."""

from datetime import timedelta

import asyncpg
import pytest

from feedback import clock
from feedback.store import vitals
from tests.web.conftest import submitted

pytestmark = pytest.mark.anyio


async def test_the_process_answers_without_asking_the_database(client):
    answer = await client.get("/healthz")
    assert answer.status_code == 200 and answer.json() == {"ok": True}


async def test_ready_once_the_worker_lives_and_not_when_it_falls_silent(client):
    database = client.app.state.hall.database
    parts = {"database": True, "migrations": True, "accounts": True, "model": True}
    answer = await client.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"ready": False, **parts, "worker": False})
    await vitals.beat(database, "worker", now=clock.now() - timedelta(seconds=11))
    assert (await client.get("/readyz")).status_code == 503
    await vitals.beat(database, "worker", now=clock.now())
    answer = await client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"ready": True, **parts, "worker": True})


async def test_not_ready_without_accounts(client):
    database = client.app.state.hall.database
    await vitals.beat(database, "worker", now=clock.now())
    await database.execute("DELETE FROM people")
    answer = await client.get("/readyz")
    assert answer.status_code == 503 and answer.json()["accounts"] is False


async def test_a_database_that_lets_nobody_in_is_said_not_raised(client, address):
    name = address.partition("?")[0].rpartition("/")[2]
    connection = await asyncpg.connect(address.replace(f"/{name}?", "/postgres?"))
    await connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
    await connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name)
    await connection.close()
    answer = await client.get("/readyz")
    assert answer.status_code == 503 and answer.json()["database"] is False
    assert (await client.get("/metrics")).status_code == 503
    assert (await client.get("/healthz")).status_code == 200


async def test_numbers_for_prometheus(client):
    await submitted(client)
    await vitals.beat(client.app.state.hall.database, "worker", now=clock.now())
    answer = await client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    lines = answer.text.splitlines()
    assert any(line.startswith("minsheng_cases_open{status=") and line.endswith(" 1") for line in lines)
    assert "minsheng_cases_overdue 0" in lines
    age = next(line for line in lines if line.startswith("minsheng_worker_age_seconds "))
    assert 0 <= float(age.split()[1]) < 5
