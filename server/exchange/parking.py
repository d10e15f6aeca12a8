"""Parked ops: which may wait for the town, what keeps one from being settled, and what the town's word makes of it."""

import msgspec

from server.store.parked import Parked, Waiting
from sync.admit import Admitted, Area, Asker, Refusal, admit
from sync.check import is_ref
from sync.fold import Shape
from sync.op import Json, Op, kind_of

KIND = "parked"
LET_IN = "let_in"
WHY = "not_your_grid"
"""Why an op waits: its author stood there before, and no more when it was made."""


class Word(msgspec.Struct, frozen=True):
    """What the town said about a parked op."""

    name: str
    actor: str
    why: Json
    at_ms: int


def left_at(areas: list[Area], grid: str, at_ms: int) -> int | None:
    """The last moment before `at_ms` at which these areas held the grid; None for somebody who never stood there."""
    ends = [area.to_ms for area in areas if grid.startswith(area.code) and area.to_ms is not None]
    return max((end - 1 for end in ends if end <= at_ms), default=None)


def settles(op: Op) -> bool:
    """Whether an op is the town's word about a parked one; what it says of one that never came settles none."""
    return kind_of(op.subject) == KIND and op.name != "account"


def named_by(op: Op) -> tuple[str, int, str]:
    """Device, number and hash of the parked op that a town's word names."""
    device, seq, its_hash = (op.fields.get(name) for name in ("device", "seq", "hash"))
    if isinstance(device, str) and isinstance(seq, int) and isinstance(its_hash, str):
        return device, seq, its_hash
    return "", 0, ""


def begun_by(subject: str) -> tuple[str, int]:
    """Device and number of the op that began, or would begin, a subject; none can bear what no subject is called."""
    device, _, seq = subject.partition("/")[2].partition(".")
    return (device, int(seq)) if is_ref(subject) else ("", 0)


def why_not(op: Op, waiting: Waiting | None) -> Refusal | None:
    """Why nothing can be settled by this word."""
    if waiting is None or waiting.parked.grid != op.grid:
        return Refusal(why="nothing_parked", about=str(op.fields.get("device", "")))
    if waiting.parked.settled:
        return Refusal(why="already_settled", about=waiting.parked.settled)
    return None


def role_then(op: Op, areas: list[Area], at_ms: int) -> str:
    """The role in which its author made an op, or held last there before; "" for who never stood there, as far as is known."""
    asker = Asker(person=op.actor, device=op.device, areas=areas)
    for moment in (at_ms, left_at(areas, op.grid, at_ms)):
        verdict = admit(op, asker, moment) if moment is not None else None
        if isinstance(verdict, Admitted):
            return verdict.role
    return ""


def word_of(op: Op, at_ms: int) -> Word:
    """The town's word as it is said now."""
    return Word(op.name, op.actor, op.fields.get("why"), at_ms)


def word_in(shapes: list[Shape]) -> Word | None:
    """The town's word about a parked op, of what its log holds that names the op."""
    said = [shape.acts[0] for shape in shapes if shape.kind == KIND and shape.acts]
    return Word(said[0].name, said[0].actor, said[0].fields.get("why"), said[0].at_ms) if said else None


def settled(one: Parked, word: Word) -> Parked:
    """The parked op after the town's word."""
    return msgspec.structs.replace(
        one,
        settled="let_in" if word.name == LET_IN else "declined",
        settled_by=word.actor,
        settled_why=word.why if isinstance(word.why, str) else "",
        settled_ms=word.at_ms,
    )


def parked_of(op: Op, its_hash: str, role: str, credited_ms: int, at_ms: int) -> Parked:
    """An op that waits for the town of its grid."""
    return Parked(
        device=op.device,
        seq=op.seq,
        hash=its_hash,
        grid=op.grid,
        person=op.actor,
        role=role,
        about=WHY,
        credited_ms=credited_ms,
        at_ms=at_ms,
    )
