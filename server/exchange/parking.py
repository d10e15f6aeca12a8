"""Parked ops: which may wait for the town, what keeps one from being settled, and what the town's word makes of it."""

from server.store import parked
from server.store.disk import Conn
from server.store.parked import Parked, Waiting
from sync.admit import Area, Refusal
from sync.op import Op, kind_of

KIND = "parked"


def left_at(areas: list[Area], grid: str, at_ms: int) -> int | None:
    """The last moment before `at_ms` at which these areas held the grid; None for somebody who never stood there."""
    ends = [area.to_ms for area in areas if grid.startswith(area.code) and area.to_ms is not None]
    return max((end - 1 for end in ends if end <= at_ms), default=None)


def settles(op: Op) -> bool:
    """Whether an op is the town's word about a parked one; what it says of one that never came settles none."""
    return kind_of(op.subject) == KIND and op.name != "account"


def find(conn: Conn, op: Op) -> Waiting | None:
    """The parked op that a town's word names."""
    device, seq, its_hash = (op.fields.get(name) for name in ("device", "seq", "hash"))
    if not isinstance(device, str) or not isinstance(seq, int) or not isinstance(its_hash, str):
        return None
    return parked.parked_op(conn, device, seq, its_hash)


def why_not(op: Op, waiting: Waiting | None) -> Refusal | None:
    """Why nothing can be settled by this word."""
    if waiting is None or waiting.parked.grid != op.grid:
        return Refusal(why="nothing_parked", about=str(op.fields.get("device", "")))
    if waiting.parked.settled:
        return Refusal(why="already_settled", about=waiting.parked.settled)
    return None


def settled(one: Parked, op: Op, at_ms: int) -> Parked:
    """The parked op after the town's word."""
    why = op.fields.get("why", "")
    return Parked(
        device=one.device,
        seq=one.seq,
        hash=one.hash,
        grid=one.grid,
        person=one.person,
        role=one.role,
        about=one.about,
        credited_ms=one.credited_ms,
        at_ms=one.at_ms,
        settled="let_in" if op.name == "let_in" else "declined",
        settled_by=op.actor,
        settled_why=why if isinstance(why, str) else "",
        settled_ms=at_ms,
    )


def parked_of(op: Op, its_hash: str, role: str, credited_ms: int, about: str, at_ms: int) -> Parked:
    """An op that waits for the town of its grid."""
    return Parked(
        device=op.device,
        seq=op.seq,
        hash=its_hash,
        grid=op.grid,
        person=op.actor,
        role=role,
        about=about,
        credited_ms=credited_ms,
        at_ms=at_ms,
    )
