"""What a reorganisation is asked for with, on the page, as JSON and in a file: checked, and shown before it is planned."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field

from feedback import clock
from feedback.actions import reorganising
from feedback.actions.hall import Hall
from feedback.rules.succession import Act, Change, Refused, Successor, What
from feedback.store import reorganisations
from feedback.web import errors, forms

_Name = forms.words(60)


class Heir(forms.Form):
    """Who takes over; with a name it is new. `categories`: what it takes of a bureau; `words`: what tells its letters."""

    code: Annotated[str, Field(min_length=1, max_length=12)]
    name: _Name = ""  # type: ignore[valid-type]
    short: forms.words(20) = ""  # type: ignore[valid-type]
    categories: list[forms.Code] = Field(default_factory=list)
    words: list[forms.words(20, least=1)] = Field(default_factory=list)  # type: ignore[valid-type]


class Wanted(forms.Form):
    """One reorganisation: of one code, or several merged into one, from 00:00 of the day `on`."""

    what: Literal["bureau", "category"]
    act: Literal["merge", "split", "rename"]
    codes: Annotated[list[forms.Code], Field(min_length=1, max_length=20)]
    into: list[Heir] = Field(default_factory=list)
    name: _Name = ""  # type: ignore[valid-type]
    short: forms.words(20) = ""  # type: ignore[valid-type]
    on: date
    basis: forms.words(200, least=2)  # type: ignore[valid-type]
    preview: bool = False


def changes(wanted: Wanted) -> list[Change]:
    """The changes meant: one for each code. A new unit is made by the first of them."""
    heirs = [
        Successor(one.code, one.name, one.short, frozenset(one.categories), tuple(one.words)) for one in wanted.into
    ]
    again = [Successor(one.code, "", "", one.categories, one.words) for one in heirs]
    return [
        Change(
            2**62 + place, What(wanted.what), Act(wanted.act), code, wanted.on, tuple(again if place else heirs),
            wanted.name, wanted.short,
        )
        for place, code in enumerate(dict.fromkeys(wanted.codes))
    ]  # fmt: skip


async def checked(hall: Hall, wanted: Wanted) -> list[Change]:
    """The changes. Raises BadFields with the reason why they cannot be."""
    made = changes(wanted)
    known = hall.city.categories
    if any(code not in known for heir in wanted.into for code in heir.categories):
        raise errors.BadFields({"into": "分给新单位的事项里有不存在的。"})
    try:
        await reorganising.check(hall, made, now=clock.now())
    except Refused as refused:
        raise errors.BadFields({"codes": str(refused)}) from None
    return made


async def preview(hall: Hall, made: list[Change]) -> list[dict[str, Any]]:
    """What each change would move if it happened now, and what the public will see."""
    found = []
    for change in made:
        extent = await reorganisations.extent(hall.database, change.what, change.code)
        old = name(hall, change.what, change.code)
        found.append(
            {
                "code": change.code,
                "name": old,
                **extent,
                "heirs": await _heirs(hall, change),
                "public": _public(change, old),
            }
        )
    return found  # fmt: skip


async def _heirs(hall: Hall, change: Change) -> list[dict[str, Any]]:
    held = await reorganisations.by_category(hall.database, change.code) if change.what is What.BUREAU else {}
    first = change.successors[0].code if change.successors else ""
    taken = {code for one in change.successors for code in one.categories}
    return [
        {
            "code": one.code,
            "name": one.name or name(hall, change.what, one.code),
            "new": bool(one.name),
            "categories": [name(hall, What.CATEGORY, code) for code in sorted(one.categories)],
            "words": list(one.words),
            "cases": sum(
                n for code, n in held.items() if code in one.categories or (one.code == first and code not in taken)
            ),
        }
        for one in change.successors
    ]


def _public(change: Change, old: str) -> str:
    if change.act is Act.RENAME:
        return f"从 {change.on} 起，公开页面和市民的进度里“{old}”显示为“{change.short or change.name}”。"
    if not change.ends:
        return f"从 {change.on} 起，划出去的部分不再派给“{old}”，在办的转给接手的单位，期限不变；其余照旧。"
    return f"从 {change.on} 起，新诉求不再派给“{old}”；在办诉求的进度里写明由谁继续办理，期限不变；以前的公开答复仍写当时的单位。"


def name(hall: Hall, what: What, code: str) -> str:
    """What a bureau or category is called now."""
    found = hall.city.bureaus.get(code) if what is What.BUREAU else hall.city.categories.get(code)
    return found.name if found else code
