"""A phone number is somebody's who can read the code sent to it: six digits, ten minutes, five tries."""

import hmac
import secrets
from datetime import datetime, timedelta

from feedback.actions.hall import Hall
from feedback.store import notices, phone_codes

LIVES = timedelta(minutes=10)
TRIES = 5


class WrongCode(Exception):
    """验证码不对或已过期，请重新获取。"""


async def send_code(hall: Hall, phone: str, *, now: datetime) -> None:
    """Puts a fresh code into the outbox. The caller limits how often."""
    code = f"{secrets.randbelow(1_000_000):06}"
    text = hall.words("phone_code", code=code)
    async with hall.database.transaction():
        await phone_codes.put(
            hall.database,
            hall.vault.hash("phone", phone),
            hall.vault.hash("phone-code", phone, code),
            expires_at=now + LIVES,
        )
        row = notices.row(hall.vault, receiver=phone, text=text, template="phone_code", now=now, code=code)
        await notices.add(hall.database, row)


async def demand(hall: Hall, phone: str, code: str, *, now: datetime) -> None:
    """Uses the code up. Raises WrongCode for a wrong, old or used one, and after five tries for every one."""
    phone_hash, code_hash = hall.vault.hash("phone", phone), hall.vault.hash("phone-code", phone, code.strip())
    found = await phone_codes.attempt(hall.database, phone_hash, now=now)
    right = found is not None and found["attempts"] <= TRIES and hmac.compare_digest(found["code_hash"], code_hash)
    if not right or not await phone_codes.consume(hall.database, phone_hash, code_hash):
        raise WrongCode
