"""The one hand that writes: a thread that owns the only writing connection and commits in groups."""

import asyncio
import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Generic, TypeVar, cast

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from server.store.pokes import Pokes, noted

T = TypeVar("T")

MAX_GROUP = 64
"""Most requests that share one transaction, and so one fsync."""
MAX_WAITING = 1024
"""Requests that may wait for the writer; beyond it the server says that it is busy."""


class Busy(Exception):  # noqa: N818 - it is an answer, not a fault
    """More requests wait than the writer should promise to serve."""


class Broken(Exception):  # noqa: N818 - a state of the store
    """The disk failed while committing, or the database is away. Whether that commit holds is unknown: nothing is promised."""


class Unsafe(Exception):  # noqa: N818 - a reason to refuse to start
    """The database would acknowledge what it may lose."""


class Task(Generic[T]):
    """A transaction's body, and where its answer goes once it is durable. It may run twice, so it keeps nothing."""

    def __init__(self, body: Callable[[Connection], T], grids: Sequence[str] = (), devices: Sequence[str] = ()) -> None:
        """The body must leave no trace but through the connection it is given.

        `grids` and `devices` are the logs and chains it moves: many writers lock those of a whole group before its
        first body runs, always in one order.
        """
        self.body = body
        self.grids = grids
        self.devices = devices
        self.answer: Future[T] = Future()
        # From here on nobody can cancel it: whoever asked may go away, the thread must be able to answer all the same.
        self.answer.set_running_or_notify_cancel()
        self._value: list[T] = []

    def run(self, conn: Connection) -> None:
        self._value = [self.body(conn)]

    def done(self) -> None:
        self.answer.set_result(self._value[0])


class Writer:
    """Takes what waits, runs it in one transaction, and answers after COMMIT: so an answer means durable."""

    def __init__(self, engine: Engine, pokes: Pokes | None = None) -> None:
        """`engine` must begin its transactions as writers (`BEGIN IMMEDIATE`) and commit with an fsync."""
        self._engine = engine
        self._pokes = pokes or Pokes()
        self._waiting: queue.SimpleQueue[Task[object] | None] = queue.SimpleQueue()
        self._broken: BaseException | None = None
        self._is_closed = False
        self._thread = threading.Thread(target=self._work, name="writer", daemon=True)
        self._thread.start()

    @property
    def is_broken(self) -> bool:
        """Whether the disk failed under a commit."""
        return self._broken is not None

    async def write(self, body: Callable[[Connection], T]) -> T:
        """The body's result, once its transaction is on disk. Raises Busy, Broken, or what the body raised."""
        return await asyncio.wrap_future(self.submit(Task(body)))

    def submit(self, task: Task[T]) -> Future[T]:
        """The same for callers without a loop. A single writer needs no locks, whatever the task names."""
        if self._broken or self._is_closed:
            raise Broken
        if self._waiting.qsize() >= MAX_WAITING:
            raise Busy
        self._waiting.put(cast("Task[object]", task))
        return task.answer

    def close(self) -> None:
        """Finishes what waits, then ends the thread. Closing again does nothing."""
        if self._is_closed:
            return
        self._is_closed = True
        self._waiting.put(None)
        self._thread.join()

    def _work(self) -> None:
        with self._engine.connect() as conn:
            is_last = False
            while not is_last:
                group, is_last = self._next_group()
                if group and self._broken:
                    fail(group, Broken())
                elif group:
                    self._commit_together(conn, group)

    def _next_group(self) -> tuple[list[Task[object]], bool]:
        """What waits now, at least one; and whether the thread should end after it."""
        first = self._waiting.get()
        if first is None:
            return [], True
        group = [first]
        while len(group) < MAX_GROUP:
            try:
                task = self._waiting.get_nowait()
            except queue.Empty:
                break
            if task is None:
                return group, True
            group.append(task)
        return group, False

    def _commit_together(self, conn: Connection, group: list[Task[object]]) -> None:
        noted(conn)
        try:
            with conn.begin() as transaction:
                for task in group:
                    task.run(conn)
                self._commit(transaction.commit)
        except BaseException as fault:  # noqa: BLE001 - whoever waits must hear of it, whatever it was
            if len(group) == 1 or self._broken:
                fail(group, Broken() if self._broken else fault)
                return
            for task in group:
                self._commit_together(conn, [task])
            return
        for task in group:
            task.done()
        self._pokes.tell(noted(conn))

    def _commit(self, commit: Callable[[], None]) -> None:
        """A full disk refuses cleanly and may recover; after any other failure the pages may be gone: never again."""
        try:
            commit()
        except DBAPIError as fault:
            if "full" not in str(fault.orig):
                self._broken = fault
            raise


def fail(group: Sequence[Task[object]], fault: BaseException) -> None:
    """Tells everybody in a group what went wrong."""
    for task in group:
        task.answer.set_exception(fault)
