"""A small HTTP load: some connections, each sending its next request when the last one was answered."""

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator


class Refused(Exception):
    """The server answered with another status than the benchmark expects: nothing would be measured."""


async def _one(reader, writer, request: bytes, expected: bytes) -> float:
    began = time.perf_counter()
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
    body = await reader.readexactly(length)
    if head[9:12] != expected:
        raise Refused(head[:200] + body[:400])
    return time.perf_counter() - began


async def run(port: int, path: str, bodies: list[bytes], *, connections: int, seconds: float) -> list[float]:
    """The latency in seconds of every request that was answered within the time."""
    taken: list[float] = []
    end = time.perf_counter() + seconds

    async def keep_asking(offset: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        number = offset
        while time.perf_counter() < end:
            body = bodies[number % len(bodies)]
            number += connections
            head = f"POST {path} HTTP/1.1\r\nhost: city\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
            taken.append(await _one(reader, writer, head.encode() + body, b"201"))
        writer.close()

    await asyncio.gather(*(keep_asking(n) for n in range(connections)))
    return taken


@contextlib.contextmanager
def served(factory: str, environment: dict[str, str], *, processes: int = 1) -> Iterator[int]:
    """The port of the application the factory makes, served by so many uvicorn processes, ready to be asked."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "--factory", factory, "--port", str(port), "--loop", "uvloop",
               "--http", "httptools", "--no-access-log", "--log-level", "error", "--workers", str(processes)]  # fmt: skip
    process = subprocess.Popen(command, env=os.environ | environment)
    try:
        _wait(port, process)
        yield port
    finally:
        process.terminate()
        process.wait()


def _wait(port: int, process: subprocess.Popen) -> None:
    for _ in range(1200):  # two minutes: the machine may be busy with other things
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        if process.poll() is not None:
            raise RuntimeError("the server ended before it answered")
        time.sleep(0.1)
    raise RuntimeError("the server does not answer")
