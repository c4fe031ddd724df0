"""Cases: written whole at submission, changed by compare-and-swap, read as `Case` records."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from databases import Database

from feedback.rules.limit import Regime, Stage
from feedback.rules.permission import Role
from feedback.rules.record import Assignment, Case, Decision, Event, Kind, Text
from feedback.rules.status import Status, Step
from feedback.store.vault import Vault

COLUMNS = ", ".join(f"cases.{field.name}" for field in fields(Case))
CHANGEABLE = frozenset(field.name for field in fields(Case)) - {"id", "number", "version", "status", "head"}


class Stale(Exception):
    """这件诉求刚刚被别人处理过，请看最新情况后再操作。"""


def read(row: Any) -> Case:
    """The record of one row of `SELECT {COLUMNS}`."""
    values = {field.name: row[field.name] for field in fields(Case)}
    return Case(
        **{
            **values,
            "status": Status(values["status"]),
            "kind": Kind(values["kind"]),
            "decision": Decision(values["decision"]),
            "regime": Regime(values["regime"]),
        }
    )


class Numbers:
    """Identities for new cases, fetched 50 at a time, so that a submission needs no round trip for one."""

    def __init__(self) -> None:
        self._free: list[int] = []

    async def take(self, database: Database) -> int:
        """The next identity. Those of a process that ends are never used: numbers may have gaps."""
        if not self._free:
            first = await database.fetch_val("SELECT nextval('case_ids')")
            self._free = list(range(first + 49, first - 1, -1))
        return self._free.pop()


async def get(database: Database, number: str) -> Case | None:
    """The case with this public number."""
    row = await database.fetch_one(f"SELECT {COLUMNS} FROM cases WHERE number = :number", {"number": number})
    return read(row) if row else None


async def with_holders(database: Database, number: str, person_id: int | None) -> tuple[Case, set[str]] | None:
    """The case with this public number, and the bureaus that have it now; None also for who has recused themself from it."""
    row = await database.fetch_one(
        f"""SELECT {COLUMNS}, ARRAY(SELECT assignments.bureau FROM assignments
            WHERE assignments.case_id = cases.id AND until_at IS NULL) AS holders
        FROM cases WHERE number = :number
            AND NOT EXISTS (SELECT FROM recusals WHERE case_id = cases.id AND person_id = :person)""",
        {"number": number, "person": person_id},
    )
    if row is None:
        return None
    found = read(row)
    return found, {*row["holders"], *([found.bureau] if found.bureau else [])}


async def by_id(database: Database, identity: int) -> Case | None:
    """The case with this identity."""
    row = await database.fetch_one(f"SELECT {COLUMNS} FROM cases WHERE id = :id", {"id": identity})
    return read(row) if row else None


async def held(database: Database, identity: int) -> Case:
    """The case as it is when nobody else is changing it; nobody does until the caller's transaction ends."""
    row = await database.fetch_one(f"SELECT {COLUMNS} FROM cases WHERE id = :id FOR UPDATE", {"id": identity})
    assert row is not None
    return read(row)


async def with_code(database: Database, number: str, code_hash: bytes) -> Case | None:
    """The case with this number, if the query code is the right one."""
    row = await database.fetch_one(
        f"SELECT {COLUMNS} FROM cases WHERE number = :number AND code_hash = :code",
        {"number": number, "code": code_hash},
    )
    return read(row) if row else None


async def joined_under(database: Database, identity: int) -> list[Case]:
    """The cases that follow this lead case."""
    rows = await database.fetch_all(
        f"SELECT {COLUMNS} FROM cases WHERE lead_id = :id AND status = 'joined' ORDER BY id", {"id": identity}
    )
    return [read(row) for row in rows]


async def sealed_text(database: Database, identity: int) -> bytes | None:
    """The encrypted title and body of a protected case."""
    return await database.fetch_val("SELECT sealed_text FROM cases WHERE id = :id", {"id": identity})


async def change(
    database: Database, case: Case, *, to: Status, head: bytes, changes: Mapping[str, Any], quiet: bool = False
) -> None:
    """Compare-and-swap of status, head and the named columns. Raises Stale if anything happened to the case meanwhile.

    `quiet`: the version stays, so that what people have open on their screens stays good."""
    unknown = set(changes) - CHANGEABLE
    if unknown:
        raise KeyError(f"not columns of a case that a step may change: {sorted(unknown)}")
    sets = "".join(f", {name} = :{name}" for name in changes)
    query = f"""UPDATE cases SET status = :to_status, head = :new_head, version = :new_version{sets}
        WHERE id = :case_id AND status = :seen_status AND version = :seen_version AND head = :seen_head RETURNING id"""
    seen = {"case_id": case.id, "seen_status": case.status, "seen_version": case.version, "seen_head": case.head}
    new = {"to_status": to, "new_head": head, "new_version": case.version + (not quiet)}
    if await database.fetch_one(query, {**changes, **seen, **new}) is None:
        raise Stale(case.number)


async def add_event(database: Database, event: Event, digest: bytes) -> None:
    """Appends one event to its case's chain."""
    await database.execute(
        """INSERT INTO events (case_id, seq, at, step, from_status, to_status, actor, person_id, bureau, round, hash)
        VALUES (:case_id, :seq, :at, :step, :from_status, :to_status, :actor, :person_id, :bureau, :round, :hash)""",
        {field.name: getattr(event, field.name) for field in fields(Event)} | {"hash": digest},
    )


async def next_seq(database: Database, case_id: int) -> int:
    """The number of the case's next event."""
    return await database.fetch_val("SELECT max(seq) + 1 FROM events WHERE case_id = :id", {"id": case_id})


async def add_texts(database: Database, case: Case, texts: Sequence[Text], *, vault: Vault) -> None:
    """Keeps what was said at a step; of a protected case only sealed."""
    for text in texts:
        sealed = vault.seal(text.body) if case.protected else None
        await database.execute(
            """INSERT INTO texts (case_id, seq, field, body, sealed, public)
            VALUES (:case_id, :seq, :field, :body, :sealed, :public)""",
            {
                "case_id": case.id, "seq": text.seq, "field": text.field, "body": "" if sealed else text.body,
                "sealed": sealed, "public": text.public,
            },
        )  # fmt: skip


async def events(database: Database, case_id: int) -> list[Event]:
    """The case's history in order."""
    rows = await database.fetch_all(
        """SELECT case_id, seq, at, step, from_status, to_status, actor, person_id, bureau, round
        FROM events WHERE case_id = :id ORDER BY seq""",
        {"id": case_id},
    )
    return [read_event(row) for row in rows]


def read_event(row: Any) -> Event:
    """The record of one row of events."""
    return Event(
        row["case_id"], row["seq"], row["at"], Step(row["step"]), row["from_status"], Status(row["to_status"]),
        Role(row["actor"]), row["person_id"], row["bureau"], row["round"],
    )  # fmt: skip


async def texts(database: Database, case_id: int, *, vault: Vault, public_only: bool = False) -> list[Text]:
    """What was said at the case's steps, in order; `public_only` for the citizen."""
    rows = await database.fetch_all(
        """SELECT seq, field, body, sealed, public FROM texts
        WHERE case_id = :id AND (public OR NOT CAST(:public_only AS boolean)) ORDER BY seq, field""",
        {"id": case_id, "public_only": public_only},
    )
    return [Text(row["seq"], row["field"], _opened(row, vault), row["public"]) for row in rows]


def _opened(row: Any, vault: Vault) -> str:
    return vault.open(row["sealed"]) if row["sealed"] else row["body"]


async def last_text(database: Database, case_id: int, field: str, *, vault: Vault) -> str:
    """The newest text of this kind; empty when there is none."""
    found = await database.fetch_one(
        "SELECT body, sealed FROM texts WHERE case_id = :id AND field = :field ORDER BY seq DESC LIMIT 1",
        {"id": case_id, "field": field},
    )
    return _opened(found, vault) if found else ""


async def writer(database: Database, case_id: int) -> int | None:
    """Who wrote the newest answer."""
    return await database.fetch_val(
        "SELECT person_id FROM events WHERE case_id = :id AND step = 'reply' ORDER BY seq DESC LIMIT 1", {"id": case_id}
    )


async def assignments(database: Database, case_id: int) -> list[Assignment]:
    """Who had the case and when, in order."""
    rows = await database.fetch_all(
        f"""SELECT {', '.join(field.name for field in fields(Assignment))}
        FROM assignments WHERE case_id = :id ORDER BY from_at, id""",
        {"id": case_id},
    )
    return [Assignment(**dict(row._mapping)) for row in rows]


async def held_since(database: Database, case_id: int) -> datetime | None:
    """Since when the lead bureau has the case for itself: it got it, or it was freed from one that it was joined to."""
    return await database.fetch_val(
        """SELECT greatest(from_at, (SELECT max(at) FROM events WHERE case_id = :id AND step = 'unjoin'))
        FROM assignments WHERE case_id = :id AND role = 'lead' AND until_at IS NULL ORDER BY id DESC LIMIT 1""",
        {"id": case_id},
    )


async def holders(database: Database, case_id: int) -> set[str]:
    """The bureaus that have the case now, lead and support."""
    rows = await database.fetch_all(
        "SELECT bureau FROM assignments WHERE case_id = :id AND until_at IS NULL", {"id": case_id}
    )
    return {row["bureau"] for row in rows}


DONE: Mapping[Stage, str] = {
    Stage.ACCEPT: "accepted_at",
    Stage.CONTACT: "contacted_at",
    Stage.CONTRIBUTE: "contributed_at",
}
"""The column of an assignment that says when a stage before the answer was done; its due time stands in <stage>_due_at."""
NO_STAGES: Mapping[str, Any] = {
    "counted_from": None,
    **{f"{stage}_{what}": None for stage in DONE for what in ("due_at", "warn_at")},
    **{f"{stage}_provisional": False for stage in DONE},
}
"""The columns of an assignment that say until when its bureau does what, since when that is counted, and which of it a notice of
holidays may still move."""
MISSED = ", ".join(
    f"""{stage}_breached_at = coalesce({stage}_breached_at,
        CASE WHEN {done} IS NULL AND {stage}_due_at <= :now THEN {stage}_due_at END)"""
    for stage, done in DONE.items()
)
"""What comes too late is recorded as late at its true time, also when the clock had not looked yet."""


async def assign(
    database: Database, case_id: int, bureau: str, *, role: str, round: int, now: datetime,
    stages: Mapping[str, Any] = NO_STAGES,
) -> None:  # fmt: skip
    """Begins an assignment; `stages` says until when a lead signs for it and tells the citizen something, a support the lead."""
    await database.execute(
        f"""INSERT INTO assignments (case_id, bureau, role, round, from_at, {", ".join(NO_STAGES)})
        VALUES (:case_id, :bureau, :role, :round, :now, {", ".join(f":{name}" for name in NO_STAGES)})""",
        {"case_id": case_id, "bureau": bureau, "role": role, "round": round, "now": now, **NO_STAGES, **stages},
    )
    if role == "lead":
        await sign_by(database, case_id, stages["accept_due_at"])


async def sign_by(database: Database, case_id: int, due_at: datetime | None) -> None:
    """Until when the lead signs for it: the case's place in the list of those to sign."""
    await database.execute("UPDATE cases SET accept_due_at = :due WHERE id = :id", {"id": case_id, "due": due_at})


async def accept(database: Database, case_id: int, *, now: datetime) -> None:
    """Notes when the lead bureau signed for the case."""
    await database.execute(
        f"""UPDATE assignments SET accepted_at = :now, {MISSED}
        WHERE case_id = :case_id AND role = 'lead' AND until_at IS NULL AND accepted_at IS NULL""",
        {"case_id": case_id, "now": now},
    )


async def release(database: Database, case_id: int, *, ended_by: Step, now: datetime) -> None:
    """Ends every assignment that runs: the case was answered, returned, or left."""
    await database.execute(
        f"""UPDATE assignments SET until_at = :now, ended_by = :ended_by, {MISSED}
        WHERE case_id = :case_id AND until_at IS NULL""",
        {"case_id": case_id, "ended_by": ended_by, "now": now},
    )


async def keep_round(database: Database, case: Case) -> None:
    """Moves the times of the round that ends to past_rounds."""
    await database.execute(
        """INSERT INTO past_rounds (case_id, round, started_at, due_at, extended_days, answered_at, breached_at, solved,
            satisfaction, base_due_at)
        VALUES (:id, :round, :round_started_at, :due_at, :extended_days, :answered_at, :breached_at, :solved,
            :satisfaction, :base_due_at)""",
        {
            name: getattr(case, name)
            for name in ("id", "round", "round_started_at", "due_at", "extended_days", "answered_at", "breached_at",
                         "solved", "satisfaction", "base_due_at")
        },
    )  # fmt: skip
