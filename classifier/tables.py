"""The city as plain data: categories, bureaus, districts and routing rules. Reads CSV; the web passes database rows."""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

DISTRICT_BUREAU = "DIST"
"""Pseudo-bureau 属地: whichever district the matter lies in."""

Row = Mapping[str, object]


class BadTable(Exception):
    """A city table is missing or cannot be read."""


@dataclass(frozen=True, slots=True)
class Category:
    """One matter citizens write about, and who answers for it unless a rule says otherwise."""

    code: str
    name: str
    group: str
    lead: str
    support: tuple[str, ...]
    kind: str
    urgent: bool
    keywords: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bureau:
    """One unit that can be asked to answer."""

    code: str
    name: str
    short: str


@dataclass(frozen=True, slots=True)
class District:
    """One district and the places a citizen names when meaning it."""

    code: str
    name: str
    short: str
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """One exception: in this category (and district), when one of these words is found, this bureau leads."""

    id: str
    category: str
    district: str
    when: tuple[str, ...]
    lead: str
    support: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class City:
    """Everything routing needs to know of one city."""

    categories: Mapping[str, Category]
    bureaus: Mapping[str, Bureau]
    districts: Mapping[str, District]
    rules: Mapping[str, tuple[Rule, ...]]
    """Rules of each category, in the order of the table: the first that applies wins."""
    units: Mapping[str, str]
    """Everyday names of units and of their people, and the bureau of each (of a county's unit: the municipal bureau above it)."""
    name: str
    """The city's own, as in 柳州市."""


def _text(row: Row, name: str) -> str:
    value = row.get(name)
    return "" if value is None else str(value).strip()


def _several(row: Row, name: str) -> tuple[str, ...]:
    """A list of values: parted by semicolons in a CSV, an array in a database."""
    value = row.get(name)
    if value is None:
        return ()
    parts = value if isinstance(value, list | tuple) else str(value).replace("；", ";").split(";")
    return tuple(part for part in (str(one).strip() for one in parts) if part)


def _flag(row: Row, name: str) -> bool:
    return _text(row, name).lower() in ("1", "y", "yes", "true", "t")


def _category(row: Row) -> Category:
    return Category(
        code=_text(row, "code"), name=_text(row, "name"), group=_text(row, "group"), lead=_text(row, "lead"),
        support=_several(row, "support"), kind=_text(row, "kind"), urgent=_flag(row, "urgent"),
        keywords=_several(row, "keywords"),
    )


def _rule(row: Row) -> Rule:
    return Rule(
        id=_text(row, "id"), category=_text(row, "category"), district=_text(row, "district"),
        when=_several(row, "when"), lead=_text(row, "lead"), support=_several(row, "support"),
        reason=_text(row, "reason"),
    )


def _by_category(rules: Iterable[Rule]) -> dict[str, tuple[Rule, ...]]:
    sorted_out: dict[str, tuple[Rule, ...]] = {}
    for rule in rules:
        sorted_out[rule.category] = (*sorted_out.get(rule.category, ()), rule)
    return sorted_out


def city(
    *, categories: Iterable[Row], bureaus: Iterable[Row], districts: Iterable[Row], rules: Iterable[Row],
    units: Iterable[Row] = (), name: str = "",
) -> City:
    """A city from rows with the columns of data/*.csv; order of the rules matters, the first match wins."""
    matters = [_category(row) for row in categories]
    known = [Bureau(_text(row, "code"), _text(row, "name"), _text(row, "short")) for row in bureaus]
    places = [
        District(_text(row, "code"), _text(row, "name"), _text(row, "short"), _several(row, "places"))
        for row in districts
    ]
    return City(
        categories={one.code: one for one in matters},
        bureaus={one.code: one for one in known},
        districts={one.code: one for one in places},
        rules=_by_category([_rule(row) for row in rules]),
        units={_text(row, "word"): _text(row, "bureau") for row in units},
        name=name,
    )


def rows(path: Path) -> list[dict[str, str]]:
    """Rows of one CSV file, UTF-8 with or without a mark. Raises BadTable, naming the file, when it cannot be read."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadTable(f"{path}: {error}") from error


def read(folder: Path) -> City:
    """The city in a folder of CSV tables. Raises BadTable when one is missing or cannot be read; names of units and of the city may lack."""
    own = _where_there_is_one(folder / "city.csv")
    return city(
        categories=rows(folder / "categories.csv"), bureaus=rows(folder / "bureaus.csv"),
        districts=rows(folder / "districts.csv"), rules=rows(folder / "routing_rules.csv"),
        units=_where_there_is_one(folder / "unit_names.csv"), name=own[0]["name"] if own else "",
    )


def _where_there_is_one(path: Path) -> list[dict[str, str]]:
    return rows(path) if path.exists() else []
