"""What the dispatcher decides: which bureau, which category, and what is not for the city."""

import dataclasses
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from feedback.actions import counting, leaving, staging, telling
from feedback.actions.hall import Hall
from feedback.actions.step import take_step
from feedback.rules import permission
from feedback.rules.limit import Regime
from feedback.rules.permission import Actor
from feedback.rules.record import Case
from feedback.rules.status import Step, WrongStep
from feedback.store import cases, corrections, stages


class NotThere(Exception):
    """这件诉求不能派给这个单位。"""


class NoCategory(Exception):
    """请先选择事项：没有事项的诉求不能派单。"""


class SpokenOf(Exception):
    """信里说到的好像就是这个单位。请再看一遍原文；确实要派给它，勾选“我看过原文”再派。"""


async def dispatch(
    hall: Hall, actor: Actor, case: Case, *, bureau: str, category: str | None = None, support: Sequence[str] = (),
    confirmed: bool = False, now: datetime,
) -> Case:  # fmt: skip
    """A person chooses the bureau, and the category where the machine was wrong.

    Raises NotThere for a bureau a protected case must not reach, and there for any that supports, SpokenOf when its letter seems to accuse that very bureau and nobody
    has `confirmed` having read it (《信访工作条例》第30条), NoCategory for any other case without a category."""
    if case.protected and (support or bureau not in permission.SECRET_BUREAUS):
        raise NotThere(bureau, *support)
    if case.protected and not confirmed and bureau in await accused(hall, case):
        raise SpokenOf(bureau)
    if not case.protected and (category or case.category) is None:
        raise NoCategory
    again = await corrections.any_return(hall.database, case.id)
    counted, said = await _recategorised(hall, case, category)
    changes = {"bureau": bureau, "designated": again, **counted}
    async with hall.database.transaction():
        after = await take_step(
            hall, actor, case, Step.DISPATCH, now=now, bureau=bureau, changes=changes, said=said, public=True
        )
        await _hand_over(hall, after, bureau, support=support, now=now)
        await corrections.add(
            hall.database,
            case,
            step=Step.DISPATCH,
            person_id=actor.person_id,
            to_category=category,
            to_bureau=bureau,
            now=now,
        )
        await telling.tell(hall, after, "dispatched", now=now)
    return after


async def accused(hall: Hall, case: Case) -> dict[str, str]:
    """Of a protected case: bureaus its letter seems to accuse, each with the words that name it; empty for any other."""
    sealed = await cases.sealed_text(hall.database, case.id) if case.protected else None
    if sealed is None:
        return {}
    title, address, body = hall.vault.open(sealed).split("\n", 2)
    found = hall.hints(title, body, district=case.district, address=address, secret=True)
    return {bureau: words for words, bureaus in found.accused for bureau in bureaus}


async def _hand_over(hall: Hall, case: Case, bureau: str, *, support: Sequence[str] = (), now: datetime) -> None:
    until = counting.stages(hall, case, now)
    await cases.assign(hall.database, case.id, bureau, role="lead", round=case.round, now=now, stages=until)
    told = counting.support_of(hall.city, now, regime=case.regime, urgent=case.urgent, version=case.limit_version)
    for other in dict.fromkeys(support):
        if other != bureau:
            await cases.assign(hall.database, case.id, other, role="support", round=case.round, now=now, stages=told)


async def _recategorised(hall: Hall, case: Case, category: str | None) -> tuple[dict[str, Any], dict[str, str]]:
    """The columns that follow from another category, and what is said of it."""
    if category is None or category == case.category:
        return {}, {}
    was, name = hall.city.categories.get(case.category or ""), hall.city.categories[category].name
    why = f"事项由“{was.name}”改为“{name}”" if was else f"事项定为“{name}”"
    changes, said = await _limited(hall, dataclasses.replace(case, category=category), why)
    return {"category": category, **changes}, said


async def _limited(hall: Hall, case: Case, why: str) -> tuple[dict[str, Any], dict[str, str]]:
    """The limit that the category and the regime of this case ask for, counted again from the receipt of this round with the
    pauses and the extension there were, and the sentence that says so. A further round keeps the limit of further rounds."""
    if case.round > 1:
        term = counting.rework_term(hall, case)
    else:
        term = hall.city.term(
            kind=case.kind, category=case.category, urgent=case.urgent, regime=case.regime, version=case.limit_version
        )
    counted = await counting.again(hall, case, term)
    until = counting.told(counted["due_at"])
    sentence = f"{why}，办理时限 {term.limit.text()}，从收到之日重新计算，到 {until}。"
    changes = {"limit_code": term.code, "limit_version": term.version, **counted}
    return changes, {} if case.protected else {"note": sentence}


async def correct_category(hall: Hall, actor: Actor, case: Case, *, category: str, now: datetime) -> Case:
    """The category was wrong; the limit is counted again from receipt, the bureau stays."""
    changes, said = await _recategorised(hall, case, category)
    async with hall.database.transaction():
        after = await take_step(
            hall,
            actor,
            case,
            Step.CORRECT_CATEGORY,
            now=now,
            changes=changes,
            said=said,
            public=True,
        )
        await corrections.add(
            hall.database,
            case,
            step=Step.CORRECT_CATEGORY,
            person_id=actor.person_id,
            to_category=category,
            now=now,
        )
    return after


async def change_regime(hall: Hall, actor: Actor, case: Case, *, regime: Regime, now: datetime) -> Case:
    """《信访工作条例》 rules the case from now on, or the hotline's rules again; the citizen is told. Raises WrongStep for the same."""
    if regime is case.regime:
        raise WrongStep(Step.CHANGE_REGIME, case.status)
    why = "按信访事项办理" if regime is Regime.XINFANG else "按热线诉求办理"
    changes, said = await _limited(hall, dataclasses.replace(case, regime=regime), why)
    async with hall.database.transaction():
        after = await take_step(
            hall, actor, case, Step.CHANGE_REGIME, now=now, changes={"regime": regime, **changes}, said=said, public=True
        )
        await staging.again(hall, after, now=now)
    return after


async def change_urgency(hall: Hall, actor: Actor, case: Case, *, urgent: bool, now: datetime) -> Case:
    """A person sees the danger that the machine did not, or that there is none; the citizen is told. Raises WrongStep for the same.

    The answer is counted from receipt; signing and the first word from now: before, nobody at the bureau could know.
    People on duty are woken as for a letter that came in urgent."""
    if urgent is case.urgent:
        raise WrongStep(Step.CHANGE_URGENCY, case.status)
    why = "按紧急诉求办理" if urgent else "不再按紧急诉求办理"
    changes, said = await _limited(hall, dataclasses.replace(case, urgent=urgent), why)
    async with hall.database.transaction():
        after = await take_step(
            hall, actor, case, Step.CHANGE_URGENCY, now=now, changes={"urgent": urgent, **changes}, said=said, public=True
        )
        await staging.again(hall, after, since=now, now=now)
        if urgent:
            await telling.alarm(
                hall, case.id, number=case.number, bureau=after.bureau, category=after.category, by=actor.person_id, now=now
            )
    return after


async def decide_return(hall: Hall, actor: Actor, case: Case, *, uphold: bool, reason: str, now: datetime) -> Case:
    """退单 upheld: the case waits for its next bureau. Rejected: back to the same one, which may not return it again. Raises WrongStep."""
    returned = await corrections.last_return(hall.database, case.id) if case.returned else None
    if returned is None:
        raise WrongStep(Step.UPHOLD_RETURN, case.status)
    step = Step.UPHOLD_RETURN if uphold else Step.REJECT_RETURN
    back = hall.city.succession.bureau(returned, category=case.category)
    changes: dict[str, Any] = {} if uphold else {"bureau": back, "designated": True}
    async with hall.database.transaction():
        after = await take_step(
            hall,
            actor,
            case,
            step,
            now=now,
            bureau=returned,
            changes=changes,
            said={"reason": reason},
        )
        if not uphold:
            await corrections.reject_return(hall.database, case.id, bureau=returned, round=case.round)
            held = await cases.assignments(hall.database, case.id)
            given_back = [one for one in held if one.role == "lead" and one.bureau == returned][-1].until_at
            support = [one.bureau for one in held if one.role == "support" and one.until_at == given_back]
            heirs = [hall.city.succession.bureau(one, category=case.category) for one in support]
            await _hand_over(hall, after, back, support=heirs, now=now)
            await stages.told_before(hall.database, case.id, until=given_back)
    return after


async def decline(
    hall: Hall, actor: Actor, case: Case, *, reason: str, route: str, explanation: str = "", now: datetime
) -> Case:
    """不予受理, with a reason from the list and the way to take instead; can be contested once."""
    return await _leave(
        hall, actor, case, Step.DECLINE, {"reason": reason, "route": route, "explanation": explanation}, now
    )


async def divert(hall: Hall, actor: Actor, case: Case, *, channel: str, explanation: str = "", now: datetime) -> Case:
    """转专门渠道: another authority by law is responsible; the citizen is told which; can be contested once."""
    return await _leave(hall, actor, case, Step.DIVERT, {"channel": channel, "explanation": explanation}, now)


async def _leave(hall: Hall, actor: Actor, case: Case, step: Step, said: dict[str, str], now: datetime) -> Case:
    changes = {"first_response_at": case.first_response_at or now}
    async with hall.database.transaction():
        after = await leaving.leave(hall, actor, case, step, changes=changes, said=said, now=now)
        await telling.tell(hall, after, step.value, now=now, contested=after.contested)
    return after
