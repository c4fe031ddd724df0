"""Who may take which step, and from where: the table of rules/permission × rules/status as a page, for the administrators."""

from starlette.requests import Request
from starlette.responses import Response

from feedback.rules import administration, permission, status
from feedback.rules.administration import Act
from feedback.rules.permission import Actor, Role
from feedback.rules.status import Status, Step
from feedback.web import admin, templating
from feedback.web.doors import door


def _sees_any(role: Role) -> bool:
    """Whether there is any case at all that this role may see."""
    someone = Actor(role, bureau="own")
    return role in (Role.CITIZEN, Role.CLOCK) or any(
        permission.may_see(someone, protected=secret, bureaus={"own"}) for secret in (False, True)
    )


COLUMNS = tuple(role for role in Role if _sees_any(role))
"""Without the three administrators: who sees no case takes no step."""

ACTS = {
    Act.CALENDAR: "维护工作日历",
    Act.LIMITS: "定办理时限的新版本",
    Act.NOTICES: "重发没有发出的消息，维护紧急联系人",
    Act.MODELS: "换用新的派单模型",
    Act.REORGANISE: "合并、拆分、更名单位和事项",
    Act.PEOPLE: "开通、停用账号，定岗位，重设密码和二次验证",
    Act.LOG: "查看登录、账号变动、设置变动和查看联系方式的记录",
    Act.PERMISSIONS: "查看谁能做什么",
    Act.UNITS: "设立、撤销本单位科室，定谁在哪个科室",
    Act.FILES: "撤下市民发来的违法有害、涉及他人隐私或发错的材料",
}


async def show(request: Request) -> Response:
    """One row a step: the statuses it is taken from, where it leads, and a mark under each role that takes it."""
    rows = [(step, _moves(step), [permission.may_take(Actor(role), step) for role in COLUMNS]) for step in Step]
    idle = [role for role in Role if role not in COLUMNS]
    kept = [(ACTS[act], act in administration.CHANGING, owners) for act, owners in administration.OWNERS.items()]
    return templating.page(request, "admin/permissions.html", rows=rows, roles=COLUMNS, idle=idle, kept=kept)


def _moves(step: Step) -> list[tuple[list[Status], tuple[Status, ...]]]:
    """From which statuses the step leads to which; those that stay where they are lead nowhere."""
    found: dict[tuple[Status, ...], list[Status]] = {}
    for before, after in status.TABLE[step].items():
        found.setdefault(() if after == (before,) else after, []).append(before)
    return [(before, after) for after, before in found.items()]


ROUTES = [door("/admin/permissions", show, enter=admin.ADMINISTRATORS, name="permissions")]
