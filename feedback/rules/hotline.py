"""The spreadsheet of another hotline: which column is which field, and one row of it as a case that is still to be answered.

Rows that were answered there are `history`."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from feedback.rules import history
from feedback.rules.history import Refused
from feedback.rules.record import Kind

FIELDS = (*history.FIELDS, "name", "phone")
REQUIRED = ("id", "date", "body")
"""Without these no row becomes anything; with an answer and its date a row is history."""
OLDEST = timedelta(days=90)
"""An unanswered row that is older is a slip of the list: its limit ended long ago."""

_CALLED = {
    "id": "工单编号 工单号 受理编号 诉求编号 事项编号 来电编号 流水号 编号 序列号",
    "date": "来电时间 受理时间 登记时间 创建时间 来信时间 诉求时间 提交时间 时间 日期",
    "reply_date": "办结时间 答复时间 回复时间 办理时间 反馈时间 完成时间",
    "reply": "办理结果 答复内容 回复内容 办理情况 处理结果 答复意见 答复 回复 反馈内容",
    "body": "诉求内容 来电内容 反映内容 问题描述 诉求描述 事项内容 工单内容 主要内容 内容 正文",
    "title": "诉求标题 工单标题 标题 主题 诉求主题",
    "address": "事发地址 诉求地址 地址 地点 事发地点 详细地址",
    "district": "所属区域 所属城区 行政区划 行政区 区县 城区 属地",
    "kind": "诉求类型 工单类型 诉求性质 事项类型 类型 性质",
    "category": "诉求分类 事项分类 问题分类 事项 分类 类别",
    "bureau": "承办单位 主办单位 办理单位 承办部门 责任单位 答复单位",
    "name": "来电人 诉求人 联系人 反映人 市民姓名 姓名",
    "phone": "来电号码 联系电话 来电电话 联系方式 手机号码 手机号 电话",
}
_MOBILE = re.compile(r"(?<!\d)(?:(?:\+|00)?86-?|0)?(1[3-9]\d-?\d{4}-?\d{4})(?!\d)")
_LANDLINE = re.compile(r"(?<!\d)(?:(?:\+|00)?86-?)?\(?(?:(0\d{2,3})\)?-?(\d{3,4}-?\d{4})|(\d{7,8}))(?!\d)")
_NAMES = {field: names.split() for field, names in _CALLED.items()}


@dataclass(frozen=True, slots=True)
class Incoming:
    """What a citizen told another hotline and nobody has answered yet. Codes are not yet checked."""

    id: str
    received_at: datetime
    title: str
    body: str
    address: str
    district: str
    kind: Kind | None
    name: str
    phone: str
    bureau: str = ""
    category: str = ""


def guess(header: Sequence[str]) -> dict[str, str]:
    """column → field, from what such columns are usually called: first by the whole name, then by a part of it. Each field once."""
    found: dict[str, str] = {}
    plain = {column: re.sub(r"[\s（(].*|[*：:]", "", column.strip()) for column in header}
    for same in (True, False):
        for field, names in _NAMES.items():
            if field not in found.values():
                fit = (column for name in names for column in header if column not in found and _fits(plain[column], name, same))
                found |= dict.fromkeys(list(fit)[:1], field)
    return found | {column: column for column in header if column in FIELDS and column not in found.values()}


def _fits(column: str, name: str, same: bool) -> bool:
    return column == name if same else len(name) > 1 and name in column


def answered(row: Mapping[str, str]) -> bool:
    """Whether the row holds an answer: then it is history."""
    return bool((row.get("reply") or "").strip() and (row.get("reply_date") or "").strip())


def incoming(row: Mapping[str, str], *, now: datetime) -> Incoming:
    """The row (field → text) as an unanswered case. Raises Refused for what is missing, unreadable, impossible or too long."""
    told = {field: history.text(field, row.get(field) or "", required=field in REQUIRED) for field in FIELDS if field != "reply"}
    received = history.time("date", told)
    if received > now:
        raise Refused("来电时间在将来")
    if now - received > OLDEST:
        raise Refused(f"没有答复，来电又在 {OLDEST.days} 天以前")
    return Incoming(
        told["id"], received, told["title"], told["body"], told["address"], told["district"], history.kind(told["kind"]),
        told["name"][:40], phone(told["phone"]), told["bureau"],
        told["category"],
    )  # fmt: skip


def phone(told: str) -> str:
    """The digits of the first phone of a cell, preferably a mobile one: cells hold +86, two numbers, extensions, remarks.

    Empty when there is none: with digits that are no phone nobody is reached, and the caller is not found again."""
    # Spaces and dashes are within a number as well as between two; what belongs together is told by its shape.
    text = re.sub(r"(?<=\d)[ \t\-－—‐–]+(?=\d)", "-", unicodedata.normalize("NFKC", told))
    for shape in (_MOBILE, _LANDLINE):
        if found := shape.search(text):
            return "".join(part or "" for part in found.groups()).replace("-", "")
    return ""
