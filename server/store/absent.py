"""Ops that must exist and have not come: a later one of the device came, or a resident holds the slip of one."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, or_, select

from server.store.batch import cells_as, insert_rows
from server.store.tables import absent, ops, refused
from sync.admit import Area

CELLS = ("device", "seq", "grid", "person", "why", "first_ms", "last_ms")


class Absent(msgspec.Struct, frozen=True, kw_only=True):
    """One of them."""

    device: str
    seq: int
    grid: str
    """Where it is asked about: a grid, or an office when nobody knows the grid."""
    person: str
    why: str
    """`gap`: a later op of the device came; `asked`: somebody holds its slip."""
    first_ms: int
    last_ms: int


def note(conn: Connection, many: Sequence[Absent]) -> None:
    """Notes them; one that is known is asked for again, and keeps when and why that began."""
    known = {(one.device, one.seq): one for one in _of(conn, {one.device for one in many})}
    told = [msgspec.structs.replace(known.get((one.device, one.seq), one), last_ms=one.last_ms) for one in many]
    insert_rows(conn, absent, CELLS, [[getattr(one, cell) for cell in CELLS] for one in told], replace="device, seq")


def _of(conn: Connection, devices: set[str]) -> list[Absent]:
    asked = select(absent).where(absent.c.device.in_(sorted(devices)))
    return [cells_as(row, Absent) for row in conn.execute(asked).mappings()]


def under(conn: Connection, codes: Sequence[str], limit: int) -> list[Absent]:
    """Those of these areas that are in no log now, the longest missing first."""
    here = or_(*(absent.c.grid.startswith(code, autoescape=True) for code in codes))
    came = select(ops.c.seq).where(ops.c.device == absent.c.device, ops.c.seq == absent.c.seq).exists()
    # What came and was refused has come, but is no answer to whoever holds its slip.
    taken = select(refused.c.seq).where(refused.c.device == absent.c.device, refused.c.seq == absent.c.seq).exists()
    asked = (
        select(absent)
        .where(here, ~came, or_(absent.c.why == "asked", ~taken))
        .order_by(absent.c.first_ms, absent.c.device, absent.c.seq)
    )
    return [cells_as(row, Absent) for row in conn.execute(asked.limit(limit)).mappings()]


def has_come(conn: Connection, device: str, seq: int) -> bool:
    """Whether this op is in a log."""
    return conn.execute(select(ops.c.place).where(ops.c.device == device, ops.c.seq == seq)).first() is not None


def grid_of(conn: Connection, device: str, areas: Sequence[Area]) -> str:
    """Where a device's last op lies; else its person's first area, filled up to an office's code."""
    last = select(ops.c.grid).where(ops.c.device == device).order_by(ops.c.seq.desc()).limit(1)
    first = next((area.code for area in areas), "")
    return conn.execute(last).scalar() or first.ljust(15, "0")
