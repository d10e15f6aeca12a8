"""The rush at six in the evening: every worker's phone of a county comes home at once, over HTTP, to one server process."""

from pathlib import Path

import msgspec

from server.store import log, open_store
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
    lost: int
    memory_mib: float
    """The most that the server held."""


def rush(folder: Path, phones: int) -> Rush:
    """Sends everything, then counts in the store what has arrived."""
    store, hands = county(folder, phones)
    store.close_now()
    brought = [asks(hand, 1, OPS) for hand in hands]
    with served(folder) as (port, process):
        run = over_http(port, brought, hands, CLIENTS)
        status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    most_kib = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
    store = open_store(folder)
    numbers = list(range(1, OPS + 1))
    found = store.write_now(lambda conn: sum(len(log.receipts_of(conn, hand.who.device, numbers)) for hand in hands))
    store.close_now()
    return Rush(phones, run, phones * OPS - found, most_kib / 1024)
