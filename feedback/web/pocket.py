"""What a citizen's browser carries for a quarter of an hour: numbers with their query codes, and the last receipt. Sealed, so
that a code is never in an address, a log or a script."""

import base64
import binascii
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from feedback import clock
from feedback.store import vault
from feedback.web import doors

COOKIE = "minsheng_pocket"
SECONDS = 15 * 60
MOST = 8
"""Cases whose codes are carried at once; the oldest goes first. A cookie holds 4 KiB."""


@dataclass(frozen=True, slots=True)
class Pocket:
    """Query codes by case number, and what the receipt says beyond the case itself."""

    codes: dict[str, str] = field(default_factory=dict)
    receipt: dict[str, Any] | None = None

    def with_code(self, number: str, code: str) -> "Pocket":
        """The pocket with one more case."""
        codes = {name: value for name, value in self.codes.items() if name != number} | {number: code}
        return replace(self, codes=dict(list(codes.items())[-MOST:]))


def read(request: Request) -> Pocket:
    """What the browser carries; an empty pocket when it carries nothing, something broken, or something too old."""
    try:
        sealed = base64.urlsafe_b64decode(request.cookies.get(COOKIE, "").encode())
        held = orjson.loads(doors.hall(request).vault.open(sealed))
        if held["pocket"] <= clock.now().timestamp():
            return Pocket()
        return Pocket(held["codes"], held["receipt"])
    except (vault.WrongKey, binascii.Error, ValueError, KeyError, TypeError):
        # Cookies are what anybody sends: a broken one means no more than none.
        return Pocket()


def put(response: Response, request: Request, held: Pocket, *, now: datetime) -> Response:
    """The same response, which gives the browser this pocket for another quarter of an hour."""
    content = {"pocket": now.timestamp() + SECONDS, "codes": held.codes, "receipt": held.receipt}
    sealed = doors.hall(request).vault.seal(orjson.dumps(content).decode())
    response.set_cookie(
        COOKIE,
        base64.urlsafe_b64encode(sealed).decode(),
        max_age=SECONDS,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return response
