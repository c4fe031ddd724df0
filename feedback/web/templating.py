"""Jinja2 with StrictUndefined: the one place where filters, globals and the page function live."""

from datetime import datetime, time
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.requests import Request
from starlette.responses import HTMLResponse

from feedback import clock
from feedback.rules import attachment
from feedback.rules.record import Kind
from feedback.rules.status import Status
from feedback.web import assets, wording

FOLDER = Path(__file__).resolve().parents[2] / "templates"

environment = Environment(
    loader=FileSystemLoader(FOLDER),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)


def page(request: Request, template: str, *, status_code: int = 200, **context: Any) -> HTMLResponse:
    """The rendered template; `request`, `person`, `now` and `unread` are always there."""
    values = {
        "request": request,
        "person": getattr(request.state, "person", None),
        "request_id": getattr(request.state, "request_id", ""),
        "now": clock.now(),
        "unread": getattr(request.state, "unread", None),
        **context,
    }
    return HTMLResponse(environment.get_template(template).render(values), status_code)


def prepare(city_name: str) -> None:
    """Tells the templates whose city this is, and compiles each once: no citizen waits, a broken one is found at the start."""
    environment.globals["city_name"] = city_name
    for name in environment.list_templates():
        environment.get_template(name)


def minute(moment: datetime) -> str:
    """11 月 22 日 23:05, with the year when it is another one."""
    local, this_year = clock.local(moment), clock.local(clock.now()).year
    year = f"{local.year} 年 " if local.year != this_year else ""
    return f"{year}{local.month} 月 {local.day} 日 {local:%H:%M}"


def day(moment: datetime) -> str:
    """11 月 22 日（周日）."""
    local, this_year = clock.local(moment), clock.local(clock.now()).year
    year = f"{local.year} 年 " if local.year != this_year else ""
    return f"{year}{local.month} 月 {local.day} 日（周{'一二三四五六日'[local.weekday()]}）"


def last_day(due_at: datetime) -> str:
    """The last day that is in time, for a due time that is the first moment too late."""
    return day(wording.just_before(due_at))


def by(due_at: datetime) -> str:
    """The last day that is in time, or the minute of an hour limit."""
    return last_day(due_at) if _whole_days(due_at) else minute(due_at)


def until(due_at: datetime | None) -> str:
    """The due time as people say it: the end of its last day, or the minute of an hour limit; empty when nothing is due."""
    if due_at is None:
        return ""
    return f"{by(due_at)}24:00" if _whole_days(due_at) else by(due_at)


def _whole_days(due_at: datetime) -> bool:
    return clock.local(due_at).time() == time()


environment.filters.update(minute=minute, day=day, last_day=last_day, until=until, weight=attachment.weight)
environment.globals.update(asset=assets.address, wording=wording, Status=Status, Kind=Kind)
