"""Everything that differs between machines, from MINSHENG_* variables. Each one is explained in the README."""

import os
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


_READERS: dict[Any, Callable[[str, str], Any]] = {bool: _flag, int: _number, Path: _path, str: _text}


def read(environment: dict[str, str] | None = None) -> Settings:
    """The settings of this machine. Raises BadSetting, naming the variable, for a value that cannot be used."""
    given: dict[str, Any] = {}
    for field, kind in Settings.__annotations__.items():
        name = f"MINSHENG_{field.upper()}"
        value = (os.environ if environment is None else environment).get(name, "")
        if value:
            given[field] = _key(name, value) if field == "key" else _READERS[kind](name, value)
    settings = Settings(**given)
    if settings.demo and settings.database_url:
        raise BadSetting(
            "MINSHENG_DEMO=1 is refused with MINSHENG_DATABASE_URL: demo accounts belong to the embedded database"
        )
    return settings
