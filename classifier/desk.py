"""Learning from a city's own desk: letters people have confirmed join the corpus, and two models are asked the same letters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from classifier import city, leading
from classifier.corpus import Letter
from classifier.golden import Called, as_ever
from classifier.tables import City
from classifier.understanding import Understander


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A letter without personal data, its category and lead as people chose them, and what it counts beside one of the corpus."""

    id: str
    category: str
    bureau: str
    district: str
    title: str
    body: str
    weight: float


def train(
    corpus_folder: Path, city_folder: Path, out: Path, *, confirmed: Sequence[Confirmed], before: str, served: City,
    precision: float = city.PRECISION,
) -> Mapping[str, object]:
    """A model of corpus and desk for the city as it is served, in a folder of its own; returns what its model.json says.

    Of kind and urgency the desk's letters teach nothing: what stands in a case is the machine's own guess, or the citizen's.
    `before` is the day from which on nothing was learned. Raises tables.BadTable when a table cannot be read."""
    ids = {one.id: f"desk-{one.id}" for one in confirmed}
    return city.train(
        corpus_folder, city_folder, out, served=served, precision=precision, more=[_letter(one, ids[one.id]) for one in confirmed],
        weights={ids[one.id]: one.weight for one in confirmed}, desk={"letters": len(confirmed), "before": before},
    )


def _letter(one: Confirmed, name: str) -> Letter:
    return Letter(name, one.category, "", False, one.district, "", one.title, one.body, (), lead=one.bureau)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a model makes of one confirmed letter."""

    category: bool
    bureau: bool


def verdicts(understander: Understander, letters: Sequence[Confirmed], *, called: Called = as_ever) -> list[Verdict]:
    """Of each letter whether category and lead are those people chose, by what they are `called` today; any district counts as 属地."""
    return [_verdict(understander, one, called) for one in letters]


def _verdict(understander: Understander, one: Confirmed, called: Called) -> Verdict:
    told = understander.understand(one.title, one.body, district=one.district or None)
    text, served = f"{one.title}\n{one.body}", understander.city
    same = called(told.category, text) == one.category
    first = called(told.bureaus[0][0], text) if told.bureaus else ""
    led = leading.general(served, first) == leading.general(served, one.bureau) if one.bureau else same
    return Verdict(same, led)
