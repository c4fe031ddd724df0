"""Which steps a person is offered on a case: what the table, the role, the scope and the case's history leave, and nothing else.

The actions check all of it again; here it is decided what a page shows and what the JSON says under `can`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from feedback.actions import asking, counting, splitting
from feedback.rules import deadline, permission
from feedback.rules.city import City
from feedback.rules.permission import Actor
from feedback.rules.record import Case, Event
from feedback.rules.status import TABLE, Step
from feedback.web import steps

_GIVES = (Step.ROUTE, Step.DISPATCH, Step.REJECT_RETURN, Step.SPLIT, Step.REWORK, Step.UNJOIN)
"""Steps that give a case to a bureau, or back to it alone."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What else decides: an undecided return, whether the bureau has returned it in this round, the extension asked for."""

    undecided: Event | None
    returned: bool
    asked: bool
    decided: bool
    writer: int | None
    """Who wrote the newest answer."""
    held_since: datetime | None

    @classmethod
    def of(cls, history: Sequence[Event], case: Case, extension: Any | None) -> "Facts":
        """The facts as the history and the extension of this round tell them."""
        last = next((event for event in reversed(history) if event.step is Step.RETURN), None)
        returned = any(
            event.step is Step.RETURN and event.round == case.round and event.bureau == case.bureau for event in history
        )
        decided = extension is not None and extension["granted"] is not None
        return cls(
            last if case.returned else None, returned, extension is not None, decided,
            next((event.person_id for event in reversed(history) if event.step is Step.REPLY), None),
            _held_since(history, case),
        )  # fmt: skip


def _held_since(history: Sequence[Event], case: Case) -> datetime | None:
    """When the bureau that has the case got it, also from one that was merged into it."""
    since, holder = None, None
    for event in history:
        given = event.step in _GIVES and event.from_status != event.to_status
        if given or (event.step is Step.REORGANISE and event.bureau == case.bureau != holder):
            since, holder = event.at, event.bureau
    return since


_Condition = Callable[[Case, Facts, City, datetime], bool]

_CONDITIONS: dict[str, _Condition] = {
    "return": lambda case, facts, city, now: not case.designated and not facts.returned and _in_time(case, facts, city, now),
    "decide_return": lambda case, facts, city, now: facts.undecided is not None,
    "request_extension": lambda case, facts, city, now: not facts.asked and _may_ask(case, city, now),
    "decide_extension": lambda case, facts, city, now: facts.asked and not facts.decided,
    "split": lambda case, facts, city, now: splitting.may_split(case),
    "refuse_rework": lambda case, facts, city, now: case.asked_again,
    "join": lambda case, facts, city, now: not case.protected,
    "remind": lambda case, facts, city, now: (from_then := asking.may_remind_from(case)) is not None and now >= from_then,
    "assign": lambda case, facts, city, now: case.bureau is not None,
}


def _in_time(case: Case, facts: Facts, city: City, now: datetime) -> bool:
    until = counting.may_return_until(city, case, facts.held_since) if facts.held_since else None
    return until is None or now < until


def _may_ask(case: Case, city: City, now: datetime) -> bool:
    return case.due_at is not None and now < case.due_at and most_days(case, city) > 0


def most_days(case: Case, city: City) -> int:
    """How many days an extension of this case may give."""
    return deadline.extension_cap(city.term_in(case.limit_version, case.limit_code).limit)


def names(who: Actor, case: Case, facts: Facts, city: City, now: datetime) -> list[str]:
    """The steps, by the names of API.md, that this person may take now."""
    offered = [name for name in steps.STEPS if name != "route" and _possible(who, case, name)]
    offered = [name for name in offered if name not in _CONDITIONS or _CONDITIONS[name](case, facts, city, now)]
    return [name for name in offered if name != "approve" or facts.writer != who.person_id or not _four_eyes(who, case, city)]


def _four_eyes(who: Actor, case: Case, city: City) -> bool:
    """Whether this person's own answers need somebody else: not where one step is enough; the confidential clerk stands alone (SETTLED 4)."""
    bureau = city.bureaus.get(case.bureau or "")
    return who.role in permission.BUREAU_ROLES and (bureau is None or bureau.two_step)


def _possible(who: Actor, case: Case, name: str) -> bool:
    return any(
        case.status in TABLE[step] and permission.may_take_on(who, step, bureau=case.bureau, unit=case.unit_id, handler=case.handler_id)
        for step in steps.STEPS[name].steps
    )
