"""Random walks through the life of a case on a real database: whatever people do and whenever, no time is lost or charged
to the wrong bureau, an open case has an owner, and the chain holds."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from feedback.actions import asking, dispatching, handling, intake, sealing, supervising, timing, warning
from feedback.actions.hall import Hall
from feedback.rules import chain, clocks, status
from feedback.rules.clocks import Holding, Share
from feedback.rules.ladder import Rung
from feedback.rules.permission import Actor, Role
from feedback.rules.record import Case
from feedback.rules.status import Status, Step, WrongStep
from feedback.store import cases
from feedback.web import case_time
from tests import people
from tests.actions.walking import city_hall
from tests.conftest import actor, at

BUREAUS = ("STHJ", "CGJ", "ZJJ")
CATEGORIES = ("C01", "B03", "A01")
REFUSED = (WrongStep, asking.TooEarly, handling.TooManyDays)
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


def warn(world: World, case: Case, now: datetime, n: int) -> Awaitable[Case]:
    return warning.warn(world.hall, case, list(Rung)[n % 4], now=now)


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
    Step.JOIN: lambda world, case, now, n: dispatching.join(
        world.hall, world.staff[Role.DISPATCHER], case, lead=world.lead, now=now
    ),
    Step.UNJOIN: city_step(dispatching.unjoin, Role.DISPATCHER),
    Step.WITHDRAW: citizen_step(asking.withdraw),
    Step.TERMINATE: city_step(supervising.terminate, Role.SUPERVISOR, reason="已诉讼"),
    Step.RATE: rate,
    Step.SETTLE: citizen_step(timing.settle),
    Step.REWORK: citizen_step(asking.rework, reason="又响了"),
    Step.REMIND: citizen_step(asking.remind),
    Step.CORRECT_CATEGORY: recategorise,
    Step.CONTACT: bureau_step(handling.contact, text="今晚去看"),
    Step.NOTE: city_step(handling.note, Role.DISPATCHER, text="记一下"),
    Step.RECUSE: bureau_step(handling.recuse, reason="亲属"),
    Step.WARN: warn,
    Step.BREACH: clock_step(
        timing.breach, lambda case, now: case.breached_at is None and case.due_at is not None and now >= case.due_at
    ),
}

RARE = {Step.WITHDRAW, Step.TERMINATE, Step.DECLINE, Step.DIVERT, Step.JOIN}
"""They end or park a walk: taken only when the dice insist."""

DULL = {Step.NOTE, Step.WARN, Step.RECUSE, Step.CORRECT_CATEGORY, Step.REMIND, Step.CONTACT}
"""They change neither status nor owner: now and then is enough."""


def owner(case: Case, before: tuple[str, Holding]) -> tuple[str, Holding]:
    """Whose time it is from now on, said from the status alone; joining changes nothing about it."""
    if case.status is Status.JOINED:
        return before
    if case.status is Status.AWAITING_CITIZEN:
        return "", Holding.WAITING
    if case.status in status.AT_BUREAU:
        return case.bureau or "?", Holding.HELD
    return ("", Holding.DISPATCHING) if case.status is Status.TRIAGE else ("", Holding.ANSWERED)


class Walk(RuleBasedStateMachine):
    """One case from its receipt through whatever comes."""

    run: Callable[[Awaitable[Any]], Any]
    world: World

    @initialize(clear=st.booleans(), minutes=st.integers(0, 20_000))
    def receive(self, clear: bool, minutes: int) -> None:
        self.now = at("2026-11-23 09:00") + timedelta(minutes=minutes)
        letter = intake.Letter(body=people.NOISE if clear else "我家门口那个东西又坏了，没人管。")
        receipt = self.run(intake.submit(self.world.hall, letter, now=self.now))
        self.case: Case = self.run(cases.get(self.world.hall.database, receipt.number))
        self.spent: list[tuple[tuple[str, Holding], datetime, datetime]] = []
        self.whose = owner(self.case, ("", Holding.DISPATCHING))

    @rule(minutes=st.integers(1, 6_000), n=st.integers(0, 1_000))
    def go(self, minutes: int, n: int) -> None:
        before, self.now = self.now, self.now + timedelta(minutes=minutes)
        self.spent.append((self.whose, before, self.now))
        possible = [step for step in status.possible(self.case.status) if step in ACTS]
        steps = [step for step in possible if (step not in RARE or n > 850) and (step not in DULL or n % 5 == 0)]
        if not steps:
            return
        step = steps[n // 5 % len(steps)]
        try:
            after = self.run(ACTS[step](self.world, self.case, self.now, n))
        except REFUSED:
            event(f"refused {step}")
            after = self.case
        else:
            event(f"took {step}")
        assert after == self.run(cases.get(self.world.hall.database, self.case.number))
        self.case, self.whose = after, owner(after, self.whose)

    @invariant()
    def the_clocks_cover_the_span_exactly(self) -> None:
        history = self.run(cases.events(self.world.hall.database, self.case.id))
        found = self.run(cases.assignments(self.world.hall.database, self.case.id))
        assigned = [clocks.Assignment(one.bureau, Share(one.role), one.from_at, one.until_at) for one in found]
        told = clocks.measure(
            case_time.rounds(history), assignments=assigned, pauses=case_time.pauses(history), now=self.now
        )
        expected = self._merged()
        assert [((one.who, one.kind), one.from_at, one.until_at) for one in told.picture] == expected, [
            (one.step.value, one.at) for one in history
        ]
        assert sum(one.hours for one in told.picture) == pytest.approx(told.citizen)
        for bureau in BUREAUS:
            held = sum((b - a) / timedelta(hours=1) for whose, a, b in expected if whose == (bureau, Holding.HELD))
            charged = sum(one.hours for one in told.bureaus if (one.bureau, one.role) == (bureau, Share.LEAD))
            assert charged == pytest.approx(held), bureau

    def _merged(self) -> list[tuple[tuple[str, Holding], datetime, datetime]]:
        """What was spent, neighbours of one owner as one piece; after the answer nobody's time runs."""
        merged: list[tuple[tuple[str, Holding], datetime, datetime]] = []
        for whose, since, until in self.spent:
            if merged and merged[-1][0] == whose:
                since = merged.pop()[1]
            merged.append((whose, since, until))
        over = self.whose[1] is Holding.ANSWERED and bool(merged) and merged[-1][0] == self.whose
        return merged[:-1] if over else merged

    @invariant()
    def an_open_case_has_one_owner(self) -> None:
        found = self.run(cases.assignments(self.world.hall.database, self.case.id))
        running = [one for one in found if one.role == "lead" and one.until_at is None]
        if self.case.status in status.AT_BUREAU:
            assert [one.bureau for one in running] == [self.case.bureau]
        elif self.case.status is not Status.JOINED:
            assert running == [] and (self.case.status is not Status.TRIAGE or self.case.bureau is None)
        if self.case.open:  # a case withdrawn or terminated meanwhile keeps the time of its last question
            assert (self.case.paused_at is not None) == (self.case.status is Status.AWAITING_CITIZEN)

    @invariant()
    def the_chain_holds(self) -> None:
        head = chain.GENESIS
        for one in self.run(cases.events(self.world.hall.database, self.case.id)):
            head = chain.link(head, one)
        assert head == self.case.head


class Street:
    """A loop in a thread of its own with the hall open in it, so that a walk can be plain steps."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()

    def run(self, work: Awaitable[Any]) -> Any:
        async def awaited() -> Any:
            return await work

        return asyncio.run_coroutine_threadsafe(awaited(), self.loop).result(60)

    def close(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()


@pytest.fixture
def street() -> Iterator[Street]:
    made = Street()
    yield made
    made.close()


async def _world(stack: AsyncExitStack, template: str) -> World:
    hall = await stack.enter_async_context(city_hall(template, "walks_of_life"))
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


def test_no_walk_loses_time_or_charges_the_wrong_bureau(template: str, street: Street) -> None:
    stack = AsyncExitStack()
    world = street.run(_world(stack, template))
    made = type("Walk", (Walk,), {"run": staticmethod(street.run), "world": world})
    run_state_machine_as_test(
        made,
        settings=settings(
            max_examples=40,
            stateful_step_count=30,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
    street.run(sealing.seal(world.hall.database, now=at("2027-12-01 09:00")))
    street.run(sealing.prove(world.hall.database))
    street.run(stack.aclose())
