"""The worker with a real database: codes at once, other notices by day, one fault does not stop the rest."""

import asyncio
import json
import logging

import asyncpg
import pytest

from feedback import app, clock, worker
from feedback.actions import intake, proving, sending
from feedback.channels import paper
from feedback.settings import Settings
from feedback.store import notices, vitals
from tests import people
from tests.conftest import at

pytestmark = pytest.mark.anyio

NIGHT, MORNING, NOON = at("2026-11-23 03:00"), at("2026-11-23 08:00"), at("2026-11-23 12:00")


async def submitted(hall, now):
    return await intake.submit(hall, intake.Letter(body=people.NOISE, phone=people.XIAO_LIN_PHONE), now=now)


def collected():
    got = []

    async def send(message):
        got.append(message)

    return got, send


async def test_by_day_a_notice_goes_out_once_with_what_it_says(hall):
    receipt = await submitted(hall, NOON)
    got, send = collected()
    assert await sending.deliver(hall, send, now=NOON) == 1
    assert await sending.deliver(hall, send, now=NOON) == 0
    assert [(one.to, one.template, one.code) for one in got] == [(people.XIAO_LIN_PHONE, "received", "")]
    assert receipt.number in got[0].text


async def test_at_night_a_code_goes_out_and_a_notice_waits_for_the_morning(hall):
    await submitted(hall, NIGHT)
    await proving.send_code(hall, people.XIAO_ZHOU_PHONE, now=NIGHT)
    got, send = collected()
    await sending.deliver(hall, send, now=NIGHT)
    assert [one.template for one in got] == ["phone_code"] and len(got[0].code) == 6 and got[0].code in got[0].text
    assert await sending.deliver(hall, send, now=at("2026-11-23 07:59")) == 0
    assert await sending.deliver(hall, send, now=MORNING) == 1
    assert got[-1].template == "received"


async def test_what_cannot_be_sent_is_tried_again_and_holds_nobody_up(hall):
    await submitted(hall, NOON)
    await proving.send_code(hall, people.XIAO_ZHOU_PHONE, now=NOON)
    got = []

    async def send(message):
        if message.template == "received":
            raise OSError("gateway is down")
        got.append(message)

    await sending.deliver(hall, send, now=NOON)
    assert [one.template for one in got] == ["phone_code"]
    fault = await hall.database.fetch_one("SELECT attempts, fault, send_at FROM notices WHERE state = 'waiting'")
    assert fault["attempts"] == 1 and fault["fault"] == "unknown OSError" and fault["send_at"] == at("2026-11-23 12:01")
    again, send_again = collected()
    await sending.deliver(hall, send_again, now=at("2026-11-23 12:01"))
    assert [one.template for one in again] == ["received"]


async def test_several_workers_send_each_notice_once(hall):
    for _ in range(12):
        await submitted(hall, NOON)
    got = []

    async def send(message):
        await asyncio.sleep(0.005)
        got.append(message.text)

    tasks = [asyncio.create_task(sending.deliver(hall, send, now=NOON)) for _ in range(3)]
    await asyncio.gather(*tasks)
    assert len(got) == len(set(got)) == 12


async def test_the_outbox_of_the_demo_has_one_object_a_line(hall, tmp_path):
    await proving.send_code(hall, people.XIAO_LIN_PHONE, now=NOON)
    await submitted(hall, NOON)
    path = tmp_path / "outbox.jsonl"
    await sending.deliver(hall, paper.to_outbox(path), now=NOON)
    first, second = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
    assert set(first) == {"at", "channel", "to", "template", "text", "code"}
    assert (first["to"], first["channel"], first["template"]) == (people.XIAO_LIN_PHONE, "sms", "phone_code")
    assert set(second) == {"at", "channel", "to", "template", "text"}
    assert path.stat().st_mode & 0o077 == 0


async def test_without_the_demo_neither_phone_nor_text_is_in_the_log(hall, caplog):
    receipt = await submitted(hall, NOON)
    with caplog.at_level(logging.INFO):
        await sending.deliver(hall, paper.to_log, now=NOON)
    assert "received" in caplog.text
    assert receipt.number not in caplog.text and people.XIAO_LIN_PHONE not in caplog.text


async def test_a_job_that_fails_is_logged_and_goes_on(caplog):
    stop, tries = asyncio.Event(), []

    async def act():
        tries.append(1)
        if len(tries) == 2:
            stop.set()
        raise KeyError("a fault")

    await worker._repeat(worker.Job("tidying", 3600, act), stop)
    assert len(tries) == 2 and "tidying failed" in caplog.text


async def test_it_runs_until_it_is_told_to_stop(hall, address, tmp_path):
    stop = asyncio.Event()
    own = Settings(var=tmp_path, socket_url=address, demo=True, key=bytes(range(32)).hex(), pool=6)
    running = asyncio.create_task(worker.run(own, stop=stop))
    async with asyncio.timeout(20):
        while await vitals.last_beat(hall.database, "worker") is None:
            await asyncio.sleep(0.05)
        await proving.send_code(hall, people.XIAO_LIN_PHONE, now=clock.now())
        while not (tmp_path / "outbox.jsonl").exists():
            await asyncio.sleep(0.05)
        await submitted(hall, clock.now())
        while not await hall.database.fetch_val("SELECT count(*) = 2 FROM seal_leaves"):
            await asyncio.sleep(0.05)
        stop.set()
        await running


async def test_tidying_drops_what_has_expired_and_nothing_else(hall):
    await hall.database.execute("INSERT INTO buckets VALUES ('old', 1, now() - interval '2 days'), ('new', 1, now())")
    await hall.database.execute(
        "INSERT INTO idempotency VALUES ('a', 'b', 'c', now() - interval '25 hours'), ('d', 'e', 'f', now())"
    )
    await hall.database.execute("INSERT INTO phone_codes VALUES ('a', 'b', now() - interval '1 minute', 0)")
    await worker.tidy(hall)
    counts = [await hall.database.fetch_val(f"SELECT count(*) FROM {table}") for table in ("buckets", "idempotency", "phone_codes")]
    assert counts == [1, 1, 0]


async def test_a_past_made_afterwards_is_not_sent(hall):
    await submitted(hall, NOON)
    await notices.write_off(hall.database, before=at("2026-11-24 00:00"))
    got, send = collected()
    assert await sending.deliver(hall, send, now=at("2026-11-24 12:00")) == 0 and not got


async def test_a_fault_while_the_city_is_read_again_does_not_end_the_reading(hall, monkeypatch):
    """A database that is starting answers with an error that is no OSError."""
    asked = asyncio.Event()
    tables, faults = hall.city, [asyncpg.CannotConnectNowError("the database system is starting up")]

    async def read(database):
        if faults:
            raise faults.pop()
        asked.set()
        return tables

    monkeypatch.setattr(app, "REREAD", 0.01)
    monkeypatch.setattr(app.city, "read", read)
    task = asyncio.create_task(app._keep_city_fresh(hall))
    await asyncio.wait_for(asked.wait(), 10)
    assert not task.done()
    task.cancel()
