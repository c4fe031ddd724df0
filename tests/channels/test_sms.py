"""The SMS gateway over real sockets: what is taken over, what is tried again, what is final; and the signature."""

import json

import pytest

from feedback.actions.sending import Message, Undelivered
from feedback.channels import sms
from feedback.rules.outbox import Fault
from tests.channels.servers import CUT, HANG, KEY, gateway
from tests.conftest import at

pytestmark = pytest.mark.anyio

MESSAGE = Message(
    at("2026-11-23 12:00"), "sms", "13977200001", "answered", "【民声】您的诉求 2026-1122-0387 已有答复", token="t-1"
)


async def test_what_is_taken_over_is_signed_and_says_what_and_to_whom():
    async with gateway() as there:
        await sms.Gateway(there.url, KEY)(MESSAGE)
    assert there.bodies == [{"id": "t-1", "to": MESSAGE.to, "template": "answered", "text": MESSAGE.text}]
    headers = there.requests[0]
    assert headers["idempotency-key"] == "t-1" and headers["x-minsheng-timestamp"] == "1795406400"
    assert len(headers["x-minsheng-nonce"]) == 32 and headers["host"].startswith("127.0.0.1:")


def test_the_signature_can_be_made_with_other_tools():
    # printf '1795406400\nabc\n{"id":"1"}' | openssl dgst -sha256 -hmac 'shared with the gateway, 32 and more'
    body = json.dumps({"id": "1"}, separators=(",", ":")).encode()
    assert sms.signature(KEY, "1795406400", "abc", body) == (
        "00da7ea4ec55935585582f97f57e1195f87df2436a581516b395fcdfe925832c"
    )


async def test_a_message_taken_over_before_is_as_good_as_sent():
    async with gateway() as there:
        ours = sms.Gateway(there.url, KEY)
        await ours(MESSAGE)
        await ours(MESSAGE)  # answered 409
    assert len(there.sent) == 1 and there.repeated == 1
    assert there.requests[0]["x-minsheng-nonce"] != there.requests[1]["x-minsheng-nonce"]


@pytest.mark.parametrize(
    ("status", "fault"),
    [
        (500, Fault.SERVER), (503, Fault.SERVER), (429, Fault.SERVER), (408, Fault.SERVER), (400, Fault.REFUSED),
        (404, Fault.REFUSED), (422, Fault.REFUSED), (302, Fault.REFUSED), (403, Fault.SIGNATURE),
    ],
)  # fmt: skip
async def test_each_answer_has_its_meaning(status, fault):
    async with gateway(answers=[status]) as there:
        with pytest.raises(Undelivered) as told:
            await sms.Gateway(there.url, KEY)(MESSAGE)
    assert (told.value.fault, told.value.detail) == (fault, f"HTTP {status}")
    assert MESSAGE.to not in str(told.value)


async def test_a_wrong_signature_is_told_as_such():
    async with gateway() as there:
        with pytest.raises(Undelivered) as told:
            await sms.Gateway(there.url, b"another key, also of 32 characters")(MESSAGE)
    assert told.value.fault is Fault.SIGNATURE and there.sent == {}


async def test_a_gateway_that_is_silent_costs_no_more_than_our_patience():
    async with gateway(answers=[HANG]) as there:
        with pytest.raises(Undelivered) as told:
            await sms.Gateway(there.url, KEY, patience=0.2)(MESSAGE)
    assert told.value.fault is Fault.TIMEOUT


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/", "https://127.0.0.1:9/", "http://127.0.0.1:{closed}/"])
async def test_nobody_there(address):
    async with gateway() as there:
        closed = there.url.split(":")[2].split("/")[0]
    with pytest.raises(Undelivered) as told:
        await sms.Gateway(address.format(closed=closed), KEY, patience=2)(MESSAGE)
    assert told.value.fault is Fault.UNREACHABLE


async def test_an_answer_that_is_cut_off_is_no_answer():
    async with gateway(answers=[CUT]) as there:
        with pytest.raises(Undelivered) as told:
            await sms.Gateway(there.url, KEY)(MESSAGE)
    assert told.value.fault is Fault.UNREACHABLE
