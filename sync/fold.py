"""Ops of one subject, in the order they were placed, become the subject as people see it. Reads the law alone."""

from collections.abc import Callable, Iterable

import msgspec

from sync import guards
from sync.law import GENERIC_OPS, Row, SubjectLaw, row_fits
from sync.merge import Held, join, shown, stamps_of
from sync.op import Change, Json, kind_of
from sync.shape import Act, Note, Shape


def empty(subject: str, grid: str) -> Shape:
    """The shape of a subject of which nothing is known yet."""
    return Shape(subject=subject, kind=kind_of(subject), grid=grid)


def fold(law: SubjectLaw, shape: Shape, changes: Iterable[Change]) -> Shape:
    """The shape after these changes, which must stand in the order they were placed, waiting ones last."""
    for change in changes:
        shape = step(law, shape, change)
    return shape


def step(law: SubjectLaw, shape: Shape, change: Change) -> Shape:
    """The shape after one change. Never fails: what does not fit becomes a note."""
    op = change.op
    if op.name in GENERIC_OPS:
        return _edit(law, shape, change)
    row = find_row(law, shape, op.name, op.fields, change.role)
    if isinstance(row, str):
        return _note(shape, change, row)
    to_stage = row.to or shape.stage
    act = Act(
        row=row.id,
        name=op.name,
        from_stage=shape.stage,
        to_stage=to_stage,
        stamp=op.stamp,
        actor=op.actor,
        role=change.role,
        at_ms=change.credited_ms,
        place=change.place,
        fields=op.fields,
    )
    fields = dict(shape.fields)
    for name, value in op.fields.items():
        if name in law.fields:
            rule = law.fields[name].merge
            looked_at = [*op.seen.get(name, []), *_known_to_an_act(rule, shape, name)]
            fields[name] = join(rule, fields.get(name), _held(change, value), looked_at)
    return msgspec.structs.replace(shape, stage=to_stage, fields=fields, acts=[*shape.acts, act])


def _known_to_an_act(rule: str, shape: Shape, name: str) -> list[str]:
    """The stamps of what earlier acts set in a field: an act is placed in turn, so it replaces that, and the history
    keeps it. An edit that its author did not look at is concurrent as ever. To a `union` an act only adds: a photo
    brought with the solution does not take away those of the report.
    """
    register = shape.fields.get(name)
    if register is None or rule == "union":
        return []
    acts = {act.stamp for act in shape.acts}
    return [stamp for stamp in stamps_of(register) if stamp in acts]


def _held(change: Change, value: Json) -> Held:
    op = change.op
    return Held(
        value=value, stamp=op.stamp, actor=op.actor, role=change.role, at_ms=change.credited_ms, place=change.place
    )


def _edit(law: SubjectLaw, shape: Shape, change: Change) -> Shape:
    op = change.op
    if shape.stage == "":
        return _note(shape, change, "not_begun")
    if shape.stage not in law.editable:
        return _note(shape, change, "not_editable")
    fields = dict(shape.fields)
    for name, value in op.fields.items():
        if name in law.fields:
            held = _held(change, value)
            fields[name] = join(law.fields[name].merge, fields.get(name), held, op.seen.get(name, []))
    return msgspec.structs.replace(shape, fields=fields)


def _note(shape: Shape, change: Change, why: str) -> Shape:
    op = change.op
    note = Note(
        why=why,
        name=op.name,
        stage=shape.stage,
        stamp=op.stamp,
        actor=op.actor,
        role=change.role,
        at_ms=change.credited_ms,
        place=change.place,
        fields=op.fields,
    )
    return msgspec.structs.replace(shape, notes=[*shape.notes, note])


def find_row(law: SubjectLaw, shape: Shape, name: str, fields: dict[str, Json], role: str) -> Row | str:
    """The first row of the law by which this role may make this move now; otherwise the word why not."""
    fitting = [row for row in law.rows if row_fits(row, shape.stage, name, fields)]
    if not fitting:
        return "not_begun" if shape.stage == "" else "stage_moved_on"
    allowed = [row for row in fitting if role in row.who]
    if not allowed:
        return "not_your_role_here"
    broken = [next((guard for guard in row.guard if not GUARDS[guard](shape)), "") for row in allowed]
    return allowed[broken.index("")] if "" in broken else f"guard_{broken[0]}"


def moves(law: SubjectLaw, shape: Shape, role: str) -> list[str]:
    """The names of the acts open to a role at this stage, in the law's order, each once."""
    names: list[str] = []
    for row in law.rows:
        open_here = shape.stage in row.from_ and role in row.who and row.op not in names
        if open_here and all(GUARDS[guard](shape) for guard in row.guard):
            names.append(row.op)
    return names


def value_of(law: SubjectLaw, shape: Shape, name: str) -> Json:
    """A field's value as people see it; None when nobody has set it."""
    register = shape.fields.get(name)
    return None if register is None else shown(law.fields[name].merge, register)


def entered_stage(shape: Shape) -> Act | None:
    """The act by which the subject came into its present stage."""
    return next((act for act in reversed(shape.acts) if act.to_stage != act.from_stage), None)


def acts_since_entry(shape: Shape) -> list[Act]:
    """The acts made since the subject came into its present stage, oldest first."""
    entry = entered_stage(shape)
    if entry is None:
        return []
    start = next(i for i in range(len(shape.acts) - 1, -1, -1) if shape.acts[i] is entry)
    return shape.acts[start + 1 :]


def _accepted(shape: Shape) -> bool:
    return any(act.name == "accept" for act in acts_since_entry(shape))


def _unaccepted(shape: Shape) -> bool:
    return not _accepted(shape)


def _leader_read(shape: Shape) -> bool:
    """A matter under double assignment waits for the leader's reading, once for each time it was put under it."""
    said = [act.name for act in shape.acts if act.name in ("dual", "read")]
    return said[-1:] != ["dual"]


GUARDS: dict[str, Callable[[Shape], bool]] = {
    "accepted": _accepted,
    "unaccepted": _unaccepted,
    "leader_read": _leader_read,
    **guards.GUARDS,
}
