"""Rated as not solved and no rework asked for: closed with that rating when the 30 days are over (SETTLED 8)."""

import pytest

from feedback.actions import asking, handling, supervising, timing
from feedback.rules.status import Status, WrongStep
from feedback.store import cases
from tests import people
from tests.actions.test_pauses import working
from tests.conftest import actor, at

pytestmark = pytest.mark.anyio


async def answered(hall, case, day):
    """The case answered at 10:00 of the day and rated as not solved an hour later."""
    wang, shen = await actor(hall, people.WANG), await actor(hall, people.SHEN)
    said = {"finding": "", "answer": "已停工。", "outcome": handling.Outcome.SOLVED}
    case = await handling.reply(hall, wang, case, **said, now=at(f"{day} 09:30"))
    case = await handling.approve(hall, shen, case, now=at(f"{day} 10:00"))
    return await asking.rate(hall, case, solved=False, satisfaction=1, now=at(f"{day} 11:00"))


async def test_it_closes_after_thirty_days_and_keeps_its_rating(hall):
    case, _ = await working(hall)
    case = await answered(hall, case, "2026-11-24")
    await timing.tick(hall, now=at("2026-12-24 09:59"))
    assert (await cases.get(hall.database, case.number)).status is Status.REPLIED
    await timing.tick(hall, now=at("2026-12-24 10:00"))
    after = await cases.get(hall.database, case.number)
    assert (after.status, after.closed_at) == (Status.CLOSED, at("2026-12-24 10:00"))
    assert (after.solved, after.satisfaction, after.rated_at) == (False, 1, at("2026-11-24 11:00"))
    with pytest.raises(WrongStep):
        await asking.rework(hall, after, reason="又响了", now=at("2026-12-24 10:01"))


async def test_it_waits_for_the_supervisor_to_decide(hall):
    case, wang = await working(hall)
    case = await answered(hall, case, "2026-11-24")
    case = await asking.rework(hall, case, reason="又响了", now=at("2026-11-25 09:00"))
    case = await handling.accept(hall, wang, case, now=at("2026-11-25 10:00"))
    case = await answered(hall, case, "2026-11-26")
    case = await asking.rework(hall, case, reason="还是响", now=at("2026-12-26 09:59"))
    await timing.tick(hall, now=at("2026-12-28 09:00"))
    case = await cases.get(hall.database, case.number)
    assert case.status is Status.REPLIED
    du = await actor(hall, people.DU)
    case = await supervising.refuse_rework(hall, du, case, reason="三次复测都没有超标", now=at("2026-12-28 10:00"))
    await timing.tick(hall, now=at("2026-12-28 10:01"))
    assert (await cases.get(hall.database, case.number)).status is Status.CLOSED
    said = (await cases.texts(hall.database, case.id, vault=hall.vault, public_only=True))[-1].body
    assert "没有得到同意" in said and "没有要求" not in said
