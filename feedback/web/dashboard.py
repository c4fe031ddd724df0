"""办理数据: how the city answers, for leaders, supervisors and dispatchers; what each figure means, for everybody."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from feedback.actions import tables
from feedback.rules import figure, metric
from feedback.rules.figure import Period
from feedback.store import drilldown
from feedback.store.cohort import By
from feedback.web import (
    bundle,
    doors,
    errors,
    figure_cases,
    figure_view,
    pressing,
    scope,
    statistics,
    templating,
)
from feedback.web.doors import door
from feedback.web.scope import Shown


async def city(request: Request) -> Response:
    """The whole city at one glance."""
    shown = await scope.read(request)
    cells = await drilldown.places(shown.hall.database, shown.period, narrow=shown.narrow, now=shown.now)
    context = await _figures(shown, By.BUREAU)
    return templating.page(
        request,
        "dashboard/city.html",
        status_code=422 if shown.faults else 200,
        **context,
        heat=figure_view.heat(shown.hall, cells),
        pressing=await pressing.items(shown.hall, shown.period, person=doors.actor(request).person_id, now=shown.now),
    )


async def bureau(request: Request) -> Response:
    """One bureau, by category. Raises NotFound."""
    code = request.path_params["code"]
    found = doors.hall(request).city.bureaus.get(code)
    if found is None:
        raise errors.NotFound
    shown = await scope.read(request, bureau=code)
    context = await _figures(shown, By.CATEGORY)
    status_code = 422 if shown.faults else 200
    return templating.page(request, "dashboard/bureau.html", status_code=status_code, bureau=found, **context)


async def _figures(shown: Shown, by: By) -> dict[str, Any]:
    """What the pages of the city and of one bureau have in common."""
    counted, grain = await shown.tally(by), _grain(shown.period)
    total = figure.row(counted.total)
    return {
        "shown": shown,
        "presets": scope.PRESETS,
        "districts": shown.hall.city.districts,
        "total": total,
        "cards": figure_view.cards(total, await _others(shown)),
        "standing": await drilldown.standing(shown.hall.database, narrow=shown.narrow, now=shown.now),
        "rows": figure_view.table(shown.hall, by, counted),
        "course": figure_view.course(grain, await shown.tally(grain)),
        "say": figure_view,
        "vega": bundle.address(),
    }


def _grain(period: Period) -> By:
    return By.DAY if period.days <= 14 else By.WEEK if period.days <= 200 else By.MONTH


async def _others(shown: Shown) -> dict[str, dict[str, Any]]:
    """The figures of the periods to compare with, by what they are called; those without cases are left out."""
    periods: dict[str, Period] = {}
    if shown.preset not in ("all", "year"):
        periods[f"前 {shown.period.days} 天"] = shown.period.before()
    if shown.preset != "all":
        periods["去年同期"] = shown.period.year_before()
    found = {name: figure.row((await shown.tally(By.KIND, period)).total) for name, period in periods.items()}
    return {name: row for name, row in found.items() if row["received"]}


async def table(request: Request) -> Response:
    """The figures as a CSV file: a line for each bureau (or what `by` says), then the total. Raises BadFields."""
    shown = await scope.demand(request)
    by = shown.view.by
    counted = await shown.tally(by)
    rows = [(figure_view.name_of(shown.hall, by, key), figure.row(each)) for key, each in counted.rows.items()]
    rows.append(("合计", figure.row(counted.total)))
    header = ["", *(f"{one.title}（{one.unit}）" for one in metric.DEFINITIONS)]
    lines = [[name, *(_cell(row, one.name) for one in metric.DEFINITIONS)] for name, row in rows]
    file = f"figures-{by}-{shown.period.first}-{shown.period.last}.csv"
    headers = {"content-disposition": f'attachment; filename="{file}"'}
    return Response(tables.as_csv(header, lines), headers=headers, media_type="text/csv; charset=utf-8")


def _cell(row: dict[str, Any], name: str) -> Any:
    """The figure; of a share that was not reached how long it takes at least."""
    if f"{name}_at_least" in row:
        return f"超过 {row[f'{name}_at_least']}"
    return round(row[name], 4) if isinstance(row[name], float) else row[name]


async def definitions(request: Request) -> Response:
    """What every published figure means."""
    return templating.page(
        request, "dashboard/definitions.html", definitions=metric.DEFINITIONS, days=metric.PERIOD_DAYS
    )


ROUTES = [
    door("/dashboard", city, enter=doors.FIGURES, name="dashboard"),
    door("/dashboard/bureaus/{code}", bureau, enter=doors.FIGURES, name="dashboard_bureau"),
    door("/dashboard/figures.csv", table, enter=doors.FIGURES, name="dashboard_table"),
    door("/definitions", definitions, enter=doors.ANYBODY, name="definitions"),
    *figure_cases.ROUTES,
    *bundle.ROUTES,
    *statistics.ROUTES,
]
