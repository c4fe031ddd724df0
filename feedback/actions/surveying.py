"""The one question after an answer: was it solved? Asked by a link that works once, for some days, without signing in."""

import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from feedback.actions import asking, telling
from feedback.actions.hall import Hall
from feedback.rules import code, reopening
from feedback.rules.record import Case
from feedback.rules.status import Status
from feedback.store import cases, surveys


class Standing(StrEnum):
    """What a link is good for now."""

    OPEN = "open"
    USED = "used"
    EXPIRED = "expired"
    SETTLED = "settled"
    REOPENED = "reopened"


@dataclass(frozen=True, slots=True)
class Survey:
    """One link: the case it asks about, and whether it still asks."""

    case: Case
    standing: Standing
    expires_at: datetime


class Over(Exception):
    """这个评价链接已经不能用了。"""


async def ask(hall: Hall, case: Case, *, now: datetime) -> None:
    """Asks the citizen of an answered case, once a round, in the transaction of the answer. Of a protected case nobody asks by link."""
    if case.protected or case.historical:
        return
    token = code.query_code(os.urandom(7)).replace("-", "")
    until = now + min(timedelta(days=hall.survey_days), reopening.SETTLE_AFTER)  # no longer than a rating is taken
    if await surveys.ask(hall.database, case.id, case.round, _hash(hall, token), now=now, until=until):
        await telling.tell(hall, case, "survey", now=now, link=f"{hall.site}/s/{token}", until=until)


def _hash(hall: Hall, token: str) -> bytes:
    return hall.vault.hash("survey", code.normalised(token) or "")


async def look(hall: Hall, token: str, *, now: datetime) -> Survey | None:
    """What the link belongs to; None for a link nobody was sent."""
    asked = await surveys.get(hall.database, _hash(hall, token)) if code.normalised(token) else None
    case = await cases.by_id(hall.database, asked["case_id"]) if asked else None
    if asked is None or case is None:
        return None
    return Survey(case, _standing(case, asked, now), asked["expires_at"])


def _standing(case: Case, asked: Any, now: datetime) -> Standing:
    if case.round != asked["round"]:
        return Standing.REOPENED
    if asked["used_at"] or case.rated_at:
        return Standing.USED
    if case.status is not Status.REPLIED or reopening.settled(case.answered_at, now):
        return Standing.SETTLED
    return Standing.EXPIRED if now >= asked["expires_at"] else Standing.OPEN


async def rate(
    hall: Hall, token: str, *, solved: bool, satisfaction: int | None, comment: str, now: datetime
) -> Case | None:
    """The rating by the link, which is used up; None for a link nobody was sent. Raises Over for one that asks no more, Stale."""
    found = await look(hall, token, now=now)
    if found is None:
        return None
    if found.standing is not Standing.OPEN:
        raise Over
    async with hall.database.transaction():
        if not await surveys.use(hall.database, _hash(hall, token), now=now):
            raise Over
        return await asking.rate(
            hall, found.case, solved=solved, satisfaction=satisfaction, comment=comment, now=now
        )  # fmt: skip
