"""Doors: building, unit and room, with the road or estate written just before them. A building without a room is no door."""

import re
from collections.abc import Iterator

_CHINESE = "一二三四五六七八九十"
_SPACE = r"[ 　]?"
_BLOCK = rf"(?:\d{{1,4}}|[A-Za-z]\d{{0,2}}|[{_CHINESE}]{{1,3}}|[甲乙丙丁])"
_BUILDING = rf"{_BLOCK}{_SPACE}(?:栋|幢|座|号楼|#楼?-?){_SPACE}"
_UNIT = rf"(?:\d{{1,2}}|[{_CHINESE}甲乙丙丁]{{1,2}}|[A-Za-z]){_SPACE}(?:单元|门){_SPACE}"
_FLOOR = rf"(?:\d{{1,2}}|[{_CHINESE}]{{1,3}}){_SPACE}(?:楼|层){_SPACE}"
_NO_COUNT = r"(?![\d.]|年|元|块|人|户|米|个|天|平|月|辆|次|窗口|多)"
_ROOM = rf"(?:\d{{3,4}}(?:{_SPACE}(?:室|房|号房|号(?!楼|院)))?{_NO_COUNT}|\d{{1,4}}(?:室|号房|房(?!间)))"
_STREET = rf"\d{{1,4}}{_SPACE}号(?:大?院|之[{_CHINESE}\d]|附\d)?{_SPACE}"
_DASHED = rf"(?<![\d-])\d{{1,3}}-\d{{1,2}}-\d{{3,4}}(?![\d-]){_NO_COUNT}"
# The room is found first and its road looked for just before it: beginning with the road would try every character.
_ROOMS = re.compile(
    rf"(?<![\dA-Za-z.])(?:{_STREET})?(?:{_BUILDING}(?:{_UNIT})?(?:{_FLOOR})?-?(?:{_ROOM}|\d{{1,2}}-\d{{1,4}}(?![\d-])|\d{{1,3}}号(?!楼|院|门|电?梯))|{_UNIT}(?:{_FLOOR})?{_ROOM}|{_DASHED})"
    rf"|(?<![\dA-Za-z.]){_STREET}{_ROOM}"
)
_CALLERS = r"(?:家住|住址|地址|住在|我住|家在|住|门牌|房号|我家|寄到|收件地址|宿舍号)"
_HOME = re.compile(
    rf"{_CALLERS}[是在：:，\s]{{0,2}}(?:[\u4e00-\u9fa5]{{2,16}})?((?:\d{{1,3}}-\d{{3,4}}|{_BLOCK}{_BUILDING}\d{{1,4}}号?)(?!\d)|(?<=[村屯巷里])\d{{1,4}}号(?!楼|院|线))"
)
_NEAR = re.compile(
    rf"(?:我家|楼上|楼下|隔壁|对面|旁边|我住|房号|把我|门牌)(?:是|的|[：:])?(\d{{3,4}}(?:室|房|号房)?)(?=漏|的(?!时候)|住户|业主|装修|养|天天|晚上|每|在装修|把|[，。,！!；\s]|$){_NO_COUNT}"
)
_RUN = re.compile(r"[\u4e00-\u9fa5A-Za-z0-9]{1,24}$")
_CUT = re.compile(
    r".*(?:家住|地址|住址|住(?!宅)|位于|我在|(?<!现)在(?!水)|(?<!现)是|(?<!柳)到|寄|牌|我们|我家|我的|孩子的|投诉|举报|反映|本人|就是|旁|来信|发现|业主|[他她我你]|的|：|房号|户主|请)"
)
_PLACE = re.compile(
    r"(?:路|街|巷|道|小区|花园|家园|苑|城|宿舍|新村|里|村|屯|府|园|厦|门第|湾|居|庭|郡|广场|公寓|公馆|院|期|轩|阁|台|山庄|半岛|岸|岭|世家|名都|天下|邸|筑|港|洲|湖|都|区|盘)$"
)
_NOT_A_PLACE = re.compile(r"^.{0,2}(?:某|那|这|哪)|(?:某小区|某巷|某号|那栋|院子|这里|那里|家里)$")
_CODES = re.compile(r"(?:码|编号|单号|比分|型号|电话|(?<!门)第|合同|文号|期)[是为：:\s]{0,2}$")
_DIGIT = re.compile(r"[0-9一二三四五六七八九十]单元|[0-9]")
_DOOR = re.compile(r"栋|幢|单元|座|号[^\n]{0,6}?[0-9]|#|[0-9]-[0-9]{1,4}|[0-9] ?门")
"""A door has at least one of these; looking for them first spares most letters the long pattern."""


def _place(before: str) -> int:
    """How many characters at the end of `before` are the road or estate a door belongs to."""
    run = _RUN.search(before)
    if not run:
        return 0
    place = _CUT.sub("", run.group())
    if len(place) < 2 or not _PLACE.search(place) or _NOT_A_PLACE.search(place):
        return 0
    return len(place)


def spans(text: str) -> Iterator[tuple[str, int, int]]:
    """("address_room", start, end) of each door; time grows with the length of the text only."""
    if not _DIGIT.search(text):
        return
    for pattern in (_ROOMS, _HOME, _NEAR) if _DOOR.search(text) else (_NEAR,):
        for match in pattern.finditer(text):
            start, end = match.span(match.lastindex or 0)
            before = text[max(0, start - 24) : start]
            if not _CODES.search(before):
                yield "address_room", start - _place(before), end
