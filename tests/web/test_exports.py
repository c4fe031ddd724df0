"""Lists as Excel files: what is in them, what is masked, what is defused, who may, and that each is written down."""

import io

import openpyxl
import pytest

from feedback import clock, filing
from feedback.actions import telling
from feedback.actions.sending import Undelivered
from feedback.rules import learning as rule
from feedback.rules.outbox import Fault
from feedback.store import cases
from tests import people
from tests.conftest import actor
from tests.web.conftest import submitted, token
from tests.web.staff import at_bureau, browser, get, post
from tests.web.test_learning_pages import CLEAR
from tests.web.test_outbox_page import fail
from tests.web.test_reorganise_page import MERGE

pytestmark = pytest.mark.anyio
BRIBE = "举报某局局长张某收受施工单位贿赂，有转账记录。"


def table(content):
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


async def export(client, who, name="desk", **fields):
    return await client.post("/api/v1/exports", json={"list": name, **fields}, headers=await token(client, who))


async def taken(client):
    return await client.app.state.hall.database.fetch_all("SELECT * FROM exports ORDER BY id")


async def test_a_queue_leaves_with_its_filter_masked_redacted_and_written_down(client):
    number = await at_bureau(client, title="=cmd|' /C calc'!A0", body=f"{people.NOISE}请打我电话13977200001。")
    await submitted(client, body=BRIBE)
    made = await export(client, people.DU, query={"queue": "to_accept"})
    assert made.status_code == 200 and "attachment" in made.headers["content-disposition"]
    header, *rows = table(made.content)
    assert [row[0] for row in rows] == [number]
    row = dict(zip(header, rows[0], strict=True))
    assert row["标题"].startswith("'=cmd") and people.XIAO_LIN_PHONE not in str(rows)
    assert row["联系人"] == "林**" and row["电话"] == "139****0001" and row["承办单位"] == "市生态环境局"
    (log,) = await taken(client)
    assert (log["list"], log["lines"], log["contacts"]) == ("desk", 1, False) and log["person_id"]
    everything = table((await export(client, people.DU)).content)
    assert "受贿" not in str(everything) and len(everything) == 2


async def test_a_character_that_xml_does_not_know_spoils_no_workbook(client):
    """Text pasted from elsewhere holds U+FFFE and U+FFFF now and then; one letter must not cost the whole list."""
    await at_bureau(client, body=f"{people.NOISE}\uffff请管\ufffe一管。")
    _, row = table((await export(client, people.DU)).content)
    assert row[2] == f"{people.NOISE}请管一管。"


async def test_contacts_only_for_who_may_with_a_reason_and_every_reveal_kept(client):
    number = await at_bureau(client)
    assert (await export(client, people.SHI, contacts=True, reason="回访")).status_code == 403
    assert (await export(client, people.DU, contacts=True)).status_code == 422
    made = await export(client, people.DU, contacts=True, reason="满意度回访")
    assert made.status_code == 202
    hall, headers = client.app.state.hall, await token(client, people.DU)
    assert await filing.run(hall) and not await filing.run(hall)
    job = (await client.get(f"/api/v1/files/{made.json()['id']}", headers=headers)).json()
    assert job["status"] == "done" and job["files"] == ["made"]
    content = (await client.get(f"/api/v1/files/{job['id']}/made", headers=headers)).content
    assert table(content)[1][0] == number and people.XIAO_LIN_PHONE in str(table(content))
    kept = await hall.database.fetch_all("SELECT reason FROM reveals")
    assert [row["reason"] for row in kept] == ["满意度回访"]
    other = await client.get(f"/api/v1/files/{job['id']}/made", headers=await token(client, people.WANG))
    assert other.status_code == 404
    stored = await hall.database.fetch_val("SELECT sealed FROM file_parts LIMIT 1")
    assert b"PK" not in stored[:16]


async def test_a_bureau_takes_its_own_cases_and_nothing_else(client):
    await at_bureau(client)
    assert len(table((await export(client, people.WANG)).content)) == 2
    assert len(table((await export(client, people.ZHU)).content)) == 1
    assert (await export(client, people.WANG, "figures")).status_code == 403
    for someone in (people.MI, people.XI, people.AN):
        assert (await export(client, someone)).status_code == 403


@pytest.mark.parametrize("name", ["figures", "instructions", "hot-issues", "petitions", "public"])
async def test_every_list_has_a_header_and_a_page_that_asks(client, name):
    await at_bureau(client)
    made = await export(client, people.DU, name, query={"figure": "received"} if name == "figures" else {})
    assert made.status_code == 200, made.text
    rows = table(made.content)
    assert rows[0][0] in ("编号", "热点") and len(rows) == (2 if name == "figures" else 1)
    assert (await get(client, people.DU, f"/export?list={name}")).status == 200
    sent = await post(client, people.DU, "/export", list=name)
    assert sent.status_code == 200 and sent.content[:2] == b"PK"


async def test_a_long_list_becomes_a_job_with_a_page(client, monkeypatch):
    from feedback.web import exports

    monkeypatch.setattr(exports, "AT_ONCE", 1)
    for _ in range(3):
        await at_bureau(client)
    sent = await post(client, people.DU, "/export", list="desk", queue="to_accept")
    assert sent.status_code == 303
    assert "排队中" in (await get(client, people.DU, "/files")).text
    await filing.run(client.app.state.hall)
    page = await get(client, people.DU, "/files")
    assert "3 行" in page.text and "下载" in page.text


async def test_bad_requests_and_what_is_public(client):
    assert (await export(client, people.DU, "nothing")).status_code == 422
    assert (await export(client, people.DU, query={"queue": "nothing"})).status_code == 422
    assert (await export(client, people.DU, query={"colour": "red"})).status_code == 422
    assert (await client.get("/export?list=nothing", headers=await browser(client, people.DU))).status_code == 404
    for name in ("public", "petitions"):
        assert (await client.get(f"/export/{name}.xlsx")).content[:2] == b"PK"
    assert (await client.get("/export/desk.xlsx")).status_code == 404
    assert (await client.get("/export/public.xlsx?bureau=%27")).status_code in (200, 422)


async def test_administrators_and_bureaus_take_their_own_lists(client):
    """The log, the accounts and the knowledge of a bureau leave as they are filtered on their pages, and for nobody else."""
    log = table((await export(client, people.JI, "log", query={"person": people.JI.username, "deed": "signed_in"})).content)
    assert log[0][:3] == ["时间", "谁", "做了什么"] and {row[2] for row in log[1:]} == {"登录"} and people.JI.username in log[1][1]
    accounts = table((await export(client, people.AN, "people", query={"role": "handler", "bureau": "STHJ"})).content)
    assert accounts[0][0] == "用户名" and people.WANG.username in {row[0] for row in accounts[1:]}
    assert {row[2] for row in accounts[1:]} == {"经办人"}
    assert table((await export(client, people.WANG, "articles")).content)[0][0] == "标题"
    for name, someone in (("log", people.AN), ("people", people.JI), ("articles", people.DU), ("log", people.DU)):
        assert (await export(client, someone, name)).status_code == 403, (name, someone)
    for someone, page, name in ((people.JI, "/admin/log", "log"), (people.AN, "/admin/people", "people")):
        assert f"/export?list={name}" in (await get(client, someone, page)).text
        assert (await get(client, someone, f"/export?list={name}")).status == 200
    assert (await export(client, people.JI, "log", query={"deed": "explode"})).status_code == 422


async def test_failed_messages_and_reorganisations_are_the_system_administrators(client):
    """Receivers stay masked and no text leaves; a reorganisation says what became of what, and how it ended."""
    await fail(client, Undelivered(Fault.REFUSED, "HTTP 422"))
    header, row = table((await export(client, people.XI, "failed")).content)
    one = dict(zip(header, row, strict=True))
    assert (one["收件人"], one["方式"], one["试过几次"]) == ("139****0000", "短信", 1) and "对方拒绝了这条消息" in one["原因"]
    await post(client, people.XI, "/admin/reorganise", **MERGE, press="confirm")
    header, row = table((await export(client, people.XI, "reorganisations")).content)
    one = dict(zip(header, row, strict=True))
    assert (one["生效日期"], one["调整"], one["原来"], one["情况"]) == ("2027-03-01", "合并单位", "市生态环境局（STHJ）", "等着生效")
    assert one["现在"] == "市城市管理行政执法局（CGJ）" and one["依据"] == MERGE["basis"]
    await linked_and_closed(client, people.XI, {"failed": "/admin/notices", "reorganisations": "/admin/reorganise"}, people.AN)


async def linked_and_closed(client, who, lists, other):
    """Each list has its link on its page, opens for who may see the page, and for nobody else."""
    for name, page in lists.items():
        assert f"/export?list={name}" in (await get(client, who, page)).text, name
        assert (await get(client, who, f"/export?list={name}")).status == 200
        assert (await export(client, other, name)).status_code == 403, name


async def test_a_bureaus_templates_are_its_own(client):
    given = {"id": "", "name": "工地噪声", "body": "已经责令停工整改。", "category": "C01"}
    assert (await post(client, people.SHEN, "/reply-templates", **given)).status_code == 303
    _, row = table((await export(client, people.WANG, "reply-templates")).content)
    assert row[:4] == ["工地噪声", "已经责令停工整改。", "建筑施工噪声", "沈科"]
    assert len(table((await export(client, people.LI, "reply-templates")).content)) == 1
    await linked_and_closed(client, people.WANG, {"reply-templates": "/reply-templates"}, people.DU)


async def test_ones_own_notices_leave_as_they_may_be_read_now(client):
    """Redacted, unread alone when the page shows those, of a case that went elsewhere only the number, nothing protected."""
    number = await at_bureau(client, title="打桩，请打13977200001")
    secret = await submitted(client, body=BRIBE)
    hall = client.app.state.hall
    shen = await actor(hall, people.SHEN)
    for one in (number, secret["number"]):
        case = await cases.get(hall.database, one)
        await telling.staff(hall, case, [shen.person_id], "mention", by=None, now=clock.now())
    header, row = table((await export(client, people.SHEN, "inbox", query={"unread": "1"})).content)
    one = dict(zip(header, row, strict=True))
    assert one["编号"] == number and "打桩" in one["标题"] and people.XIAO_LIN_PHONE not in one["标题"]
    assert one["承办单位"] == "市生态环境局" and one["已读"] is None
    await linked_and_closed(client, people.SHEN, {"inbox": "/inbox"}, people.MI)
    assert "/export?list=inbox&amp;unread=1" in (await get(client, people.SHEN, "/inbox?unread=1")).text
    await hall.database.execute("UPDATE inbox SET seen_at = at")
    assert len(table((await export(client, people.SHEN, "inbox", query={"unread": "1"})).content)) == 1
    await hall.database.execute("DELETE FROM assignments")
    await hall.database.execute("UPDATE cases SET bureau = 'CGJ' WHERE number = :number", {"number": number})
    _, row = table((await export(client, people.SHEN, "inbox")).content)
    assert row[2:] == [number, None, None, None, "是"]
    assert "list=inbox" not in (await get(client, people.MI, "/inbox")).text


async def test_the_drawn_cases_leave_for_the_dispatcher_redacted(client, monkeypatch):
    monkeypatch.setattr(rule, "AUDIT_SHARE", 1.0)
    made = await submitted(client, body=f"{CLEAR}请打13977200001。")
    assert made["decision"] == "auto", made
    header, row = table((await export(client, people.DIAO, "audit")).content)
    one = dict(zip(header, row, strict=True))
    assert one["编号"] == made["number"] and "路灯" in one["内容"] and people.XIAO_LIN_PHONE not in one["内容"]
    assert one["机器派给"] and one["机器判的事项"] and one["把握"].endswith("%）")
    await linked_and_closed(client, people.DIAO, {"audit": "/learning/audit"}, people.DU)
