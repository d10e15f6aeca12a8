"""Opens the store: one writing connection, many reading ones, durable or not at all. What is asked of it is elsewhere."""

import fcntl
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, TypeAlias, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, pool
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from server.store.meta import ready_meta
from server.store.migrate import migrate
from server.store.writer import Writer

T = TypeVar("T")

Conn: TypeAlias = Connection
"""What a transaction's body is given."""

NAME = "sulaiban.sqlite3"
_FULL = 2
"""SQLite's number for `synchronous=FULL`: COMMIT returns after fsync. NORMAL lost acknowledged ops in power cuts."""


class Unsafe(Exception):  # noqa: N818 - a reason to refuse to start
    """The database would acknowledge what it may lose."""


class Store:
    """Both ways into the database. A body is a plain function of a connection, so that any engine can run it."""

    kind = "sqlite"

    def __init__(self, folder: Path, owned: IO[bytes], writing: Engine, reading: AsyncEngine) -> None:
        """Made by `open_store`."""
        self.folder = folder
        self._owned = owned
        self._writing = writing
        self._reading = reading
        self._writer = Writer(writing)
        self.meta = self._writer.submit(ready_meta).result()
        """The epoch and the secrets."""

    @property
    def is_sound(self) -> bool:
        """Whether it still writes."""
        return not self._writer.is_broken

    async def write(self, body: Callable[[Conn], T]) -> T:
        """Runs a body in a transaction shared with whoever waits, and returns once it is durable."""
        return await self._writer.write(body)

    def write_now(self, body: Callable[[Conn], T]) -> T:
        """The same for the command line, which has no loop."""
        return self._writer.submit(body).result()

    async def read(self, body: Callable[[Conn], T]) -> T:
        """Runs a body over one snapshot of what is committed. A body that writes fails."""
        async with self._reading.begin() as conn:
            return await conn.run_sync(body)

    async def close(self) -> None:
        """Finishes what waits and lets go of the files."""
        await self._reading.dispose()
        self.close_now()

    def close_now(self) -> None:
        """The same for the command line, which never read through the loop."""
        self._writer.close()
        self._writing.dispose()
        self._owned.close()


def open_store(folder: Path) -> Store:
    """Opens, and if need be makes, the store in this folder, migrated. Raises Unsafe when a commit would not be durable."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    owned = _own(folder)
    path = folder / NAME
    writing = create_engine(f"sqlite:///{path}", poolclass=pool.StaticPool, connect_args={"check_same_thread": False})
    _set(writing, "journal_mode=WAL", "synchronous=FULL", "busy_timeout=5000", "foreign_keys=ON", "secure_delete=ON")
    _begin_with(writing, "BEGIN IMMEDIATE")
    try:
        with writing.connect() as conn:
            assert_durable(conn)
        migrate(writing)
        reading = create_async_engine(f"sqlite+aiosqlite:///{path}")
        _set(reading.sync_engine, "query_only=ON", "busy_timeout=5000")
        _begin_with(reading.sync_engine, "BEGIN")
        return Store(folder, owned, writing, reading)
    except BaseException:
        writing.dispose()
        owned.close()
        raise


def _own(folder: Path) -> IO[bytes]:
    """One process per folder: two that write and checkpoint one file can corrupt it (SQLite before 3.51.3)."""
    file = (folder / "owner").open("wb")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as fault:
        file.close()
        raise Unsafe(f"Another process has {folder} open.") from fault
    return file


def read_once(folder: Path, body: Callable[[Conn], T]) -> T:
    """Runs a body over the store beside a server that may be running. Nothing can be written this way."""
    if not (folder / NAME).is_file():
        raise FileNotFoundError(f"There is no store in {folder}.")
    engine = create_engine(f"sqlite:///file:{folder / NAME}?mode=ro&uri=true")
    try:
        with engine.connect() as conn:
            return body(conn)
    finally:
        engine.dispose()


def assert_durable(conn: Conn) -> None:
    """Refuses a connection whose COMMIT could return before the data is on disk."""
    journal = conn.exec_driver_sql("PRAGMA journal_mode").scalar_one()
    level = conn.exec_driver_sql("PRAGMA synchronous").scalar_one()
    if journal != "wal" or level != _FULL:
        raise Unsafe(f"SQLite answers journal_mode={journal}, synchronous={level}; it must be wal and {_FULL} (FULL).")


def _set(engine: Engine, *pragmas: str) -> None:
    def on_connect(dbapi: Any, _record: object) -> None:
        # The driver must not open transactions by itself: its own BEGIN lets two writers read the same old value.
        dbapi.isolation_level = None
        cursor = dbapi.cursor()
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    event.listen(engine, "connect", on_connect)


def _begin_with(engine: Engine, statement: str) -> None:
    def on_begin(conn: Connection) -> None:
        conn.exec_driver_sql(statement)

    event.listen(engine, "begin", on_begin)
