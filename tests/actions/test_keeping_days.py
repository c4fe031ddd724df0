"""The calendar changed by people: the log, the year loaded, and provisional due times counted again by hand."""

import asyncpg
import pytest

from feedback.actions import asking, handling, keeping_days, recounting, supervising
from feedback.rules.status import Step
from feedback.store import calendars, cases, city
from tests import people
from tests.actions.test_story import submitted
from tests.conftest import actor, at

pytestmark = pytest.mark.anyio

DECEMBER = at("2026-12-21 09:00")  # a Monday: ten working days reach into 2027, whose notice is not known
NOTICE = "date,working,name\n2027-01-01,0,元旦\n2027-01-02,0,元旦\n2027-01-03,0,元旦\n2027-01-04,0,元旦\n2027-01-09,1,元旦\n"
"""Not the real one: Monday 4 January off, Saturday 9 January worked."""


async def load(hall, text=NOTICE, now=DECEMBER):
    days = keeping_days.read_announcement(text.encode())
    return await keeping_days.load_year(hall, await actor(hall, people.XI), days, now=now)


async def test_a_new_year_moves_what_was_provisional_and_says_how_many(hall):
    _, case = await submitted(hall, now=DECEMBER)
    _, early = await submitted(hall, now=at("2026-11-23 09:00"))
    # 22–25 and 28–31 December are eight; 1 January is off by the rule; 4 and 5 January.
    assert case.provisional and case.due_at == at("2027-01-06 00:00")
    assert await load(hall) > 0
    assert await recounting.recount(hall, now=at("2026-12-21 09:01")) == 1
    stored = await cases.get(hall.database, case.number)
    # Now 4 January is off too: 5 and 6 January.
    assert (stored.due_at, stored.warn_at) == (at("2027-01-07 00:00"), at("2027-01-06 00:00"))
    assert not stored.provisional and stored.version == case.version  # nobody's form is stale because of it
    last = (await cases.events(hall.database, case.id))[-1]
    [said] = [one for one in await cases.texts(hall.database, case.id, vault=hall.vault) if one.seq == last.seq]
    assert last.step is Step.RECOUNT and said.public
    assert said.body == "工作日历有变动，答复期限由 2027年1月5日24:00 改为 2027年1月6日24:00。"
    assert await cases.get(hall.database, early.number) == early
    [told] = await calendars.recounts(hall.database)
    assert (told["who"], told["looked"], told["changed"]) == ("席管", 1, 1)
    assert await recounting.recount(hall, now=at("2026-12-21 09:02")) == 0


async def test_pauses_and_extensions_keep_their_effect(hall):
    _, case = await submitted(hall, now=DECEMBER)
    wang, du = await actor(hall, people.WANG), await actor(hall, people.DU)
    case = await handling.accept(hall, wang, case, now=at("2026-12-21 10:00"))
    case = await handling.ask_citizen(hall, wang, case, question="哪里？", now=at("2026-12-22 10:00"))
    case = await asking.supplement(hall, case, text="荣军路口", now=at("2026-12-24 10:00"))
    case = await handling.request_extension(hall, wang, case, days=1, reason="等监测", now=at("2026-12-25 10:00"))
    case = await supervising.decide_extension(hall, du, case, grant=True, reason="可以", now=at("2026-12-25 11:00"))
    # 5 January, two days of the pause (23 and 24 December): 7 January, one of the extension: 8 January.
    assert case.due_at == at("2027-01-09 00:00")
    await load(hall)
    assert await recounting.recount(hall, now=at("2026-12-28 09:00")) == 1
    # 6 January, the pause: 8 January, the extension: Saturday the 9th, which is worked.
    stored = await cases.get(hall.database, case.number)
    assert stored.due_at == at("2027-01-10 00:00")


async def test_the_city_takes_a_day_off_and_gives_it_back(hall):
    xi = await actor(hall, people.XI)
    day = at("2027-01-05 00:00").date()
    _, case = await submitted(hall, now=DECEMBER)
    assert await keeping_days.set_day(hall, xi, day, working=False, name="本地节日", now=DECEMBER)
    assert not hall.city.calendar.is_working(day) and hall.city.calendar.why(day).startswith("本地节日")
    assert await recounting.recount(hall, now=DECEMBER) == 1
    assert (await cases.get(hall.database, case.number)).due_at == at("2027-01-07 00:00")
    assert not await keeping_days.set_day(hall, xi, day, working=False, name="本地节日", now=DECEMBER)
    assert await keeping_days.set_day(hall, xi, day, working=None, name="", now=DECEMBER)
    assert await recounting.recount(hall, now=DECEMBER) == 1
    assert (await cases.get(hall.database, case.number)).due_at == at("2027-01-06 00:00")
    found = await calendars.changes(hall.database, first=day, last=day)
    assert [(one["who"], one["from_working"], one["to_working"]) for one in found] == [
        ("席管", False, None), ("席管", None, False),
    ]  # fmt: skip
    assert (await city.read_calendar(hall.database)).is_working(day)


async def test_who_changed_what_cannot_be_rewritten(hall):
    await load(hall)
    for table in ("calendar_changes", "recounted_cases"):
        await recounting.recount(hall, now=DECEMBER)
        if await hall.database.fetch_val(f"SELECT count(*) FROM {table}"):
            with pytest.raises(asyncpg.RaiseError):
                await hall.database.execute(f"DELETE FROM {table}")


async def test_a_recorded_breach_stays_when_the_due_time_moves(hall):
    _, case = await submitted(hall, now=DECEMBER)
    await hall.database.execute("UPDATE cases SET breached_at = due_at WHERE id = :id", {"id": case.id})
    await load(hall)
    await recounting.recount(hall, now=at("2027-01-06 09:00"))
    assert (await cases.get(hall.database, case.number)).breached_at == at("2027-01-06 00:00")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "同一年"),
        ("date,working,name\n2027-01-01,0,元旦\n2028-01-01,0,元旦\n", "同一年"),
        ("date,working,name\n2027-01-01,0,元旦\n2027-01-01,1,元旦\n", "出现了两次"),
        ("date,working,name\n2027-13-01,0,元旦\n", "读不懂"),
        ("date,working,name\n2027-01-01,2,元旦\n", "读不懂"),
        ("date,working,name\n2027-01-01,0,\n", "读不懂"),
        ("day,free\n1,2\n", "读不懂"),
        ("date,working,name,provisional\n2027-01-01,0,元旦,1\n", "暂定"),
        ("date,working,name\n1999-01-01,0,元旦\n", "只覆盖"),
    ],
)
def test_what_is_no_announcement_is_refused_in_words(text, words):
    with pytest.raises(keeping_days.NotReadable, match=words):
        keeping_days.read_announcement(text.encode())


def test_a_file_in_another_encoding_is_refused_in_words():
    with pytest.raises(keeping_days.NotReadable, match="UTF-8"):
        keeping_days.read_announcement("date,working,name\n2027-01-01,0,元旦\n".encode("gbk"))
