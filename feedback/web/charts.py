"""Vega-Lite specifications of the dashboard's charts; the same for the browser and for reports. Numbers come ready made."""

from typing import Any

ACCENT, QUIET, LATE, INK, LINE = "#0d5c68", "#5f8a91", "#b3261e", "#50626a", "#dde5e6"
MEDIAN, NINETY = "中位数", "九成"

Spec = dict[str, Any]


def durations(points: list[dict[str, Any]], *, dates: str) -> Spec:
    """Median and ninetieth percentile of the time to the answer. Points: at, name, share, days, words, bound (至少), n.

    A share that was not reached is drawn as a triangle at the time waited so far: it will be more."""
    series = {"field": "share", "title": None, "sort": [MEDIAN, NINETY], "legend": {"orient": "top"}}
    return _chart(
        points,
        height=220,
        encoding={
            "x": _in_time(dates),
            "y": {"field": "days", "type": "quantitative", "title": "天", "scale": {"zero": True}},
            "color": {**series, "scale": {"domain": [MEDIAN, NINETY], "range": [ACCENT, QUIET]}},
        },
        layer=[
            {
                "mark": {"type": "line", "strokeWidth": 2.5},
                "encoding": {
                    "strokeDash": {**series, "scale": {"domain": [MEDIAN, NINETY], "range": [[1, 0], [6, 4]]}}
                },
            },
            {
                "mark": {"type": "point", "filled": True, "size": 55, "opacity": 1},
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
            "y": {"field": "n", "type": "quantitative", "title": "件", "axis": {"tickMinStep": 1, "tickCount": 4}},
            "color": {
                "field": "part", "title": None, "legend": {"orient": "top"},
                "scale": {"domain": list(parts), "range": list(parts.values())},
            },
            "tooltip": [
                {"field": "name", "title": "收到时间"}, {"field": "part", "title": "现在"}, {"field": "n", "title": "件数"},
            ],
        },
    )  # fmt: skip


def _in_time(dates: str) -> Spec:
    axis = {"grid": False, "labelOverlap": True, "tickCount": 6, "format": dates}
    return {"field": "at", "type": "temporal", "scale": {"type": "utc"}, "title": None, "axis": axis}


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
