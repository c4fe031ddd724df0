"""Knowledge: articles made of good answers. Written without personal data; public while their review lies ahead."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from databases import Database


class Changed(Exception):
    """这篇知识刚刚被别人改过，请看最新内容后再改。"""


@dataclass(frozen=True, slots=True)
class Article:
    """One article as it stands."""

    id: int
    bureau: str
    category: str | None
    title: str
    body: str
    case_id: int | None
    created_at: datetime
    changed_at: datetime
    version: int
    review_on: date | None
    withdrawn_at: datetime | None
    reason: str


_COLUMNS = ", ".join(f"articles.{field.name}" for field in fields(Article))
_PUBLIC = "articles.withdrawn_at IS NULL AND articles.review_on > :today"


def _read(row: Any) -> Article:
    return Article(**{field.name: row[field.name] for field in fields(Article)})


def _like(word: str) -> str:
    escaped = word.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    return f"%{escaped}%"


async def page(
    database: Database, *, today: date, words: Sequence[str] = (), category: str | None = None,
    bureau: str | None = None, after: tuple[datetime, int] | None = None, limit: int = 20,
) -> list[Article]:  # fmt: skip
    """What everybody may read, newest change first, from behind `after`; every word must occur in title or text."""
    given = {name: value for name, value in (("category", category), ("bureau", bureau)) if value}
    conditions = [_PUBLIC, *(f"articles.{name} = :{name}" for name in given)]
    values: dict[str, Any] = {"today": today, "limit": limit, **given}
    if words:
        conditions.append("articles.title || ' ' || articles.body ILIKE ALL (CAST(:words AS text[]))")
        values["words"] = [_like(word) for word in words]
    if after:
        conditions.append("(articles.changed_at, articles.id) < (:at, :id)")
        values |= {"at": after[0], "id": after[1]}
    rows = await database.fetch_all(
        f"""SELECT {_COLUMNS} FROM articles WHERE {" AND ".join(conditions)}
        ORDER BY articles.changed_at DESC, articles.id DESC LIMIT :limit""",
        values,
    )
    return [_read(row) for row in rows]


async def about(
    database: Database, categories: Sequence[str], *, today: date, words: Sequence[str] = (), limit: int = 3
) -> list[Article]:
    """Public articles of these categories, the likeliest category first; within one those with the most of the words."""
    rows = await database.fetch_all(
        f"""SELECT {_COLUMNS} FROM articles WHERE category = ANY(CAST(:categories AS text[])) AND {_PUBLIC}
        ORDER BY array_position(CAST(:categories AS text[]), category),
            (SELECT count(*) FROM unnest(CAST(:words AS text[])) AS word
                WHERE strpos(articles.title || ' ' || articles.body, word) > 0) DESC,
            changed_at DESC, id DESC LIMIT :limit""",
        {"categories": list(categories), "words": list(words), "today": today, "limit": limit},
    )
    return [_read(row) for row in rows]


async def get(database: Database, identity: int, *, today: date | None = None) -> Article | None:
    """One article; with `today` only if everybody may read it."""
    condition = f"AND {_PUBLIC}" if today else ""
    values = {"id": identity} | ({"today": today} if today else {})
    row = await database.fetch_one(f"SELECT {_COLUMNS} FROM articles WHERE id = :id {condition}", values)
    return _read(row) if row else None


async def of_bureau(database: Database, bureau: str, *, limit: int = 200) -> list[Article]:
    """A bureau's articles: what waits for approval first, then by review date, the withdrawn last."""
    rows = await database.fetch_all(
        f"""SELECT {_COLUMNS} FROM articles WHERE bureau = :bureau
        ORDER BY withdrawn_at DESC NULLS FIRST, review_on NULLS FIRST, id LIMIT :limit""",
        {"bureau": bureau, "limit": limit},
    )
    return [_read(row) for row in rows]


async def to_review(database: Database, bureau: str, *, today: date) -> int:
    """How many of a bureau's articles wait for somebody to approve them or to look at them again."""
    return await database.fetch_val(
        """SELECT count(*) FROM articles
        WHERE bureau = :bureau AND withdrawn_at IS NULL AND (review_on IS NULL OR review_on <= :today)""",
        {"bureau": bureau, "today": today},
    )


async def of_case(database: Database, case_id: int) -> Article | None:
    """The article that was made of this case's answer and is in use."""
    row = await database.fetch_one(
        f"SELECT {_COLUMNS} FROM articles WHERE case_id = :id AND withdrawn_at IS NULL ORDER BY id LIMIT 1", {"id": case_id}
    )
    return _read(row) if row else None


async def add(
    database: Database, *, bureau: str, category: str | None, title: str, body: str, case_id: int | None,
    review_on: date | None, person_id: int, now: datetime,
) -> int:  # fmt: skip
    """A new article; returns its id."""
    return await database.fetch_val(
        """INSERT INTO articles (bureau, category, title, body, case_id, created_at, created_by, changed_at, changed_by, review_on)
        VALUES (:bureau, :category, :title, :body, :case_id, :now, :person, :now, :person, :review_on) RETURNING id""",
        {
            "bureau": bureau, "category": category, "title": title, "body": body, "case_id": case_id, "now": now,
            "person": person_id, "review_on": review_on,
        },
    )  # fmt: skip


async def change(database: Database, article: Article, *, person_id: int, now: datetime) -> None:
    """Writes the article as it is given, if nobody changed it since it was read. Raises Changed."""
    found = await database.fetch_val(
        """UPDATE articles SET category = :category, title = :title, body = :body, review_on = :review_on,
            withdrawn_at = :withdrawn_at, reason = :reason, version = version + 1, changed_at = :now, changed_by = :person
        WHERE id = :id AND version = :version RETURNING id""",
        {
            **{name: getattr(article, name) for name in ("id", "version", "category", "title", "body", "review_on", "withdrawn_at", "reason")},
            "now": now, "person": person_id,
        },
    )  # fmt: skip
    if found is None:
        raise Changed(article.id)
