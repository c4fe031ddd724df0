"""Staff sign in and out with a page. Programs use the API's bearer token."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from feedback import clock
from feedback.actions import accounts
from feedback.rules.permission import Role
from feedback.web import api, doors, entering, errors, forms, reading, templating
from feedback.web.doors import door

HOMES = {
    Role.HANDLER: "/desk", Role.REVIEWER: "/desk", Role.HEAD: "/desk",
    Role.DISPATCHER: "/dispatch", Role.CONFIDENTIAL: "/dispatch",
    Role.SUPERVISOR: "/supervise", Role.LEADER: "/dashboard",
    Role.SYSTEM_ADMIN: "/admin", Role.SECURITY_ADMIN: "/admin", Role.AUDIT_ADMIN: "/admin",
}  # fmt: skip
"""Where each role begins its day."""

LABELS = {"username": "用户名", "password": "密码", "otp": "动态验证码"}
_REFUSED = {
    accounts.NotKnown: (401, {"password": "用户名或密码不对。"}),
    accounts.CodeNeeded: (401, {"otp": "这个账号需要动态验证码，请再输入一次密码和验证码。"}),
    accounts.Locked: (429, {"username": "密码连续输错多次，账号已锁定 15 分钟。"}),
}


class SignIn(forms.Form):
    """What the page asks for."""

    username: forms.words(64, least=1)  # type: ignore[valid-type]
    password: Annotated[str, Field(min_length=1, max_length=200)]
    otp: forms.words(12) = ""  # type: ignore[valid-type]
    next: forms.words(500) = ""  # type: ignore[valid-type]


def local(address: str) -> str:
    """The address if it is a path of this site that can be opened; else empty."""
    if not address.isprintable() or "\\" in address or not address.startswith("/") or address.startswith("//"):
        return ""
    return "" if urlsplit(address).path.startswith(("/sign-", "/api/")) else address


async def ask(request: Request) -> Response:
    """The form; who is signed in already goes on."""
    wanted = local(request.query_params.get("next", "")[:500])
    if request.state.person:
        return RedirectResponse(wanted or HOMES[request.state.person.role], 303)
    return _form(request, {"next": wanted})


def _form(request: Request, given: dict[str, str], faults: dict[str, str] | None = None, code: int = 200) -> Response:
    return templating.page(
        request,
        "public/sign_in.html",
        status_code=code,
        given={name: given.get(name, "")[:500] for name in ("username", "next")},
        faults=faults or {},
        labels=LABELS,
        second_factor=not request.app.state.settings.demo,
    )


async def sign_in(request: Request) -> Response:
    """The session cookie, and on to where the person wanted to go."""
    given = await reading.posted(request)
    form, faults = reading.try_form(SignIn, given)
    if form is None:
        return _form(request, given, faults, 422)
    try:
        token, until, person = await entering.enter(request, form)
    except errors.TooMany as many:
        refusal = _form(request, given, {"username": "试的次数太多了，请过几分钟再试。"}, 429)
        refusal.headers["retry-after"] = str(many.seconds)
        return refusal
    except tuple(_REFUSED) as refused:
        code, said = _REFUSED[type(refused)]
        refusal = _form(request, given, said, code)
        if isinstance(refused, accounts.Locked):
            refusal.headers["retry-after"] = str(refused.seconds)
        return refusal
    response = RedirectResponse(local(form.next) or HOMES[person.role], 303)
    seconds = int((until - clock.now()).total_seconds())
    secure = request.url.scheme == "https"
    response.set_cookie(doors.COOKIE, token, max_age=seconds, httponly=True, samesite="lax", secure=secure)
    return response


async def sign_out(request: Request) -> Response:
    """Ends the session."""
    token = request.cookies.get(doors.COOKIE, "")
    if token:
        await accounts.sign_out(doors.hall(request), token, now=clock.now())
    response = RedirectResponse("/sign-in", 303)
    response.delete_cookie(doors.COOKIE, httponly=True, samesite="lax")
    return response


async def api_sign_out(request: Request) -> Response:
    """Ends the session of the token."""
    _, _, token = request.headers.get("authorization", "").partition(" ")
    await accounts.sign_out(doors.hall(request), token, now=clock.now())
    return api.answer({})


ROUTES = [
    door("/api/v1/sign-out", api_sign_out, enter=doors.ANY_STAFF, methods=("POST",), name="api_sign_out"),
    door("/sign-in", ask, enter=doors.ANYBODY, name="sign_in_page"),
    door("/sign-in", sign_in, enter=doors.ANYBODY, methods=("POST",)),
    door("/sign-out", sign_out, enter=doors.ANYBODY, methods=("POST",)),
]
