"""Staff steps by name: the form of each, the action it calls, and the order of the checks. Pages and JSON API both come here."""

import contextlib
import re
from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from typing import Any

from starlette.requests import Request

from feedback import clock
from feedback.actions import dispatching, handling, joining, recusing, splitting, supervising, taking_calls
from feedback.actions.hall import Hall
from feedback.rules import code, permission
from feedback.rules.attachment import Kept
from feedback.rules.limit import Regime
from feedback.rules.permission import Actor
from feedback.rules.record import Case
from feedback.rules.status import TABLE, Step, WrongStep
from feedback.store import cases
from feedback.web import casework_forms, doors, errors, forms, reading

Verb = Callable[..., Awaitable[Case]]

FAR = 2200
"""A year nobody means; from here on times of other zones may be none at all."""
_VERSION = re.compile(r"[0-9]{1,19}")


class Taking:
    """One step as the outside names it: its form, its action, and the steps of the table it may become."""

    def __init__(
        self, form: type[forms.StepForm], verb: Verb, *steps: Step, check: Any = None, with_files: Any = None
    ) -> None:  # fmt: skip
        self.form, self.verb, self.steps, self.check = form, verb, steps, check
        self.with_files = with_files
        """The form when files come with the step; None where none may."""


async def _known_bureaus(hall: Hall, given: Any) -> dict[str, Any]:
    wrong = [code for code in (given.bureau, *given.support) if not hall.city.serves(code)]
    if wrong:
        raise errors.BadFields({"bureau": f"没有这个单位：{wrong[0][:20]}"})
    if given.category is not None:
        _demand_category(hall, given.category)
    return _plain(given)


async def _known_category(hall: Hall, given: Any) -> dict[str, Any]:
    _demand_category(hall, given.category)
    return _plain(given)


def _demand_category(hall: Hall, code: str) -> None:
    found = hall.city.categories.get(code)
    if found is None or not found.active:
        raise errors.BadFields({"category": f"没有这个事项：{code[:20]}"})


async def _proposal(hall: Hall, given: Any) -> dict[str, Any]:
    if given.propose and not hall.city.serves(given.propose):
        raise errors.BadFields({"propose": f"没有这个单位：{given.propose[:20]}"})
    return _plain(given)


async def _lead(hall: Hall, given: Any) -> dict[str, Any]:
    found = await cases.get(hall.database, given.lead)
    if found is None or found.protected:
        raise errors.BadFields({"lead": "没有找到这个编号的主件。"})
    return {"lead": found}


async def _in_time(hall: Hall, given: Any) -> dict[str, Any]:
    if given.due_at.year >= FAR or given.due_at <= clock.now():
        raise errors.BadFields({"due_at": "完成时间应当在现在以后。"})
    return _plain(given)


async def _still_to_come(hall: Hall, given: Any) -> dict[str, Any]:
    """A day written as such must not be over; words such as 雨季过后 are left to the citizen's judgement."""
    with contextlib.suppress(ValueError):
        if date.fromisoformat(given.until) < clock.local(clock.now()).date():
            raise errors.BadFields({"until": "这一天已经过去了，请写还没到的日期。"})
    return _plain(given)


async def _colleague(hall: Hall, given: Any) -> dict[str, Any]:
    if (given.person is None) == (given.unit is None):
        raise errors.BadFields({"person": "同事和科室选一个。"})
    return {"person_id": given.person, "unit_id": given.unit}


async def _part(hall: Hall, given: Any) -> dict[str, Any]:
    _demand_category(hall, given.category)
    if given.bureau is not None and not hall.city.serves(given.bureau):
        raise errors.BadFields({"bureau": f"没有这个单位：{given.bureau[:20]}"})
    part = splitting.Part(given.part, given.category, title=given.title, bureau=given.bureau, kind=given.kind, files=given.files)
    return {"own": given.own, "part": part}


async def _regime(hall: Hall, given: Any) -> dict[str, Any]:
    return {"regime": Regime(given.regime)}


async def _report(hall: Hall, given: Any) -> dict[str, Any]:
    """The short fields of the finding together, beside the three that every answer has."""
    known = _plain(given)
    return {name: known.pop(name) for name in ("finding", "answer", "outcome")} | {"report": known}


def _plain(given: forms.StepForm) -> dict[str, Any]:
    return {name: getattr(given, name) for name in type(given).model_fields if name not in ("step", "version")}


STEPS: dict[str, Taking] = {
    "route": Taking(forms.Dispatch, dispatching.dispatch, Step.DISPATCH, check=_known_bureaus),
    "dispatch": Taking(forms.Dispatch, dispatching.dispatch, Step.DISPATCH, check=_known_bureaus),
    "accept": Taking(forms.StepForm, handling.accept, Step.ACCEPT),
    "return": Taking(forms.Return, handling.give_back, Step.RETURN, check=_proposal),
    "decide_return": Taking(forms.DecideReturn, dispatching.decide_return, Step.UPHOLD_RETURN, Step.REJECT_RETURN),
    "ask_citizen": Taking(forms.AskCitizen, handling.ask_citizen, Step.ASK_CITIZEN),
    "request_extension": Taking(forms.RequestExtension, handling.request_extension, Step.REQUEST_EXTENSION),
    "decide_extension": Taking(
        forms.DecideExtension, supervising.decide_extension, Step.GRANT_EXTENSION, Step.REFUSE_EXTENSION
    ),
    "suspend": Taking(forms.Suspend, handling.suspend, Step.SUSPEND, check=_still_to_come),
    "resume": Taking(forms.StepForm, handling.resume, Step.RESUME),
    "reply": Taking(forms.Reply, handling.reply, Step.REPLY, check=_report, with_files=forms.Reply),
    "approve": Taking(forms.StepForm, handling.approve, Step.APPROVE),
    "send_back": Taking(forms.Reason, handling.send_back, Step.SEND_BACK),
    "decline": Taking(forms.Decline, dispatching.decline, Step.DECLINE),
    "divert": Taking(forms.Divert, dispatching.divert, Step.DIVERT),
    "join": Taking(forms.Join, joining.join, Step.JOIN, check=_lead),
    "unjoin": Taking(forms.StepForm, joining.unjoin, Step.UNJOIN),
    "instruct": Taking(forms.Instruct, supervising.instruct, Step.INSTRUCT, check=_in_time),
    "rework": Taking(forms.Reason, supervising.rework, Step.REWORK),
    "refuse_rework": Taking(forms.Reason, supervising.refuse_rework, Step.REFUSE_REWORK),
    "terminate": Taking(forms.Reason, supervising.terminate, Step.TERMINATE),
    "contribute": Taking(forms.Contribute, handling.contribute, Step.CONTRIBUTE, with_files=forms.Contribute),
    "assign": Taking(casework_forms.Assign, handling.assign, Step.ASSIGN, check=_colleague),
    "contact": Taking(forms.Text, handling.contact, Step.CONTACT),
    "note": Taking(forms.Note, handling.note, Step.NOTE, with_files=forms.NoteWithFiles),
    "correct_category": Taking(
        forms.CorrectCategory, dispatching.correct_category, Step.CORRECT_CATEGORY, check=_known_category
    ),
    "split": Taking(casework_forms.Split, splitting.split, Step.SPLIT, check=_part),
    "regime": Taking(casework_forms.ChangeRegime, dispatching.change_regime, Step.CHANGE_REGIME, check=_regime),
    "urgent": Taking(casework_forms.ChangeUrgency, dispatching.change_urgency, Step.CHANGE_URGENCY),
    "supplement": Taking(forms.Text, taking_calls.supplement, Step.SUPPLEMENT, with_files=forms.TextWithFiles),
    "remind": Taking(forms.StepForm, taking_calls.remind, Step.REMIND),
    "recuse": Taking(forms.Reason, recusing.recuse, Step.RECUSE),
}
"""`settle`, `follow`, `warn` and `breach` are the clock's; nobody may ask for them."""


async def visible(request: Request, number: str) -> Case:
    """The case, if this person may see it. Raises NotYours, the same for unknown and for foreign numbers."""
    hall, who = doors.hall(request), doors.actor(request)
    found = await cases.with_holders(hall.database, number, who.person_id) if code.is_number(number) else None
    if found is None:
        raise permission.NotYours
    case, bureaus = found
    if not permission.may_see(who, protected=case.protected, bureaus=bureaus):
        raise permission.NotYours
    return case


async def take(
    request: Request, number: str, given: dict[str, Any], *, read: Any = reading.checked, files: Sequence[Kept] = ()
) -> Case:  # fmt: skip
    """Takes the step `given` names. Checks in the order 404, 403, 409 stale, 409 wrong step, 422 (SETTLED 22).

    `read` makes the form of it: what came as JSON is read strictly. `files` go where the step may have some."""
    case = await visible(request, number)
    taking = STEPS.get(str(given.get("step")))
    if taking is None:
        raise errors.BadFields({"step": "没有这一步。"})
    who = doors.actor(request)
    demand_role(who, taking, case)
    _demand_version(case, given.get("version"))
    if not any(case.status in TABLE[step] for step in taking.steps):
        raise WrongStep(given["step"], case.status)
    attached = {"files": files} if files and taking.with_files else {}
    form = read(taking.with_files if attached else taking.form, given)
    hall = doors.hall(request)
    fields = (await taking.check(hall, form) if taking.check else _plain(form)) | attached
    if taking.verb is joining.join:
        await _demand_seen(request, form.lead)
    return await _taken(taking, hall, who, case, fields)


async def _demand_seen(request: Request, lead: str) -> None:
    """A foreign lead case is told like an unknown one: a bureau joins only what it may see itself."""
    try:
        await visible(request, lead)
    except permission.NotYours:
        raise errors.BadFields({"lead": "没有找到这个编号的主件。"}) from None


async def _taken(taking: Taking, hall: Hall, who: Actor, case: Case, fields: dict[str, Any]) -> Case:
    """The step; once more on the case as it is now when only the clock or a reminder came in between."""
    try:
        return await taking.verb(hall, who, case, **fields, now=clock.now())
    except cases.Stale:
        fresh = await cases.by_id(hall.database, case.id)
        if fresh is None or fresh.version != case.version:
            raise
    return await taking.verb(hall, who, fresh, **fields, now=clock.now())


def demand_role(who: Actor, taking: Taking, case: Case) -> None:
    """Raises WrongRole unless this person may take one of the steps on this case."""
    if not may_take(who, taking, case):
        raise permission.WrongRole


def may_take(who: Actor, taking: Taking, case: Case) -> bool:
    """Whether this person may take one of the steps on this case, whatever its status."""
    return any(permission.may_take_on(who, step, bureau=case.bureau, unit=case.unit_id, handler=case.handler_id) for step in taking.steps)


def _demand_version(case: Case, seen: Any) -> None:
    """A page that shows an older version is stale; a version that is no number is left to the form's own check."""
    if _VERSION.fullmatch(str(seen)) and int(seen) != case.version:
        raise cases.Stale(case.number)
