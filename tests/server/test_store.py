"""The store: durable or not at all, migrated to exactly the tables the code names, one writer, caches that are caches."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, event, insert, select
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.pool import StaticPool

from server.store import Broken, Busy, Store, Unsafe, open_store
from server.store.batch import insert_rows
from server.store.disk import Conn, assert_durable
from server.store.readers import MOST_WAITING
from server.store.tables import counters, meta, metadata
from server.store.writer import MAX_WAITING, Writer


@pytest.fixture
def store(tmp_path: Path, address: str) -> Iterator[Store]:
    opened = open_store(tmp_path, address)
    yield opened
    asyncio.run(opened.close())


def test_the_migrations_make_exactly_the_tables_that_the_code_names(store: Store) -> None:
    def differences(conn: Conn) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(conn), metadata))

    assert store.write_now(differences) == []


@pytest.mark.only("sqlite")
def test_a_database_that_does_not_wait_for_the_disk_is_refused(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'x.sqlite3'}")
    with engine.connect() as conn:
        conn.exec_driver_sql("PRAGMA journal_mode=WAL")
        conn.exec_driver_sql("PRAGMA synchronous=NORMAL")
        with pytest.raises(Unsafe, match="synchronous=1"):
            assert_durable(conn)
    engine.dispose()


@pytest.mark.only("sqlite")
def test_a_second_server_over_the_same_folder_is_refused(store: Store) -> None:
    with pytest.raises(Unsafe, match="open"):
        open_store(store.folder)


def test_the_store_keeps_its_epoch_and_its_secret_when_it_is_opened_again(tmp_path: Path, address: str) -> None:
    first = open_store(tmp_path, address)
    first.close_now()
    again = open_store(tmp_path, address)
    again.close_now()
    assert again.meta == first.meta


def test_nobody_but_the_owner_can_read_the_files(store: Store) -> None:
    assert store.folder.stat().st_mode & 0o077 == 0


async def _add(store: Store, name: str, n: int) -> None:
    await store.write(lambda conn: conn.execute(insert(counters).values(name=name, n=n)) and None)


async def test_one_request_that_fails_leaves_its_neighbours_alone(tmp_path: Path, address: str) -> None:
    store = open_store(tmp_path, address)
    await _add(store, "taken", 0)
    names = [f"n{i}" for i in range(30)]
    names[13] = "taken"
    done = await asyncio.gather(*(_add(store, name, 1) for name in names), return_exceptions=True)
    assert [i for i, one in enumerate(done) if one is not None] == [13]
    kept = await store.read(lambda conn: set(conn.execute(select(counters.c.name)).scalars()))
    assert kept == set(names)
    await store.close()


async def test_readers_cannot_write(tmp_path: Path, address: str) -> None:
    store = open_store(tmp_path, address)
    with pytest.raises(Exception, match=r"readonly|read-only"):
        await store.read(lambda conn: conn.execute(insert(counters).values(name="x", n=1)))
    await store.close()


@pytest.mark.parametrize("way", ["one", "many"])
async def test_a_fault_tells_nobody_s_words_to_the_log(tmp_path: Path, address: str, way: str) -> None:
    store = open_store(tmp_path, address)
    said = "王桂英 154****0031"

    def twice(conn: Conn) -> None:
        if way == "one":
            conn.execute(insert(counters), [{"name": said, "n": 1}, {"name": said, "n": 1}])
        else:
            insert_rows(conn, counters, ["name", "n"], [(said, 1), (said, 1)])

    with pytest.raises(DBAPIError) as fault:
        await store.write(twice)
    # PostgreSQL itself names the key that clashed; what was sent along with it is nobody's.
    assert said not in str(fault.value).partition("DETAIL")[0]
    await store.close()


async def test_when_too_many_wait_the_next_one_is_told_so_at_once(tmp_path: Path, address: str) -> None:
    store = open_store(tmp_path, address)
    waiting: list[asyncio.Task[None]] = []
    held = asyncio.Event()
    loop = asyncio.get_running_loop()

    def hold(_conn: Conn) -> None:
        asyncio.run_coroutine_threadsafe(held.wait(), loop).result()

    waiting.append(asyncio.create_task(store.write(hold)))
    await asyncio.sleep(0.05)
    waiting += [asyncio.create_task(store.write(lambda _conn: None)) for _ in range(MAX_WAITING)]
    await asyncio.sleep(0.05)
    with pytest.raises(Busy):
        await store.write(lambda _conn: None)
    held.set()
    await asyncio.gather(*waiting)
    await store.close()


async def test_when_too_many_wait_to_read_the_next_one_is_told_so_at_once(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    may_end = threading.Event()
    waiting = [asyncio.create_task(store.read(lambda _conn: may_end.wait())) for _ in range(MOST_WAITING)]
    await asyncio.sleep(0)
    with pytest.raises(Busy):
        await store.read(lambda _conn: None)
    may_end.set()
    assert await asyncio.gather(*waiting) == [True] * MOST_WAITING
    assert await store.read(lambda conn: conn.exec_driver_sql("SELECT 1").scalar_one()) == 1
    await store.close()


async def test_who_goes_away_while_waiting_does_not_stop_the_writer(tmp_path: Path, address: str) -> None:
    store = open_store(tmp_path, address)
    is_running, may_end = threading.Event(), threading.Event()

    def slow(_conn: Conn) -> None:
        is_running.set()
        may_end.wait(10)

    asked = asyncio.create_task(store.write(slow))
    await asyncio.to_thread(is_running.wait, 10)
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    may_end.set()
    async with asyncio.timeout(10):
        await _add(store, "after", 1)
    await store.close()


async def test_a_closed_store_promises_nothing(tmp_path: Path, address: str) -> None:
    store = open_store(tmp_path, address)
    await store.close()
    with pytest.raises(Broken):
        await store.write(lambda _conn: None)


@pytest.mark.only("sqlite")
async def test_a_full_disk_refuses_keeps_reading_and_recovers_when_there_is_room(tmp_path: Path) -> None:
    store = open_store(tmp_path)

    def limit(pages: int) -> Callable[[Conn], None]:
        return lambda conn: conn.exec_driver_sql(f"PRAGMA max_page_count = {pages}").close()

    def fill(conn: Conn) -> None:
        conn.execute(insert(meta).values(name="big", value=bytes(1_000_000)))

    names = await store.read(lambda conn: conn.execute(select(meta.c.name)).scalars().all())
    await store.write(limit(1))
    with pytest.raises(DBAPIError, match="full"):
        await store.write(fill)
    assert store.is_sound
    assert await store.read(lambda conn: conn.execute(select(meta.c.name)).scalars().all()) == names
    await store.write(limit(1_000_000))
    await store.write(fill)
    await store.close()


@pytest.mark.only("sqlite")
async def test_after_a_failed_fsync_nothing_more_is_promised(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'x.sqlite3'}", poolclass=StaticPool)

    def fail(_conn: Conn) -> None:
        raise OperationalError("COMMIT", {}, sqlite3.OperationalError("disk I/O error"))

    event.listen(engine, "commit", fail)
    writer = Writer(engine)
    for _ in range(2):
        with pytest.raises(Broken):
            await writer.write(lambda conn: conn.exec_driver_sql("CREATE TABLE t (a)").close())
    assert writer.is_broken
    writer.close()
    engine.dispose()
