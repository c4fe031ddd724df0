"""Keeps the index of words up to what happened, beside everything else: no submission and no step waits for it."""

from databases import Database

from feedback.store import searching

BATCHES = 20
"""So many batches a turn, so that a worker that must stop stops soon."""


class Reader:
    """Reads the cases that changed, and once after its start all others, the newest first; what it has read before costs next to
    nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._before: int | None = 2**63 - 1
        self._since: str | None = None

    async def __call__(self) -> int:
        """One turn; how many cases were read."""
        upto = await searching.settled(self._database)
        if self._since is None:
            self._since = upto
        read = await self._changed(self._since, upto)
        if read < BATCHES * searching.BATCH:
            self._since = upto
        return read + await self._others()

    async def _others(self) -> int:
        read = 0
        for _ in range(BATCHES):
            if self._before is None:
                break
            count, self._before = await searching.read_on(self._database, before=self._before)
            read += count
        return read

    async def _changed(self, since: str, upto: str) -> int:
        read = 0
        for _ in range(BATCHES):
            count = await searching.read_changed(self._database, since=since, upto=upto)
            read += count
            if count < searching.BATCH:
                break
        return read
