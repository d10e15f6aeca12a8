"""Where the server of a history keeps its rows: SQLite in memory, or the same tables as plain dictionaries, ten times as fast.

Either runs a transaction whole or not at all, and forgets at a crash what was not committed. What is asked of it is elsewhere.
"""

import sqlite3
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from typing import Protocol, TypeVar, cast

from sqlalchemy import Engine, create_engine, pool

from server.store import disk
from server.store.disk import Conn
from server.store.tables import metadata
from tests.sim.inside import inside
from tests.sim.tables import Tables

T = TypeVar("T")


class Base(Protocol):
    """One store."""

    def transaction(self) -> AbstractContextManager[Conn]:
        """A writing transaction: committed at the end of the block, undone when it raises."""
        ...

    def look(self, body: Callable[[Conn], T]) -> T:
        """What is committed."""
        ...

    def back_up(self) -> object:
        """All that is committed, to be put back one day."""
        ...

    def put_back(self, backup: object) -> None:
        """Lets everything be as it was at that backup."""
        ...

    def close(self) -> None:
        """Nothing is asked of it any more."""
        ...


class Plain:
    """The tables as dictionaries. The functions of `server.store` must have been put in their place: see `tables`."""

    def __init__(self) -> None:
        """Empty."""
        self.committed = Tables()

    @contextmanager
    def transaction(self) -> Generator[Conn]:
        """Works on a copy, which takes the place of what was committed."""
        copy = self.committed.copy()
        yield cast("Conn", copy)
        self.committed = copy

    def look(self, body: Callable[[Conn], T]) -> T:
        """Reads in place."""
        return body(cast("Conn", self.committed))

    def back_up(self) -> object:
        """What is committed: it is never changed in place."""
        return self.committed

    def put_back(self, backup: object) -> None:
        """Works on from there."""
        assert isinstance(backup, Tables)
        self.committed = backup

    def close(self) -> None:
        """There is nothing to let go of."""


class Sqlite:
    """The server's own tables and statements, in a database that lives in memory."""

    def __init__(self) -> None:
        """Empty: histories of one process share the database, one after the other."""
        self._engine = _engine()
        self._backups: list[sqlite3.Connection] = []
        with self._engine.begin() as conn:
            for table in reversed(metadata.sorted_tables):
                conn.execute(table.delete())

    @contextmanager
    def transaction(self) -> Generator[Conn]:
        """One transaction of the writer's kind."""
        with self._engine.begin() as conn:
            yield conn

    def look(self, body: Callable[[Conn], T]) -> T:
        """Reads in a transaction of its own."""
        with self._engine.begin() as conn:
            return body(conn)

    def back_up(self) -> object:
        """Another database in memory with the same rows."""
        copy = sqlite3.connect(":memory:")
        self._backups.append(copy)
        _raw(self._engine).backup(copy)
        return copy

    def put_back(self, backup: object) -> None:
        """The rows of that one."""
        assert isinstance(backup, sqlite3.Connection)
        backup.backup(_raw(self._engine))

    def close(self) -> None:
        """Lets go of the backups."""
        for one in self._backups:
            one.close()


def _raw(engine: Engine) -> sqlite3.Connection:
    raw = engine.raw_connection().driver_connection
    assert isinstance(raw, sqlite3.Connection)
    return raw


@cache
def _engine() -> Engine:
    engine = create_engine("sqlite://", poolclass=pool.StaticPool)
    inside(disk, "_set")(engine, "foreign_keys=ON")
    inside(disk, "_begin_with")(engine, "BEGIN IMMEDIATE")
    metadata.create_all(engine)
    return engine


BASES: dict[str, type[Plain] | type[Sqlite]] = {"plain": Plain, "sqlite": Sqlite}
