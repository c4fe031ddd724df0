"""Petitions 联名建议: who counts as one signer, what stands when, why one may be refused, what numbers promise.

No Chinese rule sets a threshold, a period or a reason list: everything here is our default (domain rules 5, [PROP]),
for the city to change.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from feedback.rules.limit import Limit, Unit


class Status(StrEnum):
    """Where a petition stands. `closed` is never stored: it follows from the time."""

    MODERATION = "moderation"
    OPEN = "open"
    REJECTED = "rejected"
    CLOSED = "closed"


STATUSES = {
    Status.MODERATION: "审核中",
    Status.OPEN: "征集中",
    Status.REJECTED: "未通过审核",
    Status.CLOSED: "征集已结束",
}

PUBLIC = (Status.OPEN, Status.CLOSED, Status.REJECTED)
"""Nothing is shown before somebody has read it (先审后发)."""

REASONS = {
    "personal_claim": "是个人或单位自己的事，不是公共事务；请用“我要说”提交，会有单位办理",
    "duplicate": "已经有内容相同的联名建议，请直接附议那一条",
    "beyond": "不属于本市能决定的事",
    "in_procedure": "正在诉讼、仲裁、行政复议或信访程序中",
    "unclear": "看不出希望城市做什么",
    "advertising": "是广告或商业宣传",
    "unlawful": "违反法律或公序良俗",
    "personal": "涉及他人隐私，或针对具体的个人",
    "secret": "涉及国家秘密或商业秘密",
    "gathering": "煽动、串联或者组织聚集（《信访工作条例》第二十六条）",
}
"""Why a petition is not published: the code and its public words."""

HIDING_REASONS = frozenset({"unlawful", "personal", "secret", "gathering"})
"""For these the text itself stays hidden; the reason is public all the same."""

THRESHOLDS = (
    (50, "转给有关单位办理，15 个工作日内公开答复"),
    (500, "分管领导阅批并专题研究，30 天内公布结果"),
    (2000, "召开座谈会或听证会，或者转为人大代表建议、政协提案"),
)
"""Defaults: how many signatures, and what the city then does. A petition keeps those it was proposed with."""

PERIOD = Limit(60, Unit.CALENDAR_DAYS)
"""Default: how long signatures are collected, from the day of publication."""
MODERATION = Limit(2, Unit.WORKING_DAYS)
"""Default: how soon a petition is read and decided."""

_NUMBER = re.compile(r"P\d{4}-\d{4,12}")


class NotOpen(Exception):
    """这条联名建议现在不能附议：还在审核、没有通过，或者征集已经结束。"""


class Decided(Exception):
    """这条联名建议已经审核过了，请看最新情况。"""


class Confidential(Exception):
    """这像是对具体人员的检举控告，不适合公开联名。请用“我要说”提交，只有保密专办员能看到。"""


@dataclass(frozen=True, slots=True)
class Threshold:
    """A number of signatures, what the city promises for it, and when it was reached."""

    at: int
    promise: str
    reached_at: datetime | None


@dataclass(frozen=True, slots=True)
class Petition:
    """One proposal as it stands. `title` and `body` are as they were sent: publish only what `published` gives."""

    id: int
    number: str
    status: Status
    title: str
    body: str
    public_title: str
    public_body: str
    district: str | None
    proposed_at: datetime
    due_at: datetime
    decided_at: datetime | None
    reason: str | None
    explanation: str
    closes_at: datetime | None
    signatures: int
    case_id: int | None

    @property
    def text_public(self) -> bool:
        """Whether the public may read title and body."""
        return self.status in (Status.OPEN, Status.CLOSED) or (
            self.status is Status.REJECTED and self.reason not in HIDING_REASONS
        )


def number(identity: int, year: int) -> str:
    """The public number, e.g. P2026-0001. Numbers go on over the years and may have gaps."""
    return f"P{year}-{identity:04d}"


def is_number(text: str) -> bool:
    """Whether it is shaped like a petition's number."""
    return _NUMBER.fullmatch(text) is not None


def standing(stored: str, closes_at: datetime | None, now: datetime) -> Status:
    """The status at `now`: an open petition is closed from the first moment after its period."""
    status = Status(stored)
    return Status.CLOSED if status is Status.OPEN and closes_at is not None and now >= closes_at else status


def demand_open(petition: Petition) -> None:
    """Raises NotOpen unless it can be signed."""
    if petition.status is not Status.OPEN:
        raise NotOpen(petition.number, petition.status)


def signer(phone: str) -> str:
    """The phone number that stands for one person, however it was typed: full-width, spaced, with +86 or 0086."""
    digits = re.sub(r"\D", "", unicodedata.normalize("NFKC", phone))
    return re.sub(r"^(00)?86(?=1\d{10}$)", "", digits)


def next_threshold(thresholds: Iterable[Threshold]) -> Threshold | None:
    """The smallest one not reached yet; None when all are."""
    return min((one for one in thresholds if one.reached_at is None), key=lambda one: one.at, default=None)


def likeness(one: str, other: str) -> float:
    """How much of the shorter text's character pairs the other has too, 0 to 1: finds a proposal said in other words."""
    a, b = _pairs(one), _pairs(other)
    return len(a & b) / min(len(a), len(b)) if a and b else 0.0


def similar(text: str, petitions: Sequence[Petition], *, least: float = 0.3, most: int = 5) -> list[Petition]:
    """The petitions whose published title is most like the text, best first."""
    scored = [(likeness(one.public_title, text), one) for one in petitions]
    best = sorted((pair for pair in scored if pair[0] >= least), key=lambda pair: -pair[0])
    return [one for _, one in best[:most]]


def _pairs(text: str) -> set[str]:
    letters = re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", text).lower())
    return {letters[i : i + 2] for i in range(len(letters) - 1)}
