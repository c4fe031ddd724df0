"""A limit in hours ends at its minute, not at the end of that day: so it is told on every page."""

from datetime import datetime

import pytest

from tests import people
from tests.conftest import at
from tests.web.conftest import token
from tests.web.staff import api_step, at_bureau, get, post, step

pytestmark = pytest.mark.anyio


async def due_at(client, number, moment):
    """Gives the case a due time that no letter of a test has by itself."""
    database = client.app.state.hall.database
    await database.execute("UPDATE cases SET due_at = :due WHERE number = :number", {"due": moment, "number": number})


async def test_the_minute_of_an_hour_limit_stands_on_the_case(client):
    number = await at_bureau(client)
    await due_at(client, number, at("2099-12-04 15:30"))
    page = await get(client, people.WANG, f"/desk/{number}")
    assert "2099 年 12 月 4 日 15:30 前答复" in page.text and "24:00 前答复" not in page.text
    await due_at(client, number, at("2099-12-05 00:00"))
    page = await get(client, people.WANG, f"/desk/{number}")
    assert "2099 年 12 月 4 日（周五）24:00 前答复" in page.text


async def test_and_on_an_order_and_on_an_extension_to_decide(client):
    number = await at_bureau(client)
    headers = await token(client, people.DU)
    await api_step(client, people.WANG, number, "accept")
    case = await api_step(client, people.WANG, number, "request_extension", days=2, reason="要等检测结果")
    assert datetime.fromisoformat(case["due_at"])
    sent = await client.post(
        "/api/v1/instructions", json={"text": "请尽快办好。", "due_at": "2099-12-03T10:00:00+08:00", "cases": [number]}, headers=headers
    )  # fmt: skip
    assert sent.status_code in (200, 201), sent.text
    await due_at(client, number, at("2099-12-04 15:30"))
    assert "现在的期限 2099 年 12 月 4 日 15:30<" in (await get(client, people.DU, "/supervise")).text
    order = (await client.get("/api/v1/instructions", headers=headers)).json()["items"][0]["id"]
    assert "2099 年 12 月 4 日 15:30 前答复" in (await get(client, people.DU, f"/instructions/{order}")).text


async def test_and_in_an_answer_made_from_a_template(client):
    number = await at_bureau(client)
    await api_step(client, people.WANG, number, "accept")
    body = "您好，我们在{期限}前办完，请您放心。"
    assert (await post(client, people.SHEN, "/reply-templates", id="", name="限时办理", body=body)).status_code == 303
    identity = await client.app.state.hall.database.fetch_val("SELECT id FROM reply_templates")
    for due, said in (("2099-12-04 15:30", "2099 年 12 月 4 日 15:30前办完"), ("2099-12-05 00:00", "2099 年 12 月 4 日（周五）前办完")):
        await due_at(client, number, at(due))
        await step(client, people.WANG, number, "reply", answer="", press=f"t:{identity}")
        assert said in (await get(client, people.WANG, f"/desk/{number}")).near('id="reply-answer"', 400)
