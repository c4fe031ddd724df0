"""Knowledge articles: made of a good answer in one step, changed, looked at again, withdrawn. Personal data never gets in."""

import dataclasses
from datetime import date, datetime

from feedback.actions.hall import Hall
from feedback.rules.permission import BUREAU_ROLES, Actor, Role, WrongRole
from feedback.rules.record import Case
from feedback.rules.status import Status
from feedback.store import articles, cases
from feedback.store.articles import Article

APPROVERS = frozenset({Role.REVIEWER, Role.HEAD})


class NoAnswer(Exception):
    """这件还没有公开答复，不能写成知识。"""


def may_write(actor: Actor, bureau: str | None) -> bool:
    """Whether this person writes articles for that bureau."""
    return actor.role in BUREAU_ROLES and bureau is not None and actor.bureau == bureau


async def proposal(hall: Hall, case: Case) -> tuple[str, str]:
    """Title and text an article of this case begins with: question and answer without personal data. Raises NoAnswer."""
    if case.protected or case.status not in (Status.REPLIED, Status.CLOSED) or case.answer_seq is None:
        raise NoAnswer(case.number)
    answer = await cases.last_text(hall.database, case.id, "answer", vault=hall.vault)
    matter = hall.city.categories.get(case.category or "")
    title = f"{matter.name}：{case.title}" if matter and matter.name not in case.title else case.title
    return hall.redact(title)[:100], hall.redact(answer)


async def write(
    hall: Hall, actor: Actor, case: Case, *, title: str, body: str, category: str | None, review_on: date, now: datetime
) -> int:
    """An article of this case's answer; returns its id. The approved words are public at once, changed ones once approved.

    Empty title or body: as proposed. Raises WrongRole, NoAnswer."""
    if not may_write(actor, case.bureau) or actor.person_id is None:
        raise WrongRole
    own_title, own_body = await proposal(hall, case)
    text = hall.redact(body) or own_body
    approved = actor.role in APPROVERS or text == own_body
    return await articles.add(
        hall.database, bureau=case.bureau or "", category=category or case.category, title=hall.redact(title) or own_title,
        body=text, case_id=case.id, review_on=review_on if approved else None, person_id=actor.person_id, now=now,
    )  # fmt: skip


async def change(
    hall: Hall, actor: Actor, article: Article, *, title: str, body: str, category: str | None, review_on: date, now: datetime
) -> None:
    """New words, or the old ones looked at again: with the review date of an approver public, else waiting for one.

    Raises WrongRole, articles.Changed."""
    if not may_write(actor, article.bureau) or actor.person_id is None:
        raise WrongRole
    approved = actor.role in APPROVERS
    fresh = dataclasses.replace(
        article, title=hall.redact(title), body=hall.redact(body), category=category,
        review_on=review_on if approved else None, withdrawn_at=None, reason="",
    )  # fmt: skip
    await articles.change(hall.database, fresh, person_id=actor.person_id, now=now)


async def withdraw(hall: Hall, actor: Actor, article: Article, *, reason: str, now: datetime) -> None:
    """Nobody but its bureau sees it any more. Raises WrongRole, articles.Changed."""
    if not may_write(actor, article.bureau) or actor.role not in APPROVERS or actor.person_id is None:
        raise WrongRole
    gone = dataclasses.replace(article, withdrawn_at=now, reason=reason)
    await articles.change(hall.database, gone, person_id=actor.person_id, now=now)
