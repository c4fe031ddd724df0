"""One city as data: bureaus, districts, categories, routing rules, limits and the working-day calendar."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from feedback.rules import deadline
from feedback.rules.calendar import Calendar
from feedback.rules.deadline import Limit

DISTRICT_LEADS = "DIST"
"""In a category or rule: the district of the case answers (属地)."""


@dataclass(frozen=True, slots=True)
class Bureau:
    """Who must answer. The code never changes; the name may."""

    code: str
    name: str
    short: str
    kind: str
    hotline: str
    active: bool


@dataclass(frozen=True, slots=True)
class Category:
    """What a case is about."""

    code: str
    group: str
    name: str
    lead: str
    support: tuple[str, ...]
    kind: str
    limit: str
    urgent: bool
    public: bool


@dataclass(frozen=True, slots=True)
class Term:
    """One row of the limits: how long a kind of case may take, in a version."""

    version: str
    code: str
    name: str
    limit: Limit


@dataclass(frozen=True, slots=True)
class Due:
    """When a case must be answered, and by which rule."""

    term: Term
    due_at: datetime
    warn_at: datetime
    provisional: bool


@dataclass(frozen=True, slots=True)
class City:
    """Everything that belongs to one city, as one consistent reading of the tables."""

    bureaus: Mapping[str, Bureau]
    districts: Mapping[str, str]
    categories: Mapping[str, Category]
    terms: Mapping[tuple[str, str], Term]
    calendar: Calendar

    @property
    def version(self) -> str:
        """The newest version of the limits."""
        return max(version for version, _ in self.terms)

    def term(self, *, kind: str, category: str | None, urgent: bool) -> Term:
        """The limit of a new case (SETTLED 11: urgent, then 信访, then the category's own, then the kind's)."""
        own = self.categories.get(category or "")
        code = deadline.choose(
            urgent=urgent,
            category_limit=own.limit if own else None,
            category_kind=own.kind if own else None,
            kind=kind,
        )
        return self.terms[self.version, code]

    def due(self, received: datetime, term: Term) -> Due:
        """The due time of a case received at `received` (aware), in the city's calendar."""
        at = deadline.due(received, term.limit, self.calendar)
        warn = deadline.warn_before(at, term.limit)
        return Due(term, at, warn, deadline.provisional(received, term.limit, self.calendar))

    def bureau_name(self, code: str | None) -> str:
        """The short name people know, or what to show when nobody has the case."""
        bureau = self.bureaus.get(code or "")
        return bureau.short if bureau else "派单中心"
