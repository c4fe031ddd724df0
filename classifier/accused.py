"""Whom an accusation is about: the unit named beside an official or an offence, so that the letter can be kept away from it.

Source of the duty: 信访工作条例 art. 30 (what is reported must not reach the reported person or unit).
Favours recall: a clerk reads every such letter, and a unit named in vain costs a glance, a missed one may cost the citizen dearly.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from classifier import place, routing
from classifier.tables import City

_TITLE = r"(?:第一|常务|党委|党组|党支部|支部|工委|纪委|副|正|原|前任?|老|现任)*(?:局长|处长|科长|股长|所长|院长|校长|园长|镇长|乡长|县长|区长|市长|队长|大队长|中队长|站长|行长|总经理|董事长|经理|主任|主席|书记|支书|会计|组长|村长|村干部|社区干部|镇干部|干部|领导班子|领导|班子|科员|办事员|公务员|工作人员|民警|辅警|警察|交警|协警|法官|检察官|执法人员|城管|队员|老师|教师|医生|主管|负责人|人大代表|政协委员|党员)"
BEFORE = 9
"""Characters before a unit in which the name of its district may stand."""
_COURTS = "法院|法官|检察院|检察官|国企|供销社"
"""Units outside the city's table: named, so that a clerk sees them."""
_LOCAL = r"村委会?|居委会?|镇政府|乡政府|街道办(?:事处)?|区政府|县政府|管委会|城区政府|(?:村|屯|社区|镇|乡|街道|县|区)(?=[^，。！？；\s]{0,5}(?:支书|书记|主任|会计|干部|组长|队长|领导|协管|长))"
"""Units of the counties and districts: which one, the place says."""
_ASKED = re.compile(r"(?:请|求|望|盼|要求|建议|希望|向|给|让|(?<!举)报|由|找|到|去|跟|恳请|已经?)(?:上级|市|县|区|各级|贵|有关|相关|驻|派驻|了)*$")
_LOOKING = re.compile(r"^(?:的?(?:同志|领导|人员)?)(?:能|可以|来|去|尽快|派人|出面|依法|对|一起|部门)*(?:查|调查|核查|核实|彻查|介入|处理|立案|管一管|严查|复核|过问|为民|给|主持)")

_WHO = re.compile(rf"(?:局|委员会|委|厅|所|站|队|中心|公司|大队|支队|中队|分局|医院|学校|办公室|科|股)*(?:里|内)?(?:的|一名|一位|一个|有个|两个|几个|个别|某些|部分|某|现任|原|那边)*(?:{_TITLE})*")


@dataclass(frozen=True, slots=True)
class Names:
    """Everyday names of units as one pattern, longest first, and the bureau each belongs to."""

    pattern: re.Pattern[str]
    bureaus: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Accused:
    """A unit as it stands in the text (offsets there) and the bureaus that belong to it; none when it is not one of the city's."""

    text: str
    start: int
    end: int
    bureaus: tuple[str, ...]


def names(city: City) -> Names:
    """The names of a city's units, made ready; courts and villages are known without a table."""
    longest_first = sorted(map(re.escape, city.units), key=lambda name: (-len(name), name))
    return Names(re.compile("|".join((*longest_first, _COURTS, _LOCAL))), city.units)


def find(names: Names, gazetteer: place.Gazetteer, text: str, *, district: str | None = None) -> tuple[Accused, ...]:
    """Units that a letter accuses, in order, each once; `district` (code) is where the letter speaks of, if that is known."""
    found: dict[str, Accused] = {}
    end = 0
    for match in names.pattern.finditer(text):
        # 县住建局局长 is one unit with its official, not three.
        last = _with_title(text, match.end())
        if match.start() >= end and not _only_asked(text, match.start(), match.end()) and not _addressed(names, text, match, last):
            end = last
            named = text[match.start() : end]
            before = place.find(gazetteer, text[max(0, match.start() - BEFORE) : end])[0]
            found.setdefault(named, Accused(named, match.start(), end, _bureaus(names, named, before or district, below=before)))
    return tuple(found.values())


def _addressed(names: Names, text: str, match: re.Match[str], last: int) -> bool:
    """Whether it is the supervision itself, spoken to or of without naming one of its people: nearly every accusation names it."""
    greeted = text[max(0, match.start() - 4) : match.start()].endswith(("尊敬的", "尊敬的市", "致", "致市"))
    return greeted or (names.bureaus.get(match.group()) in routing.SUPERVISING and last == match.end())


def _with_title(text: str, end: int) -> int:
    """Where the unit ends together with the official named after it."""
    title = _WHO.match(text, end)
    return title.end() if title else end


def _only_asked(text: str, start: int, end: int) -> bool:
    """Whether the unit is merely asked to look into it (请纪委查一查)."""
    return bool(_ASKED.search(text[max(0, start - 6) : start]) or _LOOKING.match(text[end : end + 12]))


def _bureaus(names: Names, named: str, district: str | None, *, below: str | None) -> tuple[str, ...]:
    """The bureaus a named unit belongs to: by its everyday name; the district's for a unit of village, town or county.

    `below`: the district named right before it (柳城县教育局): such a unit belongs to the line and to the district."""
    units = [match.group() for match in names.pattern.finditer(named)]
    codes = [names.bureaus.get(unit, "" if unit in _COURTS else district) for unit in units]
    return tuple(dict.fromkeys(code for code in (*codes, below) if code))
