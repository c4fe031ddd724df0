"""What a message promises is still so when it is written: no day that is over, no way that is closed. Times worked out by hand.

23 November 2026 is a Monday; a letter that nobody could place is due at the end of 30 November (help: 5 working days)."""

import dataclasses

import pytest

from feedback.actions import asking, dispatching, handling
from feedback.rules.limit import Regime
from feedback.store import cases
from feedback.web import notices
from tests import people
from tests.actions.test_endings import UNCLEAR, answered
from tests.actions.test_story import submitted
from tests.conftest import actor, at

pytestmark = pytest.mark.anyio

AGAIN, REWORK = "可以申请再看一次", "没有解决的可以要求重办"


@pytest.fixture
def hall(hall):
    """The hall of conftest with the words of the real templates."""
    return dataclasses.replace(hall, words=notices.words)


async def left_email(hall, case) -> None:
    await hall.database.execute(
        "UPDATE contacts SET email = :email WHERE case_id = :id",
        {"email": hall.vault.seal("lin@example.com"), "id": case.id},
    )


async def texts(hall, template, channel="sms") -> list[str]:
    rows = await hall.database.fetch_all(
        "SELECT text FROM notices WHERE template = :t AND channel = :c ORDER BY id", {"t": template, "c": channel}
    )
    return [hall.vault.open(row["text"]) for row in rows]


@pytest.mark.parametrize(
    ("moment", "says"), [("2026-11-30 23:59", "11月30日24:00前答复您。"), ("2026-12-01 00:00", "会尽快答复您。")]
)
async def test_a_letter_dispatched_after_its_due_time_is_promised_no_day_that_is_over(hall, moment, says):
    _, case = await submitted(hall, body=UNCLEAR)
    await left_email(hall, case)
    diao = await actor(hall, people.DIAO)
    await dispatching.dispatch(hall, diao, case, bureau="CGJ", category="B03", now=at(moment))
    [sms], [mail] = await texts(hall, "dispatched"), await texts(hall, "dispatched", "email")
    assert sms.endswith(says) and says in mail


async def test_only_the_first_refusal_offers_to_look_again(hall):
    _, case = await submitted(hall, body=UNCLEAR)
    await left_email(hall, case)
    diao, said = await actor(hall, people.DIAO), {"reason": "beyond", "route": "法院"}
    case = await dispatching.decline(hall, diao, case, **said, now=at("2026-11-23 10:00"))
    case = await asking.contest(hall, case, reason="再看看", now=at("2026-11-23 11:00"))
    case = await dispatching.divert(hall, diao, case, channel="court", now=at("2026-11-23 12:00"))
    [first], [second] = await texts(hall, "decline", "email"), await texts(hall, "divert", "email")
    assert (AGAIN in first, AGAIN in second) == (True, False)


async def test_the_last_answer_of_a_petition_by_statute_offers_no_further_round(hall):
    _, case = await submitted(hall)
    await left_email(hall, case)
    wang, diao = await actor(hall, people.WANG), await actor(hall, people.DIAO)
    case = await dispatching.change_regime(hall, diao, case, regime=Regime.XINFANG, now=at("2026-11-23 10:00"))
    await hall.database.execute("UPDATE cases SET round = 3 WHERE id = :id", {"id": case.id})
    case = await handling.accept(hall, wang, await cases.by_id(hall.database, case.id), now=at("2026-11-23 11:00"))
    await answered(hall, case, "2026-11-23 12:00")
    _, other = await submitted(hall)
    await left_email(hall, other)
    await answered(hall, await handling.accept(hall, wang, other, now=at("2026-11-23 11:00")), "2026-11-23 12:00")
    last, ordinary = await texts(hall, "answered", "email")
    assert (REWORK in last, REWORK in ordinary) == (False, True)
