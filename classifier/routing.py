"""Category × place × rule → leading and supporting bureaus. Pure: the tables are an argument, nothing is learned here."""

from dataclasses import dataclass

from classifier.tables import DISTRICT_BUREAU, City, Rule

ACCUSATION = "V02"
"""Category 违纪违法线索（检举控告）: only the supervision commission may see it first (信访条例 46 (五))."""
SUPERVISION = "JWJW"
SUPERVISING = (SUPERVISION, "ZZB", "C12345")
"""Who is asked to look into accusations, and so is named in nearly every one."""


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
    if not rule.when:
        return True
    return any(word in text for word in rule.when)


def here(bureau: str, district: str | None) -> str:
    """The bureau itself, or the district's government where the table says 属地 and the place is known."""
    return district if bureau == DISTRICT_BUREAU and district else bureau


def route(city: City, *, category: str, district: str | None, text: str) -> Route:
    """The first rule that applies, else the category's own bureaus; DIST stays DIST while the place is unknown."""
    known = city.categories[category]
    for rule in city.rules.get(category, ()):
        if _applies(rule, district, text):
            support = tuple(dict.fromkeys(here(one, district) for one in rule.support))
            return Route(here(rule.lead, district), support, _found(rule, text), rule.reason)
    support = tuple(dict.fromkeys(here(one, district) for one in known.support))
    return Route(here(known.lead, district), support, (), "")


def lead(city: City, *, category: str, district: str | None, text: str) -> str:
    """The leading bureau of `route` without its reasons: asked for a dozen categories of every letter."""
    for rule in city.rules.get(category, ()):
        if _applies(rule, district, text):
            return here(rule.lead, district)
    return here(city.categories[category].lead, district)
