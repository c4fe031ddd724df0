"""The outbox for the system administrator: why messages failed, sending again, how they read, and who is woken."""

from datetime import timedelta

import pytest

from feedback import clock
from feedback.actions import handling, intake, proving, sending, telling
from feedback.actions.sending import Undelivered
from feedback.rules import outbox
from feedback.rules.outbox import Fault
from feedback.store import cases
from feedback.web import notice_samples, notices, outbox_page
from tests import people
from tests.conftest import actor
from tests.web.conftest import submitted
from tests.web.staff import at_bureau, get, post

pytestmark = pytest.mark.anyio

NEVER = outbox.Quiet.parse("00:00-00:00")


async def fail(client, *faults: Undelivered) -> None:
    """One code for each fault, which it meets."""
    hall = client.app.state.hall
    left = list(faults)
    for n, _ in enumerate(faults):
        await proving.send_code(hall, f"1397720000{n}", now=clock.now())

    async def send(message):
        raise left.pop(0)

    await sending.deliver(hall, send, now=clock.now(), quiet=NEVER)


async def test_failures_are_told_in_words_without_number_or_text(client):
    await fail(client, Undelivered(Fault.REFUSED, "HTTP 422"), Undelivered(Fault.TIMEOUT))
    page = await get(client, people.XI, "/admin/notices")
    assert page.status == 200
    assert "对方拒绝了这条消息" in page.text and "HTTP 422" in page.text and "139****0000" in page.text
    assert "正在重试" in page.text and "对方没有在规定时间内回答" in page.text
    assert people.XIAO_LIN_PHONE not in page.text and "验证码是" not in page.text


async def test_one_or_all_are_sent_again_and_it_is_told_who_did(client):
    await fail(client, *(Undelivered(Fault.SIGNATURE, "HTTP 401") for _ in range(3)))
    hall = client.app.state.hall
    first = await hall.database.fetch_val("SELECT min(id) FROM notices")
    sent = await post(client, people.XI, "/admin/notices/again", id=str(first))
    assert (sent.status_code, sent.headers["location"]) == (303, "/admin/notices?done=1")
    sent = await post(client, people.XI, "/admin/notices/again")
    assert sent.headers["location"] == "/admin/notices?done=2"
    assert (await post(client, people.XI, "/admin/notices/again")).headers["location"] == "/admin/notices?done=0"
    page = await get(client, people.XI, "/admin/notices?done=2")
    assert "席管重发了 2 条" in page.text and "席管重发了 1 条" in page.text and "2 条正在重新发送" in page.text
    log = await get(client, people.JI, "/admin/log")
    assert "重发没有发出的消息" in log.text and "2 条" in log.text
    got = []

    async def send(message):
        got.append(message.token)

    await sending.deliver(hall, send, now=clock.now(), quiet=NEVER)
    assert len(set(got)) == 3
    assert "发出" in (await get(client, people.XI, "/admin/notices")).text


async def test_nobody_else_looks_at_the_outbox_or_changes_who_is_woken(client):
    for address in ("/admin/notices", "/admin/notices/words", "/admin/duty"):
        for someone in (people.AN, people.JI, people.DIAO, people.WANG):
            assert (await get(client, someone, address)).status == 403, (someone, address)
        assert (await client.get(address)).headers["location"].startswith("/sign-in")
    for address in ("/admin/notices/again", "/admin/duty"):
        assert (await post(client, people.AN, address, bureau="CGJ")).status_code == 403


async def test_a_bad_number_of_a_message_is_refused(client):
    for bad in ("x", "0", "9" * 30):
        assert (await post(client, people.XI, "/admin/notices/again", id=bad)).status_code == 422


async def test_every_message_is_shown_with_its_parts(client):
    page = await get(client, people.XI, "/admin/notices/words")
    assert page.status == 200 and "短信 " in page.text and "您的诉求 2026-1122-0387 已有答复" in page.text
    assert "韦晓岚在备注里提到了您" in page.text


def test_every_message_has_a_name_and_fits_where_no_free_text_is_in_it():
    now = clock.now()
    assert set(notice_samples.events()) == set(notice_samples.NAMES), "give the new event a name in notice_samples.py"
    free = {"contact", "question", "extended", "suspended", "terminate", "petition_rejected", "rework_refused"}
    for event in notice_samples.events():
        shown = notice_samples.shown(event, now)
        assert shown["text"].startswith("【民声】")
        assert shown["parts"] == 1 or event in free, shown
        assert shown["parts"] <= 4


@pytest.mark.parametrize("event", ["contact", "question", "extended", "suspended", "terminate"])
def test_long_words_are_cut_in_a_short_message_and_whole_in_a_mail(event):
    sample = notice_samples.values(event, clock.now()) | {"text": "路" * 900}
    assert outbox.parts(notices.words(event, **sample)) <= 3
    assert "路" * 900 in notices.words(f"{event}.mail", **sample)


async def test_urgent_cases_wake_who_is_on_duty_at_once_even_at_night(client):
    sent = await post(client, people.XI, "/admin/duty", bureau="STHJ", phone="139 7721 0110", email="duty@example.com")
    assert sent.status_code == 303
    page = await get(client, people.XI, "/admin/duty")
    assert "改紧急联系人" in (await get(client, people.JI, "/admin/log")).text
    assert "139****0110" in page.text and "d***@example.com" in page.text and "13977210110" not in page.text
    hall = client.app.state.hall
    number = await at_bureau(client)
    await hall.database.execute("DELETE FROM notices")
    case = await cases.get(hall.database, number)
    await telling.alarm(hall, case.id, number=number, bureau="STHJ", category="E01", now=clock.now())
    got = []

    async def send(message):
        got.append((message.channel, message.to, message.template, message.text))

    midnight = clock.local(clock.now()).replace(hour=2, minute=0) + timedelta(days=1)
    await sending.deliver(hall, send, now=midnight)
    assert sorted(one[:3] for one in got) == [
        ("email", "duty@example.com", "urgent_duty"), ("sms", "13977210110", "urgent_duty"),
    ]  # fmt: skip
    assert all(number in text and "打桩" not in text for _, _, _, text in got)
    assert "紧急诉求，请立即处置" in (await get(client, people.WANG, "/inbox")).text
    assert "紧急诉求，请立即处置" in (await get(client, people.DU, "/inbox")).text


async def test_a_bureau_without_anybody_on_duty_is_replaced_by_the_centre(client):
    await post(client, people.XI, "/admin/duty", bureau="C12345", phone="13977210111", email="")
    await post(client, people.XI, "/admin/duty", bureau="STHJ", phone="13977210110", email="")
    await post(client, people.XI, "/admin/duty", bureau="STHJ", phone="", email="")  # taken back
    hall = client.app.state.hall
    case = await cases.get(hall.database, await at_bureau(client))
    await hall.database.execute("DELETE FROM notices")
    await telling.alarm(hall, case.id, number=case.number, bureau="STHJ", category=None, now=clock.now())
    sealed = await hall.database.fetch_all("SELECT receiver FROM notices")
    assert [hall.vault.open(row["receiver"]) for row in sealed] == ["13977210111"]
    assert await hall.database.fetch_val("SELECT count(*) FROM duty_contacts") == 3


async def test_a_wrong_phone_or_bureau_is_told_beside_what_was_typed(client):
    page = await post(client, people.XI, "/admin/duty", bureau="STHJ", phone="110", email="x")
    assert page.status_code == 422 and "手机号应当是 11 位数字" in page.text and "邮箱应当像" in page.text
    assert 'value="110"' in page.text
    assert (await post(client, people.XI, "/admin/duty", bureau="XXX", phone="")).status_code == 422


async def test_the_whole_way_of_an_urgent_letter(client):
    """As it comes, if the classifier finds it urgent; and once more when a dispatcher sends it on."""
    hall = client.app.state.hall
    await post(client, people.XI, "/admin/duty", bureau="C12345", phone="13977210111", email="")
    receipt = await intake.submit(hall, intake.Letter(body="小区里燃气泄漏，味道很大，请马上来人！"), now=clock.now())
    assert receipt.understanding.urgent
    assert await hall.database.fetch_val("SELECT count(*) FROM notices WHERE template = 'urgent_duty' AND urgent") == 1
    assert (await get(client, people.DU, "/inbox")).text.count("紧急诉求，请立即处置") == 1


async def test_a_protected_case_tells_nothing_in_any_notice(client):
    hall = client.app.state.hall
    body = "实名举报市住建局局长王某某收受工地老板贿赂，请纪委马上调查，人命关天，有人要跳楼！"
    await post(client, people.XI, "/admin/duty", bureau="C12345", phone="13977210111", email="")
    letter = intake.Letter(body=body, title="举报局长受贿", phone=people.XIAO_LIN_PHONE, email="lin@example.com")
    receipt = await intake.submit(hall, letter, now=clock.now())
    case = await cases.get(hall.database, receipt.number)
    assert case.protected
    mi = await actor(hall, people.MI)
    await hall.database.execute("UPDATE cases SET status = 'working' WHERE id = :id", {"id": case.id})
    case = await cases.get(hall.database, receipt.number)
    await handling.ask_citizen(hall, mi, case, question="请说明王某某收钱的时间", now=clock.now())
    rows = await hall.database.fetch_all("SELECT template, subject, text, receiver FROM notices")
    texts = [hall.vault.open(row[name]) for row in rows for name in ("subject", "text") if row[name]]
    assert {row["template"] for row in rows} == {"received", "protected"} and len(rows) == 4
    for secret in ("王某某", "受贿", "贿赂", "住建局", "举报", "纪委"):
        assert not any(secret in text for text in texts), secret


@pytest.mark.parametrize(
    ("address", "shown"),
    [("13977200001", "139****0001"), ("lin.mei@example.com", "l***@example.com")],
)
def test_addresses_are_masked(address, shown):
    assert outbox_page.masked(address) == shown


async def test_staff_see_a_masked_address_where_no_phone_was_left(client):
    number = (await submitted(client, contact={"email": "lin.mei@example.com"}))["number"]
    hall = client.app.state.hall
    await hall.database.execute("UPDATE cases SET bureau = 'STHJ', status = 'assigned' WHERE number = :n", {"n": number})
    page = await get(client, people.WANG, f"/desk/{number}")
    assert page.status == 200 and "l***@example.com" in page.text and "lin.mei@" not in page.text


@pytest.mark.parametrize("email", ["x", "a@b", "林@example.com", "a@example.com\nBcc: b@example.com", "a b@example.com", "a" * 300 + "@example.com"])
async def test_an_address_that_is_none_is_refused(client, email):
    sent = await client.post("/api/v1/cases", json={"body": people.NOISE, "contact": {"email": email}})
    assert sent.status_code == 422 and "contact.email" in sent.json()["fields"]


async def test_a_contact_needs_a_phone_or_an_address(client):
    sent = await client.post("/api/v1/cases", json={"body": people.NOISE, "contact": {"name": "林小梅"}})
    assert sent.status_code == 422 and sent.json()["fields"] == {"contact.phone": "这里需要填写。"}
