"""What staff see of one case, as plain data for the JSON API and for the case page. Contacts are masked here."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from feedback.actions import counting
from feedback.actions.hall import Hall
from feedback.rules import clocks, deadline
from feedback.rules.city import City
from feedback.rules.permission import Actor
from feedback.rules.record import Case, Event, Text
from feedback.store import casefile, drafts
from feedback.web import (
    attachment_view,
    case_clock,
    case_time,
    hinting,
    named,
    neighbours,
    offering,
    reply_desk,
    stage_view,
    wording,
)

Named = named.Named
category, bureau, district = named.category, named.bureau, named.district
"""Code and name: what the view and all others call things by."""


def light(case: Case, now: datetime) -> deadline.Light:
    """The colour beside a case: green, yellow, red, paused or done."""
    if case.due_at is None or case.warn_at is None or not case.open:
        return deadline.Light.DONE
    return deadline.light(now, due_at=case.due_at, warn_at=case.warn_at, paused_at=case.paused_at)


def remaining(city: City, case: Case, now: datetime) -> str:
    """What is left of the time, in words; empty when nothing is owed any more."""
    if case.due_at is None or not case.open:
        return ""
    term = city.term_in(case.limit_version, case.limit_code)
    return deadline.remaining(now, case.due_at, term.limit, city.calendar)


def row(
    hall: Hall, case: Case, now: datetime, *, title: str = "", owed: Sequence[Any] = (), reader: str | None = None
) -> dict[str, Any]:
    """One case in a list. `title` is that of a protected case, for who may read it; `owed` are its running stages; `reader` is the
    bureau of the person who sees the list."""
    city = hall.city
    return {
        "number": case.number,
        "version": case.version,
        "title": title or case.title or ("保密件" if case.protected else ""),
        "status": case.status,
        "kind": case.kind,
        "category": category(city, case.category),
        "district": district(city, case.district),
        "bureau": bureau(city, case.bureau),
        "address": case.address,
        "urgent": case.urgent,
        "received_at": case.received_at,
        "due_at": case.due_at,
        "light": light(case, now),
        "remaining": remaining(city, case, now),
        "stages": stage_view.running(city, case, owed, now, reader=reader),
        "round": case.round,
        "reminders": case.reminders,
        "source": case.source,
    }


def words_of(hall: Hall, case: Case, sealed: bytes | None) -> tuple[str, str, str]:
    """Title, address and body; those of a protected case are opened. Only for who may see the case."""
    if sealed is None:
        return case.title, case.address, case.body
    title, address, body = hall.vault.open(sealed).split("\n", 2)
    return title, address, body


def _contact(hall: Hall, beside: Any) -> tuple[str, dict[str, str]]:
    """The name as it is, for judging a reply; and all of it masked, for showing."""
    left = (beside["contact_name"], beside["phone"], beside["email"])
    name, phone, email = (hall.vault.open(sealed) if sealed else "" for sealed in left)
    masked = wording.masked_name(name), wording.masked_phone(phone), wording.masked_email(email)
    return name, dict(zip(("name", "phone", "email"), masked, strict=True))


_AS_THEY_ARE = ("decision", "anonymous", "protected", "provisional", "extended_days", "regime")


async def staff(hall: Hall, who: Actor, case: Case, *, now: datetime, entering: bool = False) -> dict[str, Any]:
    """Everything about one case for somebody who may see it; `entering` tells colleagues that it is open before them."""
    file = await casefile.whole(hall.database, case, who, vault=hall.vault)
    beside, history, said, held = file.margins, file.history, file.said, file.held
    title, address, body = words_of(hall, case, beside["sealed_text"] if case.protected else None)
    extension = _extension(beside)
    facts = offering.Facts.of(history, case, extension)
    can = offering.names(who, case, facts, hall.city, now)
    name, contact = _contact(hall, beside)
    before = await counting.before_split(hall, case)
    return {
        **row(hall, case, now),
        "title": title,
        "address": address,
        "body": body,
        **{name: getattr(case, name) for name in _AS_THEY_ARE},
        "own_part": _last(said, "part"),
        "stages": stage_view.stages(hall.city, case, held, now),
        "parts": letter_parts(hall, case, file.letter, staff=True),
        "limit": counting.term_of(hall, case).name,
        "extension_unit": deadline.extension_unit(counting.term_of(hall, case).limit),
        "handler": beside["handler"],
        "unit": beside["unit"],
        "lead": beside["lead"],
        "followers": list(beside["followers"]),
        "contact": contact,
        "holders": [
            {"bureau": bureau(hall.city, one.bureau), "role": one.role, "from_at": one.from_at,
             "accepted_at": one.accepted_at, "until_at": one.until_at}
            for one in held
        ],
        "attachments": attachment_view.staff(hall, who, case, file.attachments),
        "timeline": _timeline(hall, history, file.names, said, attachment_view.counted(file.attachments)),
        "notes": [{"at": _at(history, t.seq), "text": t.body} for t in said if t.field == "note"],
        "clocks": _clocks(hall, case, history, held, now, before=before),
        "pause": _pause(hall.city, case, [*before, *history]),
        "ledger": _ledger(hall, beside, file.corrections),
        "instructions": [dict(one._mapping) for one in file.instructions],
        **neighbours.shown(hall, who, case, file),
        "answer": _last(said, "answer"),
        "finding": _last(said, "finding"),
        "outcome": _last(said, "outcome"),
        "extension": extension,
        "returned": _returned(hall, facts, said),
        "rating": rating(case),
        **await reply_desk.beside(hall, who, case, can, name=name, kept=drafts.opened(hall.vault, beside["draft_at"], beside["draft"]), now=now, entering=entering),
        "hints": await hinting.shown(hall, case, (title, address, body), can),
        "can": can,
    }  # fmt: skip


def letter_parts(hall: Hall, case: Case, found: Iterable[Any], *, staff: bool) -> list[dict[str, Any]]:
    """The other ones of the cases of one letter. Staff never learn of a part that was sealed; its writer knows it anyway."""
    others = [one for one in found if one["id"] != case.id and not (staff and one["protected"])]
    return [neighbours.brief(hall, one) | ({"bureau": None} if one["protected"] else {}) for one in others]


def _extension(beside: Any) -> dict[str, Any] | None:
    """The extension asked for in this round."""
    fields = ("days", "asked_at", "granted", "decided_at")
    return {name: beside[name] for name in fields} if beside["days"] is not None else None


def rating(case: Case) -> dict[str, Any] | None:
    """What the citizen said of the answer of this round."""
    if case.rated_at is None:
        return None
    return {"solved": case.solved, "satisfaction": case.satisfaction, "at": case.rated_at}


def _returned(hall: Hall, facts: offering.Facts, said: list[Text]) -> dict[str, Any] | None:
    """The return that waits for the dispatcher: who, why and to whom instead."""
    if facts.undecided is None:
        return None
    words = {text.field: text.body for text in said if text.seq == facts.undecided.seq}
    proposed = bureau(hall.city, words.get("propose"))
    reason = wording.RETURN_REASONS.get(words.get("reason", ""), words.get("reason", ""))
    by, basis = bureau(hall.city, facts.undecided.bureau), words.get("basis", "")
    return {"bureau": by, "at": facts.undecided.at, "reason": reason, "basis": basis, "propose": proposed}


def _timeline(
    hall: Hall, history: list[Event], names: dict[int, str], said: list[Text], files: Counter[int]
) -> list[dict[str, Any]]:
    by_seq: dict[int, dict[str, str]] = {}
    for text in said:
        by_seq.setdefault(text.seq, {})[text.field] = text.body
    return [
        {
            "at": event.at,
            "step": event.step,
            "status": event.to_status,
            "by": names.get(event.person_id or 0, wording.ROLES[event.actor]),
            "role": event.actor,
            "bureau": bureau(hall.city, event.bureau),
            "round": event.round,
            "seq": event.seq,
            "texts": by_seq.get(event.seq, {}),
            "files": files[event.seq],
        }
        for event in history
    ]


def _at(history: list[Event], seq: int) -> datetime:
    return history[seq - 1].at


def _last(said: list[Text], field: str) -> str:
    return next((text.body for text in reversed(said) if text.field == field), "")


def _pause(city: City, case: Case, history: list[Event]) -> dict[str, Any]:
    """How long the clock may wait for the citizen in this round, and what is left of that for the next question."""
    cap = counting.cap_of(city, case)
    return {"cap": cap.amount, "left": counting.pause_left(city, case, history), "unit": cap.unit.chinese}


def _clocks(
    hall: Hall, case: Case, history: list[Event], held: Iterable[Any], now: datetime, *, before: list[Event]
) -> dict[str, Any]:
    shares = [clocks.Assignment(one.bureau, clocks.Share(one.role), one.from_at, one.until_at) for one in held]
    pauses = case_time.pauses(history, before)
    measured = clocks.measure(case_time.rounds(history), assignments=shares, pauses=pauses, now=now)
    return {
        "citizen": {"first_hours": measured.citizen_first, "hours": measured.citizen},
        "legal": {"hours": measured.legal, "running": measured.legal_running, "due_at": case.due_at},
        "bureau": [
            {"bureau": bureau(hall.city, one.bureau), "role": one.role, "hours": one.hours, "running": one.running}
            for one in measured.bureaus
        ],
        "picture": [
            {"who": hall.city.bureau_name(one.who) if one.who else clocks.TITLES[one.kind], "kind": one.kind,
             "from_at": one.from_at, "until_at": one.until_at, "hours": one.hours}
            for one in measured.picture
        ],
        "drawn": case_clock.lanes(hall, case, measured, shares, pauses, now),
    }  # fmt: skip


def _ledger(hall: Hall, found: Any, corrections: Iterable[Any]) -> dict[str, Any] | None:
    if found["decision"] is None:
        return None
    triples = zip(found["categories"], found["bureaus"], found["scores"], strict=True)
    return {
        "decision": found["decision"],
        "model": found["model"],
        "probability": found["probability"],
        "threshold": found["threshold"],
        "reasons": found["reasons"],
        "candidates": [
            {"category": category(hall.city, code), "bureau": bureau(hall.city, lead), "probability": score}
            for code, lead, score in triples
        ],
        "corrections": [_correction(hall.city, one) for one in corrections],
    }


def _correction(city: City, found: Any) -> dict[str, Any]:
    """A correction with what its codes are called."""
    known = dict(found._mapping)
    names = {
        f"{end}_category_name": (category(city, known[f"{end}_category"]) or {}).get("name") for end in ("from", "to")
    }
    names |= {f"{end}_bureau_name": (bureau(city, known[f"{end}_bureau"]) or {}).get("name") for end in ("from", "to")}
    return known | names
