"""Every exception that reaches the web and the answer it gets: one table, as a page for people and as JSON for programs."""

from collections.abc import Callable
from typing import Any

import asyncpg
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.types import Scope

from feedback.actions import (
    accounts,
    asking,
    attaching,
    authoring,
    dispatching,
    handling,
    instructing,
    keeping_people,
    keeping_units,
    own_account,
    proving,
    recusing,
    reorganising,
    splitting,
    surveying,
)
from feedback.rules import attachment, instruction, permission, petition, status
from feedback.store import articles, cases, depot, logbook, people, staff, units
from feedback.web import doors, templating, wording


class TooLarge(Exception):
    """发送的内容太大了，请分几次发送；照片和文件每次最多 9 个，每个最多 10 MB。按“返回”可以回到刚才的页面。"""


class TooMany(Exception):
    """操作太频繁了，请过一会儿再试。"""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class BadFields(Exception):
    """有几处需要改一下。"""

    def __init__(self, fields: dict[str, str], code: str = "invalid") -> None:
        super().__init__(fields)
        self.fields, self.code = fields, code


class NotFound(Exception):
    """没有找到。请检查网址、编号或查询码。"""


TABLE: dict[type[Exception], tuple[int, str]] = {
    TooLarge: (413, "too_large"),
    TooMany: (429, "too_many"),
    BadFields: (422, "invalid"),
    NotFound: (404, "not_found"),
    doors.SignInFirst: (401, "sign_in"),
    doors.PasswordFirst: (403, "password_first"),
    accounts.NotKnown: (401, "not_known"),
    accounts.Locked: (429, "locked"),
    accounts.CodeNeeded: (401, "otp_needed"),
    permission.NotYours: (404, "not_found"),
    permission.WrongRole: (403, "wrong_role"),
    cases.Stale: (409, "stale"),
    status.WrongStep: (409, "wrong_step"),
    asking.TooEarly: (409, "too_early"),
    instruction.WrongAct: (409, "wrong_act"),
    instructing.TooMany: (422, "too_many_cases"),
    asking.TooLate: (409, "wrong_step"),
    surveying.Over: (409, "over"),
    handling.TooManyDays: (422, "too_many_days"),
    attachment.TooMuch: (422, "too_many_files"),
    attaching.Withdrawn: (409, "withdrawn"),
    depot.Missing: (503, "file_away"),
    handling.OwnAnswer: (403, "own_answer"),
    reorganising.Over: (409, "over"),
    splitting.NoSuchFile: (422, "no_such_file"),
    recusing.Recused: (422, "recused"),
    recusing.NobodyLeft: (409, "nobody_left"),
    handling.TooLateToReturn: (409, "too_late"),
    dispatching.NotThere: (422, "not_there"),
    dispatching.SpokenOf: (422, "spoken_of"),
    dispatching.NoCategory: (422, "no_category"),
    authoring.NoAnswer: (409, "no_answer"),
    articles.Changed: (409, "changed"),
    proving.WrongCode: (422, "wrong_code"),
    petition.NotOpen: (409, "not_open"),
    petition.Decided: (409, "decided"),
    petition.Confidential: (422, "confidential"),
    people.Unknown: (422, "unknown_person"),
    units.Unknown: (422, "unknown_unit"),
    staff.Taken: (422, "taken"),
    logbook.BadCursor: (422, "invalid"),
    keeping_people.OwnAccount: (422, "own_account"),
    keeping_people.Misplaced: (422, "misplaced"),
    own_account.WeakPassword: (422, "weak_password"),
    own_account.WrongOtp: (422, "wrong_otp"),
    keeping_units.Named: (422, "taken"),
    keeping_units.InUse: (409, "in_use"),
    asyncpg.PostgresConnectionError: (503, "database_away"),
    asyncpg.OperatorInterventionError: (503, "database_away"),
    asyncpg.TooManyConnectionsError: (503, "database_away"),
    asyncpg.InternalClientError: (503, "database_away"),  # the connection died under the statement before
    ConnectionError: (503, "database_away"),
    FileNotFoundError: (503, "database_away"),
    TimeoutError: (503, "database_away"),
    asyncpg.TransactionRollbackError: (503, "crossed"),
}

SENTENCES = {
    "not_found": "没有找到。请检查网址、编号或查询码。",
    "cross_site": "这个操作不是从本网站发出的，没有执行。",
    "too_large": TooLarge.__doc__ or "",
    "database_away": "系统正在恢复，请一分钟后再试。您填写的内容没有丢失，请不要关闭页面。",
    "crossed": "同一时刻有人也在办这件事，这一次没有成功，请再试一次。",
    "method": "这个地址不能这样访问。",
    "fault": "系统出了问题，我们已经记下来了。请稍后再试；仍不行请拨打 12345，并告诉我们下面的请求编号。",
}


def wants_json(scope: Scope) -> bool:
    """Programs get JSON, people get pages."""
    return scope["path"].startswith("/api/")


def plain(scope: Scope, status_code: int, code: str, message: str = "", **more: Any) -> Response:
    """The answer for an error: JSON under /api/, a plain page elsewhere."""
    text = message or SENTENCES.get(code, "")
    if wants_json(scope):
        return JSONResponse({"error": code, "message": text, **more}, status_code)
    request = Request(scope)
    return templating.page(request, "error/error.html", status_code=status_code, code=code, message=text, **more)


def _kind(fault: Exception) -> type[Exception]:
    return next(kind for kind in type(fault).__mro__ if kind in TABLE)


def name(fault: Exception) -> str:
    """What the API calls an exception of the table."""
    return TABLE[_kind(fault)][1]


def sentence(fault: Exception) -> str:
    """What people are told of an exception of the table."""
    return SENTENCES.get(name(fault)) or (_kind(fault).__doc__ or "").splitlines()[0]


_AGAIN = frozenset({"sign_in", "too_many", "database_away", "crossed"})
"""What passes: the same form can be sent again, as it was."""
_SECRET = frozenset({"password", "otp", "old", "new"})
_MOST_HELD = 1 << 20
"""Bytes of a form that is read once more: who may not come in, or comes too often, has no photos read."""


async def _held(request: Request) -> list[tuple[str, str]]:
    """The fields of a form with words in it that came to nothing: browsers do not bring them back, so the page holds them.

    Never a password, and nothing of a form that does not say that it is short."""
    length = request.headers.get("content-length", "")
    short = length.isdecimal() and len(length) < 10 and int(length) <= _MOST_HELD
    if request.method != "POST" or wants_json(request.scope) or not short:
        return []
    try:
        form = await request.form(max_files=60, max_fields=100, max_part_size=_MOST_HELD)
    except (HTTPException, UnicodeDecodeError, ValueError, TooLarge, ClientDisconnect, RuntimeError):
        return []  # RuntimeError: the body was read to its end before and was no form
    given = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
    written = any(name in wording.TYPED and value.strip() for name, value in given)
    return given if written and not any(name in _SECRET for name, _ in given) else []


async def known(request: Request, fault: Exception) -> Response:
    """The answer for an exception of the table."""
    code, called = TABLE[_kind(fault)]
    more: dict[str, Any] = {}
    # What is too large is not asked for again: when its last piece has come, waiting for another lasts for ever.
    if not isinstance(fault, TooLarge) and (held := await _held(request)):
        more |= {"held": held, "again": called in _AGAIN}
    if isinstance(fault, BadFields):
        called, more["fields"] = fault.code, fault.fields
    response = plain(request.scope, code, called, SENTENCES.get(called) or sentence(fault), **more)
    if isinstance(fault, (TooMany, accounts.Locked)):
        response.headers["retry-after"] = str(fault.seconds)
    if code == 401 and wants_json(request.scope):
        response.headers["www-authenticate"] = "Bearer"
    return response


async def http(request: Request, fault: Exception) -> Response:
    """Starlette's own: unknown address, method not allowed, broken form."""
    assert isinstance(fault, HTTPException)
    code = {404: "not_found", 405: "method"}.get(fault.status_code, "bad_request")
    message = SENTENCES.get(code, "请求的格式不对。")
    response = plain(request.scope, fault.status_code, code, message)
    response.headers.update(fault.headers or {})
    return response


HANDLERS: dict[Any, Callable[..., Any]] = {**dict.fromkeys(TABLE, known), HTTPException: http}
