"""What must be true of photos in the end: whole, under their hash, only where a record names them, only for who may read that."""

import hashlib
from collections.abc import Iterable, Sequence

from server.photos import show
from server.problems import Problem
from server.store import blobs, lists, log
from server.store.disk import Conn
from server.store.lists import Record
from server.who import Who
from sync.admit import Area
from sync.op import Op
from sync.wire import read_op
from tests.sim.album import content_of
from tests.sim.county import GRIDS
from tests.sim.handset import Handset
from tests.sim.oracles import BrokenError
from tests.sim.server import Server


def check_photos(conn: Conn, handsets: Sequence[Handset], server: Server, now_ms: int) -> None:
    """P1 and P3; see `album` for P2."""
    named = _named(conn)
    for name in named:
        _check_whole(conn, name, server, handsets)
    for handset in handsets:
        areas = handset.world.watch.areas[handset.someone.person]
        for name, subjects in named.items():
            records = lists.records(conn, subjects).values()
            _check_hidden(conn, handset, name, areas, records, now_ms)


def _named(conn: Conn) -> dict[str, set[str]]:
    """By hash the subjects whose ops bear this phone's photo, read from the logs."""
    found: dict[str, set[str]] = {}
    for grid in GRIDS:
        for row in log.entries(conn, grid):
            op = read_op(row["text"])
            if isinstance(op, Op):
                name = hashlib.sha256(content_of(op.device, op.seq)).hexdigest()
                if name in row["text"]:
                    found.setdefault(name, set()).add(op.subject)
    return found


def _check_whole(conn: Conn, name: str, server: Server, handsets: Iterable[Handset]) -> None:
    """P1: what a phone took for a record is here, to the byte; and what is not here, nothing says is."""
    kept = server.file_of(name)
    if blobs.present(conn, [name]) and (kept is None or hashlib.sha256(kept).hexdigest() != name):
        raise BrokenError("P1", f"the photo {name[:8]} is said to be here, and is not whole")
    for handset in handsets:
        is_gone = name in handset.album.taken and not blobs.present(conn, [name])
        if is_gone and not handset.world.watch.restores:
            raise BrokenError("P1", f"{handset.someone.device} holds no longer the photo {name[:8]}, which is not here")


def _check_hidden(
    conn: Conn, handset: Handset, name: str, areas: list[Area], records: Iterable[Record], now_ms: int
) -> None:
    """P3: nobody reads a photo whose record he may not read now, by hash alone or otherwise."""
    one = handset.someone
    try:
        found = show.look(conn, Who(person=one.person, device=one.device, expires_ms=now_ms), name, now_ms)
    except Problem:
        return
    if found.may_read and not any(_reads(one.person, areas, record, now_ms) for record in records):
        raise BrokenError("P3", f"{one.person} may read the photo {name[:8]} of a record that is not theirs to read")


def _reads(person: str, areas: list[Area], record: Record, now_ms: int) -> bool:
    held = [area for area in areas if record.grid.startswith(area.code) and area.from_ms <= now_ms]
    now = [area.role for area in held if area.to_ms is None or now_ms < area.to_ms]
    sealed = record.mark is not None and bool(record.mark.seal) and record.mark.author != person
    return bool(now) and not (sealed and set(now) == {"grid_worker"})
