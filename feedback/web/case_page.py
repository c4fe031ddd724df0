"""What the case page shows beside the view that it shares with the JSON API: marked words, texts in plain words, choices of its forms."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from feedback.actions.hall import Hall
from feedback.actions.revealing import MAY_REVEAL
from feedback.rules import clocks, permission
from feedback.rules.city import DISTRICT_LEADS, City
from feedback.rules.permission import Actor
from feedback.rules.record import Case
from feedback.rules.status import Step
from feedback.store import people
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
    "correct_category", "regime",
    "suspend", "return", "decline", "divert", "rework", "refuse_rework", "recuse", "terminate",
)  # fmt: skip

LABELS = {
    "reason": "理由", "basis": "依据", "propose": "建议派给", "message": "联系市民", "question": "问市民",
    "text": "内容", "measure": "措施", "until": "时间", "responsible": "责任人", "finding": "内部调查情况",
    "answer": "公开答复", "outcome": "办理结果", "note": "备注", "comment": "评价", "route": "建议的途径",
    "channel": "转到", "explanation": "说明", "to": "转给", "lead": "主件编号", "instruction": "督办要求",
    "bureau": "承办单位", "category": "事项", "support": "协办单位", "days": "延期天数", "person": "同事",
    "uphold": "是否同意退单", "grant": "是否同意延期", "due_at": "完成时间", "version": "版本", "step": "操作",
}  # fmt: skip
"""Fields of steps, as forms and history call them."""

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
    return [(LABELS.get(field, field), _words(city, step, field, body)) for field, body in texts.items()]


def _words(city: City, step: Step, field: str, body: str) -> str:
    if field == "reason":
        return {Step.RETURN: wording.RETURN_REASONS, Step.DECLINE: wording.DECLINE_REASONS}.get(step, {}).get(
            body, body
        )
    if field == "propose":
        return city.bureau_name(body)
    return {"outcome": wording.OUTCOMES, "channel": wording.CHANNELS}.get(field, {}).get(body, body)


def pieces(view: dict[str, Any], now: datetime) -> list[dict[str, Any]]:
    """The clock as one bar: who held the case for how long, what of it was too late, and what is left of the limit."""
    due, bar = view["due_at"], []
    for one in view["clocks"]["picture"]:
        late = one["kind"] in _COUNTED and due is not None and one["until_at"] > due
        since = max(one["from_at"], due) if late else one["until_at"]
        bar.append(_piece(one["who"], one["kind"].value, since - one["from_at"]))
        bar.append(_piece(f"{one['who']}（超期）", "late", one["until_at"] - since))
    if due is not None and view["clocks"]["legal"]["running"] and due > now:
        bar.append(_piece("离期限还有", "left", due - now))
    return [piece for piece in bar if piece["hours"] > 0]


_COUNTED = (clocks.Holding.DISPATCHING, clocks.Holding.HELD)


def _piece(who: str, kind: str, span: timedelta) -> dict[str, Any]:
    return {"who": who, "kind": kind, "hours": span / timedelta(hours=1)}


def draft(view: dict[str, Any]) -> dict[str, str]:
    """The finding and answer last written in this round, to be reviewed or mended."""
    written = (one["texts"] for one in reversed(view["timeline"]) if _in_round(view, one, Step.REPLY))
    return next(written, {})


def sent_back(view: dict[str, Any]) -> str:
    """Why the reviewer wants the answer of this round written again; empty when that is not so."""
    last = next((one for one in reversed(view["timeline"]) if one["step"] in (Step.REPLY, Step.SEND_BACK)), None)
    return last["texts"].get("reason", "") if last and _in_round(view, last, Step.SEND_BACK) else ""


def _in_round(view: dict[str, Any], entry: dict[str, Any], step: Step) -> bool:
    return entry["step"] is step and entry["round"] == view["round"]


def newest(view: dict[str, Any]) -> str:
    """Who did what last, as one sentence's beginning: 沈科（市生态环境局）11 月 24 日…"""
    last = view["timeline"][-1]
    where = f"（{last['bureau']['name']}）" if last["bureau"] and last["role"] in permission.BUREAU_ROLES else ""
    return f"{last['by']}{where}做了“{wording.STEPS[last['step']]}”"


async def shown(hall: Hall, who: Actor, case: Case, *, now: datetime) -> dict[str, Any]:
    """Everything the case page needs to show one case."""
    view = await case_view.staff(hall, who, case, now=now)
    reasons = view["ledger"]["reasons"] if view["ledger"] else []
    history = [{**one, "said": spoken(hall.city, one["step"], one["texts"])} for one in view["timeline"]]
    return {
        "case": view,
        "history": history[::-1],
        "body": marked(view["body"], reasons),
        "pieces": pieces(view, now),
        "draft": draft(view),
        "sent_back": sent_back(view),
        "main": [name for name in MAIN if name in view["can"]],
        "rest": [name for name in REST if name in view["can"]],
        "may_reveal": who.role in MAY_REVEAL and bool(view["contact"]["phone"] or view["contact"]["name"]),
        "open_to": _open_to(who),
        "choices": await choices(hall, case, view["can"]),
        "labels": LABELS,
    }


def _open_to(who: Actor) -> str:
    """The only bureau whose cases this person can open, or empty: links to others would lead nowhere."""
    return who.bureau or "" if who.role in permission.BUREAU_ROLES else ""


async def choices(hall: Hall, case: Case, can: Sequence[str]) -> dict[str, Any]:
    """The choices of the forms that are offered."""
    some = set(can)
    bureau, category = some & {"dispatch", "return", "decide_return"}, some & {"dispatch", "correct_category"}
    colleagues = await people.colleagues(hall.database, case.bureau) if "assign" in some and case.bureau else []
    return {
        "bureaus": bureaus(hall.city, secret=case.protected) if bureau else [],
        "categories": categories(hall.city) if category else [],
        "colleagues": [(one.id, f"{one.name}（{wording.ROLES[one.role]}）") for one in colleagues],
        "days": offering.most_days(case, hall.city),
    }


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
        groups.setdefault(one.group, []).append((one.code, one.name))
    return list(groups.items())
