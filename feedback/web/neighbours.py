"""Other cases beside one: those that may be the same incident, those of the same person, those of the same place."""

from collections.abc import Iterable, Sequence
from typing import Any

from feedback.actions import grouping
from feedback.actions.hall import Hall
from feedback.rules.permission import BUREAU_ROLES, Actor
from feedback.rules.record import Case
from feedback.store import casefile
from feedback.web import named


def shown(hall: Hall, who: Actor, case: Case, file: casefile.File) -> dict[str, list[dict[str, Any]]]:
    """The three lists: `similar` the likeliest first, `earlier` and `same_place` newest first; only what `who` may open.

    A case of the same place stands there only if it is in no other list. Beside a protected case there is nothing."""
    if case.protected:
        return {"similar": [], "earlier": [], "same_place": []}
    similar = _similar(hall, who, case, file.alike)
    person = [one for one in file.neighbours if one.why == "person"]
    known = {one["number"] for one in similar} | {one.number for one in person}
    place = [one for one in file.neighbours if one.why == "place" and one.number not in known]
    return {"similar": similar, "earlier": _briefs(hall, person), "same_place": _briefs(hall, place)}


def _similar(hall: Hall, who: Actor, case: Case, alike: Sequence[Any]) -> list[dict[str, Any]]:
    found = grouping.proposals(hall, case, alike)
    mine = [one for one in found if who.role not in BUREAU_ROLES or one.row["bureau"] == who.bureau]
    return [{**brief(hall, one.row), "likeness": one.chance, "same": one.same} for one in mine]


def _briefs(hall: Hall, found: Iterable[casefile.Neighbour]) -> list[dict[str, Any]]:
    return [brief(hall, {name: getattr(one, name) for name in one.__slots__}) for one in found]


def brief(hall: Hall, found: Any) -> dict[str, Any]:
    """Another case in a line."""
    known = {name: found[name] for name in ("number", "title", "status", "received_at")}
    return {**known, "bureau": named.bureau(hall.city, found["bureau"])}
