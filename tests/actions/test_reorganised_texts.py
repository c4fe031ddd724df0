"""What a bureau wrote, and whom its urgent matters wake, is found where its cases are now."""

from datetime import date

import pytest

from feedback.actions import reorganising
from feedback.rules.succession import Act, Change, Successor, What
from feedback.store import articles, duty, reply_templates
from tests import people
from tests.conftest import actor, at

pytestmark = pytest.mark.anyio

NOW = at("2026-11-23 09:00")
ON = at("2026-12-01 00:00")


async def test_templates_and_articles_of_a_merged_category_are_found_under_its_successor(hall):
    wang = await actor(hall, people.WANG)
    await reply_templates.add(
        hall.database, bureau="STHJ", category="C01", name="夜间施工", body="已到现场。", person_id=wang.person_id, now=NOW
    )
    await articles.add(
        hall.database, bureau="STHJ", category="C01", title="夜间施工怎么管", body="二十二时以后不得施工。", case_id=None,
        person_id=wang.person_id, now=NOW, review_on=date(2027, 11, 23),
    )  # fmt: skip
    change = Change(2**62, What.CATEGORY, Act.MERGE, "C01", date(2026, 12, 1), (Successor("B03"),))
    await reorganising.plan(hall, await actor(hall, people.XI), [change], basis="柳政发〔2026〕9号", now=NOW)
    await reorganising.apply_due(hall, now=ON)
    assert "夜间施工" in [one["name"] for one in await reply_templates.fitting(hall.database, "STHJ", "B03")]
    rows = await hall.database.fetch_all("SELECT category FROM articles WHERE title = '夜间施工怎么管'")
    assert [row["category"] for row in rows] == ["B03"]


async def test_the_templates_of_a_split_bureau_go_where_the_cases_of_their_category_go(hall):
    wang = await actor(hall, people.WANG)
    for category, name in (("C01", "夜间施工"), ("C02", "别的事项"), (None, "通用")):
        await reply_templates.add(
            hall.database, bureau="STHJ", category=category, name=name, body="已到现场。", person_id=wang.person_id, now=NOW
        )
    heirs = (Successor("ZJJ"), Successor("CGJ", categories=frozenset({"C01"})))
    change = Change(2**62, What.BUREAU, Act.SPLIT, "STHJ", date(2026, 12, 1), heirs)
    await reorganising.plan(hall, await actor(hall, people.XI), [change], basis="柳政发〔2026〕9号", now=NOW)
    await reorganising.apply_due(hall, now=ON)
    names = {
        bureau: {one["name"] for one in await reply_templates.fitting(hall.database, bureau, category)}
        for bureau, category in (("CGJ", "C01"), ("ZJJ", "C02"))
    }
    assert "夜间施工" in names["CGJ"] and {"别的事项", "通用"} <= names["ZJJ"]


async def test_successors_without_people_on_duty_wake_those_of_the_old_bureau(hall):
    xi = await actor(hall, people.XI)
    for bureau, phone in (("STHJ", "13977200011"), ("CGJ", "13977200022")):
        await duty.put(hall.database, hall.vault, bureau, phone=phone, email="", person_id=xi.person_id, now=NOW)
    heirs = (Successor("ZJJ"), Successor("CGJ", categories=frozenset({"C01"})))
    change = Change(2**62, What.BUREAU, Act.SPLIT, "STHJ", date(2026, 12, 1), heirs)
    await reorganising.plan(hall, xi, [change], basis="柳政发〔2026〕9号", now=NOW)
    await reorganising.apply_due(hall, now=ON)
    woken = {bureau: (await duty.get(hall.database, hall.vault, bureau))[0] for bureau in ("ZJJ", "CGJ")}
    assert woken == {"ZJJ": "13977200011", "CGJ": "13977200022"}
