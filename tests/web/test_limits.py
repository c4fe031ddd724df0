"""Limits in versions: the page makes one for new cases only; the case page shows each stage with its due time."""

import pytest

from feedback.actions import intake
from feedback.store import cases
from tests import people
from tests.conftest import understand_noise
from tests.web.conftest import sign_in, submitted, token

pytestmark = pytest.mark.anyio


async def at_bureau(client):
    """A noise complaint at the ecology bureau, whatever the model of the day thinks of it."""
    client.app.state.hall.understand = understand_noise
    return (await submitted(client))["number"]


async def seen_by(client, someone, number):
    return (await client.get(f"/api/v1/cases/{number}", headers=await token(client, someone))).json()


async def test_every_stage_is_shown_with_its_limit_and_that_it_is_a_default(client):
    number = await at_bureau(client)
    view = await seen_by(client, people.WANG, number)
    stages = {one["stage"]: one for one in view["stages"]}
    assert [*stages] == ["accept", "contact", "contribute", "reply"] and stages["reply"]["due_at"] == view["due_at"]
    assert (stages["accept"]["limit"], stages["accept"]["default"], stages["accept"]["late"]) == ("1 个工作日", True, False)
    page = (await (await sign_in(client, people.WANG)).get(f"/desk/{number}")).text
    assert "首次联系市民" in page and "时限版本 2026-1" in page and "系统默认值" in page


async def test_a_new_version_is_for_new_cases_only(client):
    hall = client.app.state.hall
    old = await cases.get(hall.database, await at_bureau(client))
    await sign_in(client, people.XI)
    page = await client.get("/admin/limits")
    assert page.status_code == 200 and "2026-1" in page.text and "系统默认" in page.text
    wrong = await client.post("/admin/limits", data={"TS": "0", "note": ""})
    assert wrong.status_code == 422 and "1 到 1000" in wrong.text and "请写明依据" in wrong.text
    same = await client.post("/admin/limits", data={"TS": "10", "note": "柳政办〔2027〕3号"})
    assert same.status_code == 422 and "没有一个时限" in same.text
    made = await client.post("/admin/limits", data={"TS": "8", "QS": "2", "note": "柳政办〔2027〕3号"})
    assert made.status_code == 303
    page = await client.get(made.headers["location"])
    assert "已生效" in page.text and "柳政办〔2027〕3号" in page.text and "席管" in page.text
    version = hall.city.version
    assert version != "2026-1" and hall.city.terms[version, "TS"].limit.amount == 8
    assert not hall.city.terms[version, "TS"].default and hall.city.terms[version, "QZ"].default
    [logged] = await hall.database.fetch_all("SELECT deed, detail FROM logbook WHERE deed = 'limits'")
    assert logged["detail"] == f"{version}：柳政办〔2027〕3号"
    assert await cases.get(hall.database, old.number) == old
    new = await cases.get(hall.database, await at_bureau(client))
    assert (old.limit_version, new.limit_version) == ("2026-1", version)


async def test_a_page_that_was_opened_before_somebody_else_changed_a_limit_takes_nothing_back(client):
    """The form sends every limit of the page; only those that were changed on it are meant."""
    city = client.app.state.hall.city
    await sign_in(client, people.XI)
    opened = {"version": city.version, "TS": "10", "TS_unit": "wd", "ZX": "2", "ZX_unit": "wd", "note": "柳政办〔2027〕3号"}
    assert f'name="version" value="{city.version}"' in (await client.get("/admin/limits")).text
    assert (await client.post("/admin/limits", data={**opened, "TS": "8"})).status_code == 303
    assert (await client.post("/admin/limits", data={**opened, "ZX": "1"})).status_code == 303

    def now(code):
        city = client.app.state.hall.city
        return str(city.terms[city.version, code].limit)

    assert (now("TS"), now("ZX")) == ("8wd", "1wd")
    both = await client.post("/admin/limits", data={**opened, "TS": "9", "ZX": "2"})
    assert both.status_code == 422 and "别人把它改成了 8 个工作日" in both.text and now("TS") == "8wd"
    assert 'name="TS" value="9"' in both.text and 'name="ZX" value="1"' in both.text
    again = await client.post("/admin/limits", data={**opened, "version": client.app.state.hall.city.version, "TS": "9", "ZX": "1"})
    assert again.status_code == 303 and (now("TS"), now("ZX")) == ("9wd", "1wd")


async def test_only_the_system_administrator_changes_limits(client):
    await sign_in(client, people.DU)
    assert (await client.get("/admin/limits")).status_code == 403
    assert (await client.post("/admin/limits", data={"TS": "8", "note": "x"})).status_code == 403


async def test_a_letter_of_the_petition_office_runs_on_its_own_limits(client):
    client.app.state.hall.understand = understand_noise
    made = await submitted(client, source=intake.XINFANG)
    found = await cases.get(client.app.state.hall.database, made["number"])
    assert (found.regime, found.limit_code) == ("xinfang", "XF")


async def test_the_dispatcher_takes_a_letter_as_xinfang_and_the_citizen_reads_it(client):
    number = await at_bureau(client)
    who = await token(client, people.DIAO)
    before = await seen_by(client, people.DIAO, number)
    given = {"step": "regime", "version": before["version"], "regime": "xinfang"}
    after = (await client.post(f"/api/v1/cases/{number}/steps", json=given, headers=who)).json()
    assert after["regime"] == "xinfang" and after["stages"][-1]["limit"] == "60 天"
    assert "按信访事项办理，办理时限 60 天" in after["timeline"][-1]["texts"]["note"]
    again = {**given, "version": after["version"]}
    assert (await client.post(f"/api/v1/cases/{number}/steps", json=again, headers=who)).status_code == 409


async def test_a_limit_may_be_given_in_minutes(client):
    hall = client.app.state.hall
    await sign_in(client, people.XI)
    page = (await client.get("/admin/limits")).text
    assert '<option value="m" selected>分钟</option>' in page  # to sign for an urgent matter: half an hour
    wrong = await client.post("/admin/limits", data={"JL": "5", "JL_unit": "min", "note": "柳政办〔2027〕3号"})
    assert wrong.status_code == 422 and "再选单位" in wrong.text
    made = await client.post("/admin/limits", data={"JL": "45", "JL_unit": "m", "note": "柳政办〔2027〕3号"})
    assert made.status_code == 303
    assert str(hall.city.terms[hall.city.version, "JL"].limit) == "45m"
    assert str(hall.city.terms[hall.city.version, "JQ"].limit) == "30m"


async def test_a_process_that_has_not_read_the_new_version_yet_shows_its_cases_all_the_same(client):
    """Another process has made a version and taken a case under it; this one reads the city's tables every half minute."""
    hall = client.app.state.hall
    number = await at_bureau(client)
    await hall.database.execute("UPDATE cases SET limit_version = '2026-9' WHERE number = :number", {"number": number})
    view = await seen_by(client, people.WANG, number)
    assert view["number"] == number
    page = await (await sign_in(client, people.WANG)).get(f"/desk/{number}")
    assert page.status_code == 200 and "10 个工作日" in page.text
    assert (await client.get("/desk")).status_code == 200
