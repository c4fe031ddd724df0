"""The figures as JSON. Which cases they are about is read by `scope`."""

from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from feedback import clock
from feedback.rules import figure
from feedback.store import statistics
from feedback.store.cohort import By
from feedback.web import doors, figure_view, reading, scope
from feedback.web.doors import door


class Query(scope.Where):
    """What the API is asked for: one row for each of `by`."""

    by: By = By.BUREAU


async def api(request: Request) -> Response:
    """The figures of a period, a row for each bureau, district, category, kind, day, week or month, and the total."""
    hall, now = doors.hall(request), clock.now()
    query = reading.checked(Query, dict(request.query_params))
    period, narrow = scope.cases(hall, query, today=clock.local(now).date())
    counted = await statistics.tally(hall.database, period, query.by, narrow=narrow, now=now)
    counted = scope.present(hall, query, query.by, counted)
    content: dict[str, Any] = {
        "rows": [
            {"key": key, "name": figure_view.name_of(hall, query.by, key), **figure.row(tally)}
            for key, tally in counted.rows.items()
        ],
        "total": figure.row(counted.total),
        "from": period.first,
        "to": period.last,
        "by": query.by,
        "at": now,
        "definitions": "/definitions",
    }
    return Response(orjson.dumps(content, option=orjson.OPT_UTC_Z), media_type="application/json")


ROUTES = [door("/api/v1/statistics", api, enter=doors.CASEWORK, name="api_statistics", asks=Query)]
