"""What the case page shows beside the view that it shares with the JSON API: marked words, texts in plain words, choices of its forms."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from feedback.actions import authoring, counting
from feedback.actions.hall import Hall
from feedback.actions.revealing import MAY_REVEAL
from feedback.rules import permission
from feedback.rules.city import DISTRICT_LEADS, City
from feedback.rules.permission import Actor
from feedback.rules.record import Case, Person
from feedback.rules.status import Step
from feedback.store import people, units
from feedback.store.together import together
from feedback.web import case_view, offering, wording

MAIN = (
    "accept",
    "decide_return",
    "dispatch",
    "reply",
    "approve",
    "send_back",
    "resume",
    "decide_extension",
    "contribute",
)
"""Steps a case usually waits for; the others are folded away."""

REST = (
    "contact", "ask_citizen", "supplement", "remind", "note", "assign", "request_extension", "instruct", "join", "unjoin",
    "correct_category", "split", "urgent", "regime",
    "suspend", "return", "decline", "divert", "rework", "refuse_rework", "recuse", "terminate",
)  # fmt: skip

_KINDS = {
    "D": "城区",
    "B": "市直部门",
    "V": "垂直管理单位",
    "P": "党群部门",
    "U": "公用企业",
    "S": "下属单位",
    "C": "热线中心",
}

Choices = list[tuple[str, list[tuple[str, str]]]]


def marked(text: str, words: Iterable[str]) -> list[tuple[str, bool]]:
    """The text in pieces, each with whether it is one of the words that decided; longer words first."""
    wanted = sorted({word for word in words if word.strip()}, key=len, reverse=True)
    if not wanted:
        return [(text, False)]
    pieces = re.split("(" + "|".join(map(re.escape, wanted)) + ")", text, flags=re.IGNORECASE)
    return [(piece, place % 2 == 1) for place, piece in enumerate(pieces) if piece]


def spoken(city: City, step: Step, texts: dict[str, str]) -> list[tuple[str, str]]:
    """What was said at a step as label and words, codes replaced by what they mean."""
    order = {field: place for place, field in enumerate(wording.FIELDS)}
    told = sorted(texts.items(), key=lambda one: order.get(one[0], len(order)))
    return [(wording.FIELDS.get(field, field), _words(city, step, field, body)) for field, body in told]


def _words(city: City, step: Step, field: str, body: str) -> str:
    if field == "reason":
        return {Step.RETURN: wording.RETURN_REASONS, Step.DECLINE: wording.DECLINE_REASONS}.get(step, {}).get(
            body, body
        )
    if field in ("propose", "bureau"):
        return city.bureau_name(body)
    if field == "category":
        return city.categories[body].name if body in city.categories else body
    if field in ("contact_at", "due_at"):
        return body.replace("T", " ")[:16]
    return _CODES.get(field, {}).get(body, body)


_YES_NO = {"true": "是", "false": "否"}
_CODES: dict[str, dict[str, str]] = {
    "uphold": _YES_NO, "grant": _YES_NO, "urgent": _YES_NO,
    "outcome": wording.OUTCOMES, "channel": wording.CHANNELS, "truth": wording.TRUTHS, "duty": wording.DUTIES,
    "contact_way": wording.CONTACT_WAYS,
}  # fmt: skip


def written(view: dict[str, Any]) -> dict[str, str]:
    """The finding and answer last sent in this round, to be reviewed or mended."""
    sent = (one["texts"] for one in reversed(view["timeline"]) if _in_round(view, one, Step.REPLY))
    return next(sent, {})


def typed(city: City, given: dict[str, Any]) -> list[tuple[str, str]]:
    """What somebody typed into a form, as labels and words."""
    words = {name: body for name, body in given.items() if isinstance(body, str) and body and name in wording.FIELDS}
    step = next((one for one in Step if one == given.get("step")), Step.NOTE)
    return spoken(city, step, {name: body for name, body in words.items() if name not in ("step", "version")})


FINDINGS = ("truth", "duty", "contact_way", "contact_at", "finding", "obstacle")
"""The internal part of an answer, in the order it is read."""


def found(city: City, sent: dict[str, str]) -> list[tuple[str, str]]:
    """The internal part as labels and words."""
    return [(wording.FIELDS[name], _words(city, Step.REPLY, name, sent[name])) for name in FINDINGS if sent.get(name)]


def since(view: dict[str, Any], seen: Any) -> list[dict[str, Any]]:
    """What happened after the event the page had seen; without a number, the last one."""
    known = int(seen) if str(seen).isdecimal() and len(str(seen)) < 10 else len(view["timeline"]) - 1
    return [one for one in view["timeline"] if one["seq"] > known]


def sent_back(view: dict[str, Any]) -> str:
    """Why the reviewer wants the answer of this round written again; empty when that is not so."""
    last = next((one for one in reversed(view["timeline"]) if one["step"] in (Step.REPLY, Step.SEND_BACK)), None)
    return last["texts"].get("reason", "") if last and _in_round(view, last, Step.SEND_BACK) else ""


def answered(view: dict[str, Any]) -> tuple[str, str]:
    """What the newest answer is and its words: still to be approved, out, or out in a round before; both empty without one."""
    last = next((one for one in reversed(view["timeline"]) if one["texts"].get("answer")), None)
    if last is None:
        return "", ""
    out = "公开答复" if last["round"] == view["round"] else "此前的公开答复"
    return "拟好的答复" if last["step"] is Step.REPLY else out, last["texts"]["answer"]


def _in_round(view: dict[str, Any], entry: dict[str, Any], step: Step) -> bool:
    return entry["step"] is step and entry["round"] == view["round"]


def newest(view: dict[str, Any]) -> str:
    """Who did what last, as one sentence's beginning: 沈科（市生态环境局）11 月 24 日…"""
    last = view["timeline"][-1]
    where = f"（{last['bureau']['name']}）" if last["bureau"] and last["role"] in permission.BUREAU_ROLES else ""
    return f"{last['by']}{where}做了“{wording.STEPS[last['step']]}”"


async def shown(hall: Hall, who: Actor, case: Case, *, now: datetime) -> dict[str, Any]:
    """Everything the case page needs to show one case."""
    view = await case_view.staff(hall, who, case, now=now, entering=True)
    reasons = view["ledger"]["reasons"] if view["ledger"] else []
    history = [{**one, "said": spoken(hall.city, one["step"], one["texts"])} for one in view["timeline"]]
    sent = written(view)
    return {
        "case": view,
        "history": history[::-1],
        "heading": marked(view["title"], reasons),
        "body": marked(view["body"], reasons),
        "sent": sent,
        "found": found(hall.city, sent),
        "outgoing": [one for one in view["attachments"] if one["outgoing"]],
        "sent_back": sent_back(view),
        "answered": answered(view),
        "parts": [{**one, "open": _opens(who, (one["bureau"] or {}).get("code"))} for one in view["parts"]],
        "opens_orders": _opens(who, case.bureau),
        "main": [name for name in MAIN if name in view["can"]],
        "rest": [name for name in REST if name in view["can"]],
        "may_reveal": who.role in MAY_REVEAL and bool(view["contact"]["phone"] or view["contact"]["name"]),
        "open_to": _open_to(who),
        "choices": await choices(hall, case, view["can"]),
        "labels": wording.FIELDS,
        "alone": _answers_alone(hall, who, case),
        "authors": authoring.may_write(who, case.bureau),
    }


def _answers_alone(hall: Hall, who: Actor, case: Case) -> bool:
    """Whether what is sent goes to the citizen at once."""
    bureau = hall.city.bureaus.get(case.bureau or "")
    return who.role in permission.BUREAU_ROLES and bureau is not None and not bureau.two_step


def _opens(who: Actor, bureau: str | None) -> bool:
    """Whether this person can open the page of a case that this bureau leads, and the instructions on it. None are protected."""
    return permission.may_see(who, protected=False, bureaus={bureau} - {None})


def _open_to(who: Actor) -> str:
    """The only bureau whose cases this person can open, or empty: links to others would lead nowhere."""
    return who.bureau or "" if who.role in permission.BUREAU_ROLES else ""


async def choices(hall: Hall, case: Case, can: Sequence[str]) -> dict[str, Any]:
    """The choices of the forms that are offered."""
    some = set(can)
    bureau, category = some & {"dispatch", "return", "decide_return"}, some & {"dispatch", "correct_category"}
    readers, own_units = await together(
        hall.database,
        lambda asked: people.readers(asked, case, bureaus={case.bureau} - {None}),
        lambda asked: units.of(asked, case.bureau or ""),
    )
    own = [one for one in readers if one.bureau is not None and one.bureau == case.bureau]
    return {
        "bureaus": bureaus(hall.city, secret=case.protected) if bureau else [],
        "categories": categories(hall.city) if category else [],
        "units": [(one.id, one.name) for one in own_units] if "assign" in some else [],
        "colleagues": [(one.id, f"{one.name}（{wording.ROLES[one.role]}）") for one in own] if "assign" in some else [],
        "readers": _by_place(hall.city, readers if "note" in some else []),
        "days": offering.most_days(case, hall.city),
        "rework": counting.rework_term(hall, case).limit.text() if "rework" in some else "",
    }


def _by_place(city: City, readers: Sequence[Person]) -> list[tuple[str, list[tuple[int, str]]]]:
    """People under the bureau they belong to."""
    groups: dict[str, list[tuple[int, str]]] = {}
    for one in readers:
        place = city.bureau_name(one.bureau) if one.bureau else "市里"
        groups.setdefault(place, []).append((one.id, f"{one.name}（{wording.ROLES[one.role]}）"))
    return list(groups.items())


def bureaus(city: City, *, secret: bool = False) -> Choices:
    """The bureaus that may have a case, by kind; for a protected case the only two it may go to (SETTLED 4)."""
    allowed = [one for one in city.bureaus.values() if one.active and one.code != DISTRICT_LEADS]
    if secret:
        return [("", [(one.code, one.name) for one in allowed if one.code in permission.SECRET_BUREAUS])]
    by_kind = [(name, [(one.code, one.name) for one in allowed if one.kind == kind]) for kind, name in _KINDS.items()]
    return [(name, group) for name, group in by_kind if group]


def categories(city: City) -> Choices:
    """All categories under their groups."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for one in city.categories.values():
        if one.active:
            groups.setdefault(one.group, []).append((one.code, one.name))
    return list(groups.items())
