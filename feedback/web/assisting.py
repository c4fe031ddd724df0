"""A dispatcher writes down what a citizen says on the phone or at the counter: checked letter, earlier cases, what the machine thinks. The page is `assist_page`."""

from datetime import datetime
from typing import Any

from starlette.requests import Request

from feedback.actions import intake, taking_calls
from feedback.actions.hall import Hall
from feedback.rules.permission import Role
from feedback.rules.record import Case, Decision, Understanding
from feedback.web import case_view, doors, errors, idempotency, receipts, wording
from feedback.web.assisting_forms import AssistedCase

SOURCES = {"phone": "来电", "counter": "窗口"}


def is_assisted(request: Request, given: Any) -> bool:
    """Whether a new case is one that a signed-in dispatcher writes down for somebody."""
    person = request.state.person
    return (
        isinstance(given, dict) and given.get("source") in SOURCES
        and person is not None and person.role is Role.DISPATCHER
    )  # fmt: skip


def letter_of(hall: Hall, new: AssistedCase) -> intake.Letter:
    """The checked letter. Raises BadFields for a district, bureau or category that is none."""
    wrong: dict[str, str] = {}
    if new.bureau and new.bureau not in hall.city.bureaus:
        wrong["bureau"] = f"没有这个单位：{new.bureau[:20]}"
    if new.category and new.category not in hall.city.categories:
        wrong["category"] = f"没有这个事项：{new.category[:20]}"
    if new.district is not None and new.district not in hall.city.districts:
        wrong["district"] = "没有这个城区，请重新选择。"
    if wrong:
        raise errors.BadFields(wrong)
    return intake.Letter(
        body=new.body, title=new.title, kind=new.kind, address=new.address, district=new.district,
        latitude=new.latitude, longitude=new.longitude, name=new.contact.name if new.contact else "",
        phone=new.contact.phone if new.contact else "", anonymous=new.anonymous, publish=new.publish,
        source=new.source, quiet=not new.sms,
    )  # fmt: skip


async def write_down(
    request: Request, new: AssistedCase, key: str, body: bytes, *, now: datetime
) -> dict[str, Any]:  # fmt: skip
    """The receipt of the new case; sent twice under one key it is one case. Raises BadFields."""
    hall, who = doors.hall(request), doors.actor(request)
    letter = letter_of(hall, new)

    async def make(keep: idempotency.Keep | None) -> Any:
        also = (lambda receipt: keep(receipts.receipt_view(hall, receipt))) if keep else None
        return receipts.receipt_view(hall, await taking_calls.write_down(
            hall, who, letter, bureau=new.bureau, category=new.category or None, now=now, also=also,
        ))  # fmt: skip

    content, _ = await idempotency.once(hall, f"assist:{who.person_id}:{key}" if key else "", body, make, now=now)
    return content


async def api_answer(request: Request, new: AssistedCase, key: str, *, now: datetime) -> dict[str, Any]:
    """As `write_down`, with the words to read back, for a program."""
    receipt = await write_down(request, new, key, await request.body(), now=now)
    return {**receipt, "read_back": read_back(receipt["number"], receipt["query_code"])}


def read_back(number: str, code: str) -> str:
    """What is read to the caller: every character apart, groups with a pause."""
    return f"您的编号是 {_spelled(number)}。查询码是 {_spelled(code)}。"


def _spelled(text: str) -> str:
    return "，".join(" ".join(group) for group in text.split("-"))


def brief(hall: Hall, case: Case) -> dict[str, Any]:
    """An earlier case of the caller, as page and JSON show it."""
    return {
        "number": case.number, "title": case.title or case.number, "status": case.status,
        "status_name": wording.STATUSES[case.status], "received_at": case.received_at, "due_at": case.due_at,
        "bureau": case_view.bureau(hall.city, case.bureau), "open": case.open, "version": case.version,
    }  # fmt: skip


def guessed(hall: Hall, understood: Understanding) -> dict[str, Any]:
    """What the machine makes of what was written so far."""
    secret = understood.decision is Decision.PROTECTED
    return {
        "protected": secret,
        "auto": understood.decision is Decision.AUTO and understood.bureau in hall.city.bureaus,
        "bureau": None if secret else case_view.bureau(hall.city, understood.bureau),
        "urgent": understood.urgent,
        "kind": understood.kind,
        "reasons": [] if secret else list(understood.reasons)[:8],
        "suggestions": [] if secret else receipts.suggestions(hall, understood),
    }
