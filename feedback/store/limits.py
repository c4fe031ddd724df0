"""The versions of the limits: every row of one, who made it, and the rows of a new one."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from databases import Database

from feedback.rules.limit import Limit


async def rows(database: Database, version: str) -> list[Any]:
    """The limits of one version, by regime and stage."""
    return await database.fetch_all(
        """SELECT code, name, amount, unit, kind, stage, regime, source FROM limits WHERE version = :version
        ORDER BY array_position(ARRAY['hotline', 'urgent', 'xinfang'], regime),
            array_position(ARRAY['accept', 'contact', 'return', 'contribute', 'reply', 'rework', 'pause'], stage), code""",
        {"version": version},
    )


async def versions(database: Database) -> list[Any]:
    """Every version with who made it when and why (None: shipped), and how many cases run on it; the newest first."""
    return await database.fetch_all(
        """SELECT limits.version, made.at, made.note, people.name AS who,
            (SELECT count(*) FROM cases WHERE limit_version = limits.version
                AND status IN ('triage','assigned','working','awaiting_citizen','suspended','in_review')) AS open
        FROM (SELECT DISTINCT version FROM limits) AS limits
        LEFT JOIN limit_versions AS made USING (version) LEFT JOIN people ON people.id = made.person_id
        ORDER BY substr(limits.version, 1, 4) DESC, length(limits.version) DESC, limits.version DESC LIMIT 50"""
    )


async def lock(database: Database) -> None:
    """Nobody else makes a version until the caller's transaction ends."""
    await database.execute("LOCK TABLE limit_versions IN SHARE ROW EXCLUSIVE MODE")


async def add(
    database: Database, version: str, *, like: str, changed: Mapping[str, Limit], person_id: int, note: str, now: datetime
) -> None:
    """A new version: the rows of `like`, with these limits by code. What differs is the city's own."""
    await database.execute(
        """INSERT INTO limits (version, code, name, amount, unit, kind, stage, regime, source)
        SELECT :version, code, name, coalesce(changed.amount, limits.amount), coalesce(changed.unit, limits.unit), kind, stage, regime,
            CASE WHEN changed.amount IS NULL THEN source ELSE 'city' END
        FROM limits LEFT JOIN unnest(CAST(:codes AS text[]), CAST(:amounts AS integer[]), CAST(:units AS text[]))
            AS changed (code, amount, unit) USING (code)
        WHERE limits.version = :like""",
        {
            "version": version, "like": like, "codes": list(changed), "amounts": [one.amount for one in changed.values()],
            "units": [one.unit.value for one in changed.values()],
        },
    )
    await database.execute(
        "INSERT INTO limit_versions (version, at, person_id, note) VALUES (:version, :now, :person, :note)",
        {"version": version, "now": now, "person": person_id, "note": note},
    )
