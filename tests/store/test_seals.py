"""Seals over committed events: nothing is left out, nothing sealed twice, and whatever is changed afterwards is named."""

import asyncio

import asyncpg
import pytest

from feedback.actions import handling, intake, sealing
from feedback.rules import chain
from feedback.rules.status import Status
from feedback.store import cases, database, seals
from tests import people
from tests.conftest import actor, at

pytestmark = pytest.mark.anyio

MONDAY = at("2026-11-23 09:00")


async def submitted(hall, body=people.NOISE):
    receipt = await intake.submit(hall, intake.Letter(body=body), now=MONDAY)
    return await cases.get(hall.database, receipt.number)


async def tamper(address, table, statement):
    """What somebody does who owns the database: the trigger is switched off for one statement."""
    connection = await asyncpg.connect(address)
    await connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER; {statement}; ALTER TABLE {table} ENABLE TRIGGER USER")
    await connection.close()


async def test_a_new_case_is_sealed_once_and_a_quiet_second_makes_no_seal(hall):
    case = await submitted(hall)
    sealed, mark = await sealing.seal(hall.database, now=MONDAY)
    assert sealed == 2  # submit and route
    assert (await sealing.seal(hall.database, now=MONDAY, before=mark))[0] == 0
    assert (await sealing.seal(hall.database, now=MONDAY))[0] == 0
    seal = await seals.newest(hall.database)
    rows = await hall.database.fetch_all("SELECT hash FROM events ORDER BY id")
    assert seal.n == 2 and seal.root == chain.merkle_root([row["hash"] for row in rows])
    assert seal.head == chain.seal(chain.GENESIS, seal.root) and rows[1]["hash"] == case.head


async def test_each_seal_is_chained_to_the_one_before(hall):
    await submitted(hall)
    _, mark = await sealing.seal(hall.database, now=MONDAY)
    first = await seals.newest(hall.database)
    await submitted(hall)
    await sealing.seal(hall.database, now=MONDAY, before=mark)
    second = await seals.newest(hall.database)
    assert second.head == chain.seal(first.head, second.root)
    proof = await sealing.prove(hall.database)
    assert (proof.cases, proof.events, proof.seals, proof.head) == (2, 4, 2, second.head.hex())


async def test_who_commits_late_is_sealed_later_not_lost(hall, address):
    case, wang = await submitted(hall), await actor(hall, people.WANG)
    _, mark = await sealing.seal(hall.database, now=MONDAY)
    async with database.connect(address, pool=1) as slow:
        async with slow.transaction():
            # An event with a lower number, of a transaction that is still open …
            await slow.execute("UPDATE cases SET reminders = 1 WHERE id = 0")
            await slow.fetch_val("SELECT pg_current_xact_id()::text")
            await handling.accept(hall, wang, case, now=MONDAY)
            # … holds back what committed after it began,
            sealed, mark = await sealing.seal(hall.database, now=MONDAY, before=mark)
            assert sealed == 0
        # and once it has ended both are sealed.
        assert (await sealing.seal(hall.database, now=MONDAY, before=mark))[0] == 1


async def test_two_sealers_at_once_seal_every_event_once(hall):
    for _ in range(5):
        await submitted(hall)
    both = await asyncio.gather(*(asyncio.create_task(sealing.seal(hall.database, now=MONDAY)) for _ in range(4)))
    assert sum(count for count, _ in both) == 10
    assert (await sealing.prove(hall.database)).seals == 1


async def test_an_untouched_history_is_proven(hall):
    case, wang = await submitted(hall), await actor(hall, people.WANG)
    await handling.accept(hall, wang, case, now=MONDAY)
    await sealing.seal(hall.database, now=MONDAY)
    assert (await sealing.prove(hall.database)).events == 3


@pytest.mark.parametrize(
    ("table", "statement", "said"),
    [
        ("events", "UPDATE events SET at = at - interval '1 day' WHERE seq = 2", "第 2 条记录被改动过"),
        ("events", "UPDATE events SET bureau = 'CGJ' WHERE seq = 2", "第 2 条记录被改动过"),
        ("cases", "UPDATE cases SET status = 'closed'", "状态没有经过记录就变成了 closed"),
        ("seal_leaves", "DELETE FROM seal_leaves WHERE event_id = (SELECT min(id) FROM events)", "第 1 号封印应有 2 条记录，现有 1 条"),
        ("seals", "UPDATE seals SET head = sha256('x')", "第 1 号封印与前一个接不上"),
        ("seals", "UPDATE seals SET root = sha256('x')", "第 1 号封印的记录在封印之后被改动过"),
    ],
)
async def test_what_was_changed_is_named(hall, address, table, statement, said):
    case = await submitted(hall)
    await sealing.seal(hall.database, now=MONDAY)
    await tamper(address, table, statement)
    with pytest.raises(sealing.Broken, match=said) as broken:
        await sealing.prove(hall.database)
    assert "封印" in said or case.number in str(broken.value)


async def test_a_history_rewritten_with_fitting_hashes_is_betrayed_by_its_seal(hall, address):
    case = await submitted(hall)
    await sealing.seal(hall.database, now=MONDAY)
    first, second = await cases.events(hall.database, case.id)
    forged = chain.link(chain.link(chain.GENESIS, first), type(second)(**{**fields(second), "bureau": "CGJ"}))
    await tamper(address, "events", f"UPDATE events SET bureau = 'CGJ', hash = '\\x{forged.hex()}' WHERE seq = 2")
    await tamper(address, "cases", f"UPDATE cases SET head = '\\x{forged.hex()}'")
    with pytest.raises(sealing.Broken, match="第 1 号封印的记录在封印之后被改动过"):
        await sealing.prove(hall.database)


def fields(event):
    return {name: getattr(event, name) for name in type(event).__slots__}


async def test_a_removed_last_event_is_noticed(hall, address):
    await submitted(hall)
    await tamper(address, "events", "DELETE FROM events WHERE seq = 2")
    with pytest.raises(sealing.Broken, match="最后一条记录不见了"):
        await sealing.prove(hall.database)


async def test_events_restored_from_another_cluster_are_sealed_too(hall, address):
    """What `minsheng restore` leaves: every transaction number is 3, seals say so, and one event had no seal yet."""
    case, wang = await submitted(hall), await actor(hall, people.WANG)
    _, mark = await sealing.seal(hall.database, now=MONDAY)
    case = await handling.accept(hall, wang, case, now=MONDAY)
    await tamper(address, "events", "UPDATE events SET tx = '3'")
    await tamper(address, "seals", "UPDATE seals SET upto = '3'")
    sealed, mark = await sealing.seal(hall.database, now=MONDAY, before=mark)
    assert sealed == 1
    assert case.status is Status.WORKING and (await sealing.prove(hall.database)).events == 3
