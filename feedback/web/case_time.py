"""Rounds and pauses of a case, read from its events: what the clocks of `rules/clocks` are measured with."""

from collections.abc import Sequence
from dataclasses import replace

from feedback.rules import clocks
from feedback.rules.record import Event
from feedback.rules.status import Status, Step

_ENDS_ROUND = (
    Status.REPLIED, Status.CLOSED, Status.DECLINED, Status.DIVERTED, Status.WITHDRAWN, Status.TERMINATED,
)  # fmt: skip


def rounds(history: list[Event]) -> list[clocks.Span]:
    """When each round began and was answered, from the events."""
    spans: list[clocks.Span] = []
    for event in history:
        if event.step in (Step.SUBMIT, Step.REWORK, Step.CONTEST):
            spans.append(clocks.Span(event.at, again=event.step is Step.CONTEST))
        elif event.to_status in _ENDS_ROUND and spans and spans[-1].until_at is None:
            spans[-1] = replace(spans[-1], until_at=event.at)
    return spans


def pauses(history: list[Event], before: Sequence[Event] = ()) -> list[clocks.Span]:
    """When the case waited for its citizen; `before`: the history of the letter this case was split from."""
    spans: list[clocks.Span] = []
    for event in [*before, *history]:
        if event.to_status is Status.AWAITING_CITIZEN and event.step is Step.ASK_CITIZEN:
            spans.append(clocks.Span(event.at))
        elif event.from_status == Status.AWAITING_CITIZEN and event.to_status is not Status.AWAITING_CITIZEN and spans:
            spans[-1] = clocks.Span(spans[-1].from_at, event.at)
    return spans
