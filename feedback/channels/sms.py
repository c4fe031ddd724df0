"""The SMS gateway: one signed HTTP request a message, its format described in feedback/channels/README.md. The token makes a repeated request harmless."""

import asyncio
import hmac
import json
import secrets
import ssl
from urllib.parse import SplitResult, urlsplit

from feedback.actions.sending import Message, Undelivered
from feedback.rules.outbox import Fault

PATIENCE = 10.0
"""Seconds for the whole exchange."""
_DUPLICATE = 409
_AGAIN = frozenset({408, 425, 429})
"""Refusals that mean "later"."""


class Gateway:
    """Sends by POST to one address; the key is shared with the gateway."""

    def __init__(self, url: str, key: bytes, *, patience: float = PATIENCE) -> None:
        self._url, self._key, self._patience = urlsplit(url), key, patience

    async def __call__(self, message: Message) -> None:
        """Returns when the gateway has taken the message, now or before. Raises Undelivered."""
        try:
            async with asyncio.timeout(self._patience):
                status = await _exchange(self._url, self._request(message))
        except TimeoutError:
            raise Undelivered(Fault.TIMEOUT) from None
        except (OSError, ValueError, asyncio.IncompleteReadError) as fault:
            raise Undelivered(Fault.UNREACHABLE, type(fault).__name__) from None
        if status != _DUPLICATE and not 200 <= status < 300:
            raise Undelivered(_fault(status), f"HTTP {status}")

    def _request(self, message: Message) -> bytes:
        content = {"id": message.token, "to": message.to, "template": message.template, "text": message.text}
        body = json.dumps(content, ensure_ascii=False).encode()
        timestamp, nonce = str(int(message.at.timestamp())), secrets.token_hex(16)
        headers = {
            "Host": self._url.netloc.rpartition("@")[2],
            "Content-Type": "application/json; charset=utf-8",
            "Content-Length": str(len(body)),
            "Connection": "close",
            "Idempotency-Key": message.token,
            "X-Minsheng-Timestamp": timestamp,
            "X-Minsheng-Nonce": nonce,
            "X-Minsheng-Signature": signature(self._key, timestamp, nonce, body),
        }
        path = (self._url.path or "/") + (f"?{self._url.query}" if self._url.query else "")
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return f"POST {path} HTTP/1.1\r\n{head}\r\n".encode() + body


def signature(key: bytes, timestamp: str, nonce: str, body: bytes) -> str:
    """HMAC-SHA256 in hex over time, nonce and body, a line break behind each of the first two."""
    return hmac.new(key, f"{timestamp}\n{nonce}\n".encode() + body, "sha256").hexdigest()


def _fault(status: int) -> Fault:
    if status in (401, 403):
        return Fault.SIGNATURE
    return Fault.SERVER if status >= 500 or status in _AGAIN else Fault.REFUSED


async def _exchange(url: SplitResult, request: bytes) -> int:
    """Sends the request and reads the status line of the answer; what follows it does not matter."""
    secure = ssl.create_default_context() if url.scheme == "https" else None
    port = url.port or (443 if secure else 80)
    reader, writer = await asyncio.open_connection(url.hostname, port, ssl=secure)
    try:
        writer.write(request)
        await writer.drain()
        version, status, *_ = (await reader.readline()).decode("latin-1").split(" ")
        if not version.startswith("HTTP/1."):
            raise ValueError(version[:20])
        return int(status)
    finally:
        writer.close()
