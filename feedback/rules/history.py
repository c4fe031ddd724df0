"""One row of another system's table as a historical message: which columns it needs, how its dates are read, what is refused.

Reading files and keeping cases happen in `actions/importing`."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo

from feedback.rules.deadline import CITY_TIME
from feedback.rules.record import Kind

REQUIRED = ("id", "date", "body", "reply", "reply_date")
OPTIONAL = ("title", "address", "district", "kind", "category", "bureau")
FIELDS = REQUIRED + OPTIONAL
MOST = {"id": 100, "title": 100, "body": 5000, "reply": 10_000, "address": 200}
"""Characters a field may have; those of a new case, and of an answer."""
NAMES = {
    "id": "编号", "date": "来信时间", "title": "标题", "body": "正文", "reply": "答复", "reply_date": "答复时间",
    "address": "地址", "district": "城区", "kind": "类型", "category": "事项", "bureau": "承办单位", "name": "联系人",
    "phone": "电话",
}  # fmt: skip

_KINDS = {
    "咨询": Kind.ENQUIRY, "求助": Kind.HELP, "投诉": Kind.COMPLAINT, "举报": Kind.REPORT, "建议": Kind.SUGGESTION,
    "感谢": Kind.PRAISE, "表扬": Kind.PRAISE, **{each.value: each for each in Kind},
}  # fmt: skip
_FIRST_YEAR = 1980
"""No city answered messages by computer before: an earlier year is a slip."""
_MOMENT = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
    r"(?:[T\s]*(\d{1,2})[:：时](\d{1,2})(?:[:：分](\d{1,2})(?:\.\d+)?秒?|分)?)?"
    r"\s*(Z|[+-]\d{2}:?\d{2})?"
)


class WrongColumns(Exception):
    """The table lacks a column, or --map names one that is not there. The message says which, in Chinese."""


class Refused(Exception):
    """This row cannot be a historical case. The message says why, in Chinese."""


@dataclass(frozen=True, slots=True)
class Message:
    """What a citizen once wrote elsewhere, and the answer. Codes of district, category and bureau are not yet checked."""

    id: str
    received_at: datetime
    answered_at: datetime
    title: str
    body: str
    reply: str
    address: str = ""
    district: str = ""
    kind: Kind | None = None
    category: str = ""
    bureau: str = ""


def columns(header: Sequence[str], mapping: Mapping[str, str]) -> dict[str, str]:
    """field → column, from `--map COLUMN=FIELD`; a column that is called like a field needs no mapping. Raises WrongColumns."""
    for column, field in mapping.items():
        if field not in FIELDS:
            raise WrongColumns(f"--map 里的“{field}”不是可用的字段。可用：{'、'.join(FIELDS)}")
        if column not in header:
            raise WrongColumns(f"文件里没有“{column}”这一列。有：{'、'.join(header)}")
    found = {field: field for field in FIELDS if field in header and field not in mapping}
    found |= {field: column for column, field in mapping.items()}
    missing = [field for field in REQUIRED if field not in found]
    if missing:
        names = "、".join(f"{field}（{NAMES[field]}）" for field in missing)
        raise WrongColumns(f"缺少这些列：{names}。文件里有：{'、'.join(header)}。请用 --map 列名=字段 指明")
    return found


def message(row: Mapping[str, str], *, now: datetime) -> Message:
    """The message of one row (field → text). Raises Refused for what is missing, unreadable, impossible or too long."""
    told = {field: text(field, row.get(field) or "", required=field in REQUIRED) for field in FIELDS}
    received, answered = time("date", told), time("reply_date", told)
    if answered < received:
        raise Refused("答复时间早于来信时间")
    if answered > now:
        raise Refused("答复时间在将来")
    return Message(
        id=told["id"], received_at=received, answered_at=answered, kind=kind(told["kind"]),
        **{name: told[name] for name in ("title", "body", "reply", "address", "district", "category", "bureau")},
    )  # fmt: skip


def kind(told: str) -> Kind | None:
    """The kind by its name or code; None when it is not told. Raises Refused."""
    if told and told not in _KINDS:
        raise Refused(f"没有这种诉求类型：{told}")
    return _KINDS.get(told)


def text(field: str, raw: str, *, required: bool) -> str:
    """The cell of a field, trimmed. Raises Refused for what is missing, cannot be kept, or is too long."""
    text = raw.replace("\r\n", "\n").replace("\r", "\n").strip()
    if "\0" in text or any("\ud800" <= each <= "\udfff" for each in text):
        raise Refused(f"{NAMES[field]}里有无法保存的字符")
    if not text and required:
        raise Refused(f"没有{NAMES[field]}")
    most = MOST.get(field, 100)
    if len(text) > most:
        raise Refused(f"{NAMES[field]}有 {len(text)} 个字，最多 {most} 个")
    return text


def time(field: str, told: Mapping[str, str]) -> datetime:
    """The moment a field tells. Raises Refused."""
    try:
        return moment(told[field])
    except ValueError:
        raise Refused(f"{NAMES[field]}看不懂：{told[field]}") from None


def moment(text: str) -> datetime:
    """The moment written in one of the usual ways, e.g. 2019-04-25 09:32:09, 2019/4/25 9:32, 2019年4月25日.

    Without a zone it is the city's wall clock; without a time the day's first moment. Raises ValueError."""
    found = _MOMENT.fullmatch(text)
    if not found:
        raise ValueError(text)
    *numbers, zone = found.groups()
    year, month, day, hour, minute, second = (int(number or 0) for number in numbers)
    if year < _FIRST_YEAR:
        raise ValueError(text)
    return datetime(year, month, day, hour, minute, second, tzinfo=_zone(zone) if zone else CITY_TIME)


def _zone(text: str) -> tzinfo:
    if text == "Z":
        return UTC
    sign = -1 if text[0] == "-" else 1
    return timezone(sign * timedelta(hours=int(text[1:3]), minutes=int(text[-2:])))
