"""My files: what the worker makes or reads for me, how far it is, and what can be fetched."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from feedback.actions.hall import Hall
from feedback.store import file_jobs
from feedback.store.file_jobs import File
from feedback.web import doors, errors, exports, templating
from feedback.web.api import answer
from feedback.web.doors import door

STATUSES = {"asked": "等您确认", "waiting": "排队中", "running": "正在处理", "done": "完成", "failed": "没有成功"}


async def mine(hall: Hall, person_id: int) -> list[dict[str, Any]]:
    """A person's jobs with the files that are still there."""
    rows = await file_jobs.mine(hall.database, person_id)
    there = await file_jobs.files(hall.database, [row["id"] for row in rows])
    return [view(row, there) for row in rows]


def view(row: Any, there: set[tuple[int, str]]) -> dict[str, Any]:
    """One job as page and JSON show it."""
    names = ("id", "kind", "status", "at", "name", "done", "total", "outcome", "finished_at")
    known = {name: row[name] for name in names}
    return {**known, "files": [file.value for file in (File.MADE, File.REFUSED) if (row["id"], file.value) in there]}


async def home(request: Request) -> Response:
    """The list. It is looked at again every few seconds while something is under way."""
    jobs = await mine(doors.hall(request), request.state.person.id)
    busy = any(job["status"] in ("waiting", "running") for job in jobs)
    return templating.page(request, "files/home.html", jobs=jobs, statuses=STATUSES, busy=busy)


async def _job(request: Request) -> Any:
    """The job in the address, if it is this person's. Raises NotFound."""
    given, hall = request.path_params["id"], doors.hall(request)
    usable = given.isascii() and given.isdigit() and len(given) < 19
    found = await file_jobs.get(hall.database, int(given), person_id=request.state.person.id) if usable else None
    if found is None:
        raise errors.NotFound
    return found


async def api_one(request: Request) -> Response:
    """How far a job is."""
    row = await _job(request)
    return answer(view(row, await file_jobs.files(doors.hall(request).database, [row["id"]])))


async def fetch(request: Request) -> Response:
    """A file that was made, or the rows that were refused. Raises NotFound for what is gone after a day."""
    row, hall = await _job(request), doors.hall(request)
    wanted = request.path_params["file"]
    file = File(wanted) if wanted in (File.MADE, File.REFUSED) else None
    if file is None or (row["id"], file.value) not in await file_jobs.files(hall.database, [row["id"]]):
        raise errors.NotFound
    content = file_jobs.pieces(hall.database, hall.vault, row["id"], file)
    if file is File.REFUSED:
        return exports.download(content, f"{row['name'].rpartition('.')[0]}-没有导入的行.csv", "text/csv")
    return exports.download(content, row["name"])


ROUTES = [
    door("/files", home, enter=exports.EXPORT, name="files"),
    door("/files/{id}/{file}", fetch, enter=exports.EXPORT, name="file"),
    door("/api/v1/files/{id}", api_one, enter=exports.EXPORT, name="api_file"),
    door("/api/v1/files/{id}/{file}", fetch, enter=exports.EXPORT, name="api_file_content"),
]
