"""What a letter calls the place: names by class, and numbers of houses, buildings and bus lines. Knows no city by itself."""

import re
import unicodedata
from collections.abc import Mapping

READ_AT_MOST = 600
"""Characters that are compared: what happened and where stands at the beginning of a letter."""

Name = tuple[str, str]
"""Class of a place and the last characters before its kind: (road, 龙城) for 龙城路."""

_DIGITS = {char: place for place, char in enumerate("零一二三四五六七八九")} | {"两": 2}
_COUNTED = re.compile(r"[一二三四五六七八九十]{1,3}(?=号|栋|幢|单元|路(?!口)|中(?!学|心|间|午|班|国|队)|小(?!学|区|时)|中学)")
_NUMBERED = re.compile(r"(\d{1,5})(号|栋|幢|单元|路(?!口)|中(?!心|间|午|班|国|队))")
_UNITS = {"幢": "栋"}
"""One word for what people call differently."""
_CLASSES = {
    "road": "大道 路 街 巷",
    "estate": "小区 花园 家园 嘉园 公寓 山庄 人家 新村 新都 名城 名邸 宿舍 园 苑 城 湾 庭 洲 府 郡 邸 一区 二区 三区 四区 五区",
    "village": "村 屯 寨",
    "town": "镇 乡 街道 社区 片区",
    "bridge": "大桥 桥 天桥",
    "school": "幼儿园 小学 附小 中学 学校 学院 大学 驾校",
    "park": "公园 广场 古镇 景区 风景区 图书馆 体育馆 博物馆 体育中心 动物园",
    "market": "农贸市场 菜场 菜市场 菜市 市场 超市 商场 商业城 商城 商厦 大厦 酒店 美食城",
    "care": "医院 中医院 工人医院 人民医院 妇幼保健院 诊所 养老院 卫生院 保健院 卫生服务中心 医美",
    "shop": "健身房 健身 健身店 饭店 餐厅 宾馆 药店 酒吧 网吧 网咖 培训班 舞蹈 公司 工厂 厂 墓园 公墓 加油站 足浴 4s店 网店 酒楼",
    "office": "派出所 残联 政务中心 政务大厅 服务中心 居委会 事务局 法院",
    "water": "溪 河 江 湖 水库 水电站 电站",
}
"""What a place is called, by class: a road may lead through an estate, so names differ only within one class."""
_CLASS_OF = {kind: name for name, kinds in _CLASSES.items() for kind in kinds.split()}
_KINDS = sorted(_CLASS_OF, key=lambda kind: (-len(kind), kind))
_PLACE = re.compile("(" + "|".join(_KINDS) + ")(?!人(?!行)|灯|面|口香|别|域|长|民|边)")
_BEFORE_A_HOUSE = re.compile(r"([\u4e00-\u9fff]{2,4})(?=\d{1,4}(?:栋|幢)|业主|物业|地下车库)")
"""The name of an estate that is called by no kind: 荣和天誉 in 荣和天誉5栋."""
_QUOTED = re.compile("[“\"「《『]([一-鿿]{2,6})[”\"」》』]")
"""What stands in quotation marks is a name more often than not."""
_HUBS = {"火车站": "火车站", "柳州站": "火车站", "高铁": "高铁", "汽车站": "汽车站", "机场": "机场"}
_HUB = re.compile("|".join(_HUBS))
"""Where journeys begin: people speak of each as if there were one."""
_NO_END = frozenset("马道公铁绕走过挡占问顺半网线电思修这那条段该整让政")
"""Characters that make another word of a kind of place: 马路, 绕路, 电路."""
_NO_NAME = frozenset("的了在到这那是有个们走边来去没不把被与跟我你他她很整每全某该各几多修挖占堵让给从同往面掉烟个只跑下扫")
"""Characters that stand before a kind of place without naming one: 这条路, 我们小区."""
_NO_PART = _NO_NAME | frozenset(
    "区县市镇乡村屯路街道桥和及至靠近旁附上下里外天年月日点就于家时候说以前后住请看叫坐报举诉投映反之因为听次进出过门口都对条人"
)
"""Characters that end whatever stands before the name of a place."""
_COMMON = frozenset(
    ["消防", "水泥", "公交", "附近", "人行", "社区", "街道", "农村", "公共", "停车", "步行", "学校", "自来", "排水", "施工", "居民", "业主", "老旧", "保障", "乡镇", "污水", "市民", "县城", "半路", "沿江", "沿河", "沥青", "学生", "老师", "员工", "乡村", "大型", "一家", "这家", "那家"]
)
"""What stands before a kind of place and names none: 水泥路, 人行道."""
_PROVINCES = frozenset(
    ["北京", "天津", "上海", "重庆", "河北", "山西", "辽宁", "吉林", "江苏", "浙江", "安徽", "福建", "江西", "山东", "河南", "湖北", "湖南", "广东", "海南", "四川", "贵州", "云南", "陕西", "甘肃", "青海", "台湾", "广西", "西藏", "宁夏", "新疆", "香港", "澳门", "中国"]
)
_TRADES = ["老", "新", "宠物", "培训", "有限", "房地产", "人民", "农贸", "政务", "旅游", "物流", "建筑", "装饰", "汽配", "化工", "农业", "商业", "汽车", "服务", "社保", "卫生", "中心", "公共", "退役军人", "自来水", "妇幼", "中医", "便民", "市民", "社区"]
"""What stands between the name and the kind of a place: 爱宠宠物医院."""


_ONLY_ONE = frozenset({"park", "care", "office"})
"""Of these a district has one each that is called by nothing else: 人民广场, 人民医院, 政务中心."""


Spotted = tuple[int, int, Name]
"""Where a name begins and ends, and the name."""


_ALONE = frozenset(["中医院", "工人医院", "人民医院", "妇幼保健院", "图书馆", "体育馆", "博物馆", "体育中心", "动物园"])
"""Kinds that name a place without any name before them."""


def _arabic(match: re.Match[str]) -> str:
    tens, ten, ones = match.group().rpartition("十")
    if not ten:
        return "".join(str(_DIGITS[char]) for char in ones)
    return str(10 * _DIGITS.get(tens or "一", 1) + _DIGITS.get(ones or "零", 0))


def folded(raw: str) -> str:
    """The letter with one width and case, and with house numbers in digits."""
    return _COUNTED.sub(_arabic, unicodedata.normalize("NFKC", raw[:READ_AT_MOST]).lower())


def _stem(text: str, end: int, most: int = 4) -> str:
    """Two to four characters before a kind of place that seem to be its name; empty when there is none."""
    near = text[max(0, end - 2) : end]
    if len(near) < 2 or _NO_NAME & set(near) or not all("\u4e00" <= char <= "\u9fff" for char in near):
        return ""
    if near[0] in "区县市镇乡村屯路街道桥和及" or near[1] in "区县市镇乡村路街桥":
        return ""
    start = end - 2
    while start > max(0, end - most) and "\u4e00" <= text[start - 1] <= "\u9fff" and text[start - 1] not in _NO_PART:
        start -= 1
    if end - start == 4 and text[start : start + 2] in _PROVINCES:
        start += 2
    return text[start:end]


def found(text: str) -> list[Spotted]:
    """Names in a folded text: where each begins and ends, and what it is."""
    names: list[Spotted] = []
    for one in _PLACE.finditer(text):
        end = one.start() - next((len(word) for word in _TRADES if text.endswith(word, 0, one.start())), 0)
        stem = _stem(text, end) or ("" if _CLASS_OF[one.group()] in _ONLY_ONE else _stem(text, one.start()))
        if len(stem) >= 2 and stem[-1] not in _NO_END and stem[-2:] not in _COMMON:
            names.append((end - len(stem), one.end(), (_CLASS_OF[one.group()], stem)))
        elif one.group() in _ALONE or (end < one.start() and _CLASS_OF[one.group()] in _ONLY_ONE):
            names.append((end, one.end(), ("only", text[end : one.end()])))
    for one in _BEFORE_A_HOUSE.finditer(text):
        stem = _stem(text, one.end())
        if len(stem) >= 2 and stem[-2:] not in _COMMON and not any(begin < one.end() <= end for begin, end, _ in names):
            names.append((one.end() - len(stem), one.end(), ("estate", stem)))
    names.extend((one.start(1), one.end(1), ("quoted", one.group(1))) for one in _QUOTED.finditer(text))
    names.extend((one.start(), one.end(), ("hub", _HUBS[one.group()])) for one in _HUB.finditer(text))
    return names


_OWN = re.compile(r"(?:我住|家住|我家|住在|我是|我们住|本人)[^，。；！？,;!?]{0,14}?\d{1,4}(?:栋|幢|单元|号)(?:\d{1,2}单元)?")
"""Where the writer lives: the matter may be elsewhere in the estate."""


def numbers(text: str) -> Mapping[str, frozenset[str]]:
    """Numbers in a folded text by what they count: houses, buildings, entrances, bus lines, numbered schools."""
    told: dict[str, set[str]] = {}
    for number, unit in _NUMBERED.findall(_OWN.sub(" ", text)):
        told.setdefault(_UNITS.get(unit, unit), set()).add(number)
    return {unit: frozenset(some) for unit, some in told.items()}


def places(text: str) -> list[str]:
    """The places a text names, as they are written and in order, each once."""
    whole = unicodedata.normalize("NFKC", text[:READ_AT_MOST])
    return list(dict.fromkeys(whole[begin:end] for begin, end, (kind, _) in sorted(found(whole)) if kind not in ("hub", "office")))
