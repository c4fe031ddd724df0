"""督办 and 批示: on one case, several or a whole list; replies, sending back, write-off, the ledger and the clock's warnings."""

import pytest

from feedback.actions import instructing
from feedback.store import instructions
from tests import people
from tests.conftest import at
from tests.web.conftest import submitted, token
from tests.web.staff import api_step, at_bureau, browser, get, post
from tests.web.test_scope import LUO, hire, identity, takes
from tests.web.test_surveys import answer, answered

pytestmark = pytest.mark.anyio
DUE = "2198-01-04T17:00:00+08:00"


async def give(client, who=people.DU, **fields):
    given = {"text": "两家一起去现场，周五前书面报告", "due_at": DUE, **fields}
    return await client.post("/api/v1/instructions", json=given, headers=await token(client, who))


async def say(client, who, identity, act, text="已经安排人去了现场"):
    address = f"/api/v1/instructions/{identity}/words"
    return await client.post(address, json={"act": act, "text": text}, headers=await token(client, who))


async def ledger(client, who, state="open"):
    answer = await client.get(f"/api/v1/instructions?state={state}", headers=await token(client, who))
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def test_several_cases_under_one_instruction_from_order_to_write_off(client):
    first, second = await at_bureau(client), await at_bureau(client)
    made = (await give(client, cases=[first, second])).json()
    assert made["on"] == [first, second] and made["cases"] == 2 and made["state"] == "open"
    assert [one["code"] for one in made["bureaus"]] == ["STHJ"]
    assert (await say(client, people.WANG, made["id"], "done")).json()["state"] == "reported"
    assert await ledger(client, people.DU) == [] and len(await ledger(client, people.DU, "reported")) == 1
    assert (await say(client, people.SHI, made["id"], "send_back", "只有照片，没有处罚结果")).json()["state"] == "open"
    assert (await say(client, people.WANG, made["id"], "progress")).json()["last"]["act"] == "progress"
    assert (await say(client, people.WANG, made["id"], "done")).status_code == 200
    done = (await say(client, people.DU, made["id"], "write_off", "已核实")).json()
    assert done["state"] == "done" and done["can"] == [] and len(done["words"]) == 5
    assert (await say(client, people.WANG, made["id"], "progress")).status_code == 409
    staff = await client.get(f"/api/v1/cases/{second}", headers=await token(client, people.WANG))
    assert "instruct" in [one["step"] for one in staff.json()["timeline"]]


async def test_what_ended_while_the_form_was_open_is_told_as_left_out(client):
    kept, gone = await at_bureau(client), await at_bureau(client)
    await api_step(client, people.DU, gone, "terminate", reason="已进入诉讼程序")
    made = (await give(client, cases=[kept, gone])).json()
    assert (made["on"], made["left_out"]) == ([kept], [gone])
    sent = await post(client, people.DU, "/instructions", case=[kept, gone], text="周五前办完", due_at="2198-01-05T17:30")
    page = await get(client, people.DU, sent.headers["location"])
    assert "有 1 件刚刚办结或有人处理过" in page.text
    for odd in ("0", "x", "²", "9" * 5000):
        page = await get(client, people.DU, f"/instructions/{made['id']}?done=given&left={odd}")
        assert page.status == 200 and "件刚刚办结" not in page.text


async def test_what_one_bureau_reports_says_nothing_of_the_others(client):
    ours, theirs = await at_bureau(client), await at_bureau(client)
    await api_step(client, people.WANG, theirs, "return", reason="not_ours", propose="CGJ")
    made = (await give(client, cases=[ours, theirs])).json()  # one at the ecology bureau, one back in triage
    assert (await say(client, people.WANG, made["id"], "done")).json()["state"] == "open"
    await api_step(client, people.DIAO, theirs, "dispatch", bureau="CGJ")
    assert (await say(client, people.LI, made["id"], "progress")).json()["state"] == "open"
    assert [one["id"] for one in await ledger(client, people.DU)] == [made["id"]]
    assert (await say(client, people.LI, made["id"], "done")).json()["state"] == "reported"
    assert (await say(client, people.LI, made["id"], "progress", "还差一处")).json()["state"] == "open"


async def test_progress_told_after_it_was_sent_back_is_no_report(client):
    number = await at_bureau(client)
    made = (await give(client, cases=[number])).json()
    await answer(client, number)
    assert (await say(client, people.DU, made["id"], "send_back", "再去现场看")).json()["state"] == "open"
    assert (await say(client, people.WANG, made["id"], "progress")).json()["state"] == "open"
    assert (await say(client, people.WANG, made["id"], "done")).json()["state"] == "reported"


async def test_an_order_on_a_case_that_is_worked_on_again_is_open_again(client):
    made_case = await answered(client)
    number, own = made_case["number"], {"code": made_case["query_code"]}
    made = (await give(client, cases=[number])).json()
    assert (await say(client, people.WANG, made["id"], "done")).json()["state"] == "reported"
    again = {**own, "reason": "晚上还在打桩"}
    assert (await client.post(f"/api/v1/cases/{number}/rework", json=again)).status_code == 200
    assert [(one["id"], one["answered"]) for one in await ledger(client, people.DU)] == [(made["id"], 0)]
    await answer(client, number)
    assert [(one["id"], one["answered"]) for one in await ledger(client, people.DU, "reported")] == [(made["id"], 1)]
    du = await token(client, people.DU)
    seen = (await client.get(f"/api/v1/cases/{number}", headers=du)).json()
    given = {"step": "rework", "version": seen["version"], "reason": "督办要求再查"}
    assert (await client.post(f"/api/v1/cases/{number}/steps", json=given, headers=du)).status_code == 200
    assert [(one["id"], one["answered"]) for one in await ledger(client, people.DU)] == [(made["id"], 0)]


async def test_answers_report_an_instruction_and_nobody_but_a_giver_writes_it_off(client):
    number = await at_bureau(client)
    made = (await give(client, cases=[number])).json()
    await api_step(client, people.WANG, number, "accept")
    await api_step(client, people.WANG, number, "reply", answer="11月24日已责令停工整改，夜间不再施工。", outcome="solved")
    await api_step(client, people.SHEN, number, "approve")
    found = await ledger(client, people.DU, "reported")
    assert [(one["id"], one["answered"]) for one in found] == [(made["id"], 1)]
    assert (await say(client, people.WANG, made["id"], "write_off", "办完了")).status_code == 403
    assert (await say(client, people.DU, made["id"], "progress", "督办员不报进展")).status_code == 403


async def test_a_bureau_sees_its_own_instructions_and_only_its_own_cases_in_them(client):
    ours = await at_bureau(client)
    other = (await submitted(client, body="想问一下办事大厅周末上不上班。"))["number"]
    staff = await client.get(f"/api/v1/cases/{other}", headers=await token(client, people.DIAO))
    if staff.json()["status"] == "triage":
        await api_step(client, people.DIAO, other, "dispatch", bureau="RSJ", category="C01")
    made = (await give(client, cases=[ours, other])).json()
    seen = await client.get(f"/api/v1/instructions/{made['id']}", headers=await token(client, people.WANG))
    assert [one["number"] for one in seen.json()["items"]] == [ours]
    assert await ledger(client, people.LI) == []
    assert (await client.get(f"/api/v1/instructions/{made['id']}", headers=await token(client, people.LI))).status_code == 404
    assert (await say(client, people.LI, made["id"], "progress")).status_code == 404


async def test_a_whole_list_is_instructed_at_once_and_what_has_ended_is_left_out(client):
    numbers = [await at_bureau(client) for _ in range(3)]
    await api_step(client, people.DU, numbers[2], "terminate", reason="已进入诉讼程序")
    made = (await give(client, queue="to_accept")).json()
    assert sorted(made["on"]) == sorted(numbers[:2]) and made["about"] == "列表：待签收"
    assert (await give(client, cases=[numbers[2]])).status_code == 422
    assert (await give(client, queue="nothing")).status_code == 422
    assert (await give(client)).status_code == 422


async def test_a_protected_case_is_never_instructed_on(client):
    made = await submitted(client, body="举报某局局长张某收受施工单位贿赂，有转账记录。")
    assert (await give(client, cases=[made["number"]])).status_code == 422


@pytest.mark.parametrize("someone", [people.WANG, people.DIAO, people.MI, people.XI])
async def test_only_supervisors_and_leaders_give_instructions(client, someone):
    number = await at_bureau(client)
    assert (await give(client, someone, cases=[number])).status_code == 403


@pytest.mark.parametrize("wrong", [{"due_at": "2020-01-01T00:00:00+08:00"}, {"due_at": "昨天"}, {"text": ""}, {"colour": 1}])
async def test_wrong_fields_are_told(client, wrong):
    number = await at_bureau(client)
    assert (await give(client, **{"cases": [number], **wrong})).status_code == 422


async def test_the_pages_do_the_same(client):
    number = await at_bureau(client)
    form = await get(client, people.SHI, f"/instructions/new?case={number}")
    assert form.status == 200 and number in form.text
    wrong = await post(client, people.SHI, "/instructions", case=number, text="请局长包案", due_at="")
    assert wrong.status_code == 422 and "请局长包案" in wrong.text
    sent = await post(client, people.SHI, "/instructions", case=number, text="请局长包案", due_at="2198-01-05T17:30")
    assert sent.status_code == 303, sent.text
    page = await get(client, people.WANG, sent.headers["location"].split("?")[0])
    assert "请局长包案" in page.text and "报办结" in page.text and "销号</button>" not in page.text
    address = f"{sent.headers['location'].split('?')[0]}/words"
    empty = await post(client, people.WANG, address, act="done", text="")
    assert empty.status_code == 422
    assert (await post(client, people.WANG, address, act="done", text="围挡已经装好")).status_code == 303
    book = await get(client, people.DU, "/instructions?state=reported")
    assert "围挡已经装好" in book.text and "请局长包案" in book.text
    assert (await client.get("/instructions", headers=await browser(client, people.MI))).status_code == 403
    assert (await get(client, people.DU, "/instructions")).status == 200
    assert (await client.get("/instructions/abc", headers=await browser(client, people.DU))).status_code == 404


async def test_the_clock_warns_each_rung_once_in_working_time(client):
    hall = client.app.state.hall
    number = await at_bureau(client)
    await give(client, cases=[number])
    await hall.database.execute("UPDATE instructions SET warn_at = '2026-11-26T09:00+08', due_at = '2026-11-27T09:00+08'")
    assert await instructing.warn(hall, now=at("2026-11-26 23:00")) == 0  # nobody is at a desk
    assert await instructing.warn(hall, now=at("2026-11-26 10:00")) == 1
    assert await instructing.warn(hall, now=at("2026-11-26 10:01")) == 0
    desk = await get(client, people.WANG, "/desk")
    assert "督办：两家一起去现场" in desk.text
    assert await instructing.warn(hall, now=at("2026-11-27 10:00")) == 1
    assert "督办：两家一起去现场" in (await get(client, people.DU, "/supervise")).text
    await hall.database.execute("UPDATE instruction_reminders SET at = '2026-11-20T10:00+08'")
    await post(client, people.WANG, "/reminders", back="desk")
    assert "督办：两家一起去现场" not in (await get(client, people.WANG, "/desk")).text


async def test_a_supporting_bureau_reads_the_order_and_is_offered_no_link_that_leads_nowhere(client):
    number = await at_bureau(client)
    await api_step(client, people.WANG, number, "return", reason="not_ours", propose="CGJ")
    await api_step(client, people.DIAO, number, "dispatch", bureau="CGJ", support=["STHJ"])
    made = (await give(client, cases=[number])).json()
    for someone, wanted in ((people.WANG, 404), (people.LI, 200), (people.DU, 200)):
        address = f"/instructions/{made['id']}"
        assert (await client.get(address, headers=await browser(client, someone))).status_code == wanted
        page = await get(client, someone, f"/desk/{number}")
        assert made["text"] in page.text and (f'href="{address}"' in page.text) == (wanted == 200), someone


async def test_who_recused_themself_has_nothing_to_do_with_an_instruction_on_that_case(client):
    await hire(client, LUO)
    number = await at_bureau(client, title="回避的那一件")
    made = (await give(client, cases=[number])).json()
    assert (await takes(client, people.WANG, number, "recuse", reason="亲属")).status_code == 200
    assert await ledger(client, people.WANG) == [] and len(await ledger(client, LUO)) == 1
    address = f"/api/v1/instructions/{made['id']}"
    assert (await client.get(address, headers=await token(client, people.WANG))).status_code == 404
    assert (await say(client, people.WANG, made["id"], "done")).status_code == 404
    assert "回避的那一件" not in (await get(client, people.WANG, "/instructions")).text
    assert (await say(client, LUO, made["id"], "done")).json()["state"] == "reported"


async def test_of_an_instruction_on_two_cases_only_the_one_recused_from_is_left_out(client):
    await hire(client, LUO)
    recused, kept = await at_bureau(client, title="回避的那一件"), await at_bureau(client)
    made = (await give(client, cases=[recused, kept])).json()
    await takes(client, people.WANG, recused, "recuse", reason="亲属")
    seen = (await client.get(f"/api/v1/instructions/{made['id']}", headers=await token(client, people.WANG))).json()
    assert [one["number"] for one in seen["items"]] == [kept] and seen["first"] == kept
    [listed] = await ledger(client, people.WANG)
    assert listed["cases"] == 2 and "回避的那一件" not in str(listed)


async def test_who_recused_themself_is_not_warned_of_an_instruction(client):
    await hire(client, LUO)
    number = await at_bureau(client)
    made = (await give(client, cases=[number])).json()
    hall = client.app.state.hall
    wang, luo = await identity(client, people.WANG), await identity(client, LUO)
    await hall.database.execute("INSERT INTO instruction_reminders (person_id, instruction_id, rung, at) VALUES (:p, :i, 'yellow', now())", {"p": wang, "i": made["id"]})
    await takes(client, people.WANG, number, "recuse", reason="亲属")
    warned = await instructions.receivers(hall.database, made["id"], "yellow", giver=0)
    assert luo in warned and wang not in warned
    assert await instructions.unseen(hall.database, instructions.Scope("STHJ", wang)) == []
