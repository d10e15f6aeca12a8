"""Several servers over one PostgreSQL: places without gaps, nothing skipped by whoever reads on, no deadlock, one epoch."""

import asyncio
import random
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text

from server import demo
from server.app import make_parts
from server.demo_load import load_demo
from server.exchange import IMPORTER, Placing
from server.parts import Parts
from server.settings import Settings
from server.store import Store, Unsafe, log, open_store
from server.store.disk import Conn
from server.store.postgres import assert_durable
from server.store.tables import counters
from tests.server.cluster import Cluster
from tests.server.house import EAST, FAR, ROOT, WEST, Time, lamp, settle

pytestmark = pytest.mark.only("postgresql")

GRIDS = (EAST, WEST, FAR)
WRITERS = 12
ROUNDS = 15


@asynccontextmanager
async def two_servers(folder: Path, address: str) -> AsyncGenerator[tuple[Parts, Parts]]:
    """Two servers' parts over one database and one folder."""
    settings = Settings(data=folder, database=address, apps=ROOT)
    first, second = make_parts(settings, clock=Time()), make_parts(settings, clock=Time())
    first.store.write_now(settle)
    try:
        yield first, second
    finally:
        await first.store.close()
        await second.store.close()


def deadlocks(conn: Conn) -> int:
    """How many PostgreSQL has broken in this database."""
    conn.execute(text("SELECT pg_stat_clear_snapshot()"))
    asked = text("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
    return int(conn.execute(asked).scalar_one())


def place_in(conn: Conn, parts: Parts, grids: Sequence[str], name: str) -> None:
    fields = demo.mailboxes()[0].fields | {"box_no": name}
    placing = Placing(conn, parts.county, parts.clock())
    placing.begin(grids, [])
    for grid in grids:
        spoken = placing.say(IMPORTER, grid, "hang", fields, kind="mailbox")
        assert spoken.refusal is None, spoken.refusal
    placing.finish()


async def write_on(parts: Parts, number: int) -> None:
    """Places in two or three logs at a time, named in any order."""
    chance = random.Random(number)
    for turn in range(ROUNDS):
        grids: list[str] = chance.sample(GRIDS, chance.choice((2, 3)))
        name = f"{number}-{turn}"
        await parts.store.write(lambda conn, g=grids, n=name: place_in(conn, parts, g, n), grids=grids)


async def read_on(store: Store, is_over: asyncio.Event) -> dict[str, list[int]]:
    """Asks for what comes after its place, again and again, as a phone does; every place it was ever given."""
    given: dict[str, list[int]] = {grid: [] for grid in GRIDS}
    is_last = False
    while not is_last:
        is_last = is_over.is_set()
        for grid in GRIDS:
            after = given[grid][-1] if given[grid] else 0
            more = await store.read(lambda conn, g=grid, a=after: log.after(conn, g, a, 500))
            given[grid] += [one.place for one in more]
        await asyncio.sleep(0.005)
    return given


async def test_twelve_writers_at_two_servers_leave_no_gap_and_readers_skip_nothing(
    tmp_path: Path, address: str
) -> None:
    async with two_servers(tmp_path, address) as servers:
        before = await servers[0].store.read(deadlocks)
        is_over = asyncio.Event()
        readers = [asyncio.create_task(read_on(parts.store, is_over)) for parts in servers]
        await asyncio.gather(*(write_on(servers[number % 2], number) for number in range(WRITERS)))
        is_over.set()
        given: dict[str, list[int]] = {}
        for given in [await one for one in readers]:
            assert all(places == list(range(1, len(places) + 1)) for places in given.values())
            assert sum(map(len, given.values())) >= 2 * WRITERS * ROUNDS
        heads = await servers[0].store.read(lambda conn: log.heads(conn, GRIDS))
        assert [given[grid][-1] for grid in GRIDS] == [heads[grid] for grid in GRIDS]
        assert await servers[0].store.read(deadlocks) == before


async def test_two_groups_that_wait_for_each_other_are_both_done_in_the_end(tmp_path: Path, address: str) -> None:
    async with two_servers(tmp_path, address) as servers:
        met = asyncio.Event()
        loop = asyncio.get_running_loop()
        runs: list[str] = []

        def cross(conn: Conn, mine: str, other: str) -> None:
            runs.append(mine)
            log.lock_heads(conn, [mine])
            if len(runs) == 2:
                loop.call_soon_threadsafe(met.set)
            # Waits inside PostgreSQL, until the other one has its first lock too.
            conn.execute(text("SELECT pg_sleep(0.3)"))
            log.lock_heads(conn, [other])

        await asyncio.gather(
            servers[0].store.write(lambda conn: cross(conn, EAST, WEST)),
            servers[1].store.write(lambda conn: cross(conn, WEST, EAST)),
        )
        assert met.is_set()
        assert len(runs) == 3


async def test_a_number_of_another_system_enters_once_though_two_servers_take_it_in_at_once(
    tmp_path: Path, address: str
) -> None:
    async with two_servers(tmp_path, address) as servers:

        def bring(conn: Conn, parts: Parts, grid: str) -> str:
            placing = Placing(conn, parts.county, parts.clock())
            placing.begin([grid], [])
            fields = lamp(source={"system": "hotline", "no": "GD1"}, source_hash="a" * 64)
            spoken = placing.say(IMPORTER, grid, "register", fields, kind="issue")
            # Waits inside PostgreSQL, so that the other one comes as far while this one is not done.
            conn.execute(text("SELECT pg_sleep(0.2)"))
            placing.finish()
            return spoken.refusal.why if spoken.refusal else ""

        done = await asyncio.gather(
            servers[0].store.write(lambda conn: bring(conn, servers[0], EAST)),
            servers[1].store.write(lambda conn: bring(conn, servers[1], FAR)),
        )
        assert sorted(done) == ["", "begun_before"]


async def test_one_bad_body_in_a_group_fails_alone_while_another_server_writes(tmp_path: Path, address: str) -> None:
    async with two_servers(tmp_path, address) as servers:

        async def count(parts: Parts, name: str) -> None:
            await parts.store.write(lambda conn: conn.execute(insert(counters).values(name=name, n=1)).close())

        await count(servers[0], "taken")
        names = [f"n{i}" for i in range(40)]
        names[13] = "taken"
        done = await asyncio.gather(
            *(count(servers[i % 2], name) for i, name in enumerate(names)), return_exceptions=True
        )
        assert [i for i, one in enumerate(done) if one is not None] == [13]
        kept = await servers[0].store.read(lambda conn: set(conn.execute(select(counters.c.name)).scalars()))
        assert kept == set(names)


async def test_servers_that_start_at_once_share_tables_epoch_secrets_and_one_demo_county(
    tmp_path: Path, new_database: str
) -> None:
    settings = Settings(data=tmp_path, database=new_database, apps=ROOT)
    opened = await asyncio.gather(*(asyncio.to_thread(make_parts, settings, clock=Time()) for _ in range(3)))
    assert len({(parts.store.meta.epoch, parts.store.meta.token_key) for parts in opened}) == 1
    loaded = await asyncio.gather(*(asyncio.to_thread(load_demo, parts) for parts in opened))
    assert sorted(loaded) == [False, False, True]
    for parts in opened:
        await parts.store.close()


def test_a_cluster_that_does_not_wait_for_the_disk_is_refused(tmp_path: Path, postgres: Cluster) -> None:
    def look(conn: Conn) -> None:
        conn.execute(text("SET synchronous_commit = off"))
        with pytest.raises(Unsafe, match="synchronous_commit=off"):
            assert_durable(conn)

    postgres.run("postgres", look)


def test_a_database_that_cannot_hold_every_character_is_refused(tmp_path: Path, postgres: Cluster) -> None:
    ascii_only = "CREATE DATABASE ascii TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'"
    postgres.run("postgres", lambda conn: conn.execute(text(ascii_only)).close())
    with pytest.raises(Unsafe, match="server_encoding=SQL_ASCII"):
        open_store(tmp_path, postgres.url("ascii"))
