"""How the machine does week by week and category by category: what people chose otherwise, what it left to them, how sure it was."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from databases import Database

# A case counts with what the machine said first; `decided` when somebody has it or had it. Protected ones never count by category.
_CASES = """
    SELECT ledger.category, cases.received_at, ledger.decision = 'auto' AS auto, ledger.probability, novelty.unknown,
        cases.status NOT IN ('submitted', 'triage', 'withdrawn') AS decided,
        (cases.id IN (SELECT changed.case_id FROM corrections AS changed JOIN ledger AS said USING (case_id)
                WHERE changed.at >= :since AND changed.step IN ('dispatch', 'correct_category') AND changed.person_id IS NOT NULL
                AND (coalesce(changed.to_category, said.category) IS DISTINCT FROM said.category
                    OR coalesce(changed.to_bureau, said.bureau) IS DISTINCT FROM said.bureau))
            OR cases.id IN (SELECT case_id FROM audits WHERE drawn_at >= :since AND NOT (bureau_right AND category_right))) AS overridden
    FROM cases JOIN ledger ON ledger.case_id = cases.id LEFT JOIN novelty ON novelty.case_id = cases.id
    WHERE cases.received_at >= :since AND NOT cases.protected AND NOT cases.historical AND ledger.model <> ''
"""
_FIGURES = """count(*) AS received, count(*) FILTER (WHERE auto) AS auto, count(*) FILTER (WHERE decided) AS decided,
    count(*) FILTER (WHERE decided AND overridden) AS overridden, coalesce(avg(probability), 0) AS certainty,
    coalesce(avg(unknown), 0) AS unknown, count(unknown) AS measured"""


async def weeks(database: Database, *, since: datetime) -> list[Any]:
    """Figures of every week since then (Monday in the city's time), oldest first."""
    return await database.fetch_all(
        f"""SELECT date_trunc('week', received_at AT TIME ZONE 'Asia/Shanghai')::date AS week, {_FIGURES}
        FROM ({_CASES}) AS found GROUP BY 1 ORDER BY 1""",
        {"since": since},
    )


async def spans(database: Database, *, since: datetime, cut: datetime) -> list[Any]:
    """Figures of every category before and since `cut` (`late`), and of all together (category NULL)."""
    return await database.fetch_all(
        f"""SELECT category, received_at >= CAST(:cut AS timestamptz) AS late, {_FIGURES} FROM ({_CASES}) AS found
        WHERE category IS NOT NULL GROUP BY GROUPING SETS ((category, 2), (2))""",
        {"since": since, "cut": cut},
    )


async def mistaken_for(database: Database, categories: Sequence[str], *, since: datetime) -> dict[str, tuple[str, int]]:
    """For each of these categories of the machine: what people most often made of it, and how often."""
    rows = await database.fetch_all(
        """SELECT DISTINCT ON (said) said, became, n FROM (
            SELECT ledger.category AS said, corrections.to_category AS became, count(DISTINCT corrections.case_id) AS n
            FROM corrections JOIN ledger USING (case_id) JOIN cases ON cases.id = ledger.case_id
            WHERE corrections.at >= :since AND corrections.step IN ('dispatch', 'correct_category') AND NOT cases.protected
                AND ledger.category = ANY(:categories) AND corrections.to_category <> ledger.category
            GROUP BY 1, 2) AS counted ORDER BY said, n DESC, became""",
        {"since": since, "categories": list(categories)},
    )
    return {row["said"]: (row["became"], row["n"]) for row in rows}
