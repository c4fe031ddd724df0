"""回避 reaches everywhere: beside the neighbours of a case, and on whatever desk the person comes to later."""

import pytest

from tests import people
from tests.web.conftest import token
from tests.web.staff import api_step, at_bureau, get, post
from tests.web.test_exports import export, table
from tests.web.test_hot_issues import city as hot_city
from tests.web.test_hot_issues import issues
from tests.web.test_scope import LUO, hire, identity, sees, takes

pytestmark = pytest.mark.anyio


async def test_who_recuses_themself_reads_nothing_of_the_case_beside_its_neighbours(client):
    await hire(client, LUO)
    recused, other = [await at_bureau(client, title=title) for title in ("回避的那一件", "旁边的一件")]
    await takes(client, people.WANG, recused, "recuse", reason="亲属")

    async def beside(someone):
        case = (await client.get(f"/api/v1/cases/{other}", headers=await token(client, someone))).json()
        return {one["number"] for name in ("similar", "earlier", "same_place") for one in case[name]}

    assert recused in await beside(LUO) and recused not in await beside(people.WANG)
    assert "回避的那一件" not in (await get(client, people.WANG, f"/desk/{other}")).text


async def test_a_recusal_lasts_when_the_person_comes_to_a_desk_of_the_city(client):
    await hire(client, LUO)
    recused, other = await at_bureau(client), await at_bureau(client)
    await takes(client, LUO, recused, "recuse", reason="亲属")
    body = {"act": "change", "name": "罗工", "role": "dispatcher"}
    moved = await client.post(f"/api/v1/people/{await identity(client, LUO)}", json=body, headers=await token(client, people.AN))
    assert moved.status_code == 200, moved.text
    listed = (await client.get("/api/v1/desk?queue=to_accept", headers=await token(client, LUO))).json()
    assert [one["number"] for one in listed["items"]] == [other] and listed["counts"]["to_accept"] == 1
    assert await sees(client, LUO, recused) == 404


async def test_a_recusal_lasts_on_the_supervisors_page(client):
    await hire(client, LUO)
    recused, other = [await at_bureau(client, title=title) for title in ("回避的那一件", "旁边的一件")]
    for number in (recused, other):
        await api_step(client, people.WANG, number, "accept")
        await api_step(client, people.WANG, number, "request_extension", days=1, reason="等检测报告")
    await takes(client, LUO, recused, "recuse", reason="亲属")
    body = {"act": "change", "name": "罗工", "role": "supervisor"}
    await client.post(f"/api/v1/people/{await identity(client, LUO)}", json=body, headers=await token(client, people.AN))
    page = (await get(client, LUO, "/supervise")).text
    assert "旁边的一件" in page and "回避的那一件" not in page


# Every other desk of the city ---------------------------------------------------------------------------------------


async def becomes(client, someone, role):
    body = {"act": "change", "name": someone.name, "role": role}
    moved = await client.post(f"/api/v1/people/{await identity(client, someone)}", json=body, headers=await token(client, people.AN))
    assert moved.status_code == 200, moved.text


async def recused_in_a_hot_issue(client, role):
    """The numbers of a hot issue's cases and the issue as 罗工 sees it, who recused himself from the last and has another role now."""
    numbers = await hot_city(client)
    await hire(client, LUO)
    await takes(client, LUO, numbers[-1], "recuse", reason="亲属")
    await becomes(client, LUO, role)
    (issue,) = await issues(client, LUO)
    return numbers, issue


async def test_a_recusal_lasts_among_hot_issues_and_in_what_is_ordered_on_them(client):
    numbers, issue = await recused_in_a_hot_issue(client, "supervisor")
    assert issue["cases"] == 4 and issue["open"] == 3
    assert {one["number"] for one in issue["examples"]} == set(numbers[:-1])
    order = {"text": "一周内办好", "due_at": "2030-01-01T09:00:00+08:00"}
    bearer = await token(client, LUO)
    made = await client.post("/api/v1/instructions", json={**order, "hot_issue": issue["id"]}, headers=bearer)
    assert made.status_code == 201 and set(made.json()["on"]) == set(numbers[:-1]) and made.json()["left_out"] == []
    named = await client.post("/api/v1/instructions", json={**order, "cases": [numbers[-1]]}, headers=bearer)
    assert named.status_code == 422 and "没有找到" in named.text
    form = (await get(client, LUO, f"/instructions/new?case={numbers[-1]}")).text
    assert "没有找到这件诉求" in form and "孩子没法睡觉" not in form


async def test_who_joins_a_hot_issue_leaves_alone_what_they_recused_themself_from(client):
    numbers, issue = await recused_in_a_hot_issue(client, "dispatcher")
    made = await client.post(f"/api/v1/hot-issues/{issue['id']}/join", json={}, headers=await token(client, LUO))
    assert made.status_code == 200, made.text
    assert made.json() == {"lead": numbers[0], "joined": numbers[1:3], "left_out": []}


async def test_a_recusal_lasts_behind_the_figures_and_in_their_file(client):
    await hire(client, LUO)
    recused, other = [await at_bureau(client, title=title) for title in ("回避的那一件", "旁边的一件")]
    await client.app.state.hall.database.execute("UPDATE cases SET round = 4")
    await takes(client, LUO, recused, "recuse", reason="亲属")
    await becomes(client, LUO, "leader")
    page = (await get(client, LUO, "/dashboard/cases?figure=received")).text
    assert other in page and recused not in page and "回避的那一件" not in page
    pressing = (await get(client, LUO, "/dashboard")).text
    assert "“旁边的一件”第 3 次重办" in pressing and "回避的那一件" not in pressing
    assert "回避的那一件" in (await get(client, people.SHI, "/dashboard/cases?figure=received")).text
    rows = table((await export(client, LUO, "figures", query={"figure": "received"})).content)
    assert [row[0] for row in rows[1:]] == [other]


async def test_a_recusal_lasts_in_the_audit_sample(client):
    await hire(client, LUO)
    recused, other = [await at_bureau(client, title=title) for title in ("回避的那一件", "旁边的一件")]
    database = client.app.state.hall.database
    await database.execute("DELETE FROM audits")
    await database.execute("INSERT INTO audits (case_id, drawn_at) SELECT id, received_at FROM cases")
    await takes(client, LUO, recused, "recuse", reason="亲属")
    await becomes(client, LUO, "dispatcher")
    bearer = await token(client, LUO)
    waiting = (await client.get("/api/v1/learning/audit", headers=bearer)).json()
    assert [one["number"] for one in waiting["items"]] == [other] and waiting["waiting"] == 1
    assert "回避的那一件" not in (await get(client, LUO, "/learning/audit")).text
    judged = await client.post(f"/api/v1/learning/audit/{recused}", json={"verdict": "right"}, headers=bearer)
    assert judged.status_code == 404
    assert (await client.get("/api/v1/learning/audit", headers=await token(client, people.DIAO))).json()["waiting"] == 2


async def test_a_recusal_lasts_among_the_earlier_cases_of_a_caller(client):
    await hire(client, LUO)
    recused, other = [await at_bureau(client, title=title) for title in ("回避的那一件", "旁边的一件")]
    await takes(client, LUO, recused, "recuse", reason="亲属")
    await becomes(client, LUO, "dispatcher")
    shown = (await post(client, LUO, "/assist/look", phone=people.XIAO_LIN_PHONE)).text
    assert other in shown and recused not in shown and "回避的那一件" not in shown
