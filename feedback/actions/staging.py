"""The stages before the answer, begun again: under other limits, or when a joined case goes its own way again."""

from collections.abc import Callable
from datetime import datetime

from feedback.actions import counting
from feedback.actions.hall import Hall
from feedback.rules.record import Case
from feedback.store import cases, stages


async def again(hall: Hall, case: Case, *, since: datetime | None = None, now: datetime) -> None:
    """The stages that are not done, as the limits of the case now are: counted from a moment, or from when each bureau got it.

    A limit that only now applies is not missed before now: what would be over already is counted from now."""
    for held in await cases.assignments(hall.database, case.id):
        begin = since or held.from_at
        if held.until_at is None and held.role == "lead":
            await stages.again(hall.database, case.id, _fair(_lead(hall, case), begin, now))
        elif held.until_at is None:
            await stages.support_again(hall.database, case.id, held.bureau, **_fair(_support(hall, case), begin, now))


def _lead(hall: Hall, case: Case) -> Callable[[datetime], counting.Stages]:
    return lambda begin: counting.stages(hall, case, begin)


def _support(hall: Hall, case: Case) -> Callable[[datetime], counting.Stages]:
    return lambda begin: counting.support_of(hall.city, begin, regime=case.regime, urgent=case.urgent, version=case.limit_version)


def _fair(count: Callable[[datetime], counting.Stages], begin: datetime, now: datetime) -> counting.Stages:
    found = count(begin)
    over = any(value is not None and value <= now for name, value in found.items() if name.endswith("_due_at"))
    return count(now) if over else found
