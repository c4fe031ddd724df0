"""Submissions per second through the JSON API, as a ratio to the bare one-row insert of bare.py in the same run.

Both are served as a city would: by one process a core, to many citizens at once."""

import asyncio
import csv
import os
import statistics
from pathlib import Path
from typing import Any

import orjson

from feedback.store import city, database, server
from tests.bench import load

ROOT = Path(__file__).resolve().parents[2]
ROUNDS, SECONDS, CONNECTIONS = 3, 4.0, 64


def letters(most: int = 400) -> list[bytes]:
    """Letters of the training corpus as JSON bodies: real lengths, all categories; without the files of dangers and accusations only,
    which are a tenth of the corpus and a hundredth of a city's post."""
    paths = [path for path in sorted((ROOT / "data" / "corpus").glob("*.csv")) if path.stem not in ("alarm", "accusing")]
    rows = [row for path in paths for row in csv.DictReader(path.open())]
    return [orjson.dumps({"body": row["body"]}) for row in rows[:: max(1, len(rows) // most)]]


async def prepare(url: str) -> None:
    await database.migrate(url)
    async with database.connect(url, pool=1) as pool:
        await city.load_csv(pool, ROOT / "data")


def measure() -> dict[str, Any]:
    """Median ratio of three alternating rounds, and the latency of one request at a time."""
    bodies, ours, bare, rest = letters(), [], [], []
    with server.throwaway() as url:
        asyncio.run(prepare(url))
        environment = {"MINSHENG_SOCKET_URL": url, "MINSHENG_LIMITS": "0", "MINSHENG_KEY": "11" * 32}
        with (
            load.served("feedback.app:create", environment, processes=os.cpu_count() or 1) as port,
            load.served("tests.bench.bare:create", environment, processes=os.cpu_count() or 1) as other,
        ):
            for path, at in (("/api/v1/cases", port), ("/insert", other)):
                asyncio.run(load.run(at, path, bodies, connections=CONNECTIONS, seconds=1))  # warm up
            for _ in range(ROUNDS):
                ours.append(rate(port, "/api/v1/cases", bodies))
                bare.append(rate(other, "/insert", bodies))
            rest = asyncio.run(load.run(port, "/api/v1/cases", bodies, connections=1, seconds=2))
    return {
        "submissions_per_second": round(statistics.median(ours)),
        "bare_inserts_per_second": round(statistics.median(bare)),
        "ratio": round(statistics.median(a / b for a, b in zip(ours, bare, strict=True)), 3),
        "latency_at_rest_ms": {"median": milliseconds(rest, 50), "p99": milliseconds(rest, 99)},
    }


def rate(port: int, path: str, bodies: list[bytes]) -> float:
    return len(asyncio.run(load.run(port, path, bodies, connections=CONNECTIONS, seconds=SECONDS))) / SECONDS


def milliseconds(taken: list[float], percent: int) -> float:
    return round(1000 * sorted(taken)[min(len(taken) - 1, len(taken) * percent // 100)], 2)
