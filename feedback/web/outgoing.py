"""What an answer looks like to those who get it, before it is sent: the message, the page of the citizen, the public list."""

from typing import Any

from feedback import clock
from feedback.actions import telling
from feedback.actions.hall import Hall
from feedback.rules import outbox, reopening
from feedback.rules.record import Case
from feedback.web import public


def of_page(hall: Hall, case: Case, page: dict[str, Any], *, looked: bool) -> dict[str, Any] | None:
    """The answer that waits for approval, or the draft its writer wanted to look at, as `shown`; None without one."""
    draft = page["case"]["draft"] if looked else None
    answer = (
        page["sent"].get("answer", "")
        if "approve" in page["main"]
        else draft["fields"].get("answer", "")
        if draft
        else ""
    )
    return shown(hall, case, answer, page["case"]["contact"]) if answer.strip() else None


def shown(hall: Hall, case: Case, answer: str, contact: dict[str, str]) -> dict[str, Any]:
    """The `answer` as the citizen reads it, `sms` and `mail` as they would go out now (None where no phone or address was
    left: `contact`), and `public`: what everybody reads, personal data taken out, or None for a case that is not published."""
    last = reopening.is_final(case.regime, case.round)
    template, about = telling.worded(hall, case, "answered", now=clock.now(), last=last)
    text = hall.words(template, **about, site=hall.site)
    subject, _, body = hall.words(f"{template}.mail", **about, site=hall.site).partition("\n")
    return {
        "answer": answer,
        "sms": {"text": text, "parts": outbox.parts(text)} if contact["phone"] else None,
        "mail": {"subject": subject.strip(), "body": body.strip()} if contact["email"] else None,
        "public": public.redacted(hall, answer) if case.publish and not case.protected else None,
    }
