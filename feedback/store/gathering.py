"""Calls that come at the same moment are done as one: what each would cost on its own is then paid once."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Asked = TypeVar("Asked")
Told = TypeVar("Told")


class Gathering(Generic[Asked, Told]):
    """A function of one, made of a function of many: calls of one turn of the event loop go together, at most so many."""

    def __init__(self, work: Callable[[Sequence[Asked]], Awaitable[Sequence[Told | Exception]]], *, most: int) -> None:
        """`work` answers in the order it was asked; an exception among its answers is raised to the one who asked."""
        self._work, self._most = work, most
        self._waiting: list[tuple[Asked, asyncio.Future[Told]]] = []
        self._running: set[asyncio.Task[None]] = set()

    async def __call__(self, asked: Asked) -> Told:
        """What `work` answers to this one. Raises what it raises: for all who were asked together, or for this one."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Told] = loop.create_future()
        self._waiting.append((asked, answer))
        if len(self._waiting) == 1:
            loop.call_soon(self._begin)
        return await answer

    def _begin(self) -> None:
        loop = asyncio.get_running_loop()
        together, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
        if self._waiting:
            loop.call_soon(self._begin)
        task = loop.create_task(self._run(together))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _run(self, together: list[tuple[Asked, asyncio.Future[Told]]]) -> None:
        told: Sequence[Told | Exception]
        try:
            told = await self._work([asked for asked, _ in together])
        except Exception as fault:
            told = [fault] * len(together)
        for (_, answer), one in zip(together, told, strict=True):
            if answer.done():  # who asked has gone away
                continue
            if isinstance(one, Exception):
                answer.set_exception(one)
            else:
                answer.set_result(one)
