"""Bureaus and categories merged, split and renamed from a date on: planned with a preview, undone before the day. Also as JSON."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from feedback import clock
from feedback.actions import reorganising
from feedback.actions.hall import Hall
from feedback.rules.administration import Act as Administers
from feedback.rules.succession import Act, Change, Refused, Successor, What
from feedback.store import reorganisations
from feedback.web import admin, api, case_page, doors, errors, forms, reading, templating
from feedback.web.doors import door

ENTER = admin.entrance(Administers.REORGANISE)

HEIRS = 3
"""Successors a split may name on the page; JSON may name more."""

KINDS = {
    ("bureau", "merge"): "合并单位", ("bureau", "split"): "拆分单位或划转职责", ("bureau", "rename"): "单位更名",
    ("category", "merge"): "合并事项", ("category", "split"): "拆分事项", ("category", "rename"): "事项更名",
}  # fmt: skip
DONE = {"planned": "已经安排，到日子自动生效。", "cancelled": "已经取消，什么都没有改变。"}

_Name = forms.words(60)


class Heir(forms.Form):
    """Who takes over; with a name it is new. `categories`: what it takes of a bureau; `words`: what tells its letters."""

    code: Annotated[str, Field(min_length=1, max_length=12)]
    name: _Name = ""  # type: ignore[valid-type]
    short: forms.words(20) = ""  # type: ignore[valid-type]
    categories: list[forms.Code] = Field(default_factory=list)
    words: list[forms.words(20, least=1)] = Field(default_factory=list)  # type: ignore[valid-type]


class Wanted(forms.Form):
    """One reorganisation: of one code, or several merged into one, from 00:00 of the day `on`."""

    what: Literal["bureau", "category"]
    act: Literal["merge", "split", "rename"]
    codes: Annotated[list[forms.Code], Field(min_length=1, max_length=20)]
    into: list[Heir] = Field(default_factory=list)
    name: _Name = ""  # type: ignore[valid-type]
    short: forms.words(20) = ""  # type: ignore[valid-type]
    on: date
    basis: forms.words(200, least=2)  # type: ignore[valid-type]
    preview: bool = False


def changes(wanted: Wanted) -> list[Change]:
    """The changes meant: one for each code. A new unit is made by the first of them."""
    heirs = [
        Successor(one.code, one.name, one.short, frozenset(one.categories), tuple(one.words)) for one in wanted.into
    ]
    again = [Successor(one.code, "", "", one.categories, one.words) for one in heirs]
    return [
        Change(
            2**62 + place, What(wanted.what), Act(wanted.act), code, wanted.on, tuple(again if place else heirs),
            wanted.name, wanted.short,
        )
        for place, code in enumerate(dict.fromkeys(wanted.codes))
    ]  # fmt: skip


async def _checked(hall: Hall, wanted: Wanted) -> list[Change]:
    """Raises BadFields with the reason why it cannot be."""
    made = changes(wanted)
    known = hall.city.categories
    if any(code not in known for heir in wanted.into for code in heir.categories):
        raise errors.BadFields({"into": "分给新单位的事项里有不存在的。"})
    try:
        await reorganising.check(hall, made, now=clock.now())
    except Refused as refused:
        raise errors.BadFields({"codes": str(refused)}) from None
    return made


async def preview(hall: Hall, made: list[Change]) -> list[dict[str, Any]]:
    """What each change would move if it happened now, and what the public will see."""
    found = []
    for change in made:
        extent = await reorganisations.extent(hall.database, change.what, change.code)
        old = _name(hall, change.what, change.code)
        found.append(
            {
                "code": change.code,
                "name": old,
                **extent,
                "heirs": await _heirs(hall, change),
                "public": _public(change, old),
            }
        )
    return found  # fmt: skip


async def _heirs(hall: Hall, change: Change) -> list[dict[str, Any]]:
    held = await reorganisations.by_category(hall.database, change.code) if change.what is What.BUREAU else {}
    first = change.successors[0].code if change.successors else ""
    taken = {code for one in change.successors for code in one.categories}
    return [
        {
            "code": one.code,
            "name": one.name or _name(hall, change.what, one.code),
            "new": bool(one.name),
            "categories": [_name(hall, What.CATEGORY, code) for code in sorted(one.categories)],
            "words": list(one.words),
            "cases": sum(
                n for code, n in held.items() if code in one.categories or (one.code == first and code not in taken)
            ),
        }
        for one in change.successors
    ]


def _public(change: Change, old: str) -> str:
    if change.act is Act.RENAME:
        return f"从 {change.on} 起，公开页面和市民的进度里“{old}”显示为“{change.short or change.name}”。"
    if not change.ends:
        return f"从 {change.on} 起，划出去的部分不再派给“{old}”，在办的转给接手的单位，期限不变；其余照旧。"
    return f"从 {change.on} 起，新诉求不再派给“{old}”；在办诉求的进度里写明由谁继续办理，期限不变；以前的公开答复仍写当时的单位。"


def _name(hall: Hall, what: What, code: str) -> str:
    found = hall.city.bureaus.get(code) if what is What.BUREAU else hall.city.categories.get(code)
    return found.name if found else code


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
    rows = [_row(hall, row) for row in await reorganisations.listed(hall.database)]
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


def _row(hall: Hall, row: Any) -> dict[str, Any]:
    """One line of the list; successors that are not new are called as they are today."""
    pairs = zip(row["heirs"], row["heir_names"], strict=True)
    return {**row._mapping, "heir_names": [name or _name(hall, What(row["what"]), code) for code, name in pairs]}


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
    wanted, faults = reading.try_form(Wanted, _wanted(given))
    if wanted is None:
        return await _page(request, given, {name.split(".")[0]: said for name, said in faults.items()}, 422)
    hall = doors.hall(request)
    try:
        made = await _checked(hall, wanted)
    except errors.BadFields as bad:
        return await _page(request, given, bad.fields, 422)
    if given.get("press") != "confirm":
        return await _page(request, given, {}, seen=await preview(hall, made))
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
    wanted = reading.strictly(Wanted, await reading.json(request))
    hall = doors.hall(request)
    made = await _checked(hall, wanted)
    seen = await preview(hall, made)
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
    door("/api/v1/reorganisations", api_plan, enter=ENTER, methods=("POST",), name="api_reorganise", takes=Wanted),
    door(
        "/api/v1/reorganisations/{id}/cancel", api_cancel, enter=ENTER, methods=("POST",), name="api_reorganise_cancel"
    ),
]
