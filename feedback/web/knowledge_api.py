"""What a bureau prepares, as JSON: its articles, its reply templates, and who must approve its answers."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from feedback import clock
from feedback.actions import authoring, preparing
from feedback.rules import permission
from feedback.rules.permission import Role
from feedback.store import approvals, articles, reply_templates
from feedback.store.articles import Article
from feedback.web import article_desk, article_pages, doors, errors, named, preparing_pages, reading, steps
from feedback.web.api import answer
from feedback.web.doors import door


def _article(request: Request, one: Article) -> dict[str, Any]:
    city = doors.hall(request).city
    return {
        "id": one.id, "version": one.version, "title": one.title, "body": one.body,
        "bureau": named.bureau(city, one.bureau), "category": named.category(city, one.category),
        "review_on": one.review_on, "withdrawn_at": one.withdrawn_at, "state": article_desk.state(one, article_pages.today())[1],
    }  # fmt: skip


async def own_articles(request: Request) -> Response:
    """The articles of one's own bureau, those that citizens do not see included."""
    found = await articles.of_bureau(doors.hall(request).database, doors.actor(request).bureau or "")
    return answer({"items": [_article(request, one) for one in found]})


async def write_article(request: Request) -> Response:
    """The answer of this case becomes an article."""
    case = await steps.visible(request, request.path_params["number"])
    made = await article_desk.write_of(doors.hall(request), doors.actor(request), case)
    return answer(_article(request, made))


async def save_article(request: Request) -> Response:
    """New words, or the old ones looked at again."""
    article = await article_desk.own(request)
    wanted = reading.strictly(article_desk.Written, await reading.json(request))
    await article_desk.keep(doors.hall(request), doors.actor(request), article, wanted)
    return answer(_article(request, await article_desk.own(request)))


async def withdraw_article(request: Request) -> Response:
    """Takes an article away from citizens and colleagues."""
    article, who = await article_desk.own(request), doors.actor(request)
    if who.role not in authoring.APPROVERS:
        raise permission.WrongRole
    wanted = reading.strictly(article_desk.Withdrawn, await reading.json(request))
    await article_desk.put_away(doors.hall(request), who, article, wanted)
    return answer(_article(request, await article_desk.own(request)))


async def templates(request: Request) -> Response:
    """Every reply template of one's own bureau."""
    hall = doors.hall(request)
    found = await reply_templates.of_bureau(hall.database, doors.actor(request).bureau or "")
    return answer({"items": [{**dict(one._mapping), "category": named.category(hall.city, one["category"])} for one in found]})


async def save_template(request: Request) -> Response:
    """Adds a template, changes it, or takes it out of use; the templates as they are then."""
    if doors.actor(request).role not in preparing.PREPARERS:
        raise permission.WrongRole
    wanted = reading.strictly(preparing_pages.Template, await reading.json(request))
    await preparing_pages.keep_template(doors.hall(request), doors.actor(request), wanted)
    return await templates(request)


async def approval(request: Request) -> Response:
    """Which bureaus' answers need a second person, and who changed that."""
    hall, who = doors.hall(request), doors.actor(request)
    own = who.bureau if who.role is Role.HEAD else None
    shown = [one for one in hall.city.bureaus.values() if one.active and own in (None, one.code)]
    changes = await approvals.changes(hall.database, bureau=own)
    return answer({
        "items": [{"bureau": named.bureau(hall.city, one.code), "two_step": one.two_step} for one in shown],
        "changes": [dict(one._mapping) for one in changes],
    })  # fmt: skip


async def set_approval(request: Request) -> Response:
    """One step or two for one bureau."""
    hall = doors.hall(request)
    wanted = reading.strictly(preparing_pages.TwoStep, await reading.json(request))
    if wanted.bureau not in hall.city.bureaus:
        raise errors.NotFound
    await preparing.set_two_step(
        hall, doors.actor(request), wanted.bureau, two_step=wanted.two_step, reason=wanted.reason, now=clock.now()
    )
    return await approval(request)


ROUTES = [
    # Before /api/v1/articles/{id}, which would take "mine" for one.
    door("/api/v1/articles/mine", own_articles, enter=doors.BUREAU, name="api_articles_mine"),
    door("/api/v1/articles/{id}", save_article, enter=doors.BUREAU, methods=("POST",), name="api_article_save", takes=article_desk.Written),
    door(
        "/api/v1/articles/{id}/withdraw", withdraw_article, enter=doors.BUREAU, methods=("POST",),
        name="api_article_withdraw", takes=article_desk.Withdrawn,
    ),
    door("/api/v1/cases/{number}/article", write_article, enter=doors.BUREAU, methods=("POST",), name="api_article_write"),
    door("/api/v1/reply-templates", templates, enter=doors.BUREAU, name="api_reply_templates"),
    door(
        "/api/v1/reply-templates", save_template, enter=doors.BUREAU, methods=("POST",), name="api_reply_template_save",
        takes=preparing_pages.Template,
    ),
    door("/api/v1/approval", approval, enter=preparing_pages.APPROVAL, name="api_approval"),
    door(
        "/api/v1/approval", set_approval, enter=preparing_pages.APPROVAL, methods=("POST",), name="api_approval_set",
        takes=preparing_pages.TwoStep,
    ),
]  # fmt: skip
