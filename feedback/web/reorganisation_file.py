"""A table of reorganisations, one successor a line: read into what the page and the API ask for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from feedback.web import errors, reading
from feedback.web.reorganisation import Wanted

COLUMNS = ("what", "act", "codes", "into", "name", "short", "categories", "words", "on", "basis")
REQUIRED = ("what", "act", "codes", "on", "basis")

_WORDS = {"单位": "bureau", "事项": "category", "合并": "merge", "拆分": "split", "划转": "split", "更名": "rename"}
"""What may be written in Chinese as well."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One reorganisation and the line of the file it begins on."""

    line: int
    wanted: Wanted


class Unreadable(Exception):
    """A line that is no reorganisation; the message says which and why, in Chinese."""


def read(rows: Sequence[Mapping[str, str]]) -> list[Asked]:
    """The reorganisations of the table. Lines that say the same of what, act, codes, on and basis are successors of one.

    Raises Unreadable."""
    groups: dict[tuple[str, ...], list[tuple[int, Mapping[str, str]]]] = {}
    for line, row in enumerate(rows, 2):
        _check_columns(row)
        groups.setdefault(tuple(row[name].strip() for name in REQUIRED), []).append((line, row))
    return [_asked(lines) for lines in groups.values()]


def _check_columns(row: Mapping[str, str]) -> None:
    if missing := [name for name in REQUIRED if name not in row]:
        raise Unreadable(f"缺少列：{'、'.join(missing)}。可以用的列：{'、'.join(COLUMNS)}。")
    if foreign := [name for name in row if name not in COLUMNS]:
        raise Unreadable(f"不认识的列：{'、'.join(map(str, foreign))}。可以用的列：{'、'.join(COLUMNS)}。")


def _asked(lines: Sequence[tuple[int, Mapping[str, str]]]) -> Asked:
    number, first = lines[0]
    act = _word(first["act"])
    given: dict[str, Any] = {
        "what": _word(first["what"]), "act": act, "codes": _several(first["codes"]), "on": first["on"].strip(),
        "basis": first["basis"],
    }  # fmt: skip
    if act == "rename":
        given |= {name: first.get(name) or "" for name in ("name", "short")}
    else:
        given["into"] = [_heir(row) for _, row in lines]
    try:
        return Asked(number, reading.checked(Wanted, given))
    except errors.BadFields as bad:
        raise Unreadable(f"第 {number} 行：{said(bad.fields)}") from None


def _heir(row: Mapping[str, str]) -> dict[str, Any]:
    return {
        "code": (row.get("into") or "").strip(),
        **{name: row.get(name) or "" for name in ("name", "short")},
        **{name: _several(row.get(name) or "") for name in ("categories", "words")},
    }


def _word(text: str) -> str:
    return _WORDS.get(text.strip(), text.strip())


def _several(text: str) -> list[str]:
    for sign in "，,；;":
        text = text.replace(sign, "、")
    return [one.strip() for one in text.split("、") if one.strip()]


def said(fields: Mapping[str, str]) -> str:
    """The faults of the fields in one sentence, each with the column it is in."""
    named: Iterable[str] = (f"{name.split('.')[0]}：{words}" for name, words in fields.items())
    return "；".join(named)
