"""Staff accounts: opening one, signing in, signing out. argon2id; five failures lock for 15 minutes (等保 8.1.4.1 b)."""

import math
import secrets
from datetime import datetime, timedelta

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from databases import Database

from feedback.actions.hall import Hall
from feedback.rules.permission import Role
from feedback.rules.record import Person
from feedback.store import people

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


async def open_account(
    database: Database, *, username: str, name: str, role: Role, bureau: str | None, password: str
) -> int:
    """A new account, or a new password for an existing one; returns its id."""
    return await people.add(
        database, username=username, name=name, role=role, bureau=bureau, password_hash=_hasher.hash(password)
    )


async def sign_in(
    hall: Hall, username: str, password: str, *, otp: str = "", second_factor: bool, now: datetime
) -> tuple[str, datetime, Person]:
    """A session token, when it ends, and whose it is. Raises NotKnown, Locked or CodeNeeded.

    An unknown name costs as much time as a wrong password, and is told the same."""
    account = await people.account(hall.database, username)
    if account and account["locked_until"] and account["locked_until"] > now:
        raise Locked(math.ceil((account["locked_until"] - now).total_seconds()))
    if not _matches(account["password_hash"] if account else _NOBODY, password) or not account or not account["active"]:
        if account:
            failures = account["failures"] + 1
            until = now + LOCK_FOR if failures % LOCK_AFTER == 0 else None
            await people.note_failure(hall.database, account["id"], locked_until=until)
        raise NotKnown
    if second_factor and account["otp_secret"]:
        _demand_code(hall.vault.open(account["otp_secret"]), otp, now)
    await people.note_success(hall.database, account["id"])
    return await _session(hall, people.read(account), now)


def _matches(hashed: str, password: str) -> bool:
    try:
        return _hasher.verify(hashed, password)
    except (VerifyMismatchError, InvalidHashError):
        return False


def _demand_code(secret: str, otp: str, now: datetime) -> None:
    if not otp:
        raise CodeNeeded
    if not pyotp.TOTP(secret).verify(otp, for_time=now, valid_window=1):
        raise NotKnown


async def _session(hall: Hall, person: Person, now: datetime) -> tuple[str, datetime, Person]:
    token = secrets.token_urlsafe(32)
    until = now + SESSION
    await people.open_session(hall.database, person.id, hall.vault.hash("session", token), now=now, until=until)
    return token, until, person


async def whose(hall: Hall, token: str, *, now: datetime) -> Person | None:
    """Whose session this token opens."""
    return await people.of_session(hall.database, hall.vault.hash("session", token), now=now)


async def sign_out(hall: Hall, token: str) -> None:
    """Ends the session."""
    await people.close_session(hall.database, hall.vault.hash("session", token))
