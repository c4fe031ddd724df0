"""What a citizen sees of their own case, as plain data for the JSON API and for the page. What colleagues say to each other stays out."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from feedback.actions import asking, counting
from feedback.actions.hall import Hall
from feedback.rules import clocks, reopening
from feedback.rules.permission import BUREAU_ROLES, Role
from feedback.rules.record import Case, Event, Text
from feedback.rules.status import TABLE, Status, Step
from feedback.store import cases, parts
from feedback.web import attachment_view, case_time, case_view, templating, wording

CITIZEN_STEPS = (Step.SUPPLEMENT, Step.REMIND, Step.WITHDRAW, Step.RATE, Step.REWORK, Step.CONTEST)

_CODES = {
    "reason": wording.RETURN_REASONS | wording.DECLINE_REASONS,
    "channel": wording.CHANNELS,
}
"""Texts that are codes of a list, and what the list says in words."""

_LABELS = {
    "reason": "理由", "route": "可以走的渠道", "channel": "转到", "explanation": "说明",
    "part": "这一件继续办理", "number": "另一件的编号", "measure": "措施", "until": "预计时间", "responsible": "负责人", "post": "岗位", "milestones": "节点",
}  # fmt: skip
"""Texts that need a word in front when a step says several things, in the order they are read."""

_UNSAID = frozenset({"lead", "propose", "outcome"})
"""Fields that name other people's cases or belong among colleagues, whatever step says them."""

_BY = {Role.CITIZEN: "您", Role.CLOCK: "系统", Role.DISPATCHER: "派单中心", Role.CONFIDENTIAL: "专办人员"}


async def citizen_view(hall: Hall, case: Case, now: datetime) -> dict[str, Any]:
    """One case for the citizen who wrote it: the fields of API.md, and the own words and times that the page shows.

    Of a protected case no bureau and no category is named, not even to its writer: a screen is easily seen."""
    sealed = await cases.sealed_text(hall.database, case.id) if case.protected else None
    title, address, body = case_view.words_of(hall, case, sealed)
    history = await cases.events(hall.database, case.id)
    said = await cases.texts(hall.database, case.id, vault=hall.vault, public_only=True)
    held = await cases.assignments(hall.database, case.id)
    files = await attachment_view.of_case(hall, case, public_only=True)
    shown, counted = attachment_view.citizen(hall, case, files), attachment_view.counted(files)
    named = not case.protected
    return {
        "number": case.number,
        "status": case.status,
        "kind": case.kind,
        "category": case_view.category(hall.city, case.category) if named else None,
        "district": case_view.district(hall.city, case.district) if named else None,
        "bureau": case_view.bureau(hall.city, case.bureau) if named else None,
        "received_at": case.received_at,
        "due_at": case.due_at,
        "light": case_view.light(case, now),
        "remaining": case_view.remaining(hall.city, case, now),
        "until": templating.until(case.due_at),
        "provisional": case.provisional,
        "round": case.round,
        "timeline": [
            {**entry(hall, case, event, said), "files": counted[event.seq]}
            for event in history if event.step not in wording.HIDDEN_FROM_CITIZEN
        ],
        "attachments": shown,
        "reply": reply(hall, case, history, said, shown),
        "rating": case_view.rating(case),
        "can": can(case, history, now),
        "remind_from": asking.may_remind_from(case) if case.status in TABLE[Step.REMIND] else None,
        "question": question(case, history, said),
        "question_until": templating.until(case.pause_until),
        "regime": case.regime,
        "parts": case_view.letter_parts(hall, case, await parts.of_letter(hall.database, case), staff=False),
        "title": title,
        "address": address,
        "body": body,
        "urgent": case.urgent,
        "protected": case.protected,
        "reminders": case.reminders,
        "picture": picture(hall, case, history, held, now, before=await counting.before_split(hall, case)),
        "limit": hall.city.term_in(case.limit_version, case.limit_code).limit.text(),
    }  # fmt: skip


_ENDS_QUESTION = (Step.SUPPLEMENT, Step.EXPIRE)


def entry(hall: Hall, case: Case, event: Event, said: Iterable[Text]) -> dict[str, Any]:
    """One line of the timeline: when, what, by whom; `text` only where something was said to the public."""
    line: dict[str, Any] = {
        "at": event.at,
        "step": event.step,
        "status": event.to_status,
        "by": _by(hall, case, event),
        "bureau": None if case.protected else case_view.bureau(hall.city, event.bureau),
    }
    here = [text for text in said if text.seq == event.seq and text.field not in _UNSAID]
    if here:
        line["text"] = _in_words(here)
    return line


def _in_words(here: list[Text]) -> str:
    """What was said at one step; with a label for each thing when there are several."""
    order = list(_LABELS)
    parts = sorted(here, key=lambda text: order.index(text.field) if text.field in order else -1)
    several = len(parts) > 1
    return "\n".join(
        (f"{_LABELS[text.field]}：" if several and text.field in _LABELS else "")
        + _CODES.get(text.field, {}).get(text.body, text.body)
        for text in parts
    )


def _by(hall: Hall, case: Case, event: Event) -> str:
    """A bureau answers for its people: no member of staff is named."""
    if event.actor in BUREAU_ROLES:
        return "承办单位" if case.protected else hall.city.bureau_name(event.bureau)
    return _BY.get(event.actor, wording.ROLES[event.actor])


def reply(
    hall: Hall, case: Case, history: list[Event], said: Iterable[Text], shown: Sequence[dict[str, Any]] = ()
) -> dict[str, Any] | None:
    """The published answer of the newest answered round, and which of the files `shown` came with it; None when there is none."""
    words = next((text.body for text in said if text.seq == case.answer_seq and text.field == "answer"), None)
    if case.answer_seq is None or words is None:
        return None
    event = history[case.answer_seq - 1]
    bureau = None if case.protected else case_view.bureau(hall.city, event.bureau)
    files = attachment_view.answered(shown, event.round)
    return {"at": event.at, "bureau": bureau, "text": words, "round": event.round, "attachments": files}


def question(case: Case, history: list[Event], said: Iterable[Text]) -> str:
    """What the bureau wants to hear from the citizen, whether the clock waits for it or not; empty when it is answered."""
    turns = [event for event in history if event.round == case.round and event.step in (Step.ASK_CITIZEN, *_ENDS_QUESTION)]
    if case.status not in (Status.AWAITING_CITIZEN, Status.WORKING) or not turns or turns[-1].step in _ENDS_QUESTION:
        return ""
    return next((text.body for text in said if text.seq == turns[-1].seq and text.field == "question"), "")


def can(case: Case, history: list[Event], now: datetime) -> list[Step]:
    """What the citizen may do now, in the order the page offers it."""
    return [step for step in CITIZEN_STEPS if _allowed(step, case, history, now)]


def _allowed(step: Step, case: Case, history: list[Event], now: datetime) -> bool:
    if step is Step.REWORK:
        asked = case.status in TABLE[step] and reopening.may_ask(case.answered_at, case.solved, now)
        return asked and not reopening.is_final(case.regime, case.round) and not rework_asked(history)
    if case.status not in TABLE[step]:
        return False
    if step is Step.REMIND:
        earliest = asking.may_remind_from(case)
        return earliest is not None and now >= earliest
    if step is Step.WITHDRAW:
        return asking.may_withdraw(case)
    return step is not Step.CONTEST or not case.contested


def rework_asked(history: list[Event]) -> bool:
    """Whether the citizen has asked for another round after the last answer: it is decided once."""
    for event in reversed(history):
        if event.step is Step.REQUEST_REWORK:
            return True
        if event.step in (Step.REWORK, Step.APPROVE, Step.FOLLOW):
            return False
    return False


def picture(
    hall: Hall, case: Case, history: list[Event], held: Iterable[Any], now: datetime, *, before: list[Event]
) -> list[dict[str, Any]]:
    """Who held the case for how many hours, in order, and what is left until the due time: one bar."""
    measured = clocks.measure(
        case_time.rounds(history),
        assignments=[clocks.Assignment(one.bureau, clocks.Share(one.role), one.from_at, one.until_at) for one in held],
        pauses=case_time.pauses(history, before),
        now=now,
    )
    pieces = [{"who": _holder(hall, case, one), "kind": str(one.kind), "hours": one.hours} for one in measured.picture]
    if case.open and case.due_at and now < case.due_at:
        pieces.append({"who": "离答复期限", "kind": "left", "hours": (case.due_at - now).total_seconds() / 3600})
    return pieces


def _holder(hall: Hall, case: Case, piece: clocks.Segment) -> str:
    if piece.who and not case.protected:
        return hall.city.bureau_name(piece.who)
    return clocks.TITLES[piece.kind]
