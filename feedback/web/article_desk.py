"""A bureau's own knowledge: an article out of a case in one step, the list with what is to be looked at again, editing, withdrawing."""

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from feedback import clock
from feedback.actions import authoring
from feedback.actions.hall import Hall
from feedback.rules import permission
from feedback.rules.permission import Actor
from feedback.rules.record import Case
from feedback.store import articles
from feedback.store.articles import Article
from feedback.web import article_pages, case_page, doors, errors, forms, named, reading, steps, templating
from feedback.web.doors import door

HALF_A_YEAR = timedelta(days=182)
LABELS = {"title": "标题", "body": "内容", "category": "事项", "review_on": "什么时候再看一遍", "reason": "为什么撤下"}


class Written(forms.Form):
    """An article as somebody wants it."""

    version: int = 0
    title: forms.words(100, least=2)  # type: ignore[valid-type]
    body: forms.words(10_000, least=10)  # type: ignore[valid-type]
    category: forms.Code = ""
    review_on: date


class Withdrawn(forms.Form):
    """Why an article goes; without a `version` whatever stands there now."""

    version: int = 0
    reason: forms.words(200, least=2)  # type: ignore[valid-type]


def state(article: Article, today: date) -> tuple[str, str]:
    """How an article stands: the light and the words beside it."""
    if article.withdrawn_at is not None:
        return "done", "已撤下"
    if article.review_on is None:
        return "yellow", "等审核人确认，市民看不到"
    if article.review_on <= today:
        return "red", f"{article.review_on:%Y-%m-%d} 该复核，市民看不到"
    soon = article.review_on <= today + timedelta(days=14)
    return ("yellow" if soon else "green"), f"公开，{article.review_on:%Y-%m-%d} 复核"


async def write(request: Request) -> Response:
    """One press: the answer of this case becomes an article."""
    case = await steps.visible(request, request.path_params["number"])
    given = await reading.posted(request)
    await write_of(doors.hall(request), doors.actor(request), case)
    kept = {"queue": given["queue"]} if given.get("queue") else {}
    return RedirectResponse(f"/desk/{case.number}?{urlencode(kept | {'done': 'article'})}", 303)


async def write_of(hall: Hall, who: Actor, case: Case) -> Article:
    """The article of this case's answer, made if there is none yet. Raises WrongRole, NoAnswer."""
    if await articles.of_case(hall.database, case.id) is None:
        now = clock.now()
        review_on = clock.local(now).date() + HALF_A_YEAR
        await authoring.write(hall, who, case, title="", body="", category=None, review_on=review_on, now=now)
    made = await articles.of_case(hall.database, case.id)
    assert made is not None
    return made


async def mine(request: Request) -> Response:
    """The articles of one's own bureau."""
    hall, who = doors.hall(request), doors.actor(request)
    today = article_pages.today()
    rows = [
        {"article": one, "state": state(one, today), "category": named.category(hall.city, one.category)}
        for one in await articles.of_bureau(hall.database, who.bureau or "")
    ]
    done = {"saved": "已保存。", "withdrawn": "已撤下，市民看不到了。"}.get(request.query_params.get("done", ""), "")
    return templating.page(request, "articles/mine.html", rows=rows, done=done, approves=who.role in authoring.APPROVERS)


async def own(request: Request) -> Article:
    """The article of the address, if it is one's own bureau's. Raises NotFound."""
    found = await articles.get(doors.hall(request).database, article_pages.identity(request))
    if found is None or not authoring.may_write(doors.actor(request), found.bureau):
        raise errors.NotFound
    return found


async def edit(request: Request) -> Response:
    """The form of one article."""
    return _form(request, await own(request))


def _form(
    request: Request, article: Article, given: dict[str, Any] | None = None, faults: dict[str, str] | None = None,
    *, status_code: int = 200, sentence: str = "",
) -> Response:  # fmt: skip
    hall, who, today = doors.hall(request), doors.actor(request), article_pages.today()
    later = max(article.review_on or today, today + HALF_A_YEAR)
    kept = {"title": article.title, "body": article.body, "category": article.category or "", "review_on": later.isoformat()}
    return templating.page(
        request, "articles/edit.html", status_code=status_code, article=article, given=kept | (given or {}), faults=faults or {},
        labels=LABELS, state=state(article, today), categories=case_page.categories(hall.city), sentence=sentence,
        approves=who.role in authoring.APPROVERS,
    )  # fmt: skip


async def save(request: Request) -> Response:
    """New words, or the old ones looked at again."""
    article, given = await own(request), await reading.posted(request)
    hall = doors.hall(request)
    try:
        await keep(hall, doors.actor(request), article, reading.checked(Written, given))
    except errors.BadFields as bad:
        return _form(request, article, given, bad.fields, status_code=422)
    except articles.Changed:
        return _clash(request, await own(request), given)
    return RedirectResponse("/articles/mine?done=saved", 303)


async def keep(hall: Hall, who: Actor, article: Article, wanted: Written) -> None:
    """The article as it is wanted. Raises BadFields, articles.Changed, WrongRole."""
    if wanted.category and wanted.category not in hall.city.categories:
        raise errors.BadFields({"category": "没有这个事项。"})
    if not article_pages.today() < wanted.review_on <= article_pages.today() + 4 * HALF_A_YEAR:
        raise errors.BadFields({"review_on": "请选明天以后、两年以内的日子。"})
    if wanted.version != article.version:
        raise articles.Changed
    await authoring.change(
        hall, who, article, title=wanted.title, body=wanted.body, category=wanted.category or None,
        review_on=wanted.review_on, now=clock.now(),
    )  # fmt: skip


async def put_away(hall: Hall, who: Actor, article: Article, wanted: Withdrawn) -> None:
    """The article withdrawn as it was read: mended by a colleague meanwhile, the reason may hold no more. Raises articles.Changed, WrongRole."""
    if wanted.version not in (0, article.version):
        raise articles.Changed
    await authoring.withdraw(hall, who, article, reason=wanted.reason, now=clock.now())


def _clash(request: Request, article: Article, given: dict[str, Any]) -> Response:
    """409: what was typed stays in the form, what stands there now is shown beside it."""
    return _form(request, article, given, status_code=409, sentence=articles.Changed.__doc__ or "")


async def withdraw(request: Request) -> Response:
    """Takes an article away from citizens and colleagues."""
    article, given = await own(request), await reading.posted(request)
    if doors.actor(request).role not in authoring.APPROVERS:
        raise permission.WrongRole
    wanted, faults = reading.try_form(Withdrawn, given)
    if wanted is None:
        return _form(request, article, {"reason": given.get("reason", "")}, faults, status_code=422)
    try:
        await put_away(doors.hall(request), doors.actor(request), article, wanted)
    except articles.Changed:
        return _clash(request, await own(request), {"reason": wanted.reason})
    return RedirectResponse("/articles/mine?done=withdrawn", 303)


async def to_review(request: Request) -> int:
    """How many articles of one's bureau wait to be looked at; 0 for who has no bureau."""
    who = doors.actor(request)
    if who.role not in permission.BUREAU_ROLES or who.bureau is None:
        return 0
    return await articles.to_review(doors.hall(request).database, who.bureau, today=article_pages.today())


ROUTES = [
    door("/articles/mine", mine, enter=doors.BUREAU, name="articles_mine"),
    door("/articles/{id}/edit", edit, enter=doors.BUREAU, name="article_edit"),
    door("/articles/{id}/edit", save, enter=doors.BUREAU, methods=("POST",), name="article_save"),
    door("/articles/{id}/withdraw", withdraw, enter=doors.BUREAU, methods=("POST",), name="article_withdraw"),
    door("/desk/{number}/article", write, enter=doors.BUREAU, methods=("POST",), name="article_write"),
]
