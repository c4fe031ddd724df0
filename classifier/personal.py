"""Personal data in a text: exact spans and types. Numbers with a check digit are checked, the others need their context."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

NAMES = {
    "phone": "电话", "landline": "电话", "id_card": "证件号", "passport": "证件号", "plate": "车牌", "bank_card": "卡号",
    "email": "邮箱", "wechat": "微信号", "qq": "QQ号", "address_room": "门牌", "name": "姓名",
}
"""What stands in a redacted text instead of each type."""


@dataclass(frozen=True, slots=True)
class Found:
    """One piece of personal data: `text[start:end]`."""

    type: str
    start: int
    end: int
    text: str


_SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方俞任袁柳"
    "鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄和穆萧尹姚邵湛汪祁毛禹狄米贝明臧计成戴谈宋茅庞熊纪舒"
    "屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯管卢莫经房裘缪干解应宗丁宣贲邓郁单杭洪包"
    "诸左石崔吉钮龚程嵇邢滑裴陆荣翁荀羊惠甄曲家封芮储靳汲邴糜松井段富巫乌焦巴弓牧隗山谷车侯宓蓬全郗班仰秋仲伊宫宁仇栾暴甘斜厉戎"
    "祖武符刘景詹束龙叶幸司韶郜黎蓟薄印宿白怀蒲邰从鄂索咸籍赖卓蔺屠蒙池乔阴胥能苍双闻莘党翟谭贡劳逄姬申扶堵冉宰郦雍桑桂濮牛寿通"
    "边扈燕冀郏浦尚农温别庄晏柴瞿阎充慕连茹习宦艾鱼容向古易慎戈廖庾终暨居衡步都耿满弘匡国文寇广禄阙东欧殳沃利蔚越夔隆师巩厍聂晁"
    "勾敖融冷訾辛阚那简饶空曾毋沙乜养鞠须丰巢关蒯相查后荆红游竺权逯盖益桓公覃闭粟兰玉磨陀银侬腾谌肖代"
)
_TITLE = r"(?:先生|女士|小姐|阿姨|大姐|大哥|师傅|老师|同志|医生|奶奶|爷爷|叔叔|大爷|大妈|生|工|姐|哥|叔|伯|婆|公)"
_PERSON = rf"[{_SURNAMES}](?:[\u4e00-\u9fa5]{{1,2}}?)"
_NOT_NAMES = re.compile(r"什么|我们|他们|怎么|没有|不是|一个|知道|就是|可以|为什|这个|那个|有人|任何|市民|业主|群众|居民|公司|银行|房东|车位|公交|公路|林业|农业|国资|经销|房子|花费|尚欠|某|单位|手机|电话|麻烦|家长|学生|老百姓")

_AREAS = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_BLOCK = r"(?:\d{1,4}|[A-Za-z]\d{0,2})"
_BUILDING = r"(?:栋|幢|座|号楼|号院)"
_LEAD = r"(?:(?:我|我们|孩子的|我家|本人)?(?:就|现)?(?:家庭住址|住址|地址|门牌|房号|家住|住|家在|在|就住)(?:是|在|：|:|，|\s)*)"
_ROAD = (
    rf"(?!{_LEAD})(?:[\u4e00-\u9fa5]{{1,6}}?(?:省|市|县|区|镇|乡|街道))?"
    r"(?:[\u4e00-\u9fa5]{1,12}?(?:路|街|巷|道|小区|花园|家园|苑|城|宿舍|里|村|屯|府|园|厦|门第|湾|居|庭|郡)){1,2}(?:\d{1,4}号(?:院|之\d)?)?"
)


def _id_card(text: str) -> bool:
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    month, day = int(text[10:12]), int(text[12:14])
    if not (1 <= month <= 12 and 1 <= day <= 31 and text[6:8] in ("19", "20")):
        return False
    return "10X98765432"[sum(int(a) * b for a, b in zip(text, weights, strict=False)) % 11] == text[17].upper()


def _bank_card(text: str) -> bool:
    digits = [int(char) for char in text if char.isdigit()]
    doubled = [digit * 2 - 9 if digit > 4 else digit * 2 for digit in digits[-2::-2]]
    return 16 <= len(digits) <= 19 and digits[0] in (3, 4, 5, 6) and (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _always(_: str) -> bool:
    return True


def _plate(text: str) -> bool:
    return any(char.isdigit() for char in text)


_Rule = tuple[str, re.Pattern[str], Callable[[str], bool]]

# The wanted part is group 1. Earlier rules win where two overlap.
_NUMBERS: tuple[_Rule, ...] = (
    ("email", re.compile(r"([A-Za-z0-9_][A-Za-z0-9._%+-]{0,63}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,4})"), _always),
    ("id_card", re.compile(r"(?<![\dA-Za-z])(\d{17}[\dXx])(?![\dA-Za-z])"), _id_card),
    ("id_card", re.compile(r"(?:身份证|证件|残疾证)[^\d\n]{0,12}(\d{17}[\dXx])(?!\d)"), _always),
    ("bank_card", re.compile(r"(?<![\d.])([3-6]\d{3}(?:[ -]?\d{4}){3}(?:[ -]?\d{1,3})?)(?![\d.])"), _bank_card),
    ("bank_card", re.compile(r"(?:卡号|银行卡|储蓄卡|信用卡|的卡|账户)[^\d\n]{0,8}([3-6]\d{3}(?:[ -]?[\dXx*]{4}){3}(?:[ -]?\d{1,3})?)(?!\d)"), _always),
    ("phone", re.compile(r"(?<![\d.])((?:\+?86[- ]?)?1[3-9]\d(?:[- ]?\d{4}){2})(?![\d.]*\d)"), _always),
    ("landline", re.compile(r"(?<!\d)(\(?0\d{2,3}\)?[- ]?[2-8]\d{6,7})(?!\d)"), _always),
    ("landline", re.compile(r"(?:电话|座机|固话|致电|拨打)(?:号码)?[是为：:\s]{0,3}([2-8]\d{6})(?!\d)"), _always),
    ("plate", re.compile(rf"([{_AREAS}][A-HJ-NP-Z][·•.\s-]?[A-HJ-NP-Z0-9]{{5,6}}挂?)(?![A-Za-z0-9])"), _plate),
    ("passport", re.compile(r"(?:护照|passport|Passport|通行证)[^\n]{0,8}?(?<![A-Za-z0-9])([A-Z][A-Z0-9]\d{7}|[CWM]\d{8,10})(?!\d)"), _always),
    ("passport", re.compile(r"(?<![A-Za-z0-9])([EG]\d{8}|E[A-HJ-NP-Z]\d{7})(?![A-Za-z0-9])(?=[^\n]{0,6}(?:护照))"), _always),
    ("wechat", re.compile(r"(?:微信(?!小程序)|加微|[Vv]信|薇信|[Ww]e[Cc]hat|WX|wx|VX|vx)(?:号码|号|同号|ID|id)?[\u4e00-\u9fa5]{0,4}[：:，,“\s]{0,3}([A-Za-z][-_A-Za-z0-9]{5,19})(?![A-Za-z0-9@])"), _always),
    ("qq", re.compile(r"(?:QQ|qq|扣扣|Qq)(?:群)?(?:号码|号)?[是为：:，,\s]{0,3}([1-9]\d{4,10})(?!\d)"), _always),
)
_UNIT = r"(?:\d{1,2}|[一二三四五六七八九]|[A-Za-z])单元"
_ROOM = r"\d{3,4}(?:室|房|号房|号)?(?![\d.]|年|元|块|人|户|米|个|天)"
# The room is found first and its road looked for just before it: beginning with the road would try every character.
_ROOMS = re.compile(
    rf"{_BLOCK}{_BUILDING}(?:{_UNIT})?(?:\d{{1,2}}(?:楼|层))?-?{_ROOM}|{_UNIT}{_ROOM}"
    r"|(?<=[\u4e00-\u9fa5])\d{1,3}-\d{1,2}-\d{3,4}(?![\d-])"
)
_HOME = re.compile(
    rf"(?:家住|住址|地址|住在|我住|家在|住|门牌|房号|我家)[是在：:，\s]{{0,2}}"
    rf"((?:[\u4e00-\u9fa5]{{2,16}})?(?:\d{{1,3}}-\d{{1,2}}-\d{{3,4}}|\d{{1,3}}-\d{{3,4}}|{_BLOCK}{_BUILDING}\d{{1,4}}号?)(?!\d)"
    r"|[\u4e00-\u9fa5]{2,10}[村屯路街巷]\d{1,4}号)"
)
_BEFORE = re.compile(rf"{_ROAD}$")
_REACH = 24
_CALLED = re.compile(
    rf"(?:[我他她]叫|我是叫|名字[叫是：:]|本人叫|本人姓名|姓名[是为]?[：:\s]{{0,2}}|联系人[是为]?[：:\s]{{0,2}}|(?:投诉|举报|申请|反映|来信)人[：:\s]{{1,2}}"
    rf"|(?:户主|租客|教练|老板|合伙人|屋主|代表)叫|名叫|，叫|。叫|叫做|署名[：:\s]|户名[是：:]?|(?:租客|合伙人|教练)叫|代表[：:]|(?:我|他|她)(?:妈|爸|爱人|儿子|女儿)叫|叫“)((?:欧阳|[{_SURNAMES}])[\u4e00-\u9fa5]{{1,2}})"
    rf"(?=$|[，,。.；;！!？?、\s\d（(）)：:]|身份|电话|今年|手机|家住|的)"
)
_TITLED = re.compile(
    rf"(?:联系人|联系|署名|电话)[是为：:，,\s]{{0,3}}([{_SURNAMES}](?:先生|女士|小姐|阿姨|师傅|老板|大叔|大姐|生(?![\u4e00-\u9fa5])))"
    rf"|(?<=[，,。\s：:])([{_SURNAMES}](?:先生|女士|阿姨|师傅|老板|大叔|生))(?=[\s，,：:]{{0,2}}1[3-9]\d)"
)
_BESIDE = re.compile(rf"(?:^|[\s，,。；;、!！?？（(])([{_SURNAMES}][\u4e00-\u9fa5]{{1,2}})(?=[\s，,：:]{{0,2}}(?:电话|手机)?[：:\s]?(?:\+?86)?1[3-9]\d{{3}})")
_SIGNED = re.compile(rf"本人([{_SURNAMES}][\u4e00-\u9fa5]{{1,2}})(?=[，,。\s]|男|女|系)")


def _plausible(name: str) -> bool:
    return not _NOT_NAMES.search(name) and name[-1] not in "的了是在有我你他她人们么吗呢吧电手机话号还打处"


_NUMBERED = re.compile(r"[0-9]{4}|@|[A-Za-z][-_A-Za-z0-9]{5}|[A-Z][A-Z0-9·•. -]{5}")
_LEADING = re.compile(r"(?:(?:.{0,6}?(?:地址|住址|门牌|家住|就住|我住|住在|我在))|住|[址牌])(?:是|在|：|:)*")
_DIGIT = re.compile(r"[0-9]")


def _led_in(address: str) -> int:
    """How many characters at the beginning only lead to an address (家住, 地址是)."""
    match = _LEADING.match(address)
    return match.end() if match else 0


def _addresses(text: str) -> Iterator[Found]:
    for match in _ROOMS.finditer(text):
        before = text[max(0, match.start() - _REACH) : match.start()]
        road = _BEFORE.search(before)
        begin = match.start() - len(road.group()) + _led_in(road.group()) if road else match.start()
        yield Found("address_room", begin, match.end(), text[begin : match.end()])
    for match in _HOME.finditer(text):
        begin = match.start(1) + _led_in(match.group(1))
        yield Found("address_room", begin, match.end(1), text[begin : match.end(1)])


def _matches(text: str) -> Iterator[Found]:
    for kind, pattern, valid in _NUMBERS if _NUMBERED.search(text) else ():
        for match in pattern.finditer(text):
            if valid(match.group(1)):
                yield Found(kind, match.start(1), match.end(1), match.group(1))
    yield from _addresses(text) if _DIGIT.search(text) else ()
    for pattern in (_CALLED, _TITLED, _BESIDE, _SIGNED):
        for match in pattern.finditer(text):
            part = match.lastindex or 1
            if _plausible(match.group(part)):
                yield Found("name", match.start(part), match.end(part), match.group(part))


_HINT = re.compile(r"[0-9@]|我叫|本人|姓名|联系|名字|名叫|户主|人[：:]|我是|我姓|署名|找|户名|住")


def find(text: str) -> tuple[Found, ...]:
    """Personal data in order of place, never overlapping; time grows with the length of the text only."""
    if not _HINT.search(text):
        return ()
    kept: list[Found] = []
    taken = bytearray(len(text))
    for found in _matches(text):
        if not any(taken[found.start : found.end]):
            taken[found.start : found.end] = b"\1" * (found.end - found.start)
            kept.append(found)
    return tuple(sorted(kept, key=lambda one: one.start))


def redact(text: str) -> str:
    """The text with each piece of personal data replaced by what it was: 138… becomes 【电话】."""
    parts, last = [], 0
    for found in find(text):
        parts += [text[last : found.start], f"【{NAMES[found.type]}】"]
        last = found.end
    return "".join(parts) + text[last:]
