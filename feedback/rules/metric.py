"""What every published figure means, and the arithmetic behind it. Counting cases is SQL in the store, not here."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

SMALL = 5
"""Fewer cases than this are suppressed in published figures and marked in the city's own (k ≥ 5)."""
PERIOD_DAYS = 30
_ROUNDING = 1e-9
"""Floating-point slack when F is compared with q; far below what one case in a million changes."""


class Unit(StrEnum):
    """What a figure is measured in."""

    CASES = "件"
    HOURS = "小时"
    SHARE = "比例"


@dataclass(frozen=True, slots=True)
class Definition:
    """One figure as the definitions page explains it."""

    name: str
    title: str
    formula: str
    unit: Unit


class Bar(NamedTuple):
    """One row of a histogram: in this hour so many cases were answered, so many left sight unanswered."""

    hour: int
    answered: int
    censored: int


class Quantile(NamedTuple):
    """The hour that the share has reached, or None with the last hour observed: it takes at least that long."""

    hours: int | None
    at_least: int | None


_OPEN_TOO = "未答复的诉求按已等待的时间计入（Kaplan–Meier 估计），撤回和并件视为中途退出"
_AT_LEAST = "达不到该比例时不给数字，只给“至少”多少小时"

_STAGE = (
    "在期限内{0}的派件数 ÷（已{0}的派件数 + 已过期限没有{0}的派件数）；一件诉求每派给一个主办单位算一次派件，"
    "期限从派单时起算，没到期就退单、撤回的不计；后来补上的仍算超期；导入的历史件不计"
)

DEFINITIONS: tuple[Definition, ...] = (
    Definition("received", "收到件数", "统计期内收到的诉求数（按收到日期，北京时间，首尾两天都计入）", Unit.CASES),
    Definition("open", "在办件数", "其中至今没有公开答复、也没有其他终结方式的诉求数，含挂账件", Unit.CASES),
    Definition(
        "overdue",
        "超期件数",
        "在办件中已到期限仍未答复的诉求数（在办件的一部分）；正在等市民补充的，按开始等待那一刻算",
        Unit.CASES,
    ),
    Definition(
        "suspended", "挂账件数", "在办件中暂时不能解决、已写明措施、责任人和时间的诉求数（在办件的一部分）", Unit.CASES
    ),
    Definition(
        "closed", "办结件数", "其中已公开答复或以其他方式终结的诉求数；并案的随主件计，不单独算在办或办结", Unit.CASES
    ),
    Definition(
        "first_response_median_hours",
        "首次回应时间（中位数）",
        f"半数诉求在多少小时内得到承办单位的第一次公开回应；{_OPEN_TOO}；{_AT_LEAST}",
        Unit.HOURS,
    ),
    Definition(
        "resolution_median_hours",
        "办理时间（中位数）",
        f"半数诉求从收到到最后一轮答复用了多少小时以内；{_OPEN_TOO}；{_AT_LEAST}",
        Unit.HOURS,
    ),
    Definition(
        "resolution_p90_hours",
        "办理时间（九成）",
        f"九成诉求从收到到最后一轮答复用了多少小时以内；{_OPEN_TOO}；{_AT_LEAST}",
        Unit.HOURS,
    ),
    Definition(
        "on_time_rate",
        "按时办结率",
        "每一轮都在期限内答复的诉求数 ÷（已答复的诉求数 + 已超期未答复的诉求数），按收到日期归期；期限含批准的延期和补充材料的暂停；"
        "还没到期的在办件、未超期就撤回或并案的不计；导入的历史件没有期限，不计",
        Unit.SHARE,
    ),
    Definition(
        "on_time_rate_without_extension",
        "按时办结率（不含延期）",
        "同“按时办结率”，但期限按没有批准延期时算：靠延期才赶上的不算按时",
        Unit.SHARE,
    ),
    Definition(
        "confirmed_solved_rate",
        "市民确认解决率",
        "市民评价“已解决”的诉求数 ÷ 已评价的诉求数；没有评价的不算作解决",
        Unit.SHARE,
    ),
    Definition(
        "solved_on_time_rate",
        "按时且确认解决率",
        "每一轮都在期限内答复、并且市民评价“已解决”的诉求数 ÷ 已评价的诉求数；没有评价的不算作解决；导入的历史件不计",
        Unit.SHARE,
    ),
    Definition(
        "satisfaction_rate",
        "满意率",
        "满意度 3 至 5 分（基本满意及以上）的评价数 ÷ 已评价的诉求数；没有评价的不算作满意",
        Unit.SHARE,
    ),
    Definition("rated", "评价件数", "其中市民作出评价的诉求数", Unit.CASES),
    Definition(
        "first_dispatch_accuracy",
        "首派准确率",
        "1 − 首次派单后又改派其他单位的诉求数 ÷ 已派单的诉求数；按单位看时，算在首次派到的单位；导入的历史件不计",
        Unit.SHARE,
    ),
    Definition(
        "return_rate",
        "退单率",
        "被承办单位申请过退单的诉求数 ÷ 已派单的诉求数；按单位看时，算在退单的单位；导入的历史件不计",
        Unit.SHARE,
    ),
    Definition(
        "wrongful_return_rate",
        "不当退单率",
        "退单没有得到派单员同意的诉求数 ÷ 被申请过退单的诉求数；按单位看时，算在退单的单位；导入的历史件不计",
        Unit.SHARE,
    ),
    Definition(
        "accept_on_time_rate",
        "签收及时率",
        f"{_STAGE.format('签收')}；按单位看时，算在当时主办的单位",
        Unit.SHARE,
    ),
    Definition(
        "contact_on_time_rate",
        "首次联系及时率",
        f"{_STAGE.format('首次公开回应市民')}；以前的单位已经回应过的不再计；按单位看时，算在当时主办的单位",
        Unit.SHARE,
    ),
    Definition("rework_rate", "重办率", "答复后又重办的诉求数 ÷ 已答复的诉求数；导入的历史件不计", Unit.SHARE),
    Definition(
        "n",
        "样本数",
        f"计算这一行所用的诉求数；少于 {SMALL} 件时对外不公布。检举控告件计入全市合计和按类型、时间的统计，不计入按单位、城区、事项的统计",
        Unit.CASES,
    ),
)
BY_NAME = {each.name: each for each in DEFINITIONS}

_ANSWERED = frozenset({"replied", "closed", "declined", "diverted", "terminated"})


def counts_as_answered(status: str) -> bool:
    """True when this status ends the wait with an answer; otherwise the case is censored (open, withdrawn, joined).

    Declined, diverted and terminated cases were told why and where to go: that is an answer.
    """
    return status in _ANSWERED


def hour_of(elapsed: timedelta) -> int:
    """The histogram hour of an answer or of the last moment seen: the next whole hour, 0 only for no time at all.

    Answers come first within an hour, so a case still open there counts as having waited: never too fast a figure.
    Raises ValueError for a negative time.
    """
    if elapsed < timedelta(0):
        raise ValueError("时长不能是负数")
    return -(-elapsed // timedelta(hours=1))


def quantile(histogram: Iterable[Bar | tuple[int, int, int]], q: float) -> Quantile:
    """The smallest whole hour with F ≥ q by Kaplan–Meier, or None and the last observed hour.

    Rows of the same hour may come apart and in any order; corrections of −1 must cancel out within their hour.
    Raises ValueError when q is not between 0 and 1 or an hour's sum is negative.
    """
    if not 0 < q <= 1:
        raise ValueError(f"分位数必须在 0 和 1 之间：{q}")
    bars = _gather(histogram)
    waiting = sum(bar.answered + bar.censored for bar in bars)
    surviving = 1.0
    for hour, answered, censored in bars:
        surviving *= 1 - answered / waiting
        if 1 - surviving >= q - _ROUNDING:
            return Quantile(hour, None)
        waiting -= answered + censored
    return Quantile(None, bars[-1].hour if bars else None)


def _gather(histogram: Iterable[Bar | tuple[int, int, int]]) -> list[Bar]:
    sums: dict[int, tuple[int, int]] = {}
    for hour, answered, censored in histogram:
        before = sums.get(hour, (0, 0))
        sums[hour] = (before[0] + answered, before[1] + censored)
    if any(min(pair) < 0 for pair in sums.values()):
        raise ValueError("直方图中有一小时的件数是负数")
    return [Bar(hour, *pair) for hour, pair in sorted(sums.items()) if any(pair)]


def rate(part: int, whole: int) -> float | None:
    """part ÷ whole from 0 to 1, None when there is nothing to divide by. Raises ValueError unless 0 ≤ part ≤ whole."""
    if not 0 <= part <= whole:
        raise ValueError(f"比例的分子必须在 0 和分母之间：{part}/{whole}")
    return part / whole if whole else None


def is_small(n: int) -> bool:
    """True when n cases are too few to publish a figure about."""
    return n < SMALL


def default_period(today: date) -> tuple[date, date]:
    """The last 30 days up to the city's `today`, both ends included."""
    return today - timedelta(days=PERIOD_DAYS - 1), today
