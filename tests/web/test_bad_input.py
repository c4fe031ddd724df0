"""What no browser sends: programs, broken proxies and attackers. Every answer is a refusal in a sentence, none is a 500."""

import asyncio
import base64
import json
from datetime import timedelta

import asyncpg
import pytest

from feedback import clock
from tests import people
from tests.web.conftest import submitted, token

pytestmark = pytest.mark.anyio


@pytest.fixture
async def diao(client):
    return await token(client, people.DIAO)


async def refused(client, answer, status=422):
    assert answer.status_code == status, answer.text
    assert set(answer.json()) >= {"error", "message"}
    return answer.json()


@pytest.mark.parametrize("number", ["%00", "x%00y", "2026-1123-0351%00", "%ff", "*", "a" * 300])
async def test_a_number_that_is_none_is_not_found(client, diao, number):
    for headers in ({}, diao):
        await refused(client, await client.get(f"/api/v1/cases/{number}", headers=headers), 404)
    step = {"step": "note", "version": 1, "text": "备注"}
    await refused(client, await client.post(f"/api/v1/cases/{number}/steps", headers=diao, json=step), 404)
    assert (await client.get(f"/desk/{number}", headers=diao)).status_code == 404


@pytest.mark.parametrize("version", ["²", "9" * 5000, "１", "", "1", True, 1.5, None, [], {}, -1])
async def test_a_version_that_is_no_number_is_a_wrong_field_or_stale(client, diao, version):
    number = (await submitted(client))["number"]
    sent = {"step": "note", "text": "备注", "version": version}
    answer = await client.post(f"/api/v1/cases/{number}/steps", headers=diao, json=sent)
    assert answer.status_code in (409, 422), answer.text


def _cursor(content):
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        _cursor(["0001-01-01T00:00:00+14:00", 1]),
        _cursor(["9999-12-31T23:59:59-14:00", 1]),
        _cursor(["2026-01-01T00:00:00", 1]),
        _cursor(["2026-01-01T00:00:00Z", 2**63]),
        _cursor(["2026-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", 1]),
        _cursor(["2026-01-01T00:00:00", "2026-01-01T00:00:00Z", 1]),
        _cursor(["2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", 2**63]),
        _cursor(b"[" * 20_000),
        _cursor({}),
        "é",
        "*",
    ],
)
async def test_a_cursor_nobody_was_given_is_refused_everywhere(client, diao, cursor):
    for queue in ("to_accept", "replied"):
        asked = {"queue": queue, "cursor": cursor}
        await refused(client, await client.get("/api/v1/desk", params=asked, headers=diao))
    await refused(client, await client.get("/api/v1/public/cases", params={"cursor": cursor}))
    asked = {"figure": "received", "cursor": cursor}
    assert (await client.get("/dashboard/cases", params=asked, headers=diao)).status_code == 422


@pytest.mark.parametrize("origin", ["http://[", "null", "http://elsewhere.example", "x" * 3000])
async def test_a_strange_origin_is_another_site(client, origin):
    for address in ("/", "/sign-in", "/api/v1/cases"):
        assert (await client.post(address, headers={"Origin": origin})).status_code == 403


@pytest.mark.parametrize(
    "field", [{"anonymous": "yes"}, {"publish": 1}, {"latitude": "24.3"}, {"latitude": True}, {"title": 5}]
)
async def test_a_wrong_type_in_json_is_refused(client, field):
    answer = await refused(client, await client.post("/api/v1/cases", json={"body": people.NOISE, **field}))
    assert list(answer["fields"]) == list(field)


async def test_a_whole_number_is_a_latitude_and_depth_is_refused(client):
    assert (await submitted(client, latitude=24, longitude=109.4))["number"]
    deep: object = 1
    for _ in range(600):
        deep = [deep]
    await refused(client, await client.post("/api/v1/cases", json={"body": people.NOISE, "title": deep}))


async def test_a_rating_takes_numbers_only(client):
    made = await submitted(client)
    given = {"code": made["query_code"], "solved": "true", "satisfaction": "5"}
    early = await refused(client, await client.post(f"/api/v1/cases/{made['number']}/rate", json=given), 409)
    assert early["error"] == "wrong_step"  # told before the fields
    await client.app.state.hall.database.execute("UPDATE cases SET status = 'replied'")
    answer = await refused(client, await client.post(f"/api/v1/cases/{made['number']}/rate", json=given))
    assert set(answer["fields"]) == {"solved", "satisfaction"}


async def test_an_order_is_for_the_future(client):
    number, who = (await submitted(client))["number"], await token(client, people.DU)
    version = (await client.get(f"/api/v1/cases/{number}", headers=who)).json()["version"]
    past = (clock.now() - timedelta(minutes=1)).isoformat()
    for due in (past, 0, 1e300, "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2030-01-01T00:00"):
        sent = {"step": "instruct", "version": version, "text": "书面报告", "due_at": due}
        answer = await client.post(f"/api/v1/cases/{number}/steps", headers=who, json=sent)
        assert list((await refused(client, answer))["fields"]) == ["due_at"]


async def test_a_retry_with_a_used_phone_code_gives_the_same_case(client):
    await client.post("/api/v1/phone-codes", json={"phone": people.XIAO_LIN_PHONE})
    hall = client.app.state.hall
    sealed = await hall.database.fetch_val("SELECT code FROM notices WHERE template = 'phone_code' ORDER BY id DESC")
    letter = {
        "body": people.NOISE,
        "contact": {"phone": people.XIAO_LIN_PHONE},
        "phone_code": hall.vault.open(sealed),
    }
    first = await client.post("/api/v1/cases", json=letter, headers={"Idempotency-Key": "with-code"})
    assert first.status_code == 201, first.text
    again = await asyncio.gather(
        *(client.post("/api/v1/cases", json=letter, headers={"Idempotency-Key": "with-code"}) for _ in range(3))
    )
    assert {answer.text for answer in again} == {first.text}
    await refused(client, await client.post("/api/v1/cases", json=letter))


async def test_a_double_click_with_a_phone_code_is_told_the_same_twice(client):
    """The code serves once; both clicks mean the one case, or the one signature."""
    await client.post("/api/v1/phone-codes", json={"phone": people.XIAO_LIN_PHONE})
    hall = client.app.state.hall
    sealed = await hall.database.fetch_val("SELECT code FROM notices WHERE template = 'phone_code' ORDER BY id DESC")
    letter = {"body": people.NOISE, "contact": {"phone": people.XIAO_LIN_PHONE}, "phone_code": hall.vault.open(sealed)}
    key = {"Idempotency-Key": "double"}
    both = await asyncio.gather(*(client.post("/api/v1/cases", json=letter, headers=key) for _ in range(4)))
    assert [answer.status_code for answer in both] == [201] * 4, [answer.text for answer in both]
    assert len({answer.text for answer in both}) == 1


@pytest.mark.parametrize(
    "fault",
    [
        asyncpg.ConnectionDoesNotExistError("gone"),
        asyncpg.AdminShutdownError("shut"),
        asyncpg.DeadlockDetectedError("crossed"),
        TimeoutError(),
        ConnectionResetError(),
    ],
)
async def test_a_database_that_goes_away_is_told_as_that(client, monkeypatch, fault):
    async def away(*_, **__):
        raise fault

    monkeypatch.setattr(client.app.state.hall.database, "fetch_one", away)
    answer = await refused(client, await client.get("/api/v1/petitions/P2026-0001"), 503)
    assert answer["error"] in ("database_away", "crossed") and "再试" in answer["message"]
    assert (await client.get("/petitions/P2026-0001")).status_code == 503
