"""Random walks through the life of a letter on a real database: whatever people do and whenever, no time is lost or charged to
the wrong bureau, every due time is the one that its limit, pauses and extension make, an open case has an owner, and the chain
holds. A letter that is split goes on as several cases, each of which must hold all of it."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from feedback.actions import counting, intake, sealing
from feedback.rules import chain, clocks, deadline, status
from feedback.rules.clocks import Holding, Share
from feedback.rules.record import Case
from feedback.rules.status import Status, Step
from feedback.rules.succession import Act, Change, Successor, What
from feedback.store import cases, parts
from feedback.web import case_time
from tests import people
from tests.actions import acting
from tests.actions.acting import ACTS, BUREAUS, CATEGORIES, REFUSED, World
from tests.actions.walking import reorganise
from tests.conftest import at

Owner = tuple[str, Holding]
Spent = tuple[Owner, datetime, datetime]

RARE = {Step.WITHDRAW, Step.TERMINATE, Step.DECLINE, Step.DIVERT, Step.JOIN}
"""They end or park a walk: taken only when the dice insist."""

DULL = {
    Step.NOTE, Step.WARN, Step.RECUSE, Step.CORRECT_CATEGORY, Step.REMIND, Step.CONTACT, Step.CONTRIBUTE, Step.INSTRUCT,
    Step.CHANGE_REGIME, Step.CHANGE_URGENCY, Step.SPLIT,
}  # fmt: skip
"""They change neither status nor owner: now and then is enough."""


def owner(case: Case, before: Owner) -> Owner:
    """Whose time it is from now on, said from the status alone; joining changes nothing about it."""
    if case.status is Status.JOINED:
        return before
    if case.status is Status.AWAITING_CITIZEN:
        return "", Holding.WAITING
    if case.status in status.AT_BUREAU:
        return case.bureau or "?", Holding.HELD
    return ("", Holding.DISPATCHING) if case.status is Status.TRIAGE else ("", Holding.ANSWERED)


@dataclass
class Track:
    """One case of the letter, and who spent which time of it by our own account."""

    case: Case
    whose: Owner
    spent: list[Spent] = field(default_factory=list)

    def part(self, case: Case) -> "Track":
        """A part split from it: what the citizen waited for is the citizen's, all the rest so far was dispatching."""
        waited = ("", Holding.WAITING)
        spent = [(who if who == waited else ("", Holding.DISPATCHING), a, b) for who, a, b in self.spent]
        return Track(case, owner(case, ("", Holding.DISPATCHING)), spent)

    def merged(self) -> list[Spent]:
        """What was spent, neighbours of one owner as one piece; after the answer nobody's time runs."""
        merged: list[Spent] = []
        for whose, since, until in self.spent:
            if merged and merged[-1][0] == whose:
                since = merged.pop()[1]
            merged.append((whose, since, until))
        over = self.whose[1] is Holding.ANSWERED and bool(merged) and merged[-1][0] == self.whose
        return merged[:-1] if over else merged


class Walk(RuleBasedStateMachine):
    """One letter from its receipt through whatever comes."""

    run: Callable[[Awaitable[Any]], Any]
    world: World
    begin = at("2026-11-23 09:00")

    @initialize(clear=st.booleans(), minutes=st.integers(0, 20_000))
    def receive(self, clear: bool, minutes: int) -> None:
        self.now = self.begin + timedelta(minutes=minutes)
        letter = intake.Letter(body=people.NOISE if clear else "我家门口那个东西又坏了，没人管。")
        receipt = self.run(intake.submit(self.world.hall, letter, now=self.now))
        case: Case = self.run(cases.get(self.world.hall.database, receipt.number))
        self.tracks = [Track(case, owner(case, ("", Holding.DISPATCHING)))]

    @rule(minutes=st.integers(1, 6_000), n=st.integers(0, 1_000))
    def go(self, minutes: int, n: int) -> None:
        before, self.now = self.now, self.now + timedelta(minutes=minutes)
        for track in self.tracks:
            track.spent.append((track.whose, before, self.now))
        track = self.tracks[n % len(self.tracks)]
        possible = [step for step in status.possible(track.case.status) if step in ACTS]
        steps = [step for step in possible if (step not in RARE or n > 850) and (step not in DULL or n % 5 == 0)]
        if steps:
            self.take(track, steps[n // 5 % len(steps)], n)

    def take(self, track: Track, step: Step, n: int) -> None:
        seen = track.case.version
        try:
            after = self.run(ACTS[step](self.world, track.case, self.now, n))
        except REFUSED:
            event(f"refused {step}")
            after = track.case
        else:
            event(f"took {step}")
            if step is Step.SPLIT:
                self.follow_the_part(track)
        assert after == self.run(cases.get(self.world.hall.database, track.case.number))
        assert step not in status.QUIET or after.version == seen
        track.case, track.whose = after, owner(after, track.whose)

    def follow_the_part(self, track: Track) -> None:
        newest = self.run(parts.of_letter(self.world.hall.database, track.case))[-1]
        self.tracks.append(track.part(self.run(cases.by_id(self.world.hall.database, newest["id"]))))

    @invariant()
    def the_clocks_cover_the_span_exactly(self) -> None:
        for track in self.tracks:
            history = self.run(cases.events(self.world.hall.database, track.case.id))
            before = self.run(counting.before_split(self.world.hall, track.case))
            found = self.run(cases.assignments(self.world.hall.database, track.case.id))
            assigned = [clocks.Assignment(one.bureau, Share(one.role), one.from_at, one.until_at) for one in found]
            told = clocks.measure(
                case_time.rounds(history), assignments=assigned, pauses=case_time.pauses(history, before), now=self.now
            )
            expected = track.merged()
            assert [((one.who, one.kind), one.from_at, one.until_at) for one in told.picture] == expected, [
                (one.step.value, one.at) for one in history
            ]
            assert sum(one.hours for one in told.picture) == pytest.approx(told.citizen)
            for bureau in {*BUREAUS, *(who for (who, _), _, _ in expected if who)}:
                held = sum((b - a) / timedelta(hours=1) for whose, a, b in expected if whose == (bureau, Holding.HELD))
                charged = sum(one.hours for one in told.bureaus if (one.bureau, one.role) == (bureau, Share.LEAD))
                assert charged == pytest.approx(held), bureau

    @invariant()
    def a_due_time_is_what_limit_pauses_and_extension_make(self) -> None:
        for track in self.tracks:
            if track.case.open:
                term = counting.term_of(self.world.hall, track.case)
                again = self.run(counting.again(self.world.hall, track.case, term))
                assert again == {name: getattr(track.case, name) for name in again}

    @invariant()
    def an_open_case_has_one_owner(self) -> None:
        for case in (track.case for track in self.tracks):
            found = self.run(cases.assignments(self.world.hall.database, case.id))
            running = [one for one in found if one.role == "lead" and one.until_at is None]
            if case.status in status.AT_BUREAU:
                assert [one.bureau for one in running] == [case.bureau]
            elif case.status is not Status.JOINED:
                assert running == [] and (case.status is not Status.TRIAGE or case.bureau is None)
            assert (case.paused_at is not None) == (case.status is Status.AWAITING_CITIZEN)
            assert case.category is not None or case.status not in status.AT_BUREAU

    @invariant()
    def the_chain_holds(self) -> None:
        for track in self.tracks:
            head = chain.GENESIS
            for one in self.run(cases.events(self.world.hall.database, track.case.id)):
                head = chain.link(head, one)
            assert head == track.case.head


class Reorganised(Walk):
    """The same while bureaus hand duties to a new one and the new one is merged again. The city's past is one for all
    walks, so each begins where the one before ended."""

    alive: str = ""
    made: int = 0

    @rule(minutes=st.integers(1, 3_000), n=st.integers(0, 1_000))
    def reorganise(self, minutes: int, n: int) -> None:
        before, self.now = self.now, self.now + timedelta(minutes=minutes)
        for track in self.tracks:
            track.spent.append((track.whose, before, self.now))
        seen = [(track.case.due_at, track.case.status) for track in self.tracks]
        self.run(reorganise(self.world, self.change(n), self.now))
        for track in self.tracks:
            after = self.run(cases.by_id(self.world.hall.database, track.case.id))
            event("moved" if after.bureau != track.case.bureau else "stayed")
            track.case, track.whose = after, owner(after, track.whose)
            assert after.bureau is None or after.bureau in self.world.hall.city.bureaus
            assert after.status not in status.AT_BUREAU or self.world.hall.city.serves(after.bureau)
        assert [(track.case.due_at, track.case.status) for track in self.tracks] == seen

    def change(self, n: int) -> Change:
        """A new bureau takes a category from one; or the new one, cases and all, goes into one of the old ones."""
        kind, day = type(self), self.now.astimezone(deadline.CITY_TIME).date()
        old, category = BUREAUS[n % 3], CATEGORIES[n // 3 % 3]
        if kind.alive:
            code, kind.alive = kind.alive, ""
            return Change(2**62, What.BUREAU, Act.MERGE, code, day, (Successor(old),))
        kind.made += 1
        kind.alive = f"NEW{kind.made}"
        heir = Successor(kind.alive, f"新设第{kind.made}局", f"新{kind.made}局", categories=frozenset({category}))
        return Change(2**62, What.BUREAU, Act.SPLIT, old, day, (Successor(old), heir))

    def teardown(self) -> None:
        type(self).begin = self.now


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


def test_no_walk_loses_time_or_charges_the_wrong_bureau(template: str, street: Street) -> None:
    walk(template, street, Walk, "walks_of_life", examples=40)


def test_no_reorganisation_loses_a_case_its_time_or_its_owner(template: str, street: Street) -> None:
    walk(template, street, Reorganised, "reorganised_walks", examples=12)


def walk(template: str, street: Street, kind: type[Walk], name: str, *, examples: int) -> None:
    """Many walks of this kind on one database, whose chain is proven at the end."""
    stack = AsyncExitStack()
    world = street.run(acting.world(stack, template, name))
    made = type(kind.__name__, (kind,), {"run": staticmethod(street.run), "world": world})
    run_state_machine_as_test(
        made,
        settings=settings(
            max_examples=examples,
            stateful_step_count=30,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
    street.run(sealing.seal(world.hall.database, now=at("2060-12-01 09:00")))
    street.run(sealing.prove(world.hall.database))
    street.run(stack.aclose())
