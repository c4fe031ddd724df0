"""When a message leaves the house, when it is tried again, given up or no longer makes sense. Sending is an action's."""

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from feedback.rules import deadline, status
from feedback.rules.status import Status

TRIES = 10
"""So often at most. Ordinary messages are given up after about 8 hours, those somebody waits for after half an hour."""

CODE_LIVES = timedelta(minutes=10)

SMS_LENGTH, SMS_PIECE = 70, 67
"""Characters of a short message with Chinese in it, and of each piece of a longer one (3GPP TS 23.038, UCS-2)."""

_SPAN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")


class State(StrEnum):
    """What has become of a message."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    DROPPED = "dropped"


class Fault(StrEnum):
    """Why a message did not get through."""

    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    SERVER = "server"
    SIGNATURE = "signature"
    REFUSED = "refused"
    UNKNOWN = "unknown"


FOR_GOOD = frozenset({Fault.SIGNATURE, Fault.REFUSED})
"""Trying again would bring the same answer: somebody has to mend something first."""


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours of the city's day in which no telephone rings for an ordinary notice. Equal ends: it is never quiet."""

    start: time
    end: time

    @classmethod
    def parse(cls, text: str) -> "Quiet":
        """22:00-08:00. Raises ValueError."""
        found = _SPAN.fullmatch(text)
        if not found:
            raise ValueError(text)
        hours = [int(one) for one in found.groups()]
        return cls(time(hours[0], hours[1]), time(hours[2], hours[3]))

    def until(self, now: datetime) -> datetime | None:
        """When the quiet that `now` lies in ends; None when it is not quiet."""
        local = now.astimezone(deadline.CITY_TIME)
        at, over_midnight = local.time(), self.start > self.end
        quiet = (at >= self.start or at < self.end) if over_midnight else self.start <= at < self.end
        if not quiet:
            return None
        day = local.date() + timedelta(days=over_midnight and at >= self.start)
        return datetime.combine(day, self.end, deadline.CITY_TIME)


NIGHT = Quiet(time(22), time(8))


def again_after(attempts: int, fault: Fault, *, urgent: bool) -> timedelta | None:
    """How long to wait after so many tries; None when it is given up. Doubled each time, with a longest wait."""
    if fault in FOR_GOOD or attempts >= TRIES:
        return None
    if urgent:
        return min(timedelta(minutes=10), timedelta(seconds=5 * 2 ** (attempts - 1)))
    return min(timedelta(hours=4), timedelta(minutes=2 ** (attempts - 1)))


_OVERTAKEN = frozenset({"dispatched", "contact", "question", "extended", "suspended", "joined", "unjoined", "urgent_duty"})
"""What says how a case goes on: nothing to somebody who has taken it back."""


def pointless(template: str, *, case: Status | None, rated: bool, age: timedelta) -> str:
    """Why a message that still waits is not sent any more, in words; empty when it is to be sent."""
    if template == "phone_code" and age >= CODE_LIVES:
        return "验证码已经过期"
    if template in _OVERTAKEN and case is Status.WITHDRAWN:
        return "诉求已经撤回"
    if template == "survey" and (rated or case is not Status.REPLIED):
        return "已经评价、办结或重新办理"
    if template == "urgent_duty" and case in status.FINAL:
        return "诉求已经结束"
    return ""


def parts(text: str) -> int:
    """How many short messages the text costs. Counted as networks do: a character beyond the common plane is two."""
    units = len(text.encode("utf-16-le")) // 2
    return 1 if units <= SMS_LENGTH else -(-units // SMS_PIECE)
