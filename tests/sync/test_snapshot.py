"""A snapshot and the tail after it add up to what the whole log adds up to, and what waits for a person never leaves a phone."""

import msgspec
import pytest

from sync.fold import Shape
from sync.law import LAW
from sync.op import Change
from sync.snapshot import Part, read_part, write_part
from sync.subjects.kept import KEPT_MS, is_kept, touched_ms
from sync.subjects.record import disputed
from tests.vectors.calls import answer, digest, plain, shapes_after
from tests.vectors.histories import GRID, as_json, mixed
from tests.vectors.snapshots import BENT, PART

SEEDS = range(600_000, 600_060)
LONG_AFTER = 10**14


def ends(changes: list[Change]) -> dict[str, Shape]:
    return {shape.subject: shape for shape in shapes_after(changes) if shape}


def part_of(shapes: list[Shape]) -> Part:
    return Part(epoch="e1", grid=GRID, place=9, part=0, parts=2, total=len(shapes), shapes=shapes)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_snapshot_and_its_tail_are_the_whole_log_wherever_it_is_cut(seed: int) -> None:
    changes = [change for change in mixed(seed) if change.place]
    whole = digest({name: plain(shape) for name, shape in ends(changes).items()})
    for at in range(len(changes) + 1):
        carried = answer("carried", [as_json(changes), at])
        assert isinstance(carried, list)
        assert carried[1] == whole, f"cut at {at}"


@pytest.mark.parametrize("seed", SEEDS)
def test_a_shape_comes_out_of_a_part_to_the_byte(seed: int) -> None:
    shapes = list(ends([change for change in mixed(seed) if change.place]).values())
    part = read_part(write_part(part_of(shapes)))
    assert isinstance(part, Part)
    assert msgspec.json.encode(part.shapes) == msgspec.json.encode(shapes)


@pytest.mark.parametrize("seed", SEEDS)
def test_no_loser_no_note_and_nothing_open_ever_leaves_a_phone(seed: int) -> None:
    for shape in ends(mixed(seed)).values():
        law = LAW[shape.kind]
        waits = bool(shape.notes or disputed(law, shape) or shape.stage not in law.over)
        assert is_kept(law, shape, LONG_AFTER) == waits
        assert is_kept(law, shape, touched_ms(shape) + KEPT_MS - 1)


@pytest.mark.parametrize("old", BENT)
def test_a_part_that_is_not_whole_is_not_read(old: str) -> None:
    assert isinstance(read_part(PART.encode()), Part)
    read = read_part(PART.replace(old, BENT[old], 1).encode())
    assert not isinstance(read, Part), read
