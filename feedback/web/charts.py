"""Vega-Lite specifications of the dashboard's charts; the same for the browser and for reports. Numbers come ready made."""

from typing import Any

ACCENT, QUIET, LATE, INK, LINE = "#0d5c68", "#5f8a91", "#b3261e", "#50626a", "#dde5e6"
TICKS = 6
MEDIAN, NINETY = "中位数", "九成"

Spec = dict[str, Any]


def durations(points: list[dict[str, Any]], *, dates: str) -> Spec:
    """Median and ninetieth percentile of the time to the answer. Points: at, name, share, days, words, bound (至少), n.

    A share that was not reached is a triangle at the time waited so far, beside the line: it will be more, and must not
    look like an improvement."""
    series = {
        "field": "share",
        "title": None,
        "sort": [MEDIAN, NINETY],
        "legend": {"orient": "top", "symbolType": "circle"},
    }
    return _chart(
        points,
        height=220,
        encoding={
            "x": _in_time(points, dates),
            "y": {"field": "days", "type": "quantitative", "title": None, "axis": {"tickCount": 5}},
            "color": {**series, "scale": {"domain": [MEDIAN, NINETY], "range": [ACCENT, QUIET]}},
        },
        layer=[
            {
                "transform": [{"filter": "!datum.bound"}],
                "mark": {"type": "line", "strokeWidth": 2.5},
                "encoding": {
                    "strokeDash": {**series, "scale": {"domain": [MEDIAN, NINETY], "range": [[1, 0], [6, 4]]}}
                },
            },
            {
                "mark": {"type": "point", "filled": True, "size": 70, "opacity": 1},
                "encoding": {
                    "shape": {"condition": {"test": "datum.bound", "value": "triangle-up"}, "value": "circle"},
                    "tooltip": [
                        {"field": "name", "title": "收到时间"},
                        {"field": "share", "title": "多少诉求"},
                        {"field": "words", "title": "用时"},
                        {"field": "n", "title": "件数"},
                    ],
                },
            },
        ],
    )


def amounts(points: list[dict[str, Any]]) -> Spec:
    """How many were received, by what became of them. Points: name, part, n."""
    parts = {"办结": QUIET, "在办": "#a9c6ca", "超期": LATE}
    return _chart(
        points,
        height=130,
        mark={"type": "bar", "width": {"band": 0.8}},
        encoding={
            "x": _in_turn(),
            "y": {"field": "n", "type": "quantitative", "title": None, "axis": {"tickMinStep": 1, "tickCount": 4}},
            "color": {
                "field": "part", "title": None, "legend": {"orient": "top"},
                "scale": {"domain": list(parts), "range": list(parts.values())},
            },
            "tooltip": [
                {"field": "name", "title": "收到时间"}, {"field": "part", "title": "现在"}, {"field": "n", "title": "件数"},
            ],
        },
    )  # fmt: skip


def _in_time(points: list[dict[str, Any]], dates: str) -> Spec:
    """Ticks where there are points, at most TICKS of them: the library's own would name days nobody counted."""
    days = sorted({point["at"] for point in points})
    ticks = [_moment(day) for day in days[:: -(-len(days) // TICKS) or 1]]
    axis = {"grid": False, "labelOverlap": True, "format": dates, "values": ticks}
    return {"field": "at", "type": "temporal", "scale": {"type": "utc"}, "title": None, "axis": axis}


def _moment(day: str) -> Spec:
    year, month, date = (int(part) for part in day.split("-"))
    return {"year": year, "month": month, "date": date, "utc": True}


def _in_turn() -> Spec:
    axis = {"grid": False, "labelOverlap": True, "labelAngle": 0}
    return {"field": "name", "type": "ordinal", "sort": None, "title": None, "axis": axis}


def _chart(points: list[dict[str, Any]], *, height: int, encoding: Spec, **more: Any) -> Spec:
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "width": "container",
        "height": height,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "background": None,
        "data": {"values": points},
        "encoding": encoding,
        **more,
        "config": {
            "font": "system-ui, sans-serif",
            "view": {"stroke": None},
            "axis": {
                "labelColor": INK, "titleColor": INK, "gridColor": LINE, "domainColor": LINE, "tickColor": LINE,
                "labelFontSize": 13, "titleFontSize": 13, "titleAngle": 0, "titleFontWeight": "normal",
            },
            "legend": {"labelFontSize": 13, "labelColor": INK},
        },
    }  # fmt: skip
