"""The stages of a case that have a limit of their own: sign for it, first word to the citizen, answer; each with its due time and light."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from feedback.rules import deadline
from feedback.rules.city import City, Term
from feedback.rules.limit import Stage
from feedback.rules.record import Assignment, Case

TITLES = {Stage.ACCEPT: "签收", Stage.CONTACT: "首次联系市民", Stage.CONTRIBUTE: "协办反馈", Stage.REPLY: "答复"}


def stages(city: City, case: Case, held: Sequence[Assignment], now: datetime) -> list[dict[str, Any]]:
    """What is due when in this round: the bureau's own stages from its dispatch, the answer from the receipt of the round."""
    leads = [one for one in held if one.role == "lead" and one.round == case.round]
    found = _of_bureau(city, case, leads[-1], now) if leads else []
    found += [_of_support(city, case, one, now) for one in held if one.contribute_due_at and one.round == case.round]
    if case.due_at is not None and case.warn_at is not None:
        term = city.term_in(case.limit_version, case.limit_code)
        answer = _stage(Stage.REPLY, term, case.round_started_at, case.due_at, case.answered_at or case.closed_at, now)
        if case.open and case.paused_at is not None and case.paused_at < case.due_at:
            answer["light"] = deadline.Light.PAUSED
        found.append({**answer, "warn_at": case.warn_at})
    return found


def _of_bureau(city: City, case: Case, lead: Assignment, now: datetime) -> list[dict[str, Any]]:
    wanted = (
        (Stage.ACCEPT, lead.accept_due_at, lead.accepted_at, lead.accept_breached_at),
        (Stage.CONTACT, lead.contact_due_at, lead.contacted_at, lead.contact_breached_at),
    )
    made = []
    for stage, due_at, done_at, missed_at in wanted:
        term = city.stage(stage, regime=case.regime, urgent=case.urgent, version=case.limit_version)
        if due_at is None or term is None:
            continue
        found = _stage(stage, term, lead.from_at, due_at, done_at, min(now, lead.until_at or now))
        if done_at is None and lead.until_at is not None:
            found["light"] = deadline.Light.DONE  # the case left before it was done
        made.append({**found, "late": found["late"] or missed_at is not None})
    return made


def _of_support(city: City, case: Case, held: Assignment, now: datetime) -> dict[str, Any]:
    """What a supporting bureau owes the lead; nothing any more once the case has left it."""
    term = city.stage(Stage.CONTRIBUTE, regime=case.regime, urgent=case.urgent, version=case.limit_version)
    assert term is not None and held.contribute_due_at is not None
    found = _stage(Stage.CONTRIBUTE, term, held.from_at, held.contribute_due_at, held.contributed_at, min(now, held.until_at or now))
    if held.contributed_at is None and held.until_at is not None:
        found["light"] = deadline.Light.DONE
    late = found["late"] or held.contribute_breached_at is not None
    return {**found, "title": _title(city, Stage.CONTRIBUTE, held.bureau), "late": late}


def _title(city: City, stage: Stage, bureau: str) -> str:
    return TITLES[stage] + (f"（{city.bureau_name(bureau)}）" if stage is Stage.CONTRIBUTE else "")


def running(city: City, case: Case, found: Sequence[Any], now: datetime, *, reader: str | None = None) -> list[dict[str, Any]]:
    """What is still owed before the answer of a listed case, the first due first; what several bureaus owe the lead stands once.

    `reader` is the reader's bureau: one that supports has nothing to do with what the lead and the others owe."""
    own = [one for one in found if reader in (None, case.bureau, one["bureau"])]
    shown: dict[Stage, dict[str, Any]] = {}
    for one in own:
        stage = Stage(one["stage"])
        term = city.stage(stage, regime=case.regime, urgent=case.urgent, version=case.limit_version)
        if term is not None and stage not in shown:
            light = deadline.light(now, due_at=one["due_at"], warn_at=one["warn_at"])
            left = deadline.remaining(now, one["due_at"], term.limit, city.calendar)
            several = sum(other["stage"] == stage for other in own)
            title = f"{TITLES[stage]}（{several} 家单位）" if several > 1 else _title(city, stage, one["bureau"])
            shown[stage] = {"stage": stage, "title": title, "due_at": one["due_at"], "light": light, "remaining": left}
    return list(shown.values())


def _stage(
    stage: Stage, term: Term, from_at: datetime, due_at: datetime, done_at: datetime | None, now: datetime
) -> dict[str, Any]:
    """One stage; `late` stays true when it was done too late."""
    warn_at = deadline.warn_before(due_at, term.limit)
    return {
        "stage": stage,
        "title": TITLES[stage],
        "limit": term.limit.text(),
        "default": term.default,
        "version": term.version,
        "from_at": from_at,
        "due_at": due_at,
        "warn_at": warn_at,
        "done_at": done_at,
        "late": (done_at or now) >= due_at,
        "light": deadline.light(now, due_at=due_at, warn_at=warn_at, done=done_at is not None),
    }
