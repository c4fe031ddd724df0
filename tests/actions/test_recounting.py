"""The notice of 2027 comes: due times of the stages before the answer over the New Year, counted by hand.

Thursday 31 December 2026 is worked. Until the notice is known, Friday 1 January 2027 is off by the rule, 2 and 3 are a weekend,
Monday the 4th is worked. The notice of the tests (`NOTICE`) gives Monday the 4th off; `BRIDGE` has Saturday the 2nd worked."""

from datetime import timedelta

import pytest

from feedback.actions import dispatching, handling, recounting, timing
from feedback.rules.limit import Regime
from feedback.rules.status import Step
from feedback.store import calendars, cases
from feedback.web import timeline
from tests import people
from tests.actions.test_keeping_days import NOTICE, load
from tests.actions.test_stages import lead, told
from tests.actions.test_story import submitted
from tests.conftest import actor, at

pytestmark = pytest.mark.anyio

EVE = at("2026-12-31 09:00")
BRIDGE = "date,working,name\n2027-01-01,0,元旦\n2027-01-02,1,元旦\n"
BOTH = ("accept", "contact")


def stage_times(held, stage):
    return getattr(held, f"{stage}_due_at"), getattr(held, f"{stage}_warn_at")


@pytest.mark.parametrize(
    ("received", "notice", "signed", "told_lead", "moved"),
    [
        # Received Thursday: Monday the 4th counts; with it off, Tuesday the 5th. Three days: 4, 5, 6 and then 5, 6, 7.
        ("12-31 09:00", NOTICE, ("01-05", "01-06"), ("01-07", "01-08"), 3),
        # After 17:30 it is received on the next working day, the 4th or the 5th, and those after that count.
        ("12-31 17:31", NOTICE, ("01-06", "01-07"), ("01-08", "01-09"), 3),
        # Wednesday evening: received on Thursday.
        ("12-30 17:31", NOTICE, ("01-05", "01-06"), ("01-07", "01-08"), 3),
        # Wednesday morning: Thursday counts, which no notice moves. Three days: 31, 4, 5 and then 31, 5, 6.
        ("12-30 09:00", NOTICE, ("01-01", "01-01"), ("01-06", "01-07"), 1),
        # A worked Saturday brings it forward: the 2nd; 2, 4, 5.
        ("12-31 09:00", BRIDGE, ("01-05", "01-03"), ("01-07", "01-06"), 3),
        ("12-31 17:31", BRIDGE, ("01-06", "01-05"), ("01-08", "01-07"), 3),
        # On New Year's Day: received on the 4th, the 5th or, where it is worked, the 2nd.
        ("01-01 10:00", NOTICE, ("01-06", "01-07"), ("01-08", "01-09"), 3),
        ("01-01 10:00", BRIDGE, ("01-06", "01-05"), ("01-08", "01-07"), 3),
    ],
)
async def test_stages_in_working_days_follow_the_notice(hall, received, notice, signed, told_lead, moved):
    """One working day to sign and for the first word, three for the supporting bureau; each until midnight after the last of them."""
    now = day(received)
    _, case = await submitted(hall, now=now)
    assert await times(hall, case) == [day(signed[0]), day(signed[0]), day(told_lead[0])]
    await load(hall, notice, now=now)
    assert await recounting.recount(hall, now=now) >= moved
    assert await times(hall, case) == [day(signed[1]), day(signed[1]), day(told_lead[1])]
    held = await lead(hall, case)
    # Yellow is the last day that counts: it begins at the midnight before.
    assert held.accept_warn_at == held.contact_warn_at == day(signed[1]) - timedelta(days=1)
    place = await hall.database.fetch_val("SELECT accept_due_at FROM cases WHERE id = :id", {"id": case.id})
    [told_of] = await calendars.recounts(hall.database)
    assert (place, told_of["stages"]) == (day(signed[1]), moved)
    assert await recounting.recount(hall, now=now) == 0


def day(text):
    """12-31 is of 2026, 01-01 of 2027; midnight without a time."""
    return at(f"{'2026' if text.startswith('12') else '2027'}-{text}{'' if ':' in text else ' 00:00'}")


async def times(hall, case):
    held = await cases.assignments(hall.database, case.id)
    [support] = [one.contribute_due_at for one in held if one.role == "support"]
    return [(await lead(hall, case)).accept_due_at, (await lead(hall, case)).contact_due_at, support]


async def test_what_ceased_to_be_urgent_is_counted_from_then(hall):
    _, case = await submitted(hall, now=at("2026-12-30 09:00"))
    diao = await actor(hall, people.DIAO)
    case = await dispatching.change_urgency(hall, diao, case, urgent=True, now=at("2026-12-30 10:00"))
    case = await dispatching.change_urgency(hall, diao, case, urgent=False, now=EVE)
    assert await times(hall, case) == [day("01-05"), day("01-05"), day("01-07")]
    await load(hall, now=EVE)
    await recounting.recount(hall, now=EVE)
    assert await times(hall, case) == [day("01-06"), day("01-06"), day("01-08")]


async def test_hours_minutes_and_calendar_days_stay(hall):
    _, urgent = await submitted(hall, "小区里煤气泄漏，请马上来人！", now=EVE)
    await hall.database.execute("UPDATE cases SET urgent = true WHERE id = :id", {"id": urgent.id})
    urgent = await cases.get(hall.database, urgent.number)
    diao = await actor(hall, people.DIAO)
    urgent = await dispatching.dispatch(hall, diao, urgent, bureau="STHJ", category="C01", now=EVE)
    due = {stage: stage_times(await lead(hall, urgent), stage) for stage in BOTH}
    _, letter = await submitted(hall, now=EVE)
    letter = await dispatching.change_regime(hall, diao, letter, regime=Regime.XINFANG, now=EVE)
    # 15 days after 31 December end on 15 January.
    await load(hall, now=EVE)
    await recounting.recount(hall, now=EVE)
    # 30 minutes to sign for it, 2 hours for the first word; the last quarter is yellow.
    assert due == {
        "accept": (at("2026-12-31 09:30"), at("2026-12-31 09:22:30")),
        "contact": (at("2026-12-31 11:00"), at("2026-12-31 10:30")),
    }
    for stage in BOTH:
        assert stage_times(await lead(hall, urgent), stage) == due[stage]
        assert stage_times(await lead(hall, letter), stage) == (at("2027-01-16 00:00"), at("2027-01-15 00:00"))


async def test_what_is_done_and_what_was_missed_stays(hall):
    _, signed = await submitted(hall, now=EVE)
    _, missed = await submitted(hall, now=EVE)
    signed = await handling.accept(hall, await actor(hall, people.WANG), signed, now=at("2026-12-31 10:00"))
    await hall.database.execute(
        "UPDATE assignments SET accept_breached_at = accept_due_at WHERE case_id = :id AND role = 'lead'", {"id": missed.id}
    )
    late = at("2027-01-05 00:00")
    await load(hall, now=EVE)
    # Of each case the first word and the support move. The answers stay: ten working days end on the 15th, as the 9th is worked.
    assert await recounting.recount(hall, now=EVE) == 4
    held = await lead(hall, signed)
    assert (held.accept_due_at, held.contact_due_at) == (late, at("2027-01-06 00:00"))
    held = await lead(hall, missed)
    assert (held.accept_due_at, held.accept_breached_at, held.contact_due_at) == (late, late, at("2027-01-06 00:00"))
    place = await hall.database.fetch_val("SELECT accept_due_at FROM cases WHERE id = :id", {"id": missed.id})
    assert place == late


async def test_the_clock_goes_by_the_new_time_and_the_history_says_so_to_colleagues(hall):
    _, case = await submitted(hall, now=EVE)
    await timing.tick(hall, now=at("2027-01-04 08:30"))
    assert await told(hall, people.WANG) == ["soon_accept", "soon_contact"]
    await load(hall, now=at("2027-01-04 09:00"))
    assert await recounting.recount(hall, now=at("2027-01-04 09:01")) == 3
    stored = await cases.get(hall.database, case.number)
    assert stored.version == case.version  # nobody's form is stale because of it
    seqs = {one.seq for one in await cases.events(hall.database, case.id) if one.step is Step.RECOUNT_STAGES}
    said = [one for one in await cases.texts(hall.database, case.id, vault=hall.vault) if one.seq in seqs]
    assert not any(one.public for one in said) and sorted(one.body for one in said) == [
        "工作日历有变动，协办反馈期限由 2027年1月6日24:00 改为 2027年1月7日24:00。",
        "工作日历有变动，签收期限由 2027年1月4日24:00 改为 2027年1月5日24:00。"
        "工作日历有变动，首次联系期限由 2027年1月4日24:00 改为 2027年1月5日24:00。",
    ]
    seen = (await timeline.citizen_view(hall, stored, at("2027-01-04 09:02")))["timeline"]
    assert Step.RECOUNT_STAGES not in [line["step"] for line in seen]
    await timing.tick(hall, now=at("2027-01-05 00:00"))
    assert (await lead(hall, case)).accept_breached_at is None
    await timing.tick(hall, now=at("2027-01-06 00:00"))
    held = await lead(hall, case)
    assert held.accept_breached_at == held.contact_breached_at == at("2027-01-06 00:00")


async def test_a_bureau_that_has_it_no_more_is_left_alone(hall):
    _, case = await submitted(hall, now=EVE)
    wang, diao = await actor(hall, people.WANG), await actor(hall, people.DIAO)
    case = await handling.give_back(
        hall, wang, case, reason="not_ours", basis="三定方案", propose="CGJ", now=at("2026-12-31 10:00")
    )
    await load(hall, now=EVE)
    assert await recounting.recount(hall, now=at("2026-12-31 11:00")) == 0
    assert (await lead(hall, case)).accept_due_at == at("2027-01-05 00:00")
    case = await dispatching.decide_return(hall, diao, case, uphold=False, reason="是你们的", now=at("2026-12-31 12:00"))
    [_, again] = [one for one in await cases.assignments(hall.database, case.id) if one.role == "lead"]
    assert again.accept_due_at == at("2027-01-06 00:00")
