"""Which cases a figure is asked about: period and filters, read from the address, the same for pages and API."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Annotated
from urllib.parse import urlencode

from pydantic import Field
from starlette.requests import Request

from feedback import clock
from feedback.actions.hall import Hall
from feedback.rules import metric
from feedback.rules.figure import Period
from feedback.rules.record import Kind
from feedback.rules.succession import What
from feedback.store import drilldown, statistics
from feedback.store.cohort import By, Narrow
from feedback.web import doors, errors, forms, reading

PRESETS = {"30": "最近 30 天", "90": "最近 90 天", "year": "今年", "all": "全部"}
_YEARS = range(1980, 2101)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class Where(forms.Form):
    """Which cases: received from one day to another, both included, and only these. Empty means all."""

    first: Annotated[forms.Code, Field(alias="from", description="Shanghai date, default 30 days in all")] = ""
    last: Annotated[forms.Code, Field(alias="to", description="Shanghai date, default today")] = ""
    kind: forms.empty_is_none(Kind) = None  # type: ignore[valid-type]
    category: forms.Code = ""
    district: forms.Code = ""
    bureau: forms.Code = ""
    units: Annotated[str, Field(pattern="^(now|then|)$", description="now: merged ones in their successor, then: as they were")] = ""


class View(Where):
    """What a page of the dashboard shows. `period` is one of PRESETS; dates given win over it."""

    period: Annotated[str, Field(pattern="^(30|90|year|all|)$")] = ""
    figure: forms.Code = "received"
    due: forms.Code = ""
    by: By = By.BUREAU
    cursor: forms.words(200) = ""  # type: ignore[valid-type]


_KEPT = ("first", "last", "kind", "category", "district", "bureau", "units")


@dataclass(frozen=True, slots=True)
class Shown:
    """An address understood: the cases meant, as of when, and the way to say the same in another address."""

    hall: Hall
    view: View
    period: Period
    narrow: Narrow
    now: datetime
    faults: dict[str, str] = field(default_factory=dict)

    @property
    def preset(self) -> str:
        """Which of PRESETS is chosen; empty for days of one's own."""
        return "" if self.view.first or self.view.last else self.view.period or "30"

    def given(self, **changes: str) -> str:
        """The query of an address that shows the same cases, but for the changes; empty values are left out."""
        kept = self.view.model_dump(by_alias=True, include={*_KEPT})
        values = {"period": self.view.period, **kept, **changes}
        return urlencode({name: value for name, value in values.items() if value})

    async def tally(self, by: By, period: Period | None = None) -> statistics.Table:
        """The counts of these cases, or of those of another period."""
        counted = await statistics.tally(
            self.hall.database, period or self.period, by, narrow=self.narrow, now=self.now
        )
        return present(self.hall, self.view, by, counted)


_WHAT = {By.BUREAU: What.BUREAU, By.CATEGORY: What.CATEGORY}


def present(hall: Hall, where: Where, by: By, counted: statistics.Table) -> statistics.Table:
    """Bureaus and categories as they are now, those merged into them included; as they were if `where` says so."""
    if by not in _WHAT or where.units == "then" or not hall.city.succession.changes:
        return counted
    return statistics.folded(counted, lambda key: hall.city.succession.folded(_WHAT[by], key))


def _former(hall: Hall, where: Where, what: What, code: str) -> tuple[str, ...]:
    """What was merged into this code, when it is meant too."""
    if not code or where.units == "then":
        return ()
    return tuple(sorted(hall.city.succession.family(what, code) - {code}))


async def read(request: Request, **fixed: str) -> Shown:
    """What is asked for, with `fixed` values; what cannot be understood is told in `faults`, and the default shown."""
    try:
        return await demand(request, **fixed)
    except errors.BadFields as bad:
        shown = await _understood(request, View(**fixed))  # type: ignore[arg-type]
        return Shown(shown.hall, shown.view, shown.period, shown.narrow, shown.now, bad.fields)


async def demand(request: Request, **fixed: str) -> Shown:
    """What is asked for. Raises BadFields."""
    return await _understood(request, reading.checked(View, {**request.query_params, **fixed}))


async def _understood(request: Request, view: View) -> Shown:
    return await understood(doors.hall(request), view, clock.now())


async def understood(hall: Hall, view: View, now: datetime) -> Shown:
    """The cases a view means, for who has no request: a job. Raises BadFields."""
    today = clock.local(now).date()
    period, narrow = cases(hall, view, today=today)
    if not (view.first or view.last):
        period = await _preset(hall, view.period or "30", today)
    return Shown(hall, view, period, narrow, now)


async def _preset(hall: Hall, name: str, today: date) -> Period:
    if name == "all":
        first = await drilldown.first_day(hall.database)
        return Period(min(first or today, today), today)
    if name == "year":
        return Period(today.replace(month=1, day=1), today)
    return Period(today - timedelta(days=int(name) - 1), today)


def cases(hall: Hall, where: Where, *, today: date) -> tuple[Period, Narrow]:
    """Raises BadFields for dates that are none or the wrong way round, and for codes the city does not know."""
    faults: dict[str, str] = {}
    period = _period(where, today, faults)
    known = {
        "category": (hall.city.categories, "没有这个事项。"),
        "district": (hall.city.districts, "没有这个城区。"),
        "bureau": (hall.city.bureaus, "没有这个单位。"),
    }
    for name, (codes, sentence) in known.items():
        if getattr(where, name) and getattr(where, name) not in codes:
            faults[name] = sentence
    if faults or period is None:
        raise errors.BadFields(faults)
    return period, Narrow(
        where.kind, where.category or None, where.district or None, where.bureau or None,
        _former(hall, where, What.BUREAU, where.bureau), _former(hall, where, What.CATEGORY, where.category),
    )  # fmt: skip


def _period(where: Where, today: date, faults: dict[str, str]) -> Period | None:
    last = day("to", where.last, today, faults)
    first = day("from", where.first, metric.default_period(last or today)[0], faults)
    if first is None or last is None:
        return None
    if last < first:
        faults["from"] = "开始日期不能晚于结束日期。"
        return None
    return Period(first, last)


def day(name: str, text: str, default: date, faults: dict[str, str]) -> date | None:
    """The day written as 2026-11-23; None, with a sentence in `faults`, for anything else."""
    if not text:
        return default
    try:
        found = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        found = None
    if found is None or found.year not in _YEARS:
        faults[name] = "日期请写成 2026-11-23 这样。"
        return None
    return found
