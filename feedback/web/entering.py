"""Signing in with the limits on wrong tries: one way for the page and the JSON API."""

from datetime import datetime
from typing import Protocol

from starlette.requests import Request

from feedback import clock
from feedback.actions import accounts
from feedback.rules.record import Person
from feedback.web import doors, reading


class Given(Protocol):
    """What somebody signs in with, already checked for shape."""

    @property
    def username(self) -> str: ...
    @property
    def password(self) -> str: ...
    @property
    def otp(self) -> str: ...


async def enter(request: Request, given: Given) -> tuple[str, datetime, Person]:
    """A session token, when it ends and whose it is. Raises TooMany, or what `accounts.sign_in` raises.

    Tries are counted for the address and for the name; the right password is no try."""
    hall = doors.hall(request)
    address = f"sign-in:{reading.client(request)}"
    name = f"sign-in:{hall.vault.hash('limit', given.username).hex()}"
    await reading.limit(request, address, burst=30, per_hour=120)
    await reading.limit(request, name, burst=10, per_hour=40)
    entered = await accounts.sign_in(
        hall, given.username, given.password, otp=given.otp,
        second_factor=not request.app.state.settings.demo, origin=reading.client(request), now=clock.now(),
    )  # fmt: skip
    await reading.spare(request, address, name)
    return entered
