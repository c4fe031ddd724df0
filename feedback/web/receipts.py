"""What somebody is told at once of a new case, as plain data; and what the machine proposes."""

from typing import Any

from feedback.actions import intake
from feedback.actions.hall import Hall
from feedback.rules.record import Decision, Understanding
from feedback.web import case_view


def receipt_view(hall: Hall, receipt: intake.Receipt) -> dict[str, Any]:
    """What the citizen is told at once. Of a protected case nothing that points at anybody."""
    understood = receipt.understanding
    protected = understood.decision is Decision.PROTECTED
    view: dict[str, Any] = {
        "number": receipt.number,
        "query_code": receipt.query_code,
        "status": receipt.status,
        "kind": receipt.kind,
        "category": case_view.category(hall.city, receipt.category),
        "district": case_view.district(hall.city, receipt.district),
        "bureau": case_view.bureau(hall.city, receipt.bureau),
        "decision": understood.decision,
        "confidence": round(understood.probability, 4),
        "suggestions": [] if protected else suggestions(hall, understood),
        "reasons": [] if protected else list(understood.reasons),
        "received_at": receipt.received_at,
        "due_at": receipt.due.due_at,
        "provisional": receipt.due.provisional,
    }
    if understood.urgent:
        view["urgent_notice"] = URGENT_NOTICE
    return view


URGENT_NOTICE = "如果有人正处在危险中，请立即拨打 110、119 或 120；燃气泄漏请先离开现场再打电话。"


def suggestions(hall: Hall, understood: Understanding) -> list[dict[str, Any]]:
    """The classifier's candidates, each with the bureau the rules give it."""
    return [
        {
            "category": case_view.category(hall.city, candidate.category),
            "bureau": case_view.bureau(hall.city, candidate.bureau),
            "probability": round(candidate.probability, 4),
        }
        for candidate in understood.candidates
    ]
