"""The security administrator's accounts: a list, one account, and what may be done with it. Also as JSON."""

from typing import Annotated, Any
from urllib.parse import urlencode

from pydantic import Field
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from feedback import clock
from feedback.actions import keeping_people
from feedback.actions.hall import Hall
from feedback.actions.keeping_people import Place
from feedback.rules.administration import Act, Deed
from feedback.rules.permission import BUREAU_ROLES, STAFF, Role
from feedback.store import logbook, people, staff, units
from feedback.web import admin, api, case_page, case_view, doors, errors, forms, reading, templating
from feedback.web.doors import door

ENTER = admin.entrance(Act.PEOPLE)

ROLES = [(role.value, case_page.wording.ROLES[role]) for role in STAFF]
LABELS = {"username": "用户名", "name": "姓名", "role": "岗位", "bureau": "单位", "unit": "科室"}
DONE = {
    "change": "账号已修改，对方要重新登录。",
    "close": "账号已停用，正在登录的已经退出。",
    "reopen": "账号可以用了。",
    "reset_second_factor": "二次验证已重置，请对方登录后重新设置。",
}


class OnePlace(forms.Form):
    """Who somebody is: name, role, and where."""

    name: Annotated[forms.words(20, least=2), Field(description="姓名")]  # type: ignore[valid-type]
    role: Annotated[Role, Field(description="岗位")]
    bureau: forms.empty_is_none(forms.Code) = None  # type: ignore[valid-type]
    unit: forms.empty_is_none(Annotated[int, Field(ge=1, le=2**63 - 1)]) = None  # type: ignore[valid-type]


class NewAccount(OnePlace):
    """A new account. The password is made by the system and shown once."""

    username: Annotated[str, Field(pattern="^[a-z0-9][a-z0-9._-]{1,31}$")]


class OneAct(forms.Form):
    """What is done with an account; `change` brings the fields of the place along."""

    act: Annotated[str, Field(pattern="^(change|close|reopen|reset_password|reset_second_factor)$")]
    name: forms.words(20) = ""  # type: ignore[valid-type]
    role: forms.empty_is_none(Role) = None  # type: ignore[valid-type]
    bureau: forms.empty_is_none(forms.Code) = None  # type: ignore[valid-type]
    unit: forms.empty_is_none(Annotated[int, Field(ge=1, le=2**63 - 1)]) = None  # type: ignore[valid-type]


def _place(hall: Hall, given: Any) -> Place:
    """The place that was given. Raises BadFields for a role nobody on the staff has and for a bureau that is none."""
    if given.role not in STAFF:
        raise errors.BadFields({"role": "不在可选的范围里。"})
    bureau = hall.city.bureaus.get(given.bureau) if given.bureau else None
    if given.bureau and (bureau is None or not bureau.active):
        raise errors.BadFields({"bureau": "没有这个单位。"})
    if (given.role in BUREAU_ROLES) != bool(given.bureau):
        needed = given.role in BUREAU_ROLES
        raise errors.BadFields({"bureau": "这个岗位要选单位。" if needed else "这个岗位属于全市，不选单位。"})
    return Place(given.name, given.role, given.bureau, given.unit)


# Doing it ---------------------------------------------------------------------------------------------------------


async def _open(request: Request, new: NewAccount) -> tuple[int, str]:
    hall = doors.hall(request)
    try:
        return await keeping_people.open_account(
            hall, doors.actor(request), new.username, _place(hall, new), now=clock.now()
        )
    except staff.Taken as taken:
        raise errors.BadFields({"username": taken.__doc__ or ""}) from None
    except units.Unknown as unknown:
        raise errors.BadFields({"unit": unknown.__doc__ or ""}) from None


async def _act(request: Request, person_id: int, given: OneAct) -> str:
    """Does it, and returns the one-time password if there is one. Raises NotFound, BadFields, OwnAccount."""
    hall, who, now = doors.hall(request), doors.actor(request), clock.now()
    try:
        if given.act == "change":
            place = _place(hall, reading.checked(OnePlace, given.model_dump(exclude={"act"})))
            await keeping_people.change(hall, who, person_id, place, now=now)
        elif given.act == "reset_password":
            return await keeping_people.reset_password(hall, who, person_id, now=now)
        else:
            await _SIMPLE[given.act](hall, who, person_id, now=now)
    except people.Unknown:
        raise errors.NotFound from None
    except units.Unknown as unknown:
        raise errors.BadFields({"unit": unknown.__doc__ or ""}) from None
    return ""


_SIMPLE: dict[str, Any] = {
    "close": keeping_people.close,
    "reopen": keeping_people.reopen,
    "reset_second_factor": keeping_people.reset_second_factor,
}


# Pages ------------------------------------------------------------------------------------------------------------


async def home(request: Request) -> Response:
    """The accounts, by name, role or bureau, fifty a page; and the form of a new one."""
    return await _list(request, {}, {})


async def _list(
    request: Request, given: dict[str, str], faults: dict[str, str], status_code: int = 200, **made: Any
) -> Response:
    hall, asked = doors.hall(request), _asked(request)
    rows, after = await staff.page(hall.database, **asked)
    kept = {name: value for name, value in asked.items() if value and name != "after"}
    return templating.page(
        request,
        "admin/people.html",
        status_code=status_code,
        rows=[_row(hall, row) for row in rows],
        next=f"/admin/people?{urlencode({**kept, 'after': after})}" if after else "",
        asked=asked,
        narrowed=urlencode(kept),
        roles=ROLES,
        bureaus=case_page.bureaus(hall.city),
        labels=LABELS,
        given=given,
        faults=faults,
        made={"name": "", "username": "", "password": "", **made},
    )


def _asked(request: Request) -> dict[str, str]:
    asked = request.query_params
    return {name: asked.get(name, "").replace("\0", "").strip()[:64] for name in ("q", "role", "bureau", "after")}


def _row(hall: Hall, row: Any) -> dict[str, Any]:
    now = clock.now()
    return {
        "id": row["id"],
        "username": row["username"],
        "name": row["name"],
        "role": row["role"],
        "bureau": case_view.bureau(hall.city, row["bureau"]),
        "unit": {"id": row["unit_id"], "name": row["unit"]} if row["unit_id"] else None,
        "active": row["active"],
        "locked_until": row["locked_until"] if row["locked_until"] and row["locked_until"] > now else None,
        "second_factor": row["second_factor"],
        "one_time_password": row["must_change"],
    }


async def open_account(request: Request) -> Response:
    """Opens an account and shows its password, once."""
    given = await reading.posted(request)
    form, faults = reading.try_form(NewAccount, given)
    if form is None:
        return await _list(request, given, _plainer(faults), 422)
    try:
        _, password = await _open(request, form)
    except errors.BadFields as bad:
        return await _list(request, given, bad.fields, 422)
    return await _list(request, {}, {}, name=form.name, username=form.username, password=password)


def _plainer(faults: dict[str, str]) -> dict[str, str]:
    if "username" in faults:
        return {**faults, "username": "用户名用小写字母、数字、点、横线，2 到 32 个，例如 wangfang。"}
    return faults


async def one(request: Request) -> Response:
    """One account."""
    return await _one(request, {}, {}, done=DONE.get(request.query_params.get("done", ""), ""))


async def _one(
    request: Request, given: dict[str, str], faults: dict[str, str], status_code: int = 200, *, done: str = "",
    password: str = "",
) -> Response:  # fmt: skip
    hall, person_id = doors.hall(request), _id(request)
    try:
        row = await staff.get(hall.database, person_id)
    except people.Unknown:
        raise errors.NotFound from None
    shown = _row(hall, row)
    bureau, unit = shown["bureau"], shown["unit"]
    filled = {
        "name": shown["name"], "role": shown["role"], "bureau": bureau["code"] if bureau else "",
        "unit": str(unit["id"]) if unit else "",
    }  # fmt: skip
    return templating.page(
        request,
        "admin/account.html",
        status_code=status_code,
        one=shown,
        handles=row["handles"],
        last_in=await logbook.newest(hall.database, person_id, Deed.SIGNED_IN),
        own=request.state.person.id == person_id,
        units=[(unit.id, unit.name) for unit in await units.of(hall.database, row["bureau"] or "")],
        roles=ROLES,
        bureaus=case_page.bureaus(hall.city),
        labels=LABELS,
        given=given or filled,
        faults=faults,
        done=done,
        password=password,
    )


def _id(request: Request) -> int:
    text = request.path_params["id"]
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise errors.NotFound
    return int(text)


async def act(request: Request) -> Response:
    """One act on the account; back to its page."""
    given = await reading.posted(request)
    form, faults = reading.try_form(OneAct, given)
    if form is None:
        return await _one(request, given, faults, 422)
    try:
        password = await _act(request, _id(request), form)
    except errors.BadFields as bad:
        return await _one(request, given, bad.fields, 422)
    if password:
        return await _one(request, {}, {}, password=password)
    return RedirectResponse(f"/admin/people/{_id(request)}?done={form.act}", 303)


# JSON -------------------------------------------------------------------------------------------------------------


async def api_list(request: Request) -> Response:
    """The accounts, fifty a page in the order of their user names."""
    hall = doors.hall(request)
    rows, after = await staff.page(hall.database, **_asked(request))
    return api.answer({"items": [_row(hall, row) for row in rows], "next": after or None})


async def api_open(request: Request) -> Response:
    """A new account with its one-time password."""
    new = reading.strictly(NewAccount, await reading.json(request))
    identity, password = await _open(request, new)
    hall = doors.hall(request)
    return api.answer({**_row(hall, await staff.get(hall.database, identity)), "password": password}, 201)


async def api_act(request: Request) -> Response:
    """One act on one account."""
    given = reading.strictly(OneAct, await reading.json(request))
    hall, person_id = doors.hall(request), _id(request)
    password = await _act(request, person_id, given)
    told = {"password": password} if password else {}
    return api.answer({**_row(hall, await staff.get(hall.database, person_id)), **told})


ROUTES = [
    door("/admin/people", home, enter=ENTER, name="people"),
    door("/admin/people", open_account, enter=ENTER, methods=("POST",), name="people_open"),
    door("/admin/people/{id}", one, enter=ENTER, name="people_one"),
    door("/admin/people/{id}", act, enter=ENTER, methods=("POST",), name="people_act"),
    door("/api/v1/people", api_list, enter=ENTER, name="api_people"),
    door("/api/v1/people", api_open, enter=ENTER, methods=("POST",), name="api_people_open", takes=NewAccount),
    door("/api/v1/people/{id}", api_act, enter=ENTER, methods=("POST",), name="api_people_act", takes=OneAct),
]
