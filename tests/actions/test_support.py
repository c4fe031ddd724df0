"""协办: a supporting bureau has a time of its own for what it tells the lead, and comes back with a case that comes back."""

from datetime import date

import pytest

from feedback.actions import dispatching, handling, reorganising, timing
from feedback.rules.limit import Regime, Stage
from feedback.rules.permission import Actor, Role
from feedback.rules.status import Status, Step
from feedback.rules.succession import Act, Change, Successor, What
from feedback.store import cases, stages
from feedback.web import stage_view
from tests import people
from tests.actions.test_story import submitted
from tests.conftest import actor, at

pytestmark = pytest.mark.anyio


async def owed(hall, case, moment):
    """What the supporting bureaus owe: title, until when, done when, light."""
    held = await cases.assignments(hall.database, case.id)
    found = stage_view.stages(hall.city, case, held, at(moment))
    return [(one["title"], one["due_at"], one["done_at"], str(one["light"]), one["late"]) for one in found if one["stage"] is Stage.CONTRIBUTE]


async def beside(hall):
    """Somebody of the district that supports the noise."""
    return Actor(Role.HANDLER, (await actor(hall, people.WANG)).person_id, "D_YF")


async def test_three_working_days_of_its_own_whatever_the_lead_does(hall):
    _, case = await submitted(hall)  # Monday 23 November: three working days are over at the end of Thursday
    name, due = hall.city.bureau_name("D_YF"), at("2026-11-27 00:00")
    assert await owed(hall, case, "2026-11-25 23:59") == [(f"协办反馈（{name}）", due, None, "green", False)]
    assert (await owed(hall, case, "2026-11-26 00:00"))[0][3] == "yellow"
    case = await handling.accept(hall, await actor(hall, people.WANG), case, now=at("2026-11-26 10:00"))
    assert (await owed(hall, case, "2026-11-27 00:00"))[0][3:] == ("red", True)
    case = await handling.contribute(hall, await beside(hall), case, finding="路面归我们", now=at("2026-11-27 09:00"))
    case = await handling.contribute(hall, await beside(hall), case, finding="已修好", now=at("2026-11-30 09:00"))
    assert await owed(hall, case, "2026-12-01 09:00") == [(f"协办反馈（{name}）", due, at("2026-11-27 09:00"), "done", True)]


async def test_a_dispatcher_who_names_supporting_bureaus_gives_them_their_time(hall):
    _, case = await submitted(hall, body="我家门口那个东西又坏了，没人管。")
    diao = await actor(hall, people.DIAO)
    case = await dispatching.dispatch(
        hall, diao, case, bureau="CGJ", category="B03", support=["ZJJ", "CGJ"], now=at("2026-11-27 18:00")
    )
    # After 17:30 on a Friday it counts as Monday 30 November: Tuesday, Wednesday, Thursday 3 December.
    assert [one[1] for one in await owed(hall, case, "2026-11-30 09:00")] == [at("2026-12-04 00:00")]


async def test_other_rules_give_a_supporting_bureau_other_times(hall):
    _, case = await submitted(hall)
    diao = await actor(hall, people.DIAO)
    case = await dispatching.change_urgency(hall, diao, case, urgent=True, now=at("2026-11-23 22:00"))
    assert [one[1] for one in await owed(hall, case, "2026-11-23 22:00")] == [at("2026-11-24 02:00")]  # 4 hours from then
    case = await dispatching.change_urgency(hall, diao, case, urgent=False, now=at("2026-11-23 22:10"))
    case = await dispatching.change_regime(hall, diao, case, regime=Regime.XINFANG, now=at("2026-11-24 09:00"))
    # 15 calendar days from the 23rd, when the bureau got it: the end of 8 December.
    assert [one[1] for one in await owed(hall, case, "2026-11-24 09:00")] == [at("2026-12-09 00:00")]


async def test_a_rejected_return_brings_the_supporting_bureaus_back(hall):
    _, case = await submitted(hall)
    wang, diao = await actor(hall, people.WANG), await actor(hall, people.DIAO)
    assert await cases.holders(hall.database, case.id) == {"STHJ", "D_YF"}
    case = await handling.give_back(
        hall, wang, case, reason="not_ours", propose="CGJ", basis="权责清单", now=at("2026-11-23 11:00")
    )
    assert await cases.holders(hall.database, case.id) == set()
    case = await dispatching.decide_return(hall, diao, case, uphold=False, reason="就是你局", now=at("2026-11-23 12:00"))
    assert await cases.holders(hall.database, case.id) == {"STHJ", "D_YF"}


async def supported(hall):
    """The noise, dispatched on Monday 23 November 2026 with the bureau of 李工 beside: it owes its findings until the end of Thursday."""
    _, case = await submitted(hall, body="我家门口那个东西又坏了，没人管。")
    diao = await actor(hall, people.DIAO)
    return await dispatching.dispatch(
        hall, diao, case, bureau="STHJ", category="C01", support=["CGJ"], now=at("2026-11-23 09:10")
    )


async def told(hall, someone):
    """What this person was told of findings that are owed."""
    rows = await hall.database.fetch_all(
        """SELECT what FROM inbox JOIN people ON people.id = person_id
        WHERE username = :u AND what LIKE '%\\_contribute' ORDER BY inbox.id""",
        {"u": someone.username},
    )
    return [row["what"] for row in rows]


async def missed(hall, case):
    [held] = [one for one in await cases.assignments(hall.database, case.id) if one.role == "support"]
    return held.contribute_breached_at


async def test_the_supporting_bureau_is_warned_on_its_last_day_and_the_supervisor_when_it_is_late(hall):
    case = await supported(hall)
    await timing.tick(hall, now=at("2026-11-25 17:00"))
    await timing.tick(hall, now=at("2026-11-26 08:29"))
    assert await told(hall, people.LI) == []
    await timing.tick(hall, now=at("2026-11-26 08:30"))
    await timing.tick(hall, now=at("2026-11-26 12:00"))
    assert await told(hall, people.LI) == ["soon_contribute"]
    assert await told(hall, people.DU) == []
    await timing.tick(hall, now=at("2026-11-27 00:00"))  # recorded at its true time, nobody is woken
    assert await missed(hall, case) == at("2026-11-27 00:00")
    await timing.tick(hall, now=at("2026-11-27 08:30"))
    await timing.tick(hall, now=at("2026-11-30 09:00"))
    assert await told(hall, people.DU) == ["late_contribute"]
    # The lead is not warned of what another bureau owes, and its own answer stays its own.
    assert await told(hall, people.WANG) == await told(hall, people.JU) == []
    events = await cases.events(hall.database, case.id)
    assert [one.step for one in events].count(Step.BREACH_CONTRIBUTE) == 1


async def test_findings_in_time_are_not_missed_and_nobody_is_warned(hall):
    case = await supported(hall)
    case = await handling.contribute(hall, await actor(hall, people.LI), case, finding="路面归我们", now=at("2026-11-25 16:00"))
    await timing.tick(hall, now=at("2026-11-30 09:00"))
    assert await missed(hall, case) is None
    assert await told(hall, people.LI) == await told(hall, people.DU) == []


async def test_findings_too_late_are_recorded_as_late_by_the_step_itself(hall):
    case = await supported(hall)
    case = await handling.contribute(hall, await actor(hall, people.LI), case, finding="路面归我们", now=at("2026-11-27 09:00"))
    assert await missed(hall, case) == at("2026-11-27 00:00")


async def test_what_was_missed_stays_missed_under_other_rules(hall):
    case = await supported(hall)
    await timing.tick(hall, now=at("2026-11-27 00:00"))
    found = await cases.get(hall.database, case.number)
    await dispatching.change_urgency(hall, await actor(hall, people.DIAO), found, urgent=True, now=at("2026-11-27 09:00"))
    assert await missed(hall, case) == at("2026-11-27 00:00")


async def test_a_list_says_once_what_several_bureaus_owe_and_nothing_to_a_bureau_that_owes_other_things(hall):
    _, case = await submitted(hall, body="我家门口那个东西又坏了，没人管。")
    diao = await actor(hall, people.DIAO)
    case = await dispatching.dispatch(
        hall, diao, case, bureau="STHJ", category="C01", support=["CGJ", "ZJJ"], now=at("2026-11-23 09:10")
    )
    found = (await stages.running(hall.database, [case.id]))[case.id]

    def told(bureau):
        shown = stage_view.running(hall.city, case, found, at("2026-11-27 09:00"), reader=bureau)
        return [(one["title"], str(one["light"])) for one in shown]

    lead = [("签收", "red"), ("首次联系市民", "red"), ("协办反馈（2 家单位）", "red")]
    assert told("STHJ") == told(None) == lead
    assert told("CGJ") == [(f"协办反馈（{hall.city.bureau_name('CGJ')}）", "red")]


async def test_asking_the_citizen_stops_no_time_of_the_supporting_bureau(hall):
    """It may tell what it found meanwhile, so what it owes is watched meanwhile too and not charged to it all at once afterwards."""
    case = await supported(hall)
    wang = await actor(hall, people.WANG)
    case = await handling.accept(hall, wang, case, now=at("2026-11-23 10:00"))
    await handling.ask_citizen(hall, wang, case, question="哪里？", now=at("2026-11-24 10:00"))
    await timing.tick(hall, now=at("2026-11-26 08:30"))
    assert await told(hall, people.LI) == ["soon_contribute"]
    await timing.tick(hall, now=at("2026-11-27 00:00"))
    assert await missed(hall, case) == at("2026-11-27 00:00")
    assert (await cases.get(hall.database, case.number)).status is Status.AWAITING_CITIZEN


async def test_a_successor_of_a_bureau_that_missed_it_does_not_miss_it_again(hall):
    case = await supported(hall)
    await timing.tick(hall, now=at("2026-11-27 00:00"))
    change = Change(2**62, What.BUREAU, Act.MERGE, "CGJ", date(2026, 11, 28), (Successor("ZJJ"),))
    await reorganising.plan(hall, await actor(hall, people.XI), [change], basis="柳政发〔2026〕9号", now=at("2026-11-27 09:00"))
    await reorganising.apply_due(hall, now=at("2026-11-28 00:01"))
    await timing.tick(hall, now=at("2026-11-30 09:00"))
    assert await cases.holders(hall.database, case.id) == {"STHJ", "ZJJ"}
    steps = [one.step for one in await cases.events(hall.database, case.id)]
    assert steps.count(Step.BREACH_CONTRIBUTE) == 1
