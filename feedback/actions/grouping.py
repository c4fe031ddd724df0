"""Cases that tell of one incident are put together: new ones by the worker, joining them under a lead case by people."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from feedback.actions import joining
from feedback.actions.hall import Hall
from feedback.rules import hot
from feedback.rules.hot import Letter
from feedback.rules.permission import Actor
from feedback.rules.record import Case
from feedback.rules.status import TABLE, Step, WrongStep
from feedback.store import cases, hot_issues

BATCH = 20
"""New cases of one transaction."""
GROUPS = 40
"""Groups a new case is compared with, those that grew last first."""
PROPOSED = 10
"""Cases proposed for joining."""


async def group(hall: Hall, *, since: datetime) -> int:
    """Puts a batch of new cases into groups; returns how many. Less than BATCH: there are no more."""
    async with hall.database.transaction():
        await hot_issues.hold(hall.database)
        fresh = await hot_issues.ungrouped(hall.database, since=since, limit=BATCH)
        if fresh:
            known = [dict(row._mapping) for row in await hot_issues.grouped(hall.database, fresh)]
            for case in fresh:
                known.insert(0, await _place(hall, dict(case._mapping), known))
    return len(fresh)


async def _place(hall: Hall, case: dict[str, Any], known: Sequence[dict[str, Any]]) -> dict[str, Any]:
    near = _near(case, known)
    letters = await hot_issues.letters(hall.database, [case["id"], *(one for some in near.values() for one in some)])
    own = letters.pop(case["id"])
    others = list(letters.values())
    # Comparing takes tens of milliseconds, and codes must go out meanwhile.
    chances = await asyncio.to_thread(hall.alike, own, others)
    best = hot.group_of(dict(zip([one.id for one in others], chances, strict=True)), near)
    place = hall.place(own.place) or hall.place(own.text)
    issue = await hot_issues.put(hall.database, case["id"], best, place=place, at=case["received_at"])
    return {**case, "issue_id": issue}


def _near(case: dict[str, Any], known: Sequence[dict[str, Any]]) -> dict[int, list[int]]:
    """The groups that may be of the same incident and their first members; `known` is ordered from the newest on."""
    found: dict[int, list[int]] = {}
    for other in known:
        alike = _same(case, other, "category") or _same(case, other, "bureau")
        here = _same(case, other, "district") or not case["district"] or not other["district"]
        if alike and here and (other["issue_id"] in found or len(found) < GROUPS):
            found.setdefault(other["issue_id"], []).append(other["id"])
    return {issue: sorted(members)[: hot.MEMBERS] for issue, members in found.items()}


def _same(one: dict[str, Any], other: dict[str, Any], name: str) -> bool:
    return one[name] is not None and one[name] == other[name]


@dataclass(frozen=True, slots=True)
class Proposal:
    """An open case that may tell of the same incident, with the chance that it does."""

    row: Any
    chance: float

    @property
    def same(self) -> bool:
        """Whether it is more likely than not."""
        return self.chance >= hot.SAME


def proposals(hall: Hall, case: Case, found: Sequence[Any]) -> list[Proposal]:
    """Of the open cases that may be like this one (`ledger.similar_open`) those that are, by place, matter and time: the
    likeliest first, then the newest that may be meant."""
    own = Letter(case.id, f"{case.title}\n{case.body}", case.address, hot_issues.letter_day(case.received_at))
    chances = hall.alike(own, [hot_issues.letter(row) for row in found])
    made = [Proposal(row, round(chance, 2)) for row, chance in zip(found, chances, strict=True)]
    return sorted(made, key=lambda one: (-one.chance if one.same else 0, -one.row["received_at"].timestamp()))[:PROPOSED]


@dataclass(frozen=True, slots=True)
class Joined:
    """What became of joining a group: the lead, the cases that follow it now, and those that could not."""

    lead: str
    joined: tuple[str, ...]
    left_out: tuple[str, ...]


async def join_all(hall: Hall, actor: Actor, issue: int, *, lead: str = "", now: datetime) -> Joined:
    """Joins the open cases of a group under one of them: the named one, or the oldest with a bureau. Each goes through the one door.

    Raises WrongStep when there is nothing to join, WrongRole."""
    members = (await hot_issues.members(hall.database, [issue], person=actor.person_id))[issue]
    found = [case for row in reversed(members) if (case := await cases.by_id(hall.database, row["id"])) is not None]
    head = _lead(found, lead)
    joined, left_out = list[str](), list[str]()
    for case in found:
        if case.id != head.id and case.status in TABLE[Step.JOIN]:
            (joined if await _join(hall, actor, case, head, now) else left_out).append(case.number)
    if not joined and not left_out:
        raise WrongStep(Step.JOIN)
    return Joined(head.number, tuple(joined), tuple(left_out))


def _lead(found: Sequence[Case], wanted: str) -> Case:
    fit = [case for case in found if case.open and case.lead_id is None]
    chosen = [case for case in fit if case.number == wanted] if wanted else [case for case in fit if case.bureau] or fit
    if not chosen:
        raise WrongStep(Step.JOIN)
    return chosen[0]


async def _join(hall: Hall, actor: Actor, case: Case, head: Case, now: datetime) -> bool:
    try:
        await joining.join(hall, actor, case, lead=head, now=now)
    except (cases.Stale, WrongStep):
        return False  # somebody was faster, or others follow it: it stays where it is
    return True
