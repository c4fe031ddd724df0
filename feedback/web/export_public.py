"""The public lists as rows of a file: petitions, and published answers."""

import dataclasses
from typing import Any

from feedback.actions.hall import Hall
from feedback.rules import petition
from feedback.store import petitions, publication
from feedback.web import case_view, export_rows, forms, public, reading, wording
from feedback.web.export_rows import BATCH, Rows, Wanted


class Petitions(forms.Form):
    """The public list of petitions."""

    q: forms.words(100) = ""  # type: ignore[valid-type]


_PETITION = {petition.Status.OPEN: "征集附议", petition.Status.CLOSED: "已截止"}


async def petition_rows(hall: Hall, wanted: Wanted) -> Rows:
    """Petitions as everybody may read them, the newest first. Raises BadFields."""
    asked, cursor = reading.checked(Petitions, wanted.query), ""
    while True:
        found, cursor = await petitions.page(
            hall.database, list(_PETITION), q=asked.q, cursor=cursor, limit=BATCH, now=wanted.now
        )
        yield await export_rows.each(found, lambda one: _petition(hall, one))
        if not cursor:
            return


def _petition(hall: Hall, one: Any) -> list[Any]:
    return [
        one.number, _PETITION[one.status], hall.redact(one.public_title), hall.redact(one.public_body),
        hall.city.districts.get(one.district or "", ""), one.proposed_at, one.closes_at, one.signatures,
    ]  # fmt: skip


class Published(forms.Form):
    """The list of published answers."""

    q: forms.words(100) = ""  # type: ignore[valid-type]
    category: forms.Code = ""
    bureau: forms.Code = ""


async def answer_rows(hall: Hall, wanted: Wanted) -> Rows:
    """Published answers, the newest first, without personal data. Raises BadFields."""
    asked, after = reading.checked(Published, wanted.query), None
    narrow = dataclasses.replace(public.narrowed(asked), whole=True)
    while True:
        found = await publication.page(hall.database, narrow, after=after, limit=BATCH, now=wanted.now)
        yield await export_rows.each([one for one in found if public.says(hall, one, narrow.words)], lambda one: _answer(hall, one))
        if len(found) < BATCH:
            return
        after = found[-1].answered_at, found[-1].id


def _answer(hall: Hall, one: publication.Published) -> list[Any]:
    return [
        one.number, wording.KINDS[one.kind], export_rows.name(case_view.category(hall.city, one.category)),
        hall.city.districts.get(one.district or "", ""), one.answer_bureau or export_rows.name(case_view.bureau(hall.city, one.bureau)),
        hall.redact(one.title), hall.redact(one.body), hall.redact(one.answer), one.received_at, one.answered_at,
    ]  # fmt: skip
