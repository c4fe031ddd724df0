"""What the worker does with files: writes long lists, reads tables of other systems. One job at a time; a lost one begins again."""

import asyncio
import logging
from typing import Any

from feedback import clock
from feedback.actions import importing_sheets, sheets, tables
from feedback.actions.hall import Hall
from feedback.rules.permission import Actor
from feedback.store import file_jobs, people
from feedback.store.file_jobs import File
from feedback.web import errors, export_lists, exports
from feedback.web.export_lists import LISTS, Wanted

_log = logging.getLogger(__name__)


class Gone(Exception):
    """提出的人已经没有账号，或者不能再看这个列表。"""


async def run(hall: Hall) -> bool:
    """Does the next job, if there is one; whether there was."""
    job = await file_jobs.take(hall.database, now=clock.now())
    if job is None:
        return False
    try:
        outcome = await _DO[job["kind"]](hall, job)
        status = "done"
    except (errors.BadFields, Gone) as fault:
        status, outcome = "failed", "；".join(fault.fields.values()) if isinstance(fault, errors.BadFields) else fault.__doc__ or ""
    except (OSError, ConnectionError):
        raise  # the database is away: the job is taken up again
    except Exception:
        _log.exception("file job %s failed", job["id"])
        status, outcome = "failed", "系统出了问题，我们已经记下来了。请再试一次。"
    await file_jobs.finish(hall.database, job["id"], status=status, outcome=outcome, now=clock.now())
    return True


async def _export(hall: Hall, job: Any) -> str:
    asked = file_jobs.asked(hall.vault, job)
    listed, person = LISTS[asked["list"]], await people.by_id(hall.database, job["person_id"])
    if person is None or person.role not in listed.roles:
        raise Gone
    wanted = Wanted(
        Actor(person.role, person.id, person.bureau, person.name, person.unit_id), asked["query"],
        contacts=asked["contacts"], reason=asked["reason"],
    )

    async def progress(lines: int) -> None:
        await file_jobs.progress(hall.database, job["id"], done=lines, total=None, now=clock.now())

    book, whole = await export_lists.write(hall, listed, wanted, progress=progress)
    content = await asyncio.to_thread(book.content)
    async with hall.database.transaction():
        await file_jobs.keep(hall.database, hall.vault, job["id"], File.MADE, content)
        await file_jobs.note_export(
            hall.database, person_id=person.id, list=asked["list"], filter=exports.described(asked["query"]),
            lines=book.lines, contacts=asked["contacts"], reason=asked["reason"], now=clock.now(),
        )  # fmt: skip
    return f"{book.lines} 行。" + ("" if whole else "超过 10 万行的没有写进去，请缩小范围。")


async def _import(hall: Hall, job: Any) -> str:
    asked = file_jobs.asked(hall.vault, job)
    content = await file_jobs.content(hall.database, hall.vault, job["id"], File.GIVEN)
    if content is None or await people.by_id(hall.database, job["person_id"]) is None:
        raise Gone
    sheet = await asyncio.to_thread(sheets.read, content)

    async def progress(done: int, total: int) -> None:
        await file_jobs.progress(hall.database, job["id"], done=done, total=total, now=clock.now())

    rows = await asyncio.to_thread(sheet.rows, asked["mapping"])
    made = await importing_sheets.cases(
        hall, rows, notify=asked["notify"], now=clock.now(), progress=progress
    )
    if made.refused:
        told = [(each.line, each.id, each.reason) for each in made.refused]
        refused = tables.as_csv(("行号", "编号", "原因"), told)
        await file_jobs.keep(hall.database, hall.vault, job["id"], File.REFUSED, refused)
    return made.words()


_DO = {"export": _export, "import": _import}
