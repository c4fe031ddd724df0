"""What the classifier would point out beside a letter: that it is none for the city, that it holds two matters, whom it accuses."""

import asyncio
from collections.abc import Collection
from typing import Any

from feedback.actions.hall import Hall
from feedback.rules.record import Case, Hints, Part
from feedback.rules.status import Status
from feedback.web import wording

EXCERPT = 40
"""Characters of a part that are shown."""


async def shown(hall: Hall, case: Case, words: tuple[str, str, str], can: Collection[str]) -> dict[str, Any]:
    """Hints about this case for somebody who `can` do these steps; `words` are its title, address and body.

    `scope` only before it is dispatched, `matters` only for who may split, `accused` only of a protected case."""
    title, address, body = words
    if not (case.protected or "split" in can or "decline" in can):
        return told(hall, body, Hints())
    # A long letter is read in two dozen pieces: other requests need not wait for that.
    found = await asyncio.to_thread(
        hall.hints, title, body, district=case.district, address=address, secret=case.protected
    )
    here = Hints(
        scope=found.scope if case.status is Status.TRIAGE else "",
        parts=found.parts if "split" in can else (),
        accused=found.accused,
    )
    return told(hall, body, here)


def told(hall: Hall, body: str, found: Hints) -> dict[str, Any]:
    """Hints in words and in codes, for pages and for programs."""
    return {
        "scope": {"code": found.scope, "words": wording.SCOPES[found.scope]} if found.scope else None,
        "matters": [_matter(hall, body, one) for one in found.parts],
        "accused": [{"text": words, "bureaus": [hall.city.bureau_name(one) for one in bureaus]} for words, bureaus in found.accused],
    }


def _matter(hall: Hall, body: str, part: Part) -> dict[str, Any]:
    text = body[part.start : part.end].strip()
    category = hall.city.categories.get(part.category)
    return {
        "start": part.start,
        "end": part.end,
        "excerpt": text if len(text) <= EXCERPT else f"{text[:EXCERPT]}…",
        "category": {"code": part.category, "name": category.name if category else part.category},
        "bureau": {"code": part.bureau, "name": hall.city.bureau_name(part.bureau)},
    }
