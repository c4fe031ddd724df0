"""The one question after an answer: asked once, by a link that needs no sign-in, works once, and ends; silence is settled."""

import asyncio
import re
from datetime import timedelta

import pytest

from feedback import clock
from feedback.actions import asking, joining, surveying, timing
from feedback.rules.status import Status
from feedback.store import cases
from tests import people
from tests.actions.test_story import submitted as told
from tests.conftest import actor, at
from tests.web.conftest import submitted
from tests.web.staff import Page, api_step

pytestmark = pytest.mark.anyio

ANSWER = "工地已责令夜间停工，十二月一日复查。"


async def answered(client, **fields) -> dict:
    made = await submitted(client, contact={"phone": people.XIAO_LIN_PHONE}, **fields)
    if made["decision"] == "triage":
        await api_step(client, people.DIAO, made["number"], "dispatch", bureau="STHJ", category="C01")
    await answer(client, made["number"])
    return made


async def answer(client, number) -> None:
    await api_step(client, people.WANG, number, "accept")
    await api_step(client, people.WANG, number, "reply", finding="已查", answer=ANSWER)
    await api_step(client, people.SHEN, number, "approve")


async def messages(client, template) -> list[str]:
    hall = client.app.state.hall
    rows = await hall.database.fetch_all("SELECT text FROM notices WHERE template = :t ORDER BY id", {"t": template})
    return [hall.vault.open(row["text"]) for row in rows]


async def link(client) -> str:
    [text] = await messages(client, "survey")
    found = re.search(r"http://127\.0\.0\.1:8000(/s/[0-9A-Z]{12})$", text)
    assert found, text
    return found.group(1)


async def let_pass(client, number, **span) -> None:
    """As if the answer, and the question, had been given so much earlier."""
    hall = client.app.state.hall
    await hall.database.execute(
        "UPDATE cases SET answered_at = answered_at - CAST(:span AS interval) WHERE number = :number",
        {"span": timedelta(**span), "number": number},
    )
    await hall.database.execute(
        "UPDATE surveys SET expires_at = expires_at - CAST(:span AS interval)", {"span": timedelta(**span)}
    )


async def test_a_citizen_rates_by_the_link_without_signing_in_and_once(client):
    made = await answered(client)
    address = await link(client)
    page = Page(await client.get(address))
    assert page.status == 200 and made["number"] in page.text and "打桩" not in page.text and ANSWER not in page.text
    sent = await client.post(address, data={"solved": "true", "satisfaction": "5", "comment": "很快"})
    assert (sent.status_code, sent.headers["location"]) == (303, f"{address}?done=1")
    page = Page(await client.get(f"{address}?done=1"))
    assert page.status == 200 and "已经解决，就此办结" in page.text
    for again in (await client.get(address), await client.post(address, data={"solved": "false"})):
        assert again.status_code == 410 and "只能用一次" in again.text
    case = await cases.get(client.app.state.hall.database, made["number"])
    assert (case.status, case.solved, case.satisfaction) == (Status.CLOSED, True, 5)


async def test_not_solved_leads_to_rework(client):
    await answered(client)
    address = await link(client)
    await client.post(address, data={"solved": "false"})
    page = Page(await client.get(f"{address}?done=1"))
    assert "还没有解决" in page.text and "要求重办" in page.text


async def test_what_was_typed_stays_when_the_question_is_not_answered(client):
    await answered(client)
    address = await link(client)
    sent = await client.post(address, data={"satisfaction": "2", "comment": "电话没人接"})
    page = Page(sent)
    assert page.status == 422 and "电话没人接" in page.text and "解决了吗：这里需要填写。" in page.text
    assert (await client.post(address, data={"solved": "true", "satisfaction": "9"})).status_code == 422


async def test_a_link_nobody_was_sent_is_not_found(client):
    for token in ("ABCDEFGHJKMN", "x", "0" * 12, "%00", "一二三"):
        assert (await client.get(f"/s/{token}")).status_code == 404, token
        assert (await client.post(f"/s/{token}", data={"solved": "true"})).status_code == 404


async def test_a_link_ends_after_its_days_and_says_so(client):
    made = await answered(client)
    hall, address = client.app.state.hall, await link(client)
    await hall.database.execute("UPDATE surveys SET expires_at = now() - interval '1 second'")
    for gone in (await client.get(address), await client.post(address, data={"solved": "true"})):
        assert gone.status_code == 410 and "已经过期" in gone.text
    # Until the silence is settled the query code still rates.
    own = {"code": made["query_code"], "solved": True}
    assert (await client.post(f"/api/v1/cases/{made['number']}/rate", json=own)).status_code == 200


async def test_silence_is_settled_after_seven_days_and_a_rating_then_is_refused_with_a_sentence(client):
    made = await answered(client)
    number, hall, address = made["number"], client.app.state.hall, await link(client)
    await let_pass(client, number, days=6, hours=23)
    await timing.tick(hall, now=clock.now())
    assert (await cases.get(hall.database, number)).status is Status.REPLIED
    assert (await client.get(address)).status_code == 200
    await let_pass(client, number, hours=1)
    own = {"code": made["query_code"], "solved": True}
    for _ in range(2):  # before the clock comes by, and after
        refused = await client.post(f"/api/v1/cases/{number}/rate", json=own)
        assert refused.status_code == 409 and "未评价" in refused.json()["message"], refused.text
        gone = await client.post(address, data={"solved": "true"})
        assert gone.status_code == 410 and "未评价" in gone.text and "要求重办" in gone.text
        await timing.tick(hall, now=clock.now())
    case = await cases.get(hall.database, number)
    assert (case.status, case.solved, case.satisfaction) == (Status.CLOSED, None, None)


async def test_a_new_round_asks_again_and_the_old_link_says_why_not(client):
    made = await answered(client)
    number, first = made["number"], await link(client)
    again = {"code": made["query_code"], "reason": "昨晚还在打桩"}
    assert (await client.post(f"/api/v1/cases/{number}/rework", json=again)).status_code == 200
    gone = await client.get(first)
    assert gone.status_code == 410 and "重新办理" in gone.text
    await answer(client, number)
    assert len(await messages(client, "survey")) == 2
    assert (await client.get(first)).status_code == 410


async def test_who_joined_another_is_asked_for_their_own_and_who_withdrew_is_not(client):
    lead, follower, gone = [await submitted(client, contact={"phone": f"1397720000{n}"}) for n in (1, 2, 3)]
    for one in (lead, follower, gone):
        if one["decision"] == "triage":
            await api_step(client, people.DIAO, one["number"], "dispatch", bureau="STHJ", category="C01")
    hall, diao = client.app.state.hall, await actor(client.app.state.hall, people.DIAO)
    found = [await cases.get(hall.database, one["number"]) for one in (lead, follower, gone)]
    for one in found[1:]:
        await joining.join(hall, diao, one, lead=found[0], now=clock.now())
    joined = await cases.get(hall.database, gone["number"])
    await asking.withdraw(hall, joined, now=clock.now())
    await answer(client, lead["number"])
    texts = await messages(client, "survey")
    assert len(texts) == 2 and lead["number"] in texts[0] and follower["number"] in texts[1]


@pytest.mark.parametrize(("days", "until"), [(3, "2026-12-03 10:00"), (7, "2026-12-07 10:00"), (30, "2026-12-07 10:00")])
async def test_the_link_promises_no_day_after_silence_has_settled_the_case(hall, days, until):
    hall.survey_days = days
    _, case = await told(hall)
    await surveying.ask(hall, case, now=at("2026-11-30 10:00"))
    assert await hall.database.fetch_val("SELECT expires_at FROM surveys") == at(until)


async def test_of_a_protected_case_nobody_is_asked_by_link(hall):
    _, case = await told(hall, body="举报某局长受贿")
    await surveying.ask(hall, case, now=clock.now())
    assert await hall.database.fetch_val("SELECT count(*) FROM surveys") == 0


async def test_the_same_answer_asks_once(hall):
    _, case = await told(hall)
    for _ in range(3):
        await surveying.ask(hall, case, now=clock.now())
    assert await hall.database.fetch_val("SELECT count(*) FROM surveys") == 1
    assert await hall.database.fetch_val("SELECT count(*) FROM notices WHERE template = 'survey'") <= 1


async def test_two_answers_at_the_same_moment_count_once(client):
    await answered(client)
    address = await link(client)
    sent = await asyncio.gather(*(client.post(address, data={"solved": "true"}) for _ in range(4)))
    assert sorted(one.status_code for one in sent) == [303, 410, 410, 410]
    assert await client.app.state.hall.database.fetch_val("SELECT count(*) FROM events WHERE step = 'rate'") == 1
