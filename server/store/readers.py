"""Whoever reads the store: bodies over one snapshot each, in threads for SQLite, through the loop's own driver for PostgreSQL."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol, TypeVar

from sqlalchemy import Connection, Engine, exc
from sqlalchemy.ext.asyncio import AsyncEngine

from server.store.writer import Broken, Busy

T = TypeVar("T")

READERS = 4
"""Threads that read SQLite; more would only take turns on two processors."""
MOST_WAITING = 512
"""Requests that may wait for a reader; beyond it the server says that it is busy."""


class Reading(Protocol):
    """Reads, and can write nothing."""

    async def run(self, body: Callable[[Connection], T]) -> T:
        """The body's result over one snapshot. Raises Busy behind too many, or what the body raised."""
        ...

    async def close(self) -> None:
        """Lets go of the connections."""
        ...


class Threads:
    """Reads SQLite in a few threads: a whole body costs one change of threads, where an async driver pays for each row it waits for."""

    def __init__(self, engine: Engine, readers: int = READERS) -> None:
        """`engine` must keep a connection for each of the threads."""
        self._engine = engine
        self._pool = ThreadPoolExecutor(readers, thread_name_prefix="reader")
        self._waiting = 0

    async def run(self, body: Callable[[Connection], T]) -> T:
        """See `Reading`."""
        if self._waiting >= MOST_WAITING:
            raise Busy
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, self._look, body)
        finally:
            self._waiting -= 1

    def _look(self, body: Callable[[Connection], T]) -> T:
        with self._engine.begin() as conn:
            return body(conn)

    async def close(self) -> None:
        """See `Reading`; whoever still reads is waited for."""
        await asyncio.to_thread(self._pool.shutdown)
        self._engine.dispose()


class Loop:
    """Reads PostgreSQL through asyncpg, in the loop's own thread."""

    def __init__(self, engine: AsyncEngine, is_away: Callable[[BaseException], bool]) -> None:
        """`is_away` tells a database that cannot be reached from a fault of the body's."""
        self._engine = engine
        self._is_away = is_away

    async def run(self, body: Callable[[Connection], T]) -> T:
        """See `Reading`; Broken while the database is away."""
        try:
            async with self._engine.begin() as conn:
                return await conn.run_sync(body)
        except exc.TimeoutError as fault:
            raise Busy from fault
        except Exception as fault:
            if self._is_away(fault):
                raise Broken from fault
            raise

    async def close(self) -> None:
        """See `Reading`."""
        await self._engine.dispose()
