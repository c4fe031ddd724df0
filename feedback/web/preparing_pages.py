"""What a bureau prepares: the page of its reply templates, and that of who must approve an answer."""

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from feedback import clock
from feedback.actions import preparing
from feedback.actions.hall import Hall
from feedback.rules import permission, phrasing
from feedback.rules.permission import Actor, Role
from feedback.store import approvals, reply_templates
from feedback.web import case_page, doors, errors, forms, named, reading, templating
from feedback.web.doors import door

APPROVAL = doors.Enter(frozenset({Role.HEAD, Role.SYSTEM_ADMIN}))
LABELS = {"name": "名字", "body": "内容", "category": "用在哪类事项", "reason": "理由", "bureau": "单位"}


class Template(forms.Form):
    """A prepared answer. `id` is empty for a new one; `remove` takes it out of use."""

    id: forms.empty_is_none(int) = None  # type: ignore[valid-type]
    name: forms.words(60, least=2)  # type: ignore[valid-type]
    body: forms.words(5000, least=5)  # type: ignore[valid-type]
    category: forms.Code = ""
    remove: bool = False


class TwoStep(forms.Form):
    """Whether a bureau's answers need a second person, and why that changes."""

    bureau: forms.Code
    two_step: bool
    reason: forms.words(200, least=2)  # type: ignore[valid-type]


async def templates(request: Request) -> Response:
    """Every template of one's own bureau; reviewer and head may change them."""
    done = {"saved": "模板已保存。", "removed": "模板已停用。"}.get(request.query_params.get("done", ""), "")
    return await _templates(request, done=done)


async def _templates(
    request: Request, given: dict[str, Any] | None = None, faults: dict[str, str] | None = None, *, done: str = ""
) -> Response:
    hall, who = doors.hall(request), doors.actor(request)
    rows = [
        {**dict(one._mapping), "category": named.category(hall.city, one["category"])}
        for one in await reply_templates.of_bureau(hall.database, who.bureau or "")
    ]
    return templating.page(
        request, "desk/templates.html", status_code=422 if faults else 200, rows=rows, given=given or {},
        faults=faults or {}, labels=LABELS, done=done, categories=case_page.categories(hall.city),
        prepares=who.role in preparing.PREPARERS, placeholders=phrasing.PLACEHOLDERS,
    )  # fmt: skip


async def save_template(request: Request) -> Response:
    """Adds a template, changes it, or takes it out of use."""
    hall, who, given = doors.hall(request), doors.actor(request), await reading.posted(request)
    if who.role not in preparing.PREPARERS:
        raise permission.WrongRole
    try:
        wanted = reading.checked(Template, given)
        await keep_template(hall, who, wanted)
    except errors.BadFields as bad:
        gone = bad.fields.get("name") == preparing.NoTemplate.__doc__
        return await _templates(request, {**given, "id": ""} if gone else given, bad.fields)
    return RedirectResponse(f"/reply-templates?done={'removed' if wanted.remove else 'saved'}", 303)


async def keep_template(hall: Hall, who: Actor, wanted: Template) -> None:
    """The template as it is wanted. Raises BadFields, WrongRole."""
    if wanted.category and wanted.category not in hall.city.categories:
        raise errors.BadFields({"category": "没有这个事项。"})
    try:
        await preparing.save_template(
            hall, who, name=wanted.name, body=wanted.body, category=wanted.category or None, identity=wanted.id,
            active=not wanted.remove, now=clock.now(),
        )  # fmt: skip
    except preparing.StrangePlaceholder as fault:
        raise errors.BadFields({"body": f"不认识 {fault}，只能用下面列出的几个。"}) from None
    except preparing.NoTemplate:
        raise errors.BadFields({"name": preparing.NoTemplate.__doc__ or ""}) from None


async def approval(request: Request) -> Response:
    """Which bureaus' answers need a second person: one's own for a head, all for the system administrator."""
    return await _approval(request, done="已改好，马上生效。" if request.query_params.get("done") else "")


async def _approval(
    request: Request, given: dict[str, Any] | None = None, faults: dict[str, str] | None = None, *, done: str = ""
) -> Response:
    hall, who = doors.hall(request), doors.actor(request)
    mine = who.bureau if who.role is Role.HEAD else None
    shown = [one for one in hall.city.bureaus.values() if one.active and mine in (None, one.code)]
    changes = [
        {**dict(one._mapping), "bureau": hall.city.bureau_name(one["bureau"])}
        for one in await approvals.changes(hall.database, bureau=mine)
    ]
    return templating.page(
        request, "desk/approval.html", status_code=422 if faults else 200, bureaus=shown, changes=changes,
        given=given or {}, faults=faults or {}, labels=LABELS, done=done,
    )  # fmt: skip


async def set_approval(request: Request) -> Response:
    """One step or two for one bureau."""
    hall, who, given = doors.hall(request), doors.actor(request), await reading.posted(request)
    wanted, faults = reading.try_form(TwoStep, given)
    if wanted and wanted.bureau not in hall.city.bureaus:
        raise errors.NotFound
    if wanted is None:
        return await _approval(request, given, faults)
    await preparing.set_two_step(
        hall, who, wanted.bureau, two_step=wanted.two_step, reason=wanted.reason, now=clock.now()
    )
    return RedirectResponse("/approval?done=1", 303)


ROUTES = [
    door("/reply-templates", templates, enter=doors.BUREAU, name="reply_templates"),
    door("/reply-templates", save_template, enter=doors.BUREAU, methods=("POST",), name="reply_template_save"),
    door("/approval", approval, enter=APPROVAL, name="approval"),
    door("/approval", set_approval, enter=APPROVAL, methods=("POST",), name="approval_set"),
]
