"""Category × place × rule → ranked bureaus. Pure: the tables are an argument, nothing is learned here."""

from collections.abc import Sequence
from dataclasses import dataclass

from classifier.tables import DISTRICT_BUREAU, City, Rule

ACCUSATION = "V02"
"""Category 违纪违法线索（检举控告）: only the supervision commission may see it first (信访条例 46 (五))."""
SUPERVISION = "JWJW"


@dataclass(frozen=True, slots=True)
class Route:
    """Who leads and supports in one category at one place, and the words and the reason that decided."""

    lead: str
    support: tuple[str, ...]
    words: tuple[str, ...]
    reason: str


def _found(rule: Rule, text: str) -> tuple[str, ...]:
    return tuple(word for word in rule.when if word in text)


def _applies(rule: Rule, district: str | None, text: str) -> bool:
    if rule.district and rule.district != district:
        return False
    return not rule.when or any(word in text for word in rule.when)


def _here(bureau: str, district: str | None) -> str:
    """The bureau itself, or the district's government where the table says 属地 and the place is known."""
    return district if bureau == DISTRICT_BUREAU and district else bureau


def route(city: City, *, category: str, district: str | None, text: str) -> Route:
    """The first rule that applies, else the category's own bureaus; DIST stays DIST while the place is unknown."""
    known = city.categories[category]
    for rule in city.rules.get(category, ()):
        if _applies(rule, district, text):
            support = tuple(dict.fromkeys(_here(one, district) for one in rule.support))
            return Route(_here(rule.lead, district), support, _found(rule, text), rule.reason)
    support = tuple(dict.fromkeys(_here(one, district) for one in known.support))
    return Route(_here(known.lead, district), support, (), "")


def ranked(
    city: City, *, likely: Sequence[tuple[str, float]], district: str | None, text: str
) -> tuple[tuple[str, float], ...]:
    """Three bureaus with probabilities: the probabilities of categories with the same lead add up.

    Fewer than three leads among the likely categories are filled with supporting bureaus at probability 0.
    """
    sums: dict[str, float] = {}
    spare: list[str] = []
    for category, probability in likely:
        decided = route(city, category=category, district=district, text=text)
        sums[decided.lead] = sums.get(decided.lead, 0.0) + probability
        spare.extend(decided.support)
    best = sorted(sums.items(), key=lambda item: (-item[1], item[0]))
    best += [(bureau, 0.0) for bureau in dict.fromkeys(spare) if bureau not in sums]
    return tuple(best[:3])
