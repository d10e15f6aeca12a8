"""The rush at six in the evening: every worker's phone of a county comes home at once, over HTTP, to one server process.

First what people said, then what they saw: no phone sends a photo before its ops have their receipts.
"""

from pathlib import Path

import msgspec

from server.store import blobs, log, open_store
from tests.bench import album
from tests.bench.figures import Run
from tests.bench.ways import over_http, served
from tests.bench.work import asks, county

OPS = 60
CLIENTS = 32
"""Connections that are open at the same time: the others queue for one."""


class Rush(msgspec.Struct, frozen=True):
    """How it went."""

    phones: int
    run: Run
    photos: Run
    lost: int
    lost_photos: int
    memory_mib: float
    """The most that the server and whoever works for it held, each at its own worst moment."""


def rush(folder: Path, phones: int) -> Rush:
    """Sends everything, then counts in the store what has arrived."""
    store, hands = county(folder, phones)
    store.close_now()
    brought = [asks(hand, 1, OPS, album.photos_of(hand)) for hand in hands]
    with served(folder) as (port, process):
        run = over_http(port, brought, hands, CLIENTS)
        photos = album.bring(port, hands, CLIENTS)
        most_kib = _most_kib(process)
    store = open_store(folder)
    numbers = list(range(1, OPS + 1))
    found = store.write_now(lambda conn: sum(len(log.receipts_of(conn, hand.who.device, numbers)) for hand in hands))
    names = album.names_of(hands)
    kept = store.write_now(lambda conn: blobs.present(conn, names))
    store.close_now()
    return Rush(phones, run, photos, phones * OPS - found, len(names) - len(kept), most_kib / 1024)


def _most_kib(process: int) -> int:
    """A process and those it started that still run."""
    lines = Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines()
    most = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
    tasks = Path(f"/proc/{process}/task").glob("*/children")
    return most + sum(_most_kib(int(child)) for task in tasks for child in task.read_text(encoding="utf-8").split())
