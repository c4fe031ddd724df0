"""Every step of the table as one call, for tests that take them in any order from any status."""

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from feedback.actions import (
    asking,
    dispatching,
    handling,
    intake,
    joining,
    recusing,
    splitting,
    supervising,
    timing,
    warning,
)
from feedback.actions.hall import Hall
from feedback.rules.ladder import Rung
from feedback.rules.limit import Regime, Stage
from feedback.rules.permission import Actor, Role
from feedback.rules.record import Case
from feedback.rules.status import Step, WrongStep
from feedback.store import cases, stages
from tests import people
from tests.actions.walking import city_hall
from tests.conftest import actor, at

BUREAUS = ("STHJ", "CGJ", "ZJJ")
CATEGORIES = ("C01", "B03", "A01")
REFUSED = (WrongStep, asking.TooEarly, handling.TooManyDays, handling.TooLateToReturn)
"""What a person who may take the step is told when this is not the moment for it."""

Act = Callable[["World", Case, datetime, int], Awaitable[Case]]


@dataclass
class World:
    """The hall, the people who take the steps, and an open case that others can be joined to."""

    hall: Hall
    staff: dict[Role, Actor]
    lead: Case

    def at_bureau(self, case: Case, role: Role = Role.HANDLER) -> Actor:
        """Somebody in this role at whichever bureau has the case."""
        return Actor(role, self.staff[role].person_id, case.bureau)


def bureau_step(act: Any, role: Role = Role.HANDLER, **fields: Any) -> Act:
    return lambda world, case, now, n: act(world.hall, world.at_bureau(case, role), case, now=now, **fields)


def city_step(act: Any, role: Role, **fields: Any) -> Act:
    return lambda world, case, now, n: act(world.hall, world.staff[role], case, now=now, **fields)


def citizen_step(act: Any, **fields: Any) -> Act:
    return lambda world, case, now, n: act(world.hall, case, now=now, **fields)


def clock_step(act: Any, due: Callable[[Case, datetime], bool]) -> Act:
    async def when_due(world: World, case: Case, now: datetime, n: int) -> Case:
        return await act(world.hall, case, now) if due(case, now) else case

    return when_due


def dispatch(world: World, case: Case, now: datetime, n: int) -> Awaitable[Case]:
    return dispatching.dispatch(
        world.hall, world.staff[Role.DISPATCHER], case, bureau=BUREAUS[n % 3], category=CATEGORIES[n % 3],
        support=BUREAUS[: n % 2 + 1], now=now,
    )  # fmt: skip


def rate(world: World, case: Case, now: datetime, n: int) -> Awaitable[Case]:
    return asking.rate(world.hall, case, solved=n % 2 == 0, satisfaction=n % 5 + 1, now=now)


def recategorise(world: World, case: Case, now: datetime, n: int) -> Awaitable[Case]:
    who = world.staff[Role.DISPATCHER]
    return dispatching.correct_category(world.hall, who, case, category=CATEGORIES[n % 3], now=now)


def split(world: World, case: Case, now: datetime, n: int) -> Awaitable[Case]:
    part = splitting.Part("另外路灯也坏了。", CATEGORIES[n % 3], bureau=BUREAUS[n % 3] if n % 4 else None)
    return splitting.split(world.hall, world.staff[Role.DISPATCHER], case, own="打桩", part=part, now=now)


def change_regime(world: World, case: Case, now: datetime, n: int) -> Awaitable[Case]:
    other = Regime.HOTLINE if case.regime is Regime.XINFANG else Regime.XINFANG
    return dispatching.change_regime(world.hall, world.staff[Role.DISPATCHER], case, regime=other, now=now)


def change_urgency(world: World, case: Case, now: datetime, n: int) -> Awaitable[Case]:
    who = world.staff[(Role.DISPATCHER, Role.SUPERVISOR)[n % 2]]
    return dispatching.change_urgency(world.hall, who, case, urgent=not case.urgent, now=now)


def contribute(world: World, case: Case, now: datetime, n: int) -> Awaitable[Case]:
    beside = Actor(Role.HANDLER, world.staff[Role.HANDLER].person_id, "D_YF")
    return handling.contribute(world.hall, beside, case, finding="路面归我们", now=now)


def instruct(world: World, case: Case, now: datetime, n: int) -> Awaitable[Any]:
    due = now + timedelta(days=3)
    return supervising.instruct(world.hall, world.staff[Role.SUPERVISOR], case, text="周五前办", due_at=due, now=now)


def reopen(world: World, case: Case, now: datetime, n: int) -> Awaitable[Case]:
    """Citizen and supervisor in turn: the first round more is granted at once, the others are decided."""
    if n % 2:
        return asking.rework(world.hall, case, reason="又响了", now=now)
    return supervising.rework(world.hall, world.staff[Role.SUPERVISOR], case, reason="再查一次", now=now)


def warn(world: World, case: Case, now: datetime, n: int) -> Awaitable[Case]:
    return warning.warn(world.hall, case, list(Rung)[n % 4], now=now)


def miss(stage: Stage) -> Act:
    """The clock records the stage of this case if it finds it missed now."""

    async def when_missed(world: World, case: Case, now: datetime, n: int) -> Case:
        found = [one for one in await stages.missed(world.hall.database, now=now) if (one.case.id, one.stage) == (case.id, stage)]
        return await timing.miss(world.hall, found[0], now=now) if found else case

    return when_missed


ACTS: dict[Step, Act] = {
    Step.DISPATCH: dispatch,
    Step.ACCEPT: bureau_step(handling.accept),
    Step.RETURN: bureau_step(handling.give_back, reason="not_ours", propose="", basis="权责清单"),
    Step.UPHOLD_RETURN: city_step(dispatching.decide_return, Role.DISPATCHER, uphold=True, reason="确实不归"),
    Step.REJECT_RETURN: city_step(dispatching.decide_return, Role.DISPATCHER, uphold=False, reason="就是你局"),
    Step.ASK_CITIZEN: bureau_step(handling.ask_citizen, question="在哪里？"),
    Step.SUPPLEMENT: citizen_step(asking.supplement, text="荣军路口"),
    Step.EXPIRE: clock_step(timing.expire, lambda case, now: case.pause_until is not None and now >= case.pause_until),
    Step.REQUEST_EXTENSION: bureau_step(handling.request_extension, days=2, reason="等监测"),
    Step.GRANT_EXTENSION: city_step(supervising.decide_extension, Role.SUPERVISOR, grant=True, reason="可以"),
    Step.REFUSE_EXTENSION: city_step(supervising.decide_extension, Role.SUPERVISOR, grant=False, reason="不行"),
    Step.SUSPEND: bureau_step(handling.suspend, measure="列入改造", until="2027-05-01", responsible="王工"),
    Step.RESUME: bureau_step(handling.resume),
    Step.REPLY: bureau_step(handling.reply, finding="", answer="已停工。", outcome=handling.Outcome.SOLVED),
    Step.APPROVE: bureau_step(handling.approve, Role.REVIEWER),
    Step.SEND_BACK: bureau_step(handling.send_back, Role.REVIEWER, reason="没写日期"),
    Step.DECLINE: city_step(dispatching.decline, Role.DISPATCHER, reason="beyond", route="法院"),
    Step.DIVERT: city_step(dispatching.divert, Role.DISPATCHER, channel="court"),
    Step.CONTEST: citizen_step(asking.contest, reason="再看看"),
    Step.JOIN: lambda world, case, now, n: joining.join(
        world.hall, world.staff[Role.DISPATCHER], case, lead=world.lead, now=now
    ),
    Step.UNJOIN: city_step(joining.unjoin, Role.DISPATCHER),
    Step.WITHDRAW: citizen_step(asking.withdraw),
    Step.TERMINATE: city_step(supervising.terminate, Role.SUPERVISOR, reason="已诉讼"),
    Step.RATE: rate,
    Step.SETTLE: citizen_step(timing.settle),
    Step.REWORK: reopen,
    Step.REQUEST_REWORK: citizen_step(asking.rework, reason="还是响"),
    Step.REFUSE_REWORK: city_step(supervising.refuse_rework, Role.SUPERVISOR, reason="三次复测都没有超标"),
    Step.SPLIT: split,
    Step.CHANGE_REGIME: change_regime,
    Step.CHANGE_URGENCY: change_urgency,
    Step.CONTRIBUTE: contribute,
    Step.INSTRUCT: instruct,
    Step.REMIND: citizen_step(asking.remind),
    Step.CORRECT_CATEGORY: recategorise,
    Step.CONTACT: bureau_step(handling.contact, text="今晚去看"),
    Step.NOTE: city_step(handling.note, Role.DISPATCHER, text="记一下"),
    Step.RECUSE: bureau_step(recusing.recuse, reason="亲属"),
    Step.WARN: warn,
    Step.BREACH_ACCEPT: miss(Stage.ACCEPT),
    Step.BREACH_CONTACT: miss(Stage.CONTACT),
    Step.BREACH_CONTRIBUTE: miss(Stage.CONTRIBUTE),
    Step.BREACH: clock_step(
        timing.breach, lambda case, now: case.breached_at is None and case.due_at is not None and now >= case.due_at
    ),
}


async def world(stack: AsyncExitStack, template: str, name: str) -> World:
    """The hall on the database `name`, open until the stack is closed."""
    hall = await stack.enter_async_context(city_hall(template, name))
    who = {
        Role.HANDLER: people.WANG,
        Role.REVIEWER: people.SHEN,
        Role.DISPATCHER: people.DIAO,
        Role.SUPERVISOR: people.DU,
    }
    receipt = await intake.submit(hall, intake.Letter(body=people.NOISE), now=at("2026-11-23 08:00"))
    lead = await cases.get(hall.database, receipt.number)
    assert lead is not None
    return World(hall, {role: await actor(hall, one) for role, one in who.items()}, lead)
