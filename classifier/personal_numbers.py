"""Numbers and marks that belong to one person. Those with a check digit are checked, the others need their context."""

import re
from collections.abc import Callable, Iterator

_AREAS = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def _id_card(text: str) -> bool:
    """Check digit and date of GB 11643-1999."""
    text = re.sub(r"[ -]", "", text)
    month, day = int(text[10:12]), int(text[12:14])
    if not (1 <= month <= 12 and 1 <= day <= 31 and text[6:8] in ("19", "20")):
        return False
    return "10X98765432"[sum(int(a) * b for a, b in zip(text, _WEIGHTS, strict=False)) % 11] == text[17].upper()


def _bank_card(text: str) -> bool:
    """Luhn's check digit over 16 to 19 digits."""
    digits = [int(char) for char in text if char.isdigit()]
    doubled = [digit * 2 - 9 if digit > 4 else digit * 2 for digit in digits[-2::-2]]
    return 16 <= len(digits) <= 19 and digits[0] in (3, 4, 5, 6) and (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _always(_: str) -> bool:
    return True


def _plate(text: str) -> bool:
    return any(char.isdigit() for char in text)


_Rule = tuple[str, re.Pattern[str], Callable[[str], bool]]
_IS = r"(?:是|为|写的是)?[：:，,“（(\s]{0,3}"
_AREA_CODE = r"0(?:10|2\d|[3-9][1-9]\d)"

# The wanted part is group 1. Earlier rules win where two overlap.
_RULES: tuple[_Rule, ...] = (
    ("email", re.compile(r"(?<![A-Za-z0-9._%+-])([A-Za-z0-9_][A-Za-z0-9._%+-]{0,63}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,4})"), _always),
    ("id_card", re.compile(r"(?<![\dA-Za-z])(\d{6}[ -]?\d{4}[ -]?\d{4}[ -]?\d{3}[ -]?[\dXx])(?![\dA-Za-z])"), _id_card),
    ("id_card", re.compile(r"(?:身份证|证件|残疾证)[^\d\n]{0,12}(\d{17}[\dXx])(?!\d)"), _always),
    ("bank_card", re.compile(r"(?<![\d.])([3-6](?:[ -]?\d){15,18})(?![\d.])"), _bank_card),
    ("bank_card", re.compile(
        r"(?:卡号|银行卡|储蓄卡|信用卡|的卡|账户|账号(?=[^\d\n]{0,8}62))[^\d\n]{0,8}([3-6]\d{3}(?:[ -]?[\dXx*]{4}){3}(?:[ -]?\d{1,3})?)(?!\d)"), _always),
    ("phone", re.compile(
        r"(?<![\d.])((?:\+?86[- ]?)?1[3-9]\d(?:[- ]?\d{4}){2}|1[ -][3-9](?:[ -]\d){9}|1[3-9]\d[ -]\d{3}[ -]\d{5})(?![\d.]*\d|元|块钱|万)"), _always),
    ("landline", re.compile(rf"(?<!\d)([(（]?{_AREA_CODE}[)）]?(?: ?[-－—–] ?| )?[2-8]\d{{6,7}})(?!\d)"), _always),
    ("landline", re.compile(r"(?:电话|座机|固话|宅电|致电|拨打)(?:号码?)?[是为：:，,\s]{0,3}([2-8]\d{6})(?!\d)"), _always),
    ("plate", re.compile(
        rf"([{_AREAS}][A-Za-z][·•.．\s-]?(?:[A-HJ-NP-Za-hj-np-z0-9]{{5,6}}|O\d{{4}}|\d{{5}}O?)[挂学警港澳]?|[{_AREAS}][A-HJ-NP-Z][·•.\s-]?[A-HJ-NP-Z0-9]{{4}}[学警挂试港澳])"
        r"(?![A-Za-z0-9])"), _plate),
    ("passport", re.compile(
        r"(?:护照|passport|Passport|PASSPORT|通行证)[^\n]{0,8}?(?<![A-Za-z0-9])([A-Z][A-Z0-9]\d{7}|[CWM]\d{8,10})(?!\d)"), _always),
    ("passport", re.compile(r"(?<![A-Za-z0-9])([EG]\d{8}|E[A-HJ-NP-Z]\d{7})(?![A-Za-z0-9])(?=[^\n]{0,6}护照)"), _always),
    ("wechat", re.compile(
        r"(?:微信(?!小程序|公众|支付)|加微|[Vv]信|[薇威]信|[Ww]e[Cc]hat|WX|wx|VX|[vV]x)(?:号码|号|同号|ID|id)?[\u4e00-\u9fa5]{0,4}[：:，,“（(\s]{0,3}"
        r"([A-Za-z][-_A-Za-z0-9]{5,19})(?![A-Za-z0-9@])"), _always),
    ("qq", re.compile(
        rf"(?:[Qq] ?[Qq](?!音乐|飞车|邮箱)|扣扣|企鹅)(?:群)?(?:号码|号|[\u4e00-\u9fa5]{{1,4}}(?=[：:]))?{_IS}([1-9]\d{{4,10}})(?![\d元块万年]|个|人|@)"), _always),
)
_ANY = re.compile(r"[0-9]{4}|@|[A-Za-z][-_A-Za-z0-9]{5}|[A-Za-z][A-Za-z0-9·•．. -]{5}|[0-9](?:[ -][0-9]){5}")
_LONG = re.compile(r"[0-9][0-9 -]{5}")
_DIGITS = frozenset(("id_card", "bank_card", "phone", "landline"))
_SERIAL = re.compile(r"(?:编号|户号|单号|表号|流水号?|订单号?|工单号?|期号|票号?|号码段|设备号|合同号?|条形码|发票)[是为：:\s]{0,2}$")


def spans(text: str) -> Iterator[tuple[str, int, int]]:
    """(type, start, end) of each number; time grows with the length of the text only."""
    if not _ANY.search(text):
        return
    long = _LONG.search(text) is not None
    for kind, pattern, valid in _RULES:
        if (kind == "email" and "@" not in text) or (kind in _DIGITS and not long):
            continue
        for match in pattern.finditer(text):
            start = match.start(1)
            serial = kind in ("phone", "landline") and _SERIAL.search(text[max(0, start - 8) : start])
            if valid(match.group(1)) and not serial:
                yield kind, *match.span(1)
