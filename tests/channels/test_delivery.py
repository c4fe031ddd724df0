"""From the outbox to a real gateway: tries, refusals, nights, crashes; each message is sent once for one event and receiver."""

import asyncio
import random
from datetime import timedelta

import pytest

from feedback import worker
from feedback.actions import asking, handling, intake, proving, sending
from feedback.channels import choosing, mail, sms
from feedback.rules import outbox
from feedback.settings import Settings
from feedback.store import cases, notices
from tests import people
from tests.channels.servers import CUT, HANG, KEY, gateway, mail_server
from tests.conftest import actor, at

pytestmark = pytest.mark.anyio

NOON, NIGHT = at("2026-11-23 12:00"), at("2026-11-23 03:00")
EMAIL = "lin@example.com"


async def submitted(hall, now=NOON, **fields):
    given = {"body": people.NOISE, "phone": people.XIAO_LIN_PHONE, **fields}
    return await intake.submit(hall, intake.Letter(**given), now=now)


async def states(hall) -> list[tuple[str, int, str | None]]:
    rows = await hall.database.fetch_all("SELECT state, attempts, fault FROM notices ORDER BY id")
    return [(row["state"], row["attempts"], row["fault"]) for row in rows]


async def test_a_gateway_that_recovers_gets_the_message_later_and_once(hall):
    await submitted(hall)
    async with gateway(answers=[500, CUT]) as there:
        send = sms.Gateway(there.url, KEY)
        await sending.deliver(hall, send, now=NOON)
        assert await states(hall) == [("waiting", 1, "server HTTP 500")]
        assert await sending.deliver(hall, send, now=NOON + timedelta(seconds=59)) == 0
        await sending.deliver(hall, send, now=NOON + timedelta(minutes=1))  # taken over, but nobody said so
        assert (await states(hall))[0][:2] == ("waiting", 2)
        await sending.deliver(hall, send, now=NOON + timedelta(minutes=3))
    assert await states(hall) == [("sent", 3, None)]
    assert len(there.sent) == 1 and there.repeated == 1


def test_a_batch_of_the_slowest_conversations_is_over_before_another_worker_may_take_it():
    turns = -(-sending.BATCH // sending.AT_ONCE)
    assert turns * timedelta(seconds=max(mail.LONGEST, sms.PATIENCE)) < sending.LEASE


async def test_after_ten_tries_it_is_given_up(hall):
    await submitted(hall)
    now = NOON
    async with gateway(answers=[500] * 20) as there:
        for _ in range(12):
            await sending.deliver(hall, sms.Gateway(there.url, KEY), now=now, quiet=outbox.Quiet.parse("00:00-00:00"))
            now += timedelta(hours=4)
    assert await states(hall) == [("failed", 10, "server HTTP 500")] and len(there.requests) == 10


async def test_a_refusal_is_final_at_once_and_can_be_sent_again_by_hand(hall):
    await submitted(hall)
    async with gateway(answers=[422]) as there:
        send = sms.Gateway(there.url, KEY)
        await sending.deliver(hall, send, now=NOON)
        assert await states(hall) == [("failed", 1, "refused HTTP 422")]
        assert await sending.deliver(hall, send, now=NOON + timedelta(days=1)) == 0
        xi = (await actor(hall, people.XI)).person_id
        assert await notices.send_again(hall.database, None, person_id=xi, now=NOON) == 1
        await sending.deliver(hall, send, now=NOON)
    assert await states(hall) == [("sent", 1, None)] and len(there.sent) == 1


async def test_a_silent_gateway_holds_nobody_up_for_long(hall):
    for _ in range(6):
        await submitted(hall)
    async with gateway(answers=[HANG, *[200] * 5]) as there:
        async with asyncio.timeout(5):
            await sending.deliver(hall, sms.Gateway(there.url, KEY, patience=0.5), now=NOON)
    assert sorted(state for state, _, _ in await states(hall)) == ["sent"] * 5 + ["waiting"]


async def test_a_code_does_not_wait_behind_a_gateway_that_is_silent(hall):
    await submitted(hall)
    await proving.send_code(hall, people.XIAO_ZHOU_PHONE, now=NOON)
    async with gateway() as there:
        assert await sending.deliver(hall, sms.Gateway(there.url, KEY), now=NOON, urgent=True) == 1
        assert [one["template"] for one in there.bodies] == ["phone_code"]


async def test_a_worker_that_dies_between_sending_and_marking_sends_it_again_and_the_gateway_knows_it(hall):
    await submitted(hall)
    async with gateway() as there:
        ours = sms.Gateway(there.url, KEY)

        async def dies(message):
            await ours(message)
            raise asyncio.CancelledError

        with pytest.raises(asyncio.CancelledError):
            await sending.deliver(hall, dies, now=NOON)
        assert (await states(hall))[0][0] == "waiting" and len(there.sent) == 1
        assert await sending.deliver(hall, ours, now=NOON + timedelta(minutes=1)) == 0  # perhaps it still works on it
        assert await sending.deliver(hall, ours, now=NOON + sending.LEASE) == 1
    assert await states(hall) == [("sent", 2, None)]
    assert len(there.sent) == 1 and there.repeated == 1


@pytest.mark.parametrize("seed", range(6))
async def test_one_message_for_one_event_and_receiver_whatever_happens_on_the_way(hall, seed):
    """Several workers, a gateway with moods, workers that die at any moment: at the gateway each message is there once."""
    chance = random.Random(seed)
    for n in range(8):
        receipt = await submitted(hall, phone=f"1397720010{n}")
        case = await cases.get(hall.database, receipt.number)
        await handling.contact(hall, await actor(hall, people.WANG), case, text="明天上门", now=NOON)
    now = NOON
    async with gateway(answers=[chance.choice([200, 500, CUT, 429, 200]) for _ in range(60)]) as there:
        ours = sms.Gateway(there.url, KEY, patience=2)

        async def moody(message):
            if chance.random() < 0.2:
                raise asyncio.CancelledError  # died before
            await ours(message)
            if chance.random() < 0.2:
                raise asyncio.CancelledError  # died after

        for _ in range(60):
            work = [sending.deliver(hall, moody, now=now) for _ in range(3)]
            await asyncio.gather(*work, return_exceptions=True)
            now += timedelta(minutes=30) if now.hour < 18 else timedelta(hours=14)
            if not await hall.database.fetch_val("SELECT count(*) FROM notices WHERE state = 'waiting'"):
                break
    kinds = {state for state, _, _ in await states(hall)}
    assert kinds <= {"sent", "failed"}
    texts = [one["text"] for one in there.sent.values()]
    assert len(texts) == len(set(texts)) and len(texts) >= 16 - sum(s == "failed" for s, _, _ in await states(hall))
    tokens = {str(row["token"]) for row in await hall.database.fetch_all("SELECT token FROM notices WHERE state = 'sent'")}
    assert tokens <= set(there.sent)


async def test_a_citizen_with_an_address_gets_a_mail_too_and_the_address_is_sealed(hall):
    receipt = await submitted(hall, email=EMAIL)
    row = await hall.database.fetch_one("SELECT email FROM contacts")
    assert EMAIL.encode() not in row["email"]
    async with gateway() as there, mail_server() as box:
        own = Settings(
            sms_url=there.url, sms_key=KEY.decode(), mail_url=f"smtp://127.0.0.1:{box.port}", mail_from="ms@example.cn"
        )
        await sending.deliver(hall, choosing.chosen(own), now=NOON)
    assert [one["to"] for one in there.bodies] == [people.XIAO_LIN_PHONE] and box.receivers == [EMAIL]
    assert receipt.number.encode() in box.mails[0] or b"Subject" in box.mails[0]
    assert {state for state, _, _ in await states(hall)} == {"sent"}


async def test_who_leaves_only_an_address_gets_only_a_mail(hall):
    receipt = await submitted(hall, phone="", email=EMAIL)
    case = await cases.get(hall.database, receipt.number)
    await handling.contact(hall, await actor(hall, people.WANG), case, text="明天上门", now=NOON)
    rows = await hall.database.fetch_all("SELECT channel, template FROM notices ORDER BY id")
    assert [(row["channel"], row["template"]) for row in rows] == [("email", "received"), ("email", "contact")]


async def test_a_mail_that_was_taken_over_but_not_marked_comes_again_under_the_same_name(hall):
    await submitted(hall, phone="", email=EMAIL)
    async with mail_server() as box:
        ours = mail.Server(f"smtp://127.0.0.1:{box.port}", "ms@example.cn")
        box.cut_after_data = True
        await sending.deliver(hall, ours, now=NOON)
        box.cut_after_data = False
        await sending.deliver(hall, ours, now=NOON + timedelta(minutes=1))
    names = [line for raw in box.mails for line in raw.split(b"\r\n") if line.startswith(b"Message-ID")]
    assert len(names) == 2 and names[0] == names[1]  # twice, and told so in feedback/channels/README.md


async def test_what_is_withdrawn_at_night_is_not_told_in_the_morning(hall):
    receipt = await submitted(hall, NIGHT)
    case = await cases.get(hall.database, receipt.number)
    case = await handling.contact(hall, await actor(hall, people.WANG), case, text="明天上门", now=NIGHT)
    await asking.withdraw(hall, case, now=NIGHT)
    got = []

    async def send(message):
        got.append(message.template)

    await sending.deliver(hall, send, now=NIGHT)
    assert got == []
    await sending.deliver(hall, send, now=at("2026-11-23 08:00"))
    assert got == ["received"]
    assert (await states(hall))[1] == ("dropped", 1, "诉求已经撤回")


async def test_a_code_that_is_too_old_is_not_sent(hall):
    await proving.send_code(hall, people.XIAO_LIN_PHONE, now=NOON)

    async def send(message):
        raise AssertionError("sent")

    await sending.deliver(hall, send, now=NOON + timedelta(minutes=10))
    assert (await states(hall))[0][0] == "dropped"


async def test_the_demo_writes_what_was_taken_over_to_its_file(hall, tmp_path):
    await submitted(hall, email=EMAIL)
    async with gateway(answers=[422]) as there:
        own = Settings(var=tmp_path, demo=True, sms_url=there.url, sms_key=KEY.decode())
        await sending.deliver(hall, choosing.chosen(own), now=NOON)
    lines = (tmp_path / "outbox.jsonl").read_text().splitlines()
    assert len(lines) == 1 and '"channel": "email"' in lines[0] and '"subject"' in lines[0]


async def test_neither_phone_nor_text_reaches_the_log_when_things_go_wrong(hall, caplog):
    receipt = await submitted(hall, email=EMAIL)

    async def broken(message):
        raise RuntimeError(f"{message.to} {message.text}")

    with caplog.at_level("DEBUG"):
        await sending.deliver(hall, broken, now=NOON)
        async with mail_server() as box:
            box.refuse["RCPT"] = f"550 {EMAIL} unknown"
            await sending.deliver(hall, mail.Server(f"smtp://127.0.0.1:{box.port}", "ms@example.cn"), now=NOON + timedelta(minutes=1))
    for secret in (people.XIAO_LIN_PHONE, EMAIL, receipt.number, receipt.query_code):
        assert secret not in caplog.text
        assert all(secret not in (fault or "") for _, _, fault in await states(hall))


async def test_the_worker_gives_codes_a_job_of_their_own(hall):
    names = [job.name for job in worker.jobs(hall, Settings())]
    assert {"codes", "notices"} <= set(names)
