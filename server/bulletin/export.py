"""The log as a file: every op of an area up to the places a bulletin was counted from, one JSON line each. For whoever recounts it."""

from collections.abc import Iterator, Mapping

import msgspec

from server.bulletin.gather import is_office
from server.store import lists, log
from server.store.disk import Conn
from server.store.lists import Record
from sync.fold import Shape, empty, step
from sync.law import law_of
from sync.op import Change
from sync.subjects.issue import part
from sync.wire import Unreadable, read_op


def export(conn: Conn, area: str, bulletin: Record | None) -> Iterator[bytes]:
    """Lines: first what the file is and, with a bulletin, what that says; then each op as placed, with what became of it."""
    said = {name: register.now.value for name, register in bulletin.shape.fields.items()} if bulletin else {}
    yield _line({"export": 1, "area": area, "bulletin": said})
    codes = [grid.code for grid in log.grids_under(conn, [area]) if not is_office(grid.code)]
    for code, place in (_places(bulletin) if bulletin else log.heads(conn, codes)).items():
        yield from _grid(conn, code, place)


def _places(bulletin: Record) -> dict[str, int]:
    """Where the logs stood when it was counted."""
    pairs = (one.split(" ") for one in part(bulletin.shape, "cut", "places").split(",") if one)
    return {code: int(place) for code, place in pairs}


def _grid(conn: Conn, code: str, until: int) -> Iterator[bytes]:
    shapes: dict[str, Record] = {}
    for entry in log.entries(conn, code):
        if entry["place"] > until:
            return
        held, stage = "unknown", ""
        op = read_op(entry["text"])
        law = None if isinstance(op, Unreadable) else law_of(op.subject)
        if not isinstance(op, Unreadable) and law is not None:
            known = shapes.get(op.subject)
            before = known.shape if known else empty(op.subject, code)
            change = Change(
                place=entry["place"],
                placed_ms=entry["placed_ms"],
                credited_ms=entry["credited_ms"],
                role=entry["role"],
                op=op,
            )
            after = step(law, before, change)
            shapes[op.subject] = lists.record_of(after, change.place, change.placed_ms)
            held = "held" if is_held(before, after) else "note"
            stage = after.stage
        told = {name: entry[name] for name in ("grid", "place", "placed_ms", "credited_ms", "role", "text")}
        yield _line(told | {"held": held, "stage": stage})


def is_held(before: Shape, after: Shape) -> bool:
    """Whether what was placed in between is in force; a matter that comes from another grid brings the notes it has along."""
    return len(after.notes) == len(before.notes) or len(after.acts) > len(before.acts)


def _line(told: Mapping[str, object]) -> bytes:
    return msgspec.json.encode(told) + b"\n"
