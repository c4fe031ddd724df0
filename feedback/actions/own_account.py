"""What people do with their own account: another password, a second factor."""

from datetime import datetime

import pyotp

from feedback.actions import accounts
from feedback.actions.hall import Hall
from feedback.rules.administration import Deed
from feedback.rules.record import Person
from feedback.store import logbook, staff

SHORTEST = 10
ISSUER = "民声"


class WeakPassword(Exception):
    """新密码至少 10 个字符，不能和用户名或原来的密码一样。"""


class WrongOtp(Exception):
    """验证码不对，请看手机上最新的 6 位数字再输一次。"""


async def change_password(hall: Hall, person: Person, *, old: str, new: str, token: str, now: datetime) -> None:
    """The owner's own password; other sessions end. Raises accounts.NotKnown for a wrong old one, WeakPassword."""
    kept = await staff.secrets(hall.database, person.id)
    if not accounts.matches(kept["password_hash"], old):
        raise accounts.NotKnown
    if len(new) < SHORTEST or new in (old, person.username):
        raise WeakPassword
    async with hall.database.transaction():
        await staff.set_password(hall.database, person.id, accounts.hashed(new), once_until=None)
        await staff.sign_out_everywhere(hall.database, person.id, but=hall.vault.hash("session", token))
        await _note(hall, Deed.PASSWORD_CHANGED, person, now)


async def begin_second_factor(hall: Hall, person: Person) -> str:
    """A secret for the telephone's app. It counts only when its first code was given; the old one stays until then."""
    kept = await staff.secrets(hall.database, person.id)
    secret = pyotp.random_base32()
    await staff.set_second_factor(hall.database, person.id, secret=kept["otp_secret"], pending=hall.vault.seal(secret))
    return secret


async def pending_second_factor(hall: Hall, person: Person) -> tuple[str, bool]:
    """The secret that waits for its first code, or empty; and whether a second factor is in use."""
    kept = await staff.secrets(hall.database, person.id)
    pending = hall.vault.open(kept["otp_pending"]) if kept["otp_pending"] else ""
    return pending, kept["otp_secret"] is not None


async def confirm_second_factor(hall: Hall, person: Person, *, otp: str, now: datetime) -> None:
    """The first code shows that the telephone has the secret. Raises WrongOtp."""
    secret, _ = await pending_second_factor(hall, person)
    if not secret or not pyotp.TOTP(secret).verify(otp, for_time=now, valid_window=1):
        raise WrongOtp
    async with hall.database.transaction():
        await staff.set_second_factor(hall.database, person.id, secret=hall.vault.seal(secret), pending=None)
        await _note(hall, Deed.SECOND_FACTOR_SET, person, now)


def address(person: Person, secret: str) -> str:
    """The otpauth address that opens the app on a telephone."""
    return pyotp.TOTP(secret).provisioning_uri(name=person.username, issuer_name=ISSUER)


async def _note(hall: Hall, deed: Deed, person: Person, now: datetime) -> None:
    await logbook.note(hall.database, deed, by=person.id, about=person.id, now=now)
