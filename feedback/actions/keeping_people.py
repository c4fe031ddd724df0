"""What the security administrator does with accounts. Each act leaves an entry in the log; nobody keeps their own account."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from feedback.actions import accounts, vacating
from feedback.actions.hall import Hall
from feedback.rules import administration, permission
from feedback.rules.administration import Act, Deed
from feedback.rules.permission import BUREAU_ROLES, Actor, Role
from feedback.rules.record import Person
from feedback.rules.status import Step
from feedback.store import logbook, people, staff, units

GOOD_FOR = timedelta(hours=24)
"""A one-time password that nobody used by then is none any more."""


class OwnAccount(Exception):
    """不能改自己的账号，请由另一位安全管理员来改。"""


class Misplaced(Exception):
    """承办单位的岗位要选单位，其他岗位不选单位。"""


@dataclass(frozen=True, slots=True)
class Place:
    """What an account is for."""

    name: str
    role: Role
    bureau: str | None = None
    unit_id: int | None = None


def one_time_password() -> str:
    """Four groups of letters and digits that nobody mixes up; about 77 bits."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(4))


async def open_account(hall: Hall, actor: Actor, username: str, place: Place, *, now: datetime) -> tuple[int, str]:
    """A new account; returns its id and its one-time password, which is shown once. Raises Taken, Misplaced, units.Unknown."""
    administration.demand(actor, Act.PEOPLE)
    await _check(hall, place)
    password = one_time_password()
    new = Person(0, username, place.name, place.role, place.bureau, True, place.unit_id)
    async with hall.database.transaction():
        identity = await staff.add(hall.database, new, password_hash=accounts.hashed(password), until=now + GOOD_FOR)
        await _note(hall, Deed.OPENED, actor, identity, _told(hall, place), now)
    return identity, password


async def change(hall: Hall, actor: Actor, person_id: int, place: Place, *, now: datetime) -> None:
    """Another name, role, bureau or 科室. Who handles no cases there any more leaves theirs to the bureau.

    Raises OwnAccount, Misplaced, units.Unknown, people.Unknown."""
    found = await _other(hall, actor, person_id)
    await _check(hall, place)
    before = Place(found.name, found.role, found.bureau, found.unit_id)
    if before == place:
        return
    async with hall.database.transaction():
        await staff.change(
            hall.database, person_id, name=place.name, role=place.role, bureau=place.bureau, unit_id=place.unit_id
        )
        if not _goes_on(before, place):
            await vacating.vacate(hall, person_id, vacating.MOVED, now=now)
        detail = f"{_told(hall, before)} → {_told(hall, place)}"
        await _note(hall, Deed.CHANGED, actor, person_id, detail, now)


def _goes_on(before: Place, after: Place) -> bool:
    """Whether who handled cases in the one place handles the same ones in the other."""
    return before.bureau == after.bureau and permission.may_take(Actor(after.role), Step.ACCEPT)


async def close(hall: Hall, actor: Actor, person_id: int, *, now: datetime) -> None:
    """Nobody signs in with it any more; what its owner did stays theirs, what they had to do is the bureau's.

    Raises OwnAccount, people.Unknown."""
    await _other(hall, actor, person_id)
    async with hall.database.transaction():
        await people.close_account(hall.database, person_id)
        await vacating.vacate(hall, person_id, vacating.CLOSED, now=now)
        await _note(hall, Deed.CLOSED, actor, person_id, "", now)


async def reopen(hall: Hall, actor: Actor, person_id: int, *, now: datetime) -> None:
    """A closed account is open again, with its old password. Raises OwnAccount, people.Unknown."""
    found = await _other(hall, actor, person_id)
    async with hall.database.transaction():
        await staff.reopen(hall.database, person_id)
        await _note(hall, Deed.UNLOCKED if found.active else Deed.REOPENED, actor, person_id, "", now)


async def reset_password(hall: Hall, actor: Actor, person_id: int, *, now: datetime) -> str:
    """A one-time password in place of the forgotten one, shown once; whoever is signed in is out. Raises OwnAccount, people.Unknown."""
    await _other(hall, actor, person_id)
    password = one_time_password()
    async with hall.database.transaction():
        await staff.set_password(hall.database, person_id, accounts.hashed(password), once_until=now + GOOD_FOR)
        await staff.sign_out_everywhere(hall.database, person_id)
        await _note(hall, Deed.PASSWORD_RESET, actor, person_id, "", now)
    return password


async def reset_second_factor(hall: Hall, actor: Actor, person_id: int, *, now: datetime) -> None:
    """The lost telephone's codes are good no more; the owner sets up another. Raises OwnAccount, people.Unknown."""
    await _other(hall, actor, person_id)
    async with hall.database.transaction():
        await staff.set_second_factor(hall.database, person_id, secret=None, pending=None)
        await staff.sign_out_everywhere(hall.database, person_id)
        await _note(hall, Deed.SECOND_FACTOR_RESET, actor, person_id, "", now)


async def _other(hall: Hall, actor: Actor, person_id: int) -> Person:
    administration.demand(actor, Act.PEOPLE)
    if actor.person_id == person_id:
        raise OwnAccount
    return people.read(await staff.get(hall.database, person_id))


async def _check(hall: Hall, place: Place) -> None:
    if (place.role in BUREAU_ROLES) != (place.bureau is not None):
        raise Misplaced
    if place.unit_id is not None:
        await units.get(hall.database, place.unit_id, bureau=place.bureau)


def _told(hall: Hall, place: Place) -> str:
    return "，".join(filter(None, (place.name, place.role.value, place.bureau or "")))


async def _note(hall: Hall, deed: Deed, actor: Actor, about: int, detail: str, now: datetime) -> None:
    await logbook.note(hall.database, deed, by=actor.person_id, about=about, detail=detail, now=now)
