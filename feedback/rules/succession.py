"""What became of a bureau or a category: renamed, merged, split, or parts of it handed over, each from a date on.

Codes never change and are never used again, so that the past stays readable. Pure: the changes are arguments."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from feedback.rules.permission import SECRET_BUREAUS
from feedback.rules.record import Candidate, Decision, Understanding

_CODE = re.compile(r"[A-Z][A-Z0-9_]{1,11}")


class What(StrEnum):
    """What is reorganised."""

    BUREAU = "bureau"
    CATEGORY = "category"


class Act(StrEnum):
    """How."""

    RENAME = "rename"
    MERGE = "merge"
    SPLIT = "split"


@dataclass(frozen=True, slots=True)
class Successor:
    """Who takes over. `name` is given for one that is new.

    Of a split bureau `categories` are those it takes, of a split category `words` those that tell its letters; the first
    successor takes what no other one does."""

    code: str
    name: str = ""
    short: str = ""
    categories: frozenset[str] = frozenset()
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """One reorganisation of one code, from 00:00 of the day `on`. A split code that is among its successors goes on."""

    id: int
    what: What
    act: Act
    code: str
    on: date
    successors: tuple[Successor, ...] = ()
    name: str = ""
    short: str = ""

    @property
    def ends(self) -> bool:
        """Whether the code is retired by it."""
        return self.act is not Act.RENAME and all(one.code != self.code for one in self.successors)

    @property
    def order(self) -> tuple[date, int]:
        """In which order changes happen: by day, on one day as they were planned."""
        return self.on, self.id


class Refused(Exception):
    """A reorganisation that cannot be; the message says why, in Chinese."""


@dataclass(frozen=True, slots=True)
class Known:
    """What there is now: codes in use, codes that ever were, who leads which category, and which bureaus may only be renamed."""

    alive: Mapping[What, Collection[str]]
    ever: Mapping[What, Collection[str]]
    leads: Mapping[str, str]
    fixed: Collection[str] = ()


def check(new: Change, planned: Sequence[Change], known: Known, *, today: date) -> None:
    """Raises Refused, with a sentence, for a change that cannot happen beside those already planned."""
    same = [one for one in planned if one.what is new.what]
    if new.on < today:
        raise Refused("生效日期不能早于今天。")
    if new.code not in known.alive[new.what]:
        raise Refused(f"{new.code} 不存在，或者已经撤销。")
    if any(one.code == new.code for one in same if one.act is not Act.RENAME):
        raise Refused(f"{new.code} 已经安排了调整，请先取消那一次。")
    if new.act is Act.RENAME:
        return _check_name(new)
    _check_fixed(new, known)
    _check_successors(new)
    for one in new.successors:
        _check_successor(new, one, same, known)
    later = next((one for one in same if one.order >= new.order and new.ends and _leads_to(one, new.code)), None)
    if later is not None:
        raise Refused(f"{later.code} 已经安排在 {later.on} 并入 {new.code}，那时 {new.code} 已经不在了。")


def _check_name(new: Change) -> None:
    if len(new.name) < 2 or (new.what is What.BUREAU and not new.short):
        raise Refused("请写明新的名称和简称。")


def _check_fixed(new: Change, known: Known) -> None:
    """The channels for reports against officials are the law's, districts are places: neither is merged away here."""
    if new.what is What.BUREAU:
        touched = {new.code, *(one.code for one in new.successors)}
        if touched & set(SECRET_BUREAUS):
            raise Refused("检举控告的渠道（纪检监察、组织部门）只能更名，不能合并或拆分。")
        if new.code in known.fixed:
            raise Refused("城区和热线中心只能更名：诉求的地点跟着城区走，行政区划调整要另外安排。")
    elif known.leads.get(new.code) in SECRET_BUREAUS:
        raise Refused("检举控告的事项只能更名，不能合并或拆分。")


def _check_successors(new: Change) -> None:
    codes = [one.code for one in new.successors]
    if len(set(codes)) != len(codes):
        raise Refused("同一个去处写了两次。")
    if new.act is Act.MERGE and (len(codes) != 1 or codes == [new.code]):
        raise Refused("合并要选一个别的去处。")
    if new.act is Act.SPLIT and len(codes) < 2:
        raise Refused("拆分至少要有两个去处。")
    taken = [category for one in new.successors for category in one.categories]
    if len(set(taken)) != len(taken):
        raise Refused("同一个事项分给了两个单位。")


def _check_successor(new: Change, one: Successor, planned: Sequence[Change], known: Known) -> None:
    if one.name:
        made = {each.code for change in planned for each in change.successors if each.name}
        if not _CODE.fullmatch(one.code):
            raise Refused(f"新代码 {one.code[:12]} 要用大写字母开头，2 到 12 个大写字母、数字或下划线。")
        if one.code in known.ever[new.what] or one.code in made:
            raise Refused(f"代码 {one.code} 用过了，代码不能重复使用，请换一个。")
        return
    made = {each.code for change in planned if change.order <= new.order for each in change.successors if each.name}
    if one.code not in known.alive[new.what] and one.code not in made:
        raise Refused(f"没有 {one.code[:12]}，或者已经撤销；新设的要写名称。")
    gone = next((each for each in planned if each.code == one.code and each.ends and each.on <= new.on), None)
    if gone is not None:
        raise Refused(f"{one.code} 在 {gone.on} 已经并入别处，请直接选它的去处。")
    if new.what is What.CATEGORY and known.leads.get(one.code) in SECRET_BUREAUS:
        raise Refused("别的事项不能并入检举控告。")


def _leads_to(change: Change, code: str) -> bool:
    return any(one.code == code and not one.name for one in change.successors)


@dataclass(frozen=True, slots=True)
class Succession:
    """The changes that have happened, in their order."""

    changes: tuple[Change, ...] = ()

    def bureau(self, code: str, *, category: str | None = None) -> str:
        """Who answers now for what this bureau answered for, in this category if one is given."""
        return self._followed(What.BUREAU, code, lambda change: _by_category(change, category))

    def category(self, code: str, *, text: str = "") -> str:
        """What this category is now, for a letter with this text."""
        return self._followed(What.CATEGORY, code, lambda change: _by_words(change, text) or change.successors[0].code)

    def label(self, code: str, *, text: str = "", since: date | None = None) -> str | None:
        """What a category that somebody confirmed on the day `since` is called now, for training.

        None where it was split and no word of the text tells which part is meant: a label nobody has given is no label."""
        found: str | None = code
        for change in self._of(What.CATEGORY):
            if found == change.code and (since is None or since < change.on):
                found = change.successors[0].code if change.act is Act.MERGE else _by_words(change, text)
        return found

    def folded(self, what: What, code: str) -> str:
        """The code whose figures this one's belong to: merged ones in their successor's. A split one stands for itself:
        what its parts would have been nobody knows."""
        for change in self._of(what):
            if change.code == code and change.act is Act.MERGE:
                code = change.successors[0].code
        return code

    def family(self, what: What, code: str) -> frozenset[str]:
        """All codes whose figures belong to this one's, itself included."""
        return frozenset({code, *(one.code for one in self._of(what) if self.folded(what, one.code) == code)})

    def _of(self, what: What) -> Iterable[Change]:
        return (one for one in self.changes if one.what is what and one.act is not Act.RENAME)

    def _followed(self, what: What, code: str, choose: Callable[[Change], str]) -> str:
        for change in self._of(what):
            if change.code == code:
                code = choose(change)
        return code


def heir(change: Change, category: str | None) -> str:
    """Who takes over a case or rule of this category from a merged or split bureau."""
    return _by_category(change, category)


def _by_category(change: Change, category: str | None) -> str:
    return next((one.code for one in change.successors if category in one.categories), change.successors[0].code)


def _by_words(change: Change, text: str) -> str | None:
    return next((one.code for one in change.successors if any(word in text for word in one.words)), None)


NOTHING = Succession()


def present(found: Understanding, text: str, past: Succession, leads: Mapping[str, str]) -> Understanding:
    """What a model that was trained before the changes understood, in the city's present codes.

    `leads`: who leads each category now. What was split and no word decides goes to a person."""
    if found.category is None:
        return found
    category = past.category(found.category, text=text)
    sure = past.label(found.category, text=text) is not None
    bureau = _present_bureau(found.bureau, found.category, category, found.district, past, leads)
    routed = found.decision is not Decision.AUTO or (sure and bureau is not None)
    return replace(
        found,
        category=category,
        bureau=bureau,
        decision=found.decision if routed else Decision.TRIAGE,
        support=tuple(dict.fromkeys(one for one in (past.bureau(code, category=category) for code in found.support) if one != bureau)),
        candidates=_merged(found, text, past, leads),
        bureaus=_summed((past.bureau(code, category=category), share) for code, share in found.bureaus),
    )  # fmt: skip


def _present_bureau(
    bureau: str | None, before: str, after: str, district: str | None, past: Succession, leads: Mapping[str, str]
) -> str | None:
    if before == after:
        return past.bureau(bureau, category=after) if bureau else None
    lead = leads.get(after)
    return district if lead == "DIST" else lead


def _merged(found: Understanding, text: str, past: Succession, leads: Mapping[str, str]) -> tuple[Candidate, ...]:
    """The candidates under their present codes; two that are one now are added up."""
    merged: dict[str, Candidate] = {}
    for one in found.candidates:
        code = past.category(one.category, text=text)
        bureau = _present_bureau(one.bureau, one.category, code, found.district, past, leads)
        before = merged.get(code)
        share = one.probability + (before.probability if before else 0.0)
        merged[code] = Candidate(code, before.bureau if before else bureau, share)
    return tuple(sorted(merged.values(), key=lambda one: -one.probability))


def _summed(shares: Iterable[tuple[str, float]]) -> tuple[tuple[str, float], ...]:
    found: dict[str, float] = {}
    for code, share in shares:
        found[code] = found.get(code, 0.0) + share
    return tuple(sorted(found.items(), key=lambda pair: -pair[1]))
