"""Bugs planted into how a phone begins with a snapshot. See `bugs`."""

from collections.abc import Sequence

import msgspec
import pytest

from server import snapshot
from server.store import snapshots
from server.store.disk import Conn
from server.store.snapshots import Head, Row
from sync.snapshot import Part
from tests.sim.arriving import ArrivingPhone
from tests.sim.inside import inside


def snapshot_off_by_one(patch: pytest.MonkeyPatch) -> None:
    """A snapshot names the place behind the last one that it holds."""

    def everything(conn: Conn, grid: str) -> tuple[Head, list[Row]]:
        head, rows = right(conn, grid)
        return msgspec.structs.replace(head, place=head.place + 1), rows

    right = inside(snapshot, "_all")
    patch.setattr(snapshot, "_all", everything)


def log_folded_onto_the_snapshot(patch: pytest.MonkeyPatch) -> None:
    """The phone takes the log from its first op on, though a snapshot holds it already."""

    def hold(self: ArrivingPhone, grid: str, parts: Sequence[Part]) -> None:
        right(self, grid, parts)
        self.base = {}
        self.begun = self.begun | {grid: 0}
        self.places = self.places | {grid: 0}

    right = ArrivingPhone.hold
    patch.setattr(ArrivingPhone, "hold", hold)


def snapshot_shows_what_is_sealed(patch: pytest.MonkeyPatch) -> None:
    """What lies packed for everybody holds what is kept from some."""

    def rows(conn: Conn, grid: str) -> list[Row]:
        return [msgspec.structs.replace(row, mark="") for row in right(conn, grid)]

    right = snapshots.rows
    patch.setattr(snapshots, "rows", rows)


def snapshot_of_an_earlier_life(patch: pytest.MonkeyPatch) -> None:
    """A backup brings along what was packed in the life it was made in."""

    def forget(conn: Conn) -> None:
        del conn

    patch.setattr(snapshots, "forget", forget)
