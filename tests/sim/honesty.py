"""What must hold of one subject's log, whoever wrote it: no op without a fate, no value lost, no promise moved. Reads no server."""

from typing import NamedTuple

from sync.fold import Act, Shape, empty, step
from sync.law import GENERIC_OPS, LAW, SubjectLaw
from sync.op import Change, Json, kind_of, same
from tests.sim.oracles import BrokenError

DUES = ("due_assign", "due_grid", "due_accept", "due_answer", "due_consult", "due_mediate")
CLOCKED = ("registered", "in_grid", "work_order", "consulting", "mediating", "reopened")
"""Stages whose entry starts a clock."""


CLOSING = ("confirm", "call_back", "lapse", "explain")


class Said(NamedTuple):
    """A value that an op in force set."""

    place: int
    stamp: str
    value: Json
    is_act: bool
    seen: list[str]


def check_subject(subject: str, changes: list[Change], *, restored: bool) -> None:
    """Folds the subject's changes and checks every step, then the end.

    `restored`: the server was; what the clerk had said may then have been said twice, for it came back after he said it again.
    """
    law = LAW[kind_of(subject)]
    shape = empty(subject, changes[0].op.grid)
    said: dict[str, list[Said]] = {}
    for change in changes:
        after = step(law, shape, change)
        _check_fate(shape, after, change)
        _check_untouched(shape, after, change)
        if len(after.notes) == len(shape.notes):
            _remember(said, law, change)
        shape = after
    for name, values in said.items():
        _check_values(law, shape, name, values)
    _check_acts(law, shape)
    if shape.kind == "issue" and shape.stage:
        _check_issue(shape, restored=restored)


def _check_fate(before: Shape, after: Shape, change: Change) -> None:
    """O5: a placed op is an act in force, an edit in force, or a note: one of the three."""
    acts, notes = len(after.acts) - len(before.acts), len(after.notes) - len(before.notes)
    fates = (acts, notes)
    fitting = ((0, 0), (0, 1)) if change.op.name in GENERIC_OPS else ((1, 0), (0, 1))
    if fates not in fitting:
        raise BrokenError("O5", f"{change.op.name} of {before.subject} became {acts} acts and {notes} notes")


def _check_untouched(before: Shape, after: Shape, change: Change) -> None:
    """O8, H4: only the clerk sets a due date, behind what it counts from; the resident's words and the first responder never change."""
    for name in DUES:
        moved = before.fields.get(name) != after.fields.get(name)
        if moved and not (change.role == "clerk" and change.op.name in ("number", "clock")):
            raise BrokenError("O8", f"{change.op.name} by {change.op.actor} moved {name} of {before.subject}")
    for name in ("words", "responder", "issue_no", "channel"):
        old, new = before.fields.get(name), after.fields.get(name)
        if before.kind == "issue" and old and (new is None or not same(old.now.value, new.now.value)):
            raise BrokenError("H4", f"{change.op.name} by {change.op.actor} changed {name} of {before.subject}")


def _remember(said: dict[str, list[Said]], law: SubjectLaw, change: Change) -> None:
    op = change.op
    for name, value in op.fields.items():
        if name in law.fields:
            one = Said(change.place, op.stamp, value, op.name not in GENERIC_OPS, op.seen.get(name, []))
            said.setdefault(name, []).append(one)


def _check_values(law: SubjectLaw, shape: Shape, name: str, values: list[Said]) -> None:
    """O5: each value stands, stands beside, lost and is kept, or was replaced by somebody who had seen it."""
    register, rule = shape.fields.get(name), law.fields[name].merge
    held = [register.now, *register.beside, *register.lost] if register else []
    for one in values:
        if any(held_one.stamp == one.stamp for held_one in held):
            continue
        if rule == "once" and held and same(held[0].value, one.value):
            continue
        if not any(_replaces(other, one, rule) for other in values):
            raise BrokenError("O5", f"what place {one.place} said of {name} in {shape.subject} is gone unseen")


def _replaces(other: Said, one: Said, rule: str) -> bool:
    if other.place <= one.place:
        return False
    in_turn = other.is_act and one.is_act and rule not in ("union", "once")
    return one.stamp in other.seen or same(other.value, one.value) or in_turn


def _check_acts(law: SubjectLaw, shape: Shape) -> None:
    """H2: every act is a row of the law, from the stage the one before it left; only a resident's page confirms."""
    stage = ""
    for act in shape.acts:
        row = next((one for one in law.rows if one.id == act.row), None)
        fits = row is not None and act.from_stage == stage and stage in row.from_ and act.role in row.who
        if row is None or not fits or row.op != act.name or act.to_stage != (row.to or stage):
            raise BrokenError(
                "H2", f"{act.name} took {shape.subject} from {act.from_stage} to {act.to_stage}, against the law"
            )
        if act.name == "confirm" and (act.role != "resident" or "page" not in act.stamp):
            raise BrokenError("H3", f"{act.actor} confirmed {shape.subject} as {act.role}")
        stage = act.to_stage
    if stage != shape.stage:
        raise BrokenError("H2", f"{shape.subject} shows {shape.stage} and its acts led to {stage}")


def _check_issue(shape: Shape, *, restored: bool) -> None:
    """H3, H5: closed by an answer, three days of trying or two explanations; numbered once; one clock for each thing that starts one."""
    leading = [act for act in shape.acts if act.to_stage != act.from_stage]
    if shape.stage == "closed" and leading[-1].name not in CLOSING:
        raise BrokenError("H3", f"{shape.subject} was closed by {leading[-1].name}")
    numbers = [act for act in shape.acts if act.name == "number"]
    if len(numbers) != 1 and not (restored and numbers):
        raise BrokenError("H5", f"{shape.subject} was numbered {len(numbers)} times")
    clocks = [act for act in shape.acts if any(name in act.fields for name in DUES)]
    owed = _clocks_owed(shape.acts)
    if len(clocks) != owed and not (restored and len(clocks) > owed):
        raise BrokenError("H5", f"{shape.subject} has {len(clocks)} clocks for {owed} starts")


def _clocks_owed(acts: list[Act]) -> int:
    owed, accepted, sent = 0, False, False
    for act in acts:
        if act.to_stage != act.from_stage:
            owed += act.to_stage in CLOCKED and act.name != "unjoin"
            accepted = sent = False
        elif act.name == "dispatch":
            owed += not sent
            sent = True
        elif act.name == "accept":
            owed += not accepted
            accepted = True
    return owed
