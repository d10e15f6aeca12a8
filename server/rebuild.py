"""Makes every cache again from the log alone, to the same bytes. Nothing of the log is touched."""

from collections.abc import Iterable
from functools import partial

from server.store import lists, log, snapshots
from server.store.disk import Conn
from server.store.lists import Known, Record, Ref
from server.store.marking import sealed_beside
from sync.fold import empty, step
from sync.law import law_of
from sync.op import Change
from sync.sight import mark_after
from sync.wire import Unreadable, read_op


def rebuild(conn: Conn) -> int:
    """Folds every grid's log anew; the number of subjects."""
    # Beside other servers: none of them lengthens a log meanwhile.
    log.lock_heads(conn, log.all_grids(conn))
    lists.forget(conn)
    snapshots.forget(conn)
    count = 0
    for grid in log.all_grids(conn):
        named: dict[Ref, None] = {}
        records = fold_grid(conn, grid, named)
        lists.put_whole(conn, records)
        lists.name(conn, named)
        count += len(records)
    return count


def fold_grid(conn: Conn, grid: str, named: dict[Ref, None]) -> list[Record]:
    """The records that a grid's log adds up to, in the order in which they began; `named` takes all that its ops name."""
    records: dict[str, Known] = {}
    naming: dict[str, set[str]] = {}
    for entry in log.entries(conn, grid):
        op = read_op(entry["text"])
        law = None if isinstance(op, Unreadable) else law_of(op.subject)
        if isinstance(op, Unreadable) or law is None:
            # It was placed by a newer version; it stays in the log for that version to read.
            continue
        change = Change(
            place=entry["place"],
            placed_ms=entry["placed_ms"],
            credited_ms=entry["credited_ms"],
            role=entry["role"],
            op=op,
        )
        known = records.get(op.subject)
        shape = step(law, known.shape if known else empty(op.subject, grid), change)
        for ref in lists.refs_in(shape, op.fields):
            named[ref] = None
            naming.setdefault(ref.target, set()).add(ref.subject)
        mark = mark_after(known.mark if known else None, shape, change, is_first=known is None)
        record = records[op.subject] = Known(shape, change.place, change.placed_ms, mark)
        find, naming_of = partial(_find, records), partial(_naming, naming)
        sealed = sealed_beside(record, find, naming_of, change.placed_ms, is_first=known is None)
        records |= {one.subject: one for one in sealed}
    return [one.record() for one in records.values()]


def _find(records: dict[str, Known], subjects: Iterable[str]) -> list[Known]:
    return [records[one] for one in subjects if one in records]


def _naming(naming: dict[str, set[str]], subject: str) -> set[str]:
    return naming.get(subject, set())
