"""The chain notices any change; the tree is that of RFC 6962."""

import dataclasses
import hashlib
from datetime import UTC, datetime

from feedback.rules import chain
from feedback.rules.permission import Role
from feedback.rules.record import Event
from feedback.rules.status import Status, Step

EVENT = Event(
    7,
    2,
    datetime(2026, 11, 22, 15, 5, tzinfo=UTC),
    Step.ROUTE,
    "submitted",
    Status.ASSIGNED,
    Role.CLOCK,
    None,
    "STHJ",
    1,
)


def sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def test_the_bytes_of_an_event():
    assert chain.canonical(EVENT) == b"7|2|2026-11-22T15:05:00.000000Z|route|submitted|assigned|clock||STHJ|1"


def test_any_change_changes_the_hash():
    before = chain.link(chain.GENESIS, EVENT)
    assert before == sha(bytes(32) + chain.canonical(EVENT))
    later = dataclasses.replace(EVENT, at=datetime(2026, 11, 22, 15, 5, 0, 1, tzinfo=UTC))
    assert chain.link(chain.GENESIS, later) != before
    assert chain.link(sha(b"another head"), EVENT) != before


def test_the_root_of_three_leaves_by_hand():
    a, b, c = (sha(b"\x00" + leaf) for leaf in (b"a", b"b", b"c"))
    assert chain.merkle_root([b"a"]) == a
    assert chain.merkle_root([b"a", b"b", b"c"]) == sha(b"\x01" + sha(b"\x01" + a + b) + c)
    assert chain.merkle_root([]) == sha(b"")


def test_seals_are_chained():
    assert chain.seal(b"p" * 32, b"r" * 32) == sha(b"p" * 32 + b"r" * 32)
