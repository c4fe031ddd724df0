"""The city's tables as a reorganisation leaves them. Each function may be called again: what is done is done."""

from typing import Any

from databases import Database

from feedback.rules import succession
from feedback.rules.succession import Change, Successor, What


async def rename(database: Database, change: Change) -> None:
    """The new name under the old code; a district is called so as a place too."""
    if change.what is What.CATEGORY:
        await database.execute(
            "UPDATE categories SET name = :name WHERE code = :code", {"name": change.name, "code": change.code}
        )
        return
    for table in ("bureaus", "districts"):
        await database.execute(
            f"UPDATE {table} SET name = :name, short = :short WHERE code = :code",
            {"name": change.name, "short": change.short, "code": change.code},
        )


async def found_bureau(database: Database, one: Successor, *, like: str) -> None:
    """A new bureau, of the kind and with the duties of the one it comes from."""
    await database.execute(
        """INSERT INTO bureaus (code, name, short, kind, hotline, duties, keywords, source)
        SELECT :new, :name, :short, kind, hotline, duties, keywords, 'seen' FROM bureaus WHERE code = :like
        ON CONFLICT DO NOTHING""",
        {"new": one.code, "name": one.name, "short": one.short or one.name, "like": like},
    )


async def found_category(database: Database, one: Successor, *, like: str) -> None:
    """A new category with the lead, limit and rules of the one it comes from."""
    await database.execute(
        """INSERT INTO categories (code, group_name, name, lead, support, kind, limit_code, urgent, public, boundary, keywords, source)
        SELECT :new, group_name, :name, lead, support, kind, limit_code, urgent, public, boundary,
            CASE WHEN cardinality(CAST(:words AS text[])) > 0 THEN :words ELSE keywords END, 'seen'
        FROM categories WHERE code = :like ON CONFLICT DO NOTHING""",
        {"new": one.code, "name": one.name, "words": list(one.words), "like": like},
    )
    await database.execute(
        """INSERT INTO routing_rules (position, id, category, district, words, lead, support, reason, source)
        SELECT (SELECT max(position) FROM routing_rules) + row_number() OVER (ORDER BY position), id, :new, district,
            words, lead, support, reason, source
        FROM routing_rules WHERE category = :like
            AND NOT EXISTS (SELECT FROM routing_rules WHERE category = :new)""",
        {"new": one.code, "like": like},
    )


async def hand_duties(database: Database, change: Change) -> None:
    """What the old bureau led or supported, category by category and rule by rule, is its successors'."""
    for table, key in (("categories", "code"), ("routing_rules", "category")):
        which = "code" if table == "categories" else "position"
        rows: list[Any] = await database.fetch_all(
            f"""SELECT {which} AS id, {key} AS category, lead, support FROM {table}
            WHERE lead = :code OR :code = ANY(support)""",
            {"code": change.code},
        )
        for row in rows:
            new = succession.heir(change, row["category"])
            lead = new if row["lead"] == change.code else row["lead"]
            support = [new if one == change.code else one for one in row["support"]]
            await database.execute(
                f"UPDATE {table} SET lead = :lead, support = :support WHERE {which} = :id",
                {"lead": lead, "support": [one for one in dict.fromkeys(support) if one != lead], "id": row["id"]},
            )


async def hand_names(database: Database, change: Change) -> None:
    """By the everyday names of the old bureau its first successor is meant."""
    values = {"old": change.code, "new": change.successors[0].code}
    await database.execute("UPDATE unit_names SET bureau = :new WHERE bureau = :old", values)


_TEXTS = ("reply_templates", "articles")
"""What a bureau wrote about its categories."""


async def hand_people(database: Database, change: Change) -> None:
    """The accounts, sub-units and texts of a bureau that is no more go to its first successor, what is about a category to its heir;
    each successor without people on duty has the old ones."""
    to = change.successors[0].code
    values = {"old": change.code, "new": to}
    await database.execute(
        """UPDATE units SET name = units.name || '（原' || (SELECT short FROM bureaus WHERE code = :old) || '）'
        WHERE bureau = :old AND active AND EXISTS (SELECT FROM units AS there
            WHERE there.bureau = :new AND there.active AND there.name = units.name)""",
        values,
    )
    await database.execute("UPDATE units SET bureau = :new WHERE bureau = :old", values)
    for table in _TEXTS:
        # What is about a category goes where its cases go.
        for one in change.successors:
            await database.execute(
                f"""UPDATE {table} SET bureau = :new
                WHERE bureau = :old AND category = ANY(CAST(:categories AS text[]))""",
                {"old": change.code, "new": one.code, "categories": sorted(one.categories)},
            )
        await database.execute(f"UPDATE {table} SET bureau = :new WHERE bureau = :old", values)
    await database.execute("UPDATE people SET bureau = :new WHERE bureau = :old", values)
    for one in change.successors:
        await _hand_duty(database, change.code, one.code)


async def _hand_duty(database: Database, code: str, heir: str) -> None:
    """A successor that nobody has told whom to wake wakes those of the old bureau."""
    await database.execute(
        """INSERT INTO duty_contacts (bureau, phone, email, at, person_id)
        SELECT :heir, phone, email, at, person_id FROM duty_contacts
        WHERE bureau = :code AND NOT EXISTS (SELECT FROM duty_contacts WHERE bureau = :heir) ORDER BY id DESC LIMIT 1""",
        {"code": code, "heir": heir},
    )


async def retire(database: Database, change: Change) -> None:
    """The code is not chosen any more; its rows stay for the past."""
    table = "bureaus" if change.what is What.BUREAU else "categories"
    await database.execute(f"UPDATE {table} SET active = false WHERE code = :code", {"code": change.code})


async def lead_as(database: Database, code: str, heir: str) -> None:
    """A retired category is led as its successor: a model that still finds it then finds the right bureau."""
    await database.execute(
        """UPDATE categories SET lead = heir.lead, support = heir.support
        FROM (SELECT lead, support FROM categories WHERE code = :heir) AS heir WHERE code = :code""",
        {"code": code, "heir": heir},
    )


async def hand_texts(database: Database, code: str, heir: str) -> None:
    """Reply templates and articles about a category that is no more are about its (first) successor: nobody asks for the old code."""
    for table in _TEXTS:
        await database.execute(
            f"UPDATE {table} SET category = :heir WHERE category = :code", {"heir": heir, "code": code}
        )
