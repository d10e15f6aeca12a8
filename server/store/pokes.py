"""Who waits to hear that a log has grown: which grid and how far, nothing else. Whether somebody may hear it is asked elsewhere."""

import asyncio
import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress

from sqlalchemy import Connection

_NOTED = "grown"

EVERYTHING = {"": 0}
"""What is told when pokes may have been missed: any log may have grown."""


def note(conn: Connection, heads: Mapping[str, int]) -> None:
    """Remembers, for as long as this transaction lasts, how far it let the logs grow."""
    conn.info.setdefault(_NOTED, {}).update(heads)


def noted(conn: Connection) -> dict[str, int]:
    """What was remembered on this connection since the last time somebody asked."""
    return conn.info.pop(_NOTED, {})


class Listener:
    """One open page. What it has not taken yet is kept by grid, so a slow one costs no more than a quick one."""

    def __init__(self) -> None:
        """Belongs to the loop it is made in."""
        self._loop = asyncio.get_running_loop()
        self._grown: dict[str, int] = {}
        self._news = asyncio.Event()
        self.is_over = False

    def tell(self, grown: Mapping[str, int], *, is_over: bool = False) -> None:
        """From any thread: these logs have grown; or, that nothing more will be told."""
        # A loop that has ended needs no news.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._take, dict(grown), is_over)

    def _take(self, grown: dict[str, int], is_over: bool) -> None:
        self._grown |= grown
        self.is_over = self.is_over or is_over
        self._news.set()

    async def next(self, seconds: float) -> dict[str, int]:
        """What has grown since it was last asked; nothing when it is over, or nothing grew for so long."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._news.wait(), seconds)
        self._news.clear()
        grown, self._grown = self._grown, {}
        return grown


class Pokes:
    """Everybody in this process who waits."""

    def __init__(self) -> None:
        """Nobody yet."""
        self._guard = threading.Lock()
        self._listeners: set[Listener] = set()
        self._is_closed = False

    @contextmanager
    def listening(self) -> Generator[Listener]:
        """Hears what is told while the block lasts."""
        listener = Listener()
        with self._guard:
            self._listeners.add(listener)
        if self._is_closed:
            listener.tell({}, is_over=True)
        try:
            yield listener
        finally:
            with self._guard:
                self._listeners.discard(listener)

    def tell(self, grown: Mapping[str, int]) -> None:
        """From any thread, after the commit: these logs have grown to these places."""
        if grown:
            self._tell(grown, is_over=False)

    def close(self) -> None:
        """Ends every open page's wait, and every one to come, so that a server that stops does not wait for them."""
        self._is_closed = True
        self._tell({}, is_over=True)

    def _tell(self, grown: Mapping[str, int], *, is_over: bool) -> None:
        with self._guard:
            listeners = list(self._listeners)
        for listener in listeners:
            listener.tell(grown, is_over=is_over)
