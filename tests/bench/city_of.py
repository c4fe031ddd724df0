"""Fills an empty database with a city of any number of cases, by a handful of statements: a million in about a minute.

Half of the cases of a small city are open, 50,000 of a large one: the newest. Texts are those of the training corpus."""

import csv
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg

from feedback.store import city, database, grams
from feedback.store.grams import Mark
from feedback.store.vault import Vault

DATA = Path(__file__).resolve().parents[2] / "data"
NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)
VAULT = Vault(bytes(range(32)))
PHONE, RARE = "13900000017", "量子佯谬"
OPEN_MOST, BUREAUS, DAYS = 50_000, 40, 700

_STATUSES = "ARRAY['assigned','working','triage','in_review','awaiting_citizen','working','suspended','working','working','assigned']"
_BUREAU_OF = f"1 + n / 7 % {BUREAUS}"

_CITY = f"""CREATE TEMP TABLE city AS SELECT
    (SELECT array_agg(code) FROM (SELECT code FROM bureaus ORDER BY code LIMIT {BUREAUS}) AS x) AS bureaus,
    (SELECT array_agg(code) FROM (SELECT code FROM categories ORDER BY code LIMIT 100) AS x) AS categories,
    (SELECT array_agg(code ORDER BY code) FROM districts) AS districts"""

_STAFF = """INSERT INTO people (username, name, role, bureau, password_hash)
SELECT 'handler-' || place, '王工', 'handler', code, '' FROM unnest((SELECT bureaus FROM city)) WITH ORDINALITY AS x (code, place)"""

_CASES = f"""INSERT INTO cases (id, number, status, round, kind, category, district, bureau, title, body, urgent, protected, anonymous,
    publish, source, decision, limit_code, limit_version, received_at, round_started_at, due_at, warn_at, answered_at, closed_at,
    answer_seq, handler_id, returned, asked_again, head)
SELECT n, to_char(at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MMDD-') || lpad(n::text, 7, '0'), status, 1 + (n % 97 = 0)::int,
    (ARRAY['complaint','help','enquiry'])[1 + n % 3], categories[1 + n % 100], districts[1 + n % cardinality(districts)],
    CASE WHEN status <> 'triage' THEN bureaus[{_BUREAU_OF}] END, letters.title,
    letters.body || CASE WHEN n = 17 THEN '{RARE}' ELSE '' END,
    n % 50 = 0, false, false, true, 'web', 'auto', 'TS', '2026-1', at, at, at + interval '14 days', at + interval '13 days',
    CASE WHEN status = 'closed' THEN at + interval '6 days' END, CASE WHEN status = 'closed' THEN at + interval '12 days' END,
    CASE WHEN status = 'closed' THEN 3 END,
    CASE WHEN status NOT IN ('triage', 'assigned') THEN {_BUREAU_OF} END, status = 'triage' AND n % 4 = 0, status = 'closed' AND n % 200 = 1 AND n <= $2::int + 200, '\\x00'
FROM city CROSS JOIN LATERAL (SELECT n, CASE WHEN n <= $2::int THEN ({_STATUSES})[1 + n * 7 % 10] ELSE 'closed' END AS status,
    $3::timestamptz - n * (interval '{DAYS} days' / $1::int) AS at FROM generate_series($1::int, 1, -1) AS n) AS x
JOIN letters ON place = n % (SELECT count(*) FROM letters)"""
"""The newest case has the number 1: identities only need to differ."""

_ANSWERS = """INSERT INTO texts (case_id, seq, field, body, public)
SELECT id, 3, 'answer', letters.answer, true FROM cases JOIN letters ON place = id % (SELECT count(*) FROM letters) WHERE status = 'closed'"""

_REWORK = """INSERT INTO events (case_id, seq, at, step, from_status, to_status, actor, round, hash)
SELECT id, 4 + refused, closed_at, CASE refused WHEN 0 THEN 'request_rework' ELSE 'refuse_rework' END, 'closed', 'closed', 'citizen', round, '\\x00'
FROM cases, generate_series(0, 1) AS refused WHERE status = 'closed' AND id % 200 = 1 AND (refused = 0 OR id > $1)"""
"""Every two hundredth citizen asked again for rework, and most were refused."""

_OF_LEAD = "INSERT INTO assignments (case_id, bureau, role, round, from_at) SELECT id, bureau, 'lead', 1, received_at FROM cases WHERE bureau IS NOT NULL AND status <> 'closed'"

_WORDS = """INSERT INTO case_words (case_id, version, marks, grams, published)
SELECT id, version, '{}', letters.grams || CASE WHEN id = 17 THEN $1::int[] ELSE '{}' END || narrowing || ages
    || CASE WHEN status = 'closed' THEN '{}' ELSE $2::int || ARRAY(SELECT one + $5::int FROM unnest(narrowing) AS one) END,
    CASE WHEN status = 'closed' THEN letters.published || ARRAY[category.code, bureau.code] || answer_ages END
FROM cases JOIN letters ON place = id % (SELECT count(*) FROM letters)
JOIN marks AS category ON category.value = cases.category JOIN marks AS district ON district.value = cases.district
JOIN marks AS kind ON kind.value = cases.kind LEFT JOIN marks AS bureau ON bureau.value = 'of ' || cases.bureau
CROSS JOIN LATERAL (SELECT ARRAY[category.code, district.code, kind.code] || CASE WHEN bureau.code IS NULL THEN '{}' ELSE ARRAY[bureau.code] END
    || CASE WHEN urgent THEN ARRAY[$3::int] ELSE '{}' END AS narrowing) AS n
CROSS JOIN LATERAL (SELECT array_agg((57344 + level << 16) + floor(extract(epoch FROM received_at) / 86400 / days)::bigint - 4294967296)::int[] AS ages,
        array_agg((57344 + level << 16) + floor(extract(epoch FROM coalesce(answered_at, received_at)) / 86400 / days)::bigint - 4294967296)::int[] AS answer_ages
    FROM unnest($4::int[]) WITH ORDINALITY AS w (days, place), LATERAL (SELECT place - 1 AS level) AS l) AS aged"""


def letters(most: int = 20_000) -> list[tuple[str, str]]:
    """Titles and texts of the training corpus."""
    rows = [row for path in sorted((DATA / "corpus").glob("*.csv")) for row in csv.DictReader(path.open(encoding="utf-8"))]
    return [(row["title"] or row["body"][:20], row["body"]) for row in rows[:: max(1, len(rows) // most)]]


async def fill(url: str, size: int) -> None:
    """A migrated database with so many cases, indexed and analysed."""
    await database.migrate(url)
    async with database.connect(url, pool=1) as pool:
        await city.load_csv(pool, DATA)
    connection = await asyncpg.connect(url)
    # No foreign key is looked up a million times.
    await connection.execute("SET session_replication_role = replica; SET maintenance_work_mem = '1GB'; SET jit = off")
    indexes = await _without_indexes(connection)
    await _cases(connection, size)
    await _words(connection)
    for definition in indexes:
        await connection.execute(definition)
    await connection.execute("VACUUM ANALYZE")
    await connection.close()


async def _without_indexes(connection: asyncpg.Connection) -> list[str]:
    """Drops the indexes that are no keys, and returns what makes them again: faster than keeping them up row by row."""
    found = await connection.fetch(
        """SELECT indexname, indexdef FROM pg_indexes WHERE tablename IN ('cases', 'case_words') AND indexname !~ '(pkey|key)$'"""
    )
    for row in found:
        await connection.execute(f"DROP INDEX {row['indexname']}")
    return [row["indexdef"] for row in found]


async def _cases(connection: asyncpg.Connection, size: int) -> None:
    texts = letters()
    await connection.execute(
        "CREATE TEMP TABLE letters (place bigint PRIMARY KEY, title text, body text, answer text, grams integer[], published integer[])"
    )
    await connection.copy_records_to_table("letters", records=[_letter(place, *text) for place, text in enumerate(texts)])
    await connection.execute(_CITY)
    await connection.execute(_STAFF)
    await connection.execute(_CASES, size, min(size // 2, OPEN_MOST), NOW)
    await connection.execute(_OF_LEAD)
    await connection.execute(_ANSWERS)
    await connection.execute(_REWORK, min(size // 2, OPEN_MOST) + 200)
    await connection.execute(
        "INSERT INTO contacts (case_id, phone_hash) VALUES (17, $1), (40, $1)", VAULT.hash("phone", PHONE)
    )


def _letter(place: int, title: str, body: str) -> tuple[Any, ...]:
    answer = f"您好，{title[:30]}一事已经派人到现场看过，问题属实，三天内处理完毕。"
    return place, title, body, answer, sorted(grams.of(title, body)), sorted(grams.of(title, body, answer))


async def _words(connection: asyncpg.Connection) -> None:
    await connection.execute("CREATE TEMP TABLE marks (value text PRIMARY KEY, code integer)")
    known = await connection.fetchrow("SELECT bureaus, categories, districts FROM city")
    named = [
        *((f"of {code}", grams.mark(Mark.BUREAU, code)) for code in known["bureaus"]),
        *((code, grams.mark(Mark.CATEGORY, code)) for code in known["categories"]),
        *((code, grams.mark(Mark.DISTRICT, code)) for code in known["districts"]),
        *((kind, grams.mark(Mark.KIND, kind)) for kind in ("complaint", "help", "enquiry")),
    ]
    await connection.copy_records_to_table("marks", records=named)
    (beside,) = grams.while_open([0])
    marks = (grams.mark(Mark.OPEN), grams.mark(Mark.URGENT), list(grams.DAYS), beside)
    await connection.execute(_WORDS, sorted(grams.of(RARE)), *marks)
