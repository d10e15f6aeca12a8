"""A cache: grids as new phones get them, in packed parts, each grid's last two. Made from the subjects alone."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, delete, select, text

from server.store.tables import grids, ops, snapshots, subjects

KEPT = 2
"""Snapshots of a grid: the newest, and the one that phones may be half through."""
_ADD = text(
    "INSERT INTO snapshots (grid, place, part, parts, at_ms, epoch, body) "
    "VALUES (:grid, :place, :part, :parts, :at_ms, :epoch, :body) ON CONFLICT (grid, place, part) DO NOTHING"
)


class Head(msgspec.Struct, frozen=True):
    """How far a grid's log goes, and when its last op was placed."""

    place: int
    at_ms: int


class Kept(msgspec.Struct, frozen=True):
    """One packed part of a snapshot."""

    grid: str
    place: int
    part: int
    parts: int
    at_ms: int
    epoch: str
    body: bytes


class Row(msgspec.Struct, frozen=True):
    """A subject as it stands, its shape still text."""

    subject: str
    stage: str
    shape: str
    mark: str
    """Not "" for a subject of which something is withheld: it lies in no part that is made for all."""


def head(conn: Connection, grid: str) -> Head:
    """The last place of a grid's log; a grid without ops stands at 0."""
    place = conn.execute(select(grids.c.head).where(grids.c.code == grid)).scalar() or 0
    at_ms = conn.execute(select(ops.c.placed_ms).where(ops.c.grid == grid, ops.c.place == place)).scalar()
    return Head(place, at_ms or 0)


def newest(conn: Connection, grid: str, epoch: str) -> Kept | None:
    """The first part of the grid's newest snapshot of this life of the server."""
    mine = snapshots.c.grid == grid, snapshots.c.epoch == epoch, snapshots.c.part == 0
    found = conn.execute(select(snapshots).where(*mine).order_by(snapshots.c.place.desc()).limit(1)).first()
    return Kept(*found) if found else None


def part(conn: Connection, grid: str, epoch: str, place: int, number: int) -> Kept | None:
    """One part; None when this snapshot is no longer kept, or never had it."""
    mine = snapshots.c.grid == grid, snapshots.c.epoch == epoch
    asked = select(snapshots).where(*mine, snapshots.c.place == place, snapshots.c.part == number)
    found = conn.execute(asked).first()
    return Kept(*found) if found else None


def put(conn: Connection, parts: Sequence[Kept]) -> None:
    """Keeps a snapshot, and lets go of those before the last one."""
    for one in parts:
        conn.execute(_ADD, msgspec.structs.asdict(one))
    grid = parts[0].grid
    places = select(snapshots.c.place).where(snapshots.c.grid == grid).distinct().order_by(snapshots.c.place.desc())
    last = list(conn.execute(places.limit(KEPT)).scalars())
    conn.execute(delete(snapshots).where(snapshots.c.grid == grid, snapshots.c.place < last[-1]))


def rows(conn: Connection, grid: str) -> list[Row]:
    """Every subject of a grid."""
    asked = select(subjects.c.subject, subjects.c.stage, subjects.c.shape, subjects.c.mark).where(
        subjects.c.grid == grid
    )
    return [Row(*row) for row in conn.execute(asked)]


def marked(conn: Connection, grid: str) -> set[str]:
    """The subjects of a grid of which something is withheld."""
    asked = select(subjects.c.subject).where(subjects.c.grid == grid, subjects.c.mark != "")
    return set(conn.execute(asked).scalars())


def forget_grids(conn: Connection, codes: Sequence[str]) -> None:
    """Lets go of what was packed of these grids: something in it is withheld now."""
    if codes:
        conn.execute(delete(snapshots).where(snapshots.c.grid.in_(codes)))


def forget(conn: Connection) -> None:
    """Empties the cache, to make it again."""
    conn.execute(delete(snapshots))
