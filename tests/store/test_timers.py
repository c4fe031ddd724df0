"""What the clock and the worker look for every few seconds is led by an index, however many cases the city has."""

from datetime import timedelta

import pytest

from feedback.rules.ladder import Look
from feedback.store import calendars, hot_issues, reminders, shadows, stages, timers
from tests.store.test_queues import MONDAY, Recording, fill

pytestmark = pytest.mark.anyio


async def long_since(hall):
    """A city that has been at work for years: what is late is known as late and warned of, most answers are settled."""
    await fill(hall)
    for change in (
        "UPDATE cases SET breached_at = due_at, warned_round = round WHERE due_at < '2026-11-23' AND answered_at IS NULL",
        "UPDATE cases SET status = 'replied', solved = false WHERE status = 'closed' AND id % 5 = 0",
        "INSERT INTO novelty SELECT id, 0 FROM cases",
        "ANALYZE cases",
        "ANALYZE novelty",
    ):
        await hall.database.execute(change)


WEEKDAY = Look(MONDAY, MONDAY + timedelta(hours=15), MONDAY + timedelta(hours=15))
BEFORE_REST = Look(MONDAY, MONDAY + timedelta(hours=15), MONDAY + timedelta(hours=15 + 48))

LOOKS = {
    "expired pauses": (lambda asked: timers.expired_pauses(asked, now=MONDAY), "cases_pause"),
    "breaches": (lambda asked: timers.breached(asked, now=MONDAY), "cases_breach"),
    "silence": (lambda asked: timers.silent(asked, now=MONDAY), "cases_settle"),
    "warnings": (lambda asked: reminders.due(asked, WEEKDAY), "cases_to_warn"),
    "warnings before a rest day": (lambda asked: reminders.due(asked, BEFORE_REST), "cases_to_warn"),
    "provisional due times": (lambda asked: calendars.provisional(asked, after=0), "cases_provisional"),
    "pauses that run": (lambda asked: calendars.waiting(asked, after=0), "cases_waiting"),
    "unsolved without rework": (lambda asked: timers.unsolved(asked, now=MONDAY), "cases_unsolved"),
    "new cases to group": (
        lambda asked: hot_issues.ungrouped(asked, since=MONDAY - timedelta(minutes=15), limit=20),
        "cases_received",
    ),
    "new words": (lambda asked: shadows.unmeasured(asked, since=MONDAY - timedelta(minutes=15), most=100), "cases_received"),
}


async def test_the_clock_never_reads_all_cases(hall):
    await long_since(hall)
    for name, (look, index) in LOOKS.items():
        asked = Recording(hall.database)
        await look(asked)
        for query, values in asked.seen:
            rows = await hall.database.fetch_all(f"EXPLAIN (ANALYZE, FORMAT TEXT) {query}", values)
            plan = "\n".join(row[0] for row in rows)
            assert f"using {index}" in plan and "Seq Scan on cases" not in plan, f"{name}\n{plan}"


async def test_what_bureaus_owe_before_the_answer_is_found_among_what_runs(hall):
    """A lead and a supporting bureau had every case; one in a thousand still owes something."""
    await long_since(hall)
    await hall.database.execute(
        """INSERT INTO assignments (case_id, bureau, role, round, from_at, until_at, accepted_at, contacted_at, contributed_at,
            accept_due_at, accept_warn_at, contact_due_at, contact_warn_at, contribute_due_at, contribute_warn_at)
        SELECT id, desk, role, 1, received_at, CASE WHEN answered_at IS NOT NULL THEN answered_at END, done, done, done,
            due_at, warn_at, due_at, warn_at, due_at, warn_at
        FROM (SELECT *, CASE WHEN id % 1000 > 0 THEN received_at END AS done FROM cases) AS cases
        CROSS JOIN (VALUES ('lead', 'STHJ'), ('support', 'CGJ')) AS roles (role, desk)"""
    )
    await hall.database.execute("ANALYZE assignments")
    for look in (
        lambda asked: stages.missed(asked, now=MONDAY),
        lambda asked: stages.due(asked, WEEKDAY),
        lambda asked: stages.due(asked, BEFORE_REST),
    ):
        asked = Recording(hall.database)
        await look(asked)
        [(query, values)] = asked.seen
        plan = "\n".join(row[0] for row in await hall.database.fetch_all(f"EXPLAIN (ANALYZE, FORMAT TEXT) {query}", values))
        used = [index for index in ("assignments_to_accept", "assignments_to_contact", "assignments_to_contribute") if index in plan]
        assert len(used) == 3 and "Seq Scan on assignments" not in plan and "Seq Scan on cases" not in plan, plan


async def test_new_cases_are_compared_with_the_latest_of_their_matter_and_bureau(hall):
    await long_since(hall)
    category = await hall.database.fetch_val("SELECT min(code) FROM categories")
    await hall.database.execute("UPDATE cases SET category = :category WHERE id % 40 = 1", {"category": category})
    await hall.database.execute("INSERT INTO hot_issues (first_at, last_at) SELECT received_at, received_at FROM cases")
    await hall.database.execute("INSERT INTO hot_issue_cases SELECT id, id - (SELECT min(id) FROM cases) + 1 FROM cases")
    await hall.database.execute("ANALYZE cases")
    fresh = [{"category": category, "bureau": "STHJ", "received_at": MONDAY}]
    found = await hot_issues.grouped(hall.database, fresh)
    plain = await hall.database.fetch_all("SELECT id, category, bureau FROM cases ORDER BY received_at DESC")
    matter = [row["id"] for row in plain if row["category"] == category]
    bureau = [row["id"] for row in plain if row["bureau"] == "STHJ"]
    wanted = {*matter[: hot_issues.OF_MATTER], *bureau[: hot_issues.OF_BUREAUS]}
    assert [row["id"] for row in found] == [row["id"] for row in plain if row["id"] in wanted]
