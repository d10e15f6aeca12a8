"""Ops that wait for the town: honest work that came from where its author stands no more. Their bytes lie among the refused ones."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import ColumnElement, Connection, RowMapping, insert, or_, select, update

from server.store.batch import cells_as
from server.store.tables import ops, parked, refused
from sync.wire import Receipt


class Parked(msgspec.Struct, frozen=True, kw_only=True):
    """One op that waits, or waited; `grid` is the one whose town decides, and whose log it would enter."""

    device: str
    seq: int
    hash: str
    grid: str
    person: str
    role: str
    """The role it would have been made in, held last there."""
    about: str
    """Why it waits: `not_your_grid` or `moved_away`."""
    credited_ms: int
    at_ms: int
    settled: str = ""
    """`let_in`, `declined`, or "" while it waits."""
    settled_by: str = ""
    settled_why: str = ""
    settled_ms: int = 0


class Waiting(msgspec.Struct, frozen=True):
    """A parked op with its text."""

    parked: Parked
    text: str


def park(conn: Connection, many: Sequence[Parked]) -> None:
    """Lets ops wait; their bytes are kept by `log.keep` in the same transaction."""
    if many:
        conn.execute(insert(parked), [msgspec.structs.asdict(one) for one in many])


def parked_op(conn: Connection, device: str, seq: int, its_hash: str) -> Waiting | None:
    """The parked op of this identity and these bytes, settled or not."""
    found = _with_texts(conn, parked.c.device == device, parked.c.seq == seq, parked.c.hash == its_hash)
    return found[0] if found else None


def waiting_under(conn: Connection, codes: Sequence[str], limit: int) -> list[Waiting]:
    """What waits for the towns of these areas, the longest waiting first."""
    here = or_(*(parked.c.grid.startswith(code, autoescape=True) for code in codes))
    return _with_texts(conn, here, parked.c.settled == "")[:limit]


def _with_texts(conn: Connection, *where: ColumnElement[bool]) -> list[Waiting]:
    asked = select(parked, refused.c.text).join_from(
        parked, refused, (refused.c.device == parked.c.device) & (refused.c.seq == parked.c.seq)
    )
    rows = conn.execute(asked.where(*where).order_by(parked.c.at_ms, parked.c.device, parked.c.seq)).mappings()
    return [Waiting(_parked(row), row["text"].decode()) for row in rows]


def _parked(row: RowMapping) -> Parked:
    return cells_as(row, Parked)


def settle(conn: Connection, one: Parked) -> None:
    """Notes what the town decided."""
    this = (parked.c.device == one.device) & (parked.c.seq == one.seq)
    cells = {name: getattr(one, name) for name in ("settled", "settled_by", "settled_why", "settled_ms")}
    conn.execute(update(parked).where(this).values(**cells))


def settled_of(conn: Connection, device: str) -> list[Receipt]:
    """What became of a device's parked ops, as receipts that take the place of the first ones."""
    asked = select(parked).where(parked.c.device == device, parked.c.settled != "").order_by(parked.c.seq)
    ones = [_parked(row) for row in conn.execute(asked).mappings()]
    places = _places(conn, device, [one.seq for one in ones if one.settled == "let_in"])
    return [_receipt(one, places) for one in ones]


def _places(conn: Connection, device: str, seqs: Sequence[int]) -> dict[int, tuple[str, int, int, int, str]]:
    columns = (ops.c.seq, ops.c.grid, ops.c.place, ops.c.placed_ms, ops.c.credited_ms, ops.c.role)
    asked = select(*columns).where(ops.c.device == device, ops.c.seq.in_(seqs)).order_by(ops.c.placed_ms.desc())
    return {
        seq: (grid, place, placed, credited, role) for seq, grid, place, placed, credited, role in conn.execute(asked)
    }


def _receipt(one: Parked, places: dict[int, tuple[str, int, int, int, str]]) -> Receipt:
    if one.settled != "let_in":
        return Receipt(seq=one.seq, hash=one.hash, fate="refused", why="declined", about=one.settled_why)
    grid, place, placed_ms, credited_ms, role = places[one.seq]
    return Receipt(
        seq=one.seq,
        hash=one.hash,
        fate="placed",
        grid=grid,
        place=place,
        placed_ms=placed_ms,
        credited_ms=credited_ms,
        role=role,
    )
