"""Do two letters tell of the same incident? Place, matter and time are compared apart, then weighed. Searching is not done here."""

import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from classifier.understanding import Understander

READ_AT_MOST = 600
"""Characters that are compared: what happened and where stands at the beginning of a letter."""
LATER = 45
"""Days after which the same matter at the same place is a new incident: the first one has been answered by then."""

_DIGITS = {char: place for place, char in enumerate("零一二三四五六七八九")}
_COUNTED = re.compile(r"[一二三四五六七八九十]{1,3}(?=号|栋|幢|巷|弄|单元)")
_NUMBERED = re.compile(r"(\d{1,5})(号|栋|幢|巷|弄|单元|路)")
_CLASSES = {
    "road": "大道 路 街 巷",
    "estate": "小区 花园 家园 嘉园 公寓 山庄 园 苑 城 湾 庭 洲 府",
    "village": "村 镇 屯 寨 乡",
    "bridge": "大桥 桥",
    "school": "幼儿园 小学 中学 学校 学院 大学",
    "park": "公园 广场 古镇",
    "market": "农贸市场 菜市 市场 超市 商场 商业城 商城 大厦 酒店",
    "care": "医院 养老院 卫生院",
    "shop": "健身房 健身店 饭店 餐厅 宾馆 药店 酒吧 网吧 培训班 公司 工地 工厂",
    "station": "水电站 电站",
}
"""What a place is called, by class: two names differ only within one class, since a road may lead through an estate."""
_CLASS_OF = {kind: name for name, kinds in _CLASSES.items() for kind in kinds.split()}
_PLACE = re.compile(
    "([\u4e00-\u9fff]{2})(" + "|".join(sorted(_CLASS_OF, key=lambda kind: (-len(kind), kind))) + ")(?!人|灯|面|口香)"
)
_HUB = re.compile("火车站|高铁|汽车站|机场")
"""Where journeys begin: people speak of each as if there were one."""
_COUNTY_SEAT = re.compile("政务大厅|政务中心|步行街|人民医院")
"""What every county has one of: the same only within a district."""
_NO_END = frozenset("马道公铁绕走过挡占问顺半网线电思")
"""Characters that make another word of a kind of place: 马路, 绕路, 电路."""
_NO_NAME = frozenset("的了在到这那是有个们过走边门口来去没不把被与跟我你他她很都整条每全某该各几多修挖占堵让给对从同住")
"""Characters that stand before a kind of place without naming one: 这条路, 我们小区."""

_NO_PART = _NO_NAME | frozenset("区县市镇乡村屯路街道桥和与及往至靠近旁附上下里外天年月日点是就于家时候说以前后住我")
"""Characters that end whatever stands before the name of a place."""


@dataclass(frozen=True, slots=True, eq=False)
class Traits:
    """What one letter is recognised by."""

    text: str
    places: frozenset[tuple[str, str]]
    """Class and the two characters before it: whatever stands before 龙城路, it is (road, 龙城)."""
    numbers: Mapping[str, frozenset[str]]
    district: str | None
    matters: npt.NDArray[np.float64]
    """Square roots of the probabilities of the categories: the product of two letters' is 1 when they agree."""
    pairs: frozenset[str]
    day: date | None


@dataclass(frozen=True, slots=True)
class Compared:
    """How two letters agree: places and numbers 1 the same, -1 different, 0 not told; matter 0 to 1; days between."""

    places: int
    numbers: int
    matter: float
    days: int
    copied: bool
    """Nine tenths of the words are the same: a letter sent twice needs no place to be recognised."""

    @property
    def probability(self) -> float:
        """Chance that both tell of one incident. The weights were fitted on the mending half of the marked pairs."""
        if self.days > LATER or self.numbers < 0:
            return 0.0
        if self.copied and self.places >= 0:
            return 1.0
        # Without a name the same number of a house or of a bus line says where it is.
        named = AGREE if self.places > 0 or (self.places == 0 and self.numbers > 0) else DIFFER if self.places < 0 else 0.0
        return 1 / (1 + math.exp(-(named + MATTER * self.matter + START)))


AGREE, DIFFER, MATTER, START = 3.4, -3.9, 5.6, -5.85


def _arabic(match: re.Match[str]) -> str:
    tens, ten, ones = match.group().rpartition("十")
    if not ten:
        return "".join(str(_DIGITS[char]) for char in ones)
    return str(10 * _DIGITS.get(tens or "一", 1) + _DIGITS.get(ones or "零", 0))


def folded(raw: str) -> str:
    """The letter with one width and case, and with house numbers in digits."""
    return _COUNTED.sub(_arabic, unicodedata.normalize("NFKC", raw[:READ_AT_MOST]).lower())


def _names(text: str) -> frozenset[tuple[str, str]]:
    found = {(_CLASS_OF[kind], name) for name, kind in _PLACE.findall(text) if not _NO_NAME & set(name) and name[1] not in _NO_END}
    return frozenset(
        found | {("hub", name) for name in _HUB.findall(text)} | {(name, name) for name in _COUNTY_SEAT.findall(text)}
    )


def places(text: str) -> list[str]:
    """The places a text names, as they are written and in order, each once."""
    whole = unicodedata.normalize("NFKC", text[:READ_AT_MOST])
    found = [
        _before(whole, one.start()) + one.group()
        for one in _PLACE.finditer(whole)
        if not _NO_NAME & set(one.group(1)) and one.group(1)[1] not in _NO_END
    ]
    return list(dict.fromkeys(found))


def _before(text: str, at: int) -> str:
    """Up to two characters before a name that seem to belong to it: 五 before 里亭农贸市场, nothing before 东环大道."""
    start = at
    while start > max(0, at - 2) and "\u4e00" <= text[start - 1] <= "\u9fff" and text[start - 1] not in _NO_PART:
        start -= 1
    return text[start:at]


def traits(understander: Understander, raw: str, *, place: str = "", day: date | None = None) -> Traits:
    """What a letter is recognised by; `place` is an address given beside it, `day` when it came."""
    text = f"{folded(place)} {folded(raw)}"
    told = understander.understand("", raw[:READ_AT_MOST], address=place or None)
    numbers: dict[str, set[str]] = {}
    for number, unit in _NUMBERED.findall(text):
        numbers.setdefault(unit, set()).add(number)
    return Traits(
        text=text, places=_names(text), numbers={unit: frozenset(found) for unit, found in numbers.items()},
        district=told.district, matters=np.sqrt(told.probabilities.astype(np.float64)),
        pairs=frozenset(map("".join, pairwise(text.strip()))), day=day,
    )


def _named(one: Traits, other: Traits) -> int:
    apart = bool(one.district and other.district and one.district != other.district)
    shared = {kind for kind, name in one.places if name in other.text} | {kind for kind, name in other.places if name in one.text}
    classes = {kind for kind, _ in one.places} & {kind for kind, _ in other.places}
    if shared:
        # Two estates on one road are two places; so are two city halls of two counties.
        finer = shared <= {"road", "village"} and classes - shared - {"road", "village"}
        return -1 if finer or (apart and all(_COUNTY_SEAT.fullmatch(kind) for kind in shared)) else 1
    return -1 if classes or apart else 0


def _numbered(one: Traits, other: Traits) -> int:
    both = [unit for unit in one.numbers if unit in other.numbers]
    if any(not one.numbers[unit] & other.numbers[unit] for unit in both):
        return -1
    return 1 if both else 0


def compare(one: Traits, other: Traits) -> Compared:
    """Place, numbers, matter and days between two letters."""
    return Compared(
        places=_named(one, other), numbers=_numbered(one, other), matter=float(one.matters @ other.matters),
        days=abs((one.day - other.day).days) if one.day and other.day else 0, copied=_copied(one.pairs, other.pairs),
    )


def _copied(one: frozenset[str], other: frozenset[str]) -> bool:
    return bool(one) and len(one & other) >= 0.9 * len(one | other)
