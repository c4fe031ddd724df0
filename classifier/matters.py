"""Two matters in one letter that have nothing to do with each other: where to cut it, and who would answer for each part.

A proposal for a person who splits letters; nothing is ever split by it. Parts are read by the city model like letters of their own.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from classifier.letter import Understanding
    from classifier.understanding import Understander

SHORTEST = 7
"""Characters a part must have to say what it wants."""
MOST_CUTS = 12
"""Places of a letter that are tried, first come first: bounds the time."""
SAID = 0.10
"""How sure both parts together must be where the writer says that something else follows (另外 …); chosen on the corpus, see README."""
UNSAID = 0.85
"""The same where a sentence merely ends."""

HEARD = 6
"""Both matters must be among so many likeliest ones of the whole letter: a stray remark read alone can sound like anything."""
_EVERYWHERE = {"V01", "V02", "V06", "V07", "V09"}
"""What may be said beside any matter (praise, impatience, wishes) and is none by itself."""

_ELSE = re.compile(
    r"(?:^|(?<=[。！？!?；;，,、\s：:…）)]))(?:再?顺便|另外|还有(?!人|没|点|一点|几)|此外|除此|同时也?|另(?=[，,:：请问有])|再(?:一个|问|提|有|反映|说一)|也(?:请|想问|顺)"
    r"|第[二三](?:[、，,.：:是个件])|[二三](?:[、，,.：:]|是|件事|来)|其二|[2-4２-４②③](?:[、.．，,：:）)]|(?=[^\d\s点号楼月年日栋路万千元块个米\-]))|还想|还要(?:问|反映|投诉|说)|以及请|两(?:个|件|样)|一并)"
)
_SENTENCE = re.compile(r"[。！？!?；;\n]+")
_CONNECTIVE = re.compile(r"^[\s，,、。；;：:]*(?:再?顺便|另外|还有|此外|同时也?|第?[二三](?:[、，,.：:是]|件事|个)*|[2-4][、.．，,：:）)]?)[\s，,、：:]*")


@dataclass(frozen=True, slots=True)
class Matter:
    """One part of a letter's body (offsets in the body) and what it is about; `probability` of its category."""

    start: int
    end: int
    category: str
    bureau: str
    probability: float


def find(understander: "Understander", title: str, body: str) -> tuple[Matter, ...]:
    """The two parts of a letter with two independent matters, in order; empty for a letter with one. Never fails because of a text."""
    cuts = _cuts(body)
    if not cuts:
        return ()
    whole, *read = understander.parts([(title, body), *((title, body[:cut]) for cut, _ in cuts), *(("", _CONNECTIVE.sub("", body[cut:])) for cut, _ in cuts)])
    heard = {understander.labels[one] for one in (-whole.probabilities).argsort()[:HEARD].tolist()} - _EVERYWHERE
    best = 0.0
    found: tuple[Matter, ...] = ()
    for (cut, said), left, right in zip(cuts, read[: len(cuts)], read[len(cuts) :], strict=True):
        sure = _sure(left, right, understander.labels) if {left.category, right.category} <= heard else 0.0
        level = sure / (SAID if said else UNSAID)
        if level >= 1 and level > best:
            best, found = level, (_matter(left, 0, cut), _matter(right, cut, len(body)))
    return found


def _cuts(body: str) -> list[tuple[int, bool]]:
    """Where the letter may be cut, and whether the writer says there that something else follows."""
    said = {match.start() for match in _ELSE.finditer(body)}
    ends = {match.end() for match in _SENTENCE.finditer(body)}
    places = [(place, place in said) for place in sorted(said | ends) if SHORTEST <= place <= len(body) - SHORTEST]
    return sorted(sorted(places, key=lambda one: not one[1])[:MOST_CUTS])


def _sure(left: "Understanding", right: "Understanding", labels: Sequence[str]) -> float:
    """How sure it is that these are two matters of two bureaus: both plain, and neither part speaks of the other's matter."""
    (one, first), (other, second) = left.categories[0], right.categories[0]
    if one == other or left.bureaus[0][0] == right.bureaus[0][0] or left.sensitive or right.sensitive:
        return 0.0
    crossed = max(float(left.probabilities[labels.index(other)]) / max(first, 1e-6), float(right.probabilities[labels.index(one)]) / max(second, 1e-6))
    return first * second * max(0.0, 1 - 2 * crossed)


def _matter(part: "Understanding", start: int, end: int) -> Matter:
    category, probability = part.categories[0]
    return Matter(start, end, category, part.bureaus[0][0], probability)
