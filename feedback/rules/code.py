"""Case numbers and query codes: how they are written, how a mistyped one is recognised."""

import re
from datetime import datetime

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O, U, so that a code can be read out on the telephone."""

LENGTH = 12
_VALUES = {character: value for value, character in enumerate(ALPHABET)}
_MEANT = str.maketrans({"I": "1", "L": "1", "O": "0"})
_NUMBER = re.compile(r"\d{4}-\d{4}-\d{4,12}")


def number(identity: int, received_local: datetime) -> str:
    """The public number of a case, e.g. 2026-1122-0387. Numbers may have gaps (SETTLED 2)."""
    return f"{received_local:%Y-%m%d}-{identity:04d}"


def is_number(text: str) -> bool:
    """Whether it is shaped like a case number."""
    return _NUMBER.fullmatch(text) is not None


def _check(payload: str) -> str:
    """Weighted sum modulo 31, the prime below the alphabet's size: finds nearly every single error and swap."""
    return ALPHABET[sum((i + 1) * _VALUES[c] for i, c in enumerate(payload)) % 31]


def query_code(entropy: bytes) -> str:
    """Eleven random characters (55 bits) and a check character, in groups of four, from at least 7 random bytes."""
    value = int.from_bytes(entropy, "big")
    payload = "".join(ALPHABET[value >> 5 * i & 31] for i in range(LENGTH - 1))
    return "-".join(re.findall("....", payload + _check(payload)))


def normalised(text: str) -> str | None:
    """The code as stored, whatever case, spaces, hyphens or look-alike letters were typed; None if it cannot be one."""
    code = re.sub(r"[\s\-－—_]", "", text.upper()).translate(_MEANT)
    if len(code) != LENGTH or set(code) - set(ALPHABET) or _check(code[:-1]) != code[-1]:
        return None
    return code
