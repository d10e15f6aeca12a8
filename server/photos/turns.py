"""Whose turn it is at an upload. Whoever comes later takes over: the one before has lost its line more often than it still sends."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from typing import Any

from litestar import Request
from litestar.exceptions import InternalServerException

STANDSTILL_S = 30
"""A sender that is silent for so long has gone."""


class Turn:
    """One request's time with one upload."""

    def __init__(self) -> None:
        self.give_way = asyncio.Event()
        """Somebody else waits: end soon, with what has come."""
        self.over = asyncio.Event()


class Turns:
    """Within this process; other processes are kept out by the lock on the file."""

    def __init__(self) -> None:
        self._last: dict[str, Turn] = {}

    @asynccontextmanager
    async def take(self, name: str) -> AsyncGenerator[Turn]:
        """Waits until whoever came before has ended, and asks him to."""
        before, turn = self._last.get(name), Turn()
        self._last[name] = turn
        try:
            if before:
                before.give_way.set()
                await before.over.wait()
            yield turn
        finally:
            turn.over.set()
            if self._last.get(name) is turn:
                del self._last[name]


async def pieces(request: Request[Any, Any, Any], turn: Turn) -> AsyncGenerator[bytes]:
    """The body as it comes, until it ends, its sender is gone or silent, or somebody else waits. It never fails."""
    stream = request.stream()
    give_way = asyncio.ensure_future(turn.give_way.wait())
    try:
        while True:
            coming = asyncio.ensure_future(anext(stream, b""))
            await asyncio.wait((coming, give_way), timeout=STANDSTILL_S, return_when=asyncio.FIRST_COMPLETED)
            if not coming.done():
                coming.cancel()
                with suppress(asyncio.CancelledError):
                    await coming
                return
            try:
                piece = coming.result()
            except InternalServerException:
                return  # the sender has gone
            if not piece:
                return
            yield piece
    finally:
        give_way.cancel()
