"""Codes of the city with what they are called, as pages and JSON show them."""

from feedback.rules.city import DISTRICT_LEADS, City

Named = dict[str, str] | None


def category(city: City, code: str | None) -> Named:
    """Code and name of a category."""
    found = city.categories.get(code or "")
    return {"code": found.code, "name": found.name} if found else None


def bureau(city: City, code: str | None) -> Named:
    """Code and name of a bureau."""
    if code == DISTRICT_LEADS:
        return {"code": code, "name": "事发地所在城区"}
    found = city.bureaus.get(code or "")
    return {"code": found.code, "name": found.name} if found else None


def district(city: City, code: str | None) -> Named:
    """Code and name of a district."""
    return {"code": code, "name": city.districts[code]} if code in city.districts and code else None
