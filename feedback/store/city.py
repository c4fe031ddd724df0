"""The city's tables: read from CSV into the database once, and from the database into one `City` record."""

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from databases import Database

from feedback.rules import calendar, deadline
from feedback.rules.city import Bureau, Category, City, Term
from feedback.rules.limit import Regime, Stage
from feedback.store import reorganisations

Row = dict[str, Any]

INSERTS = {
    "bureaus": """INSERT INTO bureaus (code, name, short, kind, hotline, duties, keywords, source)
        VALUES (:code, :name, :short, :kind, :hotline, :duties, :keywords, :source) ON CONFLICT DO NOTHING""",
    "districts": """INSERT INTO districts (code, name, short, places, source)
        VALUES (:code, :name, :short, :places, :source) ON CONFLICT DO NOTHING""",
    "categories": """INSERT INTO categories (code, group_name, name, lead, support, kind, limit_code, urgent, public, boundary, keywords, source)
        VALUES (:code, :group, :name, :lead, :support, :kind, :limit, :urgent, :public, :boundary, :keywords, :source)
        ON CONFLICT DO NOTHING""",
    "routing_rules": """INSERT INTO routing_rules (position, id, category, district, words, lead, support, reason, source)
        VALUES (:position, :id, :category, :district, :when, :lead, :support, :reason, :source) ON CONFLICT DO NOTHING""",
    "unit_names": """INSERT INTO unit_names (word, bureau, source) VALUES (:word, :bureau, :source) ON CONFLICT DO NOTHING""",
    "limits": """INSERT INTO limits (version, code, name, amount, unit, kind, stage, regime, source)
        VALUES (:version, :code, :name, :amount, :unit, :kind, :stage, :regime, :source) ON CONFLICT DO NOTHING""",
}

_DAY = """INSERT INTO calendar_days (scope, day, working, name, provisional, source)
    VALUES (:scope, :day, :working, :name, :provisional, :source) ON CONFLICT DO NOTHING"""

_MAY_LACK = ("unit_names",)
"""Tables a city's folder may leave out."""
_LISTS = ("keywords", "places", "support", "when")
_FLAGS = ("urgent", "public", "working", "provisional")


def read_csv(path: Path) -> list[Row]:
    """The rows of one of the city's CSV files: `;` lists as lists, 0/1 columns as booleans, an empty district as None."""
    with path.open(encoding="utf-8", newline="") as file:
        return [_typed(row, number) for number, row in enumerate(csv.DictReader(file), 1)]


def _typed(row: Row, number: int) -> Row:
    row["position"] = number
    for name in _LISTS:
        if name in row:
            row[name] = [word for word in row[name].split(";") if word]
    for name in _FLAGS:
        if name in row:
            row[name] = row[name] == "1"
    if "district" in row:
        row["district"] = row["district"] or None
    if "amount" in row:
        row = {"stage": Stage.REPLY, "regime": Regime.HOTLINE, **row, "amount": int(row["amount"])}
    return row


def name(folder: Path) -> str:
    """What the city is called on every page: data/city.csv."""
    return str(read_csv(folder / "city.csv")[0]["name"])


async def load_csv(database: Database, folder: Path) -> None:
    """Adds the rows of the CSV files that the tables do not have yet; what was edited in the database stays."""
    async with database.transaction():
        for table, insert in INSERTS.items():
            columns = _parameters(insert)
            path = folder / f"{table}.csv"
            rows = [] if table in _MAY_LACK and not path.exists() else read_csv(path)
            await database.execute_many(insert, [{name: row[name] for name in columns} for row in rows])
        for scope, file in (("national", "national"), ("city", "calendar")):
            days = [{**_day_row(day), "scope": scope} for day in calendar.read_rows(read_csv(folder / f"{file}.csv"))]
            await database.execute_many(_DAY, days)


def _parameters(insert: str) -> list[str]:
    return [word.strip(" :)(") for word in insert.split("VALUES (")[1].split(")", maxsplit=1)[0].split(",")]


def _day_row(day: calendar.Day) -> Row:
    return {name: getattr(day, name) for name in ("day", "working", "name", "provisional", "source")}


async def read(database: Database) -> City:
    """The city as the database has it now."""
    bureaus = await database.fetch_all("SELECT code, name, short, kind, hotline, active, two_step FROM bureaus")
    districts = await database.fetch_all("SELECT code, short FROM districts ORDER BY code")
    categories = await database.fetch_all(
        """SELECT code, group_name AS group, name, lead, support, kind, limit_code AS limit, urgent, public, active
        FROM categories ORDER BY code"""
    )
    limits = await database.fetch_all("SELECT version, code, name, amount, unit, stage, regime, source FROM limits")
    return City(
        bureaus={row["code"]: Bureau(**_plain(row)) for row in bureaus},
        districts={row["code"]: row["short"] for row in districts},
        categories={row["code"]: Category(**{**_plain(row), "support": tuple(row["support"])}) for row in categories},
        terms={(row["version"], row["code"]): _term(row) for row in limits},
        calendar=await read_calendar(database),
        succession=await reorganisations.done(database),
        newest=max((row["version"] for row in limits), key=lambda version: (version[:4], len(version), version)),
    )


async def read_calendar(database: Database, scope: str = "city") -> calendar.Calendar:
    """The working-day calendar: `national`, or `city` (the national one under the city's own days)."""
    rows = await database.fetch_all(
        "SELECT scope, day, working, name, provisional, source FROM calendar_days ORDER BY day"
    )
    national, city = (calendar.from_rows(_days(rows, wanted)) for wanted in ("national", "city"))
    return national if scope == "national" else calendar.combine(national, city)


def _days(rows: Iterable[Any], scope: str) -> list[calendar.Day]:
    return [
        calendar.Day(row["day"], row["working"], row["name"], row["provisional"], row["source"])
        for row in rows
        if row["scope"] == scope
    ]


def _term(row: Any) -> Term:
    limit = deadline.Limit(row["amount"], deadline.Unit(row["unit"]))
    regime, stage = Regime(row["regime"]), Stage(row["stage"])
    return Term(row["version"], row["code"], row["name"], limit, stage, regime, row["source"])


def _plain(row: Any) -> Row:
    return dict(row._mapping)


async def routing(database: Database) -> dict[str, list[Row]]:
    """The tables the classifier ranks bureaus with, as plain rows shaped like the CSV files."""
    queries = {
        "bureaus": "SELECT code, name, short, kind FROM bureaus",
        "districts": "SELECT code, name, short, places FROM districts",
        "categories": """SELECT code, group_name AS "group", name, lead, support, kind, limit_code AS "limit",
            urgent, public, keywords FROM categories""",
        "rules": """SELECT id, category, district, words AS "when", lead, support, reason
            FROM routing_rules ORDER BY position""",
        "units": "SELECT word, bureau FROM unit_names ORDER BY word",
    }
    return {table: [_plain(row) for row in await database.fetch_all(query)] for table, query in queries.items()}
