"""Before an answer is sent: how it reads by SMS, on the citizen's page and in public; for its writer and for who approves it."""

import pytest

from tests import people
from tests.web.staff import api_step, at_bureau, get, step

pytestmark = pytest.mark.anyio

ANSWER = "您好！11 月 24 日晚检查，已责令停止夜间施工。请联系现场的韦师傅，电话 13877200099。"
PUBLIC = "电话 【电话】"


async def looked(client, number: str, answer: str = ANSWER):
    sent = await step(client, people.WANG, number, "reply", answer=answer, press="look")
    assert sent.status_code == 303 and sent.headers["location"].endswith("#reply-outgoing")
    return await get(client, people.WANG, sent.headers["location"].partition("#")[0])


async def test_the_writer_sees_what_goes_out_and_nothing_has_gone_out(client):
    number = await at_bureau(client, publish=True)
    await api_step(client, people.WANG, number, "accept")
    page = await looked(client, number)
    shown = page.near('id="reply-outgoing"', 2000)
    assert f"您的诉求 {number} 已有答复" in shown and "1 条" in shown
    assert ANSWER in shown and PUBLIC in shown
    assert ANSWER in page.near('id="reply-answer"', 800)  # kept, and still to be sent
    hall = client.app.state.hall
    assert await hall.database.fetch_val("SELECT count(*) FROM notices WHERE template = 'answered'") == 0
    assert await hall.database.fetch_val("SELECT status FROM cases") == "working"


async def test_without_consent_nobody_else_will_read_it(client):
    number = await at_bureau(client, publish=False)
    await api_step(client, people.WANG, number, "accept")
    shown = (await looked(client, number)).near('id="reply-outgoing"', 2000)
    assert "市民没有同意公开" in shown and PUBLIC not in shown


async def test_an_empty_answer_shows_nothing_and_keeps_the_rest(client):
    number = await at_bureau(client)
    await api_step(client, people.WANG, number, "accept")
    page = await looked(client, number, answer=" ")
    assert 'id="reply-outgoing"' not in page.text


async def test_who_approves_sees_it_too(client):
    number = await at_bureau(client, publish=True)
    await api_step(client, people.WANG, number, "accept")
    sent = await step(
        client,
        people.WANG,
        number,
        "reply",
        answer=ANSWER,
        outcome="solved",
        confirmed="1",
        override="电话是工地公开的",
    )
    assert sent.status_code == 303
    page = await get(client, people.SHEN, f"/desk/{number}")
    shown = page.near("市民和公众会看到什么", 2000)
    assert f"您的诉求 {number} 已有答复" in shown and PUBLIC in shown
    assert "市民和公众会看到什么" not in (await get(client, people.WANG, f"/desk/{number}")).text
