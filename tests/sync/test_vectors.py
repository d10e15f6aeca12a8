"""The vectors in the repository are what the Python core says today, and they ask about all of the law."""

import json
from pathlib import Path
from typing import Any

import pytest

from sync.fold import Shape
from sync.law import LAW
from tests.vectors import write
from tests.vectors.calls import answer, shapes_after
from tests.vectors.histories import mixed

FILES = write.files()


def read(name: str) -> dict[str, Any]:
    return json.loads(Path(write.HERE, name).read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", FILES)
def test_the_vectors_are_current(name: str) -> None:
    text = Path(write.HERE, name).read_text(encoding="utf-8")
    assert text == FILES[name], f"{name} is not what the core says now: python -m tests.vectors.write"


@pytest.mark.parametrize("name", ["law.json", "rights.json", "values.json", "core.json", "snapshots.json"])
def test_what_was_written_down_is_answered_again_from_the_file_alone(name: str) -> None:
    for call, args, said in [case for group in read(name).values() for case in group]:
        assert answer(call, args) == said, (call, args)


@pytest.fixture(scope="module")
def shapes() -> list[Shape]:
    """What every subject of every history came to in the end."""
    found: list[Shape] = []
    for seed in range(write.HISTORIES):
        found += {shape.subject: shape for shape in shapes_after(mixed(seed)) if shape}.values()
    return found


def test_every_row_of_the_law_takes_effect_in_some_history(shapes: list[Shape]) -> None:
    happened = {(shape.kind, act.row) for shape in shapes for act in shape.acts}
    assert happened == {(kind, row.id) for kind, law in LAW.items() for row in law.rows}


def test_every_reason_for_a_note_occurs_in_some_history(shapes: list[Shape]) -> None:
    reasons = {note.why for shape in shapes for note in shape.notes}
    told = {"stage_moved_on", "not_your_role_here", "not_begun", "not_editable"}
    guards = {f"guard_{guard}" for law in LAW.values() for row in law.rows for guard in row.guard}
    assert told <= reasons
    assert guards - reasons == set()


@pytest.mark.parametrize("name", FILES)
def test_no_file_of_vectors_is_larger_than_a_mebibyte(name: str) -> None:
    assert len(FILES[name].encode()) <= 1024 * 1024
