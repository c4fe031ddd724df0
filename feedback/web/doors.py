"""Who may enter a page or an API address. Every route goes through `door`; tests/test_house.py refuses one that does not."""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from urllib.parse import quote

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from feedback import clock
from feedback.actions import accounts
from feedback.actions.hall import Hall
from feedback.rules.permission import BUREAU_ROLES, STAFF, Actor, Role, WrongRole
from feedback.rules.record import Person
from feedback.store import inbox

Endpoint = Callable[[Request], Awaitable[Response]]

COOKIE = "minsheng"


@dataclass(frozen=True, slots=True)
class Enter:
    """Who may come in: None for everybody."""

    roles: frozenset[Role] | None


ANYBODY = Enter(None)
ANY_STAFF = Enter(frozenset(STAFF))
CASEWORK = Enter(frozenset(STAFF) - {Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})
BUREAU = Enter(frozenset(BUREAU_ROLES))
DISPATCH = Enter(frozenset({Role.DISPATCHER, Role.CONFIDENTIAL}))
_CASEWORKERS = CASEWORK.roles or frozenset()
SUPERVISE = Enter(frozenset({Role.SUPERVISOR, Role.LEADER}))
FIGURES = Enter(frozenset({Role.LEADER, Role.SUPERVISOR, Role.DISPATCHER}))


class SignInFirst(Exception):
    """请先登录。"""


class PasswordFirst(Exception):
    """这个密码是管理员给的，请先换成自己的密码。"""


OWN_ACCOUNT = "/account"
"""Where people change their password; with one that an administrator gave, the only place open to them."""


def door(
    path: str,
    endpoint: Endpoint,
    *,
    enter: Enter,
    methods: Collection[str] = ("GET",),
    name: str = "",
    takes: type[BaseModel] | None = None,
    asks: type[BaseModel] | None = None,
) -> Route:
    """A route that lets in whom `enter` names: others are asked to sign in (401 for the API), or told 403.

    `takes` is the model of the JSON body, `asks` that of the query, for OpenAPI."""

    async def guarded(request: Request) -> Response:
        request.state.person = await _person(request)
        if enter.roles is not None:
            elsewhere = _first(request, path)
            if elsewhere is not None:
                return elsewhere
            if request.state.person.role not in enter.roles:
                raise WrongRole
        await _count_unread(request)
        return await endpoint(request)

    route = Route(path, guarded, methods=list(methods), name=name or endpoint.__name__)
    guarded.__doc__ = endpoint.__doc__
    route.enter, route.takes, route.asks = enter, takes, asks  # type: ignore[attr-defined]
    return route


async def _count_unread(request: Request) -> None:
    """For the top bar of a page of somebody who works with cases."""
    person, path = request.state.person, request.url.path
    counted = person is not None and person.role in _CASEWORKERS and request.method == "GET"
    if counted and not path.startswith("/api/"):
        request.state.unread = await inbox.unread(hall(request).database, person.id)


def _first(request: Request, path: str) -> Response | None:
    """Where somebody must go before anywhere else: to sign in, or to choose a password of their own."""
    told = path.startswith("/api/") or request.method not in ("GET", "HEAD")
    if request.state.person is None:
        if told:
            raise SignInFirst
        return RedirectResponse(f"/sign-in?next={quote(_path(request))}", 303)
    if request.state.person.must_change and not path.startswith((OWN_ACCOUNT, f"/api/v1{OWN_ACCOUNT}")):
        if told:
            raise PasswordFirst
        return RedirectResponse(OWN_ACCOUNT, 303)
    return None


def _path(request: Request) -> str:
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


async def _person(request: Request) -> Person | None:
    """Whose session the bearer token or the cookie opens. The cookie does not open the API: no cross-site surprises there."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        token = "" if request.scope["path"].startswith("/api/") else request.cookies.get(COOKIE, "")
    return await accounts.whose(hall(request), token, now=clock.now()) if token else None


def hall(request: Request) -> Hall:
    """The hall of this process."""
    return request.app.state.hall


def actor(request: Request) -> Actor:
    """The signed-in person as the one who takes a step."""
    person: Person = request.state.person
    return Actor(person.role, person.id, person.bureau, person.name, person.unit_id)
