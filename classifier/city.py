"""Trains the city model from the written corpus: categories, bureaus, kinds, urgency, and the thresholds of every decision."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt

from classifier import (
    calibration,
    card,
    corpus,
    features,
    fitting,
    judging,
    leading,
    lexicon,
    manners,
    measuring,
    origin,
    place,
    routing,
    storage,
    tables,
    weighing,
)
from classifier.corpus import Letter
from classifier.judging import Judge
from classifier.linear import Array, Linear, Reals
from classifier.tables import DISTRICT_BUREAU, City

PRECISION = 0.97
"""Share of automatic routings that must be right on left-out letters (see README)."""
RIDGE = 1.0
"""Larger than for messages of one newspaper: here every letter was written to be unlike the others."""
MANNERS = {"everyday": "everyday", "plain": "everyday", "board": "board", "": "desk"}
"""How the letters of a table of the corpus are written, where that is told apart (data/corpus/README.md); the others are hard.
Letters of the desk come from no table."""
SECOND = 0.5
"""How much a text speaks for its second matter."""
TOLD = 2.0
"""Weight of such a little letter beside one of the corpus: it holds the matter of many."""
_FOUND = {"urgent": ("urgent", 0.92), "sensitive": ("sensitive", 0.90), "suspicious": ("sensitive", 0.98)}
"""Share of urgent letters and of accusations that must be found: 0.90 of the accusations are kept from everybody but the
confidential desk, and nothing that could be one of 0.98 is routed without a person (a higher share would hide every tenth letter)."""


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """What a careful reader says of each letter, as numbers."""

    labels: tuple[str, ...]
    leads: tuple[str, ...]
    category: npt.NDArray[np.int64]
    lead: npt.NDArray[np.int64]
    kind: npt.NDArray[np.int64]
    urgent: npt.NDArray[np.int64]
    accusing: npt.NDArray[np.int64]
    marked: npt.NDArray[np.bool_]
    """Letters of which a reader has said kind and urgency; of the others the judges learn nothing."""
    plain: npt.NDArray[np.bool_]
    """Letters not written for one hard case: those come in series, and would make the model look surer than it is."""
    manner: npt.NDArray[np.str_]
    """How each letter is written: one of MANNERS, `hard` for one that avoids the obvious words, `boundary` for one of a hard case."""

    def of(self, rows: npt.NDArray[np.int64]) -> Self:
        """The same of these letters only."""
        arrays = {one.name: getattr(self, one.name) for one in fields(self) if one.name not in ("labels", "leads")}
        return replace(self, **{name: values[rows] for name, values in arrays.items()})


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """The parts of a city model that are kept as arrays."""

    linear: Linear
    judge: Judge
    trust: Judge

    def arrays(self) -> dict[str, Array]:
        """Everything that has to be kept, by name."""
        return {
            **self.linear.arrays(), "judge_weights": self.judge.weights, "judge_bias": self.judge.bias,
            "trust_weights": self.trust.weights, "trust_bias": self.trust.bias,
        }


def _place(letter: Letter, gazetteer: place.Gazetteer) -> tuple[str, str | None]:
    text = f"{letter.title}\n{letter.body}"
    return text, letter.district or place.find(gazetteer, text)[0]


def _lead(letter: Letter, city: City, gazetteer: place.Gazetteer) -> str:
    """The bureau that must lead: as marked, else by category and rules; any district is 属地."""
    text, district = _place(letter, gazetteer)
    return leading.general(city, letter.lead or routing.lead(city, category=letter.category, district=district, text=text))


def _known(letters: Sequence[Letter], city: City) -> Known:
    labels = tuple(code for code in city.categories if any(letter.category == code for letter in letters))
    gazetteer = place.gazetteer(city.districts)
    leads = [_lead(letter, city, gazetteer) for letter in letters]
    names = tuple(sorted({*leads, *(leading.general(city, city.categories[code].lead) for code in labels), DISTRICT_BUREAU}))
    plain = np.array([not letter.boundary for letter in letters])
    return Known(
        labels, names,
        category=np.array([labels.index(letter.category) for letter in letters]),
        lead=np.array([names.index(lead) for lead in leads]),
        kind=np.array([corpus.KINDS.index(letter.kind or corpus.KINDS[0]) for letter in letters]),
        urgent=np.array([int(letter.urgent) for letter in letters]),
        accusing=np.array([int(letter.category == routing.ACCUSATION) for letter in letters]),
        marked=np.array([bool(letter.kind) for letter in letters]),
        plain=plain if plain.any() else ~plain,
        manner=np.array(["boundary" if letter.boundary else MANNERS.get(letter.file, "hard") for letter in letters]),
    )


def _targets(letters: Sequence[Letter], known: Known) -> Reals:
    """A column for each category, each kind, urgency, each lead; the usual kind and urgency where nobody has said them."""
    categories = np.eye(len(known.labels))[known.category]
    for row, letter in enumerate(letters):
        if letter.second in known.labels and letter.second != letter.category:
            categories[row, known.labels.index(letter.second)] = SECOND
    judged = np.hstack((np.eye(len(corpus.KINDS))[known.kind], known.urgent[:, None]))
    judged[~known.marked] = judged[known.marked].mean(axis=0)
    return np.hstack((categories, judged, np.eye(len(known.leads))[known.lead]))


def _recalling(scores: Reals, wanted: npt.NDArray[np.bool_], *, recall: float) -> float:
    """Highest score that still finds `recall` of the wanted texts."""
    found = np.sort(scores[wanted])
    return round(float(found[int((1 - recall) * len(found))]), 6) if len(found) else 0.0


def _judged(letters: Sequence[Letter], known: Known, parts: weighing.Parts, chances: Reals, city: City) -> Reals:
    """What the judges of kind, urgency and accusation see of every letter."""
    return weighing.traits(
        [(one.title, one.body) for one in letters], parts, chances, labels=known.labels,
        urgent=[city.categories[code].urgent for code in known.labels], alarms=[weighing.alarms(f"{one.title}\n{one.body}") for one in letters],
    )


def _ranking(
    letters: Sequence[Letter], known: Known, parts: weighing.Parts, chances: Reals, scales: weighing.Scales, city: City
) -> leading.Ranking:
    """The first three bureaus of every letter and the evidence for them."""
    gazetteer = place.gazetteer(city.districts)
    texts, districts = zip(*(_place(letter, gazetteer) for letter in letters), strict=True)
    return weighing.ranking(
        parts, chances, first=weighing.likely(chances), scales=scales, labels=known.labels, table=leading.table(city, known.leads),
        texts=texts, districts=districts,
    )


def _measured(
    known: Known, chances: Reals, *, unseen: Mapping[str, Reals], levels: Mapping[str, float], certain: Reals, order: npt.NDArray[np.int64]
) -> dict[str, object]:
    """Left-out figures, of letters of the general corpus and of those written for hard cases apart."""
    categories, right = np.argsort(-chances, axis=1, kind="stable"), order[:, 0] == known.lead
    figures: dict[str, object] = {}
    parts = [(name, known.manner == name) for name in ("everyday", "board", "hard", "boundary")]
    for name, rows in (("city", known.plain & known.marked), *parts):
        if rows.any():
            figures[name] = {
                "category": measuring.ranked(categories[rows], known.category[rows]),
                "bureau": measuring.ranked(order[rows], known.lead[rows]),
                "calibration_error": round(calibration.calibration_error(certain[rows], right[rows]), 4),
                "coverage_at_precision": measuring.coverage(certain[rows], right[rows]),
                "risk_coverage": measuring.risk_coverage(certain[rows], right[rows]),
                "by_category": measuring.by_category(categories[rows, 0], known.category[rows], known.labels),
                "kind_macro_f1": measuring.macro_f1(unseen["kind"][rows].argmax(axis=1), known.kind[rows]),
                "urgent": measuring.found(unseen["urgent"][rows, 0], known.urgent[rows], level=levels["urgent"]),
                "sensitive": measuring.found(unseen["sensitive"][rows, 0], known.accusing[rows], level=levels["sensitive"]),
                "sensitive_or_suspicious": measuring.found(unseen["sensitive"][rows, 0], known.accusing[rows], level=levels["suspicious"]),
            }
    return figures


def learn(
    letters: Sequence[Letter], *, city: City, words: Sequence[lexicon.Word] = (), precision: float = PRECISION,
    weights: Mapping[str, float] | None = None,
) -> tuple[dict[str, object], Trained]:
    """What model.json has to say, and the model itself. The same letters and words give the same model, to the byte.

    `weights` (by a letter's id) say how much it counts beside an ordinary letter of the corpus."""
    letters = manners.polite([letter for letter in letters if letter.category in city.categories])
    known = _known(letters, city)
    targets = _targets(letters, known)
    examples, exemplary = lexicon.examples(words, targets, city, labels=known.labels, leads=known.leads)
    documents = [*examples, *(features.grams(one.title, one.body) for one in letters)]
    counting = np.array([TOLD] * len(examples) + [(weights or {}).get(one.id, 1.0) for one in letters])
    written = len(letters)
    fitted = fitting.fit(
        documents, np.vstack((exemplary, targets)), lexicon=lexicon.hints(words, known.labels), spared=len(examples), ridge=RIDGE, weights=counting,
    )
    # From here on only of letters whose scores by a model that had not seen them are known.
    letters, known = [letters[one] for one in fitted.asked], known.of(fitted.asked)
    plain, parts = known.plain, weighing.parted(fitted.left_out, labels=known.labels)
    kin = weighing.families(known.labels, city)
    scales = weighing.Scales(
        calibration.certainty(parts.categories[plain], known.category[plain], kin), calibration.certainty(parts.leads[plain], known.lead[plain]),
    )
    chances = scales.categories.chances(parts.categories, kin)
    rows = _judged(letters, known, parts, chances, city)
    truths = {"kind": (known.kind, len(corpus.KINDS)), "urgent": (known.urgent, 2), "sensitive": (known.accusing, 2)}
    unseen = {name: judging.left_out(rows, truth, answers=count, among=known.marked) for name, (truth, count) in truths.items()}
    levels = {
        name: _recalling(unseen[judge][:, 0], truths[judge][0] == 1, recall=recall) for name, (judge, recall) in _FOUND.items()
    }
    chances = weighing.consistent(
        chances, known.labels, praising=unseen["kind"].argmax(axis=1) == corpus.KINDS.index("praise"),
        accusing=unseen["sensitive"][:, 0] >= levels["suspicious"],
    )
    ranking = _ranking(letters, known, parts, chances, scales, city)
    evidence, order = ranking.evidence, ranking.order
    right = (order[:, 0] == known.lead).astype(np.int64)
    certain = weighing.chance(judging.left_out(evidence, right, answers=2, among=plain)[:, 0])
    levels["auto"] = calibration.threshold(certain[plain], right[plain] == 1, precision=precision)
    raised = calibration.raised(certain[plain], right[plain] == 1, told=order[plain, 0], common=levels["auto"], precision=precision)
    about: dict[str, object] = {
        "made_for": "city", "labels": list(known.labels), "kinds": list(corpus.KINDS), "leads": list(known.leads),
        "certainty": asdict(scales.categories), "lead_certainty": asdict(scales.leads), "levels": levels, "precision": precision,
        "raised": {known.leads[lead]: level for lead, level in raised.items()},
        "texts": written, "asked": len(letters), "measured": _measured(known, chances, unseen=unseen, levels=levels, certain=certain, order=order),
    }
    judge = judging.together([judging.learned(rows[known.marked], truth[known.marked], answers=count) for truth, count in truths.values()])
    return about, Trained(fitted.model, judge, judging.learned(evidence[plain], right[plain], answers=2))


def train(
    corpus_folder: Path, city_folder: Path, out: Path, *, precision: float = PRECISION, more: Sequence[Letter] = (),
    weights: Mapping[str, float] | None = None, desk: Mapping[str, object] | None = None, served: City | None = None,
) -> Mapping[str, object]:
    """Trains on data/corpus for the city's tables, writes the model folder whole and returns what its model.json says.

    `precision` is the share of automatic routings that must be right; `more` letters of the desk, with their `weights` and what `desk`
    says of them, join the corpus; `served` is the city as a database has it. Raises tables.BadTable when a table or the corpus cannot be read.
    """
    city = served or tables.read(city_folder)
    letters = [*corpus.read(corpus_folder), *more]
    about, model = learn(letters, city=city, words=lexicon.terms(city_folder, city), precision=precision, weights=weights)
    if desk:
        about["desk"] = desk
    return storage.save(out, about={**about, "origin": origin.of(corpus_folder, city_folder)}, arrays=model.arrays(), card=card.written)
