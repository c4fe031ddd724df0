"""The three clocks of a case as one picture: lanes over one span of time, each cut into what the time was spent on."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from feedback.actions.hall import Hall
from feedback.rules import clocks
from feedback.rules.clocks import Assignment, Clocks, Span
from feedback.rules.record import Case

WIDTH = 1000
"""Of a lane, in units of its drawing."""
_LEAST = 4

_MEANS = {"wait": "等市民", "late": "超期", "dispatch": "派单中", "run": "在走", "rest": "没有欠答复"}

Pieces = list[tuple[str, datetime, datetime]]


def lanes(hall: Hall, case: Case, measured: Clocks, held: Iterable[Assignment], pauses: Sequence[Span], now: datetime) -> dict[str, Any]:
    """Citizen, legal clock and each bureau, drawn over the same time: from receipt to now, or to the due time if that is later."""
    begin = measured.picture[0].from_at if measured.picture else case.received_at
    stopped = measured.picture[-1].until_at if measured.picture else now
    end = max(stopped, case.due_at) if case.open and case.due_at else stopped
    span = max(end - begin, timedelta(minutes=1))
    rows = [
        _lane("市民", "从提交到答复", measured.citizen, _citizen(measured)),
        _lane("法定期限", "等市民补充时不走", measured.legal, _legal(case, measured)),
    ]
    own = [one for one in held if one.until_at is None or one.until_at > one.from_at]
    for each in measured.bureaus:
        mine = [one for one in own if (one.bureau, one.role) == (each.bureau, each.role)]
        share = "主办" if each.role is clocks.Share.LEAD else "协办"
        rows.append(_lane(hall.city.bureau_name(each.bureau), share, each.hours, _bureau(mine, pauses, stopped, case)))
    drawn = [{**row, "pieces": [_placed(piece, begin, span) for piece in row["pieces"] if piece[1] < piece[2]]} for row in rows]
    due = case.due_at if case.due_at and begin < case.due_at <= end else None
    return {
        "lanes": drawn, "from_at": begin, "until_at": end, "due": _x(due, begin, span) if due else None,
        "now": _x(stopped, begin, span) if stopped < end else None, "means": _used(rows),
    }  # fmt: skip


def _lane(who: str, what: str, hours: float, pieces: Pieces) -> dict[str, Any]:
    return {"who": who, "what": what, "hours": hours, "pieces": pieces}


def _citizen(measured: Clocks) -> Pieces:
    kinds = {clocks.Holding.ANSWERED: "rest", clocks.Holding.WAITING: "wait", clocks.Holding.DISPATCHING: "dispatch"}
    return [(kinds.get(one.kind, "run"), one.from_at, one.until_at) for one in measured.picture]


def _legal(case: Case, measured: Clocks) -> Pieces:
    """It runs whoever has the case, rests while the citizen is asked, and is late behind the due time of this round."""
    pieces: Pieces = []
    for one in measured.picture:
        if one.kind is clocks.Holding.ANSWERED:
            continue
        kind = "wait" if one.kind is clocks.Holding.WAITING else "run"
        pieces += _until_late(kind, one.from_at, one.until_at, case)
    return pieces


def _bureau(own: Sequence[Assignment], pauses: Sequence[Span], stopped: datetime, case: Case) -> Pieces:
    """When it had the case, without the pauses."""
    pieces: Pieces = []
    for one in own:
        since, until = one.from_at, min(one.until_at or stopped, stopped)
        for pause in pauses:
            stop = min(pause.until_at or stopped, until)
            if since < pause.from_at < until:
                pieces += _until_late("run", since, pause.from_at, case)
            if pause.from_at < until and stop > since:
                pieces.append(("wait", max(since, pause.from_at), stop))
                since = stop
        pieces += _until_late("run", since, until, case)
    return pieces


def _until_late(kind: str, since: datetime, until: datetime, case: Case) -> Pieces:
    """What of a stretch was in time, and what was too late."""
    if kind != "run" or case.due_at is None or until <= case.due_at:
        return [(kind, since, until)]
    return [(kind, since, max(since, case.due_at)), ("late", max(since, case.due_at), until)]


def _placed(piece: tuple[str, datetime, datetime], begin: datetime, span: timedelta) -> dict[str, Any]:
    kind, since, until = piece
    x = _x(since, begin, span)
    width = max(_LEAST, round((until - since) / span * WIDTH))
    return {"kind": kind, "x": min(x, WIDTH - _LEAST), "width": width, "words": _MEANS[kind], "from_at": since, "until_at": until}


def _x(moment: datetime, begin: datetime, span: timedelta) -> int:
    return round((moment - begin) / span * WIDTH)


def _used(rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """What the colours mean, of those that are there."""
    kinds = {piece[0] for row in rows for piece in row["pieces"] if piece[1] < piece[2]}
    return [(kind, words) for kind, words in _MEANS.items() if kind in kinds]
