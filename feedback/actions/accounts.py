"""Staff accounts: opening one, signing in, signing out. argon2id; five failures lock for 15 minutes (等保 8.1.4.1 b)."""

import math
import secrets
from datetime import datetime, timedelta
from typing import Any

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from databases import Database

from feedback.actions.hall import Hall
from feedback.rules.administration import Deed
from feedback.rules.permission import Role
from feedback.rules.record import Person
from feedback.store import logbook, people

SESSION = timedelta(hours=10)
LOCK_AFTER = 5
LOCK_FOR = timedelta(minutes=15)

_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)  # OWASP's minimum for argon2id
_NOBODY = _hasher.hash(secrets.token_hex(16))


class NotKnown(Exception):
    """用户名或密码不对。"""


class Locked(Exception):
    """密码连续输错多次，账号已锁定 15 分钟。"""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class CodeNeeded(Exception):
    """请输入动态验证码。"""


def hashed(password: str) -> str:
    """What is kept of a password."""
    return _hasher.hash(password)


async def open_account(
    database: Database, *, username: str, name: str, role: Role, bureau: str | None, password: str
) -> int:
    """A new account, or a new password for an existing one; returns its id."""
    return await people.add(
        database, username=username, name=name, role=role, bureau=bureau, password_hash=hashed(password)
    )


async def sign_in(
    hall: Hall, username: str, password: str, *, otp: str = "", second_factor: bool, origin: str = "", now: datetime
) -> tuple[str, datetime, Person]:
    """A session token, when it ends, and whose it is. Raises NotKnown, Locked or CodeNeeded.

    An unknown name costs as much time as a wrong password, and is told the same."""
    account = await people.account(hall.database, username)
    if account and account["locked_until"] and account["locked_until"] > now:
        raise Locked(math.ceil((account["locked_until"] - now).total_seconds()))
    known = matches(account["password_hash"] if account else _NOBODY, password)
    if account is None or not known or not _usable(account, now):
        await _refuse(hall, account, origin, now)
        raise NotKnown
    if second_factor and account["otp_secret"] and not _right_code(hall.vault.open(account["otp_secret"]), otp, now):
        await _refuse(hall, account, origin, now)
        raise NotKnown
    await people.note_success(hall.database, account["id"])
    await logbook.note(hall.database, Deed.SIGNED_IN, by=account["id"], detail=origin, now=now)
    return await _session(hall, people.read(account), now)


def _usable(account: Any, now: datetime) -> bool:
    """An open account; a one-time password that was not used in time is none."""
    return account["active"] and (account["password_until"] is None or account["password_until"] > now)


async def _refuse(hall: Hall, account: Any | None, origin: str, now: datetime) -> None:
    """Counts and logs a wrong try. The name of an account that does not exist is not kept: it may be a mistyped password."""
    if account is None:
        return await logbook.note(hall.database, Deed.REFUSED, by=None, detail=origin, now=now)
    locks = (account["failures"] + 1) % LOCK_AFTER == 0
    await people.note_failure(hall.database, account["id"], locked_until=now + LOCK_FOR if locks else None)
    await logbook.note(
        hall.database, Deed.LOCKED if locks else Deed.REFUSED, by=None, about=account["id"], detail=origin, now=now
    )


def matches(kept: str, password: str) -> bool:
    """Whether it is the password that was kept."""
    try:
        return _hasher.verify(kept, password)
    except (VerifyMismatchError, InvalidHashError):
        return False


def _right_code(secret: str, otp: str, now: datetime) -> bool:
    """Raises CodeNeeded when none was given."""
    if not otp:
        raise CodeNeeded
    return pyotp.TOTP(secret).verify(otp, for_time=now, valid_window=1)


async def _session(hall: Hall, person: Person, now: datetime) -> tuple[str, datetime, Person]:
    token = secrets.token_urlsafe(32)
    until = now + SESSION
    await people.open_session(hall.database, person.id, hall.vault.hash("session", token), now=now, until=until)
    return token, until, person


async def whose(hall: Hall, token: str, *, now: datetime) -> Person | None:
    """Whose session this token opens."""
    return await people.of_session(hall.database, hall.vault.hash("session", token), now=now)


async def sign_out(hall: Hall, token: str, *, now: datetime) -> None:
    """Ends the session."""
    person = await whose(hall, token, now=now)
    await people.close_session(hall.database, hall.vault.hash("session", token))
    if person:
        await logbook.note(hall.database, Deed.SIGNED_OUT, by=person.id, now=now)
