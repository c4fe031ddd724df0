"""Whose case it is: another bureau, another 科室, who recused themself, and the four eyes of an answer."""

import pytest

from feedback.rules.permission import Role
from feedback.store import queues
from tests import people
from tests.conftest import actor
from tests.web.conftest import submitted, token
from tests.web.staff import Page, api_step, at_bureau, browser, get, post

pytestmark = pytest.mark.anyio

LUO = people.Someone("luo", "罗工", Role.HANDLER, "STHJ")
OU = people.Someone("ou", "欧科", Role.REVIEWER, "STHJ")


async def hire(client, *them):
    from feedback.actions import accounts

    for one in them:
        await accounts.open_account(
            client.app.state.hall.database, username=one.username, name=one.name, role=one.role, bureau=one.bureau,
            password=people.PASSWORD,
        )  # fmt: skip


async def identity(client, someone):
    return (await actor(client.app.state.hall, someone)).person_id


async def sees(client, someone, number):
    return (await client.get(f"/api/v1/cases/{number}", headers=await token(client, someone))).status_code


async def takes(client, someone, number, step, **fields):
    """The answer to a step on the newest version, whoever may see it."""
    version = await client.app.state.hall.database.fetch_val(
        "SELECT version FROM cases WHERE number = :n", {"n": number}
    )
    given = {"step": step, "version": version, **fields}
    return await client.post(f"/api/v1/cases/{number}/steps", json=given, headers=await token(client, someone))


async def unit(client, name):
    bearer = await token(client, people.JU)
    made = await client.post("/api/v1/units", json={"act": "open", "name": name}, headers=bearer)
    assert made.status_code == 200, made.text
    return next(one["id"] for one in made.json()["units"] if one["name"] == name)


async def put(client, someone, unit_id):
    body = {"act": "put", "person": await identity(client, someone), "unit": unit_id}
    answer = await client.post("/api/v1/units", json=body, headers=await token(client, people.JU))
    assert answer.status_code == 200, answer.text


# Recusal ----------------------------------------------------------------------------------------------------------


async def test_who_recuses_themself_neither_sees_nor_acts_again(client):
    await hire(client, LUO)
    number = await at_bureau(client)
    await api_step(client, people.WANG, number, "accept")
    sent = await takes(client, people.WANG, number, "recuse", reason="当事人是我表哥")
    assert sent.status_code == 200 and sent.json()["handler"] is None
    assert await sees(client, people.WANG, number) == 404
    assert (await takes(client, people.WANG, number, "note", text="我来看看")).status_code == 404
    assert (await get(client, people.WANG, f"/desk/{number}")).status == 404
    hall = client.app.state.hall
    found, _ = await queues.page(
        hall.database, await actor(hall, people.WANG), None, queues.Search(number=number), "", now=_now()
    )
    assert not found
    assert number not in (await get(client, people.WANG, "/desk?queue=working")).text
    assert number in (await get(client, LUO, "/desk?queue=working")).text
    assert (await takes(client, LUO, number, "reply", answer="已经责令停工，今晚起不再夜间施工。")).status_code == 200


def _now():
    from feedback import clock

    return clock.now()


async def test_the_head_is_told_and_the_last_handlers_case_is_the_heads(client):
    number = await at_bureau(client)
    await api_step(client, people.WANG, number, "accept")
    left = await post(
        client, people.WANG, f"/desk/{number}/steps", step="recuse", reason="亲属", back="",
        version=str((await client.get(f"/api/v1/cases/{number}", headers=await token(client, people.WANG))).json()["version"]),
    )  # fmt: skip
    assert left.status_code == 303 and left.headers["location"].startswith("/desk?")
    case = (await client.get(f"/api/v1/cases/{number}", headers=await token(client, people.JU))).json()
    assert case["handler"] == "居局"
    assert "王工回避了这件诉求" in (await get(client, people.JU, "/inbox")).text
    assert "回避" not in (await get(client, people.SHEN, "/inbox")).text


async def test_nobody_gives_a_case_back_to_who_recused_themself(client):
    await hire(client, LUO)
    number = await at_bureau(client)
    await api_step(client, people.WANG, number, "recuse", reason="亲属")
    answer = await takes(client, people.JU, number, "assign", person=await identity(client, people.WANG))
    assert (answer.status_code, answer.json()["error"]) == (422, "recused")
    page = await get(client, people.JU, f"/desk/{number}")
    again = await post(
        client, people.JU, f"/desk/{number}/steps", step="assign", person=str(await identity(client, people.WANG)),
        version=page.form("assign")["version"],
    )  # fmt: skip
    assert again.status_code == 422 and "已经回避" in again.text


async def test_a_reviewers_recusal_leaves_the_handler(client):
    number = await at_bureau(client)
    await api_step(client, people.WANG, number, "accept")
    await api_step(client, people.SHEN, number, "recuse", reason="同学")
    case = (await client.get(f"/api/v1/cases/{number}", headers=await token(client, people.JU))).json()
    assert case["handler"] == "王工" and await sees(client, people.SHEN, number) == 404
    await api_step(client, people.WANG, number, "reply", answer="已经责令停工，今晚起不再夜间施工。")
    assert (await takes(client, people.SHEN, number, "approve")).status_code == 404
    await api_step(client, people.JU, number, "approve")


async def test_the_last_confidential_clerk_stays(client):
    secret = await submitted(client, body="举报某局副局长受贿，收了开发商十万元。")
    refused = await takes(client, people.MI, secret["number"], "recuse", reason="亲属")
    assert (refused.status_code, refused.json()["error"]) == (409, "nobody_left")
    assert await sees(client, people.MI, secret["number"]) == 200
    other = people.Someone("mo", "莫文", Role.CONFIDENTIAL)
    await hire(client, other)
    assert (await takes(client, people.MI, secret["number"], "recuse", reason="亲属")).status_code == 200
    assert await sees(client, people.MI, secret["number"]) == 404
    assert await sees(client, other, secret["number"]) == 200


# Four eyes --------------------------------------------------------------------------------------------------------


async def test_nobody_of_a_bureau_approves_what_they_wrote(client):
    number = await at_bureau(client)
    await api_step(client, people.JU, number, "accept")
    own = await api_step(client, people.JU, number, "reply", answer="已经责令停工，今晚起不再夜间施工。")
    assert "approve" not in own["can"] and "send_back" in own["can"]
    refused = await takes(client, people.JU, number, "approve")
    assert (refused.status_code, refused.json()["error"]) == (403, "own_answer")
    assert "approve" not in (await get(client, people.JU, f"/desk/{number}")).steps
    done = await api_step(client, people.SHEN, number, "approve")
    assert done["status"] == "replied"


async def test_the_confidential_clerk_stands_alone(client):
    secret = (await submitted(client, body="举报某局副局长受贿，收了开发商十万元。"))["number"]
    await api_step(client, people.MI, secret, "dispatch", bureau="JWJW")
    for step, fields in (("accept", {}), ("reply", {"answer": "已经核查，现将结果告知您。"}), ("approve", {})):
        await api_step(client, people.MI, secret, step, **fields)


# 科室 -------------------------------------------------------------------------------------------------------------


async def test_a_head_makes_units_and_says_who_belongs_to_which(client):
    made = await post(client, people.JU, "/units", act="open", name="大气科")
    assert (made.status_code, made.headers["location"]) == (303, "/units?done=open")
    page = await get(client, people.JU, "/units?done=open")
    assert page.words["h1"] == "科室" and "大气科" in page.text and "科室已设立" in page.text
    again = await post(client, people.JU, "/units", act="open", name="大气科")
    assert again.status_code == 422 and "已经有这个名称" in again.text
    short = await post(client, people.JU, "/units", act="open", name="气")
    assert short.status_code == 422 and "至少 2 个字" in short.text
    noise = await unit(client, "噪声科")
    await put(client, people.WANG, noise)
    assert (
        await post(client, people.JU, "/units", act="rename", unit=str(noise), name="噪声与辐射科")
    ).status_code == 303
    assert "噪声与辐射科" in (await get(client, people.JU, "/units")).text
    assert "噪声与辐射科" in (await get(client, people.AN, f"/admin/people/{await identity(client, people.WANG)}")).text


async def test_only_heads_keep_units_and_only_their_own(client):
    theirs = await unit(client, "噪声科")
    for someone in (people.WANG, people.SHEN, people.AN, people.XI, people.DU):
        assert (await client.get("/units", headers=await browser(client, someone))).status_code == 403
        assert (await post(client, someone, "/units", act="close", unit=str(theirs))).status_code == 403
    cheng = people.Someone("cheng", "程局", Role.HEAD, "CGJ")
    await hire(client, cheng)
    for fields in ({"act": "close"}, {"act": "rename", "name": "别的科"}):
        stolen = await post(client, cheng, "/units", unit=str(theirs), **fields)
        assert stolen.status_code == 422 and "没有这个科室" in stolen.text
    wang = str(await identity(client, people.WANG))
    foreign = await post(client, cheng, "/units", act="put", person=wang, unit="")
    assert foreign.status_code == 422 and "不在同一个单位" in foreign.text


async def test_a_case_is_given_to_a_unit_and_others_read_along(client):
    await hire(client, LUO)
    noise, air = await unit(client, "噪声科"), await unit(client, "大气科")
    await put(client, people.WANG, noise)
    await put(client, LUO, air)
    number = await at_bureau(client)
    given = await api_step(client, people.JU, number, "assign", unit=noise)
    assert (given["unit"], given["handler"]) == ("噪声科", None)
    other = (await client.get(f"/api/v1/cases/{number}", headers=await token(client, LUO))).json()
    assert other["can"] == ["note"]
    for step, fields in (
        ("accept", {}),
        ("contact", {"text": "您好"}),
        ("assign", {"unit": air}),
        ("return", {"reason": "not_ours"}),
    ):
        refused = await takes(client, LUO, number, step, **fields)
        assert (refused.status_code, refused.json()["error"]) == (403, "wrong_role"), step
    assert (await takes(client, LUO, number, "note", text="这个工地我去过。")).status_code == 200
    taken = await api_step(client, people.WANG, number, "accept")
    assert (taken["unit"], taken["handler"]) == ("噪声科", "王工")
    moved = await api_step(client, people.WANG, number, "assign", person=await identity(client, LUO))
    assert (moved["unit"], moved["handler"]) == ("大气科", "罗工")
    assert (await takes(client, people.WANG, number, "reply", answer="已经责令停工。")).status_code == 403


UNSENT = "写了半小时的答复，一个字也不能丢。"


async def test_an_answer_is_not_lost_when_the_case_goes_to_another_unit_meanwhile(client):
    noise, air = await unit(client, "噪声科"), await unit(client, "大气科")
    await put(client, people.WANG, noise)
    number = await at_bureau(client)
    await api_step(client, people.WANG, number, "accept")
    opened = (await get(client, people.WANG, f"/desk/{number}")).form("reply")
    await api_step(client, people.JU, number, "assign", unit=air)
    for press in ({}, {"press": "draft"}):
        sent = await post(client, people.WANG, opened["action"], step="reply", version=opened["version"], answer=UNSENT, **press)
        page = Page(sent)
        assert page.status == 409 and UNSENT in page.near("可以复制") and "居局" in page.near("没有执行")
    bare = await post(client, people.WANG, opened["action"], version=opened["version"], answer=UNSENT, press="draft")
    assert bare.status_code == 409 and UNSENT in bare.text
    now = (await get(client, people.WANG, f"/desk/{number}")).form("note")["version"]
    refused = await post(client, people.WANG, opened["action"], step="reply", version=now, answer=UNSENT)
    assert refused.status_code == 403  # nobody was faster: it is not theirs


async def test_lists_are_narrowed_to_a_unit(client):
    noise, air = await unit(client, "噪声科"), await unit(client, "大气科")
    mine, other = await at_bureau(client), await at_bureau(client)
    await api_step(client, people.JU, mine, "assign", unit=noise)
    await api_step(client, people.JU, other, "assign", unit=air)
    page = await get(client, people.JU, f"/desk?queue=to_accept&unit={noise}")
    assert mine in page.text and other not in page.text and ">噪声科</span>" in page.text
    assert "没有" in (await get(client, people.LI, f"/desk?queue=to_accept&unit={noise}")).text
    assert (await client.get("/desk?unit=x", headers=await browser(client, people.JU))).status_code == 422


async def test_who_accepts_brings_their_unit_and_a_bureaus_unit_stays_behind(client):
    noise = await unit(client, "噪声科")
    await put(client, people.WANG, noise)
    number = await at_bureau(client)
    assert (await api_step(client, people.WANG, number, "accept"))["unit"] == "噪声科"
    await api_step(client, people.WANG, number, "return", reason="not_ours", propose="CGJ")
    gone = await api_step(client, people.DIAO, number, "dispatch", bureau="CGJ")
    assert gone["unit"] is None
    await api_step(client, people.LI, number, "accept")


async def test_a_handler_who_moves_to_another_unit_goes_on_with_their_cases(client):
    noise, air = await unit(client, "噪声科"), await unit(client, "大气科")
    await put(client, people.WANG, noise)
    mine, other = await at_bureau(client), await at_bureau(client)
    before = (await api_step(client, people.WANG, mine, "accept"))["can"]
    await api_step(client, people.JU, other, "assign", unit=noise)
    await put(client, people.WANG, air)
    can = {one: (await client.get(f"/api/v1/cases/{one}", headers=await token(client, people.WANG))).json()["can"] for one in (mine, other)}
    assert can == {mine: before, other: ["note"]}
    await api_step(client, people.WANG, mine, "reply", answer="已经责令停工，今晚起不再夜间施工。")


async def test_a_unit_with_open_cases_is_not_closed(client):
    noise = await unit(client, "噪声科")
    number = await at_bureau(client)
    await api_step(client, people.JU, number, "assign", unit=noise)
    refused = await post(client, people.JU, "/units", act="close", unit=str(noise))
    assert refused.status_code == 422 and "还有在办的诉求" in refused.text
    await api_step(client, people.JU, number, "assign", person=await identity(client, people.WANG))
    assert (await post(client, people.JU, "/units", act="close", unit=str(noise))).status_code == 303
    assert (await takes(client, people.JU, number, "assign", unit=noise)).status_code == 422


@pytest.mark.parametrize("fields", [{}, {"unit": None}, {"person": 1, "unit": 1}, {"unit": 10**9}, {"unit": "1"}])
async def test_a_case_is_given_to_one_that_is_there(client, fields):
    number = await at_bureau(client)
    assert (await takes(client, people.JU, number, "assign", **fields)).status_code == 422


async def test_citizens_never_see_a_unit(client):
    noise = await unit(client, "噪声科")
    made = await submitted(client)
    number = made["number"]
    if made["decision"] == "triage":
        await api_step(client, people.DIAO, number, "dispatch", bureau="STHJ", category="C01")
    await api_step(client, people.JU, number, "assign", unit=noise)
    code = made["query_code"]
    assert "噪声科" not in (await client.get(f"/api/v1/cases/{number}?code={code}")).text
    assert (
        "噪声科" not in (await client.post("/track", data={"number": number, "code": code}, follow_redirects=True)).text
    )


# Support ----------------------------------------------------------------------------------------------------------


async def test_a_supporting_bureau_takes_no_step_of_the_lead(client):
    number = await at_bureau(client)
    await api_step(client, people.WANG, number, "return", reason="not_ours")
    await api_step(client, people.DIAO, number, "dispatch", bureau="STHJ", support=["RSJ"])
    assert await sees(client, people.ZHU, number) == 200
    for step, fields in (("accept", {}), ("contact", {"text": "您好"}), ("assign", {"person": 1})):
        assert (await takes(client, people.ZHU, number, step, **fields)).status_code == 403, step
    assert (await takes(client, people.WANG, number, "contribute", finding="主办不写协办意见")).status_code == 403
    assert (await takes(client, people.ZHU, number, "contribute", finding="没有拖欠工资")).status_code == 200


async def test_an_answer_is_not_lost_when_the_bureau_only_supports_meanwhile(client):
    number = await at_bureau(client)
    await api_step(client, people.WANG, number, "accept")
    opened = (await get(client, people.WANG, f"/desk/{number}")).form("reply")
    await api_step(client, people.JU, number, "return", reason="not_ours", propose="CGJ")
    await api_step(client, people.DIAO, number, "dispatch", bureau="CGJ", support=["STHJ"])
    sent = await post(client, people.WANG, opened["action"], step="reply", version=opened["version"], answer=UNSENT)
    page = Page(sent)
    assert page.status == 409 and UNSENT in page.near("可以复制") and "contribute" in page.steps
