"""What happens to every request: an id, security headers, the CSRF check, a body limit. Pure ASGI, no framework's base class."""

import logging
import re
import secrets
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from feedback.rules import attachment
from feedback.web import errors

_log = logging.getLogger("feedback.request")

JSON_LIMIT = 1 << 20
UPLOADS = {"/imports": 50 << 20}
"""Bytes a body may have where more than a letter is sent: only who is signed in as a dispatcher is read there."""
_WITH_FILES = re.compile(r"/|/track/[^/]+/supplement|/desk/[^/]+/steps|/api/v1/cases/[^/]+/attachments")
"""Where photos and files come with the words, as multipart; they go to disk while they come, not to memory."""
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
)
_HEADERS = [
    (b"content-security-policy", CSP.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=(self)"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
]
"""Set where an answer does not say otherwise."""
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_GIVEN_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")


class RequestId:
    """Gives every request an id, in the log and in the answer, and sets the security headers."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        given = Headers(scope=scope).get("x-request-id", "")
        identity = given if _GIVEN_ID.fullmatch(given) else secrets.token_hex(8)
        scope.setdefault("state", {})["request_id"] = identity

        started = False

        async def named(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                own = message["headers"]
                names = {name for name, _ in own}
                own += [header for header in _HEADERS if header[0] not in names]
                own.append((b"x-request-id", identity.encode()))
            await send(message)

        try:
            await self.app(scope, receive, named)
        except Exception:
            # A fault of ours: logged with its request id, which the page shows. Half an answer can only be cut off.
            _log.exception("request %s failed: %s %s", identity, scope["method"], scope["path"])
            if started:
                raise
            await errors.plain(scope, 500, "fault")(scope, receive, named)


class SameSite:
    """CSRF without tokens: a browser says where a request comes from (Sec-Fetch-Site, else Origin); others send no cookie."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] not in _SAFE and not _same_site(Headers(scope=scope)):
            return await errors.plain(scope, 403, "cross_site")(scope, receive, send)
        await self.app(scope, receive, send)


def _same_site(headers: Headers) -> bool:
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = headers.get("origin")
    try:
        return origin is None or urlsplit(origin).netloc == headers.get("host")
    except ValueError:
        return False


class BodyLimit:
    """413 for a body over 1 MiB (50 where staff upload a table, 91 with photos), whether it says its length or not."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        headers = Headers(scope=scope)
        length, most = headers.get("content-length", "0"), _most(scope["path"], headers)
        if length.isdigit() and int(length) > most:
            return await errors.plain(scope, 413, "too_large")(scope, receive, send)
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > most:
                raise errors.TooLarge
            return message

        await self.app(scope, counted, send)


def _most(path: str, headers: Headers) -> int:
    multipart = headers.get("content-type", "").lower().startswith("multipart/form-data")
    if multipart and _WITH_FILES.fullmatch(path):
        return attachment.SENDING
    return UPLOADS.get(path, JSON_LIMIT)


STACK = [Middleware(RequestId), Middleware(SameSite), Middleware(BodyLimit)]
