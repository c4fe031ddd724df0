"""The audit administrator's log: who came in, who changed which account or setting, who looked at a contact."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from feedback.actions.hall import Hall
from feedback.rules.administration import Act, Deed
from feedback.store import logbook, people
from feedback.store.logbook import Wanted
from feedback.web import admin, api, doors, errors, scope, templating
from feedback.web.doors import door

ENTER = admin.entrance(Act.LOG)

DEEDS = {
    Deed.SIGNED_IN: "登录",
    Deed.REFUSED: "登录没有成功",
    Deed.LOCKED: "多次输错，账号锁定",
    Deed.SIGNED_OUT: "退出",
    Deed.OPENED: "开通账号",
    Deed.CHANGED: "修改账号",
    Deed.CLOSED: "停用账号",
    Deed.REOPENED: "重新启用账号",
    Deed.UNLOCKED: "解除锁定",
    Deed.PASSWORD_RESET: "重设密码",
    Deed.PASSWORD_CHANGED: "自己换了密码",
    Deed.SECOND_FACTOR_RESET: "重置二次验证",
    Deed.SECOND_FACTOR_SET: "设置了二次验证",
    Deed.UNIT_OPENED: "设立科室",
    Deed.UNIT_RENAMED: "科室改名",
    Deed.UNIT_CLOSED: "撤销科室",
    Deed.UNIT_JOINED: "调整所在科室",
    Deed.CALENDAR: "改工作日历",
    Deed.LIMITS: "改办理时限",
    Deed.RESENT: "重发没有发出的消息",
    Deed.DUTY: "改紧急联系人",
    Deed.REORGANISATION_PLANNED: "安排机构或事项调整",
    Deed.REORGANISATION_CANCELLED: "取消机构或事项调整",
    Deed.REORGANISATION_APPLIED: "机构或事项调整生效",
    Deed.EXPORTED: "导出列表",
    Deed.IMPORTED: "导入表格",
    Deed.REVEALED: "查看市民姓名和电话",
    Deed.FILE_WITHDRAWN: "撤下市民的材料",
}


async def show(request: Request) -> Response:
    """One page of the log, for a person, a day, a kind of entry, or all."""
    hall, asked = doors.hall(request), _asked(request)
    faults: dict[str, str] = {}
    try:
        rows, cursor = await logbook.page(hall.database, await wanted(hall, asked), asked["cursor"])
    except errors.BadFields as bad:
        faults, rows, cursor = bad.fields, [], ""
    kept = {name: value for name, value in asked.items() if value and name != "cursor"}
    return templating.page(
        request,
        "admin/log.html",
        status_code=422 if faults else 200,
        rows=[dict(row._mapping) for row in rows],
        deeds=DEEDS,
        asked=asked,
        faults=faults,
        next=f"/admin/log?{urlencode({**kept, 'cursor': cursor})}" if cursor else "",
        later=bool(asked["cursor"]),
        narrowed=urlencode(kept),
    )


def _asked(request: Request) -> dict[str, str]:
    given = request.query_params
    return {name: given.get(name, "").replace("\0", "").strip()[:200] for name in ("person", "day", "deed", "cursor")}


async def wanted(hall: Hall, asked: Mapping[str, str]) -> Wanted:
    """What is asked for. Raises BadFields for a user name, day or kind that is none."""
    faults: dict[str, str] = {}
    account = await people.account(hall.database, asked["person"]) if asked["person"] else None
    if asked["person"] and account is None:
        faults["person"] = "没有这个用户名。"
    when = scope.day("day", asked["day"], scope.date.max, faults) if asked["day"] else None
    if asked["deed"] and asked["deed"] not in list(Deed):
        faults["deed"] = "不在可选的范围里。"
    if faults:
        raise errors.BadFields(faults)
    return Wanted(account["id"] if account else None, when, Deed(asked["deed"]) if asked["deed"] else None)


async def api_log(request: Request) -> Response:
    """One page of the log as JSON."""
    asked = _asked(request)
    hall = doors.hall(request)
    rows, cursor = await logbook.page(hall.database, await wanted(hall, asked), asked["cursor"])
    return api.answer({"items": [_item(row) for row in rows], "next": cursor or None})


def _item(row: Any) -> dict[str, Any]:
    return {
        "at": row["at"],
        "deed": row["deed"],
        "who": row["who_username"],
        "about": row["about_username"],
        "detail": row["detail"],
    }


ROUTES = [
    door("/admin/log", show, enter=ENTER, name="log"),
    door("/api/v1/log", api_log, enter=ENTER, name="api_log"),
]
