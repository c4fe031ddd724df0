"""Who may do what, walked: every role × step × status on a real case over HTTP, compared with the table the program shows."""

import pytest

from feedback.rules import permission
from feedback.rules.permission import Role
from feedback.rules.status import AT_BUREAU, TABLE, Status, Step
from feedback.web.api import CITIZEN_STEPS
from feedback.web.steps import STEPS
from tests import people
from tests.web.conftest import submitted, token

pytestmark = pytest.mark.anyio

WHO = {
    one.role: one
    for one in (
        people.WANG,
        people.SHEN,
        people.JU,
        people.DIAO,
        people.MI,
        people.DU,
        people.SHI,
        people.XI,
        people.AN,
        people.JI,
    )
}
"""One of each role of staff; those of a bureau are of the one that leads the case."""

FIELDS = {
    "route": {"bureau": "CGJ"},
    "dispatch": {"bureau": "CGJ"},
    "return": {"reason": "not_ours"},
    "decide_return": {"uphold": True},
    "ask_citizen": {"question": "是哪个工地？"},
    "request_extension": {"days": 2, "reason": "要等检测结果"},
    "decide_extension": {"grant": True},
    "suspend": {"measure": "等雨季过后施工", "until": "2027 年 3 月", "responsible": "王工"},
    "reply": {"answer": "已经责令停工，今晚起不再夜间施工。"},
    "send_back": {"reason": "请写明日期"},
    "decline": {"reason": "beyond", "route": "可以向人民法院起诉"},
    "divert": {"channel": "court"},
    "instruct": {"text": "请三天内办结", "due_at": "2027-12-01T17:00+08:00"},
    "rework": {"reason": "没有解决"},
    "terminate": {"reason": "已进入司法程序"},
    "contact": {"text": "我们明天去现场"},
    "note": {"text": "记一下"},
    "correct_category": {"category": "C02"},
    "refuse_rework": {"reason": "三次复测都没有超标"},
    "supplement": {"text": "是东边那栋楼"},
    "regime": {"regime": "xinfang"},
    "urgent": {"urgent": True},
    "recuse": {"reason": "亲属"},
}
UNFILLED = {"join", "assign", "contribute", "split"}
"""Steps whose fields need a second case, a colleague or another bureau: sent empty, they are refused for their fields."""

BY_HISTORY = {"decide_return", "decide_extension", "unjoin", "request_extension", "return", "refuse_rework", "remind", "regime", "urgent"}
"""Steps that the table allows and the case's own past may refuse."""

LED = {*Status} - {Status.SUBMITTED, Status.TRIAGE, Status.DECLINED, Status.DIVERTED}
"""Where a bureau has, or had, the case."""
HELD = {*AT_BUREAU, Status.JOINED}


async def put(client, number, status):
    """The case as it would stand in this status."""
    bureau = "STHJ" if status in LED else None
    await client.app.state.hall.database.execute(
        """UPDATE cases SET status = :status, bureau = :bureau, handler_id = NULL, lead_id = NULL,
            joined_from = CASE WHEN CAST(:status AS text) = 'joined' THEN 'assigned' END,
            paused_at = CASE WHEN CAST(:status AS text) = 'awaiting_citizen' THEN received_at END,
            pause_until = CASE WHEN CAST(:status AS text) = 'awaiting_citizen' THEN due_at END
        WHERE number = :number""",
        {"status": status.value, "bureau": bureau, "number": number},
    )
    await client.app.state.hall.database.execute(
        """UPDATE assignments SET until_at = CASE WHEN :held THEN NULL ELSE now() END
        WHERE case_id = (SELECT id FROM cases WHERE number = :number)""",
        {"held": status in HELD, "number": number},
    )


def sees(role, status, *, protected=False):
    """What may_see leaves: a bureau sees what it has, the clerk only what is protected, administrators nothing."""
    if role in (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN):
        return False
    if role is Role.CONFIDENTIAL or protected:
        return protected and role is Role.CONFIDENTIAL
    return status in LED or role not in permission.BUREAU_ROLES


def expected(role, name, status, *, protected=False):
    """The answers that agree with the table."""
    taking = STEPS[name]
    if role in (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN):
        return {403}
    if not sees(role, status, protected=protected):
        return {404}
    bureau = "STHJ" if status in LED else None
    who = permission.Actor(role, 1, "STHJ" if role in permission.BUREAU_ROLES else None)
    if not any(permission.may_take_on(who, step, bureau=bureau, unit=None) for step in taking.steps):
        return {403}
    if not any(status in TABLE[step] for step in taking.steps):
        return {409}
    return {422} if name in UNFILLED else {200, 409} if name in BY_HISTORY else {200}


class Walker:
    """Cases to try steps on: one that was changed is left behind for a new one."""

    def __init__(self, client, body):
        self.client, self.body, self.number, self.version = client, body, "", 0

    async def case(self, status):
        if not self.number:
            self.number = (await submitted(self.client, body=self.body))["number"]
        await put(self.client, self.number, status)
        self.version = await self.client.app.state.hall.database.fetch_val(
            "SELECT version FROM cases WHERE number = :n", {"n": self.number}
        )

    async def answer(self, bearer, name):
        given = {"step": name, "version": self.version, **FIELDS.get(name, {})}
        return await self.client.post(f"/api/v1/cases/{self.number}/steps", json=given, headers=bearer)


@pytest.mark.parametrize("status", [one for one in Status if one is not Status.SUBMITTED])
async def test_every_role_and_step_answers_as_the_table_says(client, status):
    walker, wrong = Walker(client, people.NOISE), []
    for role, someone in WHO.items():
        bearer = await token(client, someone)
        await walker.case(status)
        for name in STEPS:
            answer = await walker.answer(bearer, name)
            if answer.status_code not in expected(role, name, status):
                wrong.append((role.value, name, answer.status_code, answer.text[:200]))
            if answer.status_code == 200:
                walker.number = ""
                await walker.case(status)
    assert not wrong, wrong


@pytest.mark.parametrize("status", [Status.TRIAGE, Status.ASSIGNED, Status.WORKING, Status.IN_REVIEW, Status.REPLIED])
async def test_a_protected_case_is_nobodys_but_the_clerks(client, status):
    walker, wrong = Walker(client, "举报某局副局长受贿，收了开发商十万元。"), []
    for role, someone in WHO.items():
        bearer = await token(client, someone)
        await walker.case(status)
        for name in STEPS:
            answer = await walker.answer(bearer, name)
            allowed = expected(role, name, status, protected=True)
            # Not to any bureau, and not without another clerk: both are refused for what they say, not for who says it.
            allowed |= {422, 409} if role is Role.CONFIDENTIAL and name in ("dispatch", "route", "recuse") else set()
            if answer.status_code not in allowed:
                wrong.append((role.value, name, answer.status_code, answer.text[:200]))
            if answer.status_code == 200:
                walker.number = ""
                await walker.case(status)
    assert not wrong, wrong


async def test_a_citizen_takes_their_own_steps_with_their_code_and_no_others(client):
    made = await submitted(client)
    number, code = made["number"], made["query_code"]
    for name in STEPS:
        given = {"step": name, "version": 1, "code": code, **FIELDS.get(name, {})}
        assert (await client.post(f"/api/v1/cases/{number}/steps", json=given)).status_code == 401, name
    owned = {step for step in Step if permission.may_take(permission.CITIZEN, step)} - {Step.SUBMIT}
    asked = {Step(name) for name in CITIZEN_STEPS} | {Step.REQUEST_REWORK}
    assert owned == asked
    for name in CITIZEN_STEPS:
        wrong = {"code": "AAAA-AAAA-AAAA-AAAA"}
        assert (await client.post(f"/api/v1/cases/{number}/{name}", json=wrong)).status_code == 404, name


async def test_the_clocks_steps_are_nobodys():
    for step in (Step.ROUTE, Step.ASK, Step.EXPIRE, Step.FOLLOW, Step.SETTLE, Step.WARN, Step.BREACH):
        assert permission.OWNERS[step] == {Role.CLOCK}
    from_outside = {step for taking in STEPS.values() for step in taking.steps}
    assert not any(permission.OWNERS[step] == {Role.CLOCK} for step in from_outside)


async def test_each_role_is_walked():
    assert set(WHO) == set(permission.STAFF)
