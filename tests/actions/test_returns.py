"""A return 退单 waits for its decision until somebody decides it, whichever way: then it is over for good."""

import pytest

from feedback.actions import asking, dispatching, handling, joining
from feedback.rules.status import Status, WrongStep
from feedback.store import cases
from feedback.web import case_view
from tests import people
from tests.actions.test_story import submitted
from tests.conftest import actor, at

pytestmark = pytest.mark.anyio


async def returned(hall):
    """The noise of Monday 23 November, returned by the ecology bureau."""
    _, case = await submitted(hall)
    wang = await actor(hall, people.WANG)
    return await handling.give_back(
        hall, wang, case, reason="not_ours", propose="GAJ", basis="权责清单", now=at("2026-11-23 10:00")
    )


async def seen(hall, case, moment):
    """What the dispatcher's page of the case says of the return, and whether it may be decided."""
    view = await case_view.staff(hall, await actor(hall, people.DIAO), case, now=at(moment))
    return view["returned"], "decide_return" in view["can"]


async def test_a_return_that_was_declined_is_not_to_decide_again_when_the_citizen_contests(hall):
    case, diao = await returned(hall), await actor(hall, people.DIAO)
    assert (await seen(hall, case, "2026-11-23 10:30"))[1]
    case = await dispatching.decline(
        hall, diao, case, reason="litigation", route="法院", explanation="已经起诉", now=at("2026-11-23 11:00")
    )
    case = await asking.contest(hall, case, reason="没有起诉", now=at("2026-11-24 10:00"))
    assert await seen(hall, case, "2026-11-24 10:30") == (None, False)
    with pytest.raises(WrongStep):
        await dispatching.decide_return(hall, diao, case, uphold=False, reason="归你局", now=at("2026-11-24 11:00"))
    held = await cases.assignments(hall.database, case.id)
    assert [one.bureau for one in held if one.until_at is None] == []


async def test_a_returned_letter_that_was_answered_with_its_lead_waits_for_no_decision(hall):
    case, diao = await returned(hall), await actor(hall, people.DIAO)
    wang, shen = await actor(hall, people.WANG), await actor(hall, people.SHEN)
    _, lead = await submitted(hall)
    lead = await handling.accept(hall, wang, lead, now=at("2026-11-23 10:30"))
    follower = await joining.join(hall, diao, case, lead=lead, now=at("2026-11-23 11:00"))
    lead = await handling.reply(
        hall, wang, lead, finding="", answer="已责令停工。", outcome=handling.Outcome.SOLVED, now=at("2026-11-23 14:00")
    )
    await handling.approve(hall, shen, lead, now=at("2026-11-23 15:00"))
    found = await cases.by_id(hall.database, follower.id)
    assert (found.status, found.returned) == (Status.REPLIED, False)
    assert await seen(hall, found, "2026-11-23 16:00") == (None, False)


async def test_a_returned_letter_that_goes_its_own_way_again_waits_for_its_decision_as_before(hall):
    case, diao = await returned(hall), await actor(hall, people.DIAO)
    _, lead = await submitted(hall)
    case = await joining.join(hall, diao, case, lead=lead, now=at("2026-11-23 11:00"))
    case = await joining.unjoin(hall, diao, case, now=at("2026-11-23 12:00"))
    said, may = await seen(hall, case, "2026-11-23 12:30")
    assert may and said["bureau"]["code"] == "STHJ"
