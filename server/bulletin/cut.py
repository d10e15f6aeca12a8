"""Where the logs stood when something was counted: places, and one hash over all before them, which anybody with the log can make."""

import hashlib
from collections.abc import Iterable

import msgspec

from server.store import log
from server.store.disk import Conn


class Cut(msgspec.Struct, frozen=True):
    """The logs of some grids up to a place each."""

    root: str
    """SHA-256 over one line `GRID PLACE HASH` per grid, in the order of the codes, each ended by a newline.

    HASH is SHA-256 over the hashes of the grid's ops from place 1 to PLACE, each ended by a newline.
    """
    places: str
    """`GRID PLACE` per grid, comma between them, in the order of the codes."""
    ops: int
    grids: int
    at_ms: int


def cut(conn: Conn, grids: Iterable[str], at_ms: int) -> Cut:
    """The cut as the logs stand in this transaction."""
    codes = sorted(grids)
    heads = log.heads(conn, codes)
    root = hashlib.sha256()
    for code in codes:
        whole = hashlib.sha256()
        for its_hash in log.hashes(conn, code, heads[code]):
            whole.update(f"{its_hash}\n".encode())
        root.update(f"{code} {heads[code]} {whole.hexdigest()}\n".encode())
    places = ",".join(f"{code} {heads[code]}" for code in codes)
    return Cut(root.hexdigest(), places, sum(heads.values()), len(codes), at_ms)
