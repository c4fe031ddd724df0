"""The demo's petitions: some open, one that has reached its first threshold, one refused, one to be read."""

import csv
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from random import Random

from feedback.actions import petitioning
from feedback.actions.hall import Hall
from feedback.actions.petitioning import Proposal, Signer
from feedback.demo import phrases
from feedback.rules import petition
from feedback.rules.permission import Actor
from feedback.rules.petition import Petition
from feedback.settings import ROOT
from feedback.store import phone_codes

_CODE = "000000"
_DISTRICTS = ("D_CZ", "D_YF", "D_LN", "D_LB", "D_LJ", "D_BB")


def all_of(hall: Hall, clerk: Actor, *, now: datetime) -> list[AsyncIterator[datetime]]:
    """Their lives, as for letters: each says when it goes on."""
    with (ROOT / "data" / "demo" / "petitions.csv").open(encoding="utf-8", newline="") as file:
        return [_life(hall, clerk, row, number, now) for number, row in enumerate(csv.DictReader(file))]


async def _life(hall: Hall, clerk: Actor, row: dict[str, str], number: int, now: datetime) -> AsyncIterator[datetime]:
    random = Random(f"petition {number}")
    at = now - timedelta(days=int(row["days_ago"]), hours=random.uniform(0, 5))
    yield at
    found = await _proposed(hall, row, f"1990002{number:04}", now=at)
    if not row["decision"]:
        return
    at += timedelta(hours=random.uniform(2, 9))
    yield at
    if row["decision"] != "open":
        explanation = row["explanation"]
        await petitioning.reject(hall, clerk, found, reason=row["decision"], explanation=explanation, now=at)
        return
    found = await petitioning.publish(hall, clerk, found, now=at)
    for place, moment in enumerate(sorted(at + (now - at) * random.random() ** 1.6 for _ in range(int(row["signatures"])))):
        yield moment
        await _signed(hall, found, random, f"19900{number + 3:02}{place:04}", now=moment)


async def _proposed(hall: Hall, row: dict[str, str], phone: str, *, now: datetime) -> Petition:
    await _let_know(hall, phone, now=now)
    proposal = Proposal(row["title"], row["body"], "韦女士", phone, _CODE, row["district"])
    return await petitioning.propose(hall, proposal, now=now)


async def _signed(hall: Hall, found: Petition, random: Random, phone: str, *, now: datetime) -> None:
    await _let_know(hall, phone, now=now)
    name, district = random.choice(phrases.FAMILIES) + "先生", random.choice(_DISTRICTS)
    fresh = await petitioning.fresh(hall, found.number, now=now)
    await petitioning.sign(hall, fresh, Signer(name, phone, _CODE, district), now=now)


async def _let_know(hall: Hall, phone: str, *, now: datetime) -> None:
    """The code that the phone would have received; no message is made for it."""
    signer = petition.signer(phone)
    code_hash = hall.vault.hash("phone-code", signer, _CODE)
    await phone_codes.put(
        hall.database, hall.vault.hash("phone", signer), code_hash, expires_at=now + timedelta(minutes=1)
    )
