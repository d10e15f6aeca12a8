"""Ops of one subject, in the order they were placed, become the subject as people see it. Reads the law alone."""

from collections.abc import Callable, Iterable

import msgspec

from sync import guards
from sync.law import GENERIC_OPS, Row, SubjectLaw, row_fits
from sync.merge import Held, Register, join, shown, stamps_of
from sync.op import Change, Json, kind_of
from sync.shape import Act, Note, Shape
from sync.short import brought


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
    row = find_row(law, shape, op.name, op.fields, change.role, Doer(op.actor, change.credited_ms))
    if isinstance(row, str):
        return _note(shape, change, row)
    said, before = _brought(law, shape, change)
    if before is None:
        return _note(shape, change, "not_readable")
    to_stage = row.to or before.stage
    act = Act(
        row=row.id,
        name=op.name,
        from_stage=before.stage,
        to_stage=to_stage,
        stamp=op.stamp,
        actor=op.actor,
        role=change.role,
        at_ms=change.credited_ms,
        place=change.place,
        fields=said,
    )
    fields = dict(before.fields)
    for name, value in said.items():
        if name in law.fields:
            rule, register = law.fields[name].merge, before.fields.get(name)
            looked_at = [*op.seen.get(name, []), *_known_to_an_act(rule, before, register)] if register else []
            fields[name] = join(rule, register, _held(change, value), looked_at)
    return msgspec.structs.replace(before, stage=to_stage, fields=fields, acts=[*before.acts, act])


def _brought(law: SubjectLaw, shape: Shape, change: Change) -> tuple[dict[str, Json], Shape | None]:
    """What an act says, and the shape it meets: a subject that came from another log begins with the shape it had there.

    None if what it brings is no shape.
    """
    fields = change.op.fields
    name = next((one for one in fields if one in law.fields and law.fields[one].type == "shape"), "")
    if not name:
        return fields, shape
    rest = {one: value for one, value in fields.items() if one != name}
    return rest, brought(fields[name], shape, change.place)


def _known_to_an_act(rule: str, shape: Shape, register: Register) -> list[str]:
    """The stamps of what earlier acts set in a field: an act is placed in turn, so it replaces that, and the history
    keeps it. An edit that its author did not look at is concurrent as ever. To a `union` an act only adds: a photo
    brought with the solution does not take away those of the report.
    """
    if rule == "union":
        return []
    standing = stamps_of(register)
    return [act.stamp for act in shape.acts if act.stamp in standing]


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


class Doer(msgspec.Struct, frozen=True):
    """What some guards ask of the op beside the shape: who makes it, and its credited time."""

    actor: str = ""
    at_ms: int = 0


ANYBODY = Doer()
"""Nobody in particular, in good time: what is open to a role at all."""


def find_row(
    law: SubjectLaw, shape: Shape, name: str, fields: dict[str, Json], role: str, doer: Doer = ANYBODY
) -> Row | str:
    """The first row of the law by which this role may make this move now; otherwise the word why not."""
    fitting = [row for row in law.rows_of.get(name, ()) if row_fits(row, shape.stage, name, fields)]
    if not fitting:
        return "not_begun" if shape.stage == "" else "stage_moved_on"
    allowed = [row for row in fitting if role in row.who]
    if not allowed:
        return "not_your_role_here"
    broken = [_broken_guard(row, shape, doer) for row in allowed]
    return allowed[broken.index("")] if "" in broken else f"guard_{broken[0]}"


def _broken_guard(row: Row, shape: Shape, doer: Doer) -> str:
    return next((guard for guard in row.guard if not _holds(guard, shape, doer)), "")


def _holds(guard: str, shape: Shape, doer: Doer) -> bool:
    return GUARDS[guard](shape) if guard in GUARDS else DOER_GUARDS[guard](shape, doer)


def moves(law: SubjectLaw, shape: Shape, role: str, doer: Doer = ANYBODY) -> list[str]:
    """The names of the acts open to a role at this stage, in the law's order, each once."""
    names: list[str] = []
    for row in law.rows:
        open_here = shape.stage in row.from_ and role in row.who and row.op not in names
        if open_here and _broken_guard(row, shape, doer) == "":
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


def _since_entry(shape: Shape, name: str) -> int:
    return sum(1 for act in acts_since_entry(shape) if act.name == name)


def _ever(shape: Shape, name: str) -> int:
    return sum(1 for act in shape.acts if act.name == name)


def _ordered(shape: Shape) -> bool:
    """A department has an order for it: one was sent, and not all of them were taken back since."""
    said = [act.name for act in shape.acts if act.name in ("dispatch", "orders_ended")]
    return said[-1:] == ["dispatch"]


def _own_hands(shape: Shape) -> bool:
    return not _ordered(shape)


def _three_days(shape: Shape) -> bool:
    """The clerk counts a try once for each working day on which one was placed."""
    return _since_entry(shape, "count_try") >= TRIES


def _text_in(shape: Shape, name: str, part: str = "") -> str:
    register = shape.fields.get(name)
    value = register.now.value if register else ""
    inner = value.get(part, "") if isinstance(value, dict) and part else value
    return inner if isinstance(inner, str) else ""


def _nobody_to_ask(shape: Shape) -> bool:
    """Nobody ever gave a number: one that was taken away later is called all the same."""
    begun = shape.acts[0].fields.get("reporter") if shape.acts else None
    first = begun.get("phone") if isinstance(begun, dict) else None
    return _text_in(shape, "reporter", "phone") == "" and not first


def _explained_twice(shape: Shape) -> bool:
    """It was answered twice or more, and the resident was told each time."""
    told = [act for act in shape.acts if act.from_stage != act.to_stage == "pending_confirm"]
    return len(told) >= TWICE


def _may_withdraw(shape: Shape) -> bool:
    """Petitions and accusations of officials are not taken back: somebody may have been pressed (domain 4a)."""
    category = _text_in(shape, "category")
    return not category.startswith("03") and category != "1202"


def _first_return(shape: Shape) -> bool:
    register = shape.fields.get("no_return")
    return _ever(shape, "ask_return") == 0 and not (register and register.now.value is True)


def _deputy_signed(shape: Shape) -> bool:
    return _since_entry(shape, "sign_extension") > 0


def _twice_at_most(shape: Shape) -> bool:
    return _ever(shape, "grant") < TWICE


def _checked(shape: Shape) -> bool:
    return _since_entry(shape, "check") > 0


def _whistled(shape: Shape) -> bool:
    return _ever(shape, "whistle") > 0


def _before_due(shape: Shape, doer: Doer) -> bool:
    """Not after the answer is due; while nobody has said when that is, in time."""
    register = shape.fields.get("due_answer")
    value = register.now.value if register else None
    due_ms = value.get("due_ms") if isinstance(value, dict) else None
    return not isinstance(due_ms, int) or doer.at_ms <= due_ms


def _other_person(shape: Shape, doer: Doer) -> bool:
    """Nobody signs what he brought before the signer himself."""
    entry = entered_stage(shape)
    return entry is None or entry.actor != doer.actor


def _other_handler(shape: Shape, doer: Doer) -> bool:
    """What was not good enough is done again by somebody else."""
    last = next((act for act in reversed(shape.acts) if act.name == "accept"), None)
    return last is None or last.actor != doer.actor


TRIES = 3
TWICE = 2

GUARDS: dict[str, Callable[[Shape], bool]] = {
    "accepted": _accepted,
    "unaccepted": _unaccepted,
    "leader_read": _leader_read,
    **guards.GUARDS,
    "ordered": _ordered,
    "own_hands": _own_hands,
    "three_days": _three_days,
    "nobody_to_ask": _nobody_to_ask,
    "explained_twice": _explained_twice,
    "may_withdraw": _may_withdraw,
    "first_return": _first_return,
    "deputy_signed": _deputy_signed,
    "twice_at_most": _twice_at_most,
    "checked": _checked,
    "whistled": _whistled,
}
"""Guards that the shape alone answers."""
DOER_GUARDS: dict[str, Callable[[Shape, Doer], bool]] = {
    "before_due": _before_due,
    "other_person": _other_person,
    "other_handler": _other_handler,
}
"""Guards that also ask who makes the op, and when."""
