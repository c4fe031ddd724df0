"""Files are looked through and kept before anything is said of them; then they go to a case with the step they came with."""

import asyncio
import hashlib
import logging
import secrets
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from feedback.actions import inspecting
from feedback.actions.hall import Hall
from feedback.rules import administration, attachment, permission
from feedback.rules.administration import Act, Deed
from feedback.rules.attachment import Kept, Purpose, Withdrawal
from feedback.rules.permission import Actor, Role
from feedback.rules.record import Case
from feedback.rules.status import TABLE, Step, WrongStep
from feedback.store import attachments, cases, depot, logbook, writing
from feedback.store.vault import WrongKey

_log = logging.getLogger(__name__)

FORGOTTEN = timedelta(hours=24)
"""How long a file may lie on disk without belonging to a case: longer than a form is remembered (`web/uploads`)."""

_LOOKING = ThreadPoolExecutor(1, "pictures")
"""One picture at a time in each process: a large one takes half a second and 200 MB, and letters must go on meanwhile."""


async def keep(hall: Hall, name: str, sent: bytes, *, number: int = 1) -> Kept:
    """Looks through a file and keeps it on disk, sealed; it belongs to no case yet. Raises Unusable."""
    return await asyncio.get_running_loop().run_in_executor(_LOOKING, _kept, hall.depot, name, sent, number)


def _kept(place: depot.Depot, name: str, sent: bytes, number: int) -> Kept:
    found = inspecting.inspect(name, sent, number=number)
    return Kept(
        found.name, found.format, len(found.content), place.put(found.content),
        small=place.put(found.small) if found.small else "", width=found.width, height=found.height,
        source=hashlib.sha256(sent).hexdigest(),
    )  # fmt: skip


async def content(hall: Hall, name: str) -> bytes:
    """The bytes of a file by its name on disk. Raises depot.Missing, also for one that was changed there."""
    try:
        return await asyncio.to_thread(hall.depot.get, name)
    except (depot.Missing, WrongKey) as fault:
        _log.error("the file %s cannot be read: %s", name, type(fault).__name__)
        raise depot.Missing(name) from fault


def code() -> str:
    """A name for addresses that nobody guesses."""
    return secrets.token_hex(16)


def of_letter(
    hall: Hall, files: Sequence[Kept], case_id: int, *, by: int | None, now: datetime
) -> list[tuple[str, dict[str, Any]]]:
    """The rows of the files that came with a letter, to be written with it; `by` wrote it down for the citizen."""
    where = {"case_id": case_id, "seq": 1, "round": 1, "purpose": Purpose.LETTER, "public": True, "bureau": None}
    return [
        ("attachments", attachments.row(hall.vault, one, code=code(), **where, person_id=by, at=now)) for one in files
    ]


async def to_case(
    hall: Hall, actor: Actor, case: Case, files: Sequence[Kept], purpose: Purpose, *, now: datetime
) -> None:  # fmt: skip
    """Puts the files to the case's newest event, inside the transaction of the step they came with. Raises TooMuch.

    Those of an answer belong to the bureau that answers, whoever of the city wrote it."""
    if not files:
        return
    seq = await cases.next_seq(hall.database, case.id) - 1
    bureau = case.bureau if purpose is Purpose.ANSWER else actor.bureau
    rows = [
        attachments.row(
            hall.vault, one, code=code(), case_id=case.id, seq=seq, round=case.round, purpose=purpose,
            public=purpose is Purpose.LETTER, bureau=bureau, person_id=actor.person_id, at=now,
        )
        for one in files
    ]  # fmt: skip
    await writing.insert(hall.database, [("attachments", row) for row in rows])
    mine, whole, size = await attachments.weigh(hall.database, case.id)
    attachment.demand_room(mine, whole, size, citizen=actor.role is Role.CITIZEN)


def may_add_to_answer(actor: Actor, case: Case) -> bool:
    """Whether this person may add files that go out with the answer of a case, whatever its status."""
    return permission.may_take_on(actor, Step.REPLY, bureau=case.bureau, unit=case.unit_id, handler=case.handler_id)


def demand_answering(actor: Actor, case: Case) -> None:
    """Files for an answer come from who writes it, while it is written. Raises WrongRole, WrongStep."""
    permission.demand_on(actor, Step.REPLY, bureau=case.bureau, unit=case.unit_id, handler=case.handler_id)
    if case.status not in TABLE[Step.REPLY]:
        raise WrongStep(Step.REPLY, case.status)


def may_remove(actor: Actor, case: Case, one: attachments.Attachment) -> bool:
    """Whether this person may take this file back: their own, or one that waits to go out with an answer they write."""
    own = one.person_id is not None and one.person_id == actor.person_id
    return not one.public and (own or (one.purpose is Purpose.ANSWER and may_add_to_answer(actor, case)))


async def remove(hall: Hall, actor: Actor, case: Case, code: str, *, now: datetime) -> None:
    """Takes a file back that no citizen has seen. Raises NotYours for none, WrongRole for one that stays."""
    found = await attachments.get(hall.database, hall.vault, case.id, code)
    if found is None:
        raise permission.NotYours
    if not may_remove(actor, case, found):
        raise permission.WrongRole
    if not await attachments.remove(hall.database, case.id, code, by=actor.person_id, now=now):
        raise permission.NotYours


class Withdrawn(Exception):
    """这份材料已经撤下了。"""


def may_withdraw(actor: Actor, one: attachments.Attachment) -> bool:
    """Whether this person may keep everybody from opening this file."""
    return actor.role in administration.OWNERS[Act.FILES] and one.purpose is Purpose.LETTER and one.withdrawn_at is None


async def withdraw(hall: Hall, actor: Actor, case: Case, code: str, *, reason: Withdrawal, now: datetime) -> None:
    """A citizen's file that nobody may open any more; its bytes are collected like those taken back. In the log.

    Raises WrongRole, NotYours for none, Withdrawn for one that was withdrawn before."""
    administration.demand(actor, Act.FILES)
    assert actor.person_id is not None
    listed = await attachments.of_case(hall.database, hall.vault, case.id)
    if not any(one.code == code and one.purpose is Purpose.LETTER for one in listed):
        raise permission.NotYours
    async with hall.database.transaction():
        if not await attachments.withdraw(hall.database, case.id, code, reason=reason, by=actor.person_id, now=now):
            raise Withdrawn
        detail = f"{case.number}：{reason.chinese}"
        await logbook.note(hall.database, Deed.FILE_WITHDRAWN, by=actor.person_id, detail=detail, now=now)


async def sweep(hall: Hall, *, now: datetime) -> int:
    """Deletes files on disk that no case needs and that are older than FORGOTTEN; how many."""
    removed, before = 0, (now - FORGOTTEN).timestamp()
    for lying in depot.listed(hall.depot.folder):
        old = await asyncio.to_thread(_older, lying, before)
        named = [path.name for path in old if len(path.name) == 64]
        needed = await attachments.wanted(hall.database, named, removed_after=now - FORGOTTEN) if named else set()
        for path in old:
            if path.name not in needed:
                path.unlink(missing_ok=True)
                removed += 1
    return removed


def _older(lying: Sequence[Path], before: float) -> list[Path]:
    """Those written before this moment (seconds since 1970); one that is gone meanwhile is not among them."""
    return [path for path in lying if _written_at(path) < before]


def _written_at(path: Path) -> Any:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return float("inf")
