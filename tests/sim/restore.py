"""A server that is restored from an earlier backup, and the account of who still holds what was lost: all of that must come back."""

from typing import Protocol

from server.replay.mending import laid_aside, offer_of, offer_of_own
from server.replay.phone import Phone
from server.store import log, people
from server.store.disk import Conn
from server.store.log import Device
from tests.sim.county import ENROLLED_MS
from tests.sim.handset import Handset
from tests.sim.oracles import Watch
from tests.sim.server import Server

MOST = 2
"""Restores in one history."""
APART_MS = 120_000
"""Nobody restores twice within two minutes."""


class Town(Protocol):
    """What a restore needs of the world."""

    now_ms: int
    restored_ms: int
    server_skew_ms: int
    watch: Watch
    server: Server
    backup: tuple[object, int]
    handsets: list[Handset]

    def tell(self, words: str) -> None: ...


def restored(town: Town) -> None:
    """Puts the latest backup in the place of the store; the office enters again who works here, and on which devices."""
    watch, server = town.watch, town.server
    if watch.restores == MOST or town.now_ms < town.restored_ms + APART_MS:
        return
    # Whoever restores sets the machine's clock.
    town.restored_ms, town.server_skew_ms = town.now_ms, 0
    had = server.base.look(lambda conn: held_of(conn, watch))
    server.restore(*town.backup)
    with server.base.transaction() as conn:
        for person, areas in watch.areas.items():
            people.add_areas(conn, person, areas)
        devices = {one.someone.device: one.someone.person for one in town.handsets}
        known = log.devices_of(conn, sorted(devices))
        log.put_devices(
            conn,
            [
                Device(id=device, person=person, contact_ms=ENROLLED_MS, enrolled_ms=ENROLLED_MS)
                for device, person in devices.items()
                if device not in known
            ],
        )
    lost = had - server.base.look(lambda conn: held_of(conn, watch))
    held = {one.someone.device: held_by(one.disk) for one in town.handsets}
    for device, seq in sorted(lost):
        watch.owed[device, seq] = {name for name, many in held.items() if (device, seq) in many}
    server.base.look(lambda conn: watch.was_restored(lambda device, seqs: log.receipts_of(conn, device, seqs)))
    watch.seen["restored"] += 1
    watch.seen["ops lost by a restore"] += len(lost)
    watch.seen["of them nobody held"] += sum(not watch.owed[one] for one in lost)
    town.tell(f"the server is restored and lacks {len(lost)} ops of people")


def held_of(conn: Conn, watch: Watch) -> set[tuple[str, int]]:
    """By device and number every op of people that the store holds, whatever its fate."""
    found: set[tuple[str, int]] = set()
    for device, written in watch.written.items():
        stored = log.receipts_of(conn, device, [one.seq for one in written.values()])
        by_hash = {one.hash for one in written.values()}
        found |= {(device, seq) for seq, receipt in stored.items() if receipt.hash in by_hash}
    return found


def held_by(disk: Phone) -> set[tuple[str, int]]:
    """By device and number everything that a phone could offer back."""
    rows = [offer_of(grid, row) for grid, many in disk.rows.items() for row in many]
    own = [offer_of_own(disk.device, one) for one in disk.told.values()]
    waiting = [one.seq for one in disk.outbox]
    offers = laid_aside(disk.given, disk.offers, disk.later, rows, own)
    return {(one.device, one.seq) for one in offers} | {(disk.device, seq) for seq in waiting}
