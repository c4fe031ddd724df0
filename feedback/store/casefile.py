"""One case with everything that lies beside it, for the page of the case: few statements, each for what is read together."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from databases import Database

from feedback.rules.permission import BUREAU_ROLES, Actor
from feedback.rules.record import Assignment, Case, Event, Text
from feedback.store import attachments, cases, instructions, ledger, parts, recusals
from feedback.store.attachments import Attachment
from feedback.store.together import together
from feedback.store.vault import Vault

MOST = 20
"""Neighbours of each sort."""


@dataclass(frozen=True, slots=True)
class File:
    """Everything that was written about one case, and the cases beside it."""

    margins: Any
    history: list[Event]
    names: dict[int, str]
    said: list[Text]
    held: list[Assignment]
    letter: list[Any]
    corrections: list[Any]
    instructions: list[Any]
    attachments: list[Attachment]
    alike: list[Any]
    neighbours: list["Neighbour"]


async def whole(database: Database, case: Case, who: Actor, *, vault: Vault) -> File:
    """The file of a case as this person may read it, in one statement."""
    margin, (events, names), *others = await together(
        database,
        lambda asked: margins(asked, case, who.person_id),
        lambda asked: history(asked, case.id),
        lambda asked: cases.texts(asked, case.id, vault=vault),
        lambda asked: cases.assignments(asked, case.id),
        lambda asked: parts.of_letter(asked, case, person_id=who.person_id),
        lambda asked: ledger.corrections(asked, case.id),
        lambda asked: instructions.of_case(asked, case.id),
        lambda asked: attachments.of_case(asked, vault, case.id),
        lambda asked: ledger.similar_open(asked, case, who.person_id),
        lambda asked: neighbours(asked, case, who),
    )
    return File(margin, events, names, *others)


async def margins(database: Database, case: Case, person_id: int | None) -> Any:
    """What belongs to exactly one case: sealed text, contact, handler, lead, followers, extension of this round, ledger,
    and this person's draft."""
    return await database.fetch_one(
        """SELECT cases.sealed_text, contacts.name AS contact_name, contacts.phone, contacts.email,
            handler.name AS handler, units.name AS unit, lead.number AS lead,
            ARRAY(SELECT number FROM cases AS f WHERE f.lead_id = cases.id AND f.status = 'joined' ORDER BY f.id) AS followers,
            extensions.days, extensions.asked_at, extensions.granted, extensions.decided_at,
            ledger.decision, ledger.model, ledger.category, ledger.bureau, ledger.probability, ledger.threshold,
            ledger.categories, ledger.bureaus, ledger.scores, ledger.reasons, drafts.at AS draft_at, drafts.fields AS draft
        FROM cases LEFT JOIN contacts ON contacts.case_id = cases.id
            LEFT JOIN people AS handler ON handler.id = cases.handler_id
            LEFT JOIN units ON units.id = cases.unit_id
            LEFT JOIN cases AS lead ON lead.id = cases.lead_id
            LEFT JOIN extensions ON extensions.case_id = cases.id AND extensions.round = cases.round
            LEFT JOIN ledger ON ledger.case_id = cases.id
            LEFT JOIN drafts ON drafts.case_id = cases.id AND drafts.person_id = :person AND drafts.round = cases.round
        WHERE cases.id = :id""",
        {"id": case.id, "person": person_id},
    )


async def history(database: Database, case_id: int) -> tuple[list[Event], dict[int, str]]:
    """The case's events in order, and the names of the people in them."""
    rows = await database.fetch_all(
        """SELECT case_id, seq, at, step, from_status, to_status, actor, person_id, events.bureau, round, people.name
        FROM events LEFT JOIN people ON people.id = events.person_id WHERE case_id = :id ORDER BY seq""",
        {"id": case_id},
    )
    return [cases.read_event(row) for row in rows], {row["person_id"]: row["name"] for row in rows if row["name"]}


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Another case of the same person or place: `why` says which."""

    why: str
    number: str
    title: str
    status: str
    received_at: datetime
    bureau: str | None


_COLUMNS = "cases.id, number, title, status, received_at, bureau"
_BY = {
    "person": """FROM contacts JOIN cases ON cases.id = contacts.case_id 
        WHERE contacts.phone_hash = (SELECT phone_hash FROM contacts WHERE case_id = :id)""",
    "place": "FROM cases WHERE address = :address AND address <> ''",
}


async def neighbours(database: Database, case: Case, who: Actor) -> list[Neighbour]:
    """Cases of the same phone and of the same address, newest first.

    Only what this person may open: a bureau's staff read of its own cases, nobody of one they recused themself from.
    Nothing beside a protected case."""
    if case.protected:
        return []
    scope, values = _scope(who)
    values |= {"id": case.id, "address": case.address, "person": who.person_id}
    parts = [
        f"""(SELECT '{why}' AS why, {_COLUMNS} {source} AND cases.id <> :id AND NOT protected AND {scope}
            AND cases.id NOT IN {recusals.OF_PERSON}
        ORDER BY received_at DESC LIMIT {MOST})"""
        for why, source in _BY.items()
    ]
    rows = await database.fetch_all(" UNION ALL ".join(parts), values)
    return [Neighbour(**{name: row[name] for name in Neighbour.__slots__}) for row in rows]


def _scope(who: Actor) -> tuple[str, dict[str, Any]]:
    if who.role not in BUREAU_ROLES:
        return "true", {}
    held = """(bureau = :bureau OR EXISTS (SELECT 1 FROM assignments
        WHERE assignments.case_id = cases.id AND assignments.bureau = :bureau AND until_at IS NULL))"""
    return held, {"bureau": who.bureau}
