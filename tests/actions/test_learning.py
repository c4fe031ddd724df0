"""Which letters people have confirmed, the audit sample, and who may put a model to work."""

import dataclasses
from datetime import date, timedelta

import pytest

from feedback.actions import asking, dispatching, handling, importing, intake, learning
from feedback.actions.tables import Row
from feedback.rules import learning as rule
from feedback.rules import permission
from feedback.rules.learning import Check, Source
from feedback.rules.succession import Act, Change, Succession, Successor, What
from feedback.store import audits, cases, drift, models, shadows
from tests import people
from tests.conftest import actor, at

pytestmark = pytest.mark.anyio

MONDAY = at("2026-11-23 09:00")
UNCLEAR = "我家门口那个东西又坏了，没人管。"


async def submitted(hall, body=people.NOISE, now=MONDAY):
    receipt = await intake.submit(hall, intake.Letter(body=body), now=now)
    return await cases.get(hall.database, receipt.number)


async def answered(hall, case):
    """Accepted, answered, approved, rated."""
    wang, shen = await actor(hall, people.WANG), await actor(hall, people.SHEN)
    case = await handling.accept(hall, wang, case, now=at("2026-11-23 10:00"))
    case = await handling.reply(
        hall, wang, case, finding="属实", answer="已经责令整改。", outcome=handling.Outcome.SOLVED, now=at("2026-11-24 10:00")
    )
    case = await handling.approve(hall, shen, case, now=at("2026-11-24 15:00"))
    return await asking.rate(hall, case, solved=True, satisfaction=5, now=at("2026-11-25 08:00"))


async def exported(hall):
    return {one.case_id: one for one in await learning.export(hall, now=at("2026-11-30 09:00"))}


async def test_predictions_nobody_looked_at_are_no_labels(hall):
    await submitted(hall)
    await submitted(hall, UNCLEAR)
    assert await exported(hall) == {}


async def test_dispatch_and_correction_are_labels(hall):
    diao = await actor(hall, people.DIAO)
    first = await dispatching.dispatch(hall, diao, await submitted(hall, UNCLEAR), bureau="CGJ", category="B03", now=MONDAY)
    second = await dispatching.correct_category(hall, diao, await submitted(hall), category="C02", now=MONDAY)
    found = await exported(hall)
    assert (found[first.id].source, found[first.id].category, found[first.id].bureau) == (Source.DISPATCH, "B03", "CGJ")
    assert (found[second.id].source, found[second.id].category, found[second.id].bureau) == (Source.CORRECTION, "C02", "STHJ")


async def test_what_was_accepted_and_closed_without_return_is_a_label(hall):
    case = await answered(hall, await submitted(hall))
    assert {one.source for one in (await exported(hall)).values()} == {Source.CLOSED}
    assert list(await exported(hall)) == [case.id]


async def test_a_returned_case_is_a_label_only_when_somebody_dispatched_it_again(hall):
    wang, diao = await actor(hall, people.WANG), await actor(hall, people.DIAO)
    case = await handling.give_back(
        hall, wang, await submitted(hall), reason="not_ours", basis="属于住建", propose="ZJJ", now=at("2026-11-23 10:00")
    )
    assert await exported(hall) == {}
    case = await dispatching.decide_return(hall, diao, case, uphold=True, reason="同意", now=at("2026-11-23 11:00"))
    assert await exported(hall) == {}
    case = await dispatching.dispatch(hall, diao, case, bureau="ZJJ", now=at("2026-11-23 11:05"))
    found = (await exported(hall))[case.id]
    assert (found.source, found.category, found.bureau) == (Source.DISPATCH, "C01", "ZJJ")


async def test_protected_cases_are_in_no_export(hall):
    await hall.database.execute("UPDATE cases SET status = 'triage'")
    case = await submitted(hall, "举报某局长受贿")
    mi = await actor(hall, people.MI)
    await dispatching.dispatch(hall, mi, case, bureau="JWJW", now=MONDAY)
    assert await exported(hall) == {}


async def test_personal_data_is_replaced(hall):
    hall.redact = lambda text: text.replace("13977200001", "【电话】")
    diao = await actor(hall, people.DIAO)
    case = await submitted(hall, UNCLEAR + "我的电话 13977200001")
    await dispatching.dispatch(hall, diao, case, bureau="CGJ", category="B03", now=MONDAY)
    assert (await exported(hall))[case.id].body == UNCLEAR + "我的电话 【电话】"


async def test_labels_follow_a_reorganisation(hall):
    """路灯 is split in two from Wednesday on: by its words a letter goes to its part; one that tells nothing is no label any more."""
    diao = await actor(hall, people.DIAO)
    ids = []
    for body in ("隧道里的灯不亮", "村里的灯不亮", "灯不亮"):
        case = await submitted(hall, body)
        ids.append((await dispatching.dispatch(hall, diao, case, bureau="CGJ", category="B03", now=MONDAY)).id)
    parts = (Successor("B09", words=("隧道",)), Successor("B06", words=("村",)))
    split = Change(1, What.CATEGORY, Act.SPLIT, "B03", date(2026, 11, 25), parts)
    merged = Change(2, What.BUREAU, Act.MERGE, "CGJ", date(2026, 11, 25), (Successor("ZJJ"),))
    hall.city = dataclasses.replace(hall.city, succession=Succession((split, merged)))
    found = await exported(hall)
    assert {number: (one.category, one.bureau) for number, one in found.items()} == {ids[0]: ("B09", "ZJJ"), ids[1]: ("B06", "ZJJ")}


async def test_imported_labels_count_and_the_machines_own_do_not(hall):
    def row(line, **more):
        fields = {"date": "2026-03-01 09:00:00", "body": f"第{line}件：工地夜里打桩", "reply": "好。", "reply_date": "2026-03-05", **more}
        return Row(line, {"id": f"h{line}", **fields})

    rows = [row(2, category="C02", bureau="GAJ"), row(3), row(4, bureau="GAJ")]
    report = await importing.cases(hall, rows, now=MONDAY)
    assert report.added == 3
    [label] = (await exported(hall)).values()
    assert (label.source, label.category, label.bureau) == (Source.HISTORY, "C02", "GAJ")


async def test_three_in_a_hundred_routed_cases_are_drawn(hall, monkeypatch):
    made = [await submitted(hall) for _ in range(60)] + [await submitted(hall, UNCLEAR) for _ in range(5)]
    drawn = await hall.database.fetch_all("SELECT case_id FROM audits")
    wanted = {one.id for one in made[:60] if rule.drawn(hall.vault.hash("audit", one.number))}
    assert {row["case_id"] for row in drawn} == wanted
    monkeypatch.setattr(rule, "AUDIT_SHARE", 1.0)
    routed, unclear = await submitted(hall), await submitted(hall, UNCLEAR)
    waiting = {row["id"] for row in await audits.waiting(hall.database, person=None, limit=100)}
    assert routed.id in waiting and unclear.id not in waiting
    assert await audits.count_waiting(hall.database, person=None) == len(waiting)
    await hall.database.execute("UPDATE cases SET protected = true WHERE id = :id", {"id": routed.id})  # found to accuse somebody
    left = await audits.waiting(hall.database, person=None, limit=100)
    assert await audits.count_waiting(hall.database, person=None) == len(waiting) - 1 == len(left)


async def test_a_person_judges_a_drawn_case_once(hall, monkeypatch):
    monkeypatch.setattr(rule, "AUDIT_SHARE", 1.0)
    right, wrong, other = await submitted(hall), await submitted(hall), await submitted(hall, UNCLEAR)
    diao, later = await actor(hall, people.DIAO), at("2026-11-24 09:00")
    assert await learning.judge(hall, diao, right.number, now=later)
    assert not await learning.judge(hall, diao, wrong.number, category="C05", bureau="STHJ", now=later)
    with pytest.raises(learning.AlreadyJudged):
        await learning.judge(hall, diao, right.number, now=later)
    with pytest.raises(learning.NotDrawn):
        await learning.judge(hall, diao, other.number, now=later)
    with pytest.raises(permission.WrongRole):
        await learning.judge(hall, await actor(hall, people.WANG), wrong.number, now=later)
    found = await audits.accuracy(hall.database, since=MONDAY - timedelta(days=30))
    assert (found["n"], found["bureau"], found["category"]) == (2, 2, 1)
    assert (await cases.get(hall.database, wrong.number)).category == "C01"  # it measures, it does not change
    labels = await exported(hall)
    assert (labels[right.id].source, labels[wrong.id].category) == (Source.AUDIT, "C05")


async def model(hall, version, *, passed=True, now=MONDAY):
    checks = [Check("golden_floor", 0.95, 0.9, 447, passed)]
    await models.add(
        hall.database, version, labels=["C01"], folder=version, letters=10, confirmed=5, before=MONDAY, compared="hand",
        checks=checks, categories={"C01": (4, 2, 3)}, now=now,
    )  # fmt: skip


async def test_a_person_puts_a_model_to_work_and_takes_it_back(hall):
    diao = await actor(hall, people.DIAO)
    await models.note(hall.database, "shipped", labels=["C01"], now=MONDAY)
    await model(hall, "new")
    assert await models.serving(hall.database) is None
    assert (await models.candidate(hall.database))["version"] == "new"
    assert not await learning.promote(hall, diao, "new", reason="近两个月更准", now=MONDAY + timedelta(hours=1))
    assert (await models.serving(hall.database))["folder"] == "new"
    assert await models.candidate(hall.database) is None
    await models.note(hall.database, "new", labels=["C01"], now=MONDAY + timedelta(hours=1))
    xi = await actor(hall, people.XI)
    assert await learning.promote(hall, xi, "shipped", reason="噪声类派错多", now=MONDAY + timedelta(hours=2))
    assert (await models.serving(hall.database))["folder"] == ""
    log = await models.promotions(hall.database)
    assert [(one["version"], one["instead"], one["back"], one["who"]) for one in log] == [
        ("shipped", "new", True, people.XI.name), ("new", "", False, people.DIAO.name),
    ]  # fmt: skip
    with pytest.raises(Exception, match="append-only"):
        await hall.database.execute("DELETE FROM promotions")


async def test_what_may_not_be_put_to_work(hall):
    diao = await actor(hall, people.DIAO)
    await model(hall, "bad", passed=False)
    await model(hall, "good")
    for version in ("bad", "unheard of"):
        with pytest.raises(learning.NotServable):
            await learning.promote(hall, diao, version, reason="试试", now=MONDAY)
    with pytest.raises(permission.WrongRole):
        await learning.promote(hall, await actor(hall, people.SHI), "good", reason="试试", now=MONDAY)
    await learning.promote(hall, diao, "good", reason="好", now=MONDAY)
    with pytest.raises(learning.NotServable):
        await learning.promote(hall, diao, "good", reason="再来", now=MONDAY)


async def test_a_candidate_set_aside_leaves_the_shadow(hall):
    await model(hall, "old", now=MONDAY)
    await model(hall, "new", now=MONDAY + timedelta(days=1))
    await learning.set_aside(hall, await actor(hall, people.DIAO), "new", now=MONDAY + timedelta(days=2))
    assert (await models.candidate(hall.database))["version"] == "old"


async def test_override_rate_by_week_and_category(hall):
    diao = await actor(hall, people.DIAO)
    kept = await submitted(hall)  # routed as C01 to STHJ
    moved = await submitted(hall, now=at("2026-11-30 09:00"))
    await dispatching.correct_category(hall, diao, moved, category="C02", now=at("2026-11-30 10:00"))
    await shadows.measure(hall.database, [{"case_id": kept.id, "unknown": 0.5}])
    weeks = await drift.weeks(hall.database, since=MONDAY)
    assert [(f"{row['week']}", row["received"], row["auto"], row["decided"], row["overridden"]) for row in weeks] == [
        ("2026-11-23", 1, 1, 1, 0), ("2026-11-30", 1, 1, 1, 1),
    ]  # fmt: skip
    spans = {(row["category"], row["late"]): row for row in await drift.spans(hall.database, since=MONDAY, cut=at("2026-11-30 00:00"))}
    assert set(spans) == {("C01", False), ("C01", True), (None, False), (None, True)}
    assert spans["C01", False]["unknown"] == 0.5 and spans["C01", True]["overridden"] == 1
    assert await drift.mistaken_for(hall.database, ["C01"], since=MONDAY) == {"C01": ("C02", 1)}
