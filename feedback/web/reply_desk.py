"""What lies beside an answer while it is written: templates, articles, published answers, the draft, and who else is writing."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from feedback import clock
from feedback.actions import drafting
from feedback.actions.hall import Hall
from feedback.rules import phrasing
from feedback.rules.hot import Letter
from feedback.rules.permission import Actor
from feedback.rules.record import Case
from feedback.rules.status import Status
from feedback.store import articles, drafts, publication, reply_templates
from feedback.store.publication import Published
from feedback.store.together import together
from feedback.web import named, public, templating, uploads

SHOWN = 5
_LOOKED_AT = 12
"""Published answers about the matter that are compared with the letter."""

_ANY_DAY = date(2000, 1, 1)

LOOKED = "looked"
"""What was done when somebody wanted to see how the answer reads to those who get it."""

PLACES = {"taken": "#reply-answer", LOOKED: "#reply-outgoing"}
"""Where the page goes on after a button of the reply form."""

WRITERS = ("reply", "approve", "contribute")
"""Who may do one of these works on the case, and does not only look."""


async def beside(
    hall: Hall, who: Actor, case: Case, can: Sequence[str], *, name: str, kept: drafts.Draft | None, now: datetime,
    entering: bool = False,
) -> dict[str, Any]:
    """`editing`, `draft`, `templates`, `articles`, `published` and the `article` made of this case."""
    answers = "reply" in can
    sources = await _sources(hall, who, case, name) if answers and not case.protected else {}
    return {
        "editing": await _editing(hall, who, case, entering=entering and bool(set(WRITERS) & set(can)), now=now),
        "draft": {"at": kept.at, "fields": kept.fields} if kept and answers else None,
        "templates": sources.get("templates", []),
        "articles": sources.get("articles", []),
        "published": sources.get("published", []),
        "article": await _article(hall, case),
    }


async def _editing(hall: Hall, who: Actor, case: Case, *, entering: bool, now: datetime) -> list[dict[str, Any]]:
    person = who.person_id or 0
    rows = await (
        drafts.enter(hall.database, case.id, person, writing=False, now=now)
        if entering
        else drafts.others(hall.database, case.id, person, now=now)
    )
    return present(rows, now)


def present(rows: Sequence[Any], now: datetime) -> list[dict[str, Any]]:
    """Who else has the case open, and whether they are writing at the moment."""
    return [
        {"name": row["name"], "at": row["at"], "writing": bool(row["writing_at"] and now - row["writing_at"] < drafts.HERE)}
        for row in rows
    ]


async def _sources(hall: Hall, who: Actor, case: Case, name: str) -> dict[str, Any]:
    own = values(hall, case, name)
    now = clock.now()
    today, about = clock.local(now).date(), publication.Wanted(category=case.category)
    fitting, known, answers = await together(
        hall.database,
        lambda asked: reply_templates.fitting(asked, case.bureau or "", case.category),
        lambda asked: articles.about(asked, [case.category or ""], today=today, limit=SHOWN),
        lambda asked: publication.page(asked, about, limit=_LOOKED_AT, now=now),
    )
    return {
        "templates": [
            {"id": one["id"], "name": one["name"], "body": phrasing.filled(one["body"], own)} for one in fitting
        ],
        "articles": [article(hall, one) for one in known],
        "published": [public.brief(hall, one) for one in _likeliest(hall, case, answers if case.category else [])],
    }


def article(hall: Hall, one: articles.Article) -> dict[str, Any]:
    """An article as everybody may read it."""
    return {
        "id": one.id,
        "title": public.redacted(hall, one.title),
        "body": public.redacted(hall, one.body),
        "bureau": named.bureau(hall.city, one.bureau),
        "category": named.category(hall.city, one.category),
        "changed_at": one.changed_at,
        "review_on": one.review_on,
    }


def _likeliest(hall: Hall, case: Case, found: Sequence[Published]) -> list[Published]:
    """Of published answers about the same matter those to the letters most like this one."""
    others = [one for one in found if one.id != case.id]
    # Alike in matter and place, whenever it was: all on one day, under identities that are no case's.
    own = Letter(-case.id, f"{case.title}\n{case.body}", case.address, _ANY_DAY)
    scores = hall.alike(own, [Letter(-one.id, f"{one.title}\n{one.body}", "", _ANY_DAY) for one in others])
    ranked = sorted(zip(scores, others, strict=True), key=lambda pair: -pair[0])
    return [one for _, one in ranked[:SHOWN]]


def values(hall: Hall, case: Case, name: str) -> dict[str, str]:
    """What the placeholders of a template mean on this case."""
    city = hall.city
    bureau, category = city.bureaus.get(case.bureau or ""), city.categories.get(case.category or "")
    return {
        "市民称呼": phrasing.called("" if case.anonymous else name),
        "地点": case.address or city.districts.get(case.district or "", ""),
        "期限": templating.by(case.due_at) if case.due_at else "",
        "编号": case.number,
        "单位": bureau.name if bureau else "",
        "事项": category.name if category else "",
        "今天": templating.day(clock.now()),
        "单位电话": bureau.hotline if bureau else "",
    }


async def _article(hall: Hall, case: Case) -> dict[str, Any] | None:
    if case.protected or case.status not in (Status.REPLIED, Status.CLOSED):
        return None
    found = await articles.of_case(hall.database, case.id)
    return article(hall, found) if found else None


async def press(
    hall: Hall, who: Actor, case: Case, view: dict[str, Any], given: dict[str, Any], sent: Mapping[str, str]
) -> str:
    """What a button of the reply form other than sending does to the draft; returns what was done: kept, dropped, taken or LOOKED.

    `draft` keeps, `look` too, `drop` forgets, `now` takes the answer `sent` for review; t:, a: and c: add a template, an article, an answer."""
    pressed = str(given.get("press", ""))
    if pressed == "drop":
        await drafting.drop(hall, who, case)
        return "dropped"
    fields = dict(given)
    if pressed == "now":
        fields = {uploads.KEPT: given.get(uploads.KEPT), **sent}  # as a whole: also what was left empty there
    words = _source(view, pressed)
    if words:
        fields["answer"] = "\n\n".join(part for part in (str(given.get("answer", "")).rstrip(), words) if part)
    await drafting.keep(hall, who, case, fields, now=clock.now())
    return LOOKED if pressed == "look" else "taken" if words else "kept"


def _source(view: dict[str, Any], pressed: str) -> str:
    """The text a button of the sources stands for; empty for every other button."""
    kind, _, wanted = pressed.partition(":")
    place = {"t": ("templates", "id", "body"), "a": ("articles", "id", "body"), "c": ("published", "number", "answer")}.get(kind)
    if place is None:
        return ""
    rows, key, text = place
    return next((str(one[text]) for one in view[rows] if str(one[key]) == wanted), "")
