"""Signing for a case and the first word to its citizen: their own due times, warnings, breaches and rates."""

import asyncio
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feedback.actions import dispatching, handling, timing
from feedback.rules import figure, ladder
from feedback.rules.figure import Period
from feedback.rules.limit import Regime, Stage
from feedback.rules.status import Status, Step
from feedback.store import cases, queues, statistics
from feedback.store.cohort import By
from feedback.store.queues import Queue
from feedback.web import stage_view
from tests import people
from tests.actions.test_story import submitted
from tests.actions.walking import city_hall
from tests.conftest import actor, apart, at

pytestmark = pytest.mark.anyio

# The noise of Monday 23 November 2026, 09:00: to sign for and to contact within one working day. Tuesday counts, so yellow
# begins on Tuesday 0:00, and Wednesday 0:00 is the first moment that is too late.
WARN, DUE = at("2026-11-24 00:00"), at("2026-11-25 00:00")


async def lead(hall, case):
    [held] = [one for one in await cases.assignments(hall.database, case.id) if one.role == "lead"]
    return held


async def told(hall, someone) -> list[str]:
    rows = await hall.database.fetch_all(
        """SELECT what FROM inbox JOIN people ON people.id = person_id WHERE username = :u
        AND (what LIKE 'soon%' OR what LIKE 'late%') ORDER BY inbox.id""",
        {"u": someone.username},
    )
    return [row["what"] for row in rows]


async def steps(hall, case) -> list[Step]:
    return [one.step for one in await cases.events(hall.database, case.id)]


async def test_due_and_warn_times_are_stored_with_the_assignment(hall):
    _, case = await submitted(hall)
    held = await lead(hall, case)
    assert (held.accept_warn_at, held.accept_due_at) == (held.contact_warn_at, held.contact_due_at) == (WARN, DUE)


async def test_who_does_not_sign_is_reminded_then_the_head_then_the_supervisor(hall):
    _, case = await submitted(hall)
    await timing.tick(hall, now=at("2026-11-23 17:00"))
    await timing.tick(hall, now=at("2026-11-24 08:29"))
    assert await told(hall, people.WANG) == []
    await timing.tick(hall, now=at("2026-11-24 08:30"))
    assert await told(hall, people.WANG) == ["soon_accept", "soon_contact"]
    assert await told(hall, people.JU) == []
    await timing.tick(hall, now=at("2026-11-24 12:00"))
    assert await told(hall, people.JU) == ["soon_accept", "soon_contact"]
    await timing.tick(hall, now=DUE)  # recorded at once, nobody is woken
    held = await lead(hall, case)
    assert (held.accept_breached_at, held.contact_breached_at) == (DUE, DUE)
    assert await told(hall, people.DU) == []
    await timing.tick(hall, now=at("2026-11-25 08:30"))
    assert await told(hall, people.DU) == ["late_accept", "late_contact"]
    assert await told(hall, people.SHI) == await told(hall, people.LI) == []
    before = await steps(hall, case)
    assert (before.count(Step.BREACH_ACCEPT), before.count(Step.BREACH_CONTACT), before.count(Step.WARN)) == (1, 1, 6)
    await timing.tick(hall, now=at("2026-11-26 09:00"))
    assert await steps(hall, case) == before


async def test_a_stage_that_is_over_is_not_looked_at_any_more(hall):
    """Missed, and everybody was warned: the clock, which looks every five seconds, has nothing more to do with it."""
    _, case = await submitted(hall)

    async def over() -> tuple[bool, bool]:
        row = await hall.database.fetch_one("SELECT accept_over, contact_over FROM assignments WHERE role = 'lead'")
        return row["accept_over"], row["contact_over"]

    await timing.tick(hall, now=at("2026-11-24 12:00"))
    await timing.tick(hall, now=DUE)
    assert await over() == (False, False)  # the supervisor sleeps
    await timing.tick(hall, now=at("2026-11-25 08:30"))
    assert await over() == (True, True)
    wang = await actor(hall, people.WANG)
    await handling.accept(hall, wang, await cases.get(hall.database, case.number), now=at("2026-11-25 09:00"))
    held = await lead(hall, case)
    assert (held.accept_breached_at, held.accepted_at) == (DUE, at("2026-11-25 09:00"))


async def test_a_form_opened_before_the_stage_was_missed_is_not_stale(hall):
    _, case = await submitted(hall)
    await timing.tick(hall, now=DUE)
    found = await cases.get(hall.database, case.number)
    assert found.version == case.version


async def test_who_signed_and_spoke_in_time_hears_nothing(hall):
    _, case = await submitted(hall)
    wang = await actor(hall, people.WANG)
    case = await handling.accept(hall, wang, case, now=at("2026-11-23 10:00"))
    await handling.contact(hall, wang, case, text="今晚去看", now=at("2026-11-23 11:00"))
    await timing.tick(hall, now=at("2026-11-26 09:00"))
    held = await lead(hall, case)
    assert (held.accepted_at, held.contacted_at) == (at("2026-11-23 10:00"), at("2026-11-23 11:00"))
    assert held.accept_breached_at is held.contact_breached_at is None
    assert await told(hall, people.WANG) == []


async def test_11_12_a_late_first_word_stays_visible_after_the_answer(hall):
    _, case = await submitted(hall)
    wang, shen = await actor(hall, people.WANG), await actor(hall, people.SHEN)
    case = await handling.accept(hall, wang, case, now=at("2026-11-23 10:00"))
    # No tick in between: what comes too late is recorded as late by the step itself.
    case = await handling.contact(hall, wang, case, text="今晚去看", now=at("2026-11-25 00:00"))
    case = await handling.reply(hall, wang, case, finding="", answer="已停工。", outcome=handling.Outcome.SOLVED, now=at("2026-11-25 10:00"))
    case = await handling.approve(hall, shen, case, now=at("2026-11-25 11:00"))
    now = at("2026-11-26 09:00")
    await timing.tick(hall, now=now)
    shown = stage_view.stages(hall.city, case, await cases.assignments(hall.database, case.id), now)
    assert [(one["stage"], one["done_at"] is not None, one["late"], one["light"]) for one in shown if one["stage"] is not Stage.CONTRIBUTE] == [
        ("accept", True, False, "done"), ("contact", True, True, "done"), ("reply", True, False, "done"),
    ]  # fmt: skip
    assert (await lead(hall, case)).contact_breached_at == DUE


async def test_an_answer_is_a_first_word_and_a_return_ends_what_was_owed(hall):
    _, case = await submitted(hall)
    wang, diao = await actor(hall, people.WANG), await actor(hall, people.DIAO)
    case = await handling.give_back(hall, wang, case, reason="not_ours", propose="CGJ", basis="", now=at("2026-11-23 11:00"))
    await timing.tick(hall, now=at("2026-11-26 09:00"))
    held = await lead(hall, case)
    assert held.accept_breached_at is held.contact_breached_at is held.contacted_at is None
    case = await cases.get(hall.database, case.number)
    case = await dispatching.decide_return(hall, diao, case, uphold=True, reason="对", now=at("2026-11-26 10:00"))
    case = await dispatching.dispatch(hall, diao, case, bureau="CGJ", now=at("2026-11-26 10:00"))
    second = (await cases.assignments(hall.database, case.id))[-1]
    assert second.accept_due_at == at("2026-11-28 00:00")  # the next bureau has a whole working day, the Friday


async def test_to_accept_begins_with_whom_the_time_to_sign_runs_out_first(hall):
    wang = await actor(hall, people.WANG)
    made = []
    for until in ("2026-11-25 16:00", "2026-11-24 09:00", "2026-11-24 11:00"):
        _, case = await submitted(hall)
        row = {"id": case.id, "at": at(until)}
        await hall.database.execute("UPDATE cases SET accept_due_at = :at WHERE id = :id", row)
        made.append(case.number)
    seen, cursor = [], ""
    while cursor is not None:
        rows, cursor = await queues.page(hall.database, wang, Queue.TO_ACCEPT, None, cursor, now=WARN, limit=1)
        seen += [one.number for one in rows]
    assert seen == [made[1], made[2], made[0]]


async def test_another_regime_has_other_stages_from_the_same_dispatch(hall):
    _, case = await submitted(hall)
    diao = await actor(hall, people.DIAO)
    await dispatching.change_regime(hall, diao, case, regime=Regime.XINFANG, now=at("2026-11-23 15:00"))
    # 15 calendar days after Monday 23 November: Tuesday 8 December is the last.
    assert (await lead(hall, case)).accept_due_at == at("2026-12-09 00:00")


async def test_rates_are_of_dispatches_by_bureau(hall):
    wang = await actor(hall, people.WANG)
    one, two, three, _ = [(await submitted(hall))[1] for _ in range(4)]
    await handling.accept(hall, wang, one, now=at("2026-11-23 10:00"))
    await handling.accept(hall, wang, two, now=at("2026-11-25 10:00"))
    await handling.give_back(hall, wang, three, reason="not_ours", propose="CGJ", basis="", now=at("2026-11-23 11:00"))
    # In time: one; late: two, and the fourth that nobody signed for; the third left in time and counts for nothing.
    now = at("2026-11-25 12:00")
    day = Period(at("2026-11-23 09:00").date(), at("2026-11-23 09:00").date())
    for _ in range(2):  # before the clock recorded it, and after
        counted = await statistics.tally(hall.database, day, By.BUREAU, now=now)
        for row in (figure.row(counted.rows["STHJ"]), figure.row(counted.total)):
            assert (row["accept_on_time_rate"], row["accept_n"]) == (pytest.approx(1 / 3), 3)
            assert (row["contact_on_time_rate"], row["contact_n"]) == (0, 3)
        await timing.tick(hall, now=now)


OFFICE = st.sampled_from(["accept", "contact", "ask", "reply", "approve", "tick", "tick"])


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(walk=st.lists(st.tuples(OFFICE, st.integers(1, 12 * 60)), min_size=2, max_size=12))
def test_a_stage_is_missed_exactly_when_it_was_not_done_in_time(template, walk):
    """Whatever the bureau does and whenever the clock looks, two at once: missed or kept by the times alone, each rung once."""
    apart(_walk(template, walk))


async def _walk(template, walk):
    async with city_hall(template, "stages") as hall:
        _, case = await submitted(hall)
        wang, shen = await actor(hall, people.WANG), await actor(hall, people.SHEN)
        now, recorded = at("2026-11-23 09:00"), [None, None]
        for what, gap in walk:
            now += timedelta(minutes=gap)
            case = await cases.get(hall.database, case.number)
            await _act(hall, wang, shen, case, what, now)
            held = await lead(hall, case)
            breached = [held.accept_breached_at, held.contact_breached_at]
            for was, is_now in zip(recorded, breached, strict=True):
                assert was is None or is_now == was  # once and for ever
            recorded = breached
            _judge(held, now, ticked=what == "tick")
        rows = await hall.database.fetch_all(
            "SELECT stage_warnings.* FROM stage_warnings JOIN assignments ON id = assignment_id WHERE case_id = :id", {"id": case.id}
        )
        events = [one for one in await cases.events(hall.database, case.id) if one.step is Step.WARN]
        assert len(rows) == len({(row["stage"], row["rung"]) for row in rows}) == len(events)
        assert all(ladder.in_working_time(one.at, hall.city.calendar) and one.at >= WARN for one in events)


def _judge(held, now, *, ticked):
    for due, done, missed in (
        (held.accept_due_at, held.accepted_at, held.accept_breached_at),
        (held.contact_due_at, held.contacted_at, held.contact_breached_at),
    ):
        if done is not None:
            assert missed == (due if done >= due else None)
        elif now < due:
            assert missed is None
        elif ticked and held.until_at is None:
            assert missed == due


async def _act(hall, wang, shen, case, what, now):
    if what == "tick":
        await asyncio.gather(timing.tick(hall, now=now), timing.tick(hall, now=now))
    elif what == "accept" and case.status is Status.ASSIGNED:
        await handling.accept(hall, wang, case, now=now)
    elif what == "contact" and case.status in (Status.ASSIGNED, Status.WORKING):
        await handling.contact(hall, wang, case, text="今晚去看", now=now)
    elif what == "ask" and case.status is Status.WORKING:
        await handling.ask_citizen(hall, wang, case, question="哪里？", now=now)
    elif what == "reply" and case.status is Status.WORKING:
        await handling.reply(hall, wang, case, finding="", answer="已停工。", outcome=handling.Outcome.SOLVED, now=now)
    elif what == "approve" and case.status is Status.IN_REVIEW:
        await handling.approve(hall, shen, case, now=now)
