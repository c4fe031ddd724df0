"""user: staff accounts from the command line: add, password, off, list."""

import asyncio
import getpass
import secrets
import sys
from argparse import Namespace
from typing import Any

from feedback import clock
from feedback.commands import reaching
from feedback.rules.administration import Deed
from feedback.rules.permission import BUREAU_ROLES, STAFF, Role
from feedback.settings import Settings
from feedback.store import city, logbook, people

SHORTEST = 10


def add(commands: Any) -> None:
    """The command of this file."""
    parser = commands.add_parser("user", help="管理工作人员账号")
    doing = parser.add_subparsers(required=True, title="操作")
    new = doing.add_parser("add", help="新增账号")
    new.add_argument("username")
    new.add_argument("--name", required=True, help="姓名")
    new.add_argument("--role", required=True, choices=[str(role) for role in STAFF], help="岗位")
    new.add_argument("--bureau", metavar="CODE", help="单位代码：经办人、审核人、单位负责人必填")
    new.set_defaults(run=_with(add_person))
    password = doing.add_parser("password", help="换密码")
    password.add_argument("username")
    password.set_defaults(run=_with(change_password))
    off = doing.add_parser("off", help="停用账号，并退出它的登录")
    off.add_argument("username")
    off.set_defaults(run=_with(switch_off, reaching.hall))
    doing.add_parser("list", help="列出账号").set_defaults(run=_with(show))


def _with(act: Any, opened: Any = reaching.pool) -> Any:
    """The command that gives `act` a pool, or what else is `opened`, and what was asked."""

    async def acting(own: Settings, asked: Namespace) -> None:
        async with opened(own) as given:
            await act(given, asked)

    def run(settings: Settings, asked: Namespace) -> int:
        with reaching.reached(settings) as own:
            asyncio.run(acting(own, asked))
        return 0

    return run


async def add_person(pool: Any, asked: Namespace) -> None:
    """A new account. Raises Failed for one that exists, and for a role without its bureau."""
    from feedback.actions import accounts

    if await people.account(pool, asked.username):
        raise reaching.Failed(f"用户名 {asked.username} 已经有了；换密码请用 minsheng user password {asked.username}")
    role = Role(asked.role)
    await _check_bureau(pool, role, asked.bureau)
    await accounts.open_account(
        pool, username=asked.username, name=asked.name, role=role, bureau=asked.bureau, password=_password()
    )
    await _log(pool, Deed.OPENED, asked.username)
    reaching.say(f"账号 {asked.username} 已建立。")


async def _check_bureau(pool: Any, role: Role, bureau: str | None) -> None:
    if (role in BUREAU_ROLES) != bool(bureau):
        raise reaching.Failed(f"岗位 {role} {'要' if role in BUREAU_ROLES else '不'}写单位（--bureau）。")
    if bureau and bureau not in (await city.read(pool)).bureaus:
        raise reaching.Failed(f"没有单位 {bureau}；代码见 bureaus.csv。")


async def change_password(pool: Any, asked: Namespace) -> None:
    """A new password, which also ends a lock and a switch-off."""
    from feedback.actions import accounts

    found = await _account(pool, asked.username)
    await accounts.open_account(
        pool, username=found["username"], name=found["name"], role=Role(found["role"]), bureau=found["bureau"],
        password=_password(),
    )  # fmt: skip
    await _log(pool, Deed.PASSWORD_RESET, asked.username)
    reaching.say(f"账号 {asked.username} 的密码已更换。")


async def switch_off(hall: Any, asked: Namespace) -> None:
    """Closes the account; what its owner did stays theirs, what they had to do is the bureau's."""
    from feedback.actions import vacating

    found = await _account(hall.database, asked.username)
    async with hall.database.transaction():
        await people.close_account(hall.database, found["id"])
        await vacating.vacate(hall, found["id"], vacating.CLOSED, now=clock.now())
        await _log(hall.database, Deed.CLOSED, asked.username)
    reaching.say(f"账号 {asked.username} 已停用。")


async def show(pool: Any, asked: Namespace) -> None:
    """One line for each account: name, role, bureau, whether it is open."""
    for one in await people.everybody(pool):
        state = "" if one.active else "\t已停用"
        sys.stdout.write(f"{one.username}\t{one.name}\t{one.role}\t{one.bureau or ''}{state}\n")


async def _log(pool: Any, deed: Deed, username: str) -> None:
    """The command line leaves its entries in the administrators' log too."""
    about = (await _account(pool, username))["id"]
    await logbook.note(pool, deed, by=None, about=about, detail="命令行", now=clock.now())


async def _account(pool: Any, username: str) -> Any:
    found = await people.account(pool, username)
    if found is None:
        raise reaching.Failed(f"没有账号 {username}；已有的账号请用 minsheng user list 查看。")
    return found


def _password() -> str:
    """Typed twice at a terminal; read from a pipe otherwise; an empty line lets us invent one and print it."""
    typed = getpass.getpass("密码（直接回车自动生成）：") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    if not typed:
        typed = secrets.token_urlsafe(12)
        sys.stdout.write(f"{typed}\n")
    elif len(typed) < SHORTEST:
        raise reaching.Failed(f"密码至少 {SHORTEST} 个字符。")
    elif sys.stdin.isatty() and getpass.getpass("再输一遍：") != typed:
        raise reaching.Failed("两次输入的密码不一样。")
    return typed
