"""The whole table on a real database: from every status every step either leads where the table says, or changes nothing."""

from contextlib import AsyncExitStack
from datetime import timedelta

import pytest

from feedback.actions import intake
from feedback.rules.permission import WrongRole
from feedback.rules.status import TABLE, Status, Step
from feedback.store import cases
from tests import people
from tests.actions import acting
from tests.conftest import at

pytestmark = pytest.mark.anyio

UNCLEAR = "我家门口那个东西又坏了，没人管。"
ANSWERED = (Step.ACCEPT, Step.REPLY, Step.APPROVE)
SECOND_ROUND = (*ANSWERED, Step.REWORK, *ANSWERED)
PATHS: dict[Status, tuple[Step, ...]] = {
    Status.TRIAGE: (),
    Status.ASSIGNED: (),
    Status.WORKING: (Step.ACCEPT,),
    Status.AWAITING_CITIZEN: (Step.ACCEPT, Step.ASK_CITIZEN),
    Status.SUSPENDED: (Step.ACCEPT, Step.SUSPEND),
    Status.IN_REVIEW: (Step.ACCEPT, Step.REPLY),
    Status.REPLIED: ANSWERED,
    Status.CLOSED: (*ANSWERED, Step.SETTLE),
    Status.DECLINED: (Step.DECLINE,),
    Status.DIVERTED: (Step.DIVERT,),
    Status.WITHDRAWN: (Step.WITHDRAW,),
    Status.JOINED: (Step.JOIN,),
    Status.TERMINATED: (Step.TERMINATE,),
}
"""The shortest way to each status; no case is ever kept as merely submitted."""

BY_THE_DISPATCHER = (Status.TRIAGE, Status.DECLINED, Status.DIVERTED)
LATER = {
    Step.EXPIRE: 10, Step.BREACH: 40, Step.BREACH_ACCEPT: 5, Step.BREACH_CONTACT: 5, Step.BREACH_CONTRIBUTE: 5, Step.REMIND: 12,
}  # fmt: skip
"""Days to wait before the clock or a reminder is due."""

NOT_ALONE = {Step.SUBMIT, Step.ROUTE, Step.ASK, Step.FOLLOW, Step.RECOUNT, Step.RECOUNT_STAGES, Step.ASSIGN, Step.REORGANISE}
"""Taken by a letter, its lead case, a new calendar, a reorganisation; or need a colleague: each has tests of its own."""


def way(before: Status, step: Step) -> tuple[Step, ...]:
    """The path to that status on which the step has something to decide."""
    path = PATHS[before]
    if step in (Step.UPHOLD_RETURN, Step.REJECT_RETURN):
        return (Step.RETURN,)
    if step in (Step.GRANT_EXTENSION, Step.REFUSE_EXTENSION):
        return (Step.REQUEST_EXTENSION, *path)
    if step in (Step.REQUEST_REWORK, Step.REFUSE_REWORK):
        asked = (Step.REQUEST_REWORK,) if step is Step.REFUSE_REWORK else ()
        return (*SECOND_ROUND, *asked, *((Step.SETTLE,) if before is Status.CLOSED else ()))
    return path


def test_every_step_is_walked_or_has_tests_of_its_own():
    assert set(acting.ACTS) | NOT_ALONE == set(Step)


@pytest.fixture
async def world(template, before):
    """A database for each status: the clock looks at so many missed stages at a time, and those of other tests would stand first."""
    async with AsyncExitStack() as stack:
        yield await acting.world(stack, template, f"matrix_{before}")


async def brought(world, path, *, clear):
    """A new case after these steps, an hour apart, and when the last one was taken. It is never lucky nor unlucky: n is 1."""
    now = at("2026-11-23 09:00")
    body = people.NOISE if clear else UNCLEAR
    receipt = await intake.submit(world.hall, intake.Letter(body=body), now=now)
    case = await cases.get(world.hall.database, receipt.number)
    for step in path:
        now += timedelta(hours=1)
        case = await acting.ACTS[step](world, case, now, 1)
    return case, now


@pytest.mark.parametrize("before", PATHS)
async def test_what_the_table_forbids_changes_nothing(world, before):
    case, now = await brought(world, PATHS[before], clear=before not in BY_THE_DISPATCHER)
    assert case.status is before
    history = len(await cases.events(world.hall.database, case.id))
    forbidden = [step for step in acting.ACTS if before not in TABLE[step] and step is not Step.REQUEST_REWORK]
    for step in forbidden:
        try:
            after = await acting.ACTS[step](world, case, now + timedelta(days=40), 1)
        except (*acting.REFUSED, WrongRole):  # whoever has no case at hand is nobody's handler
            after = case
        assert after == case == await cases.get(world.hall.database, case.number), step
    assert len(await cases.events(world.hall.database, case.id)) == history and len(forbidden) > 15


@pytest.mark.parametrize("before", PATHS)
async def test_what_the_table_allows_leads_where_it_says(world, before):
    taken = 0
    for step in (step for step in TABLE if before in TABLE[step] and step not in NOT_ALONE):
        path = way(before, step)
        clear = before not in BY_THE_DISPATCHER or path == (Step.RETURN,)
        case, now = await brought(world, path, clear=clear)
        assert case.status is before, (step, case.status)
        n = 0 if step is Step.WARN else 1  # the first rung always has somebody to warn
        after = await acting.ACTS[step](world, case, now + timedelta(days=LATER.get(step, 0), hours=1), n)
        assert after.status in TABLE[step][before], step
        last = (await cases.events(world.hall.database, case.id))[-1]
        assert (last.step, last.from_status, last.to_status) == (step, before, after.status)
        taken += 1
    assert taken
