"""The lists of a city of 1,000 cases and of one of 1,000,000: every queue, searches, the city desk, the public list; and their ratio.

`python -m tests.bench.lists --small 100000` compares two large ones, whose pages are as full."""

import argparse
import asyncio
import json
import statistics
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import asyncpg
from databases import Database

from feedback.rules.permission import Actor, Role
from feedback.store import database, oversight, publication, queues, searching, server
from feedback.store.filters import EVERYTHING, Narrow
from feedback.store.publication import Wanted
from feedback.store.queues import Queue
from tests.bench import city_of
from tests.conftest import sibling

SMALL, LARGE = 1_000, 1_000_000
PAGE, ROUNDS = 20, 15
WORDS = {
    "common": "路灯",
    "two words": "小区 晚上",
    "long": "物业公司一直不处理",
    "rare": city_of.RARE,
    "nowhere": "从来没有人这样写过",
}
Ask = Callable[[], Awaitable[Any]]


async def lists(pool: Database) -> dict[str, Ask]:
    """What is measured, by name: the lists of a bureau's handler and of a supervisor of the whole city."""
    row = await pool.fetch_one("SELECT id, bureau FROM people ORDER BY id LIMIT 1 OFFSET 5")
    assert row is not None
    people = {"bureau": Actor(Role.HANDLER, row["id"], row["bureau"]), "city": Actor(Role.SUPERVISOR, 1)}
    category = await pool.fetch_val("SELECT category FROM cases WHERE id = 17")
    number = await pool.fetch_val("SELECT number FROM cases WHERE id = 17")
    asked: dict[str, Ask] = {}

    def page(who: str, queue: Queue | None, typed: str = "", narrow: Narrow = EVERYTHING, cursor: str = "") -> Ask:
        found = searching.search(typed, city_of.VAULT)
        return lambda: queues.page(pool, people[who], queue, found, cursor, now=city_of.NOW, limit=PAGE, narrow=narrow)

    for who, actor in people.items():
        asked[f"{who}: counts"] = lambda actor=actor: queues.counts(pool, actor, city_of.NOW)  # type: ignore[misc]
        for queue in Queue:
            asked[f"{who}: {queue}"] = page(who, queue)
        _, following = await page(who, Queue.OPEN)()
        asked[f"{who}: open, second page"] = page(who, Queue.OPEN, cursor=following or "")
        for name, typed in {**WORDS, "number": number, "phone": city_of.PHONE}.items():
            asked[f"{who}: search {name}"] = page(who, None, typed)
        asked[f"{who}: search common in open"] = page(who, Queue.OPEN, WORDS["common"])
        asked[f"{who}: filter category"] = page(who, Queue.OPEN, narrow=Narrow(category=category))
        asked[f"{who}: filter category, kind, urgent"] = page(
            who, Queue.OPEN, narrow=Narrow(category, kind="help", urgent=True)
        )
        asked[f"{who}: filter category of answered"] = page(who, Queue.REPLIED, narrow=Narrow(category=category))
    asked["city: the desk (counts and overdue)"] = lambda: _desk(pool, people["city"])
    asked["city: rework asked again"] = lambda: oversight.rework_asked(pool)
    return asked | await _public(pool)


async def _public(pool: Database) -> dict[str, Ask]:
    """The list everybody may read: as its page asks for it, with as many rows of a search as are looked through."""
    row = await pool.fetch_one("SELECT category, bureau FROM cases WHERE status = 'closed' ORDER BY id LIMIT 1")
    assert row is not None
    asked: dict[str, Ask] = {}
    for name, wanted in {
        "newest": Wanted(), "category": Wanted(category=row["category"]), "bureau": Wanted(bureau=row["bureau"]),
        "category and bureau": Wanted(category=row["category"], bureau=row["bureau"]),
        **{f"search {name}": Wanted(tuple(typed.split())) for name, typed in WORDS.items()},
    }.items():  # fmt: skip
        asked[f"public: {name}"] = partial(_shown, pool, wanted)
        if not wanted.words:
            asked[f"public: {name}, counted"] = partial(publication.count, pool, wanted)
    return asked


async def _shown(pool: Database, wanted: Wanted) -> tuple[Any, None]:
    return await publication.page(pool, wanted, limit=101 if wanted.words else PAGE + 1, now=city_of.NOW), None


async def _desk(pool: Database, who: Actor) -> dict[Queue, int]:
    counted = await queues.counts(pool, who, city_of.NOW)
    await queues.page(pool, who, Queue.OVERDUE, None, "", now=city_of.NOW, limit=PAGE)
    return counted


async def compare(small: str, large: str) -> dict[str, dict[str, float]]:
    """Median milliseconds of each list in both cities, asked in turn, and the ratio."""
    async with database.connect(small, pool=1) as one, database.connect(large, pool=1) as other:
        mine, theirs = await lists(one), await lists(other)
        return {name: await _medians(ask, theirs[name]) for name, ask in mine.items()}


async def _medians(small: Ask, large: Ask) -> dict[str, float]:
    taken: tuple[list[float], list[float]] = ([], [])
    shown = [0, 0]
    for _ in range(ROUNDS):
        for city, ask in enumerate((small, large)):
            began = time.perf_counter()
            found = await ask()
            taken[city].append(1000 * (time.perf_counter() - began))
            shown[city] = _rows(found)
    low, high = (statistics.median(times) for times in taken)
    return {
        "small_ms": round(low, 2), "large_ms": round(high, 2), "ratio": round(high / low, 2),
        "small_rows": shown[0], "large_rows": shown[1],
    }  # fmt: skip


def _rows(found: Any) -> int:
    """How many rows a list shows, or a count went through: only what is as full in both cities is compared as equal."""
    match found:
        case int():
            return found
        case (page, _):
            return len(page)
        case dict():
            return sum(found.values())
        case _:
            return len(found)


def measure(small: int = SMALL, large: int = LARGE) -> dict[str, Any]:
    """Fills both cities, of so many cases, and compares them."""
    with server.throwaway() as url:
        return asyncio.run(_measured(url, small, large))


async def _measured(url: str, small: int, large: int) -> dict[str, Any]:
    filled = {}
    for name, cases in (("small", small), ("large", large)):
        connection = await asyncpg.connect(url)
        await connection.execute(f"CREATE DATABASE {name}")
        await connection.close()
        began = time.perf_counter()
        await city_of.fill(sibling(url, name), cases)
        filled[name] = {"cases": cases, "fill_seconds": round(time.perf_counter() - began, 1)}
    found = await compare(sibling(url, "small"), sibling(url, "large"))
    slowest = max(found, key=lambda name: found[name]["large_ms"])
    return filled | {
        "lists": found, "slowest": {slowest: found[slowest]},
        "ratio": _spread([one["ratio"] for one in found.values()]),
        # In the small city most queues of a bureau are nearly empty: a full page is only compared with a full page.
        "ratio_of_equal_pages": _spread([one["ratio"] for one in found.values() if one["small_rows"] == one["large_rows"]]),
        "most_ms_more": round(max(one["large_ms"] - one["small_ms"] for one in found.values()), 2),
    }  # fmt: skip


def _spread(ratios: list[float]) -> dict[str, float]:
    return {"median": round(statistics.median(ratios), 2), "largest": max(ratios), "lists": len(ratios)}


def main() -> None:
    """Prints the medians and ratios."""
    parser = argparse.ArgumentParser(prog="tests.bench.lists", description=__doc__)
    parser.add_argument("--small", type=int, default=SMALL, help="cases of the small city")
    parser.add_argument("--large", type=int, default=LARGE, help="cases of the large one")
    asked = parser.parse_args()
    print(json.dumps(measure(asked.small, asked.large), ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
