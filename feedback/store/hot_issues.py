"""Groups of cases that seem to tell of one incident: which case is in which, and what a period saw of each. Never a protected case."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from databases import Database

from feedback.rules import deadline, hot
from feedback.rules.figure import Period
from feedback.rules.hot import Letter
from feedback.store import recusals

REACH = timedelta(days=45)
"""Days after which the same matter at the same place is a new incident (classifier.likeness.LATER)."""
OF_MATTER, OF_BUREAUS = 500, 2000
"""Cases that are looked through for a batch of new ones, the newest first: of each matter, and of all their bureaus."""
SHOWN = 50
_LOCK = 20261010  # any number, the same for every worker: two at once would make two groups of one incident


async def hold(database: Database) -> None:
    """Holds off other workers that group, until the end of the transaction."""
    await database.execute("SELECT pg_advisory_xact_lock(:lock)", {"lock": _LOCK})


async def ungrouped(database: Database, *, since: datetime, limit: int) -> list[Any]:
    """Cases received since then that are in no group yet, the oldest first."""
    return await database.fetch_all(
        """SELECT id, category, bureau, district, received_at FROM cases
        WHERE received_at >= :since AND NOT protected AND NOT historical
            AND NOT EXISTS (SELECT FROM hot_issue_cases WHERE case_id = cases.id)
        ORDER BY received_at, id LIMIT :limit""",
        {"since": since, "limit": limit},
    )


async def grouped(database: Database, fresh: Sequence[Any]) -> list[Any]:
    """Cases near these in time and of the same matter or bureau, with their groups, the newest first: of each matter at most
    OF_MATTER, of all bureaus together OF_BUREAUS."""
    return await database.fetch_all(
        f"""SELECT DISTINCT issue_id, id, category, bureau, district, received_at FROM (
            SELECT found.* FROM unnest(CAST(:categories AS text[])) AS wanted (category) CROSS JOIN LATERAL (
                SELECT {_GROUPED} AND cases.category = wanted.category ORDER BY received_at DESC LIMIT {OF_MATTER}) AS found
            UNION ALL (SELECT {_GROUPED} AND bureau = ANY(CAST(:bureaus AS text[])) ORDER BY received_at DESC LIMIT {OF_BUREAUS})
        ) AS near ORDER BY received_at DESC, id""",
        {
            "first": min(one["received_at"] for one in fresh) - REACH,
            "last": max(one["received_at"] for one in fresh) + REACH,
            "categories": sorted({one["category"] for one in fresh if one["category"]}),
            "bureaus": sorted({one["bureau"] for one in fresh if one["bureau"]}),
        },
    )


# LIMIT 1: the newest cases lead to their groups, whatever the planner thinks of it.
_GROUPED = """issue_id, id, category, bureau, district, received_at FROM cases
    CROSS JOIN LATERAL (SELECT issue_id FROM hot_issue_cases WHERE case_id = cases.id LIMIT 1) AS own
    WHERE received_at BETWEEN :first AND :last AND NOT protected"""


async def letters(database: Database, ids: Sequence[int]) -> dict[int, Letter]:
    """The words of these cases, for comparing."""
    rows = await database.fetch_all(
        "SELECT id, title, body, address, received_at FROM cases WHERE id = ANY(:ids) AND NOT protected",
        {"ids": list(ids)},
    )
    return {row["id"]: letter(row) for row in rows}


def letter(row: Any) -> Letter:
    """The letter of a row with id, title, body, address and received_at."""
    return Letter(row["id"], f"{row['title']}\n{row['body']}", row["address"], letter_day(row["received_at"]))


def letter_day(moment: datetime) -> date:
    """The city's day of a moment."""
    return moment.astimezone(deadline.CITY_TIME).date()


async def put(database: Database, case_id: int, issue: int | None, *, place: str, at: datetime) -> int:
    """Puts a case into a group, or into a new one of its own; the group's id."""
    values = {"at": at, "place": place}
    if issue is None:
        issue = await database.fetch_val(
            "INSERT INTO hot_issues (place, first_at, last_at) VALUES (:place, :at, :at) RETURNING id", values
        )
    else:
        await database.execute(
            """UPDATE hot_issues SET cases = cases + 1, first_at = least(first_at, :at), last_at = greatest(last_at, :at),
                place = CASE place WHEN '' THEN :place ELSE place END WHERE id = :issue""",
            {**values, "issue": issue},
        )
    await database.execute(
        "INSERT INTO hot_issue_cases (case_id, issue_id) VALUES (:case_id, :issue)", {"case_id": case_id, "issue": issue}
    )
    return issue


async def seen(database: Database, period: Period) -> list[Any]:
    """The groups of which the period saw enough cases, those that came most suddenly first; `before`: as long a time before."""
    return await database.fetch_all(
        f"""SELECT hot_issues.id, place, found.* FROM hot_issues JOIN (
            SELECT issue_id, count(*) FILTER (WHERE {_IN}) AS n, count(*) FILTER (WHERE NOT {_IN}) AS before,
                min(received_at) FILTER (WHERE {_IN}) AS first_at, max(received_at) FILTER (WHERE {_IN}) AS last_at,
                mode() WITHIN GROUP (ORDER BY bureau) AS bureau, mode() WITHIN GROUP (ORDER BY category) AS category,
                mode() WITHIN GROUP (ORDER BY district) AS district
            FROM cases JOIN hot_issue_cases ON case_id = cases.id
            WHERE received_at >= :earlier AND received_at < :end AND status <> 'withdrawn' AND NOT protected
            GROUP BY issue_id) AS found ON found.issue_id = hot_issues.id
        WHERE n >= :least ORDER BY (n - before) / sqrt(before + 1) DESC, n DESC, last_at DESC LIMIT {SHOWN}""",
        {
            "begin": period.begin, "end": period.end, "earlier": period.begin - (period.end - period.begin),
            "least": hot.LEAST,
        },
    )  # fmt: skip


_IN = "received_at >= :begin"


async def members(
    database: Database, issues: Sequence[int], *, person: int | None, period: Period | None = None
) -> Mapping[int, list[Any]]:
    """The cases of each of these groups, of the period or all, the newest first, with the words that decided about them; none
    that this person has recused themself from."""
    span = " AND received_at >= :begin AND received_at < :end" if period else ""
    values: dict[str, Any] = {"issues": list(issues), "person": person}
    if period:
        values |= {"begin": period.begin, "end": period.end}
    rows = await database.fetch_all(
        f"""SELECT issue_id, cases.id, cases.number, cases.version, cases.title, cases.status, cases.received_at,
            cases.due_at, cases.bureau, cases.lead_id, ledger.reasons
        FROM hot_issue_cases JOIN cases ON cases.id = hot_issue_cases.case_id LEFT JOIN ledger ON ledger.case_id = cases.id
        WHERE issue_id = ANY(:issues) AND NOT protected AND status <> 'withdrawn'{span}
            AND cases.id NOT IN {recusals.OF_PERSON}
        ORDER BY received_at DESC, cases.id DESC""",
        values,
    )
    found: dict[int, list[Any]] = {issue: [] for issue in issues}
    for row in rows:
        found[row["issue_id"]].append(row)
    return found


async def about(database: Database, issue: int) -> Any | None:
    """Place, and the commonest matter, district and bureau of one group."""
    return await database.fetch_one(
        """SELECT hot_issues.id, place, mode() WITHIN GROUP (ORDER BY bureau) AS bureau,
            mode() WITHIN GROUP (ORDER BY category) AS category, mode() WITHIN GROUP (ORDER BY district) AS district
        FROM hot_issues JOIN hot_issue_cases ON issue_id = hot_issues.id JOIN cases ON cases.id = case_id
        WHERE hot_issues.id = :id GROUP BY hot_issues.id""",
        {"id": issue},
    )
