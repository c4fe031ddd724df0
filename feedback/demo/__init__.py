"""The demo city of `make run`: accounts to sign in with, and cases that look like the last three months. Never in a real city."""

import sys

from feedback import app, clock
from feedback.demo import accounts, stories
from feedback.settings import Settings
from feedback.store import city, vitals
from feedback.web import wording


async def furnish(own: Settings) -> None:
    """Accounts and cases, each only where there are none yet. The database must be migrated and know its city."""
    async with app.opened(own) as hall:
        await accounts.open_all(hall, own.var / accounts.FILE)
        if not await vitals.any_case(hall.database):
            sys.stderr.write("正在准备演示诉求，大约半分钟，只有第一次需要 …\n")
            await stories.tell_all(hall, now=clock.now())


def show_accounts(own: Settings) -> None:
    """Prints who can sign in."""
    homes = {row["code"]: row["short"] for row in city.read_csv(own.city / "bureaus.csv")}
    accounts.show(own.var / accounts.FILE, wording.ROLES, homes)
