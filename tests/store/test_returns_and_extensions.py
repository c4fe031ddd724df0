"""Returns that were not accepted, and who is on time only by an extension; worked out by hand."""

import pytest

from feedback.actions import asking, dispatching, handling, supervising, timing
from feedback.rules import figure
from feedback.rules.figure import Period
from feedback.store import cases, cohort, statistics
from tests import people
from tests.actions.test_story import MONDAY, submitted
from tests.conftest import actor, at

pytestmark = pytest.mark.anyio


async def row(hall, now):
    counted = await statistics.tally(
        hall.database, Period(MONDAY.date(), MONDAY.date()), cohort.By.BUREAU, now=at(now)
    )
    return {key: figure.row(tally) for key, tally in counted.rows.items()}, figure.row(counted.total)


async def test_a_rejected_return_is_wrongful_and_an_accepted_one_is_not(hall):
    wang, diao = await actor(hall, people.WANG), await actor(hall, people.DIAO)
    for uphold in (True, False, False):
        _, case = await submitted(hall)
        case = await handling.give_back(
            hall, wang, case, reason="not_ours", propose="CGJ", basis="", now=at("2026-11-23 11:00")
        )
        case = await dispatching.decide_return(
            hall, diao, case, uphold=uphold, reason="看过", now=at("2026-11-23 12:00")
        )
        if uphold:
            await dispatching.dispatch(hall, diao, case, bureau="CGJ", now=at("2026-11-23 12:05"))
    rows, total = await row(hall, "2026-11-24 09:00")
    assert (rows["STHJ"]["return_rate"], rows["STHJ"]["wrongful_return_rate"]) == (1, 2 / 3)
    assert rows["CGJ"]["wrongful_return_rate"] is None  # it returned nothing
    assert (total["returned"], total["wrongful_return_rate"]) == (3, 2 / 3)


async def test_an_extension_granted_after_the_day_it_was_asked_for_counts_also_when_the_round_is_over(hall):
    wang, du, shen = [await actor(hall, one) for one in (people.WANG, people.DU, people.SHEN)]
    _, case = await submitted(hall)  # due at the end of 7 December
    case = await handling.accept(hall, wang, case, now=at("2026-11-23 10:00"))
    case = await handling.request_extension(hall, wang, case, days=5, reason="等监测", now=at("2026-12-07 16:00"))
    await timing.tick(hall, now=at("2026-12-08 00:01"))
    case = await cases.by_id(hall.database, case.id)
    case = await supervising.decide_extension(hall, du, case, grant=True, reason="可以", now=at("2026-12-08 09:00"))
    case = await handling.reply(
        hall, wang, case, finding="", answer="已停工。", outcome=handling.Outcome.SOLVED, now=at("2026-12-09 10:00")
    )
    case = await handling.approve(hall, shen, case, now=at("2026-12-09 11:00"))
    _, before = await row(hall, "2026-12-10 09:00")
    await asking.rework(hall, case, reason="又响了", now=at("2026-12-10 10:00"))
    _, after = await row(hall, "2026-12-10 11:00")
    assert before["on_time_rate"] == 1 and after["overdue"] == 0
    late = cohort.members(["late"])
    again = await hall.database.fetch_val(
        f"{cohort.query(cohort.Narrow())} SELECT {late} FROM judged",
        cohort.values(Period(MONDAY.date(), MONDAY.date()), cohort.Narrow(), now=at("2026-12-10 11:00")),
    )
    assert again == 0


async def test_an_extension_makes_on_time_what_would_have_been_late(hall):
    wang, du, shen = [await actor(hall, one) for one in (people.WANG, people.DU, people.SHEN)]
    _, case = await submitted(hall)  # due at the end of 7 December
    case = await handling.accept(hall, wang, case, now=at("2026-11-23 10:00"))
    case = await handling.request_extension(hall, wang, case, days=3, reason="等监测", now=at("2026-12-01 10:00"))
    case = await supervising.decide_extension(hall, du, case, grant=True, reason="可以", now=at("2026-12-01 11:00"))
    assert (case.due_at, case.base_due_at) == (at("2026-12-11 00:00"), at("2026-12-08 00:00"))
    case = await handling.reply(
        hall, wang, case, finding="", answer="已停工。", outcome=handling.Outcome.SOLVED, now=at("2026-12-09 10:00")
    )
    await handling.approve(hall, shen, case, now=at("2026-12-09 11:00"))
    _, total = await row(hall, "2026-12-10 09:00")
    assert (total["on_time_rate"], total["on_time_rate_without_extension"]) == (1, 0)
