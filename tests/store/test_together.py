"""Several questions in one statement say the same as each by itself."""

from datetime import UTC, datetime

import asyncpg
import pytest

from feedback.store import cases, database, people
from feedback.store.together import together
from tests.actions.test_story import submitted

pytestmark = pytest.mark.anyio


@pytest.fixture
def statements(monkeypatch) -> list[str]:
    """What goes to the database."""
    return counted(monkeypatch)


def counted(monkeypatch) -> list[str]:
    seen: list[str] = []
    for name in ("fetch", "fetchrow", "fetchval", "execute"):
        ask = getattr(database.Connection, name)

        async def noted(self, query, *args, _ask=ask, **kwargs):
            seen.append(query)
            return await _ask(self, query, *args, **kwargs)

        monkeypatch.setattr(database.Connection, name, noted)
    return seen


async def test_the_same_as_one_by_one(hall, statements):
    _, case = await submitted(hall)
    asking = (
        lambda asked: cases.events(asked, case.id),
        lambda asked: cases.texts(asked, case.id, vault=hall.vault),
        lambda asked: cases.assignments(asked, case.id),
        lambda asked: cases.get(asked, case.number),
        lambda asked: cases.get(asked, "2026-0101-9999"),
        lambda asked: people.readers(asked, case, bureaus={"STHJ"}),
        lambda asked: people.names(asked, set()),  # asks nothing
    )
    alone = [await ask(hall.database) for ask in asking]
    before = len(statements)
    assert await together(hall.database, *asking) == alone
    assert len(statements) == before + 1


async def test_values_of_one_name_stay_apart_and_keep_their_types(hall):
    moment = datetime(2026, 11, 23, 1, tzinfo=UTC)

    async def said(asked, value, kind):
        return (await asked.fetch_one(f"SELECT CAST(:value AS {kind}) AS said, '00:value' AS plain", {"value": value}))["said"]

    given = ((7, "bigint"), ("七", "text"), (b"\x00\xff", "bytea"), (moment, "timestamptz"), (None, "date"), (["a"], "text[]"),
             ([0.5], "real[]"), ([1, None], "bigint[]"), ([], "integer[]"))  # fmt: skip
    asking = [lambda asked, value=value, kind=kind: said(asked, value, kind) for value, kind in given]
    assert await together(hall.database, *asking) == [value for value, _ in given]


async def test_arrays_are_read_by_a_connection_that_never_saw_one(hall, address):
    async def said(asked):
        return (await asked.fetch_one("SELECT CAST('{0.5}' AS real[]) AS a, CAST('{x}' AS text[]) AS b"))["a"]

    assert await together(hall.database, said, said) == [[0.5], [0.5]]
    async with database.connect(address, pool=1) as fresh:  # the names of the columns are known meanwhile
        assert await together(fresh, said, said) == [[0.5], [0.5]]


async def test_who_asks_again_gets_a_second_statement(hall, statements):
    async def twice(asked):
        first = await asked.fetch_one("SELECT 20 AS n")
        return (await asked.fetch_one("SELECT :n + 1 AS n", {"n": first["n"]}))["n"]

    async def once(asked):
        return [row["n"] for row in await asked.fetch_all("SELECT n FROM generate_series(3, 1, -1) AS n ORDER BY n DESC")]

    assert await together(hall.database, twice, once) == [21, [3, 2, 1]]
    assert len(statements) == 2


async def test_a_fault_is_raised(hall):
    async def wrong(asked):
        return await asked.fetch_all("SELECT 1 / 0 AS n")

    with pytest.raises(asyncpg.DivisionByZeroError):
        await together(hall.database, wrong, lambda asked: cases.get(asked, "x"))
    assert await together(hall.database) == []
