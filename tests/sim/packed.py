"""`server.store.snapshots` over the plain tables: what was packed of a grid for phones that hold nothing."""

from collections.abc import Sequence

import msgspec
import pytest

from server.store import snapshots
from server.store.snapshots import KEPT, Head, Kept, Row
from tests.sim.tables import Tables


def head(t: Tables, grid: str) -> Head:
    place = t.heads.get(grid, 0)
    return Head(place, t.ops[grid, place].placed_ms if place else 0)


def newest(t: Tables, grid: str, epoch: str) -> Kept | None:
    places = [one.place for one in t.packed.values() if (one.grid, one.epoch, one.part) == (grid, epoch, 0)]
    return t.packed[grid, max(places), 0] if places else None


def part(t: Tables, grid: str, epoch: str, place: int, number: int) -> Kept | None:
    found = t.packed.get((grid, place, number))
    return found if found and found.epoch == epoch else None


def put(t: Tables, parts: Sequence[Kept]) -> None:
    for one in parts:
        t.packed.setdefault((one.grid, one.place, one.part), one)
    grid = parts[0].grid
    last = sorted({one.place for one in t.packed.values() if one.grid == grid})[-KEPT:]
    t.packed = {key: one for key, one in t.packed.items() if one.grid != grid or one.place in last}


def rows(t: Tables, grid: str) -> list[Row]:
    mine = (one for one in t.records.values() if one.grid == grid)
    return [Row(one.subject, one.stage, msgspec.json.encode(one.shape).decode(), _text(one.mark)) for one in mine]


def _text(mark: object) -> str:
    return msgspec.json.encode(mark).decode() if mark else ""


def forget_grids(t: Tables, codes: Sequence[str]) -> None:
    t.packed = {key: one for key, one in t.packed.items() if one.grid not in codes}


def forget(t: Tables) -> None:
    t.packed = {}


def take_the_place_of_sql(patch: pytest.MonkeyPatch) -> None:
    """Puts these functions where the server looks for its store's, until the patch is undone."""
    for function in (head, newest, part, put, rows, forget_grids, forget):
        patch.setattr(snapshots, function.__name__, function)
