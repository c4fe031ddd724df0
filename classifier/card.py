"""The model card: what a city model learned from, how good it is on letters it did not see, and what it must not be used for."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

_NAMES = {
    "city": "letters of the general corpus", "everyday": "those of them in the words most people use, short", "board": "long ones, as on a message board",
    "hard": "those written to avoid the obvious words", "boundary": "letters written for the fifty hard cases of routing",
}
_TABLES = ("by_category", "risk_coverage")
_LIMITS = """\
- It proposes; people decide. Below its threshold a dispatcher chooses, and a letter that may accuse an official is never routed by it.
- Its letters were written for it, not received: on real post it does worse than here. The audit sample of the desk (3 % of all letters it
  routed) is the only unbiased measure of how much worse.
- It knows the bureaus, districts and categories of one city. Another city brings its own tables and trains again.
- It reads Chinese. Other languages, pictures and speech go to a dispatcher.
- It is no judge of whether a letter is true, of a citizen, or of a bureau's work, and must not be used as one.
- Urgency is a help for the order of the desk; who is in danger calls 110, 119 or 120, and the page says so."""


def written(about: Mapping[str, Any]) -> str:
    """The card of the model that says this of itself in model.json; the same model, the same card."""
    measured: Mapping[str, Mapping[str, Any]] = dict(sorted(about["measured"].items(), key=lambda item: item[0] != "city"))
    return "\n\n".join((
        f"# City model {about.get('version', '')}",
        _origin(about),
        "## How good it is", _figures(about, measured),
        "## How often it errs, by how much it is asked (risk and coverage)", _curve(measured),
        "## By category", _categories(measured),
        "## What it must not be used for", _LIMITS,
        "## Made of", _made_of(about),
    )) + "\n"


def whole(about: Mapping[str, Any], *, golden: Sequence[bool], curve: Sequence[Mapping[str, str]]) -> str:
    """The card that is kept in the repository: that of the model, its golden set, and what a city's own letters are worth."""
    rows = [(one["messages"], one["with_corpus"], one["alone"] or "–") for one in curve]
    return "\n".join((
        written(about),
        "## Golden set", "",
        f"{sum(golden)} of {len(golden)} right at first choice: three plain letters of every category (`data/golden.csv`), written apart from the corpus. "
        "They are clear on purpose; the figure is a floor against decay, not a forecast.",
        "",
        "## What a city's own letters are worth", "",
        f"Macro F1 on {curve[0]['asked'] if curve else 0} held-out real messages with seven coarse labels, after so many others joined the corpus with the "
        "weight of a dispatched letter (`python -m tests.bench.learning_curve`, with the corpus of 11,092 letters of 23 November 2026; the real messages are no part of this project).",
        "", table(("real messages learned", "with the corpus", "alone"), rows), "",
        "The corpus is worth as much as about three hundred labelled messages. Beyond that, on these labels, messages alone do better: the seven labels "
        "were drawn by other hands than our categories, and letters of other categories draw answers away. A city that labels with these "
        "categories has no such seam, and no other source for the hundred and forty it has few letters of.", "",
    ))


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def _origin(about: Mapping[str, Any]) -> str:
    desk = about.get("desk") or {}
    confirmed = (
        f" and {desk['letters']} letters of the desk, confirmed by people, personal data replaced (received before {desk['before']})" if desk else ""
    )
    own = int(about["texts"]) - int(desk.get("letters", 0))
    return (
        f"Learned from {own} letters of this project's own corpus (`data/corpus`, written by its authors, none received from citizens){confirmed}. "
        f"{len(about['labels'])} categories, {len(about['leads'])} leading bureaus. It routes by itself at a stated precision of {about['precision']}: "
        "when it gives its first bureau at least the chance that reached this precision on letters left out of training."
    )


def _figures(about: Mapping[str, Any], measured: Mapping[str, Mapping[str, Any]]) -> str:
    told = "; ".join(f"`{name}`: {_NAMES.get(name, name)}" for name in measured)
    first = next(iter(measured.values()))
    rows = []
    for name in (one for one in first if one not in _TABLES):
        for inner in first[name] if isinstance(first[name], dict) else ("",):
            rows.append([f"{name} {inner}".strip(), *(one[name][inner] if inner else one[name] for one in measured.values())])
    return (
        "Every letter was scored by a model that had seen neither it nor its near duplicates (closed form); the judges of kind, urgency and "
        f"accusation by five folds. {told}.\n\n" + table(["figure", *measured], rows)
    )


def _curve(measured: Mapping[str, Mapping[str, Any]]) -> str:
    shares = next(iter(measured.values())).get("risk_coverage", {})
    rows = [[f"{float(share):.0%}", *(one["risk_coverage"].get(share, "") for one in measured.values())] for share in shares]
    return "Share of wrong bureaus among the most certain share of all letters.\n\n" + table(["letters routed", *measured], rows)


def _categories(measured: Mapping[str, Mapping[str, Any]]) -> str:
    found = next(iter(measured.values())).get("by_category", {})
    rows = [(code, one["letters"], one["recall"], one["precision"]) for code, one in found.items()]
    return "First category, left-out letters of the general corpus.\n\n" + table(("category", "letters", "recall", "precision"), rows)


def _made_of(about: Mapping[str, Any]) -> str:
    origin, libraries = about.get("origin") or {}, about.get("libraries") or {}
    lines = [
        f"- data `{origin.get('data', '?')}`, code `{origin.get('code', '?')}` (SHA-256 of what it learned from and of what learned, 16 digits)",
        "- " + ", ".join(f"{name} {version}" for name, version in libraries.items()),
        *(f"- `{name}` {digest}" for name, digest in (about.get("sha256") or {}).items()),
    ]
    return "\n".join(lines)
