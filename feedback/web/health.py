"""For machines that watch over the city: does the process answer, is everything ready, a few numbers for Prometheus."""

from datetime import timedelta

import asyncpg
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from feedback import clock
from feedback.actions.hall import Hall
from feedback.store import people, vitals
from feedback.web import doors

ALIVE = timedelta(seconds=10)
"""A worker that has been silent for longer counts as dead."""
_AWAY = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)


async def healthz(request: Request) -> Response:
    """The process answers; nothing else is asked."""
    return JSONResponse({"ok": True})


async def readyz(request: Request) -> Response:
    """200 when database, migrations, accounts, model and worker are ready, 503 otherwise; the body says which."""
    parts = await _parts(doors.hall(request))
    return JSONResponse({"ready": all(parts.values()), **parts}, 200 if all(parts.values()) else 503)


async def _parts(hall: Hall) -> dict[str, bool]:
    # Only a trained model has a version; what stands in for a missing one has none.
    model = bool(getattr(hall.understand, "version", ""))
    parts = {"database": False, "migrations": False, "accounts": False, "model": model, "worker": False}
    try:
        parts["migrations"] = await vitals.migrated(hall.database)
        parts["database"] = True
        if parts["migrations"]:
            parts["accounts"] = await people.count(hall.database) > 0
            beat = await vitals.last_beat(hall.database, "worker")
            parts["worker"] = beat is not None and clock.now() - beat < ALIVE
    except _AWAY:
        pass  # the answer says so: database, or what comes after it, is false
    return parts


async def metrics(request: Request) -> Response:
    """Numbers in Prometheus' text format; 503 when the database does not answer."""
    database, now = doors.hall(request).database, clock.now()
    try:
        statuses = await vitals.open_by_status(database)
        row = await vitals.gauges(database, now=now)
        beat = await vitals.last_beat(database, "worker")
    except _AWAY:
        return PlainTextResponse("# the database does not answer\n", 503)
    lines = [
        *_metric("minsheng_cases_open", "Open cases by status", {f'{{status="{key}"}}': n for key, n in statuses.items()}),
        *_metric("minsheng_cases_overdue", "Open cases past their due time", {"": row["overdue"]}),
        *_metric("minsheng_notices_waiting", "Notices due and not sent", {"": row["notices"]}),
        *_metric("minsheng_seals", "Number of the newest seal", {"": row["seals"]}),
    ]
    for name, what, at in (("seal", "newest seal", row["sealed_at"]), ("worker", "worker's last sign of life", beat)):
        if at:
            lines += _metric(f"minsheng_{name}_age_seconds", f"Age of the {what}", {"": round((now - at).total_seconds(), 3)})
    return PlainTextResponse("\n".join(lines) + "\n", media_type="text/plain; version=0.0.4")


def _metric(name: str, what: str, values: dict[str, float]) -> list[str]:
    return [f"# HELP {name} {what}", f"# TYPE {name} gauge", *(f"{name}{label} {n}" for label, n in values.items())]


ROUTES = [
    doors.door("/healthz", healthz, enter=doors.ANYBODY),
    doors.door("/readyz", readyz, enter=doors.ANYBODY),
    doors.door("/metrics", metrics, enter=doors.ANYBODY),
]
