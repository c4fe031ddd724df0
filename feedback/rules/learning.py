"""Learning from the desk: which labels people have confirmed and what they weigh, what a new model must show, when to worry."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

AUDIT_SHARE = 0.03
"""Share of the cases routed by the machine that a person looks at again, drawn by chance (PEERS 46)."""
TEST_PERIOD = timedelta(days=61)
"""The last two months test; everything before them teaches."""
LEAST_TESTED = 30
"""With fewer confirmed letters in the last months the newest fifth of all tests."""
PER_CATEGORY = 60
MOST = 4000
"""Letters of the desk in one training: beyond it the newest count, and no category drowns the others."""
GOLDEN_FLOOR = 0.90
"""Share of the golden set, clear letters every one, that a model must get right at first choice."""
SURE = 1.645
"""Standard deviations beyond which a difference is no noise any more (one side, 95 %)."""
_TWO_SIDED = 1.96


class Source(StrEnum):
    """How a label came to be confirmed."""

    AUDIT = "audit"
    DISPATCH = "dispatch"
    CORRECTION = "correction"
    HISTORY = "history"
    CLOSED = "closed"


WEIGHTS: Mapping[Source, float] = {
    Source.AUDIT: 10.0, Source.CORRECTION: 10.0, Source.DISPATCH: 8.0, Source.HISTORY: 8.0, Source.CLOSED: 1.0,
}  # fmt: skip
"""What a letter counts beside one of the corpus: real post is worth more than what was written for it (on 3,000 labelled real
messages 10 gave macro F1 0.904, 4 gave 0.890, 1.5 gave 0.881). Closed without return only says that nobody objected."""

TESTING = frozenset(Source) - {Source.CLOSED}
"""Labels that a person chose. What closed without return is what the machine said, and would judge it by itself."""


@dataclass(frozen=True, slots=True)
class Label:
    """A letter of the desk with the category and bureau people have confirmed; its words without personal data."""

    case_id: int
    received_at: datetime
    source: Source
    category: str
    bureau: str
    district: str
    title: str
    body: str


def drawn(digest: bytes) -> bool:
    """Whether a case routed by the machine is in the audit sample, by a keyed hash of its number that nobody can foresee."""
    return int.from_bytes(digest[:4]) < AUDIT_SHARE * 2**32


def wilson(right: int, of: int) -> tuple[float, float]:
    """The 95 % confidence interval of a share (Wilson 1927); (0, 1) when nothing has been seen."""
    if not of:
        return 0.0, 1.0
    share, z = right / of, _TWO_SIDED
    middle = share + z * z / (2 * of)
    spread = z * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    whole = 1 + z * z / of
    return max(0.0, (middle - spread) / whole), min(1.0, (middle + spread) / whole)


def parted(labels: Sequence[Label], *, now: datetime) -> tuple[list[Label], list[Label], datetime]:
    """Those that teach, those that test, and the moment between: the last months, or the newest fifth when those are few.

    What tests was chosen by a person; what was received after the moment teaches nothing, chosen or not."""
    testing = sorted((one for one in labels if one.source in TESTING), key=lambda one: one.received_at)
    moment = now - TEST_PERIOD
    if testing and sum(one.received_at >= moment for one in testing) < LEAST_TESTED:
        moment = testing[int(len(testing) * 0.8)].received_at
    teaching = [one for one in labels if one.received_at < moment]
    return chosen(teaching), [one for one in testing if one.received_at >= moment], moment


def chosen(labels: Sequence[Label]) -> list[Label]:
    """The newest of each category, surest sources first, no more than a training can hold; in order of receipt."""
    counted: dict[str, int] = {}
    kept: list[Label] = []
    for one in sorted(labels, key=lambda one: (WEIGHTS[one.source], one.received_at), reverse=True):
        counted[one.category] = counted.get(one.category, 0) + 1
        if counted[one.category] <= PER_CATEGORY and len(kept) < MOST:
            kept.append(one)
    return sorted(kept, key=lambda one: (one.received_at, one.case_id))


@dataclass(frozen=True, slots=True)
class Check:
    """One thing a new model has to show: its own share, that of the serving model or the floor, of how many letters."""

    name: str
    value: float
    wanted: float
    of: int
    passed: bool


def not_worse(name: str, serving: Sequence[bool], candidate: Sequence[bool]) -> Check:
    """Both models on the same letters: the new one may lose more than it gains only within noise (McNemar)."""
    lost = sum(old and not new for old, new in zip(serving, candidate, strict=True))
    gained = sum(new and not old for old, new in zip(serving, candidate, strict=True))
    passed = lost - gained <= SURE * math.sqrt(lost + gained)
    return Check(name, share(candidate), share(serving), len(candidate), passed)


def at_least(name: str, right: Sequence[bool], floor: float) -> Check:
    """A share that must be reached."""
    return Check(name, share(right), floor, len(right), share(right) >= floor)


def share(right: Sequence[bool]) -> float:
    """The share of what is right; 0 of nothing."""
    return round(sum(right) / len(right), 4) if right else 0.0


@dataclass(frozen=True, slots=True)
class Span:
    """What a category, or all of them, did in a span of time: figures of the drift page.

    `decided` cases have a bureau by now; in `overridden` of them a person chose another bureau or category than the machine's first.
    `unknown` is the share of words never learned in the `measured` ones."""

    received: int = 0
    auto: int = 0
    decided: int = 0
    overridden: int = 0
    certainty: float = 0.0
    unknown: float = 0.0
    measured: int = 0

    @property
    def override_rate(self) -> float:
        """Share of the decided cases in which a person chose otherwise."""
        return self.overridden / self.decided if self.decided else 0.0

    @property
    def auto_share(self) -> float:
        """Share of the received cases that the machine routed."""
        return self.auto / self.received if self.received else 0.0


LEAST_SEEN = 20
"""Cases below which a change of a share says nothing."""
_DROP = 0.10
"""A fall of the auto share or of certainty, or a rise of unknown words, by this much is worth a look."""


class Alarm(StrEnum):
    """What may be wrong with the machine."""

    OVERRIDDEN_MORE = "overridden_more"
    ROUTES_LESS = "routes_less"
    LESS_CERTAIN = "less_certain"
    STRANGE_WORDS = "strange_words"
    BELOW_PROMISE = "below_promise"


def alarms(before: Span, lately: Span) -> list[Alarm]:
    """What has become worse than it was, beyond noise and by enough to matter."""
    found = []
    low, _ = wilson(lately.overridden, lately.decided)
    if min(before.decided, lately.decided) >= LEAST_SEEN and low > before.override_rate:
        found.append(Alarm.OVERRIDDEN_MORE)
    if min(before.received, lately.received) >= LEAST_SEEN:
        changes = (
            (Alarm.ROUTES_LESS, before.auto_share - lately.auto_share),
            (Alarm.LESS_CERTAIN, before.certainty - lately.certainty),
        )
        found += [alarm for alarm, worse in changes if worse >= _DROP]
    if min(before.measured, lately.measured) >= LEAST_SEEN and lately.unknown - before.unknown >= _DROP:
        found.append(Alarm.STRANGE_WORDS)
    return found


def breaks_promise(right: int, of: int, *, promised: float) -> bool:
    """Whether the audit sample says with confidence that fewer of the routed cases are right than was promised."""
    return wilson(right, of)[1] < promised
