"""回避 reaches everywhere: beside the neighbours of a case, and on whatever desk the person comes to later."""

import pytest

from tests import people
from tests.web.conftest import token
from tests.web.staff import api_step, at_bureau, get
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
