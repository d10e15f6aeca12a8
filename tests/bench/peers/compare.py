"""Ours beside the peers on the same work: how long a phone's whole sync takes when all come at once, its bytes, its trips, its losers."""

import json
import subprocess
import threading
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import perf_counter
from typing import Any

import msgspec

from server.replay.phone import Phone
from tests.bench.figures import Line, Run
from tests.bench.peers import lines, servers
from tests.bench.peers.counting import counting
from tests.bench.peers.losers import Kept, kinto_pairs, our_pairs, plain_pairs
from tests.bench.peers.work import LETTERS, PAIRS, SCOPE_PHONES, Task, fill, own_phone, write_tasks
from tests.bench.ways import served
from tests.bench.work import Hand, county


class Peer(msgspec.Struct, frozen=True):
    """What was found of one."""

    name: str
    run: Run
    up: int
    down: int
    trips: int
    kept: Kept


class Town(msgspec.Struct, frozen=True):
    """The same work for everybody: the phones' hands, our phones with their full outboxes, the work in plain words."""

    folder: Path
    hands: list[Hand]
    phones: list[Phone]
    tasks: list[Task]
    late: Task
    path: Path
    late_path: Path


def town(folder: Path, phones: int) -> Town:
    """Makes it. The last hand is a late-comer of the first scope, whose line is counted."""
    scopes = max(1, phones // SCOPE_PHONES)
    store, hands = county(folder / "ours", phones + 1, scopes)
    store.close_now()
    ours = [own_phone(hand) for hand in hands]
    tasks = [fill(phone, hand.grid) for phone, hand in zip(ours, hands, strict=True)]
    path, late_path = folder / "tasks.json", folder / "late.json"
    write_tasks(path, tasks[:-1])
    write_tasks(late_path, tasks[-1:])
    return Town(folder / "ours", hands, ours, tasks[:-1], tasks[-1], path, late_path)


def compare(folder: Path, phones: int) -> list[Peer]:
    """Every one of them, one after the other; ours and the floor first."""
    servers.install()
    made = town(folder, phones)
    return [ours(made), floor(made), _kinto(made), _scripted(made, "pouch.mjs", "PouchDB"), _yjs(made)]


def ours(made: Town) -> Peer:
    """The real server, in a process of its own."""
    with served(made.folder) as (port, _):
        wholes = [lines.ours(hand, phone) for hand, phone in zip(made.hands, made.phones, strict=True)]
        run = _all_at_once(port, wholes[:-1])
        late = _counted(port, lambda there: lines.speak(there, wholes[-1]))
        kept = our_pairs(port, (made.hands[0], made.phones[0]), (made.hands[-1], made.phones[-1]))
    return Peer("ours", run, *late, kept)


def floor(made: Town) -> Peer:
    """Rows and a cursor."""
    with servers.plain() as port:
        run = _all_at_once(port, [lines.plain(task, lines.rows_of(task)) for task in made.tasks])
        whole = lines.plain(made.late, lines.rows_of(made.late))
        late = _counted(port, lambda there: lines.speak(there, whole))
        return Peer("plain rows and cursor", run, *late, plain_pairs(port))


def _kinto(made: Town) -> Peer:
    with servers.kinto() as port:
        _kinto_room(port, {task.scope for task in made.tasks})
        run = _all_at_once(port, [lines.kinto(task) for task in made.tasks])
        late = _counted(port, lambda there: lines.speak(there, lines.kinto(made.late)))
        return Peer("Kinto, PostgreSQL", run, *late, kinto_pairs(port))


def _kinto_room(port: int, scopes: set[str]) -> None:
    """The bucket and the collections, before the clock runs."""

    def room(say: lines.Say) -> None:
        for path in ("/v1/buckets/bench", *(f"/v1/buckets/bench/collections/s{one}" for one in [*scopes, "pairs"])):
            status, answer, _ = say("PUT", path, b"{}", lines.KINTO)
            assert status in (200, 201), answer[:300]

    lines.speak(port, room)


def _scripted(made: Town, script: str, name: str, scheme: str = "http") -> Peer:
    with servers.scripted(script) as port:
        waits: list[float] = _node(script, "phones", f"{scheme}://127.0.0.1:{port}", str(made.path))["waits"]
        run = Run(100 * len(waits), max(waits), waits)
        letters = LETTERS * (1 + sum(task.scope == made.late.scope for task in made.tasks))
        late = _counted(
            port,
            lambda there: _node(script, "phones", f"{scheme}://127.0.0.1:{there}", str(made.late_path), str(letters)),
        )
        told = _node(script, "pairs", f"{scheme}://127.0.0.1:{port}", str(PAIRS))
        return Peer(name, run, *late, Kept(told["kept"], told["told"]))


def _yjs(made: Town) -> Peer:
    return _scripted(made, "yjs.mjs", "Yjs", "ws")


def _node(script: str, *arguments: str) -> Any:
    command = servers.node(script, *arguments)
    done = subprocess.run(command, env=servers.environment(), capture_output=True, check=True, timeout=900)
    return json.loads(done.stdout.splitlines()[-1])


def _all_at_once(port: int, wholes: Sequence[Callable[[lines.Say], None]]) -> Run:
    """Everybody starts at the same moment; each waits from then until it has brought and got all."""
    gate = threading.Event()
    began: list[float] = []

    def one(whole: Callable[[lines.Say], None]) -> float:
        gate.wait()
        lines.speak(port, whole)
        return perf_counter() - began[0]

    with ThreadPoolExecutor(len(wholes)) as pool:
        futures = [pool.submit(one, whole) for whole in wholes]
        began.append(perf_counter())
        gate.set()
        waits = [future.result() for future in futures]
    return Run(100 * len(wholes), max(waits), waits)


def _counted(port: int, go: Callable[[int], object]) -> tuple[int, int, int]:
    with counting(port) as line:
        go(line.port)
    return line.up_packed, line.down_packed, line.trips


def told(found: list[Peer]) -> Generator[Line]:
    """P-2, P-3 and P-5, from one run."""
    for one in found:
        yield Line(
            f"{one.name}: a phone's whole sync, all at once",
            f"{one.run.p50_ms:,.0f} / {one.run.p99_ms:,.0f} ms",
            "p50 / p99",
        )
        yield Line(
            "    a late phone's bytes up / down, packed", f"{one.up:,} / {one.down:,}", f"{one.trips} round trips"
        )
        yield Line("    losers kept / told to their phone", f"{one.kept.kept} / {one.kept.told}", f"of {PAIRS}")
    ours, floor, peers = found[0], found[1], found[2:]
    ratio = ours.run.p50_ms / floor.run.p50_ms
    yield Line("a whole sync, ours / plain", f"{ratio:.2f}", "P-2 <= 2", ratio <= 2)
    best = min(one.run.p50_ms for one in peers) / ours.run.p50_ms
    yield Line("a whole sync, the best peer / ours", f"{best:.1f}", "P-2 >= 3", best >= 3)
    up, down = ours.up / floor.up, ours.down / floor.down
    yield Line("bytes up / down, ours / plain", f"{up:.2f} / {down:.2f}", "P-3 <= 1.5", max(up, down) <= 1.5)
    both = ours.up + ours.down
    least = min(one.up + one.down for one in peers)
    yield Line("bytes, ours / the least of the peers", f"{both / least:.2f}", "P-3 < 1", both < least)
    whole = ours.kept.kept == ours.kept.told == PAIRS
    yield Line("losers kept and told, ours", f"{ours.kept.kept} / {ours.kept.told}", f"P-5 {PAIRS} / {PAIRS}", whole)
