"""Bringing in the spreadsheet of another hotline: upload, name the columns, look at the first rows, and let the worker do it."""

import asyncio
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from feedback import clock
from feedback.actions import importing_sheets, sheets
from feedback.actions.sheets import Sheet
from feedback.actions.tables import Unreadable
from feedback.rules import history, hotline
from feedback.rules.administration import Deed
from feedback.rules.permission import Role
from feedback.rules.record import Decision
from feedback.store import file_jobs, logbook
from feedback.store.file_jobs import File
from feedback.web import case_view, doors, errors, reading, templating, wording
from feedback.web.doors import Enter, door

IMPORT = Enter(frozenset({Role.DISPATCHER}))
PREVIEWED = 5


async def home(request: Request) -> Response:
    """The upload."""
    return _upload(request)


def _upload(request: Request, fault: str = "") -> Response:
    return templating.page(
        request, "files/import.html", status_code=422 if fault else 200, wrong={"file": fault} if fault else {}
    )


async def upload(request: Request) -> Response:
    """Keeps the file and goes on to its columns; a file that cannot be read is told at once."""
    try:
        form = await request.form(max_files=1, max_fields=10)
    except (UnicodeDecodeError, ValueError):
        return _upload(request, "表单的编码不对，请重新选择文件。")
    file = form.get("file")
    content = await file.read() if isinstance(file, UploadFile) else b""
    try:
        identity, _ = await keep(request, content, name=(file.filename if isinstance(file, UploadFile) else "") or "表格")
    except Unreadable as fault:
        return _upload(request, str(fault))
    return RedirectResponse(f"/imports/{identity}", 303)


async def keep(request: Request, content: bytes, *, name: str) -> tuple[int, Sheet]:
    """Keeps the file as an import whose columns are still to be named; its id and what is in it. Raises Unreadable."""
    if not content:
        raise Unreadable("请选择一个 Excel（.xlsx）或 CSV 文件。")
    table = await sheets.table(content)
    sheet = await asyncio.to_thread(sheets.read, table)
    hall, now = doors.hall(request), clock.now()
    chosen = await file_jobs.mapping(hall.database, _key(request, sheet)) or hotline.guess(sheet.header)
    async with hall.database.transaction():
        identity = await file_jobs.add(
            hall.database, hall.vault, kind="import", status="asked", person_id=request.state.person.id, now=now,
            name=name[-80:], asked={"mapping": chosen, "notify": False},
        )  # fmt: skip
        await file_jobs.keep(hall.database, hall.vault, identity, File.GIVEN, table)
    return identity, sheet


def _key(request: Request, sheet: Sheet) -> bytes:
    return doors.hall(request).vault.hash("header", *sorted(sheet.header))


async def columns(request: Request) -> Response:
    """Which column is which field, and the first rows as they would become cases."""
    job, sheet = await job_of(request)
    asked = file_jobs.asked(doors.hall(request).vault, job)
    return await _page(request, job, sheet, asked["mapping"], notify=asked["notify"])


async def job_of(request: Request) -> tuple[Any, Sheet]:
    """This person's import that has not begun, and its sheet. Raises NotFound."""
    given, hall = request.path_params["id"], doors.hall(request)
    usable = given.isascii() and given.isdigit() and len(given) < 19
    job = await file_jobs.get(hall.database, int(given), person_id=request.state.person.id) if usable else None
    content = await file_jobs.content(hall.database, hall.vault, job["id"], File.GIVEN) if job else None
    if job is None or job["status"] != "asked" or content is None:
        raise errors.NotFound
    return job, await asyncio.to_thread(sheets.read, content)


async def _page(
    request: Request, job: Any, sheet: Sheet, mapping: dict[str, str], *, notify: bool, fault: str = ""
) -> Response:  # fmt: skip
    hall, now = doors.hall(request), clock.now()
    known = {column: field for column, field in mapping.items() if column in sheet.header}
    first = Sheet(sheet.header, sheet.records[:PREVIEWED])
    previews = importing_sheets.preview(hall, first.rows(known), now=now)
    answered = await asyncio.to_thread(lambda: sum(hotline.answered(row.fields) for row in sheet.rows(known)))
    return templating.page(
        request, "files/columns.html", status_code=422 if fault else 200, job=job, sheet=sheet, mapping=known,
        fields=[(field, history.NAMES[field]) for field in hotline.FIELDS], notify=notify, fault=fault,
        required=[history.NAMES[field] for field in hotline.REQUIRED], lines=len(sheet.records),
        answered=answered,
        previews=[{"line": one.line, "id": one.id, "text": one.text, "answered": one.answered, "reason": one.reason,
                   "becomes": _becomes(request, one.understood, one.bureau)} for one in previews],
    )  # fmt: skip


def _becomes(request: Request, understood: Any, given: str | None) -> str:
    """What a row would become, in words."""
    if understood is None:
        return ""
    if understood.decision is Decision.PROTECTED:
        return "检举控告，转保密专办人员"
    city = doors.hall(request).city
    bureau, category = case_view.bureau(city, given or understood.bureau), case_view.category(city, understood.category)
    auto = given is not None or understood.decision is Decision.AUTO
    parts = [wording.KINDS[understood.kind], category["name"] if category else "", bureau["name"] if bureau and auto else "待人工派单"]
    return " · ".join(part for part in parts if part)


async def begin(request: Request) -> Response:
    """Looks again with other columns, or begins."""
    job, sheet = await job_of(request)
    given = await reading.posted(request)
    chosen = [(column, given.get(f"c{at}", "")) for at, column in enumerate(sheet.header)]
    mapping = {column: field for column, field in chosen if field in hotline.FIELDS}
    notify = bool(given.get("notify"))
    fault = "" if given.get("check") else unfit(mapping)
    if fault or given.get("check"):
        return await _page(request, job, sheet, mapping, notify=notify, fault=fault)
    await start(request, job, sheet, mapping, notify=notify)
    return RedirectResponse("/files", 303)


async def start(request: Request, job: Any, sheet: Sheet, mapping: dict[str, str], *, notify: bool) -> None:
    """Hands the import to the worker; begun twice it is done once."""
    hall, person = doors.hall(request), request.state.person
    await file_jobs.keep_mapping(hall.database, _key(request, sheet), mapping, person_id=person.id, now=clock.now())
    if await file_jobs.begin(hall.database, hall.vault, job["id"], {"mapping": mapping, "notify": notify}):
        detail = f"{job['name']}：{len(sheet.records)} 行"
        await logbook.note(hall.database, Deed.IMPORTED, by=person.id, detail=detail, now=clock.now())


def unfit(mapping: dict[str, str]) -> str:
    """What is wrong with the choice of columns, in a sentence; empty when nothing is."""
    fields = list(mapping.values())
    twice = [history.NAMES[field] for field in dict.fromkeys(fields) if fields.count(field) > 1]
    missing = [history.NAMES[field] for field in hotline.REQUIRED if field not in fields]
    if twice:
        return f"“{twice[0]}”选了两列，请只留一列。"
    return f"还缺：{'、'.join(missing)}。请说明是哪一列。" if missing else ""


ROUTES = [
    door("/imports", home, enter=IMPORT, name="imports"),
    door("/imports", upload, enter=IMPORT, methods=("POST",), name="import_upload"),
    door("/imports/{id}", columns, enter=IMPORT, name="import_columns"),
    door("/imports/{id}", begin, enter=IMPORT, methods=("POST",), name="import_begin"),
]
