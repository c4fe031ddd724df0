"""Historical messages become closed cases once, honestly dated, and nobody is told; bad rows are named with their reason."""

import csv
import os
from datetime import date
from pathlib import Path

import pytest

from feedback import settings, understanding
from feedback.actions import importing, tables
from feedback.rules import chain, figure, history, status
from feedback.rules.figure import Period
from feedback.rules.status import Status
from feedback.store import cases, cohort, statistics
from feedback.store import city as cities
from tests import people
from tests.conftest import at

pytestmark = pytest.mark.anyio

NOW = at("2026-11-23 09:00")
HEADER = "id,date,title,body,reply,reply_date\n"
NOISE = f"1,2019-04-25 09:32:09,夜间打桩,{people.NOISE},已责令停工。,2019-05-10 15:00:00\n"
UNCLEAR = "2,2019-04-26 10:00:00,,那个东西又坏了,已修好。,2019-04-26 18:00:00\n"
SECRET = "3,2019-04-27 10:00:00,,某局长受贿,已转有关部门，局长是张三。,2019-04-28 10:00:00\n"


@pytest.fixture
def read(tmp_path):
    """Writes a table and reads it as an import does."""

    def _read(text, mapping=None, encoding="utf-8"):
        path = tmp_path / "table.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
        return tables.read_csv(path, mapping)

    return _read


async def of(hall, source_id):
    number = await hall.database.fetch_val("SELECT number FROM cases WHERE source_id = :id", {"id": source_id})
    return await cases.get(hall.database, number)


async def count(hall, table):
    return await hall.database.fetch_val(f"SELECT count(*) FROM {table}")


async def test_a_message_becomes_a_closed_case_with_its_true_times(hall, read):
    report = await importing.cases(hall, read(HEADER + NOISE), now=NOW)
    assert (report.added, report.already, report.refused) == (1, 0, [])
    case = await of(hall, "1")
    assert case.status is Status.CLOSED and case.historical and case.source == "import" and not case.publish
    assert case.number.startswith("2019-0425-")
    assert case.received_at == at("2019-04-25 09:32:09")
    assert case.first_response_at == case.answered_at == case.closed_at == at("2019-05-10 15:00")
    assert (case.category, case.bureau, case.district) == ("C01", "STHJ", "D_YF")
    assert case.due_at is None and case.breached_at is None and case.solved is None
    assert await cases.last_text(hall.database, case.id, "answer", vault=hall.vault) == "已责令停工。"
    assert await cases.texts(hall.database, case.id, vault=hall.vault, public_only=True) == []
    for table in ("notices", "contacts", "signatures"):
        assert await count(hall, table) == 0
    [held] = await cases.assignments(hall.database, case.id)
    assert (held.bureau, held.role, held.until_at) == ("STHJ", "lead", case.answered_at)
    ledger = await hall.database.fetch_one(
        "SELECT decision, at, category FROM ledger WHERE case_id = :id", {"id": case.id}
    )
    assert tuple(ledger._mapping.values()) == ("auto", NOW, "C01")


@pytest.mark.parametrize(
    ("line", "steps"),
    [
        (NOISE, "submit route accept reply approve settle"),
        (UNCLEAR, "submit ask dispatch accept reply approve settle"),
        (SECRET, "submit ask dispatch accept reply approve settle"),
    ],
)
async def test_its_history_is_lawful_and_chained(hall, read, line, steps):
    await importing.cases(hall, read(HEADER + line), now=NOW)
    case = await of(hall, line[0])
    events = await cases.events(hall.database, case.id)
    assert [event.step for event in events] == steps.split()
    assert case.version == len(events) - 1  # as if every step after the first two had been taken
    hashes = [row["hash"] for row in await hall.database.fetch_all("SELECT hash FROM events ORDER BY seq")]
    head = chain.GENESIS
    for before, event, stored in zip([None, *events], events, hashes, strict=False):
        head = chain.link(head, event)
        assert stored == head
        if before:
            assert event.from_status == before.to_status and event.at >= before.at
            assert status.following(Status(before.to_status), event.step, event.to_status) == event.to_status
    assert case.head == head and events[-1].to_status == case.status


async def test_a_second_run_adds_nothing_and_says_so(hall, read):
    rows = read(HEADER + NOISE + UNCLEAR)
    await importing.cases(hall, rows, now=NOW)
    report = await importing.cases(hall, rows, now=NOW)
    assert (report.added, report.already, report.refused) == (0, 2, [])
    assert await count(hall, "cases") == 2
    more = await importing.cases(hall, read(HEADER + NOISE + UNCLEAR + SECRET), now=NOW)
    assert (more.added, more.already) == (1, 2)


async def test_an_id_that_belongs_to_another_message_is_refused(hall, read):
    await importing.cases(hall, read(HEADER + NOISE), now=NOW)
    report = await importing.cases(hall, read(HEADER + NOISE.replace("09:32:09", "09:32:10")), now=NOW)
    assert report.added == report.already == 0
    assert [(r.line, r.id) for r in report.refused] == [(2, "1")] and "另一件" in report.refused[0].reason


async def test_a_protected_letter_is_sealed_with_its_answer(hall, read):
    await importing.cases(hall, read(HEADER + SECRET), now=NOW)
    case = await of(hall, "3")
    assert case.protected and case.bureau is None and case.title == case.body == case.address == ""
    assert await cases.texts(hall.database, case.id, vault=hall.vault) == []
    opened = hall.vault.open(await cases.sealed_text(hall.database, case.id))
    assert "某局长受贿" in opened and "局长是张三" in opened


async def test_refused_rows_are_named_and_the_others_come_in(hall, read, tmp_path):
    table = HEADER + "".join([
        "8,昨天,,正文,答复,2019-05-01\n", UNCLEAR, "9,2019-05-02,,,答复,2019-05-03\n",
        "10,2019-05-02,,正文,答复,2019-05-01\n", "2,2019-04-26 10:00:00,,又一次,答复,2019-05-01\n", "11,2019-05-02\n",
        "=1+1,2019-05-02,,a\0b,答复,2019-05-03\n",
    ])  # fmt: skip
    report = await importing.cases(hall, read(table), now=NOW)
    assert report.added == 1
    assert [(r.line, r.id, r.reason) for r in report.refused] == [
        (2, "8", "来信时间看不懂：昨天"), (4, "9", "没有正文"), (5, "10", "答复时间早于来信时间"),
        (6, "2", "编号与第 3 行重复"), (7, "11", "没有正文"), (8, "=1+1", "正文里有无法保存的字符"),
    ]  # fmt: skip
    report.write_refused(tmp_path / "refused.csv")
    with (tmp_path / "refused.csv").open(encoding="utf-8-sig", newline="") as file:
        written = list(csv.reader(file))
    assert written[0] == ["行号", "编号", "原因"] and written[1] == ["2", "8", "来信时间看不懂：昨天"]
    assert written[-1][1] == "'=1+1"


async def test_places_and_categories_may_be_given_by_code_or_name(hall, read):
    header = "id,date,body,reply,reply_date,城区,事项,单位,类型\n"
    mapping = {"城区": "district", "事项": "category", "单位": "bureau", "类型": "kind"}
    city = hall.city
    line = "{},2019-05-02,路灯不亮,修好了,2019-05-03,{},{},{},求助\n"
    table = header + line.format(1, "D_LB", "A01", "CGJ") + line.format(
        2, city.districts["D_LB"], city.categories["A01"].name, city.bureaus["CGJ"].name
    ) + line.format(3, "月球", "", "")  # fmt: skip
    report = await importing.cases(hall, read(table, mapping), now=NOW)
    assert report.added == 2 and report.refused[0].reason == "没有这个城区：月球"
    for source_id in ("1", "2"):
        case = await of(hall, source_id)
        assert (case.district, case.category, case.bureau, case.kind) == ("D_LB", "A01", "CGJ", "help")


async def test_progress_is_told_and_an_empty_table_is_no_fault(hall, read):
    told = []
    rows = read(HEADER + "".join(NOISE.replace("1,", f"{n},", 1) for n in range(1, 251)))
    report = await importing.cases(hall, rows, now=NOW, progress=lambda done, of: told.append((done, of)))
    assert report.added == 250 and told == [(200, 250), (250, 250)]
    assert (await importing.cases(hall, read(HEADER), now=NOW)).added == 0


async def test_files_as_they_come(read):
    assert read(HEADER + NOISE, encoding="gb18030")[0].fields["title"] == "夜间打桩"
    assert read(("\ufeff" + HEADER + NOISE).replace("\n", "\r\n"))[0].fields["id"] == "1"
    spread = read(HEADER + '5,2019-05-02,,"第一行\n第二行",答复,2019-05-03\n\n' + UNCLEAR)
    assert [(row.line, row.fields["body"]) for row in spread] == [(2, "第一行\n第二行"), (4, "那个东西又坏了")]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "空的"),
        ((HEADER + NOISE).encode("utf-16"), "UTF-16"),
        (b"PK\x03\x04rest", "Excel"),
        (b"id,date\n\xff\xff\xff", "编码"),
    ],
)
async def test_files_that_cannot_be_read(read, content, words):
    with pytest.raises(tables.Unreadable, match=words):
        read(content)


async def test_a_missing_column_is_named(read):
    with pytest.raises(history.WrongColumns, match="reply_date"):
        read("id,date,title,body,reply\n")


# The real messages: measured where they are, never copied -------------------------------------------------------------

REAL = Path(
    os.environ.get(
        "MINSHENG_REAL_MESSAGES", settings.ROOT.parent / "shared" / "data" / "real" / "messages_with_replies.csv"
    )
)


@pytest.mark.skipif(not REAL.exists(), reason="the real messages are not on this machine")
async def test_the_real_messages_come_in_and_show_their_true_times(hall):
    hall.understand = understanding.Reader(settings.Settings().model, await cities.routing(hall.database))
    report = await importing.cases(hall, tables.read_csv(REAL), now=NOW)
    assert (report.added, report.already, report.refused) == (2816, 0, [])

    from_file = figures_of_the_file()
    from_sql = await hall.database.fetch_one(
        """SELECT percentile_disc(ARRAY[0.5, 0.9]) WITHIN GROUP
            (ORDER BY extract(epoch FROM answered_at - received_at) / 86400) AS days FROM cases WHERE historical"""
    )
    assert [float(round(days, 1)) for days in from_sql["days"]] == from_file == [11.2, 41.0]

    period = Period(date(2000, 1, 1), date(2026, 11, 23))
    counted = await statistics.tally(hall.database, period, cohort.By.MONTH, now=NOW)
    total = figure.row(counted.total)
    assert total["received"] == total["closed"] == 2816 and total["open"] == total["overdue"] == 0
    assert figure.days(total["resolution_median_hours"]) == 11.2
    assert figure.days(total["first_response_median_hours"]) == 11.2
    assert figure.days(total["resolution_p90_hours"]) == 41.0
    assert total["on_time_rate"] is None and total["first_dispatch_accuracy"] is None
    assert sum(each.counts["received"] for each in counted.rows.values()) == 2816
    for table in ("notices", "past_rounds"):
        assert await count(hall, table) == 0
    assert await hall.database.fetch_val("SELECT count(*) FROM cases WHERE publish OR breached_at IS NOT NULL") == 0

    again = await importing.cases(hall, tables.read_csv(REAL), now=NOW)
    assert (again.added, again.already) == (0, 2816)


def figures_of_the_file():
    """Median and 90th percentile in days, straight from the file."""
    with REAL.open(encoding="utf-8", newline="") as file:
        waits = sorted(
            (history.moment(row["reply_date"]) - history.moment(row["date"])).total_seconds() / 86400
            for row in csv.DictReader(file)
        )
    return [round(waits[-(-len(waits) * share // 10) - 1], 1) for share in (5, 9)]
