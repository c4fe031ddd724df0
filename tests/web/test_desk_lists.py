"""The desk's lists: own and nobody's cases, filters that are kept, several cases in one step, and who was faster."""

import re

import pytest

from feedback.actions import finding
from tests import people
from tests.conftest import understand_noise
from tests.web.conftest import token
from tests.web.staff import Page, api_step, at_bureau, browser, get, post

pytestmark = pytest.mark.anyio

ANSWER = (
    "您好！我局执法人员 11 月 24 日晚到东环大道工地检查，夜间打桩情况属实，已责令停止夜间施工，12 月 1 日前再次复查。"
)


async def person_id(client, someone):
    database = client.app.state.hall.database
    return await database.fetch_val("SELECT id FROM people WHERE username = :name", {"name": someone.username})


async def status(client, number, someone=people.WANG):
    return (await client.get(f"/api/v1/cases/{number}", headers=await token(client, someone))).json()["status"]


async def several(client, who, act, numbers, **fields):
    """Ticks these cases on the list that shows them all and presses a button."""
    page = await get(client, who, "/desk?queue=open")
    ticked = [
        value for value in re.findall(r'name="case" value="([^"]+)"', page.text) if value.split(":")[0] in numbers
    ]
    assert len(ticked) == len(numbers)
    return await post(client, who, "/desk/bulk", act=act, case=ticked, queue="open", **fields)


# Queues -----------------------------------------------------------------------------------------------------------


async def test_what_is_mine_and_what_is_nobodys(client):
    mine, nobodys = await at_bureau(client), await at_bureau(client)
    await api_step(client, people.WANG, mine, "accept")
    page = await get(client, people.WANG, "/desk?queue=mine")
    assert page.words["h1"] == "我的" and mine in page.text and f"/desk/{nobodys}" not in page.text
    page = await get(client, people.WANG, "/desk?queue=unassigned")
    assert nobodys in page.text and f"/desk/{mine}" not in page.text
    page = await get(client, people.JU, "/desk?queue=open")
    assert "王工经办" in page.near(f"/desk/{mine}", 1200)
    counts = (await client.get("/api/v1/desk", headers=await token(client, people.WANG))).json()["counts"]
    assert (counts["mine"], counts["unassigned"], counts["open"]) == (1, 1, 2)


async def test_the_city_has_neither(client):
    page = await get(client, people.DU, "/desk")
    assert "queue=mine" not in page.text and "queue=open" in page.text and 'name="case"' not in page.text


# Filters ----------------------------------------------------------------------------------------------------------


async def understood(client):
    """A case whose category and urgency do not hang on the model of the day."""
    number = await at_bureau(client)
    await client.app.state.hall.database.execute("UPDATE cases SET urgent = false, category = 'C01'")
    return number


async def test_a_filter_narrows_and_says_so(client):
    number = await understood(client)
    for query, there in (
        ("category=C01", True), ("category=A01", False), ("urgent=0", True), ("urgent=1", False),
        (f"handler={await person_id(client, people.WANG)}", False), ("only=category%3DC01%26urgent%3D0", True),
    ):  # fmt: skip
        page = await get(client, people.WANG, f"/desk?{query}")
        assert page.status == 200 and (f"/desk/{number}" in page.text) == there, query
        assert "（已筛选）" in page.words["h1"] and "不筛选" in page.text
        items = (await client.get(f"/api/v1/desk?{query}", headers=await token(client, people.WANG))).json()["items"]
        assert [one["number"] for one in items] == [number] * there, query
    assert "试试少选一个条件" in (await get(client, people.WANG, "/desk?category=A01")).text


async def test_the_case_goes_on_beside_its_filtered_list(client):
    number = await understood(client)
    page = await get(client, people.WANG, "/desk?category=C01&q=打桩")
    link = re.search(rf'href="(/desk/{number}\?[^"]+)"', page.text)
    assert link and "only=category%3DC01" in link[1]
    case = await get(client, people.WANG, link[1].replace("&amp;", "&"))
    form = case.form("accept")
    assert form["only"] == "category=C01"
    sent = await post(
        client, people.WANG, form["action"], **{k: v for k, v in form.items() if k not in ("action", "method")}
    )
    assert sent.status_code == 303 and "only=category%3DC01" in sent.headers["location"]


@pytest.mark.parametrize(
    "query",
    ["category=X99", "district=nowhere", "kind=x", "urgent=2", "handler=wang", "handler=" + "9" * 30, "only=category%3DX", "only=" + "a" * 400, "only=nonsense%3D1"],
)  # fmt: skip
async def test_a_made_up_filter_is_422(client, query):
    assert (await client.get(f"/desk?{query}", headers=await browser(client, people.WANG))).status_code == 422
    assert (await client.get(f"/api/v1/desk?{query}", headers=await token(client, people.WANG))).status_code == 422


async def test_a_filter_is_kept_opened_with_and_dropped(client):
    number = await understood(client)
    sent = await post(client, people.WANG, "/desk/filters", name="东环噪声", queue="open", category="C01", q="打桩")
    assert sent.status_code == 303 and "category=C01" in sent.headers["location"]
    page = await get(client, people.WANG, sent.headers["location"])
    assert page.words["h1"] == "东环噪声" and "筛选已保存" in page.text and number in page.text
    action = next(one["action"] for one in page.forms if re.fullmatch(r"/desk/filters/\d+", one["action"]))
    assert (await get(client, people.WANG, "/desk")).words["h1"] == "待签收"
    assert (await post(client, people.WANG, action, act="home")).status_code == 303
    assert (await get(client, people.WANG, "/desk")).words["h1"] == "东环噪声"
    assert (await get(client, people.WANG, "/desk?queue=to_accept")).words["h1"] == "待签收"
    await post(client, people.JU, action, act="drop")  # a colleague's stays
    assert "东环噪声" not in (await get(client, people.JU, "/desk")).text
    assert (await get(client, people.WANG, "/desk")).words["h1"] == "东环噪声"
    await post(client, people.WANG, action, act="unhome")
    assert (await get(client, people.WANG, "/desk")).words["h1"] == "待签收"
    await post(client, people.WANG, action, act="drop")
    assert "东环噪声" not in (await get(client, people.WANG, "/desk")).text


async def test_the_same_name_replaces_and_thirty_are_enough(client):
    for count in range(30):
        assert (
            await post(client, people.WANG, "/desk/filters", name=f"第{count}个", category="C01")
        ).status_code == 303
    assert (await post(client, people.WANG, "/desk/filters", name="第3个", category="A01")).status_code == 303
    assert (await post(client, people.WANG, "/desk/filters", name="又一个", category="C01")).status_code == 422
    rows = (await client.get("/api/v1/desk/filters", headers=await token(client, people.WANG))).json()["items"]
    assert len(rows) == 30 and rows[3]["address"] == "category=A01"


@pytest.mark.parametrize(
    "given",
    [{"name": ""}, {"name": "空的"}, {"name": "长" * 21, "category": "C01"}, {"name": "a", "queue": "x"}, {"name": "a", "category": "X"}],
)  # fmt: skip
async def test_a_filter_that_is_none_is_not_kept(client, given):
    assert (await post(client, people.WANG, "/desk/filters", **given)).status_code == 422
    for last in ("act", ""):
        assert (await post(client, people.WANG, "/desk/filters/1", **({last: "x"} if last else {}))).status_code == 422
    assert (await post(client, people.WANG, f"/desk/filters/{'9' * 30}", act="drop")).status_code == 404


async def test_filters_as_json(client):
    headers = await token(client, people.DU)
    made = await client.post(
        "/api/v1/desk/filters", json={"name": "紧急", "queue": "overdue", "urgent": "1"}, headers=headers
    )
    assert made.json() == {"name": "紧急", "address": "queue=overdue&urgent=1"}
    (kept,) = (await client.get("/api/v1/desk/filters", headers=headers)).json()["items"]
    assert (await client.delete(f"/api/v1/desk/filters/{kept['id']}", headers=headers)).status_code == 200
    assert (await client.get("/api/v1/desk/filters", headers=headers)).json() == {"items": []}


async def test_words_are_found_after_the_worker_has_read_them(client):
    number = await understood(client)
    database = client.app.state.hall.database
    await database.execute("UPDATE cases SET received_at = received_at - interval '1 hour'")
    assert number not in (await get(client, people.WANG, "/desk?q=打桩")).text
    assert number in (await get(client, people.WANG, f"/desk?q={number}")).text
    await finding.Reader(database)()
    for query in ("q=打桩", "q=打桩&queue=to_accept", "q=打桩&category=C01"):
        assert f"/desk/{number}" in (await get(client, people.WANG, f"/desk?{query}")).text, query
    assert "请再多写一个字" in (await get(client, people.WANG, "/desk?q=锅")).text


# Several at once --------------------------------------------------------------------------------------------------


async def test_several_are_signed_for_in_one_go(client):
    numbers = [await at_bureau(client) for _ in range(3)]
    page = Page(await several(client, people.WANG, "accept", numbers))
    assert page.status == 200 and page.words["h1"] == "签收：3 件办好了"
    assert 'href="/desk?queue=open"' in page.text
    assert [await status(client, number) for number in numbers] == ["working"] * 3


async def test_a_colleague_who_was_faster_is_named_and_the_others_are_done(client):
    slow, fast, gone = [await at_bureau(client) for _ in range(3)]
    page = await get(client, people.WANG, "/desk?queue=to_accept")
    ticked = re.findall(r'name="case" value="([^"]+)"', page.text)
    await api_step(client, people.JU, fast, "accept")
    await api_step(client, people.JU, gone, "return", reason="not_ours")
    page = Page(await post(client, people.WANG, "/desk/bulk", act="accept", case=ticked))
    assert page.words["h1"] == "签收：1 件办好了，2 件没有办成"
    assert "居局" in page.near(fast, 600) and "做了“签收”，现在是“办理中”" in page.text
    assert "没有找到这件诉求，或者它不归您办理" in page.text or "没有找到" in page.near(gone, 600)
    assert await status(client, slow) == "working"
    case = (await client.get(f"/api/v1/cases/{fast}", headers=await token(client, people.WANG))).json()
    assert case["handler"] == "居局"


async def test_several_are_given_to_a_colleague(client):
    numbers = [await at_bureau(client) for _ in range(2)]
    page = Page(await several(client, people.WANG, "assign", numbers, person=str(await person_id(client, people.JU))))
    assert page.words["h1"] == "转给同事：2 件办好了"
    for number in numbers:
        case = (await client.get(f"/api/v1/cases/{number}", headers=await token(client, people.WANG))).json()
        assert case["handler"] == "居局"
    page = Page(await several(client, people.WANG, "assign", numbers, person=str(await person_id(client, people.LI))))
    assert page.words["h1"] == "转给同事：没有办成" and "不在同一个单位" in page.text


async def test_one_answer_for_several_signs_for_them_too(client):
    fresh, working = await at_bureau(client), await at_bureau(client)
    await api_step(client, people.WANG, working, "accept")
    page = Page(await several(client, people.WANG, "reply", [fresh, working]))
    assert page.words["h1"] == "统一答复 2 件" and fresh in page.text and "会同时签收" in page.text
    page = Page(await several(client, people.WANG, "reply", [fresh, working], answer="好", outcome="solved"))
    assert page.status == 422 and "至少写 5 个字" in page.text and [await status(client, fresh)] == ["assigned"]
    page = Page(
        await several(client, people.WANG, "reply", [fresh, working], answer="您好，已收到，谢谢。", outcome="solved")
    )
    assert page.status == 200 and "发出前看一眼：2 件有疑问" in page.text and "您好，已收到，谢谢。" in page.text
    page = Page(await several(client, people.WANG, "reply", [fresh, working], answer=ANSWER, outcome="solved"))
    assert page.words["h1"] == "统一答复：2 件办好了", page.text
    assert [await status(client, number) for number in (fresh, working)] == ["in_review"] * 2
    case = (await client.get(f"/api/v1/cases/{fresh}", headers=await token(client, people.SHEN))).json()
    assert case["answer"] == ANSWER and [one["step"] for one in case["timeline"]][-2:] == ["accept", "reply"]


async def test_one_text_is_bound_to_each_case_and_checked_against_each_letter(client):
    client.app.state.hall.understand = understand_noise
    noise, lamp = await at_bureau(client), await at_bureau(client, body="跃进路的路灯坏了三天，晚上很黑，请派人来修。")
    strange = Page(await several(client, people.WANG, "reply", [noise], answer="{称谓}：" + ANSWER, outcome="solved"))
    assert strange.status == 422 and "不认识 {称谓}" in strange.text
    common = "{市民称呼}：" + ANSWER + "编号 {编号}。"
    page = Page(await several(client, people.WANG, "reply", [noise, lamp], answer=common, outcome="solved"))
    assert "发出前看一眼：1 件有疑问" in page.text  # an answer about the building site is none to the letter about a lamp
    page = Page(await several(client, people.WANG, "reply", [noise, lamp], answer=common, outcome="solved", skip="1"))
    assert page.words["h1"] == "统一答复：1 件办好了", page.text
    headers = await token(client, people.SHEN)
    case = (await client.get(f"/api/v1/cases/{noise}", headers=headers)).json()
    assert case["answer"] == f"林女士/先生：{ANSWER}编号 {noise}。" or case["answer"] == f"林先生/女士：{ANSWER}编号 {noise}。"
    version = (await client.get(f"/api/v1/cases/{lamp}", headers=headers)).json()["version"]
    asked = {"step": "reply", "cases": [{"number": lamp, "version": version}], "reply": {"answer": common, "outcome": "solved"}}
    headers = await token(client, people.WANG)
    left = (await client.post("/api/v1/desk/bulk", json={**asked, "check": True}, headers=headers)).json()
    assert [(one["number"], one["error"]) for one in left["failed"]] == [(lamp, "doubtful")] and left["done"] == []
    strange = await client.post("/api/v1/desk/bulk", json={**asked, "reply": {"answer": "{称谓}您好，路灯已经修好。", "outcome": "solved"}}, headers=headers)
    assert strange.status_code == 422 and "不认识 {称谓}" in strange.json()["fields"]["answer"]
    asked["reply"]["override"] = "路灯和工地是同一处"
    sent = (await client.post("/api/v1/desk/bulk", json={**asked, "check": True}, headers=headers)).json()
    assert [one["number"] for one in sent["done"]] == [lamp], sent


async def test_an_answer_that_could_not_be_sent_is_shown_again(client):
    number = await at_bureau(client)
    await api_step(client, people.JU, number, "accept")
    version = (await client.get(f"/api/v1/cases/{number}", headers=await token(client, people.WANG))).json()["version"]
    await api_step(client, people.JU, number, "reply", answer=ANSWER)
    sent = await post(client, people.WANG, "/desk/bulk", act="reply", case=f"{number}:{version}", answer=ANSWER + "另外。", outcome="solved", override="情况相同")  # fmt: skip
    page = Page(sent)
    assert page.words["h1"] == "统一答复：没有办成" and ANSWER + "另外。" in page.text and "居局" in page.text


async def test_nothing_picked_nothing_known_and_nothing_allowed(client):
    number = await at_bureau(client)
    assert "没有一件被选中" in (await post(client, people.WANG, "/desk/bulk", act="accept")).text
    for case in ("x", "2026-1122-0001", f"{number}:1:2", f"{number}:-1", "é:1"):
        assert (await post(client, people.WANG, "/desk/bulk", act="accept", case=case)).status_code == 422
    assert (await post(client, people.WANG, "/desk/bulk", act="explode", case=f"{number}:2")).status_code == 422
    assert (await post(client, people.SHEN, "/desk/bulk", act="accept", case=f"{number}:2")).status_code == 403
    assert (await post(client, people.DU, "/desk/bulk", act="accept", case=f"{number}:2")).status_code == 403
    page = Page(await post(client, people.ZHU, "/desk/bulk", act="accept", case=f"{number}:2"))
    assert page.words["h1"] == "签收：没有办成" and "打桩" not in page.text
    assert await status(client, number) == "assigned"


async def test_several_as_json(client):
    first, second = await at_bureau(client), await at_bureau(client)
    headers = await token(client, people.WANG)
    version = (await client.get(f"/api/v1/cases/{first}", headers=headers)).json()["version"]
    chosen = [{"number": first, "version": version}, {"number": second, "version": version + 7}]
    answer = (await client.post("/api/v1/desk/bulk", json={"step": "accept", "cases": chosen}, headers=headers)).json()
    assert answer["done"] == [{"number": first, "version": version + 1}]
    assert [(one["number"], one["error"]) for one in answer["failed"]] == [(second, "stale")]
    sly = {
        "step": "reply",
        "cases": [{"number": first, "version": version + 1}],
        "reply": {"step": "recuse", "reason": "x", "answer": ANSWER},
    }
    answer = (await client.post("/api/v1/desk/bulk", json=sly, headers=headers)).json()
    assert answer["failed"][0]["error"] == "invalid" and await status(client, first) == "working"
    for given in (
        {"step": "accept", "cases": []},
        {"step": "approve", "cases": chosen},
        {"step": "accept", "cases": chosen * 51},
    ):
        assert (await client.post("/api/v1/desk/bulk", json=given, headers=headers)).status_code == 422


async def test_all_shown_can_be_ticked_without_javascript(client):
    numbers = [await at_bureau(client) for _ in range(2)]
    page = await get(client, people.WANG, "/desk?queue=to_accept&all=1")
    assert page.text.count(" checked>") == len(numbers) and "都不选" in page.text


# One case -----------------------------------------------------------------------------------------------------------


async def test_an_ordinary_case_is_answered_from_its_first_page(client):
    number = await at_bureau(client)
    page = await get(client, people.WANG, f"/desk/{number}")
    form = next(one for one in page.forms if one.get("accepting"))
    fields = {name: value for name, value in form.items() if name not in ("action", "method")}
    bad = Page(await post(client, people.WANG, form["action"], **fields, answer="好", outcome="solved"))
    assert bad.status == 422 and "至少写 5 个字" in bad.text and await status(client, number) == "assigned"
    sent = await post(client, people.WANG, form["action"], **fields, answer=ANSWER, outcome="solved")
    assert sent.status_code == 303 and await status(client, number) == "in_review"
