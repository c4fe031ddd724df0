"""What people do for the machine's learning: they look at a drawn case again, and they decide which model serves."""

from datetime import datetime, timedelta
from typing import Any

from feedback.actions.hall import Hall
from feedback.rules import deadline, permission
from feedback.rules.learning import Label, Source
from feedback.rules.permission import Actor, Role
from feedback.store import audits, cases, labels, models, recusals

MEMORY = timedelta(days=730)
"""Older letters speak of other rules and other bureaus."""
_READ = 20_000

AUDITORS = frozenset({Role.DISPATCHER})
MODEL_KEEPERS = frozenset({Role.DISPATCHER, Role.SYSTEM_ADMIN})


class NotDrawn(Exception):
    """这一件不在抽查样本里。"""


class AlreadyJudged(Exception):
    """这一件刚刚已经有人看过了。"""


class NotServable(Exception):
    """这个模型不能启用：它没有通过检验、正在使用，或者太旧已经清理。"""


async def export(hall: Hall, *, now: datetime) -> list[Label]:
    """The labels people have confirmed in the last two years, newest first; personal data in the words replaced.

    Protected cases are left out whole: their words are for the confidential clerk alone, not even for a model (SETTLED 4)."""
    rows = await labels.confirmed(hall.database, since=now - MEMORY, most=_READ)
    found = (_label(hall, row) for row in rows)
    return [one for one in found if one is not None]


def _label(hall: Hall, row: Any) -> Label | None:
    """In the codes of today; None when the category was split since and no word tells into which part, or is no more."""
    past, day = hall.city.succession, row["received_at"].astimezone(deadline.CITY_TIME).date()
    category = past.label(row["category"], text=f"{row['title']}\n{row['body']}", since=day)
    if category not in hall.city.categories:
        return None
    bureau = past.bureau(row["bureau"], category=category) if row["bureau"] else ""
    return Label(
        row["id"], row["received_at"], Source(row["source"]), category or "", bureau, row["district"] or "",
        hall.redact(row["title"]), hall.redact(row["body"]),
    )  # fmt: skip


async def judge(hall: Hall, actor: Actor, number: str, *, category: str = "", bureau: str = "", now: datetime) -> bool:
    """What a drawn case really is; without category or bureau: as the machine said. Returns whether the machine was right in both.

    The case itself is not changed: this measures. Raises WrongRole, NotDrawn, AlreadyJudged."""
    _demand(actor, AUDITORS)
    case = await cases.get(hall.database, number)
    said = await audits.machine_said(hall.database, case.id) if case and not case.protected else None
    if case is None or said is None or await recusals.has(hall.database, case.id, actor.person_id):
        raise NotDrawn(number)
    category, bureau = category or said["category"], bureau or said["bureau"]
    same = category == said["category"], bureau == said["bureau"]
    done = await audits.decide(
        hall.database, case.id, category=category, bureau=bureau, category_right=same[0], bureau_right=same[1],
        person_id=_person(actor), now=now,
    )  # fmt: skip
    if not done:
        raise AlreadyJudged(number)
    return all(same)


async def promote(hall: Hall, actor: Actor, version: str, *, reason: str, now: datetime) -> bool:
    """From now on this model serves; every process takes it within seconds. Returns whether it is a going back.

    Raises WrongRole, and NotServable for a model that failed, was never measured, serves already, or whose files are gone."""
    _demand(actor, MODEL_KEEPERS)
    async with hall.database.transaction():
        await models.lock(hall.database)
        wanted, serves = await models.get(hall.database, version), await serving(hall)
        if wanted is None or not wanted["passed"] or wanted["dropped_at"] or version == serves or (not wanted["trained_at"] and not wanted["first_used_at"]):
            raise NotServable(version)
        back = wanted["first_used_at"] is not None
        await models.promote(
            hall.database, version, instead=serves, person_id=_person(actor), back=back, reason=reason, now=now
        )
    return back


async def set_aside(hall: Hall, actor: Actor, version: str, *, now: datetime) -> None:
    """Nobody wants this candidate. Raises WrongRole."""
    _demand(actor, MODEL_KEEPERS)
    await models.set_aside(hall.database, version, now=now)


async def serving(hall: Hall) -> str:
    """The version that serves: as people decided, else the shipped one this process has loaded."""
    row = await models.serving(hall.database)
    return row["version"] if row else str(getattr(hall.understand, "version", ""))


def _demand(actor: Actor, roles: frozenset[Role]) -> None:
    if actor.role not in roles:
        raise permission.WrongRole(actor.role)


def _person(actor: Actor) -> int:
    assert actor.person_id is not None
    return actor.person_id
