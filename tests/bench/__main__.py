"""`python -m tests.bench`: the ways in against the raw disk, the cost of growth, the evening rush, the peers. Prints a table."""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from server.book import CountyBook, load_book
from tests.bench.figures import Line, Run, ratio, ways
from tests.bench.growth import Grown, compare, sizes
from tests.bench.pairs import reviewer
from tests.bench.peers.compare import compare as compare_peers
from tests.bench.peers.compare import told
from tests.bench.phone import slow_phone
from tests.bench.rush import CLIENTS, rush
from tests.bench.ways import bare, entries_of, over_http, raw, served, whole
from tests.bench.work import asks, county
from tests.server.cluster import can_be_had, cluster

PHONES = 16
UNMEASURED = (
    "P-6's hour is compressed: all phones come as fast as they are served",
    "P-7, P-10, Q-1: measured in the browser and by the build, not here",
)


def main() -> int:
    """Prints the table; the exit code says whether every bar that one run can tell holds."""
    asked = _parser().parse_args()
    lines: list[Line] = []
    print("  one machine, one run, server and clients together; read the ratios\n")
    with tempfile.TemporaryDirectory() as folder:
        book = load_book()
        for line in _all(Path(folder), book, asked):
            lines.append(line)
            print(line.told(), flush=True)
    print("\n  not measured here:")
    print("\n".join(f"    {one}" for one in UNMEASURED))
    return 1 if any(line.holds is False for line in lines) else 0


def _all(folder: Path, book: CountyBook, asked: argparse.Namespace) -> Iterator[Line]:
    yield from intake(folder / "intake", book, asked.rounds, asked.batches)
    yield from http(folder / "http", asked.rounds, asked.batches)
    if can_be_had():
        yield from postgres(folder / "postgres", asked.rounds, asked.batches)
    yield from growth(folder, book, asked.stored, asked.turns)
    yield from evening(folder / "rush", asked.phones)
    yield from slow_phone(folder / "phone", asked.lived, asked.shelf)
    yield from reviewer(folder / "pairs")
    if asked.peers:
        yield from told(compare_peers(folder / "peers", asked.peers))


def intake(folder: Path, book: CountyBook, rounds: int, batches: int) -> Iterator[Line]:
    """P-1: the same batches by three ways, in turn."""
    store, hands = county(folder, PHONES)
    brought = [asks(hand, batches * rounds) for hand in hands]
    raws: list[Run] = []
    bares: list[Run] = []
    wholes: list[Run] = []
    other, _ = county(folder / "bare", 1)
    heads: dict[str, int] = {}
    for turn in range(rounds):
        mine = [one[turn * batches : (turn + 1) * batches] for one in brought]
        entries = entries_of([ask for one in mine for ask in one], heads)
        raws.append(raw(folder, entries))
        bares.append(asyncio.run(bare(other, entries, PHONES)))
        wholes.append(asyncio.run(whole(store, book, mine, hands)))
    other.close_now()
    store.close_now()
    yield ways("raw sqlite3, WAL, FULL, 50 a commit", raws)
    yield ways(f"group commit through Core, {PHONES} clients, 50 a request", bares)
    yield ways("whole taking-in: rights, merge, fold, triage, receipts", wholes)
    yield ratio("group commit / raw", bares, raws, 0.60, "P-1")
    worst = max(run.p99_ms / run.p50_ms for run in bares)
    yield Line("group commit, p99 / p50, the worst round", f"{worst:.1f}", "P-1 <= 3", worst <= 3)
    yield ratio("whole / group commit", wholes, bares, 0.20, "P-1")


def postgres(folder: Path, rounds: int, batches: int) -> Iterator[Line]:
    """P-1 on the second store: its group commit, beside raw `sqlite3` in turn."""
    raws: list[Run] = []
    bares: list[Run] = []
    folder.mkdir()
    with cluster() as made:
        store, hands = county(folder / "rows", PHONES, database=made.database())
        brought = [asks(hand, batches * rounds) for hand in hands]
        heads: dict[str, int] = {}
        for turn in range(rounds):
            mine = [ask for one in brought for ask in one[turn * batches : (turn + 1) * batches]]
            entries = entries_of(mine, heads)
            raws.append(raw(folder, entries))
            bares.append(asyncio.run(bare(store, entries, PHONES)))
        store.close_now()
    yield ways(f"PostgreSQL, group commit through Core, {PHONES} clients", bares)
    yield ratio("PostgreSQL group commit / raw sqlite3", bares, raws, 0.45, "P-1")


def http(folder: Path, rounds: int, batches: int) -> Iterator[Line]:
    """The same over a real socket."""
    store, hands = county(folder, PHONES)
    store.close_now()
    brought = [asks(hand, batches * rounds) for hand in hands]
    runs: list[Run] = []
    with served(folder) as (port, _):
        for turn in range(rounds):
            mine = [one[turn * batches : (turn + 1) * batches] for one in brought]
            runs.append(over_http(port, mine, hands, PHONES))
    yield ways(f"whole way over HTTP, {PHONES} connections", runs)


def growth(folder: Path, book: CountyBook, many: list[int], turns: int) -> Iterator[Line]:
    """P-4 and the bytes of P-3."""
    stores = [Grown(folder / f"ops{ops}", book, ops) for ops in many]
    runs = compare(stores, turns)
    for ops, run in zip(many, runs, strict=True):
        yield Line(
            f"sync of 10 changes up, 20 down, {ops:,} ops stored", f"{run.p50_ms:.2f} ms", f"p99 {run.p99_ms:.1f} ms"
        )
    for ops, run in zip(many[1:], runs[1:], strict=True):
        grown = run.p50_ms / runs[0].p50_ms
        is_bar = many[0] >= 10_000 and ops >= 1_000_000
        yield Line(
            f"cost at {ops:,} / cost at {many[0]:,}",
            f"{grown:.2f}",
            "P-4 <= 1.30 at 1,000,000",
            grown <= 1.3 if is_bar else None,
        )
    size = sizes(stores[0])
    yield Line("its bytes up, plain / gzip", f"{size.up:,} / {size.up_gzip:,}", "one round trip")
    yield Line("its bytes down, plain / brotli", f"{size.down:,} / {size.down_br:,}")
    for one in stores:
        one.store.close_now()


def evening(folder: Path, phones: int) -> Iterator[Line]:
    """P-6."""
    went = rush(folder, phones)
    run, is_whole = went.run, phones >= 1_115
    yield Line(
        f"{phones:,} phones x 60 ops over HTTP, {CLIENTS} at a time",
        f"{run.seconds:.1f} s",
        "P-6 <= 60 s",
        _if(is_whole, run.seconds <= 60),
    )
    yield Line(
        "an exchange of 60 ops, p50 / p99",
        f"{run.p50_ms:.0f} / {run.p99_ms:.0f} ms",
        "P-6 p99 <= 2 s",
        _if(is_whole, run.p99_ms <= 2_000),
    )
    yield Line(
        f"their {went.photos.ops:,} photos behind it",
        f"{went.photos.seconds:.1f} s",
        "P-6 <= 300 s",
        _if(is_whole, went.photos.seconds <= 300),
    )
    yield Line("a photo until it is kept, p50 / p99", f"{went.photos.p50_ms:.0f} / {went.photos.p99_ms:.0f} ms")
    lost = went.lost + went.lost_photos
    yield Line("lost ops and photos", f"{lost}", "P-6 0", lost == 0)
    yield Line(
        "server memory at most", f"{went.memory_mib:.0f} MiB", "P-6 <= 400 MiB", _if(is_whole, went.memory_mib <= 400)
    )


def _if(is_told: bool, holds: bool) -> bool | None:
    return holds if is_told else None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Measures the server against its disk.")
    parser.add_argument("--rounds", type=int, default=5, help="how often each way is timed, in turn")
    parser.add_argument("--batches", type=int, default=6, help="batches of 50 ops by each of 16 phones in a round")
    stored = [10_000, 100_000, 1_000_000]
    parser.add_argument("--stored", type=int, nargs="+", default=stored, help="ops in each of the stores that grew")
    parser.add_argument("--turns", type=int, default=30, help="syncs timed in each of the two")
    lived = [500, 2_000]
    parser.add_argument(
        "--lived", type=int, nargs=2, default=lived, help="households and issues of a phone's first sync"
    )
    shelf = [2_500, 2_000]
    parser.add_argument("--shelf", type=int, nargs=2, default=shelf, help="the same on a slowed phone, two people each")
    parser.add_argument("--phones", type=int, default=1_115, help="phones of the evening rush")
    parser.add_argument(
        "--peers", type=int, default=200, help="phones that sync with each peer at once; 0 leaves it out"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
