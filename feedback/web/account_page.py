"""Everybody's own account: the password, and the second factor on the telephone. Also as JSON."""

from typing import Annotated, Any

from pydantic import AfterValidator, Field
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from feedback import clock
from feedback.actions import accounts, own_account
from feedback.web import api, doors, errors, forms, reading, templating
from feedback.web.doors import OWN_ACCOUNT, door

LABELS = {"old": "现在的密码", "new": "新密码", "again": "再输一遍新密码", "otp": "手机上的 6 位数字"}

Secret = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(forms.sendable)]


class NewPassword(forms.Form):
    """The old password and the new one."""

    old: Secret
    new: Secret
    again: Annotated[str, Field(max_length=200), AfterValidator(forms.sendable)] = ""


async def show(request: Request) -> Response:
    """The two forms."""
    said = {"password": "密码已换好，其他地方的登录都已退出。", "otp": "二次验证已设置，下次登录要输入手机上的数字。"}
    return await _page(request, {}, done=said.get(request.query_params.get("done", ""), ""))


async def _page(request: Request, faults: dict[str, str], status_code: int = 200, *, done: str = "") -> Response:
    person = request.state.person
    pending, in_use = await own_account.pending_second_factor(doors.hall(request), person)
    return templating.page(
        request,
        "desk/account.html",
        status_code=status_code,
        faults=faults,
        labels=LABELS,
        done=done,
        must_change=person.must_change,
        in_use=in_use,
        pending=" ".join(pending[i : i + 4] for i in range(0, len(pending), 4)),
        otpauth=own_account.address(person, pending) if pending else "",
    )


async def password(request: Request) -> Response:
    """The owner's own password."""
    given = await reading.posted(request)
    form, faults = reading.try_form(NewPassword, given)
    if form is None:
        return await _page(request, faults, 422)
    if form.again != form.new:
        return await _page(request, {"again": "两次输入的新密码不一样。"}, 422)
    try:
        await _change(request, form, request.cookies.get(doors.COOKIE, ""))
    except errors.BadFields as bad:
        return await _page(request, bad.fields, 422)
    return RedirectResponse(f"{OWN_ACCOUNT}?done=password", 303)


async def _change(request: Request, form: NewPassword, token: str) -> None:
    hall, person = doors.hall(request), request.state.person
    await reading.limit(request, f"password:{person.id}", burst=10, per_hour=20)
    try:
        await own_account.change_password(hall, person, old=form.old, new=form.new, token=token, now=clock.now())
    except accounts.NotKnown:
        raise errors.BadFields({"old": "现在的密码不对。"}) from None
    except own_account.WeakPassword as weak:
        raise errors.BadFields({"new": weak.__doc__ or ""}) from None


async def begin(request: Request) -> Response:
    """A secret for the telephone, shown on the page until its first code was given."""
    await own_account.begin_second_factor(doors.hall(request), request.state.person)
    return RedirectResponse(f"{OWN_ACCOUNT}#second", 303)


async def confirm(request: Request) -> Response:
    """The first code."""
    given = await reading.posted(request)
    await reading.limit(request, f"otp:{request.state.person.id}", burst=10, per_hour=40)
    try:
        await own_account.confirm_second_factor(
            doors.hall(request), request.state.person, otp=given.get("otp", "").strip()[:12], now=clock.now()
        )
    except own_account.WrongOtp as wrong:
        return await _page(request, {"otp": wrong.__doc__ or ""}, 422)
    return RedirectResponse(f"{OWN_ACCOUNT}?done=otp", 303)


class Code(forms.Form):
    """The first code of a new second factor."""

    otp: Annotated[str, Field(min_length=1, max_length=12)]


async def api_begin(request: Request) -> Response:
    """A secret for the telephone; it counts when its first code was given."""
    secret = await own_account.begin_second_factor(doors.hall(request), request.state.person)
    return api.answer({"secret": secret, "otpauth": own_account.address(request.state.person, secret)}, 201)


async def api_confirm(request: Request) -> Response:
    """The first code of the second factor."""
    given = reading.strictly(Code, await reading.json(request))
    await reading.limit(request, f"otp:{request.state.person.id}", burst=10, per_hour=40)
    await own_account.confirm_second_factor(doors.hall(request), request.state.person, otp=given.otp.strip(), now=clock.now())
    return api.answer({"message": "二次验证已设置，下次登录要输入手机上的数字。"})


async def api_password(request: Request) -> Response:
    """The owner's own password."""
    given: Any = reading.strictly(NewPassword, await reading.json(request))
    _, _, token = request.headers.get("authorization", "").partition(" ")
    await _change(request, given, token)
    return api.answer({"message": "密码已换好，其他地方的登录都已退出。"})


ROUTES = [
    door(OWN_ACCOUNT, show, enter=doors.ANY_STAFF, name="own_account"),
    door(f"{OWN_ACCOUNT}/password", password, enter=doors.ANY_STAFF, methods=("POST",), name="own_password"),
    door(f"{OWN_ACCOUNT}/second-factor", begin, enter=doors.ANY_STAFF, methods=("POST",), name="own_second_factor"),
    door(f"{OWN_ACCOUNT}/second-factor/code", confirm, enter=doors.ANY_STAFF, methods=("POST",), name="own_code"),
    door(f"/api/v1{OWN_ACCOUNT}/second-factor", api_begin, enter=doors.ANY_STAFF, methods=("POST",), name="api_own_second_factor"),
    door(
        f"/api/v1{OWN_ACCOUNT}/second-factor/code", api_confirm, enter=doors.ANY_STAFF, methods=("POST",),
        name="api_own_code", takes=Code,
    ),
    door(
        f"/api/v1{OWN_ACCOUNT}/password",
        api_password,
        enter=doors.ANY_STAFF,
        methods=("POST",),
        name="api_own_password",
        takes=NewPassword,
    ),
]
