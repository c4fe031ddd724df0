"""Figures from SQL: by hand on cases that went through the house, and at random against a slow count in Python."""

import random
from collections import defaultdict
from datetime import date, timedelta

import pytest

from feedback.actions import asking, dispatching, handling, intake, joining
from feedback.rules import figure, metric
from feedback.rules.figure import Period
from feedback.rules.status import FINAL, OPEN
from feedback.store import cases, drilldown, statistics
from feedback.store import database as connections
from feedback.store.cohort import By, Narrow
from tests import people
from tests.conftest import actor, at

pytestmark = pytest.mark.anyio

MONDAY = at("2026-11-23 09:00")
NOON = at("2026-11-30 12:00")
NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 30))


async def table(hall, by=By.BUREAU, period=NOVEMBER, now=NOON, **narrow):
    counted = await statistics.tally(hall.database, period, by, narrow=Narrow(**narrow), now=now)
    return {key: figure.row(each) for key, each in counted.rows.items()}, figure.row(counted.total)


async def numbers(hall, name, now=NOON, **narrow):
    rows = await drilldown.members(hall.database, NOVEMBER, name, narrow=Narrow(**narrow), person=None, now=now)
    return [row["number"] for row in rows]


async def submitted(hall, body=people.NOISE, now=MONDAY):
    receipt = await intake.submit(hall, intake.Letter(body=body), now=now)
    return await cases.get(hall.database, receipt.number)


async def answered(hall, case, now):
    wang, shen = await actor(hall, people.WANG), await actor(hall, people.SHEN)
    case = await handling.accept(hall, wang, case, now=now)
    case = await handling.reply(
        hall, wang, case, finding="", answer="已停工。", outcome=handling.Outcome.SOLVED, now=now
    )
    return await handling.approve(hall, shen, case, now=now)


async def test_without_cases_every_count_is_nought_and_every_share_unknown(hall):
    rows, total = await table(hall)
    assert rows == {} and total["received"] == total["n"] == 0
    assert total["resolution_p90_hours"] is None and "resolution_p90_hours_at_least" not in total
    assert total["on_time_rate"] is None and total["return_rate"] is None


async def test_open_cases_keep_the_slow_share_honest(hall):
    await answered(hall, await submitted(hall), at("2026-11-24 15:00"))  # 30 hours
    await submitted(hall, now=at("2026-11-26 12:00"))  # still open after 96 hours
    rows, total = await table(hall)
    assert rows["STHJ"] == total
    assert (total["received"], total["open"], total["closed"], total["overdue"]) == (2, 1, 1, 0)
    assert total["resolution_median_hours"] == 30 and total["first_response_median_hours"] == 30
    assert total["resolution_p90_hours"] is None and total["resolution_p90_hours_at_least"] == 96
    # The open one is not due before 10 December: it neither helps nor harms.
    assert total["on_time_rate"] == 1 and total["on_time_n"] == 1


async def test_the_first_word_counts_as_first_response(hall):
    case = await submitted(hall)
    await handling.contact(hall, await actor(hall, people.WANG), case, text="已收到", now=at("2026-11-23 11:00"))
    _, total = await table(hall)
    assert total["first_response_median_hours"] == 2
    assert total["resolution_median_hours"] is None and total["resolution_median_hours_at_least"] == 171


async def test_late_begins_with_the_due_time_itself(hall):
    await submitted(hall)  # due at 8 December 00:00
    for moment, overdue in (("2026-12-07 23:59:59", 0), ("2026-12-08 00:00", 1)):
        _, total = await table(hall, now=at(moment))
        assert (total["overdue"], total["on_time_n"]) == (overdue, overdue)
    assert total["on_time_rate"] == 0
    assert len(await numbers(hall, "overdue", now=at("2026-12-08 00:00"))) == 1


async def test_a_case_that_waits_for_its_citizen_is_not_late_meanwhile(hall):
    wang = await actor(hall, people.WANG)
    case = await handling.accept(hall, wang, await submitted(hall), now=MONDAY)
    await handling.ask_citizen(hall, wang, case, question="哪个工地？", now=at("2026-12-07 10:00"))
    _, total = await table(hall, now=at("2026-12-09 10:00"))
    assert (total["open"], total["overdue"], total["on_time_n"]) == (1, 0, 0)


async def test_an_earlier_round_that_was_late_stays_late(hall):
    case = await answered(hall, await submitted(hall), at("2026-12-09 10:00"))
    case = await asking.rate(hall, case, solved=False, satisfaction=1, now=at("2026-12-10 10:00"))
    case = await asking.rework(hall, case, reason="又打桩了", now=at("2026-12-10 10:05"))
    _, total = await table(hall, now=at("2026-12-10 11:00"))
    assert (total["open"], total["overdue"], total["on_time_rate"], total["rework_rate"]) == (1, 0, 0, 1)
    case = await answered(hall, case, at("2026-12-11 10:00"))
    await asking.rate(hall, case, solved=True, satisfaction=4, now=at("2026-12-11 11:00"))
    _, total = await table(hall, now=at("2026-12-12 10:00"))
    assert (total["confirmed_solved_rate"], total["solved_on_time_rate"], total["satisfaction_rate"]) == (1, 0, 1)
    assert total["resolution_median_hours"] == 18 * 24 + 1  # 23 November 09:00 to 11 December 10:00


async def test_a_return_is_charged_to_the_bureau_that_returned_and_the_dispatch_to_the_first(hall):
    wang, diao = await actor(hall, people.WANG), await actor(hall, people.DIAO)
    case = await handling.give_back(
        hall, wang, await submitted(hall), reason="not_ours", propose="CGJ", basis="", now=at("2026-11-23 11:00")
    )
    case = await dispatching.decide_return(hall, diao, case, uphold=True, reason="", now=at("2026-11-23 12:00"))
    await dispatching.dispatch(hall, diao, case, bureau="CGJ", now=at("2026-11-23 12:05"))
    await submitted(hall)
    rows, total = await table(hall)
    assert (rows["STHJ"]["received"], rows["CGJ"]["received"]) == (1, 1)  # by the bureau that has it now
    assert (rows["STHJ"]["dispatched"], rows["CGJ"]["dispatched"], total["dispatched"]) == (2, 1, 2)
    assert (rows["STHJ"]["return_rate"], rows["CGJ"]["return_rate"], total["return_rate"]) == (0.5, 0, 0.5)
    assert (rows["STHJ"]["first_dispatch_accuracy"], rows["CGJ"]["first_dispatch_accuracy"]) == (0.5, None)
    _, own = await table(hall, by=By.KIND, bureau="STHJ")
    assert (own["received"], own["dispatched"], own["return_rate"]) == (1, 2, 0.5)
    assert await numbers(hall, "returned", bureau="STHJ") == [case.number]
    assert await numbers(hall, "returned", bureau="CGJ") == []


async def test_withdrawn_and_joined_leave_sight_when_they_leave_and_refusals_are_answers(hall):
    diao = await actor(hall, people.DIAO)
    await asking.withdraw(hall, await submitted(hall), now=at("2026-11-23 14:00"))
    lead = await submitted(hall)
    await joining.join(hall, diao, await submitted(hall), lead=lead, now=at("2026-11-23 16:00"))
    unclear = await submitted(hall, body="说不清楚的事情")
    await dispatching.decline(
        hall, diao, unclear, reason="legal_route", route="court", explanation="请起诉", now=at("2026-11-25 09:00")
    )
    _, total = await table(hall)
    assert (total["received"], total["open"], total["closed"]) == (4, 1, 2)  # the joined one goes with its lead
    # 5 and 7 hours: left; 48 hours: answered, one of two still there; then only the lead, open: F = 1/2.
    assert total["resolution_median_hours"] == 48 == total["first_response_median_hours"]
    assert total["resolution_p90_hours_at_least"] == 171


async def test_a_protected_case_is_in_totals_and_times_and_points_at_nobody(hall):
    mi = await actor(hall, people.MI)
    case = await submitted(hall, body="举报某局长受贿")
    await dispatching.dispatch(hall, mi, case, bureau="JWJW", now=MONDAY)
    await submitted(hall)
    for by in (By.BUREAU, By.DISTRICT, By.CATEGORY):
        rows, total = await table(hall, by=by)
        assert sum(row["received"] for row in rows.values()) == 1 and total["received"] == 2
        assert sum(row["dispatched"] for row in rows.values()) == 1 and total["dispatched"] == 2
    for by in (By.KIND, By.DAY, By.WEEK, By.MONTH):
        rows, _ = await table(hall, by=by)
        assert sum(row["received"] for row in rows.values()) == 2
    for narrow in ({"bureau": "JWJW"}, {"category": "V02"}):
        _, total = await table(hall, by=By.KIND, **narrow)
        assert total["received"] == total["dispatched"] == 0
        assert await numbers(hall, "received", **narrow) == []
    assert case.number not in await numbers(hall, "received") + await numbers(hall, "dispatched")


async def test_days_are_the_citys_days(hall):
    for moment in ("2026-11-22 23:59", "2026-11-23 00:00", "2026-11-30 23:59"):
        await submitted(hall, now=at(moment))
    days, total = await table(hall, by=By.DAY, period=Period(date(2026, 11, 23), date(2026, 11, 30)))
    assert list(days) == ["2026-11-23", "2026-11-30"] and total["received"] == 2
    weeks, _ = await table(hall, by=By.WEEK)
    assert list(weeks) == ["2026-11-16", "2026-11-23", "2026-11-30"]
    assert list((await table(hall, by=By.MONTH))[0]) == ["2026-11"]


async def test_what_is_pressing(hall):
    for _ in range(2):
        await submitted(hall)
    await submitted(hall, body="举报某局长受贿")
    [busy] = await drilldown.busiest_days(hall.database, now=at("2026-12-01 09:00"))
    assert (busy["day"], busy["n"], busy["bureau"], busy["most"]) == (date(2026, 12, 7), 2, "STHJ", 2)
    [late] = await drilldown.most_overdue(hall.database, now=at("2026-12-09 09:00"))
    assert (late["bureau"], late["n"]) == ("STHJ", 2)
    # The last day of both has come; the report against an official is due later (15 working days).
    standing = await drilldown.standing(hall.database, narrow=Narrow(), now=at("2026-12-07 09:00"))
    assert tuple(standing._mapping.values()) == (3, 0, 0, 2)
    standing = await drilldown.standing(hall.database, narrow=Narrow(bureau="STHJ"), now=at("2026-12-09 09:00"))
    assert tuple(standing._mapping.values()) == (2, 2, 0, 0)
    listed = [
        await drilldown.members(hall.database, NOVEMBER, "open", narrow=Narrow(), person=None, now=MONDAY, due=day)
        for day in (date(2026, 12, 7), date(2026, 12, 8))
    ]
    assert [len(rows) for rows in listed] == [2, 0]
    assert await drilldown.first_day(hall.database) == date(2026, 11, 23)
    [cell] = await drilldown.places(hall.database, NOVEMBER, narrow=Narrow(), now=MONDAY)
    assert (cell["category"], cell["district"], cell["n"]) == ("C01", "D_YF", 2)


# At random ---------------------------------------------------------------------------------------------------------

NOW = at("2026-11-30 12:34:56")
BUREAUS, DISTRICTS, CATEGORIES = ("STHJ", "CGJ", "D_YF", None), ("D_YF", "D_LB", None), ("C01", "A01", None)
KINDS = ("complaint", "help", "report")
STATUSES = (*OPEN[1:], "replied", "closed", "declined", "diverted", "terminated", "withdrawn", "joined")


def invented(dice, number):
    """A case as a row, with the times its status must have; and what hangs on it."""
    received = NOW - timedelta(seconds=dice.randrange(60 * 86400))

    def later(share=0.7):
        return received + (NOW - received) * dice.random() * share

    status = str(dice.choice(STATUSES))
    done = status in ("replied", "closed")
    rated = done and dice.random() < 0.5
    round_ = dice.choice((1, 1, 1, 2))
    case = {
        "id": number, "number": f"2026-1100-{number:04d}", "status": status, "round": round_,
        "kind": dice.choice(KINDS), "category": dice.choice(CATEGORIES), "district": dice.choice(DISTRICTS),
        "bureau": dice.choice(BUREAUS), "title": "t", "body": "b", "urgent": False, "protected": dice.random() < 0.1,
        "anonymous": False, "publish": False, "historical": dice.random() < 0.15, "source": "web", "decision": "auto",
        "limit_code": "TS", "limit_version": "1", "received_at": received, "round_started_at": received,
        "due_at": dice.choice((None, later(1.2), later(1.2))), "head": b"", "answer_seq": 5 if done or round_ > 1 else None,
        "paused_at": later() if status == "awaiting_citizen" else None, "answered_at": later() if done else None,
        "first_response_at": later() if done or dice.random() < 0.4 else None,
        "closed_at": later() if status in FINAL and status != "closed" else None,
        "solved": dice.random() < 0.6 if rated else None,
        "satisfaction": dice.choice((None, 1, 3, 5)) if rated else None,
    }  # fmt: skip
    if dice.random() < 0.05:
        case["first_response_at"] = received  # not a second has passed
    case["base_due_at"] = case["due_at"] - timedelta(days=dice.randrange(9)) if case["due_at"] and dice.random() < 0.4 else None
    past = {"case_id": number, "round": 1, "started_at": received, "due_at": later(), "answered_at": later(),
            "extended_days": 0, "breached_at": dice.choice((None, None, received))}  # fmt: skip
    past["base_due_at"] = past["due_at"] - timedelta(days=9) if dice.random() < 0.3 else None
    joined = {"case_id": number, "seq": 1, "at": later(), "step": "join", "from_status": "triage", "to_status": "joined",
              "actor": "clock", "round": 1, "hash": b""}  # fmt: skip
    held = [
        {"case_id": number, "bureau": bureau, "role": dice.choice(("lead", "lead", "support")), "round": 1,
         "from_at": received + timedelta(hours=hour), "until_at": received + timedelta(hours=hour + 1),
         "ended_by": dice.choice(("return", "approve")), "return_rejected": False}
        for hour, bureau in enumerate(dice.choices(BUREAUS[:3], k=dice.randrange(4)))
    ]  # fmt: skip
    for one in held:
        one["return_rejected"] = one["ended_by"] == "return" and dice.random() < 0.4
    return case, [past] if round_ > 1 else [], [joined] if status == "joined" else [], held


def judged(case, past, joined):
    """What the rules say of one case, written out slowly."""
    c = dict(case)
    c["ended"] = c["answered_at"] if c["status"] in ("replied", "closed") else None
    if c["status"] in ("declined", "diverted", "terminated"):
        c["ended"] = c["closed_at"]
    c["gone"] = {"withdrawn": c["closed_at"], "joined": joined[0]["at"] if joined else None}.get(c["status"])
    moment = c["ended"] or c["paused_at"] or c["gone"] or NOW
    c["late"] = c["due_at"] is not None and moment >= c["due_at"]
    c["late_before"] = any(p["answered_at"] >= p["due_at"] for p in past)
    base = c["base_due_at"] or c["due_at"]
    c["late_unextended"] = base is not None and moment >= base
    c["late_before_unextended"] = any(p["answered_at"] >= (p["base_due_at"] or p["due_at"]) for p in past)
    c["limited"] = not c["historical"] and c["due_at"] is not None
    return c


def hours(group, name):
    """Answered and censored hours, and Kaplan–Meier over them one by one."""
    waits = []
    for c in group:
        end = (c["first_response_at"] if name == "first" else None) or c["ended"]
        waits.append((metric.hour_of((end or c["gone"] or NOW) - c["received_at"]), end is not None))
    return waits


def product_limit(waits, q):
    surviving = 1.0
    for hour in sorted({h for h, answered in waits if answered}):
        at_risk = sum(h >= hour for h, _ in waits)
        surviving *= 1 - sum(h == hour and answered for h, answered in waits) / at_risk
        if 1 - surviving >= q - 1e-9:
            return hour
    return None


def share(part, whole):
    return sum(map(bool, part)) / sum(map(bool, whole)) if any(whole) else None


def slowly(group):
    limited = [c for c in group if c["limited"] and (c["ended"] or c["late"] or c["late_before"])]
    strict = [
        c for c in group if c["limited"] and (c["ended"] or c["late_unextended"] or c["late_before_unextended"])
    ]
    rated = [c for c in group if c["solved"] is not None]
    answered = [c for c in group if c["answer_seq"] and not c["historical"]]
    return {
        "received": len(group), "open": sum(c["status"] in OPEN for c in group),
        "overdue": sum(c["status"] in OPEN and c["late"] for c in group),
        "suspended": sum(c["status"] == "suspended" for c in group),
        "closed": sum(c["status"] == "replied" or c["status"] in FINAL for c in group),
        "first_response_median_hours": product_limit(hours(group, "first"), 0.5),
        "resolution_median_hours": product_limit(hours(group, "last"), 0.5),
        "resolution_p90_hours": product_limit(hours(group, "last"), 0.9),
        "on_time_rate": share([c["ended"] and not c["late"] and not c["late_before"] for c in limited],
                              [True for _ in limited]),
        "on_time_rate_without_extension": share(
            [c["ended"] and not c["late_unextended"] and not c["late_before_unextended"] for c in strict],
            [True for _ in strict]),
        "confirmed_solved_rate": share([c["solved"] for c in rated], [True for _ in rated]),
        "solved_on_time_rate": share(
            [c["solved"] and not c["late"] and not c["late_before"] for c in rated if c["limited"]],
            [True for c in rated if c["limited"]]),
        "satisfaction_rate": share([(c["satisfaction"] or 0) >= 3 for c in rated], [True for _ in rated]),
        "rated": len(rated), "rework_rate": share([c["round"] > 1 for c in answered], [True for _ in answered]),
        "n": len(group),
    }  # fmt: skip


def dispatches(group, held, bureau=None):
    """Returned and moved among the dispatched; of one bureau when given."""
    returned, moved, wrong = [], [], []
    for c in group:
        leads = [] if c["historical"] else [h for h in held[c["id"]] if h["role"] == "lead"]
        own = [h for h in leads if bureau in (None, h["bureau"])]
        if own:
            returned.append(any(h["ended_by"] == "return" for h in own))
            wrong.append(any(h["return_rejected"] for h in own))
        if own and bureau in (None, leads[0]["bureau"]):
            moved.append(len({h["bureau"] for h in leads}) > 1)
    accuracy = share(moved, [True for _ in moved])
    return {
        "dispatched": len(returned), "return_rate": share(returned, [True for _ in returned]),
        "wrongful_return_rate": share(wrong, returned),
        "first_dispatch_accuracy": None if accuracy is None else 1 - accuracy,
    }  # fmt: skip


async def fill(hall, seed, count=400):
    dice = random.Random(seed)
    made = [invented(dice, number) for number in range(1, count + 1)]
    tables = {"cases": [m[0] for m in made]}
    for name, place in (("past_rounds", 1), ("events", 2), ("assignments", 3)):
        tables[name] = [row for m in made for row in m[place]]
    async with hall.database.connection() as connection:
        for name, rows in tables.items():
            columns = list(rows[0])
            await connections.raw(connection).copy_records_to_table(
                name, records=[tuple(row[column] for column in columns) for row in rows], columns=columns
            )
    return [judged(*m[:3]) for m in made], {m[0]["id"]: m[3] for m in made}


KEY = {
    By.BUREAU: lambda c: c["bureau"], By.DISTRICT: lambda c: c["district"], By.CATEGORY: lambda c: c["category"],
    By.KIND: lambda c: c["kind"], By.DAY: lambda c: f"{local(c):%Y-%m-%d}", By.MONTH: lambda c: f"{local(c):%Y-%m}",
    By.WEEK: lambda c: f"{local(c).date() - timedelta(days=local(c).weekday()):%Y-%m-%d}",
}  # fmt: skip


def local(case):
    return case["received_at"].astimezone(MONDAY.tzinfo)


def agree(row, expected):
    for name, value in expected.items():
        assert row[name] == (pytest.approx(value) if isinstance(value, float) else value), name


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_sql_equals_a_slow_count(hall, seed):
    everything, held = await fill(hall, seed)
    period = Period(date(2026, 10, 15), date(2026, 11, 25))
    for narrow in ({}, {"kind": "help"}, {"bureau": "CGJ"}, {"category": "C01", "district": "D_YF"}):
        group = [
            c for c in everything
            if period.first <= local(c).date() <= period.last and not (c["protected"] and narrow.keys() - {"kind"})
        ]  # fmt: skip
        for by in By:
            await compare(hall, period, group, held, by, narrow)


async def compare(hall, period, group, held, by, narrow):
    fits = [c for c in group if all(c[name] == value for name, value in narrow.items())]
    unbound = [c for c in group if all(c[name] == value for name, value in narrow.items() if name != "bureau")]
    rows, total = await table(hall, by=by, period=period, now=NOW, **narrow)
    agree(total, slowly(fits) | dispatches(unbound, held, narrow.get("bureau")))
    groups, reach = defaultdict(list), defaultdict(list)
    for cases_, into in ((fits, groups), (unbound, reach)):
        for c in cases_:
            if not (c["protected"] and by in (By.BUREAU, By.DISTRICT, By.CATEGORY)):
                into[KEY[by](c)].append(c)
    assert groups.keys() <= rows.keys() <= groups.keys() | reach.keys() | set(BUREAUS)
    seen = [c for c in unbound if not c["protected"]]
    for key, row in rows.items():
        if by is not By.BUREAU:
            agree(row, dispatches(reach[key], held, narrow.get("bureau")))
        elif key is not None:
            bound = narrow.get("bureau", key)
            agree(row, dispatches(seen if bound == key else [], held, key))
        agree(row, slowly(groups[key]))


@pytest.mark.parametrize("seed", [4])
async def test_a_figure_and_its_list_are_the_same_cases(hall, seed):
    everything, _ = await fill(hall, seed)
    open_to_all = [c for c in everything if not c["protected"]]
    period = Period(date(2026, 10, 1), date(2026, 11, 30))
    counted = (await statistics.tally(hall.database, period, By.BUREAU, now=NOW)).rows.values()
    for name in sorted(drilldown.FIGURES - {"late", "unsolved"}):
        listed, after = [], None
        while True:
            page = await drilldown.members(hall.database, period, name, narrow=Narrow(), person=None, now=NOW, after=after, limit=30)
            if not page:
                break
            listed += [row["id"] for row in page]
            after = drilldown.Cursor(page[-1]["received_at"], page[-1]["id"])
        assert len(listed) == len(set(listed))
        if name not in ("dispatched", "returned", "returned_wrongly"):  # by bureau these overlap
            assert len(listed) == sum(tally.counts[name] for tally in counted), name
        if name == "received":
            newest = sorted(open_to_all, key=lambda c: (c["received_at"], c["id"]), reverse=True)
            assert listed == [c["id"] for c in newest]
