"""What a device may read after its places: the tails of its grids' logs, and the grids themselves. It changes nothing."""

import msgspec

from server.sight import as_seen, reader
from server.store import log, parked, people
from server.store.disk import Conn
from server.who import Who, log_readers, scopes_now
from sync.admit import roles_at
from sync.wire import PAGE_OPS, Changes, Placed, Receipt, Scope

PAGE_CHARACTERS = 1_000_000
"""About how much text one Reply carries over all grids; the rest follows at the next Ask."""


class Given(msgspec.Struct, frozen=True):
    """The reading half of a Reply, from one snapshot."""

    scope: list[Scope]
    changes: dict[str, Changes]
    settled: list[Receipt]


def give(conn: Conn, who: Who, places: dict[str, int], now_ms: int) -> Given:
    """Changes for the grids that are named and may be read; a grid that may not is simply not there."""
    areas = people.areas_of(conn, who.person)
    scope = scopes_now(conn, who.person, areas, now_ms)
    readers = log_readers(areas)
    wanted = [one.grid for one in scope if one.grid in places and roles_at(readers, one.grid, now_ms)]
    heads = log.heads(conn, wanted)
    changes: dict[str, Changes] = {}
    left = PAGE_CHARACTERS
    for grid in wanted:
        ops = log.after(conn, grid, places[grid], PAGE_OPS) if places[grid] < heads[grid] else []
        ops = _fitting(as_seen(conn, reader(who.person, areas, grid, now_ms), grid, ops), left)
        left -= sum(len(one.text) for one in ops)
        changes[grid] = Changes(ops=ops, head=heads[grid])
    return Given(scope=scope, changes=changes, settled=parked.settled_of(conn, who.device))


def _fitting(ops: list[Placed], left: int) -> list[Placed]:
    """As many as fit, and at least one when nothing was given yet, so that every Ask gets further."""
    fitting: list[Placed] = []
    for one in ops:
        if left < len(one.text) and not (left == PAGE_CHARACTERS and not fitting):
            break
        left -= len(one.text)
        fitting.append(one)
    return fitting
