"""A form that could not be read is told as that: its page does not ask for the rest of a body that has been sent."""

import asyncio

import pytest

pytestmark = pytest.mark.anyio

BAD = b'--x\r\nContent-Disposition: form-data; name="body"\r\n\r\n\xff\xfe.xn--\xff\r\n--x--\r\n'


async def told(app, body: bytes, content_type: bytes, path: str = "/", *, declared: bool = False) -> int:
    """The status for a body that comes whole in one message, as servers send short ones; afterwards the client waits."""
    length = (b"content-length", str(len(body)).encode()) if declared else (b"transfer-encoding", b"chunked")
    sent, status = asyncio.Event(), []

    async def receive():
        if sent.is_set():
            await asyncio.Event().wait()
        sent.set()
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message):
        if message["type"] == "http.response.start":
            status.append(message["status"])

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http", "path": path,
        "raw_path": path.encode(), "query_string": b"", "root_path": "", "server": ("city", 80), "client": ("1.2.3.4", 5),
        "headers": [(b"host", b"city"), (b"content-type", content_type), length],
    }  # fmt: skip
    await asyncio.wait_for(app(scope, receive, send), 10)
    return status[0]


@pytest.mark.parametrize("declared", [False, True])
@pytest.mark.parametrize("charset", [b"undefined", b"punycode"])
async def test_an_encoding_nobody_reads_is_told_as_that(client, charset, declared):
    assert await told(client.app, BAD, b"multipart/form-data; boundary=x; charset=" + charset, declared=declared) in (400, 422)


async def test_a_body_too_large_without_a_length_is_told_at_once(client):
    """The rest of it never comes: whoever waits for it never answers."""
    body = b"body=" + b"x" * (1 << 20)
    assert await told(client.app, body, b"application/x-www-form-urlencoded") == 413
