"""督办 and 批示: orders on one case or many, each with its own due time, what was said to them, and who was warned."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from databases import Database

from feedback.rules.instruction import Act, State
from feedback.store import recusals

PAGE = 50


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose instructions: those with a case of this bureau (None: of any), but for cases this person has recused themself from."""

    bureau: str | None = None
    person_id: int | None = None


EVERYTHING = Scope()


async def add(
    database: Database, *, person_id: int, text: str, about: str, due_at: datetime, warn_at: datetime, now: datetime
) -> int:  # fmt: skip
    """Keeps one order, as yet on no case; its id."""
    return await database.fetch_val(
        """INSERT INTO instructions (person_id, at, text, about, due_at, warn_at)
        VALUES (:person_id, :now, :text, :about, :due_at, :warn_at) RETURNING id""",
        {"person_id": person_id, "text": text, "about": about, "due_at": due_at, "warn_at": warn_at, "now": now},
    )


async def link(database: Database, identity: int, case_id: int) -> None:
    """The order is on this case too."""
    await database.execute(
        "INSERT INTO instruction_cases (instruction_id, case_id) VALUES (:id, :case_id)",
        {"id": identity, "case_id": case_id},
    )


async def of_case(database: Database, case_id: int) -> list[Any]:
    """The orders on one case, newest first, with who gave them."""
    return await database.fetch_all(
        """SELECT instructions.id, instructions.at, instructions.text, instructions.due_at, instructions.done_at,
            instruction_cases.answered_at, people.name, people.role
        FROM instruction_cases JOIN instructions ON instructions.id = instruction_cases.instruction_id
        JOIN people ON people.id = instructions.person_id
        WHERE case_id = :id ORDER BY instructions.id DESC""",
        {"id": case_id},
    )


async def answered(database: Database, case_id: int, *, now: datetime) -> None:
    """The answer of the case went out, or it ended without one: its orders can be written off as far as it is concerned."""
    await database.execute(
        "UPDATE instruction_cases SET answered_at = :now WHERE case_id = :id AND answered_at IS NULL",
        {"id": case_id, "now": now},
    )


async def owed_again(database: Database, case_id: int) -> None:
    """The case is open again: orders on it that nobody has written off wait for it."""
    await database.execute(
        """UPDATE instruction_cases SET answered_at = NULL FROM instructions
        WHERE case_id = :id AND instructions.id = instruction_id AND done_at IS NULL""",
        {"id": case_id},
    )


_THEIRS = f"""(CAST(:bureau AS text) IS NULL OR cases.bureau = :bureau) AND cases.id NOT IN {recusals.OF_PERSON}"""
_SETTLED = """coalesce(instruction_cases.answered_at > coalesce(back.at, '-infinity') OR 'done' = (
    SELECT act FROM instruction_words AS said WHERE said.instruction_id = instructions.id AND said.act IN ('progress', 'done')
        AND said.bureau IS NOT DISTINCT FROM cases.bureau AND said.id > coalesce(back.id, 0) AND said.at >= cases.round_started_at
    ORDER BY said.id DESC LIMIT 1), false)"""
"""Answered, or reported as done by the bureau that has it in this round, since the order was last sent back."""
_SELECT = f"""SELECT instructions.id, instructions.at, instructions.text, instructions.about, instructions.due_at,
        instructions.warn_at, instructions.done_at, giver.name AS by, giver.role, held.n, held.answered, held.owed, held.bureaus,
        held.number, held.title, word.at AS word_at, word.act, word.text AS word, word.bureau AS word_bureau,
        speaker.name AS word_by
    FROM instructions JOIN people AS giver ON giver.id = instructions.person_id
    CROSS JOIN LATERAL (SELECT max(id) AS id, max(at) AS at FROM instruction_words
        WHERE instruction_words.instruction_id = instructions.id AND act = 'send_back') AS back
    CROSS JOIN LATERAL (
        SELECT CAST(count(*) FILTER (WHERE NOT {_SETTLED}) AS integer) AS owed, CAST(count(*) AS integer) AS n, CAST(count(instruction_cases.answered_at) AS integer) AS answered,
            array_agg(DISTINCT coalesce(cases.bureau, '')) AS bureaus, min(cases.number) FILTER (WHERE {_THEIRS}) AS number,
            (array_agg(cases.title ORDER BY cases.number) FILTER (WHERE {_THEIRS}))[1] AS title
        FROM instruction_cases JOIN cases ON cases.id = instruction_cases.case_id
        WHERE instruction_cases.instruction_id = instructions.id) AS held
    LEFT JOIN LATERAL (SELECT at, act, text, bureau, person_id FROM instruction_words
        WHERE instruction_words.instruction_id = instructions.id ORDER BY id DESC LIMIT 1) AS word ON true
    LEFT JOIN people AS speaker ON speaker.id = word.person_id"""
_REPORTED = "held.owed = 0"
"""As `rules.instruction.state`."""
_STANDING = {
    State.OPEN: f"done_at IS NULL AND NOT {_REPORTED}",
    State.REPORTED: f"done_at IS NULL AND {_REPORTED}",
    State.DONE: "done_at IS NOT NULL",
}
_SCOPE = f"""EXISTS (SELECT FROM instruction_cases AS mine JOIN cases ON cases.id = mine.case_id
    WHERE mine.instruction_id = instructions.id AND {_THEIRS})"""
"""An instruction belongs to whoever has one of its cases."""


def _values(scope: Scope, **others: Any) -> dict[str, Any]:
    return {"bureau": scope.bureau, "person": scope.person_id, **others}


async def page(
    database: Database, state: State, scope: Scope = EVERYTHING, *, after: int | None = None, limit: int = PAGE
) -> list[Any]:  # fmt: skip
    """Orders that stand so, the earliest due first (those written off: the latest first), behind the order `after`."""
    key, way, behind = ("done_at", "DESC", "<") if state is State.DONE else ("due_at", "", ">")
    values = _values(scope, limit=limit)
    conditions = [_STANDING[state], _SCOPE]
    if after is not None:
        values["after"] = after
        conditions.append(f"({key}, instructions.id) {behind} (SELECT {key}, id FROM instructions WHERE id = :after)")
    return await database.fetch_all(
        f"{_SELECT} WHERE {' AND '.join(conditions)} ORDER BY {key} {way}, instructions.id {way} LIMIT :limit", values
    )


async def counts(database: Database, scope: Scope = EVERYTHING) -> dict[State, int]:
    """How many orders are open and how many are reported as done; those written off are not counted."""
    condition = f"done_at IS NULL AND {_SCOPE}"
    row = await database.fetch_one(
        f"""WITH found AS ({_SELECT.replace("SELECT ", f"SELECT {_REPORTED} AS reported, ", 1)} WHERE {condition})
        SELECT count(*) FILTER (WHERE reported) AS reported, count(*) FILTER (WHERE NOT reported) AS open FROM found""",
        _values(scope),
    )
    assert row is not None
    return {State.OPEN: row["open"], State.REPORTED: row["reported"]}


async def get(database: Database, identity: int, scope: Scope = EVERYTHING) -> Any | None:
    """One order, if one of its cases is in this scope."""
    return await database.fetch_one(
        f"{_SELECT} WHERE instructions.id = :id AND {_SCOPE}", _values(scope, id=identity)
    )


async def lock(database: Database, identity: int) -> None:
    """Holds off others who would say something to it, until the caller's transaction ends."""
    await database.execute("SELECT id FROM instructions WHERE id = :id FOR UPDATE", {"id": identity})


async def cases_of(database: Database, identity: int, scope: Scope = EVERYTHING) -> list[Any]:
    """The cases an order is on, by due time; a bureau sees its own, nobody those they recused themself from."""
    return await database.fetch_all(
        f"""SELECT cases.number, cases.title, cases.status, cases.bureau, cases.due_at, cases.received_at,
            instruction_cases.answered_at
        FROM instruction_cases JOIN cases ON cases.id = case_id
        WHERE instruction_id = :id AND NOT protected AND {_THEIRS}
        ORDER BY cases.due_at, cases.number""",
        _values(scope, id=identity),
    )


async def words(database: Database, identity: int) -> list[Any]:
    """What was said to an order, in order."""
    return await database.fetch_all(
        """SELECT instruction_words.at, act, text, instruction_words.bureau, people.name, people.role
        FROM instruction_words JOIN people ON people.id = person_id
        WHERE instruction_id = :id ORDER BY instruction_words.id""",
        {"id": identity},
    )


async def say(
    database: Database, identity: int, act: Act, *, text: str, person_id: int, bureau: str | None, now: datetime
) -> None:  # fmt: skip
    """Keeps what somebody said to an order; writing off ends it."""
    values = {"id": identity, "now": now, "person_id": person_id}
    await database.execute(
        """INSERT INTO instruction_words (instruction_id, at, person_id, bureau, act, text)
        VALUES (:id, :now, :person_id, :bureau, :act, :text)""",
        {**values, "bureau": bureau, "act": act.value, "text": text},
    )
    if act is Act.WRITE_OFF:
        await database.execute("UPDATE instructions SET done_at = :now, done_by = :person_id WHERE id = :id", values)


# Warnings ---------------------------------------------------------------------------------------------------------


async def unwarned(database: Database, *, now: datetime) -> list[Any]:
    """Orders and the rung that is due for each and was not taken yet: yellow, red."""
    return await database.fetch_all(
        """SELECT instructions.id, instructions.person_id, rung FROM instructions
        CROSS JOIN (VALUES ('yellow'), ('red')) AS rungs (rung)
        WHERE done_at IS NULL AND CASE rung WHEN 'red' THEN due_at ELSE warn_at END <= :now
            AND NOT EXISTS (SELECT FROM instruction_warnings AS given
                WHERE given.instruction_id = instructions.id AND given.rung = rungs.rung)
        ORDER BY due_at, instructions.id LIMIT 200""",
        {"now": now},
    )


async def receivers(database: Database, identity: int, rung: str, *, giver: int) -> Sequence[int]:
    """Whom a rung is for: who handles and who heads the cases that are not answered; at red also who gave the order."""
    rows = await database.fetch_all(
        """SELECT DISTINCT people.id FROM instruction_cases JOIN cases ON cases.id = case_id
        JOIN people ON people.active AND (people.id = cases.handler_id
            OR people.bureau = cases.bureau AND (people.role = 'head' OR people.role = 'handler' AND cases.handler_id IS NULL)
            OR cases.bureau IS NULL AND people.role = 'dispatcher')
        WHERE instruction_id = :id AND instruction_cases.answered_at IS NULL
            AND NOT EXISTS (SELECT FROM recusals WHERE person_id = people.id AND recusals.case_id = cases.id)""",
        {"id": identity},
    )
    return sorted({row["id"] for row in rows} | ({giver} if rung == "red" else set()))


async def note(database: Database, identity: int, rung: str, *, people: Sequence[int], now: datetime) -> None:
    """Writes the rung down and puts a notice before each of these people. Twice is as good as once."""
    values = {"id": identity, "rung": rung, "now": now}
    await database.execute(
        "INSERT INTO instruction_warnings VALUES (:id, :rung, :now) ON CONFLICT DO NOTHING", values
    )
    await database.execute(
        """INSERT INTO instruction_reminders (person_id, instruction_id, rung, at)
        SELECT unnest(CAST(:people AS bigint[])), :id, :rung, :now ON CONFLICT DO NOTHING""",
        {**values, "people": list(people)},
    )


async def unseen(database: Database, scope: Scope) -> list[Any]:
    """This person's notices about orders of their scope that are not written off, the earliest due first: one an order."""
    return await database.fetch_all(
        f"""SELECT instructions.id, instructions.text, due_at, warn_at, max(instruction_reminders.at) AS at
        FROM instruction_reminders JOIN instructions ON instructions.id = instruction_id
        WHERE instruction_reminders.person_id = :person AND seen_at IS NULL AND done_at IS NULL AND {_SCOPE}
        GROUP BY instructions.id ORDER BY due_at, instructions.id LIMIT 50""",
        _values(scope),
    )


async def seen(database: Database, person_id: int, *, now: datetime) -> None:
    """The person has taken note of everything up to now."""
    await database.execute(
        "UPDATE instruction_reminders SET seen_at = :now WHERE person_id = :person AND seen_at IS NULL AND at <= :now",
        {"person": person_id, "now": now},
    )
