"""The pages of messages on a phone and on a desk, each through axe: the list of staff, the outbox, who is woken, the question by link."""

import re

import asyncpg
import httpx
import pytest

from feedback.store.vault import Vault
from tests import people
from tests.browser.conftest import Visitor
from tests.conftest import apart, sibling

pytestmark = pytest.mark.browser

KEY = bytes.fromhex("11" * 32)
LONG = "实名反映鱼峰区东环大道与屏山大道交叉口旁边某某花园三期工地夜间打桩严重影响居民休息的情况"


async def _furnish(template: str, site: str) -> str:
    """An answered case with what its people were told, and four messages of which two failed; the path of the question's link."""
    async with httpx.AsyncClient(base_url=site) as client:
        made = await client.post(
            "/api/v1/cases",
            json={"title": LONG, "body": people.NOISE, "contact": {"phone": people.XIAO_LIN_PHONE, "email": "lin@example.com"}},
        )
        case = made.raise_for_status().json()
        number = case["number"]

        async def step(who: people.Someone, name: str, **fields: object) -> None:
            given = {"username": who.username, "password": people.PASSWORD}
            token = (await client.post("/api/v1/sign-in", json=given)).json()["token"]
            headers = {"Authorization": f"Bearer {token}"}
            version = (await client.get(f"/api/v1/cases/{number}", headers=headers)).json()["version"]
            sent = await client.post(
                f"/api/v1/cases/{number}/steps", json={"step": name, "version": version, **fields}, headers=headers
            )
            assert sent.status_code == 200, sent.text

        if case["decision"] == "triage":
            await step(people.DIAO, "dispatch", bureau="STHJ", category="C01")
        await step(people.WANG, "accept")
        await step(people.DU, "instruct", text="三天内办结", due_at="2099-11-27T17:00:00+08:00")
        answer = "您好，反映属实。我局已到工地检查，责令停止夜间打桩，十二月一日复查。"
        await step(people.WANG, "reply", finding="已到现场核实", answer=answer)
        await step(people.SHEN, "send_back", reason="写清楚由谁复查")
        await step(people.WANG, "reply", finding="已到现场核实", answer=answer)
        await step(people.SHEN, "approve")
    return await _fail_some(template)


async def _fail_some(template: str) -> str:
    connection = await asyncpg.connect(sibling(template, "postgres"))
    name = await connection.fetchval(
        "SELECT datname FROM pg_database WHERE datname LIKE 'browser%' ORDER BY oid DESC LIMIT 1"
    )
    await connection.close()
    connection = await asyncpg.connect(sibling(template, name))
    sealed = await connection.fetchval("SELECT text FROM notices WHERE template = 'survey' AND channel = 'sms'")
    await connection.execute(
        """UPDATE notices SET state = 'failed', ended_at = now(), attempts = 10, fault = 'refused HTTP 422'
        WHERE template = 'received'"""
    )
    await connection.execute(
        "UPDATE notices SET attempts = 3, fault = 'server HTTP 503' WHERE template = 'answered'"
    )  # fmt: skip
    await connection.close()
    found = re.search(r"/s/\w+", Vault(KEY).open(sealed))
    assert found
    return found.group()


def test_messages_on_every_page(visitor: Visitor, template: str):
    found: list[str] = []

    async def furnish() -> None:
        found.append(await _furnish(template, visitor.site))

    apart(furnish())
    page = visitor.page
    visitor.open(found[0])
    visitor.check("survey")
    page.get_by_label("解决了", exact=True).check()
    page.get_by_label("想说的话").fill("处理得很快")
    visitor.press("提交评价")
    page.get_by_text("已经解决，就此办结").wait_for()
    visitor.check("survey-done")
    visitor.open(found[0])
    visitor.check("survey-used")
    visitor.sign_in(people.WANG)
    visitor.open("/inbox")
    page.get_by_text("沈科退回了拟好的答复").wait_for()
    visitor.check("inbox")
    visitor.press("全部标为已读")
    page.wait_for_url("**/inbox")
    assert not page.get_by_role("button", name="全部标为已读").count()
    page.context.clear_cookies()
    visitor.sign_in(people.XI)
    visitor.open("/admin/notices")
    visitor.check("outbox")
    page.get_by_role("button", name="全部重发").click()
    page.get_by_text("正在重新发送").wait_for()
    visitor.check("outbox-again")
    visitor.open("/admin/notices/words")
    visitor.check("notice-words")
    visitor.open("/admin/duty")
    page.get_by_label("单位", exact=True).select_option("C12345")
    page.get_by_label("值班手机").fill("110")
    visitor.press("保存")
    page.get_by_text("处需要改一下").wait_for()
    visitor.check("duty-refused")
    page.get_by_label("值班手机").fill("13977210111")
    visitor.press("保存")
    page.get_by_text("已保存").wait_for()
    visitor.check("duty")


def test_a_citizen_may_leave_an_address_instead_of_a_phone(visitor: Visitor):
    page = visitor.page
    visitor.open("/")
    page.get_by_label("您的诉求或建议").fill(people.NOISE)
    page.get_by_label("电子邮箱").fill("lin@example.com")
    page.locator("form[action='/'] button", has_text="提交").last.click()
    page.wait_for_url("**/receipt")
    visitor.check("receipt-mail")
