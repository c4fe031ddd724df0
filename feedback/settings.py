"""Everything that differs between machines, from MINSHENG_* variables. Each one is explained in the README."""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


class BadSetting(Exception):
    """A MINSHENG_* variable has a value that cannot be used."""


@dataclass(frozen=True, slots=True)
class Settings:
    """One machine's settings; `read()` builds it from the environment."""

    var: Path = ROOT / "var"
    """MINSHENG_VAR: folder of the embedded database, keys and uploads."""
    database_url: str = ""
    """MINSHENG_DATABASE_URL: a real PostgreSQL (16 or newer); empty: the embedded one under `var`."""
    socket_url: str = ""
    """MINSHENG_SOCKET_URL: set by `minsheng serve` for its own children: where the embedded database listens."""
    demo: bool = False
    """MINSHENG_DEMO: 1 writes demo accounts and the outbox to files; refused on any but the embedded database."""
    key: str = ""
    """MINSHENG_KEY: 64 hex digits that encrypt names and phones; empty: kept in `var/key`."""
    limits: bool = True
    """MINSHENG_LIMITS: 0 turns rate limits off, for benchmarks only."""
    pool: int = 10
    """MINSHENG_POOL: database connections of one process (all processes together: 80 at most)."""
    city: Path = ROOT / "data"
    """MINSHENG_CITY: folder of the city's CSV tables."""
    model: Path = ROOT / "classifier" / "city-model"
    """MINSHENG_MODEL: folder of the trained classifier."""

    site: str = "http://127.0.0.1:8000"
    """MINSHENG_SITE: the address citizens open the pages at, for links in messages."""
    quiet: str = "22:00-08:00"
    """MINSHENG_QUIET: hours of the city's day in which ordinary messages wait; equal ends: never."""
    survey_days: int = 7
    """MINSHENG_SURVEY_DAYS: how long the link of the question after an answer works."""
    sms_url: str = ""
    """MINSHENG_SMS_URL: the SMS gateway; empty: short messages only leave a line in the log."""
    sms_key: str = ""
    """MINSHENG_SMS_KEY: shared with the gateway, signs every request; at least 32 characters."""
    mail_url: str = ""
    """MINSHENG_MAIL_URL: smtp://, smtp+starttls:// or smtps:// with user, password, host and port; empty: log only."""
    mail_from: str = ""
    """MINSHENG_MAIL_FROM: whom e-mails come from."""

    @property
    def url(self) -> str:
        """Where the database is, for a process that need not start one; empty when it must."""
        return self.database_url or self.socket_url


def _flag(name: str, value: str) -> bool:
    if value not in ("0", "1"):
        raise BadSetting(f"{name} must be 0 or 1, not {value!r}")
    return value == "1"


def _number(name: str, value: str) -> int:
    if not value.isdigit() or not 1 <= int(value) <= 80:
        raise BadSetting(f"{name} must be a whole number from 1 to 80, not {value!r}")
    return int(value)


def _key(name: str, value: str) -> str:
    if len(value) != 64 or set(value.lower()) - set("0123456789abcdef"):
        raise BadSetting(f"{name} must be 64 hexadecimal digits")
    return value


def _path(_: str, value: str) -> Path:
    return Path(value).resolve()


def _text(_: str, value: str) -> str:
    return value


def _site(name: str, value: str) -> str:
    if not re.fullmatch(r"https?://[^/\s?#]+/?", value):
        raise BadSetting(f"{name} must be like https://12345.example.cn, without a path")
    return value


def _quiet(name: str, value: str) -> str:
    hour = r"([01]\d|2[0-3]):[0-5]\d"
    if not re.fullmatch(f"{hour}-{hour}", value):
        raise BadSetting(f"{name} must be like 22:00-08:00, not {value!r}")
    return value


def _gateway(name: str, value: str) -> str:
    if not re.fullmatch(r"https?://[^/\s?#@]+(/\S*)?", value):
        raise BadSetting(f"{name} must be an http:// or https:// address")
    return value


def _secret(name: str, value: str) -> str:
    if len(value) < 32:
        raise BadSetting(f"{name} must have at least 32 characters")
    return value


def _mail_server(name: str, value: str) -> str:
    if not re.fullmatch(r"(smtp|smtp\+starttls|smtps)://([^/\s@]+@)?[^/\s@:]+(:\d{1,5})?/?", value):
        raise BadSetting(f"{name} must be like smtps://user:password@mail.example.cn:465")
    return value


_OWN: dict[str, Callable[[str, str], str]] = {
    "key": _key, "site": _site, "quiet": _quiet, "sms_url": _gateway, "sms_key": _secret, "mail_url": _mail_server,
}  # fmt: skip
_READERS: dict[Any, Callable[[str, str], Any]] = {bool: _flag, int: _number, Path: _path, str: _text}


def read(environment: dict[str, str] | None = None) -> Settings:
    """The settings of this machine. Raises BadSetting, naming the variable, for a value that cannot be used."""
    given: dict[str, Any] = {}
    for field, kind in Settings.__annotations__.items():
        name = f"MINSHENG_{field.upper()}"
        value = (os.environ if environment is None else environment).get(name, "")
        if value:
            reader: Callable[[str, str], Any] = _OWN.get(field) or _READERS[kind]
            given[field] = reader(name, value)
    settings = Settings(**given)
    for address, other in (("sms_url", "sms_key"), ("mail_url", "mail_from")):
        if getattr(settings, address) and not getattr(settings, other):
            raise BadSetting(f"MINSHENG_{address.upper()} needs MINSHENG_{other.upper()}")
    if settings.demo and settings.database_url:
        raise BadSetting(
            "MINSHENG_DEMO=1 is refused with MINSHENG_DATABASE_URL: demo accounts belong to the embedded database"
        )
    return settings
