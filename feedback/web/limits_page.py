"""The limits as a page for the system administrator: what applies, since when, and a new version for new cases."""

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from feedback import clock
from feedback.actions import keeping_limits
from feedback.rules import limit
from feedback.rules.administration import Act
from feedback.rules.limit import Limit, Regime, Stage, Unit
from feedback.store import limits
from feedback.web import admin, doors, reading, templating
from feedback.web.doors import door

REGIMES = {Regime.HOTLINE: "热线诉求", Regime.URGENT: "紧急诉求", Regime.XINFANG: "信访事项（《信访工作条例》）"}
STAGES = {
    Stage.ACCEPT: "签收：从派单算", Stage.CONTACT: "首次联系：从派单算", Stage.RETURN: "退单：从派单算",
    Stage.CONTRIBUTE: "协办反馈：从派单算",
    Stage.REPLY: "答复：从收到算", Stage.REWORK: "重办：从新一轮算",
    Stage.PAUSE: "暂停计时：同一轮几次提问合计",
}  # fmt: skip
SOURCES = {"default": "系统默认", "city": "本市规定", "seen": "公开文件", "memory": "待核实"}
LONGEST_NOTE = 200
ENTER = admin.entrance(Act.LIMITS)


async def show(request: Request) -> Response:
    """The newest version, with a field for each amount."""
    return await _page(request, {}, {})


async def _page(request: Request, given: dict[str, str], faults: dict[str, str]) -> Response:
    hall = doors.hall(request)
    rows = await limits.rows(hall.database, hall.city.version)
    groups = {name: [_row(row) for row in rows if row["regime"] == regime] for regime, name in REGIMES.items()}
    return templating.page(
        request,
        "admin/limits.html",
        status_code=422 if faults else 200,
        version=hall.city.version,
        groups={name: some for name, some in groups.items() if some},
        versions=await limits.versions(hall.database),
        sources=SOURCES,
        units={unit.value: unit.chinese for unit in Unit},
        names={row["code"]: row["name"] for row in rows} | {"note": "依据"},
        given=given,
        faults=faults,
        done=request.query_params.get("done", "") == hall.city.version,
    )


def _row(row: Any) -> dict[str, Any]:
    return {**dict(row._mapping), "stage": STAGES[Stage(row["stage"])], "unit": row["unit"]}


async def change(request: Request) -> Response:
    """A new version, or the page again with what was typed."""
    hall, given = doors.hall(request), await reading.posted(request)
    rows = await limits.rows(hall.database, hall.city.version)
    seen = await limits.rows(hall.database, given.get("version", "")) or rows
    given = _changed(seen, given)
    wanted, faults = _limits({row["code"]: Unit(row["unit"]) for row in rows}, given)
    faults |= _overtaken(seen, rows, wanted)
    note = given.get("note", "").strip()
    if not 2 <= len(note) <= LONGEST_NOTE:
        faults["note"] = f"请写明依据的文件，2 到 {LONGEST_NOTE} 个字。"
    if not faults:
        try:
            version = await keeping_limits.change(hall, doors.actor(request), wanted, note=note, now=clock.now())
            return RedirectResponse(f"/admin/limits?done={version}", 303)
        except keeping_limits.NothingNew as fault:
            faults["note"] = fault.__doc__ or ""
    return await _page(request, given, faults)


def _changed(seen: Sequence[Any], given: dict[str, str]) -> dict[str, str]:
    """What was typed without the limits that were left as the page showed them: the form sends them all, and those that somebody
    else has changed since then are not taken back."""
    kept = dict(given)
    for row in seen:
        typed = (given.get(row["code"], "").strip(), given.get(f"{row['code']}_unit", row["unit"]))
        if typed == (str(row["amount"]), row["unit"]):
            del kept[row["code"]]
            kept.pop(f"{row['code']}_unit", None)
    return kept


def _overtaken(seen: Sequence[Any], rows: Sequence[Any], wanted: dict[str, Limit]) -> dict[str, str]:
    """A sentence for each wanted limit that somebody else has changed since the page was opened."""
    before, now = ({row["code"]: Limit(row["amount"], Unit(row["unit"])) for row in some} for some in (seen, rows))
    return {
        code: f"您打开这一页以后，别人把它改成了 {now[code].text()}。要用您填的，请再点一次。"
        for code in wanted
        if before.get(code) != now[code] != wanted[code]
    }


def _limits(units: dict[str, Unit], given: dict[str, str]) -> tuple[dict[str, Limit], dict[str, str]]:
    """The limits that were typed, in the unit that was chosen beside them, and a sentence for each that is none."""
    typed = {code: given[code].strip() for code in units if given.get(code, "").strip()}
    good, wrong = dict[str, Limit](), list[str]()
    for code in sorted(typed):
        try:
            good[code] = limit.parse(f"{typed[code].lstrip('0')}{given.get(f'{code}_unit', units[code])}")
        except ValueError:
            wrong.append(code)
    return good, dict.fromkeys(wrong, f"请填 1 到 {limit.MOST} 的整数，再选单位。")


ROUTES = [
    door("/admin/limits", show, enter=ENTER, name="limits"),
    door("/admin/limits", change, enter=ENTER, methods=("POST",), name="limits_change"),
]
