"""Where the server of a history keeps its rows: SQLite in memory, or the same tables as plain dictionaries, ten times as fast.

Either runs a transaction whole or not at all, and forgets at a crash what was not committed. What is asked of it is elsewhere.
"""

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


class Sqlite:
    """The server's own tables and statements, in a database that lives in memory."""

    def __init__(self) -> None:
        """Empty: histories of one process share the database, one after the other."""
        self._engine = _engine()
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


@cache
def _engine() -> Engine:
    engine = create_engine("sqlite://", poolclass=pool.StaticPool)
    inside(disk, "_set")(engine, "foreign_keys=ON")
    inside(disk, "_begin_with")(engine, "BEGIN IMMEDIATE")
    metadata.create_all(engine)
    return engine


BASES: dict[str, type[Plain] | type[Sqlite]] = {"plain": Plain, "sqlite": Sqlite}
