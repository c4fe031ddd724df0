"""The dashboard: what a leader sees, the way from each figure to its cases, and who sees nothing."""

import csv
import io
import json
import re
from datetime import timedelta

import pytest
import vl_convert

from feedback import clock
from feedback.actions import handling, intake
from feedback.store import cases
from tests import people
from tests.conftest import actor, understand_noise
from tests.web.conftest import sign_in, token

pytestmark = pytest.mark.anyio

PAGES = ["/dashboard", "/dashboard/bureaus/STHJ", "/dashboard/cases", "/dashboard/figures.csv"]


@pytest.fixture
async def city(client):
    """Six noisy sites for STHJ in the last ten days, one answered after 30 hours; one report against an official."""
    hall = client.app.state.hall
    hall.understand = understand_noise
    now = clock.now()
    for days in (3, 4, 5, 6, 9, 10):
        receipt = await intake.submit(hall, intake.Letter(people.NOISE), now=now - timedelta(days=days))
    await intake.submit(hall, intake.Letter("举报某局长受贿"), now=now - timedelta(days=2))
    case = await cases.get(hall.database, receipt.number)
    answered = case.received_at + timedelta(hours=30)
    case = await handling.accept(hall, await actor(hall, people.WANG), case, now=answered)
    case = await handling.reply(
        hall, await actor(hall, people.WANG), case, finding="", answer="已停工。",
        outcome=handling.Outcome.SOLVED, now=answered,
    )  # fmt: skip
    await handling.approve(hall, await actor(hall, people.SHEN), case, now=answered)
    return case


async def text(client, address, status=200):
    answer = await client.get(address)
    assert answer.status_code == status, answer.text
    return answer.text


@pytest.mark.parametrize("page", PAGES)
async def test_only_who_looks_at_the_whole_city_comes_in(client, page):
    answer = await client.get(page)
    assert answer.status_code == 303 and answer.headers["location"].startswith("/sign-in")
    for someone, status in (
        (people.WANG, 403),
        (people.MI, 403),
        (people.XI, 403),
        (people.SHI, 200),
        (people.DIAO, 200),
        (people.DU, 200),
    ):
        await sign_in(client, someone)
        assert (await client.get(page)).status_code == status, someone
    assert (await client.post(page)).status_code == 405


async def test_an_empty_city_is_a_page_too(client):
    page = await text(await sign_in(client, people.SHI), "/dashboard")
    assert "城市回应得怎么样" in page and "这段时间没有诉求" in page


async def test_the_leader_sees_the_city(client, city):
    page = await text(await sign_in(client, people.SHI), "/dashboard")
    assert '7 <span class="unit">件</span>' in page  # received, the protected one included
    assert "市生态环境局" in page or "生态环境局" in page
    assert page.count("样本少，不排名") == 0
    assert "鱼峰" in page and "heat-5" in page  # six of six: the darkest
    assert "受贿" not in page
    assert re.search(r'src="/static/vega.js\?v=[\w.]+"', page)


async def test_the_charts_are_drawn_from_what_the_table_says(client, city):
    page = await text(await sign_in(client, people.SHI), "/dashboard")
    specs = {
        name: json.loads(found)
        for name, found in re.findall(r'<script type="application/json" id="chart-(\w+)">(.*?)</script>', page, re.S)
    }
    assert specs.keys() == {"durations", "amounts"}
    for spec in specs.values():
        svg = vl_convert.vegalite_to_svg({**spec, "width": 600})
        assert svg.startswith("<svg") and "NaN" not in svg
    assert sum(point["n"] for point in specs["amounts"]["data"]["values"]) == 7
    assert all(point["bound"] for point in specs["durations"]["data"]["values"] if point["share"] == "九成")


async def test_a_figure_leads_to_its_very_cases(client, city):
    await sign_in(client, people.SHI)
    page = await text(client, "/dashboard")
    link = re.search(r'href="(/dashboard/cases\?[^"]*bureau=STHJ[^"]*figure=open[^"]*)"', page).group(1)
    listed = await text(client, link.replace("&amp;", "&"))
    assert len(re.findall(r'href="/desk/[\d-]+"', listed)) == 5 and city.number not in listed
    everything = await text(client, "/dashboard/cases")
    assert len(re.findall(r'href="/desk/[\d-]+"', everything)) == 6 and "受贿" not in everything


async def test_the_list_goes_on_behind_its_first_page(client, city, monkeypatch):
    from feedback.store import drilldown

    monkeypatch.setattr(drilldown, "PAGE", 4)
    await sign_in(client, people.SHI)
    first = await text(client, "/dashboard/cases?period=90")
    further = re.search(r'href="(/dashboard/cases\?[^"]*cursor=[^"]*)"', first).group(1).replace("&amp;", "&")
    second = await text(client, further)
    numbers = re.findall(r'href="/desk/([\d-]+)"', first) + re.findall(r'href="/desk/([\d-]+)"', second)
    assert len(numbers) == len(set(numbers)) == 6 and "cursor=" not in second


async def test_periods_and_filters(client, city):
    await sign_in(client, people.SHI)
    for query, shown in (
        ("period=all", True), ("period=year", True), ("from=2019-01-01&to=2019-12-31", False), ("kind=praise", False),
        ("kind=complaint&district=D_YF", True), ("district=D_LB", False),
    ):  # fmt: skip
        page = await text(client, f"/dashboard?{query}")
        assert ("这段时间没有诉求" not in page) == shown, query


async def test_bad_input_is_told_and_the_page_stays(client, city):
    await sign_in(client, people.SHI)
    for query in ("from=2026-13-01", "from=2026-11-30&to=2026-11-01", "district=MARS", "period=ever", "kind=x", "x=1",
                  "from=%00", "to=9999-12-31", "from=0001-01-01"):  # fmt: skip
        page = await text(client, f"/dashboard?{query}", 422)
        assert "处需要改一下" in page and "城市回应得怎么样" in page, query
    for query in ("figure=everything", "cursor=abc", "cursor=WzEsMl0", "due=tomorrow", "bureau=MARS"):
        await text(client, f"/dashboard/cases?{query}", 422)
    await text(client, "/dashboard/bureaus/MARS", 404)


async def test_one_bureau(client, city):
    page = await text(await sign_in(client, people.DU), "/dashboard/bureaus/STHJ?period=all")
    assert "工地" in page or "施工" in page  # its category
    assert '6 <span class="unit">件</span>' in page


async def test_the_table_as_a_file(client, city):
    await sign_in(client, people.SHI)
    answer = await client.get("/dashboard/figures.csv?period=all")
    assert (
        answer.headers["content-type"].startswith("text/csv") and "attachment" in answer.headers["content-disposition"]
    )
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0][1] == "收到件数（件）" and [row[1] for row in rows[1:]] == ["6", "7"]
    assert rows[-1][0] == "合计"
    await text(client, "/dashboard/figures.csv?by=planet", 422)


async def test_what_presses_today(client, city):
    await client.app.state.hall.database.execute(
        "UPDATE cases SET due_at = now() - interval '2 days 1 hour' WHERE id % 2 = 0"
    )
    page = await text(await sign_in(client, people.SHI), "/dashboard")
    assert "已超期，最久的超了 2 天" in page
    link = re.search(r'href="(/dashboard/cases\?[^"]*figure=overdue&amp;bureau=STHJ)"', page).group(1)
    assert "已超期" in await text(client, link.replace("&amp;", "&"))


async def test_definitions_are_for_everybody(client):
    page = await text(client, "/definitions")
    assert "Kaplan–Meier" in page and 'id="on_time_rate"' in page


async def test_the_drawing_library_is_built_once_and_kept(client, settings):
    plain = await client.get("/static/vega.js", headers={"accept-encoding": "identity"})
    assert plain.status_code == 200 and "vegaEmbed" in plain.text and "immutable" in plain.headers["cache-control"]
    [kept] = (settings.var / "cache").iterdir()
    kept_at = kept.stat().st_mtime_ns
    packed = await client.get("/static/vega.js")
    assert packed.headers["content-encoding"] == "gzip" and packed.text == plain.text
    assert kept.stat().st_mtime_ns == kept_at


# The API ------------------------------------------------------------------------------------------------------------


async def test_statistics_as_json(client, city):
    leader = await token(client, people.SHI)
    answer = (await client.get("/api/v1/statistics?by=bureau", headers=leader)).json()
    [row] = answer["rows"]
    assert (row["key"], row["received"], row["open"], row["closed"], row["n"]) == ("STHJ", 6, 5, 1, 6)
    assert answer["total"]["received"] == 7 and answer["definitions"] == "/definitions"
    assert row["resolution_median_hours"] is None and row["resolution_median_hours_at_least"] == 217  # nine days and the moment since
    assert row["on_time_rate"] == 1
    for by, count in (("kind", 2), ("district", 1), ("category", 1), ("day", 7)):
        rows = (await client.get(f"/api/v1/statistics?by={by}", headers=leader)).json()["rows"]
        assert len(rows) == count, by
    handler = await client.get(
        "/api/v1/statistics?from=&to=&by=month&kind=&bureau=", headers=await token(client, people.WANG)
    )
    assert handler.status_code == 200


async def test_statistics_refuses_what_it_does_not_know(client):
    assert (await client.get("/api/v1/statistics")).status_code == 401
    assert (await client.get("/api/v1/statistics", headers=await token(client, people.JI))).status_code == 403
    leader = await token(client, people.SHI)
    for query, field in (
        ("by=planet", "by"), ("by=", "by"), ("from=yesterday", "from"), ("from=2026-11-02&to=2026-11-01", "from"), ("kind=x", "kind"),
        ("bureau=MARS", "bureau"), ("category=%00", "category"), ("page=2", "page"), ("to=2026-11-31", "to"),
    ):  # fmt: skip
        answer = await client.get(f"/api/v1/statistics?{query}", headers=leader)
        assert answer.status_code == 422 and field in answer.json()["fields"], query
