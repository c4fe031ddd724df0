"""The mail server over real sockets: in the clear, under TLS; what is final and what is tried again."""

import email
import email.policy

import pytest

from feedback.actions.sending import Message, Undelivered
from feedback.channels import mail
from feedback.rules.outbox import Fault
from tests.channels import servers
from tests.conftest import at

pytestmark = pytest.mark.anyio

SENDER = "民声 <minsheng@example.cn>"
MESSAGE = Message(
    at("2026-11-23 12:00"), "email", "lin@example.com", "answered", "您好：\n\n您的诉求已有答复。\n.\n一行一个点",
    subject="您的诉求 2026-1122-0387 已有答复", token="6f0e",
)  # fmt: skip


def read(raw: bytes) -> email.message.EmailMessage:
    return email.message_from_bytes(raw.replace(b"\r\n..", b"\r\n."), policy=email.policy.default)


async def test_a_mail_arrives_with_subject_text_and_a_name_of_its_own():
    async with servers.mail_server() as box:
        ours = mail.Server(f"smtp://127.0.0.1:{box.port}", SENDER)
        await ours(MESSAGE)
        await ours(MESSAGE)
    first, second = (read(raw) for raw in box.mails)
    assert (first["Subject"], first["To"], first["Auto-Submitted"]) == (MESSAGE.subject, MESSAGE.to, "auto-generated")
    assert first["From"].addresses[0].addr_spec == "minsheng@example.cn" and first["From"].addresses[0].display_name == "民声"
    assert first.get_content().split() == MESSAGE.text.split()
    assert first["Message-ID"] == second["Message-ID"] == "<6f0e@example.cn>"
    assert first["Date"].datetime == MESSAGE.at and box.receivers == ["lin@example.com"] * 2


async def test_starttls_with_a_password(tmp_path, monkeypatch):
    secure, known = servers.certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(known))
    async with servers.mail_server(secure) as box:
        await mail.Server(f"smtp+starttls://ms:p%40ss@localhost:{box.port}", SENDER)(MESSAGE)
    assert box.secured == 1 and len(box.mails) == 1
    assert box.logins == ["AG1zAHBAc3M="]  # base64 of \0ms\0p@ss


async def test_tls_from_the_start(tmp_path, monkeypatch):
    secure, known = servers.certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(known))
    async with servers.mail_server(secure, at_once=True) as box:
        await mail.Server(f"smtps://localhost:{box.port}", SENDER)(MESSAGE)
    assert len(box.mails) == 1


async def test_an_unknown_certificate_is_not_trusted(tmp_path):
    secure, _ = servers.certificate(tmp_path)
    async with servers.mail_server(secure) as box:
        with pytest.raises(Undelivered) as told:
            await mail.Server(f"smtp+starttls://localhost:{box.port}", SENDER)(MESSAGE)
    assert told.value.fault is Fault.UNREACHABLE and not box.mails


async def test_a_server_without_starttls_gets_no_password():
    async with servers.mail_server() as box:
        with pytest.raises(Undelivered) as told:
            await mail.Server(f"smtp+starttls://ms:secret@127.0.0.1:{box.port}", SENDER)(MESSAGE)
    assert told.value.fault is Fault.REFUSED and not box.logins and not box.mails


@pytest.mark.parametrize(
    ("word", "reply", "fault"),
    [
        ("RCPT", "550 no such user", Fault.REFUSED),
        ("RCPT", "450 busy", Fault.SERVER),
        ("MAIL", "553 not from you", Fault.REFUSED),
        ("DATA", "452 full", Fault.SERVER),
        ("DATA", "554 spam", Fault.REFUSED),
        ("AUTH", "535 wrong", Fault.SIGNATURE),
    ],
)
async def test_each_refusal_has_its_meaning(word, reply, fault):
    async with servers.mail_server() as box:
        box.refuse[word] = reply
        with pytest.raises(Undelivered) as told:
            await mail.Server(f"smtp://ms:pw@127.0.0.1:{box.port}", SENDER)(MESSAGE)
    assert (told.value.fault, told.value.detail) == (fault, f"SMTP {reply[:3]}")
    assert MESSAGE.to not in str(told.value)


@pytest.mark.parametrize("reply", ["421 too busy to say goodbye", "250 fine", "500 what?"])
async def test_what_was_taken_is_sent_however_the_server_says_goodbye(reply):
    async with servers.mail_server() as box:
        box.refuse["QUIT"] = reply
        await mail.Server(f"smtp://127.0.0.1:{box.port}", SENDER)(MESSAGE)
    assert len(box.mails) == 1


async def test_a_wrong_password_is_told_whatever_follows_it():
    async with servers.mail_server() as box:
        box.refuse |= {"AUTH": "535 wrong", "QUIT": "421 gone"}
        with pytest.raises(Undelivered) as told:
            await mail.Server(f"smtp://ms:pw@127.0.0.1:{box.port}", SENDER)(MESSAGE)
    assert told.value.fault is Fault.SIGNATURE


async def test_a_server_that_is_silent_or_away():
    async with servers.gateway(answers=[servers.HANG]) as there:  # speaks HTTP: it never greets
        port = int(there.url.split(":")[2].split("/")[0])
        with pytest.raises(Undelivered) as told:
            await mail.Server(f"smtp://127.0.0.1:{port}", SENDER, patience=0.3)(MESSAGE)
        assert told.value.fault is Fault.TIMEOUT
    with pytest.raises(Undelivered) as told:
        await mail.Server(f"smtp://127.0.0.1:{port}", SENDER)(MESSAGE)
    assert told.value.fault is Fault.UNREACHABLE


async def test_a_line_break_in_an_address_or_subject_goes_nowhere():
    async with servers.mail_server() as box:
        for broken in (
            Message(MESSAGE.at, "email", "lin@example.com\nBcc: all@example.com", "answered", "x", subject="x", token="1"),
            Message(MESSAGE.at, "email", "lin@example.com", "answered", "x", subject="x\nBcc: all@example.com", token="1"),
        ):
            with pytest.raises(Undelivered) as told:
                await mail.Server(f"smtp://127.0.0.1:{box.port}", SENDER)(broken)
            assert told.value.fault is Fault.REFUSED
    assert not box.mails
