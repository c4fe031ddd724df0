"""What staff and citizens of the demo do with one case, when, and how often: chances are invented, steps are real.

Every function is a part of a life: it yields the moment at which it goes on, and acts when called again."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from random import Random

from feedback.actions import asking, dispatching, handling, supervising
from feedback.actions.hall import Hall
from feedback.demo import phrases
from feedback.demo.letters import Answer
from feedback.rules import deadline, permission
from feedback.rules.deadline import CITY_TIME, Unit
from feedback.rules.permission import Actor, Role
from feedback.rules.record import Case
from feedback.rules.status import Status
from feedback.store import cases

OPENING, HOURS = time(8, 30), 9.0
_COURT = ("D05", "R06", "P02")
"""Matters that may already be before a court."""


@dataclass(frozen=True, slots=True)
class Town:
    """The hall and who works where."""

    hall: Hall
    staff: dict[tuple[Role, str | None], int]

    def actor(self, role: Role, bureau: str | None = None) -> Actor:
        """The person of that role, in that bureau if it is a bureau's."""
        return Actor(role, self.staff[role, bureau], bureau)


@dataclass(slots=True)
class Life:
    """One case on its way: whose, since when, and the moment it has come to."""

    town: Town
    case_id: int
    now: datetime
    random: Random
    answer: Answer | None
    pace: float

    async def case(self) -> Case:
        """The case as it is now: the clock may have moved it."""
        found = await cases.by_id(self.town.hall.database, self.case_id)
        assert found is not None
        return found

    def later(self, hours: float) -> datetime:
        """So many office hours later: nights, weekends and holidays do not count."""
        self.now = _office(self.now, hours, self.town.hall)
        return self.now

    def chance(self, share: float) -> bool:
        """True in that share of cases."""
        return self.random.random() < share


def _office(moment: datetime, hours: float, hall: Hall) -> datetime:
    at, left = moment.astimezone(CITY_TIME), timedelta(hours=hours)
    while True:
        opening = datetime.combine(at.date(), OPENING, CITY_TIME)
        closing = opening + timedelta(hours=HOURS)
        if hall.city.calendar.is_working(at.date()) and at < closing:
            at = max(at, opening)
            if at + left <= closing:
                return at + left
            left -= closing - at
        at = datetime.combine(at.date() + timedelta(days=1), OPENING, CITY_TIME)


async def whole(life: Life) -> AsyncIterator[datetime]:
    """From the dispatcher to the citizen's rating, and a second round where there is one."""
    for part in (_dispatch, _accept, _support, _work, _answer, _rate):
        async for moment in part(life):
            yield moment
    if (await life.case()).round == 2:
        life.answer = Answer("已重新到现场核查并督促落实。", life.random.choice(phrases.SECOND_ANSWERS), handling.Outcome.SOLVED)
        for part in (_accept, _support, _answer, _rate):
            async for moment in part(life):
                yield moment


async def _dispatch(life: Life) -> AsyncIterator[datetime]:
    """The dispatcher chooses, if the machine did not."""
    if (await life.case()).status is not Status.TRIAGE:
        return
    yield life.later(life.random.lognormvariate(0.3, 0.8))
    case, town = await life.case(), life.town
    if case.protected:
        if life.chance(0.5):
            clerk = town.actor(Role.CONFIDENTIAL)
            await dispatching.dispatch(town.hall, clerk, case, bureau=permission.SECRET_BUREAUS[0], now=life.now)
        return
    actor = town.actor(Role.DISPATCHER)
    if case.category in _COURT and life.chance(0.15):
        await dispatching.divert(town.hall, actor, case, channel="court", explanation=phrases.DIVERSION, now=life.now)
        return
    await dispatching.dispatch(town.hall, actor, case, bureau=_bureau_of(life, case), now=life.now)


def _bureau_of(life: Life, case: Case) -> str:
    category = life.town.hall.city.categories.get(case.category or "")
    lead = category.lead if category else "C12345"
    return (case.district or "D_CZ") if lead == "DIST" else lead


async def _accept(life: Life) -> AsyncIterator[datetime]:
    """The bureau signs for it, or says that it is another's."""
    case, town = await life.case(), life.town
    if case.status is not Status.ASSIGNED or (Role.HANDLER, case.bureau) not in town.staff:
        return
    yield life.later(life.random.lognormvariate(0.8, 0.9))
    case = await life.case()
    if case.status is not Status.ASSIGNED:
        return
    returns = case.round == 1 and case.district and not str(case.bureau).startswith("D_") and life.chance(0.06)
    if returns:
        async for moment in _return(life, case):
            yield moment
        case = await life.case()
    if case.status is Status.ASSIGNED:
        await handling.accept(town.hall, town.actor(Role.HANDLER, case.bureau), case, now=life.now)


async def _support(life: Life) -> AsyncIterator[datetime]:
    """The bureaus beside the lead tell it what they found; one in ten does not."""
    case, town = await life.case(), life.town
    luck = Random(case.id)  # its own, so that the rest of the life stays what it is
    for bureau in sorted(await cases.holders(town.hall.database, case.id) - {case.bureau or ""}):
        if case.status is Status.WORKING and luck.random() < 0.9:
            yield life.later(luck.uniform(0.2, 2))
            case = await life.case()
            if case.status is Status.WORKING:
                beside = Actor(Role.HANDLER, town.staff.get((Role.HANDLER, bureau)), bureau)
                await handling.contribute(town.hall, beside, case, finding=luck.choice(phrases.FINDINGS), now=life.now)


async def _return(life: Life, case: Case) -> AsyncIterator[datetime]:
    town, clerk = life.town, life.town.actor(Role.DISPATCHER)
    handler, district = town.actor(Role.HANDLER, case.bureau), case.district or ""
    try:
        await handling.give_back(
            town.hall, handler, case, reason="not_here", propose=district, basis=phrases.BASIS, now=life.now
        )
    except handling.TooLateToReturn:
        return  # then it is theirs
    yield life.later(life.random.uniform(1, 9))
    if life.chance(0.5):
        after = await dispatching.decide_return(town.hall, clerk, await life.case(), uphold=True, reason="", now=life.now)
        await dispatching.dispatch(town.hall, clerk, after, bureau=district, now=life.now)
    else:
        await dispatching.decide_return(
            town.hall, clerk, await life.case(), uphold=False, reason=phrases.REJECTED, now=life.now
        )
    yield life.later(life.random.uniform(0.5, 6))


async def _work(life: Life) -> AsyncIterator[datetime]:
    """What may happen before the answer: a first word, a question, more time, no way for now."""
    case, town = await life.case(), life.town
    if case.status is not Status.WORKING:
        return
    handler = town.actor(Role.HANDLER, case.bureau)
    if life.chance(0.35):
        yield life.later(life.random.uniform(0.5, 9))
        await handling.contact(town.hall, handler, await life.case(), text=life.random.choice(phrases.CONTACTS), now=life.now)
    part = life.random.choices((_ask, _extend, _suspend, None), (9, 8, 3, 80))[0]
    if part:
        async for moment in part(life, handler):
            yield moment


async def _ask(life: Life, handler: Actor) -> AsyncIterator[datetime]:
    which, hall = life.random.randrange(len(phrases.QUESTIONS)), life.town.hall
    yield life.later(life.random.uniform(1, 9))
    await handling.ask_citizen(hall, handler, await life.case(), question=phrases.QUESTIONS[which], now=life.now)
    life.now += timedelta(hours=life.random.uniform(2, 60) if life.chance(0.65) else 24 * 9)
    yield life.now
    case = await life.case()
    if case.status is Status.AWAITING_CITIZEN:
        await asking.supplement(hall, case, text=phrases.SUPPLEMENTS[which], now=life.now)


async def _extend(life: Life, handler: Actor) -> AsyncIterator[datetime]:
    hall, case = life.town.hall, await life.case()
    term = hall.city.term_in(case.limit_version, case.limit_code)
    days = min(5, deadline.extension_cap(term.limit))
    yield life.later(life.random.uniform(2, 10))
    case = await life.case()
    if not days or case.due_at is None or life.now >= case.due_at:
        return
    await handling.request_extension(hall, handler, case, days=days, reason=life.random.choice(phrases.EXTENSIONS), now=life.now)
    yield life.later(life.random.uniform(1, 8))
    grant = life.chance(0.8)
    await supervising.decide_extension(
        hall, life.town.actor(Role.SUPERVISOR), await life.case(), grant=grant,
        reason=phrases.GRANTED if grant else phrases.REFUSED, now=life.now,
    )  # fmt: skip


async def _suspend(life: Life, handler: Actor) -> AsyncIterator[datetime]:
    measure, until, responsible = life.random.choice(phrases.MEASURES)
    yield life.later(life.random.uniform(9, 30))
    case = await life.case()
    await handling.suspend(
        life.town.hall, handler, case, measure=measure, until=until, responsible=responsible,
        post="业务科室负责人", now=life.now,
    )
    life.answer = None


async def _answer(life: Life) -> AsyncIterator[datetime]:
    """Handler and reviewer; when it takes too long, the citizen reminds and the supervisor orders."""
    case, town = await life.case(), life.town
    if case.status is not Status.WORKING or life.answer is None:
        return
    life.later(_hours(life, case) * life.random.lognormvariate(0, 0.6))
    async for moment in _impatience(life, case, until=life.now):
        yield moment
    yield life.now
    handler, reviewer = town.actor(Role.HANDLER, case.bureau), town.actor(Role.REVIEWER, case.bureau)
    for again in (life.chance(0.07), False):
        await handling.reply(
            town.hall, handler, await life.case(), finding=life.answer.finding, answer=life.answer.text,
            outcome=life.answer.outcome, now=life.now,
        )  # fmt: skip
        yield life.later(life.random.uniform(0.3, 6))
        if not again:
            break
        reason = life.random.choice(phrases.SEND_BACKS)
        await handling.send_back(town.hall, reviewer, await life.case(), reason=reason, now=life.now)
        yield life.later(life.random.uniform(0.5, 4))
    await handling.approve(town.hall, reviewer, await life.case(), now=life.now)


def _hours(life: Life, case: Case) -> float:
    """Office hours that an answer of this bureau takes, in the middle."""
    limit = life.town.hall.city.term_in(case.limit_version, case.limit_code).limit
    days = limit.amount if limit.unit is Unit.WORKING_DAYS else 1
    return days * HOURS * life.pace


async def _impatience(life: Life, case: Case, *, until: datetime) -> AsyncIterator[datetime]:
    if case.due_at is None or until <= case.due_at + timedelta(hours=8):
        return
    hall, answered = life.town.hall, life.now
    reminder = case.due_at + timedelta(hours=life.random.uniform(1, 7))
    if life.chance(0.5):
        yield reminder
        await asking.remind(hall, await life.case(), now=reminder)
    order = _office(reminder, life.random.uniform(1, 5), hall)
    if life.chance(0.4) and order < until:
        yield order
        await supervising.instruct(
            hall, life.town.actor(Role.SUPERVISOR), await life.case(), text=life.random.choice(phrases.ORDERS),
            due_at=order + timedelta(days=2), now=order,
        )  # fmt: skip
    life.now = answered


async def _rate(life: Life) -> AsyncIterator[datetime]:
    """About half say something; some of the unhappy ask for a second round."""
    case = await life.case()
    if case.status is not Status.REPLIED or not life.chance(0.55):
        return
    life.now += timedelta(hours=life.random.lognormvariate(2.6, 1.0))
    yield life.now
    case = await life.case()
    if case.status is not Status.REPLIED:
        return
    solved = life.chance({"solved": 0.86, "partly": 0.6, "planned": 0.5}.get(life.answer.outcome if life.answer else "", 0.7))
    stars = life.random.choices((5, 4, 3) if solved else (3, 2, 1), (45, 35, 20))[0]
    comment = life.random.choice(phrases.THANKS if solved else phrases.REMARKS)
    case = await asking.rate(life.town.hall, case, solved=solved, satisfaction=stars, comment=comment, now=life.now)
    if not solved and case.round == 1 and life.chance(0.6):
        life.now += timedelta(minutes=life.random.uniform(2, 40))
        yield life.now
        await asking.rework(life.town.hall, await life.case(), reason=comment, now=life.now)
