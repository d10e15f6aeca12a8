"""An issue that moves to another grid: who may, what goes along, and what is still said where it was."""

import msgspec

from server.store.log import Grid
from sync.admit import Area, Refusal, roles_at
from sync.fold import Act, Note, Shape
from sync.law import LAW
from sync.op import Change, Json, Op, kind_of
from sync.short import shorten
from sync.sight import Mark

MOST_BYTES = 40_000
"""As much of a matter's history as goes into one op, with room for the words around it."""
MOST_SAID = 24_000
_WHO = next(row.who for row in LAW["issue"].rows if row.op == "move")


def target_of(op: Op) -> str:
    """The grid that an op moves its issue to; "" when it moves none."""
    to = op.fields.get("to_grid")
    grid = to.get("grid") if kind_of(op.subject) == "issue" and op.name == "move" and isinstance(to, dict) else ""
    return grid if isinstance(grid, str) else ""


def refusal(op: Op, shape: Shape, areas: list[Area], at_ms: int, *, is_known: bool) -> Refusal | None:
    """Whoever moves a matter must answer for both ends: between towns that is the county."""
    target = target_of(op)
    if not target:
        return None
    if not is_known or target == op.grid or not set(_WHO) & set(roles_at(areas, target, at_ms)):
        return Refusal(why="cannot_move", about=target)
    too_long = len(msgspec.json.encode(shorten(shape))) > MOST_BYTES
    return Refusal(why="too_much_to_move", about=op.subject) if too_long else None


def until(left: Shape) -> Shape:
    """What a matter was until it last moved away."""
    number = next(n for n in reversed(range(len(left.acts))) if left.acts[n].name == "move")
    fields = {
        name: register for name, register in left.fields.items() if name not in ("to_grid", "move_why", "moved_to")
    }
    stage, acts = left.acts[number].from_stage, left.acts[:number]
    return msgspec.structs.replace(left, stage=stage, fields=fields, acts=acts)


def arrival(left: Shape, mark: Mark | None, grid: Grid | None, by: str) -> tuple[str, dict[str, Json]]:
    """Where a matter that moved arrives, and what the clerk says there: all that it was, by whom it was moved, and why."""
    act = moved_by(left)
    to = act.fields["to_grid"]
    before = until(left)
    fields: dict[str, Json] = {
        "carried": msgspec.to_builtins(shorten(before)),
        "arrives_at": before.stage,
        "from_issue": left.subject,
        "from_grid": {"grid": left.grid, "name": f"{grid.village} {grid.name}"[:60] if grid else left.grid},
        "move_why": act.fields["move_why"],
        "moved_by": {"person": act.actor, "name": by[:20]},
    }
    seal: dict[str, Json] = {"seal": mark.seal} if mark and mark.seal else {}
    return str(to.get("grid")) if isinstance(to, dict) else "", fields | seal


def moved_by(left: Shape) -> Act:
    """The act by which it last moved away."""
    return next(act for act in reversed(left.acts) if act.name == "move")


def successor(shape: Shape) -> str:
    """The issue that goes on with this one in another log; "" for one that stands here, or that nobody has told yet."""
    told = [act.fields.get("moved_to") for act in shape.acts if act.name == "forward"] if shape.stage == "moved" else []
    return str(told[-1]) if told else ""


def is_late(before: Shape, after: Shape, change: Change) -> bool:
    """Whether somebody said more of a matter that had moved on: it is a note here, and is told where the matter is now."""
    return before.stage == "moved" and change.role != "clerk" and len(after.notes) > len(before.notes)


def late(note: Note | Act, files: list[str], by: str) -> dict[str, Json]:
    """The clerk's word for it. What is too long to be carried stays readable where it was said."""
    said = msgspec.json.encode(note.fields).decode()
    files_named: list[Json] = [*files[:20]]
    told: dict[str, Json] = {
        "name": note.name[:40],
        "person": note.actor[:40],
        "by": by[:20],
        "role": note.role[:20],
        "at_ms": note.at_ms,
        "said": said if len(said) <= MOST_SAID and len(said.encode()) <= MOST_BYTES else "",
        "files": files_named,
    }
    return {"late": told}
