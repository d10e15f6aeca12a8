"""Opens the store: SQLite in its folder, or the PostgreSQL that is named; durable or not at all. What is asked of it is elsewhere."""

import asyncio
import fcntl
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any, Protocol, TypeAlias, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, exc, pool

from server.store.meta import ready_meta
from server.store.migrate import migrate
from server.store.pokes import Pokes
from server.store.postgres import KIND, Hands, is_away, look_once, readers
from server.store.pressure import Pressure
from server.store.readers import READERS, Loop, Reading, Threads
from server.store.writer import Broken, Task, Unsafe, Writer

T = TypeVar("T")

Conn: TypeAlias = Connection
"""What a transaction's body is given."""

NAME = "sulaiban.sqlite3"
BESIDE = 2
"""Bodies that run aside at the same time."""
_FULL = 2
"""SQLite's number for `synchronous=FULL`: COMMIT returns after fsync. NORMAL lost acknowledged ops in power cuts."""


class Writing(Protocol):
    """Whoever writes: SQLite's one thread, or PostgreSQL's hands."""

    @property
    def is_broken(self) -> bool:
        """Whether nothing can be promised now."""
        ...

    def submit(self, task: Task[T]) -> Future[T]:
        """Queues it; answered after the commit."""
        ...

    def close(self) -> None:
        """Finishes what waits. Closing again does nothing."""
        ...


class Store:
    """Both ways into the database. A body is a plain function of a connection, so that any engine can run it."""

    def __init__(
        self,
        folder: Path,
        database: str,
        writing: Writing,
        reading: Reading,
        pokes: Pokes,
        release: Callable[[], None],
    ) -> None:
        """Made by `open_store`; `release` lets go of what the writer leaves behind."""
        self.folder = folder
        """Where the photos lie, whatever holds the rows."""
        self.kind = KIND if database else "sqlite"
        self.pokes = pokes
        self._writing = writing
        self._reading = reading
        self._release = release
        self._database = database
        self._beside = ThreadPoolExecutor(BESIDE, thread_name_prefix="aside")
        self._is_closed = False
        self.pressure = Pressure()
        """How many wait for `write`."""
        self.meta = self.write_now(ready_meta)
        """The epoch and the secrets."""

    @property
    def is_sound(self) -> bool:
        """Whether it still writes."""
        return not self._writing.is_broken

    async def write(self, body: Callable[[Conn], T], *, grids: Sequence[str] = (), devices: Sequence[str] = ()) -> T:
        """Runs a body in a transaction shared with whoever waits, and returns once it is durable.

        Name the grids whose logs it may lengthen and the devices whose chains it moves: nobody else, in this process
        or another, moves them meanwhile. Raises Busy, Broken, or what the body raised.
        """
        with self.pressure.owing():
            return await asyncio.wrap_future(self._writing.submit(Task(body, grids, devices)))

    def write_now(self, body: Callable[[Conn], T], *, grids: Sequence[str] = ()) -> T:
        """The same for the command line, which has no loop."""
        return self._writing.submit(Task(body, grids)).result()

    async def read(self, body: Callable[[Conn], T]) -> T:
        """Runs a body over one snapshot of what is committed. A body that writes fails; Broken while it is away, Busy behind too many."""
        return await self._reading.run(body)

    async def aside(self, body: Callable[[Conn], T]) -> T:
        """`read` for a body that takes seconds: in a thread of its own, so that neither the loop nor whoever reads waits for it.

        It calls `give_way` now and then. Of many at once most wait for their turn.
        """
        try:
            return await asyncio.wrap_future(self._beside.submit(read_once, self.folder, body, self._database))
        except Exception as fault:
            if self.kind == KIND and is_away(fault):
                raise Broken from fault
            raise

    def give_way(self) -> None:
        """The pause of a body that runs aside. Raises Broken once the store closes: nobody waits for it any more."""
        if self._is_closed:
            raise Broken
        self.pressure.give_way()

    async def close(self) -> None:
        """Finishes what waits and lets go of the files."""
        await self._reading.close()
        self.close_now()

    def close_now(self) -> None:
        """The same for the command line, which never read through the loop."""
        self._is_closed = True
        self._beside.shutdown(cancel_futures=True)
        self.pokes.close()
        self._writing.close()
        self._release()


def open_store(folder: Path, database: str = "") -> Store:
    """Opens, and if need be makes, the store, migrated. Raises Unsafe when a commit would not be durable.

    `folder` holds the photos and, unless `database` is the address of a PostgreSQL, the rows.
    """
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    return _open_postgres(folder, database) if database else _open_sqlite(folder)


def _open_postgres(folder: Path, database: str) -> Store:
    pokes = Pokes()
    hands = Hands(database, pokes)
    try:
        return Store(folder, database, hands, Loop(readers(database), is_away), pokes, hands.close)
    except BaseException:
        hands.close()
        raise


def _open_sqlite(folder: Path) -> Store:
    owned = _own(folder)
    path = folder / NAME
    settings = {"check_same_thread": False}
    writing = create_engine(f"sqlite:///{path}", poolclass=pool.StaticPool, connect_args=settings, hide_parameters=True)
    _set(writing, "journal_mode=WAL", "synchronous=FULL", "busy_timeout=5000", "foreign_keys=ON", "secure_delete=ON")
    _begin_with(writing, "BEGIN IMMEDIATE")

    def release() -> None:
        writing.dispose()
        owned.close()

    try:
        with writing.connect() as conn:
            assert_durable(conn)
        migrate(writing)
        reading = create_engine(
            f"sqlite:///{path}", pool_size=READERS, max_overflow=0, connect_args=settings, hide_parameters=True
        )
        _set(reading, "query_only=ON", "busy_timeout=5000")
        _begin_with(reading, "BEGIN")
        pokes = Pokes()
        return Store(folder, "", Writer(writing, pokes), Threads(reading), pokes, release)
    except BaseException:
        release()
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


def read_once(folder: Path, body: Callable[[Conn], T], database: str = "") -> T:
    """Runs a body over the store beside a server that may be running. Nothing can be written this way."""
    if database:
        return look_once(database, body)
    if not (folder / NAME).is_file():
        raise FileNotFoundError(f"There is no store in {folder}.")
    engine = create_engine(f"sqlite:///file:{folder / NAME}?mode=ro&uri=true", hide_parameters=True)
    _set(engine, "busy_timeout=5000")
    _begin_with(engine, "BEGIN")
    try:
        with engine.begin() as conn:
            return body(conn)
    finally:
        engine.dispose()


def what_ails(folder: Path, database: str = "") -> str:
    """What SQLite finds wrong with its own pages, "" when nothing. PostgreSQL checks the sums of its pages whenever it reads them."""
    try:
        said = "ok" if database else read_once(folder, _quick_check)
    except exc.DatabaseError as fault:
        said = str(fault.orig)
    return "" if said == "ok" else said


def _quick_check(conn: Conn) -> str:
    return str(conn.exec_driver_sql("PRAGMA quick_check").scalar_one())


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
