"""A gateway and a mail server that really listen on this machine, and answer as they are told."""

import asyncio
import contextlib
import datetime
import hmac
import json
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

KEY = b"shared with the gateway, 32 and more"
HANG = -1
"""Instead of a status: take the message, and never answer."""
CUT = -2
"""Take the message, and close without an answer."""


@dataclass
class Gateway:
    """An SMS gateway by feedback/channels/README.md: checks signature, age and nonce, and sends each id once."""

    url: str = ""
    key: bytes = KEY
    answers: list[int] = field(default_factory=list)
    """Answers to give instead of its own, first come first; HANG and CUT and 2xx take the message over, others do not."""
    requests: list[dict[str, str]] = field(default_factory=list)
    bodies: list[dict[str, str]] = field(default_factory=list)
    sent: dict[str, dict[str, str]] = field(default_factory=dict)
    repeated: int = 0
    delay: float = 0.0
    """Seconds before it answers, the message taken over already."""

    def status(self, headers: dict[str, str], body: bytes) -> int:
        """What is answered; a message that is taken over stands in `sent` from here on."""
        self.requests.append(headers)
        given = json.loads(body)
        self.bodies.append(given)
        if not self._signed(headers, body):
            return 401
        wanted = self.answers.pop(0) if self.answers else 200
        if wanted not in (HANG, CUT) and not 200 <= wanted < 300:
            return wanted
        if given["id"] in self.sent:
            self.repeated += 1
            return wanted if wanted < 0 else 409
        self.sent[given["id"]] = given
        return wanted

    def _signed(self, headers: dict[str, str], body: bytes) -> bool:
        stamp, nonce = headers["x-minsheng-timestamp"], headers["x-minsheng-nonce"]
        right = hmac.new(self.key, f"{stamp}\n{nonce}\n".encode() + body, "sha256").hexdigest()
        fresh = sum(one["x-minsheng-nonce"] == nonce for one in self.requests) == 1
        return hmac.compare_digest(right, headers["x-minsheng-signature"]) and fresh


@contextlib.asynccontextmanager
async def gateway(**given: object) -> AsyncIterator[Gateway]:
    """Listens on a free port while it is needed."""
    one = Gateway(**given)  # type: ignore[arg-type]
    done = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
            status = one.status(headers, await reader.readexactly(int(headers["content-length"])))
            await asyncio.sleep(one.delay)
            if status == HANG:
                await done.wait()
            elif status != CUT:
                writer.write(f"HTTP/1.1 {status} Said\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{{}}".encode())
                await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    one.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/send?v=1"
    yield one
    done.set()
    server.close()


@dataclass
class Mailbox:
    """What a mail server was told, and what it took."""

    port: int = 0
    mails: list[bytes] = field(default_factory=list)
    receivers: list[str] = field(default_factory=list)
    refuse: dict[str, str] = field(default_factory=dict)
    """The reply to a command, by its first word, instead of the usual one."""
    secured: int = 0
    logins: list[str] = field(default_factory=list)
    cut_after_data: bool = False


class _Conversation:
    """SMTP (RFC 5321) as far as a sender needs it."""

    def __init__(
        self, box: Mailbox, secure: ssl.SSLContext | None, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.box, self.secure, self.reader, self.writer = box, secure, reader, writer
        self.over = False

    async def say(self, *lines: str) -> None:
        code, words = lines[0][:3], [line[4:] for line in lines]
        told = [f"{code}-{one}" for one in words[:-1]] + [f"{code} {words[-1]}"]
        self.writer.write("".join(f"{line}\r\n" for line in told).encode())
        await self.writer.drain()

    async def run(self) -> None:
        await self.say("220 here")
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            while not self.over and (line := (await self.reader.readline()).decode().strip()):
                word = line.split()[0].upper()
                if word in self.box.refuse:
                    await self.say(self.box.refuse[word])
                else:
                    await getattr(self, f"on_{word.lower()}", self.fine)(line)
        self.writer.close()

    async def fine(self, line: str) -> None:
        await self.say("250 fine")

    async def on_ehlo(self, line: str) -> None:
        offered = ["250 STARTTLS"] if self.secure and not self.box.secured else []
        await self.say("250 here", "250 AUTH PLAIN", *offered)

    async def on_starttls(self, line: str) -> None:
        await self.say("220 go")
        assert self.secure
        await self.writer.start_tls(self.secure)
        self.box.secured += 1

    async def on_auth(self, line: str) -> None:
        self.box.logins.append(line.rsplit(maxsplit=1)[-1])
        await self.say("235 known")

    async def on_rcpt(self, line: str) -> None:
        self.box.receivers.append(line.partition(":")[2].strip("<> "))
        await self.say("250 fine")

    async def on_data(self, line: str) -> None:
        await self.say("354 go on")
        self.box.mails.append((await self.reader.readuntil(b"\r\n.\r\n"))[:-5])
        self.over = self.box.cut_after_data
        if not self.over:
            await self.say("250 taken")

    async def on_quit(self, line: str) -> None:
        await self.say("221 bye")
        self.over = True


@contextlib.asynccontextmanager
async def mail_server(secure: ssl.SSLContext | None = None, *, at_once: bool = False) -> AsyncIterator[Mailbox]:
    """Listens on a free port, with STARTTLS when there is a certificate, or under TLS `at_once`."""
    box = Mailbox()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _Conversation(box, None if at_once else secure, reader, writer).run()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=secure if at_once else None)
    box.port = server.sockets[0].getsockname()[1]
    yield box
    server.close()


def certificate(folder: Path, name: str = "localhost") -> tuple[ssl.SSLContext, Path]:
    """A server's context with a certificate of its own, and the file that makes it known."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    today = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - datetime.timedelta(days=1)).not_valid_after(today + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    public, private = folder / "public.pem", folder / "private.pem"
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    private.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    return context, public
