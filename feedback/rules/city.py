"""One city as data: bureaus, districts, categories, routing rules, limits and the working-day calendar."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from feedback.rules import deadline
from feedback.rules.calendar import Calendar
from feedback.rules.deadline import Limit, Regime
from feedback.rules.limit import PAUSE_CAP, Stage
from feedback.rules.succession import NOTHING, Succession

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
    two_step: bool = True
    """Whether an answer needs a second person before it goes out."""


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
    active: bool = True


@dataclass(frozen=True, slots=True)
class Term:
    """One row of the limits: how long a kind of case may take, in a version."""

    version: str
    code: str
    name: str
    limit: Limit
    stage: Stage = Stage.REPLY
    regime: Regime = Regime.HOTLINE
    source: str = "default"

    @property
    def default(self) -> bool:
        """Whether it is a shipped assumption and not the city's own rule."""
        return self.source == "default"


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
    newest: str = ""
    """The version of the limits that new cases get; empty: the last by name."""
    succession: Succession = NOTHING
    """What became of bureaus and categories that were merged or split."""

    @property
    def leads(self) -> Mapping[str, str]:
        """Who leads each category."""
        return {one.code: one.lead for one in self.categories.values()}

    def serves(self, code: str) -> bool:
        """Whether cases may be sent to this bureau."""
        return code in self.bureaus and self.bureaus[code].active

    @property
    def version(self) -> str:
        """The newest version of the limits."""
        return self.newest or max(version for version, _ in self.terms)

    def term(
        self, *, kind: str, category: str | None, urgent: bool, regime: Regime = Regime.HOTLINE, version: str = ""
    ) -> Term:
        """The limit of a case (SETTLED 11: urgent, then 信访, then the category's own, then the kind's).

        Of a new case in the newest version, of another in the one it was given."""
        own = self.categories.get(category or "")
        code = deadline.choose(
            urgent=urgent,
            category_limit=own.limit if own else None,
            category_kind=own.kind if own else None,
            kind=kind,
            regime=regime,
        )
        return self.term_in(version, code)

    def term_in(self, version: str, code: str) -> Term:
        """The limit of that code in that version; in the newest one where that version has none, or is so new that this process has
        not read it yet."""
        return self.terms.get((version, code)) or self.terms[self.version, code]

    def stage(self, stage: Stage, *, regime: Regime, urgent: bool, version: str) -> Term | None:
        """The limit of a stage: of urgent cases their own where there is one, else that of the regime; None without any. In the
        newest version where this process has not read that one yet."""
        wanted = (Regime.URGENT, regime) if urgent else (regime,)
        known = version if any(one == version for one, _ in self.terms) else self.version
        found = [one for one in self.terms.values() if one.version == known and one.stage is stage]
        return next((one for which in wanted for one in found if one.regime is which), None)

    def pause_cap(self, *, regime: Regime, urgent: bool, version: str) -> Limit:
        """How long the clock may wait for the citizen in one round: the hotline's where a regime has none of its own."""
        found = (self.stage(Stage.PAUSE, regime=which, urgent=urgent, version=version) for which in (regime, Regime.HOTLINE))
        return next((term.limit for term in found if term), PAUSE_CAP)

    def due(self, received: datetime, term: Term) -> Due:
        """The due time of a case received at `received` (aware), in the city's calendar."""
        return self.moved(received, term, deadline.due(received, term.limit, self.calendar))

    def moved(self, received: datetime, term: Term, at: datetime) -> Due:
        """As `due`, where pauses or an extension have moved the due time to `at`."""
        warn = deadline.warn_before(at, term.limit)
        return Due(term, at, warn, deadline.provisional(received, term.limit, self.calendar, until=at))

    def bureau_name(self, code: str | None) -> str:
        """The short name people know, or what to show when nobody has the case."""
        bureau = self.bureaus.get(code or "")
        return bureau.short if bureau else "派单中心"
