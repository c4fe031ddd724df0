"""The tamper-evident history: each event carries the hash of its case's event before it; a Merkle root seals them all.

Hashes are SHA-256. The tree is that of RFC 6962: leaf prefix 0x00, node prefix 0x01, split at the largest power of two.
"""

import hashlib
from collections.abc import Sequence
from datetime import UTC

from feedback.rules.record import Event

GENESIS = bytes(32)


def canonical(event: Event) -> bytes:
    """The bytes of an event that are hashed: every column, `|` between them, the time in UTC with microseconds."""
    at = f"{event.at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"
    parts = (
        event.case_id, event.seq, at, event.step, event.from_status, event.to_status,
        event.actor, event.person_id, event.bureau, event.round,
    )  # fmt: skip
    return "|".join("" if part is None else str(part) for part in parts).encode()


def link(head: bytes, event: Event) -> bytes:
    """The hash of `event` in its case's chain whose last hash is `head`."""
    return hashlib.sha256(head + canonical(event)).digest()


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    """The root over the leaves in order; of no leaves the hash of nothing."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + merkle_root(leaves[:split]) + merkle_root(leaves[split:])).digest()


def seal(previous: bytes, root: bytes) -> bytes:
    """The published head: the root chained to the head before it."""
    return hashlib.sha256(previous + root).digest()
