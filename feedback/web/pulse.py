"""The last 30 days in three figures for the front page. Counted again every ten minutes at most: they are the same for everybody."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from starlette.requests import Request

from feedback import clock
from feedback.rules import figure, metric
from feedback.rules.figure import Period
from feedback.store import statistics
from feedback.store.cohort import By
from feedback.web import doors

FRESH = timedelta(minutes=10)


@dataclass(slots=True)
class Pulse:
    """What was counted last, and when."""

    at: datetime
    figures: dict[str, Any] | None = None


async def figures(request: Request) -> dict[str, Any] | None:
    """The figures of all cases received in the last 30 days (names as in API.md `statistics`); None before the first count.

    Whoever finds them old counts them; everybody else meanwhile reads the old ones."""
    now, state = clock.now(), request.app.state
    kept: Pulse | None = getattr(state, "pulse", None)
    if kept and now - kept.at < FRESH:
        return kept.figures
    state.pulse = Pulse(now, kept.figures if kept else None)
    period = Period(*metric.default_period(clock.local(now).date()))
    table = await statistics.tally(doors.hall(request).database, period, By.KIND, now=now)
    state.pulse.figures = figure.row(table.total)
    return state.pulse.figures


def days(row: dict[str, Any], name: str) -> str:
    """A number of hours of the row as days in words: 1.8 天, 超过 3.0 天, or empty when nothing is known."""
    if row[name] is not None:
        return f"{figure.days(row[name])} 天"
    least = row.get(f"{name}_at_least")
    return f"超过 {figure.days(least)} 天" if least else ""
