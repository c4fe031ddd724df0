"""A citizen's file that nobody may open any more: from the page of the case, or by number for who sees no case."""

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from feedback import clock
from feedback.actions import attaching
from feedback.rules import code, permission
from feedback.rules.administration import Act
from feedback.rules.attachment import Purpose, Withdrawal
from feedback.rules.permission import Role
from feedback.rules.record import Case
from feedback.store import cases
from feedback.web import admin, api, attachment_view, doors, errors, forms, reading, steps, templating
from feedback.web.doors import door

_TOLD = ("id", "name", "called", "size", "at", "withdrawn", "withdrawn_for", "withdrawn_by", "withdrawn_at")


async def _case(request: Request, number: str) -> Case:
    """The case, for the security administrator any that is not protected: of it they learn which files it has. Raises NotYours."""
    if doors.actor(request).role is not Role.SECURITY_ADMIN:
        return await steps.visible(request, number)
    found = await cases.get(doors.hall(request).database, number) if code.is_number(number) else None
    if found is None or found.protected:
        raise permission.NotYours
    return found


async def _withdraw(request: Request, number: str, identity: str, given: Any) -> Case:
    case = await _case(request, number)
    form = reading.checked(forms.WithdrawFile, given)
    hall, who = doors.hall(request), doors.actor(request)
    await attaching.withdraw(hall, who, case, identity[:40], reason=form.reason, now=clock.now())
    return case


async def on_desk(request: Request) -> Response:
    """Withdraws a file from the page of its case."""
    given = {"reason": (await reading.posted(request)).get("reason", "")}
    case = await _withdraw(request, request.path_params["number"], request.path_params["id"], given)
    return RedirectResponse(f"/desk/{case.number}?done=withdrawn", 303)


async def by_program(request: Request) -> Response:
    """Withdraws a citizen's file: nobody can open it any more, the row and the reason remain."""
    case = await _withdraw(
        request, request.path_params["number"], request.path_params["id"], await reading.json(request)
    )
    return api.answer({"number": case.number, "files": await _files(request, case)})


async def _files(request: Request, case: Case) -> list[dict[str, Any]]:
    """The citizen's files as far as somebody who may not open them needs to know; no name, that may name people."""
    hall = doors.hall(request)
    found = await attachment_view.of_case(hall, case)
    shown = attachment_view.staff(hall, doors.actor(request), case, found)
    return [
        {name: one["called"] if name == "name" else one[name] for name in _TOLD}
        for one in shown if one["purpose"] is Purpose.LETTER
    ]  # fmt: skip


async def by_number(request: Request) -> Response:
    """Which files the citizen of a case sent, for the security administrator, who sees no case."""
    number = request.query_params.get("number", "").strip()
    return await _page(request, {"number": number}, {})


async def _page(request: Request, given: dict[str, str], faults: dict[str, str]) -> Response:
    files: list[dict[str, Any]] = []
    if given["number"] and not faults:
        try:
            files = await _files(request, await _case(request, given["number"]))
        except permission.NotYours:
            faults = {"number": "没有找到这个编号；检举控告的材料由保密专办人员撤下。"}
    return templating.page(
        request, "admin/files.html", given=given, faults=faults, files=files, reasons=list(Withdrawal),
        done="done" in request.query_params, status_code=422 if faults else 200,
    )  # fmt: skip


async def act_by_number(request: Request) -> Response:
    """The same as on the page of the case."""
    given = await reading.posted(request)
    number = given.get("number", "")
    try:
        await _withdraw(request, number, given.get("id", ""), {"reason": given.get("reason", "")})
    except errors.BadFields as bad:
        return await _page(request, {**given, "number": number}, bad.fields)
    return RedirectResponse(f"/admin/files?number={number}&done=1", 303)


ENTER = admin.entrance(Act.FILES)
_SECURITY = doors.Enter(frozenset({Role.SECURITY_ADMIN}))

ROUTES = [
    door("/api/v1/cases/{number}/attachments/{id}/withdraw", by_program, enter=ENTER, methods=("POST",),
         name="api_attachment_withdraw", takes=forms.WithdrawFile),
    door("/desk/{number}/files/{id}/withdraw", on_desk, enter=doors.DISPATCH, methods=("POST",), name="desk_file_withdraw"),
    door("/admin/files", by_number, enter=_SECURITY, name="admin_files"),
    door("/admin/files", act_by_number, enter=_SECURITY, methods=("POST",), name="admin_files_act"),
]  # fmt: skip
