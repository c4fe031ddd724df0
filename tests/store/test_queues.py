"""The desks' queues: what is in each, for whom, in which order, page by page; and never by reading all cases."""

from datetime import timedelta
from typing import Any

import pytest

from feedback.actions import accounts, asking, dispatching, handling, intake
from feedback.store import cases, queues, searching
from feedback.store.queues import Queue
from tests import people
from tests.conftest import actor, at

pytestmark = pytest.mark.anyio

MONDAY = at("2026-11-23 09:00")
UNCLEAR = "我家门口那个东西又坏了，没人管。"


async def submitted(hall, body=people.NOISE, now=MONDAY, **fields):
    receipt = await intake.submit(hall, intake.Letter(body=body, phone=people.XIAO_LIN_PHONE, **fields), now=now)
    return await cases.get(hall.database, receipt.number)


async def numbers(hall, someone, queue, *, now=MONDAY, typed="", cursor="", limit=50):
    found = searching.search(typed, hall.vault)
    rows, _ = await queues.page(hall.database, await actor(hall, someone), queue, found, cursor, now=now, limit=limit)
    return [case.number for case in rows]


async def test_each_status_is_in_its_queue_and_counted_there(hall):
    wang, diao = await actor(hall, people.WANG), await actor(hall, people.DIAO)
    fresh = await submitted(hall)
    working = await handling.accept(hall, wang, await submitted(hall), now=MONDAY)
    asked = await handling.accept(hall, wang, await submitted(hall), now=MONDAY)
    await handling.ask_citizen(hall, wang, asked, question="工地叫什么？", now=MONDAY)
    review = await handling.accept(hall, wang, await submitted(hall), now=MONDAY)
    await handling.reply(hall, wang, review, finding="", answer="已停工。", outcome=handling.Outcome.SOLVED, now=MONDAY)
    expected = {
        Queue.TO_ACCEPT: fresh, Queue.WORKING: working, Queue.AWAITING_CITIZEN: asked, Queue.REVIEW: review,
    }  # fmt: skip
    for queue, case in expected.items():
        assert await numbers(hall, people.WANG, queue) == [case.number], queue
    counted = await queues.counts(hall.database, wang, MONDAY)
    both = {Queue.OPEN: 4, Queue.MINE: 3, Queue.UNASSIGNED: 1}
    assert {queue: n for queue, n in counted.items() if n} == dict.fromkeys(expected, 1) | both
    unclear = await submitted(hall, UNCLEAR)
    assert await numbers(hall, people.DIAO, Queue.TRIAGE) == [unclear.number]
    assert (await queues.counts(hall.database, diao, MONDAY))[Queue.TRIAGE] == 1


async def test_due_soon_on_the_last_day_and_overdue_from_the_first_late_moment(hall):
    # A complaint of Monday 23 November: due 8 December 00:00, yellow from 7 December 00:00.
    case = await submitted(hall)
    for moment, soon, late in (
        ("2026-12-06 23:59", 0, 0),
        ("2026-12-07 00:00", 1, 0),
        ("2026-12-07 23:59", 1, 0),
        ("2026-12-08 00:00", 0, 1),
    ):
        counted = await queues.counts(hall.database, await actor(hall, people.WANG), at(moment))
        assert (counted[Queue.DUE_SOON], counted[Queue.OVERDUE]) == (soon, late), moment
    assert await numbers(hall, people.DU, Queue.OVERDUE, now=at("2026-12-08 00:00")) == [case.number]


async def test_a_case_that_waits_for_its_citizen_is_not_late(hall):
    wang = await actor(hall, people.WANG)
    case = await handling.accept(hall, wang, await submitted(hall), now=MONDAY)
    await handling.ask_citizen(hall, wang, case, question="工地叫什么？", now=at("2026-12-07 10:00"))
    assert await numbers(hall, people.WANG, Queue.OVERDUE, now=at("2026-12-09 09:00")) == []
    assert await numbers(hall, people.WANG, Queue.AWAITING_CITIZEN, now=at("2026-12-09 09:00")) == [case.number]


async def test_a_supporting_bureau_sees_the_case_and_a_foreign_one_does_not(hall):
    case = await submitted(hall)  # lead STHJ, support D_YF
    yufeng = people.Someone("yu", "鱼工", people.Role.HANDLER, "D_YF")
    await accounts.open_account(
        hall.database, username="yu", name="鱼工", role=yufeng.role, bureau="D_YF", password=people.PASSWORD
    )
    assert await numbers(hall, yufeng, Queue.WORKING) == [case.number]
    assert await numbers(hall, yufeng, Queue.TO_ACCEPT) == []
    for queue in (*Queue, None):
        assert await numbers(hall, people.LI, queue, typed="打桩") == []
        assert await numbers(hall, people.XI, queue, typed="打桩") == []


async def test_a_protected_case_is_in_the_queues_of_the_confidential_clerk_alone(hall):
    secret = await submitted(hall, "举报某局长受贿")
    ordinary = await submitted(hall, UNCLEAR)
    assert await numbers(hall, people.MI, Queue.TRIAGE) == [secret.number]
    for someone in (people.DIAO, people.DU, people.SHI):
        assert await numbers(hall, someone, Queue.TRIAGE) == [ordinary.number]
        assert await numbers(hall, someone, None, typed=secret.number) == []
    assert await numbers(hall, people.WANG, None, typed=secret.number) == []


async def test_a_return_waits_for_its_decision_apart(hall):
    wang, diao = await actor(hall, people.WANG), await actor(hall, people.DIAO)
    case = await submitted(hall)
    case = await handling.give_back(hall, wang, case, reason="not_ours", propose="CGJ", basis="", now=MONDAY)
    assert await numbers(hall, people.DIAO, Queue.RETURNED) == [case.number]
    assert await numbers(hall, people.DIAO, Queue.TRIAGE) == []
    assert await numbers(hall, people.WANG, Queue.RETURNED) == []
    await dispatching.decide_return(hall, diao, case, uphold=True, reason="同意", now=MONDAY)
    assert await numbers(hall, people.DIAO, Queue.TRIAGE) == [case.number]
    assert await numbers(hall, people.DIAO, Queue.RETURNED) == []


async def test_rework_has_its_own_queue_and_replied_shows_the_newest_first(hall):
    wang, shen = await actor(hall, people.WANG), await actor(hall, people.SHEN)
    answered = []
    for hour in (10, 11):
        case = await handling.accept(hall, wang, await submitted(hall), now=MONDAY)
        case = await handling.reply(
            hall, wang, case, finding="", answer="已停工。", outcome=handling.Outcome.SOLVED, now=MONDAY
        )
        answered.append(await handling.approve(hall, shen, case, now=at(f"2026-11-24 {hour}:00")))
    assert await numbers(hall, people.WANG, Queue.REPLIED) == [case.number for case in reversed(answered)]
    case = await asking.rate(hall, answered[0], solved=False, satisfaction=1, now=at("2026-11-25 08:00"))
    await asking.rework(hall, case, reason="又打桩了", now=at("2026-11-25 08:05"))
    assert await numbers(hall, people.WANG, Queue.REWORK) == [case.number]
    assert await numbers(hall, people.WANG, Queue.REPLIED) == [answered[1].number]


async def test_pages_follow_one_another_without_gap_or_repetition(hall):
    expected = [(await submitted(hall, now=MONDAY + timedelta(days=day // 3))).number for day in range(11)]
    who = await actor(hall, people.WANG)
    seen, cursor = [], ""
    while cursor is not None:
        rows, cursor = await queues.page(hall.database, who, Queue.TO_ACCEPT, None, cursor, now=MONDAY, limit=4)
        seen.append([case.number for case in rows])
    assert [len(part) for part in seen] == [4, 4, 3]
    assert [number for part in seen for number in part] == expected


async def test_of_those_to_be_signed_for_at_one_time_the_first_to_be_answered_comes_first(hall):
    """Then who came first; page by page, so that a page ends within the ties."""
    midnight, made = at("2026-11-25 00:00"), []
    for sign_by, due in (
        (midnight, "2026-12-08 00:00"),
        (midnight, "2026-11-27 00:00"),
        (midnight, "2026-12-08 00:00"),
        (at("2026-11-24 00:00"), "2026-12-30 00:00"),
        (midnight, "2026-11-26 00:00"),
        (None, "2026-11-25 00:00"),  # nobody set a time to sign: by when it must be answered, the same midnight
    ):
        case = await submitted(hall)
        row = {"id": case.id, "sign_by": sign_by, "due": at(due)}
        await hall.database.execute("UPDATE cases SET accept_due_at = :sign_by, due_at = :due WHERE id = :id", row)
        made.append(case.number)
    expected = [made[n] for n in (3, 5, 4, 1, 0, 2)]
    for limit in (1, 2, 4):
        for someone in (people.WANG, people.DU):
            seen, cursor = [], ""
            while cursor is not None:
                rows, cursor = await queues.page(
                    hall.database, await actor(hall, someone), Queue.TO_ACCEPT, None, cursor, now=MONDAY, limit=limit
                )
                seen += [case.number for case in rows]
            assert seen == expected, (someone, limit)


@pytest.mark.parametrize("cursor", ["x", "AAAA", "bnVsbA", "WzEsMl0", "WyIyMDI2LTExLTIzIiwgMV0", "WzEsIDIsIDNd", "WyIyMDI2LTExLTIzIiwgIjIwMjYtMTEtMjMiLCAxXQ", "W" * 9000, "￥"])
async def test_a_made_up_cursor_is_refused(hall, cursor):
    with pytest.raises(queues.BadCursor):
        await numbers(hall, people.WANG, Queue.WORKING, cursor=cursor)


async def test_search_by_number_phone_and_words(hall):
    noise = await submitted(hall, address="东环大道 100% 号", title="夜里打桩")
    other = await submitted(hall, people.NOISE.replace("东环大道", "荣军路"))
    assert await numbers(hall, people.WANG, None, typed=f" {noise.number} ") == [noise.number]
    both = [other.number, noise.number]
    assert await numbers(hall, people.WANG, None, typed="139 7720 0001") == both
    assert await numbers(hall, people.WANG, None, typed="+86 13977200001") == both
    assert await numbers(hall, people.WANG, None, typed=people.XIAO_ZHOU_PHONE) == []
    assert await numbers(hall, people.WANG, Queue.TO_ACCEPT, typed="荣军路 打桩") == [other.number]
    # % and _ are letters like others.
    assert await numbers(hall, people.WANG, None, typed="100% 号") == [noise.number]
    assert await numbers(hall, people.WANG, None, typed="1__% 号") == []
    assert await numbers(hall, people.WANG, None, typed="东环\\大道") == []


class Recording:
    """Passes statements on to the database and remembers them."""

    def __init__(self, database):
        self.database, self.seen = database, []

    async def fetch_all(self, query: str, values: dict[str, Any]):
        self.seen.append((query, values))
        return await self.database.fetch_all(query, values)

    async def fetch_one(self, query: str, values: dict[str, Any]):
        self.seen.append((query, values))
        return await self.database.fetch_one(query, values)


async def fill(hall):
    """20,000 cases of which one in ten is open, spread over ten bureaus, and their numbers told to the planner."""
    await hall.database.execute(
        """INSERT INTO cases (id, number, status, round, kind, bureau, title, body, urgent, protected, anonymous,
            publish, source, decision, limit_code, limit_version, received_at, round_started_at, due_at, warn_at,
            answered_at, head)
        SELECT 1000000 + n, '2026-0101-' || 1000000 + n,
            CASE WHEN n % 10 > 0 THEN 'closed' ELSE
                (ARRAY['assigned','working','triage','in_review','awaiting_citizen','suspended','replied'])[1 + n / 10 % 7] END,
            1 + (n % 97 = 0)::int, 'complaint',
            CASE WHEN n % 10 = 0 AND n / 10 % 7 = 2 THEN NULL ELSE
                (ARRAY['STHJ','CGJ','ZJJ','GAJ','SCJ','RSJ','JYJ','JTJ','D_YF','D_LB'])[1 + n / 70 % 10] END,
            '夜里打桩', '工地夜里打桩，声音很大。', false, n % 2000 = 20, false, false, 'web', 'auto', 'TS', '2026-1', at, at,
            at + interval '14 days', at + interval '13 days',
            CASE WHEN n % 10 > 0 OR n / 10 % 7 = 6 THEN at + interval '5 days' END, '\\x00'
        FROM (SELECT n, TIMESTAMPTZ '2026-11-23 09:00+08' - n * interval '2 minutes' AS at FROM generate_series(1, 20000) AS n) x"""
    )
    for table in ("cases", "assignments", "events"):
        await hall.database.execute(f"ANALYZE {table}")


async def test_no_queue_reads_all_cases(hall):
    await fill(hall)
    recording = Recording(hall.database)
    for someone in (people.WANG, people.SHEN, people.DIAO, people.DU, people.MI):
        who = await actor(hall, someone)
        await queues.counts(recording, who, MONDAY)  # type: ignore[arg-type]
        for queue in Queue:
            _, following = await queues.page(recording, who, queue, None, "", now=MONDAY)  # type: ignore[arg-type]
            if following:
                await queues.page(recording, who, queue, None, following, now=MONDAY)  # type: ignore[arg-type]
    assert len(recording.seen) > 50
    for query, values in recording.seen:
        plan = "\n".join(row[0] for row in await hall.database.fetch_all(f"EXPLAIN {query}", values))
        assert "Seq Scan on cases" not in plan, f"{query}\n{plan}"


async def test_counts_stop_at_a_thousand(hall):
    await fill(hall)
    counted = await queues.counts(hall.database, await actor(hall, people.DU), MONDAY)
    assert counted[Queue.REPLIED] == queues.MOST
    assert counted[Queue.SUSPENDED] < queues.MOST
