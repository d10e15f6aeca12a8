"""PostgreSQL as the store: hands that write in groups, in a thread of their own, beside any number of other servers."""

import asyncio
import random
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar, cast

import msgspec
from sqlalchemy import Connection, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from server.store.log import lock
from server.store.migrate import upgrade
from server.store.pokes import EVERYTHING, Pokes, noted
from server.store.writer import MAX_GROUP, MAX_WAITING, Broken, Busy, Task, Unsafe, fail

T = TypeVar("T")

KIND = "postgresql"
CHANNEL = "sulaiban"
HANDS = 2
"""Writers of one process: while one waits for its commit, the other's group runs."""
READERS = 8
MAX_TRIES = 6
"""How often a group runs again after losing against another server's, before its members run one by one."""

_MIGRATING = 5_171_214
"""The advisory lock under which one server at a time migrates; any number will do that nobody else uses."""
_LOST_RACES = ("40001", "40P01")
"""Serialization failure and deadlock: nothing happened, and trying again is the cure."""
_AWAY = ("08", "57P", "53")
"""Connection lost, server stopping, no room for another connection."""
_WRITING = {"application_name": "sulaiban", "synchronous_commit": "on", "idle_in_transaction_session_timeout": "60000"}
_READING = _WRITING | {
    "default_transaction_read_only": "on",
    "default_transaction_isolation": "repeatable read",
}
_MAX_POKE = 7_900
"""Characters of a NOTIFY; PostgreSQL takes fewer than 8,000 bytes, and ours are ASCII."""
_CONNECT_S = 10
_CHECK_S = 30
"""Seconds between two looks whether the connection that listens is still one."""


def is_away(fault: BaseException) -> bool:
    """Whether it says that the database cannot be reached now, rather than that something was wrong with what was asked."""
    if isinstance(fault, OSError | TimeoutError):
        return True
    if isinstance(fault, DBAPIError) and fault.connection_invalidated:
        return True
    return _state_of(fault).startswith(_AWAY)


def _state_of(fault: BaseException) -> str:
    """The SQLSTATE, whichever library reports it."""
    state: object = getattr(getattr(fault, "orig", fault), "sqlstate", None)
    return state if isinstance(state, str) else ""


def readers(database: str) -> AsyncEngine:
    """Connections that see one snapshot for each transaction and can write nothing."""
    settings = {"server_settings": _READING, "timeout": _CONNECT_S}
    return create_async_engine(
        database, connect_args=settings, pool_size=READERS, max_overflow=0, pool_pre_ping=True, hide_parameters=True
    )


def look_once(database: str, body: Callable[[Connection], T]) -> T:
    """Runs a body over one snapshot, beside the servers that run."""

    async def look() -> T:
        engine = readers(database)
        try:
            async with engine.begin() as conn:
                return await conn.run_sync(body)
        finally:
            await engine.dispose()

    # A thread of its own, for the caller may be inside a loop.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(look())).result()


def assert_durable(conn: Connection) -> None:
    """Refuses a server whose COMMIT could return before the data is on disk, or that cannot hold every character."""
    told = {
        name: conn.exec_driver_sql(f"SHOW {name}").scalar_one()
        for name in ("fsync", "full_page_writes", "synchronous_commit", "server_encoding")
    }
    wanted = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on", "server_encoding": "UTF8"}
    if told != wanted:
        wrong = ", ".join(
            f"{name}={told[name]} instead of {wanted[name]}" for name in told if told[name] != wanted[name]
        )
        raise Unsafe(f"PostgreSQL answers {wrong}.")


def _prepare(conn: Connection) -> None:
    assert_durable(conn)
    conn.execute(select(func.pg_advisory_xact_lock(_MIGRATING)))
    upgrade(conn)


class Hands:
    """Takes what waits, runs it in one transaction, and answers after COMMIT: so an answer means durable."""

    def __init__(self, database: str, pokes: Pokes) -> None:
        """Migrates first. Raises Unsafe, or what keeps the database from being reached."""
        self._pokes = pokes
        self._engine = create_async_engine(
            database,
            connect_args={"server_settings": _WRITING, "timeout": _CONNECT_S},
            pool_size=HANDS + 1,
            max_overflow=0,
            hide_parameters=True,
        )
        self._waiting: deque[Task[object]] = deque()
        self._news = asyncio.Event()
        self._is_away = False
        self._is_closed = False
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="hands", daemon=True)
        self._thread.start()
        self._working: list[Future[None]] = []
        self._hearing: Future[None] | None = None
        try:
            asyncio.run_coroutine_threadsafe(self._ready(), self._loop).result()
        except BaseException:
            self.close()
            raise
        self._working += [asyncio.run_coroutine_threadsafe(self._work(), self._loop) for _ in range(HANDS)]
        self._hearing = asyncio.run_coroutine_threadsafe(self._hear(), self._loop)

    async def _ready(self) -> None:
        try:
            conn = await self._engine.connect()
        except Exception as fault:
            raise Unsafe(f"PostgreSQL cannot be opened: {fault}") from fault
        try:
            await conn.run_sync(_prepare)
            await conn.commit()
        finally:
            await conn.close()

    @property
    def is_broken(self) -> bool:
        """Whether the database was away when it was last written to, and has not answered since."""
        return self._is_away

    def submit(self, task: Task[T]) -> Future[T]:
        """Queues it, from any thread."""
        if self._is_closed:
            raise Broken
        if len(self._waiting) >= MAX_WAITING:
            raise Busy
        self._waiting.append(cast("Task[object]", task))
        self._loop.call_soon_threadsafe(self._news.set)
        return task.answer

    def close(self) -> None:
        """Finishes what waits, then ends the thread. Closing again does nothing."""
        if self._is_closed:
            return
        self._is_closed = True
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _end(self) -> None:
        self._news.set()
        await asyncio.gather(*map(asyncio.wrap_future, self._working))
        if self._hearing:
            self._hearing.cancel()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        await asyncio.gather(*others, return_exceptions=True)
        await self._engine.dispose()

    async def _work(self) -> None:
        while group := await self._next_group():
            await self._poke(await self._commit_together(group))

    async def _next_group(self) -> list[Task[object]]:
        """What waits now, at least one; none once it is closed and everything is done."""
        while not self._waiting:
            if self._is_closed:
                return []
            self._news.clear()
            await self._news.wait()
        return [self._waiting.popleft() for _ in range(min(MAX_GROUP, len(self._waiting)))]

    async def _commit_together(self, group: Sequence[Task[object]]) -> dict[str, int]:
        """Runs a group in one transaction and answers it. What failed in company is tried alone."""
        try:
            grown = await self._commit(group)
        except Exception as fault:  # noqa: BLE001 - whoever waits must hear of it, whatever it was
            self._is_away = is_away(fault)
            if len(group) == 1 or self._is_away:
                fail(group, Broken() if self._is_away else fault)
                return {}
            return {grid: head for task in group for grid, head in (await self._commit_together([task])).items()}
        self._is_away = False
        for task in group:
            task.done()
        return grown

    async def _commit(self, group: Sequence[Task[object]]) -> dict[str, int]:
        """The group's transaction, again while it loses against another server's. How far which logs have grown."""
        for turn in range(MAX_TRIES):
            try:
                async with self._engine.connect() as conn:
                    return await conn.run_sync(partial(_run, group=group))
            except DBAPIError as fault:
                if _state_of(fault) not in _LOST_RACES or turn == MAX_TRIES - 1:
                    raise
            await asyncio.sleep(random.uniform(0, 0.01 * 2**turn))  # noqa: S311 - so that two losers do not meet again
        raise AssertionError

    async def _poke(self, grown: dict[str, int]) -> None:
        """One NOTIFY for a whole group, after its commit: inside it every commit of the database would queue for it."""
        told = msgspec.json.encode(grown).decode()
        if len(told) > _MAX_POKE:
            told = msgspec.json.encode(EVERYTHING).decode()
        if grown:
            # Whatever it is: a lost poke costs a page some seconds, and the next exchange tells the truth.
            with suppress(Exception):
                async with self._engine.begin() as conn:
                    await conn.execute(select(func.pg_notify(CHANNEL, told)))

    async def _hear(self) -> None:
        """Hands every server's pokes, our own too, to the pages that are open here."""
        missed: dict[str, int] = {}
        while True:
            # Whatever ended it, it is begun again.
            with suppress(Exception):
                await self._hear_once(missed)
            missed = EVERYTHING
            await asyncio.sleep(1)

    async def _hear_once(self, missed: dict[str, int]) -> None:
        """Listens until the line breaks; first tells what may have been said while nobody listened."""
        held = await self._engine.raw_connection()
        try:
            line: Any = held.driver_connection
            is_over = asyncio.Event()

            def on_poke(_line: object, _pid: int, _channel: str, told: str) -> None:
                self._pokes.tell(msgspec.json.decode(told, type=dict[str, int]))

            def on_end(_line: object) -> None:
                is_over.set()

            await line.add_listener(CHANNEL, on_poke)
            line.add_termination_listener(on_end)
            # It is back, though nobody may have written since.
            self._is_away = False
            self._pokes.tell(missed)
            while not is_over.is_set():
                with suppress(TimeoutError):
                    await asyncio.wait_for(is_over.wait(), _CHECK_S)
                await line.execute("SELECT 1", timeout=_CONNECT_S)
        finally:
            held.invalidate()


def _run(conn: Connection, group: Sequence[Task[object]]) -> dict[str, int]:
    noted(conn)
    with conn.begin():
        lock(
            conn, {code for task in group for code in task.grids}, {device for task in group for device in task.devices}
        )
        for task in group:
            task.run(conn)
    return noted(conn)
