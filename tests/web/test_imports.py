"""A spreadsheet of another hotline: uploaded, its columns named, previewed, brought in by the worker, refused rows told, twice the same."""

import io
import zipfile

import openpyxl
import pytest

from feedback import filing
from feedback.actions import sheets, tables
from tests import people
from tests.conftest import understand_noise
from tests.web.conftest import token
from tests.web.staff import browser, get

pytestmark = pytest.mark.anyio

HEADER = ["工单编号", "来电时间", "诉求内容", "来电号码", "办理结果", "办结时间", "备注"]
ROWS = [
    ["LZ-1", "2026-11-20 09:30", people.NOISE, "13977200001", "", "", ""],
    ["LZ-2", "2019/4/25 9:32", "路灯坏了一个星期，晚上很黑。", "", "已经修好。", "2019年4月28日", ""],
    ["LZ-3", "前天", "水管漏水。", "", "", "", ""],
    ["LZ-1", "2026-11-20 09:30", "同一个编号又来一次。", "", "", "", ""],
    ["LZ-4", "2026-11-21 10:00", "举报某局局长张某收受施工单位贿赂，有转账记录。", "13977200002", "", "", ""],
]


def text(encoding="utf-8"):
    return "\n".join(",".join(row) for row in [HEADER, *ROWS]).encode(encoding)


def workbook():
    book, file = openpyxl.Workbook(), io.BytesIO()
    for row in [HEADER, *ROWS]:
        book.active.append(row)
    book.save(file)
    return file.getvalue()


@pytest.fixture
def long_ago(monkeypatch):
    """Live rows of the test are of November 2026, whenever it runs."""
    from datetime import timedelta

    from feedback.rules import hotline

    monkeypatch.setattr(hotline, "OLDEST", timedelta(days=36500))


async def uploaded(client, content, name="热线.csv"):
    return await client.post("/imports", files={"file": (name, content)}, headers=await browser(client, people.DIAO))


async def brought_in(client, content, **fields):
    sent = await uploaded(client, content)
    assert sent.status_code == 303, sent.text
    cookie = await browser(client, people.DIAO)
    mapping = {"c0": "id", "c1": "date", "c2": "body", "c3": "phone", "c4": "reply", "c5": "reply_date"}
    begun = await client.post(sent.headers["location"], data={**mapping, **fields}, headers=cookie)
    assert begun.status_code == 303, begun.text
    await filing.run(client.app.state.hall)
    job = sent.headers["location"].rpartition("/")[2]
    return (await client.get(f"/api/v1/files/{job}", headers=await token(client, people.DIAO))).json()


async def count(client, query):
    return await client.app.state.hall.database.fetch_val(query)


@pytest.mark.parametrize("content", [text(), text("gb18030"), workbook()], ids=["utf-8", "gbk", "xlsx"])
async def test_columns_are_guessed_and_the_first_rows_shown(client, long_ago, content):
    sent = await uploaded(client, content)
    page = await get(client, people.DIAO, sent.headers["location"])
    assert page.status == 200 and "5 行" in page.text and "1 行有答复" in page.text
    assert "来信时间看不懂：前天" in page.text and "保密专办" in page.text
    assert page.text.count(" selected") == 6


async def test_the_preview_refuses_what_the_import_will_refuse(client, long_ago):
    """A district, or a bureau of an answered row, that the city does not have."""
    rows = [
        "工单编号,来电时间,诉求内容,所属区域,承办单位,办理结果,办结时间",
        "LZ-1,2026-11-20 09:30,路灯坏了一个星期。,火星区,,,",
        "LZ-2,2026-11-20 09:30,路灯坏了一个星期。,,柳州火星局,已经修好。,2026-11-21",
        "LZ-3,2026-11-20 09:30,路灯坏了一个星期。,鱼峰区,柳州火星局,,",
    ]
    sent = await uploaded(client, "\n".join(rows).encode())
    page = await get(client, people.DIAO, sent.headers["location"])
    assert "不导入：没有这个城区：火星区" in page.text and "不导入：没有这个承办单位：柳州火星局" in page.text
    assert page.text.count("不导入：") == 2  # a live row goes to the dispatcher, with a remark
    fields = ("id", "date", "body", "district", "bureau", "reply", "reply_date")
    mapping = {f"c{at}": field for at, field in enumerate(fields)}
    await client.post(sent.headers["location"], data=mapping, headers=await browser(client, people.DIAO))
    await filing.run(client.app.state.hall)
    assert await count(client, "SELECT outcome FROM file_jobs") == "在办 1 件，历史 0 件，以前已导入 0 件，没有导入 2 行。"


async def test_live_and_answered_rows_come_in_and_the_refused_are_a_file(client, long_ago):
    job = await brought_in(client, text())
    assert job["status"] == "done" and job["outcome"] == "在办 2 件，历史 1 件，以前已导入 0 件，没有导入 2 行。"
    refused = await client.get(f"/api/v1/files/{job['id']}/refused", headers=await token(client, people.DIAO))
    told = refused.content.decode("utf-8-sig")
    assert "看不懂" in told and "与第 2 行重复" in told
    assert await count(client, "SELECT count(*) FROM notices WHERE template <> 'urgent_duty'") == 0
    live = await client.app.state.hall.database.fetch_one("SELECT * FROM cases WHERE source_id = 'LZ-1'")
    assert live["source"] == "hotline" and not live["historical"] and live["received_at"].isoformat().startswith("2026-11-20T01:30")
    assert await count(client, "SELECT protected FROM cases WHERE source_id = 'LZ-4'")
    again = await brought_in(client, workbook())
    assert again["outcome"].startswith("在办 0 件，历史 0 件，以前已导入 3 件")


async def test_citizens_are_told_only_when_that_was_chosen(client, long_ago):
    await brought_in(client, text(), notify="true")
    assert await count(client, "SELECT count(*) FROM notices WHERE template = 'received'") == 2


async def test_the_mapping_is_remembered_and_checked(client, long_ago):
    odd = "甲,乙,丙\nX-1,2026-11-20 09:00,路灯坏了一个星期。".encode()
    sent = await uploaded(client, odd)
    cookie = await browser(client, people.DIAO)
    missing = await client.post(sent.headers["location"], data={"c0": "id"}, headers=cookie)
    assert missing.status_code == 422 and "还缺：来信时间、正文" in missing.text
    twice = await client.post(sent.headers["location"], data={"c0": "id", "c1": "id", "c2": "body"}, headers=cookie)
    assert twice.status_code == 422 and "选了两列" in twice.text
    right = {"c0": "id", "c1": "date", "c2": "body"}
    looked = await client.post(sent.headers["location"], data={**right, "check": "1"}, headers=cookie)
    assert looked.status_code == 200 and "路灯坏了一个星期" in looked.text
    assert (await client.post(sent.headers["location"], data=right, headers=cookie)).status_code == 303
    assert (await client.get(sent.headers["location"], headers=cookie)).status_code == 404
    page = await get(client, people.DIAO, (await uploaded(client, odd)).headers["location"])
    assert page.text.count(" selected") == 3


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "请选择"),
        (b"\xff\xfe\x00\x01", "UTF-16"),
        (b"PK\x03\x04nonsense", "打不开"),
        ("甲,甲\n1,2".encode(), "都叫"),
    ],
)
async def test_what_cannot_be_read_is_told(client, content, why):
    sent = await uploaded(client, content)
    assert sent.status_code == 422 and why in sent.text


def test_bombs_and_endless_tables_are_refused():
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        for at in range(3):
            archive.writestr(f"x{at}", b"\0" * (80 << 20))
    with pytest.raises(tables.Unreadable, match="太大"):
        sheets.read(bomb.getvalue())
    with pytest.raises(tables.Unreadable, match="超过 3 行"):
        sheets.read(b"a,b\n" + b"1,2\n" * 4, most=3)
    assert len(sheets.read(b"a,b\n" + b"1,2\n" * 3, most=3).records) == 3


def test_a_sheet_is_kept_as_it_is_with_its_lines():
    """A workbook is read once; what follows reads the table it was turned into."""
    sheet = sheets.read("\n编号,内容,\n\nA1,\"两行\n里的“引号\"\"”, 逗号\",x\n,,\n\nA2,=1+1\n".encode())
    assert [line for line, _ in sheet.records] == [4, 7] and sheet.header[2] == "第 3 列"
    assert sheets.read(sheet.as_csv()) == sheet


async def test_a_large_workbook_is_read_by_a_process_of_its_own(monkeypatch):
    monkeypatch.setattr(sheets, "APART", 10)
    content = "编号,内容\nA1,路灯不亮\n".encode()
    assert sheets.read(await sheets.table(content)) == sheets.read(content)
    with pytest.raises(tables.Unreadable, match="有两列都叫“编号”"):
        await sheets.table("编号,编号\nA1,路灯不亮\n".encode())


async def test_only_dispatchers_import_and_each_sees_the_own_files(client):
    sent = await uploaded(client, text())
    for someone in (people.WANG, people.DU, people.XI):
        assert (await client.get("/imports", headers=await browser(client, someone))).status_code == 403
    big = await client.post("/imports", content=b"x" * (51 << 20), headers=await browser(client, people.DIAO))
    assert big.status_code == 413
    assert (await client.get("/imports", headers=await browser(client, people.DIAO))).status_code == 200
    assert (await get(client, people.DIAO, "/files")).status == 200 and sent.status_code == 303


async def test_live_rows_go_to_the_bureau_that_had_them_and_unknown_ones_to_the_dispatcher(client, long_ago):
    """By name or short name; a bureau nobody here knows is a remark, and a report against officials goes its own way."""
    rows = [
        ["LZ-11", "2026-11-20 09:30", people.NOISE, "市城管执法局", "建筑施工噪声"],
        ["LZ-12", "2026-11-20 09:40", people.NOISE, "柳州火星局", ""],
        ["LZ-13", "2026-11-20 09:50", "举报某局局长张某受贿，有转账记录。", "市城管执法局", ""],
    ]
    header = ["工单编号", "来电时间", "诉求内容", "承办单位", "事项"]
    client.app.state.hall.understand = understand_noise
    name = next(one.name for one in client.app.state.hall.city.categories.values() if one.code == "C01")
    rows[0][4] = name
    content = "\n".join(",".join(row) for row in [header, *rows]).encode()
    sent = await uploaded(client, content)
    page = await get(client, people.DIAO, sent.headers["location"])
    assert "· 市城市管理行政执法局" in page.text
    mapping = {"c0": "id", "c1": "date", "c2": "body", "c3": "bureau", "c4": "category"}
    await client.post(sent.headers["location"], data=mapping, headers=await browser(client, people.DIAO))
    await filing.run(client.app.state.hall)
    found = await client.app.state.hall.database.fetch_all(
        "SELECT source_id, number, status, bureau, protected FROM cases WHERE source_id LIKE 'LZ-1%' ORDER BY source_id"
    )
    assert [(one["source_id"], one["status"], one["bureau"], one["protected"]) for one in found] == [
        ("LZ-11", "assigned", "CGJ", False), ("LZ-12", "triage", None, False), ("LZ-13", "triage", None, True),
    ]  # fmt: skip
    headers = await token(client, people.DIAO)
    first, second = [(await client.get(f"/api/v1/cases/{one['number']}", headers=headers)).json() for one in found[:2]]
    assert first["category"]["code"] == "C01" and [one["text"] for one in first["notes"]] == ["原系统已交给市城管执法局。"]
    assert "柳州火星局，这里没有，请派单" in second["notes"][0]["text"]
