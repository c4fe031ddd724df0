"""The pages about the machine's learning: who may see them, the audit's one click, and a model put to work with a reason."""

from datetime import timedelta

import pytest

from feedback import clock
from feedback.rules import learning as rule
from feedback.rules.learning import Check
from feedback.store import models, shadows
from feedback.web import quality
from tests import people
from tests.web.conftest import submitted
from tests.web.staff import api_step, get, post

pytestmark = pytest.mark.anyio

CLEAR = "巷子里的路灯坏了快一个月，晚上黑漆漆的，下夜班的女同志都不敢走，请维修路灯。"


@pytest.fixture
def all_drawn(monkeypatch):
    monkeypatch.setattr(rule, "AUDIT_SHARE", 1.0)


@pytest.mark.parametrize(
    ("path", "welcome"),
    [
        ("/learning", {people.DIAO, people.DU, people.SHI, people.XI}),
        ("/learning/audit", {people.DIAO}),
        ("/learning/models", {people.DIAO, people.XI}),
    ],
)
async def test_who_may_enter(client, path, welcome):
    for someone in (people.DIAO, people.DU, people.SHI, people.XI, people.WANG, people.MI, people.AN, people.JI):
        assert (await get(client, someone, path)).status == (200 if someone in welcome else 403), someone
    assert (await client.get(path)).status_code == 303


async def routed(client):
    made = await submitted(client, body=CLEAR)
    assert made["decision"] == "auto", made
    return made["number"]


async def test_one_click_says_the_machine_was_right(client, all_drawn):
    number = await routed(client)
    page = await get(client, people.DIAO, "/learning/audit")
    assert number in page.text and "路灯" in page.text
    answer = await post(client, people.DIAO, f"/learning/audit/{number}", verdict="right")
    assert answer.headers["location"] == "/learning/audit?done=right"
    page = await get(client, people.DIAO, "/learning/audit?done=right")
    assert "没有等着抽查的" in page.text and "记下了" in page.text
    assert "100.0" in (await get(client, people.DIAO, "/learning")).near("单位派对了")
    again = await post(client, people.DIAO, f"/learning/audit/{number}", verdict="wrong", category="城市供水")
    assert again.headers["location"] == "/learning/audit"


async def test_a_correction_takes_names_and_refuses_what_nobody_bears(client, all_drawn):
    number = await routed(client)
    nothing = await post(client, people.DIAO, f"/learning/audit/{number}", verdict="wrong")
    assert nothing.status_code == 422 and "请填正确的单位" in nothing.text
    unknown = await post(client, people.DIAO, f"/learning/audit/{number}", verdict="wrong", bureau="宇宙局")
    assert unknown.status_code == 422 and "没有这个单位" in unknown.text
    answer = await post(client, people.DIAO, f"/learning/audit/{number}", verdict="wrong", category="城市供水")
    assert answer.headers["location"] == f"/learning/audit?done=wrong&about={number}"
    assert f'href="/desk/{number}"' in (await get(client, people.DIAO, answer.headers["location"])).text
    row = await client.app.state.hall.database.fetch_one("SELECT category, category_right, bureau_right FROM audits")
    assert (row["category"], row["category_right"], row["bureau_right"]) == ("B05", False, True)


async def test_only_drawn_cases_can_be_judged(client, monkeypatch):
    monkeypatch.setattr(rule, "AUDIT_SHARE", 0.0)
    number = await routed(client)
    assert (await post(client, people.DIAO, f"/learning/audit/{number}", verdict="right")).status_code == 404
    assert (await post(client, people.DIAO, "/learning/audit/2026-1122-0000", verdict="right")).status_code == 404


async def test_what_people_changed_stands_by_week_and_category(client):
    number = await routed(client)
    await api_step(client, people.DIAO, number, "correct_category", category="B02")
    page = await get(client, people.SHI, "/learning")
    assert "井盖缺失与破损" in page.near("1 次")
    assert "1/1" in page.text


async def candidate(hall, version="c0ffee", passed=True):
    checks = [Check("golden_floor", 0.96, 0.9, 447, passed), Check("recent_bureau", 0.8, 0.7, 60, True)]
    await models.add(
        hall.database, version, labels=["B03"], folder=version, letters=9000, confirmed=800, before=clock.now() - timedelta(days=61),
        compared="x", checks=checks, categories={"B03": (12, 7, 11), "A01": (5, 5, 3)}, now=clock.now(),
    )  # fmt: skip


async def shadowed(hall, number, version="c0ffee"):
    case = await hall.database.fetch_val("SELECT id FROM cases WHERE number = :n", {"n": number})
    await shadows.add(hall.database, [{
        "version": version, "case_id": case, "at": clock.now(), "decision": "triage", "category": "B06", "bureau": "GD",
        "probability": 0.55, "reasons": ["路灯"], "differs": True,
    }])  # fmt: skip


async def test_the_comparison_shows_letters_to_the_dispatcher_only(client):
    hall, number = client.app.state.hall, await routed(client)
    await candidate(hall)
    await shadowed(hall, number)
    page = await get(client, people.DIAO, "/learning/models")
    assert "下夜班的女同志" in page.text and "供电用电" in page.text and "多对 4" in page.text and "少对 2" in page.text
    page = await get(client, people.XI, "/learning/models")
    assert "下夜班的女同志" not in page.text and "多对 4" in page.text


async def test_a_model_is_put_to_work_with_a_reason(client):
    hall = client.app.state.hall
    await candidate(hall)
    refused = await post(client, people.XI, "/learning/models", version="c0ffee", decision="promote", reason="")
    assert refused.status_code == 422 and "请写明为什么" in refused.text
    done = await post(client, people.XI, "/learning/models", version="c0ffee", decision="promote", reason="路灯类更准")
    assert done.headers["location"] == "/learning/models?done=promoted"
    page = await get(client, people.DIAO, "/learning/models?done=promoted")
    assert "路灯类更准" in page.text and people.XI.name in page.text and "换回这个模型" in page.text
    assert (await post(client, people.DIAO, "/learning/models", version="c0ffee", decision="promote", reason="再")).status_code == 422
    back = await post(client, people.DIAO, "/learning/models", version=hall.understand.version, decision="promote", reason="不行")
    assert back.headers["location"] == "/learning/models?done=back"
    assert (await post(client, people.WANG, "/learning/models", version="c0ffee", decision="promote", reason="我")).status_code == 403


async def test_a_candidate_is_set_aside(client):
    await candidate(client.app.state.hall)
    done = await post(client, people.DIAO, "/learning/models", version="c0ffee", decision="aside")
    assert done.headers["location"] == "/learning/models?done=aside"
    assert "没有候选模型" in (await get(client, people.DIAO, "/learning/models")).text


async def test_a_model_that_failed_says_why(client):
    await candidate(client.app.state.hall, "bad", passed=False)
    page = await get(client, people.DIAO, "/learning/models")
    assert "没有通过检验" in page.text and "没有候选模型" in page.text
    assert "96.0%，要求 90.0%" in page.text


def test_alarms_are_sentences_with_their_figures():
    before, lately = rule.Span(200, 80, 180, 18, 0.7, 0.3, 200), rule.Span(30, 6, 30, 12, 0.55, 0.45, 30)
    assert [quality.in_words(one, before, lately) for one in rule.alarms(before, lately)] == [
        "近四周有 40% 被人改了（30 件里 12 件），之前是 10%。",
        "近四周只有 20% 能自动派单，之前是 40%。",
        "近四周的平均把握降到 55%，之前是 70%。",
        "近四周来信里没见过的字词多了：45%，之前是 30%。可能出现了新的事情。",
    ]


def test_the_interval_is_told_in_whole_percents():
    # Wilson, 47 of 50: 0.8378 to 0.9794.
    assert (quality.Accuracy(47, 50).percent, quality.Accuracy(47, 50).interval) == (94.0, (83, 98))
    assert quality.Accuracy(0, 0).interval == (0, 100)
