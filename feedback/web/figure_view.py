"""How figures are said on a page: durations with their unit, shares, comparisons, tables and cards. Counts nothing itself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from feedback.actions.hall import Hall
from feedback.rules import figure, metric
from feedback.rules.figure import Tally
from feedback.rules.record import Kind
from feedback.store.cohort import By
from feedback.store.statistics import Table
from feedback.web import case_view, charts, wording

Row = Mapping[str, Any]
NOTHING = "—"
LEVELS = 6
"""Shades of a heat map."""
SHOWN = 10
"""Categories of the heat map."""


@dataclass(frozen=True, slots=True)
class Said:
    """A value with its unit, e.g. 11.2 天."""

    value: str
    unit: str

    def __str__(self) -> str:
        return f"{self.value} {self.unit}".strip()


def name_of(hall: Hall, by: By, key: str | None) -> str:
    """What a row's key is called on screen."""
    if key is None:
        return {By.BUREAU: "没有承办单位", By.DISTRICT: "不知道城区"}.get(by, "不知道事项")
    if by is By.BUREAU:
        return hall.city.bureau_name(key)
    named = {By.DISTRICT: case_view.district, By.CATEGORY: case_view.category}
    if by in named:
        return (named[by](hall.city, key) or {"name": key})["name"]
    return wording.KINDS[Kind(key)] if by is By.KIND else key


def duration(row: Row, name: str) -> Said:
    """30 小时, 11.2 天, 超过 4 天 (the share was not reached), or — without cases."""
    hours, at_least = row[name], row.get(f"{name}_at_least")
    known = hours if hours is not None else at_least
    if known is None:
        return Said(NOTHING, "")
    more = "超过 " if hours is None else ""
    return Said(f"{more}{known}", "小时") if known < 48 else Said(f"{more}{figure.days(known):g}", "天")


def share(value: float | None) -> str:
    """74.6%, or — when there is nothing to divide by."""
    return NOTHING if value is None else f"{value * 100:.1f}%"


@dataclass(frozen=True, slots=True)
class Change:
    """Against another period: 比前 30 天 +2.1, and whether that is good (None: neither)."""

    than: str
    words: str
    good: bool | None


def _of_share(now: float | None, then: float | None) -> tuple[str, bool | None] | None:
    if now is None or then is None:
        return None
    points = round(now * 100, 1) - round(then * 100, 1)
    return (f"{points:+.1f}", points > 0) if round(points, 1) else ("持平", None)


def _of_hours(now: int | None, then: int | None) -> tuple[str, bool | None] | None:
    if now is None or then is None:
        return None
    if now == then:
        return "持平", None
    gap = abs(now - then)
    words = f"{gap} 小时" if gap < 48 else f"{figure.days(gap):g} 天"
    return ("快 " if now < then else "慢 ") + words, now < then


def _of_count(now: int, then: int) -> tuple[str, bool | None] | None:
    return (f"{now - then:+,}" if now != then else "持平", None) if then else None


Compare = Callable[[Any, Any], tuple[str, bool | None] | None]


def _changes(name: str, row: Row, others: Mapping[str, Row], compare: Compare) -> list[Change]:
    found = ((than, compare(row[name], other[name])) for than, other in others.items())
    return [Change(than, *change) for than, change in found if change]


def cards(row: Row, others: Mapping[str, Row]) -> list[dict[str, Any]]:
    """The headline figures; `others` are the same figures of other periods by what they are called (前 30 天)."""
    rated = f"{row['rated']:,} 人评价" if row["rated"] else "还没有人评价"
    part = metric.rate(min(row["rated"], row["answered"]), row["answered"])
    answer = duration(row, "resolution_p90_hours")
    return [
        _card("solved_on_time", "按时且市民确认解决", _percent(row["solved_on_time_rate"]), [rated],
              _changes("solved_on_time_rate", row, others, _of_share)),
        _card("received", "首次回应（中位数）", duration(row, "first_response_median_hours"),
              ["含还没回应的", f"按时签收 {share(row['accept_on_time_rate'])}", f"按时首次联系 {share(row['contact_on_time_rate'])}"],
              _changes("first_response_median_hours", row, others, _of_hours)),
        _card("received", "办理时间（中位数）", duration(row, "resolution_median_hours"),
              [f"九成在 {answer}内" if row["resolution_p90_hours"] is not None else f"九成要{answer}", "含还没答复的"],
              _changes("resolution_median_hours", row, others, _of_hours)),
        _card("on_time_n", "按时办结", _percent(row["on_time_rate"]), [f"{row['on_time_n']:,} 件已答复或已到期", f"不含延期 {share(row['on_time_rate_without_extension'])}"],
              _changes("on_time_rate", row, others, _of_share)),
        _card("received", "收到", Said(f"{row['received']:,}", "件"), [], _changes("received", row, others, _of_count)),
        _card("satisfied", "市民满意", _percent(row["satisfaction_rate"]), [rated, f"占答复的 {share(part)}"],
              _changes("satisfaction_rate", row, others, _of_share)),
        _card("dispatched", "首派准确", _percent(row["first_dispatch_accuracy"]),
              [f"{row['dispatched']:,} 件派过单", _returns(row)],
              _changes("first_dispatch_accuracy", row, others, _of_share)),
    ]  # fmt: skip


def _returns(row: Row) -> str:
    """退单 3.1%, and how much of it was wrong where there was any."""
    wrong = f"，其中不当 {share(row['wrongful_return_rate'])}" if row["returned"] else ""
    return f"退单 {share(row['return_rate'])}{wrong}"


def _percent(value: float | None) -> Said:
    return Said(NOTHING, "") if value is None else Said(f"{value * 100:.1f}", "%")


def _card(name: str, label: str, said: Said, notes: list[str], changes: list[Change]) -> dict[str, Any]:
    return {"figure": name, "label": label, "said": said, "notes": notes, "changes": changes}


def table(hall: Hall, by: By, counted: Table) -> list[dict[str, Any]]:
    """The rows of a table with names: the quickest first response first; small samples behind, unranked, then nobody's."""
    rows = [_line(hall, by, key, tally) for key, tally in counted.rows.items()]
    rows.sort(key=lambda line: (line["key"] is None, line["small"], _speed(line["row"]), line["key"] or ""))
    for place, line in enumerate((line for line in rows if line["ranked"]), 1):
        line["place"] = place
    return rows


def _line(hall: Hall, by: By, key: str | None, tally: Tally) -> dict[str, Any]:
    row = figure.row(tally)
    small = metric.is_small(row["n"])
    return {
        "key": key,
        "name": name_of(hall, by, key),
        "row": row,
        "small": small,
        "ranked": key is not None and not small,
        "place": None,
    }


def _speed(row: Row) -> tuple[bool, int]:
    """Shares that were not reached come after those that were."""
    name = "first_response_median_hours"
    hours = row[name]
    return hours is None, hours if hours is not None else row.get(f"{name}_at_least") or 0


def course(by: By, counted: Table) -> dict[str, Any]:
    """The figures over time: table lines, and the two charts made of them."""
    lines = [
        {"key": key, "name": _when(by, key or ""), "row": figure.row(tally)} for key, tally in counted.rows.items()
    ]
    dates = "%Y-%m" if by is By.MONTH else "%-m 月 %-d 日"
    points = [point for line in lines for point in _points(line)]
    parts = [part for line in lines for part in _parts(line)]
    return {
        "unit": {By.DAY: "每天", By.WEEK: "每周", By.MONTH: "每月"}[by],
        "lines": lines,
        "durations": charts.durations(points, dates=dates),
        "amounts": charts.amounts(parts),
    }


def _when(by: By, key: str) -> str:
    if by is By.MONTH:
        return key
    _, month, day = key.split("-")
    return f"{int(month)} 月 {int(day)} 日{'起一周' if by is By.WEEK else ''}"


def _points(line: Mapping[str, Any]) -> list[dict[str, Any]]:
    row, found = line["row"], []
    for name, which in (("resolution_median_hours", charts.MEDIAN), ("resolution_p90_hours", charts.NINETY)):
        hours = row[name] if row[name] is not None else row.get(f"{name}_at_least")
        if hours is not None:
            found.append({
                "at": line["key"] if len(line["key"]) > 7 else f"{line['key']}-01", "name": line["name"], "share": which,
                "days": figure.days(hours), "words": str(duration(row, name)), "bound": row[name] is None, "n": row["n"],
            })  # fmt: skip
    return found


def _parts(line: Mapping[str, Any]) -> list[dict[str, Any]]:
    row = line["row"]
    counts = {"办结": row["closed"], "在办": row["open"] - row["overdue"], "超期": row["overdue"]}
    return [{"name": line["name"], "part": part, "n": n} for part, n in counts.items() if n]


def heat(hall: Hall, cells: list[Any]) -> dict[str, Any]:
    """Category × district: the busiest categories in the districts that have any, each cell with a shade of 0 to 5."""
    counts = {(cell["category"], cell["district"]): cell["n"] for cell in cells}
    sums: dict[str, int] = {}
    for (category, _), n in counts.items():
        sums[category] = sums.get(category, 0) + n
    shown = sorted(sums, key=lambda code: (-sums[code], code))[:SHOWN]
    districts = [code for code in hall.city.districts if any((category, code) in counts for category in shown)]
    most = max((counts.get((c, d), 0) for c in shown for d in districts), default=0)
    return {
        "districts": [(code, hall.city.districts[code]) for code in districts],
        "rows": [
            {
                "key": category,
                "name": name_of(hall, By.CATEGORY, category),
                "cells": [_shade(code, counts.get((category, code), 0), most) for code in districts],
            }
            for category in shown
        ],
    }


def _shade(district: str, n: int, most: int) -> dict[str, Any]:
    return {"district": district, "n": n, "level": -(-n * (LEVELS - 1) // most) if most else 0}
