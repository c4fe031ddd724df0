"""Which district a text speaks of, from the names in the city's table. Knows no city by itself."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from classifier.tables import District


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """All names of places as one pattern, longest first, and the district each of them lies in."""

    pattern: re.Pattern[str] | None
    districts: Mapping[str, str]


def gazetteer(districts: Mapping[str, District]) -> Gazetteer:
    """A gazetteer of the districts' full and short names and places; a name of two districts belongs to neither."""
    owners: dict[str, set[str]] = {}
    for district in districts.values():
        for name in {district.name, district.short, *district.places}:
            if len(name) >= 2:
                owners.setdefault(name, set()).add(district.code)
    names = {name: codes.pop() for name, codes in owners.items() if len(codes) == 1}
    if not names:
        return Gazetteer(None, {})
    longest_first = sorted(names, key=lambda name: (-len(name), name))
    return Gazetteer(re.compile("|".join(map(re.escape, longest_first))), names)


def find(gazetteer: Gazetteer, text: str) -> tuple[str | None, str]:
    """District code named most often (the first among equals) and the name found; (None, "") when none is named."""
    if gazetteer.pattern is None:
        return None, ""
    seen: dict[str, list[str]] = {}
    for match in gazetteer.pattern.finditer(text):
        seen.setdefault(gazetteer.districts[match.group()], []).append(match.group())
    if not seen:
        return None, ""
    best = max(seen, key=lambda code: len(seen[code]))
    return best, seen[best][0]
