"""What the public sees of a petition, as plain data for the JSON API and for the pages. Signers are numbers here, never people."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from feedback.actions.hall import Hall
from feedback.rules import petition
from feedback.rules.petition import Petition, Status, Threshold
from feedback.rules.record import Case
from feedback.store import cases, petitions
from feedback.web import case_view, timeline, wording


def row(hall: Hall, found: Petition, thresholds: Sequence[Threshold]) -> dict[str, Any]:
    """One petition in a list. Title is None where the text is not public."""
    return {
        "number": found.number,
        "title": found.public_title if found.text_public else None,
        "status": found.status,
        "district": case_view.district(hall.city, found.district),
        "proposed_at": found.proposed_at,
        "opened_at": found.decided_at if found.status in (Status.OPEN, Status.CLOSED) else None,
        "closes_at": found.closes_at,
        "signatures": found.signatures,
        "thresholds": [{"at": one.at, "promise": one.promise, "reached_at": one.reached_at} for one in thresholds],
    }


async def rows(hall: Hall, found: Sequence[Petition]) -> list[dict[str, Any]]:
    """The petitions of a list, with their thresholds in one query."""
    thresholds = await petitions.thresholds(hall.database, [one.id for one in found])
    return [row(hall, one, thresholds[one.id]) for one in found]


async def full(hall: Hall, found: Petition, *, now: datetime, staff: bool = False) -> dict[str, Any]:
    """One petition with text, distribution, and what became of it. Staff also see the number of its case."""
    [view] = await rows(hall, [found])
    signed = await petitions.by_district(hall.database, found.id)
    rejected = found.status is Status.REJECTED
    view |= {
        "body": found.public_body if found.text_public else None,
        "rejection": _rejection(found) if rejected else None,
        "by_district": [{"district": case_view.district(hall.city, code), "signatures": n} for code, n in signed],
        "decide_by": found.due_at if found.status is Status.MODERATION else None,
        "case": None,
        "response": None,
    }
    case = await cases.by_id(hall.database, found.case_id) if found.case_id else None
    # A case that turned out confidential is told to nobody, not even that it exists.
    return view | (await _outcome(hall, case, now, staff)) if case and not case.protected else view


def _rejection(found: Petition) -> dict[str, Any]:
    code = found.reason or ""
    return {"reason": code, "text": petition.REASONS.get(code, code), "explanation": found.explanation}


async def _outcome(hall: Hall, case: Case, now: datetime, staff: bool) -> dict[str, Any]:
    history = await cases.events(hall.database, case.id)
    said = await cases.texts(hall.database, case.id, vault=hall.vault, public_only=True)
    left = next((event for event in reversed(history) if event.from_status != event.to_status), history[-1])
    ended = not case.open and case.answered_at is None
    about: dict[str, Any] = {
        "status": case.status,
        "status_name": wording.STATUSES[case.status],
        "bureau": case_view.bureau(hall.city, case.bureau),
        "due_at": case.due_at,
        "light": case_view.light(case, now),
        "remaining": case_view.remaining(hall.city, case, now),
        "text": hall.redact(timeline.entry(hall, case, left, said).get("text", "")) if ended else "",
    }
    if staff:
        about["number"] = case.number
    answer = timeline.reply(hall, case, history, said)
    if answer:
        answer = {"at": answer["at"], "bureau": answer["bureau"], "text": hall.redact(answer["text"])}
    return {"case": about, "response": answer}
