"""Which photos and files belong to which case. The bytes lie in the `depot`."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from databases import Database

from feedback.rules.attachment import Format, Kept, Purpose, Withdrawal
from feedback.store.vault import Vault


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a case."""

    code: str
    seq: int
    round: int
    purpose: Purpose
    public: bool
    bureau: str | None
    person_id: int | None
    at: datetime
    name: str
    format: Format
    size: int
    width: int | None
    height: int | None
    content: str
    small: str
    by: str
    """The name of the member of staff who added it; empty for the citizen."""
    withdrawn_at: datetime | None = None
    withdrawn_reason: Withdrawal | None = None
    withdrawn_by: str = ""
    """The name of who withdrew it: then nobody opens it, and its own name is empty."""


_SELECT = """SELECT code, seq, round, purpose, public, attachments.bureau, person_id, at, attachments.name, format, size, width,
    height, encode(content, 'hex') AS content, coalesce(encode(small, 'hex'), '') AS small, coalesce(people.name, '') AS by,
    withdrawn_at, withdrawn_reason, coalesce(remover.name, '') AS withdrawn_by
    FROM attachments LEFT JOIN people ON people.id = person_id LEFT JOIN people AS remover ON remover.id = attachments.withdrawn_by"""


def _read(row: Any, vault: Vault) -> Attachment:
    told = {name: row[name] for name in Attachment.__slots__}
    reason = row["withdrawn_reason"]
    told["withdrawn_reason"] = Withdrawal(reason) if reason else None
    changed = {"name": "" if reason else vault.open(row["name"]), "purpose": Purpose(row["purpose"]), "format": Format(row["format"])}
    return Attachment(**{**told, **changed})


async def of_case(database: Database, vault: Vault, case_id: int, *, public_only: bool = False) -> list[Attachment]:
    """The files of a case in the order they came; `public_only` for the citizen."""
    rows = await database.fetch_all(
        f"""{_SELECT} WHERE case_id = :id AND removed_at IS NULL AND (public OR NOT CAST(:public_only AS boolean))
        ORDER BY attachments.id""",
        {"id": case_id, "public_only": public_only},
    )
    return [_read(row, vault) for row in rows]


async def get(
    database: Database, vault: Vault, case_id: int, code: str, *, public_only: bool = False
) -> Attachment | None:
    """One file of this case by its code; None too for one that was withdrawn."""
    row = await database.fetch_one(
        f"""{_SELECT} WHERE case_id = :id AND code = :code AND removed_at IS NULL AND withdrawn_at IS NULL
        AND (public OR NOT CAST(:public_only AS boolean))""",
        {"id": case_id, "code": code, "public_only": public_only},
    )
    return _read(row, vault) if row else None


def row(vault: Vault, kept: Kept, **where: Any) -> dict[str, Any]:
    """The row of a file; `where`: code, case_id, seq, round, purpose, public, bureau, person_id, at."""
    return {
        **where,
        "name": vault.seal(kept.name),
        "format": kept.format,
        "size": kept.size,
        "width": kept.width,
        "height": kept.height,
        "content": bytes.fromhex(kept.content),
        "small": bytes.fromhex(kept.small) if kept.small else None,
    }


async def weigh(database: Database, case_id: int) -> tuple[int, int, int]:
    """How many files the citizen of a case has added, how many it has, and how many bytes those are."""
    row = await database.fetch_one(
        """SELECT count(*) FILTER (WHERE person_id IS NULL AND purpose = 'letter') AS mine, count(*) AS whole,
            coalesce(sum(size), 0) AS bytes
        FROM attachments WHERE case_id = :id AND removed_at IS NULL""",
        {"id": case_id},
    )
    assert row is not None
    return row["mine"], row["whole"], row["bytes"]


async def publish(database: Database, case_id: int, *, round: int, bureau: str | None) -> None:
    """What the bureau added to the answer of this round is the citizen's to see."""
    await database.execute(
        """UPDATE attachments SET public = true WHERE case_id = :id AND round = :round AND purpose = 'answer'
            AND bureau IS NOT DISTINCT FROM CAST(:bureau AS text) AND removed_at IS NULL""",
        {"id": case_id, "round": round, "bureau": bureau},
    )


async def hand_over(database: Database, case_id: int, *, old: str, new: str) -> None:
    """What the old bureau added to an answer that is not out yet is the new one's."""
    await database.execute(
        """UPDATE attachments SET bureau = :new WHERE case_id = :id AND bureau = :old AND purpose = 'answer' AND NOT public
            AND removed_at IS NULL""",
        {"id": case_id, "old": old, "new": new},
    )


async def follow(database: Database, lead_id: int, case_id: int, *, lead_round: int, round: int, seq: int) -> None:
    """A case that was joined gets the files of the answer with the answer; its own and the lead's letter stay apart."""
    await database.execute(
        """INSERT INTO attachments (code, case_id, seq, round, purpose, public, bureau, person_id, at, name, format, size,
            width, height, content, small)
        SELECT replace(gen_random_uuid()::text, '-', ''), :case_id, :seq, :round, purpose, true, bureau, person_id, at, name,
            format, size, width, height, content, small
        FROM attachments WHERE case_id = :lead_id AND round = :lead_round AND purpose = 'answer' AND public
            AND removed_at IS NULL ORDER BY id""",
        {"lead_id": lead_id, "case_id": case_id, "lead_round": lead_round, "round": round, "seq": seq},
    )


async def share(database: Database, case_id: int, to: int, *, codes: Collection[str] | None) -> int:
    """A case that was split from another gets rows of its own for what came from the citizen, all or these; how many.

    They came with its letter or, what came later, with the split. The bytes on disk are the same."""
    rows = await database.fetch_all(
        """INSERT INTO attachments (code, case_id, seq, round, purpose, public, bureau, person_id, at, name, format, size,
            width, height, content, small)
        SELECT replace(gen_random_uuid()::text, '-', ''), :to, least(seq, 2), 1, purpose, public, bureau, person_id, at, name,
            format, size, width, height, content, small
        FROM attachments WHERE case_id = :id AND purpose = 'letter' AND removed_at IS NULL AND withdrawn_at IS NULL
            AND (CAST(:codes AS text[]) IS NULL OR code = ANY(CAST(:codes AS text[]))) ORDER BY id RETURNING id""",
        {"id": case_id, "to": to, "codes": None if codes is None else list(codes)},
    )
    return len(rows)


async def remove(database: Database, case_id: int, code: str, *, by: int | None, now: datetime) -> bool:
    """Takes back a file that went out to nobody yet; whether there was one."""
    row = await database.fetch_one(
        """UPDATE attachments SET removed_at = :now, removed_by = :by
        WHERE case_id = :id AND code = :code AND NOT public AND removed_at IS NULL RETURNING id""",
        {"id": case_id, "code": code, "by": by, "now": now},
    )
    return row is not None


async def withdraw(
    database: Database, case_id: int, code: str, *, reason: Withdrawal, by: int, now: datetime
) -> bool:  # fmt: skip
    """Nobody opens this file of the citizen any more; whether there was one that was not withdrawn yet."""
    row = await database.fetch_one(
        """UPDATE attachments SET withdrawn_at = :now, withdrawn_by = :by, withdrawn_reason = :reason
        WHERE case_id = :id AND code = :code AND purpose = 'letter' AND removed_at IS NULL AND withdrawn_at IS NULL
        RETURNING id""",
        {"id": case_id, "code": code, "reason": reason.value, "by": by, "now": now},
    )
    return row is not None


async def wanted(database: Database, names: Sequence[str], *, removed_after: datetime) -> set[str]:
    """Which of these files on disk some case still needs; what was taken back or withdrawn lately counts as needed."""
    rows = await database.fetch_all(
        """SELECT encode(sha256, 'hex') AS name FROM unnest(CAST(:names AS bytea[])) AS lying(sha256) WHERE EXISTS (
            SELECT FROM attachments WHERE content = sha256 AND coalesce(removed_at, withdrawn_at, 'infinity') > :after
            UNION ALL SELECT FROM attachments WHERE small = sha256 AND coalesce(removed_at, withdrawn_at, 'infinity') > :after)""",
        {"names": [bytes.fromhex(name) for name in names], "after": removed_after},
    )
    return {row["name"] for row in rows}
