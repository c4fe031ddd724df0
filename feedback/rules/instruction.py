"""督办 and 批示: where an instruction stands, its light, and who may say what to it. Cases themselves are `status`."""

from datetime import datetime, timedelta
from enum import StrEnum

from feedback.rules import deadline
from feedback.rules.permission import BUREAU_ROLES, Role

LONGEST_WARNING = timedelta(days=1)


class Act(StrEnum):
    """What is said to an instruction."""

    PROGRESS = "progress"
    DONE = "done"
    SEND_BACK = "send_back"
    WRITE_OFF = "write_off"


class State(StrEnum):
    """Where it stands: something is owed yet, all is answered or reported as done, or it was written off."""

    OPEN = "open"
    REPORTED = "reported"
    DONE = "done"


class WrongAct(Exception):
    """这件督办的情况已经变了，这一步现在不能做。"""


RECEIVERS = frozenset({*BUREAU_ROLES, Role.DISPATCHER})
"""Who replies: the bureaus that have the cases, and the dispatcher for those that no bureau has yet."""

GIVERS = frozenset({Role.SUPERVISOR, Role.LEADER})
"""Who gives, sends back and writes off."""


def warn_at(given_at: datetime, due_at: datetime) -> datetime:
    """When yellow begins: a day before the due time, or with the last quarter of a shorter time."""
    return due_at - min(LONGEST_WARNING, (due_at - given_at) / 4)


def light(now: datetime, *, due_at: datetime, warn_at: datetime, done: bool) -> deadline.Light:
    """Green, yellow, red or done."""
    return deadline.light(now, due_at=due_at, warn_at=warn_at, done=done)


def remaining(now: datetime, due_at: datetime) -> str:
    """What is left or overrun in whole days or hours, in Chinese. Orders run by the calendar of the week, not of working days."""
    left = abs(due_at - now)
    told = f"{left.days} 天" if left.days else f"{left.seconds // 3600} 小时" if left.seconds >= 3600 else "不到 1 小时"
    return f"{'还剩' if now < due_at else '超期'} {told}"


def state(*, done: bool, owed: int) -> State:
    """Where it stands. `owed`: its cases that are neither answered nor reported as done by the bureau that has them, since it was
    last sent back: what one bureau reports says nothing of the others. Progress told after "done" takes the report back."""
    if done:
        return State.DONE
    return State.OPEN if owed else State.REPORTED


def may_say(role: Role, act: Act) -> bool:
    """Whether this role ever says this to an instruction it may see."""
    return role in (RECEIVERS if act in (Act.PROGRESS, Act.DONE) else GIVERS)


def demand(now: State, act: Act) -> None:
    """Raises WrongAct for a word that comes too late, or for sending back what nobody has reported."""
    if now is State.DONE or (act is Act.SEND_BACK and now is not State.REPORTED):
        raise WrongAct(act, now)
