"""The demo's accounts: who they are, their passwords (random once, kept in a file for their owner only), a table to print."""

import json
import os
import secrets
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import TypedDict

from feedback.actions import accounts
from feedback.actions.hall import Hall
from feedback.rules.permission import Role
from feedback.store import people

FILE = "demo-accounts.json"
BUREAUS = (
    "CGJ", "STHJ", "ZJJ", "GAJ", "SCJ", "RSJ", "JYJ", "JTJ", "ZLS", "PS", "LYJ", "JJZD", "GD", "TC", "WJW", "YBJ", "GJJ",
    "MZJ", "RQ",
)  # fmt: skip
"""Besides every district: the units most letters go to."""

ALONE = (
    (Role.DISPATCHER, "韦晓岚"), (Role.CONFIDENTIAL, "覃守正"), (Role.SUPERVISOR, "梁督成"), (Role.LEADER, "莫远帆"),
    (Role.SYSTEM_ADMIN, "潘立新"), (Role.SECURITY_ADMIN, "蒙安"), (Role.AUDIT_ADMIN, "廖明察"),
)  # fmt: skip
_FAMILIES = "韦覃梁莫潘蒙廖黄陆卢蓝罗石龙吴李张陈刘谢周唐何秦邓"
_GIVEN = ("志远", "秋燕", "国栋", "丽萍", "家明", "雪梅", "文斌", "春晓", "建军", "凤英", "子涵", "海燕", "振华", "小玲", "卫东", "静怡", "柳生")  # fmt: skip
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_SHOWN = (Role.DISPATCHER, Role.HANDLER, Role.REVIEWER, Role.HEAD, Role.SUPERVISOR, Role.LEADER, Role.CONFIDENTIAL, Role.SYSTEM_ADMIN)  # fmt: skip


class Account(TypedDict, total=False):
    """One line of the file."""

    username: str
    password: str
    role: str
    bureau: str
    name: str


async def open_all(hall: Hall, path: Path) -> list[Account]:
    """Every account of the file is in the database; without a file it is made anew, with new passwords."""
    fresh = not path.exists()
    wanted = _invented(list(hall.city.districts)) if fresh else read(path)
    if fresh:
        _write(path, wanted)
    for one in wanted:
        if fresh or await people.account(hall.database, one["username"]) is None:
            await accounts.open_account(
                hall.database, username=one["username"], name=one["name"], role=Role(one["role"]),
                bureau=one.get("bureau"), password=one["password"],
            )  # fmt: skip
    return wanted


def read(path: Path) -> list[Account]:
    """The accounts of the file."""
    return json.loads(path.read_text(encoding="utf-8"))


def _write(path: Path, wanted: list[Account]) -> None:
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(wanted, file, ensure_ascii=False, indent=1)
    part.rename(path)


def _invented(districts: list[str]) -> list[Account]:
    places = [(role, bureau) for bureau in (*BUREAUS, *districts) for role in (Role.HANDLER, Role.REVIEWER)]
    places.append((Role.HEAD, BUREAUS[0]))
    names = _names()
    staff = [_account(role, next(names), bureau) for role, bureau in places]
    return staff + [_account(role, name) for role, name in ALONE]


def _names() -> Iterator[str]:
    number = 0
    while True:
        yield _FAMILIES[number % len(_FAMILIES)] + _GIVEN[number * 5 % len(_GIVEN)]
        number += 1


def _account(role: Role, name: str, bureau: str = "") -> Account:
    password = "-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(2))
    username = f"{bureau.lower()}_{role}" if bureau else str(role)
    made = Account(username=username, password=password, role=str(role))
    if bureau:
        made["bureau"] = bureau
    made["name"] = name
    return made


def show(path: Path, titles: dict[Role, str], homes: dict[str, str]) -> None:
    """Prints one account of every kind as a table; the rest is in the file. `homes` are the names of bureaus."""
    rows = [("岗位", "单位", "用户名", "密码")]
    for role in _SHOWN:
        one = next(each for each in read(path) if each["role"] == role)
        rows.append((titles[role], homes.get(one.get("bureau", ""), ""), one["username"], one["password"]))
    widths = [max(_width(row[column]) for row in rows) for column in range(4)]
    for row in rows:
        cells = [cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)]
        sys.stdout.write(("  " + "   ".join(cells)).rstrip() + "\n")
    sys.stdout.write(f"演示账号（全部见 {path}）如上；市民页面不用登录。\n")
    sys.stdout.flush()


def _width(text: str) -> int:
    """Columns on a terminal: Chinese takes two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
