"""科室: the head of a bureau makes its sub-units and says who belongs to which. Also as JSON. Citizens never see them."""

from typing import Annotated, Any

from pydantic import Field
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from feedback import clock
from feedback.actions import keeping_units
from feedback.rules.administration import Act
from feedback.store import people, units
from feedback.web import admin, api, doors, errors, forms, reading, templating
from feedback.web.doors import door

ENTER = admin.entrance(Act.UNITS)

LABELS = {"name": "名称", "unit": "科室", "person": "同事"}
DONE = {"open": "科室已设立。", "rename": "名称已改。", "close": "科室已撤销。", "put": "已调整。"}

_Id = Annotated[int, Field(ge=1, le=2**63 - 1)]


class OneAct(forms.Form):
    """open a 科室, rename or close one, or put somebody into one (or into none)."""

    act: Annotated[str, Field(pattern="^(open|rename|close|put)$")]
    name: forms.words(30) = ""  # type: ignore[valid-type]
    unit: forms.empty_is_none(_Id) = None  # type: ignore[valid-type]
    person: forms.empty_is_none(_Id) = None  # type: ignore[valid-type]


async def _act(request: Request, given: OneAct) -> None:
    """Raises BadFields with the sentence beside its field."""
    hall, who, now = doors.hall(request), doors.actor(request), clock.now()
    try:
        match given.act:
            case "open":
                await keeping_units.open_unit(hall, who, name=_name(given), now=now)
            case "rename":
                await keeping_units.rename(hall, who, given.unit or 0, name=_name(given), now=now)
            case "close":
                await keeping_units.close(hall, who, given.unit or 0, now=now)
            case _:
                await keeping_units.put(hall, who, given.person or 0, given.unit, now=now)
    except (keeping_units.Named, keeping_units.InUse, units.Unknown, people.Unknown) as fault:
        field = {keeping_units.Named: "name", people.Unknown: "person"}.get(type(fault), "unit")
        raise errors.BadFields({field: fault.__doc__ or ""}) from None


def _name(given: OneAct) -> str:
    if len(given.name) < 2:
        raise errors.BadFields({"name": "科室名称至少 2 个字。"})
    return str(given.name)


async def show(request: Request) -> Response:
    """The sub-units, and everybody of the bureau under theirs."""
    return await _page(request, {}, {}, done=DONE.get(request.query_params.get("done", ""), ""))


async def _page(
    request: Request, given: dict[str, str], faults: dict[str, str], status_code: int = 200, *, done: str = ""
) -> Response:
    found = await _found(request)
    return templating.page(
        request,
        "desk/units.html",
        status_code=status_code,
        given=given,
        faults=faults,
        done=done,
        labels=LABELS,
        **found,
    )


async def _found(request: Request) -> dict[str, Any]:
    hall, bureau = doors.hall(request), request.state.person.bureau
    held = await units.holds(hall.database, bureau)
    staff = await people.colleagues(hall.database, bureau)
    return {
        "units": [
            {"id": one.id, "name": one.name, "cases": held[one.id][0], "people": held[one.id][1]}
            for one in await units.of(hall.database, bureau)
        ],
        "staff": [{"id": one.id, "name": one.name, "role": one.role, "unit": one.unit_id} for one in staff],
        "bureau": hall.city.bureau_name(bureau),
    }


async def act(request: Request) -> Response:
    """One change; back to the page."""
    given = await reading.posted(request)
    form, faults = reading.try_form(OneAct, given)
    if form is None:
        return await _page(request, given, faults, 422)
    try:
        await _act(request, form)
    except errors.BadFields as bad:
        return await _page(request, given, bad.fields, 422)
    return RedirectResponse(f"/units?done={form.act}", 303)


async def api_show(request: Request) -> Response:
    """The sub-units of the head's bureau and its people."""
    return api.answer(await _found(request))


async def api_act(request: Request) -> Response:
    """One change; answers with everything as it is now."""
    await _act(request, reading.strictly(OneAct, await reading.json(request)))
    return api.answer(await _found(request))


ROUTES = [
    door("/units", show, enter=ENTER, name="units"),
    door("/units", act, enter=ENTER, methods=("POST",), name="units_act"),
    door("/api/v1/units", api_show, enter=ENTER, name="api_units"),
    door("/api/v1/units", api_act, enter=ENTER, methods=("POST",), name="api_units_act", takes=OneAct),
]
