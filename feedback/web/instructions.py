"""The ledger of instructions: who, to whom, what, until when, and what was said; replies, sending back and writing off. Giving one is `instructing`."""

from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from feedback import clock
from feedback.actions import instructing
from feedback.actions.hall import Hall
from feedback.rules import instruction, permission
from feedback.rules.instruction import Act, State
from feedback.rules.permission import Role
from feedback.store import instructions
from feedback.web import case_view, doors, errors, reading, templating
from feedback.web.api import answer
from feedback.web.doors import Enter, door
from feedback.web.instruction_forms import Ledger, Word

LEDGER = Enter(frozenset({Role.SUPERVISOR, Role.LEADER, Role.DISPATCHER, *permission.BUREAU_ROLES}))
STATES = {State.OPEN: "没办完", State.REPORTED: "已报办结，等销号", State.DONE: "已销号"}
ACTS = {Act.PROGRESS: "报进展", Act.DONE: "报办结", Act.SEND_BACK: "退回再办", Act.WRITE_OFF: "销号"}
_DONE = {
    "given": "督办要求已下达。", "progress": "进展已记下。", "done": "已报办结。涉及几家的，各家都报了再等督办员销号。",
    "send_back": "已退回，请承办单位再办。", "write_off": "已销号。",
}  # fmt: skip


def shown(hall: Hall, row: Any, now: datetime) -> dict[str, Any]:
    """One instruction as page and JSON show it."""
    state = instructing.stands(row)
    light = instruction.light(now, due_at=row["due_at"], warn_at=row["warn_at"], done=state is State.DONE)
    last = {
        "at": row["word_at"], "act": row["act"], "text": row["word"], "by": row["word_by"],
        "bureau": case_view.bureau(hall.city, row["word_bureau"]),
    }  # fmt: skip
    return {
        "id": row["id"], "at": row["at"], "by": row["by"], "role": row["role"], "text": row["text"],
        "about": row["about"] or row["title"] or row["number"], "due_at": row["due_at"], "light": light, "state": state,
        "remaining": "" if state is State.DONE else instruction.remaining(now, row["due_at"]),
        "bureaus": [found for code in row["bureaus"] if (found := case_view.bureau(hall.city, code))],
        "undispatched": "" in row["bureaus"], "cases": row["n"], "answered": row["answered"], "first": row["number"],
        "last": last if row["act"] else None, "done_at": row["done_at"],
    }  # fmt: skip


async def listed(request: Request, asked: Ledger) -> tuple[list[dict[str, Any]], int | None]:
    """One page of the ledger for this person, and the cursor of the next."""
    hall, whose = doors.hall(request), instructing.scope(doors.actor(request))
    found = await instructions.page(
        hall.database, asked.state or State.OPEN, whose, after=asked.cursor, limit=instructions.PAGE + 1
    )
    here = found[: instructions.PAGE]
    following = here[-1]["id"] if len(found) > len(here) else None
    return [shown(hall, row, clock.now()) for row in here], following


async def ledger(request: Request) -> Response:
    """Open instructions, overdue first; or those reported, or written off."""
    asked = reading.checked(Ledger, dict(request.query_params))
    who = doors.actor(request)
    rows, following = await listed(request, asked)
    state = asked.state or State.OPEN
    return templating.page(
        request,
        "instructions/ledger.html",
        rows=rows,
        state=state,
        states=STATES,
        counts=await instructions.counts(doors.hall(request).database, instructing.scope(who)),
        acts=ACTS,
        gives=who.role in instruction.GIVERS,
        next=f"/instructions?state={state}&cursor={following}" if following else "",
        done=_DONE.get(asked.done, ""),
    )


async def api_ledger(request: Request) -> Response:
    """Instructions as JSON: `state` open (default), reported or done; `next` is the cursor of the next page."""
    rows, following = await listed(request, reading.checked(Ledger, dict(request.query_params)))
    return answer({"items": rows, "next": str(following) if following else None})


async def whole(request: Request) -> dict[str, Any]:
    """One instruction with its cases and words, and what this person may say. Raises NotYours."""
    hall, who, now = doors.hall(request), doors.actor(request), clock.now()
    given = request.path_params["id"]
    whose = instructing.scope(who)
    found = await instructions.get(hall.database, int(given), whose) if _is_id(given) else None
    if found is None:
        raise permission.NotYours
    told = shown(hall, found, now)
    cases = await instructions.cases_of(hall.database, found["id"], whose)
    return {
        **told,
        "items": [{**dict(one._mapping), "bureau": case_view.bureau(hall.city, one["bureau"])} for one in cases],
        "words": [
            {**dict(one._mapping), "bureau": case_view.bureau(hall.city, one["bureau"])}
            for one in await instructions.words(hall.database, found["id"])
        ],
        "can": [act for act in Act if _may(who.role, told["state"], act)],
    }


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


def _may(role: Role, state: State, act: Act) -> bool:
    try:
        instruction.demand(state, act)
    except instruction.WrongAct:
        return False
    return instruction.may_say(role, act)


async def one(request: Request) -> Response:
    """The page of one instruction."""
    done, left = _DONE.get(request.query_params.get("done", ""), ""), request.query_params.get("left", "0")
    told = f"有 {left} 件刚刚办结或有人处理过，不在这次督办里。" if done and left != "0" and len(left) < 4 and _is_id(left) else ""
    return await _page(request, done=done + told)


async def _page(
    request: Request, *, status_code: int = 200, done: str = "", sentence: str = "", given: Any = None, wrong: Any = None
) -> Response:  # fmt: skip
    return templating.page(
        request, "instructions/one.html", status_code=status_code, order=await whole(request), acts=ACTS, states=STATES,
        done=done, sentence=sentence, given=given or {}, wrong=wrong or {},
    )  # fmt: skip


async def api_one(request: Request) -> Response:
    """One instruction with its cases and what was said."""
    return answer(await whole(request))


async def word(request: Request) -> Response:
    """A word from the page; what prevents it is told there, and nothing typed is lost."""
    given = await reading.posted(request)
    try:
        said = reading.checked(Word, given)
        await _say(request, said)
    except errors.BadFields as bad:
        return await _page(request, status_code=422, given=given, wrong=bad.fields)
    except instruction.WrongAct as fault:
        return await _page(request, status_code=409, given=given, sentence=fault.__doc__ or "")
    return RedirectResponse(f"/instructions/{request.path_params['id']}?done={said.act}", 303)


async def _say(request: Request, said: Word) -> None:
    identity = request.path_params["id"]
    if not _is_id(identity):
        raise permission.NotYours
    hall, who = doors.hall(request), doors.actor(request)
    await instructing.say(hall, who, int(identity), said.act, text=said.text, now=clock.now())


async def api_word(request: Request) -> Response:
    """progress or done by a bureau, send_back or write_off by who gives instructions."""
    await _say(request, reading.strictly(Word, await reading.json(request)))
    return answer(await whole(request))


ROUTES = [
    door("/instructions", ledger, enter=LEDGER, name="instructions"),
    door("/instructions/{id}", one, enter=LEDGER, name="instruction"),
    door("/instructions/{id}/words", word, enter=LEDGER, methods=("POST",), name="instruction_word"),
    door("/api/v1/instructions", api_ledger, enter=LEDGER, name="api_instructions", asks=Ledger),
    door("/api/v1/instructions/{id}", api_one, enter=LEDGER, name="api_instruction"),
    door("/api/v1/instructions/{id}/words", api_word, enter=LEDGER, methods=("POST",), name="api_instruction_word", takes=Word),
]  # fmt: skip
