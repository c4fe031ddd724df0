"""Bureaus and categories merged, split and renamed from a date on: planned with a preview, undone before the day. Also as JSON."""

from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from feedback import clock
from feedback.actions import reorganising
from feedback.actions.hall import Hall
from feedback.rules.administration import Act as Administers
from feedback.rules.succession import Refused, What
from feedback.store import reorganisations
from feedback.web import admin, api, case_page, doors, errors, reading, reorganisation, templating
from feedback.web.doors import door

ENTER = admin.entrance(Administers.REORGANISE)

HEIRS = 3
"""Successors a split may name on the page; JSON may name more."""

KINDS = {
    ("bureau", "merge"): "合并单位", ("bureau", "split"): "拆分单位或划转职责", ("bureau", "rename"): "单位更名",
    ("category", "merge"): "合并事项", ("category", "split"): "拆分事项", ("category", "rename"): "事项更名",
}  # fmt: skip
DONE = {"planned": "已经安排，到日子自动生效。", "cancelled": "已经取消，什么都没有改变。"}

# Pages ------------------------------------------------------------------------------------------------------------


async def show(request: Request) -> Response:
    """What was planned and done, and the form of the kind that was chosen."""
    asked = request.query_params
    return await _page(request, dict(asked), {}, done=DONE.get(asked.get("done", ""), ""))


async def _page(
    request: Request, given: dict[str, Any], faults: dict[str, str], status_code: int = 200, *, done: str = "",
    seen: list[dict[str, Any]] | None = None,
) -> Response:  # fmt: skip
    hall = doors.hall(request)
    kind = (str(given.get("what", "")), str(given.get("act", "")))
    rows = [row(hall, one) for one in await reorganisations.listed(hall.database)]
    bureaus, categories = case_page.bureaus(hall.city), case_page.categories(hall.city)
    return templating.page(
        request,
        "admin/reorganise.html",
        status_code=status_code,
        kinds=KINDS,
        kind=kind if kind in KINDS else None,
        rows=rows,
        units=bureaus if kind[0] == "bureau" else categories,
        categories=categories,
        heirs=range(1 if kind[1] == "merge" else HEIRS),
        given=given,
        faults=faults,
        done=done,
        seen=seen,
        today=clock.local(clock.now()).date().isoformat(),
    )


def row(hall: Hall, one: Any) -> dict[str, Any]:
    """One line of the list; successors that are not new are called as they are today."""
    pairs = zip(one["heirs"], one["heir_names"], strict=True)
    return {**one._mapping, "heir_names": [name or reorganisation.name(hall, What(one["what"]), code) for code, name in pairs]}


def _given(form: FormData) -> dict[str, Any]:
    """What was typed, the choices of several as lists."""
    lists = {
        name: [str(one) for one in form.getlist(name)] for name in form if name.startswith(("codes", "categories_"))
    }
    return {name: str(value) for name, value in form.items()} | lists


def _wanted(given: dict[str, Any]) -> dict[str, Any]:
    """The fields of the form as those of the model."""
    heirs = []
    for n in range(HEIRS):
        code, new = given.get(f"into_{n}", ""), given.get(f"new_code_{n}", "").strip()
        if code or new:
            heirs.append(
                {
                    "code": new or code,
                    "name": given.get(f"new_name_{n}", "") if new else "",
                    "short": given.get(f"new_short_{n}", "") if new else "",
                    "categories": given.get(f"categories_{n}", []),
                    "words": [
                        one for one in given.get(f"words_{n}", "").replace("，", "、").split("、") if one.strip()
                    ],
                }
            )
    plain = {name: given.get(name, "") for name in ("what", "act", "name", "short", "on", "basis")}
    codes = [one for one in given.get("codes", []) if one]
    return {**plain, "codes": codes, "into": heirs}


async def change(request: Request) -> Response:
    """Shows what would move; with `press` confirm it is planned."""
    try:
        given = _given(await request.form(max_files=0, max_fields=400))
    except (UnicodeDecodeError, ValueError):
        raise errors.BadFields({"body": "表单的编码不对，请用 UTF-8。"}) from None
    wanted, faults = reading.try_form(reorganisation.Wanted, _wanted(given))
    if wanted is None:
        return await _page(request, given, {name.split(".")[0]: said for name, said in faults.items()}, 422)
    hall = doors.hall(request)
    try:
        made = await reorganisation.checked(hall, wanted)
    except errors.BadFields as bad:
        return await _page(request, given, bad.fields, 422)
    if given.get("press") != "confirm":
        return await _page(request, given, {}, seen=await reorganisation.preview(hall, made))
    await reorganising.plan(hall, doors.actor(request), made, basis=wanted.basis, now=clock.now())
    return RedirectResponse("/admin/reorganise?done=planned", 303)


async def cancel(request: Request) -> Response:
    """A planned one is not to be."""
    try:
        await _cancel(request)
    except errors.BadFields as bad:
        return await _page(request, {}, bad.fields, 409)
    return RedirectResponse("/admin/reorganise?done=cancelled", 303)


async def _cancel(request: Request) -> None:
    text = request.path_params["id"]
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise errors.NotFound
    try:
        await reorganising.cancel(doors.hall(request), doors.actor(request), int(text), now=clock.now())
    except (Refused, reorganising.Over) as fault:
        raise errors.BadFields({"codes": str(fault) or fault.__doc__ or ""}) from None


# JSON -------------------------------------------------------------------------------------------------------------


async def api_list(request: Request) -> Response:
    """Everything planned, applied and cancelled."""
    rows = await reorganisations.listed(doors.hall(request).database)
    return api.answer({"items": [dict(row._mapping) for row in rows]})


async def api_plan(request: Request) -> Response:
    """What would move; without `preview` it is planned too."""
    wanted = reading.strictly(reorganisation.Wanted, await reading.json(request))
    hall = doors.hall(request)
    made = await reorganisation.checked(hall, wanted)
    seen = await reorganisation.preview(hall, made)
    if wanted.preview:
        return api.answer({"preview": seen, "ids": []})
    ids = await reorganising.plan(hall, doors.actor(request), made, basis=wanted.basis, now=clock.now())
    return api.answer({"preview": seen, "ids": ids}, 201)


async def api_cancel(request: Request) -> Response:
    """A planned one is not to be."""
    await _cancel(request)
    return api.answer({"message": DONE["cancelled"]})


ROUTES = [
    door("/admin/reorganise", show, enter=ENTER, name="reorganise"),
    door("/admin/reorganise", change, enter=ENTER, methods=("POST",), name="reorganise_change"),
    door("/admin/reorganise/{id}/cancel", cancel, enter=ENTER, methods=("POST",), name="reorganise_cancel"),
    door("/api/v1/reorganisations", api_list, enter=ENTER, name="api_reorganisations"),
    door(
        "/api/v1/reorganisations", api_plan, enter=ENTER, methods=("POST",), name="api_reorganise", takes=reorganisation.Wanted,
    ),
    door(
        "/api/v1/reorganisations/{id}/cancel", api_cancel, enter=ENTER, methods=("POST",), name="api_reorganise_cancel"
    ),
]
