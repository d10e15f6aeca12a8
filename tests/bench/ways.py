"""The ways in, from the bare disk up to HTTP: each takes the same batches and is timed alone."""

import asyncio
import contextlib
import http.client
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Awaitable, Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from time import perf_counter

import msgspec
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from server.book import CountyBook
from server.exchange.take import Delivery, Taken, read_ops, take
from server.store import Store, log
from server.store.disk import Conn
from server.store.log import Entry
from server.store.tables import ops as ops_table
from sync.clock import stamp_ms
from sync.op import Op, op_hash
from sync.wire import Ask, Unreadable, read_op, read_reply, write
from tests.bench.figures import Run
from tests.bench.work import NOW_MS, Hand

ROOT = Path(__file__).parents[2]
Batches = Sequence[list[Entry]]


def entries_of(asks: Sequence[Ask], first: dict[str, int]) -> list[list[Entry]]:
    """The rows of these batches as they would stand in the log. `first`: the last place given in each grid, moved on."""
    return [[_entry(text, first) for text in ask.ops] for ask in asks]


def _entry(text: str, first: dict[str, int]) -> Entry:
    op = read_op(text)
    assert isinstance(op, Op)
    first[op.grid] = first.get(op.grid, 0) + 1
    return Entry(
        grid=op.grid,
        place=first[op.grid],
        device=op.device,
        seq=op.seq,
        hash=op_hash(text),
        subject=op.subject,
        name=op.name,
        actor=op.actor,
        role="grid_worker",
        stamp=op.stamp,
        claimed_ms=stamp_ms(op.stamp),
        placed_ms=NOW_MS,
        credited_ms=NOW_MS,
        text=text,
    )


def raw(folder: Path, batches: Batches) -> Run:
    """Plain `sqlite3`: the same table and indexes, WAL, synchronous=FULL, one batch a commit, one connection."""
    path = folder / "raw.sqlite3"
    path.unlink(missing_ok=True)
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as conn:
        conn.execute("PRAGMA journal_mode=WAL")
        conn.execute("PRAGMA synchronous=FULL")
        for made in (CreateTable(ops_table), *(CreateIndex(index) for index in ops_table.indexes)):
            conn.execute(str(made.compile(dialect=sqlite.dialect())))
        rows = [[_row(entry) for entry in batch] for batch in batches]
        statement = f"INSERT INTO ops VALUES ({', '.join('?' * len(ops_table.columns))})"  # noqa: S608 - question marks
        waits: list[float] = []
        begun = perf_counter()
        for batch in rows:
            at = perf_counter()
            conn.execute("BEGIN IMMEDIATE")
            conn.executemany(statement, batch)
            conn.execute("COMMIT")
            waits.append(perf_counter() - at)
        return Run(sum(map(len, rows)), perf_counter() - begun, waits)


def _row(entry: Entry) -> list[str | int]:
    cells = {**msgspec.structs.asdict(entry), "kind": entry.subject.split("/")[0]}
    return [cells[column.name] for column in ops_table.columns]


async def bare(store: Store, batches: Batches, clients: int) -> Run:
    """The server's own group commit, its statement and its driver, with nothing judged: what the store can do."""

    def body(batch: list[Entry]) -> Callable[[Conn], None]:
        return partial(log.append, entries=batch, new_heads={})

    return await _at_once(
        [[partial(store.write, body(batch)) for batch in batches[n::clients]] for n in range(clients)], batches
    )


async def whole(store: Store, book: CountyBook, asks: list[list[Ask]], hands: list[Hand]) -> Run:
    """The whole taking-in without HTTP: hash, chain, rights, merge, fold, triage, clocks, receipts."""

    async def one(hand: Hand, body: bytes) -> None:
        ask = msgspec.json.decode(body, type=Ask)
        judge = partial(
            take, county=book, clock=lambda: NOW_MS, who=hand.who, ask=ask, given=Delivery(brought=read_ops(ask.ops))
        )
        taken = await store.write(judge)
        assert isinstance(taken, Taken)
        assert {receipt.fate for receipt in taken.receipts} == {"placed"}, taken.receipts[0]

    turns = [[partial(one, hand, write(ask)) for ask in mine] for hand, mine in zip(hands, asks, strict=True)]
    return await _at_once(turns, [ask.ops for mine in asks for ask in mine])


async def _at_once(
    turns: Sequence[Sequence[Callable[[], Awaitable[None]]]], batches: Sequence[Sequence[object]]
) -> Run:
    """Several clients at the same time, each doing its turns one after the other."""
    waits: list[float] = []

    async def client(mine: Sequence[Callable[[], Awaitable[None]]]) -> None:
        for turn in mine:
            at = perf_counter()
            await turn()
            waits.append(perf_counter() - at)

    begun = perf_counter()
    await asyncio.gather(*(client(mine) for mine in turns))
    return Run(sum(map(len, batches)), perf_counter() - begun, waits)


@contextlib.contextmanager
def served(folder: Path) -> Generator[tuple[int, int]]:
    """The real server as a process of its own, over this folder: its port and its process id."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(256)
        number = listening.fileno()
        command = [sys.executable, "-m", "tests.bench.serve", str(folder), str(number)]
        with subprocess.Popen(command, cwd=ROOT, pass_fds=[number], stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.readline()
            try:
                yield int(listening.getsockname()[1]), process.pid
            finally:
                process.kill()


def over_http(port: int, asks: list[list[Ask]], hands: list[Hand], clients: int) -> Run:
    """The whole way, socket included: this process plays the phones."""
    waits: list[float] = []
    bodies = [(hand.token, [write(ask) for ask in mine]) for hand, mine in zip(hands, asks, strict=True)]

    def client(mine: list[tuple[str, list[bytes]]]) -> None:
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=120)) as line:
            for token, bodies_of_one in mine:
                for body in bodies_of_one:
                    at = perf_counter()
                    _post(line, token, body)
                    waits.append(perf_counter() - at)

    begun = perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(client, [bodies[n::clients] for n in range(clients)]))
    return Run(sum(len(ask.ops) for mine in asks for ask in mine), perf_counter() - begun, waits)


def _post(line: http.client.HTTPConnection, token: str, body: bytes) -> None:
    line.request("POST", "/exchange", body, {"Authorization": f"Bearer {token}", "Content-Type": "application/json"})
    answer = line.getresponse()
    reply = read_reply(answer.read())
    assert not isinstance(reply, Unreadable), answer.status
    assert {receipt.fate for receipt in reply.receipts} == {"placed"}
