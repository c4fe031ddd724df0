"""Personal data in a text: exact spans and types, and their replacement. What each type looks like is told by the personal_* modules."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from classifier import personal_addresses, personal_names, personal_numbers

NAMES = {
    "phone": "电话", "landline": "电话", "id_card": "证件号", "passport": "证件号", "plate": "车牌", "bank_card": "卡号",
    "email": "邮箱", "wechat": "微信号", "qq": "QQ号", "address_room": "门牌", "name": "姓名",
}
"""What stands in a redacted text instead of each type."""


@dataclass(frozen=True, slots=True)
class Found:
    """One piece of personal data: `text[start:end]`."""

    type: str
    start: int
    end: int
    text: str


_DRESSED = {
    point: str(unicodedata.digit(chr(point)))
    for among in ((0x00B2, 0x00BA), (0x2070, 0x2794), (0xFF10, 0xFF1A), (0x1D7CE, 0x1D800), (0x1F101, 0x1F10B))
    for point in range(*among)
    if unicodedata.digit(chr(point), None) is not None
}
"""Digits that are written otherwise: full-width １, ①, ⑴, ❶, ¹, 𝟏. A number in them can be read, so it is one."""
_OTHERWISE = re.compile(f"[{''.join(map(chr, _DRESSED))}]")


def _spans(text: str) -> Iterator[tuple[str, int, int]]:
    """All candidates, the surest first."""
    yield from personal_numbers.spans(text)
    yield from personal_addresses.spans(text)
    yield from personal_names.spans(text)


def find(text: str) -> tuple[Found, ...]:
    """Personal data in order of place, never overlapping; time grows with the length of the text only."""
    plain = text.translate(_DRESSED) if _OTHERWISE.search(text) else text
    kept: list[Found] = []
    taken = bytearray(len(text))
    for kind, start, end in _spans(plain):
        if not any(taken[start:end]):
            taken[start:end] = b"\1" * (end - start)
            kept.append(Found(kind, start, end, text[start:end]))
    return tuple(sorted(kept, key=lambda one: one.start))


def redact(text: str) -> str:
    """The text with each piece of personal data replaced by what it was: 138… becomes 【电话】."""
    parts, last = [], 0
    for found in find(text):
        parts += [text[last : found.start], f"【{NAMES[found.type]}】"]
        last = found.end
    return "".join(parts) + text[last:]
