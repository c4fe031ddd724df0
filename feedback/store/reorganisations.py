"""Reorganisations: planned, cancelled, applied; what they would move, and the city's tables after them. Cases move in actions."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from databases import Database

from feedback.rules.record import Case
from feedback.rules.succession import Act, Change, Known, Succession, Successor, What
from feedback.store import cases

BATCH = 200
OPEN = "('triage','assigned','working','awaiting_citizen','suspended','in_review','joined')"

_TABLES = {What.BUREAU: "bureaus", What.CATEGORY: "categories"}


async def lock(database: Database) -> None:
    """Holds every other planning back until the caller's transaction ends."""
    await database.execute("LOCK TABLE reorganisations IN SHARE ROW EXCLUSIVE MODE")


async def known(database: Database) -> Known:
    """The codes there are and were, and who leads what."""
    rows = {what: await database.fetch_all(f"SELECT code, active FROM {table}") for what, table in _TABLES.items()}
    leads = await database.fetch_all("SELECT code, lead FROM categories")
    fixed = await database.fetch_all("SELECT code FROM bureaus WHERE kind IN ('D', 'C')")
    return Known(
        alive={what: {row["code"] for row in found if row["active"]} for what, found in rows.items()},
        ever={what: {row["code"] for row in found} for what, found in rows.items()},
        leads={row["code"]: row["lead"] for row in leads},
        fixed={row["code"] for row in fixed},
    )


async def add(database: Database, change: Change, *, was: str, basis: str, person_id: int, now: datetime) -> int:
    """Writes a planned change down; returns its id."""
    identity: int = await database.fetch_val(
        """INSERT INTO reorganisations (at, person_id, what, act, code, was, name, short, on_day, basis)
        VALUES (:now, :person, :what, :act, :code, :was, :name, :short, :on, :basis) RETURNING id""",
        {
            "now": now, "person": person_id, "what": change.what.value, "act": change.act.value, "code": change.code,
            "was": was, "name": change.name, "short": change.short, "on": change.on, "basis": basis,
        },
    )  # fmt: skip
    for position, one in enumerate(change.successors):
        await database.execute(
            """INSERT INTO reorganisation_successors (reorganisation_id, position, code, name, short, categories, words)
            VALUES (:id, :position, :code, :name, :short, :categories, :words)""",
            {
                "id": identity, "position": position, "code": one.code, "name": one.name, "short": one.short,
                "categories": sorted(one.categories), "words": list(one.words),
            },
        )  # fmt: skip
    return identity


async def end(database: Database, identity: int, *, cancelled: bool, person_id: int | None, now: datetime) -> bool:
    """Notes that it was applied or cancelled. False when it had ended already."""
    row = await database.fetch_one(
        """INSERT INTO reorganisation_ends (reorganisation_id, at, person_id, cancelled)
        VALUES (:id, :now, :person, :cancelled) ON CONFLICT DO NOTHING RETURNING reorganisation_id""",
        {"id": identity, "now": now, "person": person_id, "cancelled": cancelled},
    )
    return row is not None


async def planned(database: Database, *, upto: date | None = None) -> list[Change]:
    """What waits for its day, in the order it will happen; with `upto` only what is due by then."""
    return await _read(
        database,
        """NOT EXISTS (SELECT FROM reorganisation_ends WHERE reorganisation_id = reorganisations.id)
            AND (CAST(:upto AS date) IS NULL OR on_day <= :upto)""",
        {"upto": upto},
    )


async def done(database: Database) -> Succession:
    """What has happened, in its order."""
    found = await _read(
        database,
        """EXISTS (SELECT FROM reorganisation_ends
            WHERE reorganisation_id = reorganisations.id AND NOT cancelled)""",
        {},
    )
    return Succession(tuple(found))


async def _read(database: Database, condition: str, values: Mapping[str, Any]) -> list[Change]:
    rows = await database.fetch_all(
        f"""SELECT id, what, act, reorganisations.code, on_day, reorganisations.name, reorganisations.short,
            heirs.code AS heir, heirs.name AS heir_name, heirs.short AS heir_short, categories, words
        FROM reorganisations LEFT JOIN reorganisation_successors AS heirs ON reorganisation_id = id
        WHERE {condition} ORDER BY on_day, id, position""",
        dict(values),
    )
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(row["id"], []).append(row)
    return [_change(group) for group in found.values()]


def _change(rows: Sequence[Any]) -> Change:
    first = rows[0]
    heirs = tuple(
        Successor(row["heir"], row["heir_name"], row["heir_short"], frozenset(row["categories"]), tuple(row["words"]))
        for row in rows
        if row["heir"]
    )
    return Change(
        first["id"], What(first["what"]), Act(first["act"]), first["code"], first["on_day"], heirs, first["name"],
        first["short"],
    )  # fmt: skip


async def listed(database: Database, *, limit: int = 200) -> list[Any]:
    """Everything ever planned, newest day first, with who planned it, how it ended and how many cases moved."""
    return await database.fetch_all(
        """SELECT reorganisations.*, people.name AS who, ends.at AS ended_at, ends.cancelled,
            (SELECT count(*) FROM reorganised_cases WHERE reorganisation_id = reorganisations.id) AS moved,
            ARRAY(SELECT code FROM reorganisation_successors WHERE reorganisation_id = reorganisations.id
                ORDER BY position) AS heirs,
            ARRAY(SELECT name FROM reorganisation_successors WHERE reorganisation_id = reorganisations.id
                ORDER BY position) AS heir_names
        FROM reorganisations JOIN people ON people.id = person_id
        LEFT JOIN reorganisation_ends AS ends ON reorganisation_id = reorganisations.id
        ORDER BY ends.at IS NOT NULL, on_day DESC, reorganisations.id DESC LIMIT :limit""",
        {"limit": limit},
    )


async def extent(database: Database, what: What, code: str) -> dict[str, int]:
    """What would move with this code now: open cases, categories it leads, rules, accounts, sub-units."""
    column = "bureau" if what is What.BUREAU else "category"
    rules = "lead = :code OR :code = ANY(support)" if what is What.BUREAU else "category = :code"
    led = "lead = :code OR :code = ANY(support)" if what is What.BUREAU else "false"
    row = await database.fetch_one(
        f"""SELECT (SELECT count(*) FROM cases WHERE {column} = :code AND status IN {OPEN}) AS cases,
            (SELECT count(*) FROM categories WHERE active AND ({led})) AS categories,
            (SELECT count(*) FROM routing_rules WHERE {rules}) AS rules,
            (SELECT count(*) FROM people WHERE bureau = :code AND active) AS people,
            (SELECT count(*) FROM units WHERE bureau = :code AND active) AS units""",
        {"code": code},
    )
    assert row is not None
    return dict(row._mapping)


async def by_category(database: Database, bureau: str) -> dict[str, int]:
    """How many open cases of this bureau are in each category."""
    rows = await database.fetch_all(
        f"""SELECT coalesce(category, '') AS category, count(*) AS n FROM cases
        WHERE bureau = :code AND status IN {OPEN} GROUP BY 1""",
        {"code": bureau},
    )
    return {row["category"]: row["n"] for row in rows}


# The cases that move -----------------------------------------------------------------------------------------------


async def of_bureau(database: Database, code: str, *, joined: bool) -> list[Case]:
    """A batch of open cases that this bureau holds, as lead or support; those joined to others only when asked for."""
    lead = "('assigned','working','awaiting_citizen','suspended','in_review')"
    rows = await database.fetch_all(
        f"""SELECT {cases.COLUMNS} FROM cases WHERE bureau = :code AND status IN {lead}
        UNION SELECT {cases.COLUMNS} FROM cases WHERE CAST(:joined AS boolean) AND bureau = :code AND status = 'joined'
        UNION SELECT {cases.COLUMNS} FROM assignments JOIN cases ON cases.id = case_id
            WHERE assignments.bureau = :code AND role = 'support' AND until_at IS NULL AND status IN {OPEN}
        ORDER BY id LIMIT {BATCH}""",
        {"code": code, "joined": joined},
    )
    return [cases.read(row) for row in rows]


async def of_category(database: Database, code: str) -> list[Case]:
    """A batch of open cases in this category."""
    rows = await database.fetch_all(
        f"""SELECT {cases.COLUMNS} FROM cases WHERE category = :code AND status IN {OPEN} ORDER BY id LIMIT {BATCH}""",
        {"code": code},
    )
    return [cases.read(row) for row in rows]


async def hand_over(
    database: Database, case_id: int, old: str, new: str, *, stages: Mapping[str, Any], now: datetime
) -> None:
    """Ends what the old bureau had of the case and begins the same for the new one; who leads does not support too."""
    ended = await database.fetch_all(
        f"""UPDATE assignments SET until_at = :now, ended_by = 'reorganise', {cases.MISSED}
        WHERE case_id = :id AND bureau = :old AND until_at IS NULL RETURNING role, round, accepted_at,
            contribute_due_at, contribute_warn_at, contribute_provisional, contribute_breached_at, contributed_at, counted_from""",
        {"id": case_id, "old": old, "now": now},
    )
    for row in ended:
        if row["role"] == "lead":
            await database.execute(
                """UPDATE assignments SET until_at = :now, ended_by = 'reorganise'
                WHERE case_id = :id AND bureau = :new AND until_at IS NULL""",
                {"id": case_id, "new": new, "now": now},
            )
        await database.execute(
            """INSERT INTO assignments (case_id, bureau, role, round, from_at, accepted_at, accept_due_at, accept_warn_at,
                accept_provisional, contact_due_at, contact_warn_at, contact_provisional, contribute_due_at,
                contribute_warn_at, contribute_provisional, counted_from, contribute_breached_at, contributed_at)
            SELECT :id, :new, :role, CAST(:round AS smallint), CAST(:now AS timestamptz), CAST(:accepted AS timestamptz),
                CAST(:accept_due_at AS timestamptz), CAST(:accept_warn_at AS timestamptz),
                CAST(:accept_provisional AS boolean), CAST(:contact_due_at AS timestamptz),
                CAST(:contact_warn_at AS timestamptz), CAST(:contact_provisional AS boolean),
                CAST(:contribute_due_at AS timestamptz), CAST(:contribute_warn_at AS timestamptz),
                CAST(:contribute_provisional AS boolean), CAST(:counted_from AS timestamptz),
                CAST(:contribute_breached_at AS timestamptz), CAST(:contributed_at AS timestamptz)
            WHERE NOT EXISTS (SELECT FROM assignments WHERE case_id = :id AND bureau = :new AND until_at IS NULL)""",
            {
                "id": case_id, "new": new, "role": row["role"], "round": row["round"], "now": now,
                "accepted": now if row["accepted_at"] else None,
                **_left(row, stages),
                **{name: row[name] for name in ("contribute_breached_at", "contributed_at")},
            },
        )  # fmt: skip
        if row["role"] == "lead":
            await cases.sign_by(database, case_id, stages["accept_due_at"])


def _left(ended: Any, stages: Mapping[str, Any]) -> Mapping[str, Any]:
    """The stages that the old bureau leaves to the new one: what was signed for is signed for, support owes what it owed."""
    if ended["role"] != "lead":
        owed = ("contribute_due_at", "contribute_warn_at", "contribute_provisional", "counted_from")
        return {**cases.NO_STAGES, **{name: ended[name] for name in owed}}
    signed = {name: value for name, value in cases.NO_STAGES.items() if name.startswith("accept")}
    return {**cases.NO_STAGES, **stages, **(signed if ended["accepted_at"] else {})}


async def moved(database: Database, identity: int, case_id: int, *, now: datetime) -> None:
    """Notes that this case moved."""
    await database.execute(
        """INSERT INTO reorganised_cases (reorganisation_id, case_id, at) VALUES (:id, :case, :now)
        ON CONFLICT DO NOTHING""",
        {"id": identity, "case": case_id, "now": now},
    )
