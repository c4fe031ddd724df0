"""Whom an accusation is about: the unit named beside an official or an offence, so that the letter can be kept away from it.

Source of the duty: 信访工作条例 art. 30 (what is reported must not reach the reported person or unit).
Favours recall: a clerk reads every such letter, and a unit named in vain costs a glance, a missed one may cost the citizen dearly.
"""

import re
from dataclasses import dataclass

from classifier import place
from classifier.tables import City

_TITLE = r"(?:第一|常务|党委|党组|党支部|支部|工委|纪委|副|正|原|前任?|老|现任)*(?:局长|处长|科长|股长|所长|院长|校长|园长|镇长|乡长|县长|区长|市长|队长|大队长|中队长|站长|行长|总经理|董事长|经理|主任|主席|书记|支书|会计|组长|村长|村干部|社区干部|镇干部|干部|领导班子|领导|班子|科员|办事员|公务员|工作人员|民警|辅警|警察|交警|协警|法官|检察官|执法人员|城管|队员|老师|教师|医生|主管|负责人|人大代表|政协委员|党员)"
BEFORE = 9
"""Characters before a unit in which the name of its district may stand."""
_SUPERVISING = ("JWJW", "ZZB", "C12345")
_COURTS = "法院|法官|检察院|检察官|国企|供销社"
"""Units outside the city's table: named, so that a clerk sees them."""
_LOCAL = r"村委会?|居委会?|镇政府|乡政府|街道办(?:事处)?|区政府|县政府|管委会|城区政府|(?:村|屯|社区|镇|乡|街道|县|区)(?=[^，。！？；\s]{0,5}(?:支书|书记|主任|会计|干部|组长|队长|领导|协管|长))"
"""Units of the counties and districts: which one, the place says."""
_ASKED = re.compile(r"(?:请|求|望|盼|要求|建议|希望|向|给|让|(?<!举)报|由|找|到|去|跟|恳请|已经?)(?:上级|市|县|区|各级|贵|有关|相关|驻|派驻|了)*$")
_LOOKING = re.compile(r"^(?:的?(?:同志|领导|人员)?)(?:能|可以|来|去|尽快|派人|出面|依法|对|一起|部门)*(?:查|调查|核查|核实|彻查|介入|处理|立案|管一管|严查|复核|过问|为民|给|主持)")

_WORDS = {
    "住建": "ZJJ", "房产局": "ZJJ", "房管": "ZJJ", "城管": "CGJ", "执法局": "CGJ", "综合执法": "CGJ", "公安": "GAJ", "派出所": "GAJ", "民警": "GAJ", "辅警": "GAJ", "警察": "GAJ", "刑警": "GAJ",
    "看守所": "GAJ", "交警": "JJZD", "教育局": "JYJ", "中学": "JYJ", "初中": "JYJ", "高中": "JYJ", "学院": "JYJ", "小学": "JYJ", "学校": "JYJ", "校长": "JYJ", "幼儿园": "JYJ", "园长": "JYJ", "卫健": "WJW", "卫生局": "WJW", "卫生院": "WJW", "医院": "WJW",
    "人社": "RSJ", "社保": "RSJ", "劳动局": "RSJ", "劳动监察": "RSJ", "国土": "ZRZY", "自然资源": "ZRZY", "自规": "ZRZY", "规划局": "ZRZY", "不动产": "BDC", "环保": "STHJ", "生态环境": "STHJ", "交通局": "JTJ",
    "交通运输": "JTJ", "运管": "JTJ", "公路": "JTJ", "水利": "SLJ", "水务局": "SLJ", "农业局": "NYJ", "农业农村": "NYJ", "畜牧": "NYJ", "农机": "NYJ", "林业": "LYJ", "园林": "LYJ", "商务局": "SWJ", "文旅": "WGL", "文广旅": "WGL",
    "市场监管": "SCJ", "市监": "SCJ", "工商": "SCJ", "药监": "SCJ", "质监": "SCJ", "食药": "SCJ", "民政": "MZJ", "殡仪馆": "MZJ", "司法局": "SFJ", "司法所": "SFJ", "监狱": "SFJ", "财政": "CZJ", "税务": "SWJU", "发改": "FGW", "工信": "GXJ",
    "科技局": "KJJ", "审计": "SJJ", "审批局": "SPJ", "政务大厅": "SPJ", "政务服务中心": "SPJ", "应急": "YJJ", "安监": "YJJ", "消防": "XFJY", "退役军人": "TYJR", "医保局": "YBJ", "机关事务": "JGSW", "公积金": "GJJ", "烟草": "YC", "邮政": "YZGL",
    "信访局": "XFJ", "信访办": "XFJ", "纪委": "JWJW", "监委": "JWJW", "纪检": "JWJW", "巡察办": "JWJW", "组织部": "ZZB", "宣传部": "XCB", "残联": "CL", "妇联": "FL", "工会": "GH", "供电": "GD", "自来水": "ZLS", "水务公司": "ZLS", "公交": "GJ",
    "城投": "CT", "燃气公司": "RQ", "12345": "C12345", "热线": "C12345", "驾考": "JJZD", "车管所": "JJZD", "话务员": "C12345", "接线员": "C12345", "派单员": "C12345", "派驻纪检组": "JWJW",
}
"""Everyday names of units and their people → the bureau (of the city, or above a unit of the county) that must not see the letter."""
_UNIT = re.compile("|".join((*sorted(map(re.escape, _WORDS), key=len, reverse=True), _COURTS, _LOCAL)))
_WHO = re.compile(rf"(?:局|委员会|委|厅|所|站|队|中心|公司|大队|支队|中队|分局|医院|学校|办公室|科|股)*(?:里|内)?(?:的|一名|一位|一个|有个|两个|几个|个别|某些|部分|某|现任|原|那边)*(?:{_TITLE})*")


@dataclass(frozen=True, slots=True)
class Accused:
    """A unit as it stands in the text (offsets there) and the bureaus that belong to it; none when it is not one of the city's."""

    text: str
    start: int
    end: int
    bureaus: tuple[str, ...]


def find(city: City, text: str, *, district: str | None = None) -> tuple[Accused, ...]:
    """Units that a letter accuses, in order, each once; `district` (code) is where the letter speaks of, if that is known."""
    gazetteer, found, end = place.gazetteer(city.districts), dict[str, Accused](), 0
    for match in _UNIT.finditer(text):
        # 县住建局局长 is one unit with its official, not three.
        last = _with_title(text, match.end())
        if match.start() >= end and not _only_asked(text, match.start(), match.end()) and not _addressed(text, match, last):
            end = last
            named = text[match.start() : end]
            before = place.find(gazetteer, text[max(0, match.start() - BEFORE) : end])[0]
            found.setdefault(named, Accused(named, match.start(), end, _bureaus(city, named, before or district, below=before)))
    return tuple(found.values())


def _addressed(text: str, match: re.Match[str], last: int) -> bool:
    """Whether it is the supervision itself, spoken to or of without naming one of its people: nearly every accusation names it."""
    greeted = text[max(0, match.start() - 4) : match.start()].endswith(("尊敬的", "尊敬的市", "致", "致市"))
    return greeted or (_WORDS.get(match.group()) in _SUPERVISING and last == match.end())


def _with_title(text: str, end: int) -> int:
    """Where the unit ends together with the official named after it."""
    title = _WHO.match(text, end)
    return title.end() if title else end


def _only_asked(text: str, start: int, end: int) -> bool:
    """Whether the unit is merely asked to look into it (请纪委查一查)."""
    return bool(_ASKED.search(text[max(0, start - 6) : start]) or _LOOKING.match(text[end : end + 12]))


def _bureaus(city: City, named: str, district: str | None, *, below: str | None) -> tuple[str, ...]:
    """The bureaus a named unit belongs to: by its everyday name; the district's for a unit of village, town or county.

    `below`: the district named right before it (柳城县教育局): such a unit belongs to the line and to the district."""
    units = [match.group() for match in _UNIT.finditer(named)]
    codes = [_WORDS.get(unit, "" if unit in _COURTS else district) for unit in units]
    return tuple(dict.fromkeys(code for code in (*codes, below) if code and (code in city.bureaus or code in city.districts)))
