"""How well the machine routes: the audit sample's accuracy, what people chose otherwise week by week and category by category."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from feedback import clock
from feedback.actions.hall import Hall
from feedback.rules import learning
from feedback.rules.learning import Alarm, Span
from feedback.rules.permission import Role
from feedback.store import audits, drift
from feedback.web import case_view, doors, templating
from feedback.web.doors import door

WATCHERS = doors.Enter(frozenset({Role.DISPATCHER, Role.SUPERVISOR, Role.LEADER, Role.SYSTEM_ADMIN}))
LATELY = timedelta(weeks=4)
SPAN = timedelta(weeks=12)
AUDITED = timedelta(days=180)


@dataclass(frozen=True, slots=True)
class Accuracy:
    """A share with its 95 % interval, in whole percents, and of how many."""

    right: int
    of: int

    @property
    def percent(self) -> float:
        """The share."""
        return round(100 * self.right / self.of, 1) if self.of else 0.0

    @property
    def interval(self) -> tuple[int, int]:
        """Where the true share lies, with 95 % confidence."""
        low, high = learning.wilson(self.right, self.of)
        return int(100 * low), -int(-100 * high // 1)


async def show(request: Request) -> Response:
    """Figures, alarms in words, twelve weeks, and every category that has something to tell."""
    hall, now = doors.hall(request), clock.now()
    found = await drift.spans(hall.database, since=now - SPAN, cut=now - LATELY)
    spans = {(row["category"], row["late"]): _span(row) for row in found}
    checked = await audits.accuracy(hall.database, since=now - AUDITED)
    bureau, category = (Accuracy(checked[name], checked["n"]) for name in ("bureau", "category"))
    return templating.page(
        request,
        "learning/quality.html",
        bureau=bureau,
        category=category,
        waiting=await audits.count_waiting(hall.database, person=doors.actor(request).person_id),
        lately=spans.get((None, True), Span()),
        before=spans.get((None, False), Span()),
        alarms=[*_broken(hall, bureau), *_alarms(hall, spans)],
        weeks=await drift.weeks(hall.database, since=now - SPAN),
        rows=await _categories(hall, spans, now),
    )


def _span(row: Any) -> Span:
    names = ("received", "auto", "decided", "overridden", "certainty", "unknown", "measured")
    return Span(**{name: row[name] for name in names})


def _broken(hall: Hall, bureau: Accuracy) -> Iterable[str]:
    promised = getattr(hall.understand, "promised", 0.0)
    if learning.breaks_promise(bureau.right, bureau.of, promised=promised):
        low, high = bureau.interval
        yield (
            f"抽查的 {bureau.of} 件自动派单里只有 {bureau.percent}% 派对了单位（可信范围 {low}%–{high}%），"
            f"低于模型承诺的 {promised:.0%}。建议重新训练，或先换回上一个模型。"
        )


def _alarms(hall: Hall, spans: dict[tuple[str | None, bool], Span]) -> Iterable[str]:
    """One sentence for each thing that has become worse, the whole city first."""
    codes = sorted({code for code, _ in spans if code}, key=lambda code: -spans.get((code, True), Span()).received)
    for code in (None, *codes):
        before, lately = spans.get((code, False), Span()), spans.get((code, True), Span())
        for alarm in learning.alarms(before, lately):
            named = case_view.category(hall.city, code)
            yield (f"“{named['name']}”" if named else "全市") + in_words(alarm, before, lately)


def in_words(alarm: Alarm, before: Span, lately: Span) -> str:
    """What has become worse, by how much."""
    match alarm:
        case Alarm.OVERRIDDEN_MORE:
            return f"近四周有 {lately.override_rate:.0%} 被人改了（{lately.decided} 件里 {lately.overridden} 件），之前是 {before.override_rate:.0%}。"
        case Alarm.ROUTES_LESS:
            return f"近四周只有 {lately.auto_share:.0%} 能自动派单，之前是 {before.auto_share:.0%}。"
        case Alarm.LESS_CERTAIN:
            return f"近四周的平均把握降到 {lately.certainty:.0%}，之前是 {before.certainty:.0%}。"
        case Alarm.STRANGE_WORDS:
            return f"近四周来信里没见过的字词多了：{lately.unknown:.0%}，之前是 {before.unknown:.0%}。可能出现了新的事情。"
    raise ValueError(alarm)


async def _categories(hall: Hall, spans: dict[tuple[str | None, bool], Span], now: datetime) -> list[dict[str, Any]]:
    """Every category of the last weeks: the most overridden first."""
    codes = {code for code, _ in spans if code}
    became = await drift.mistaken_for(hall.database, sorted(codes), since=now - SPAN)
    checked = {row["category"]: row for row in await audits.by_category(hall.database, since=now - AUDITED)}
    rows = []
    for code in codes:
        lately, before = spans.get((code, True), Span()), spans.get((code, False), Span())
        other = became.get(code)
        rows.append({
            "category": case_view.category(hall.city, code) or {"code": code, "name": code},
            "lately": lately,
            "before": before,
            "became": (case_view.category(hall.city, other[0]), other[1]) if other else None,
            "checked": Accuracy(checked[code]["bureau"], checked[code]["n"]) if code in checked else None,
        })  # fmt: skip
    return sorted(rows, key=lambda row: (-row["lately"].overridden, -row["lately"].received, row["category"]["code"]))


ROUTES = [door("/learning", show, enter=WATCHERS, name="learning")]
