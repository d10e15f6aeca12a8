"""May this op enter? Every reason it may not. Asked by the server for what arrives, by a phone before it makes one."""

import msgspec

from sync.check import bad, broken_check, is_ref
from sync.clock import is_stamp
from sync.law import GENERIC_OPS, Row, SubjectLaw, branch_fits, law_of, rank
from sync.op import OP_VERSION, Op, kind_of, subject_id


class Area(msgspec.Struct, frozen=True):
    """Where a person stands: a role over every grid whose code begins with `code`, from `from_ms` until `to_ms`."""

    role: str
    code: str
    """"" the whole county; 9 digits a town; 15 a grid."""
    from_ms: int = 0
    to_ms: int | None = None
    """First moment it no longer holds; None while it does."""
    unit: str = ""
    """The unit of the county's book for which the role is held, where the role is one of a unit."""


class Asker(msgspec.Struct, frozen=True):
    """Who brings an op: a person, on a device, with the areas where that person stands or stood."""

    person: str
    device: str
    areas: list[Area]


class Refusal(msgspec.Struct, frozen=True):
    """An expected no: the word for it, and the field or check it is about."""

    why: str
    about: str = ""


class Admitted(msgspec.Struct, frozen=True):
    """An expected yes: in which role its actor makes the op."""

    role: str


def roles_at(areas: list[Area], grid: str, at_ms: int) -> list[str]:
    """The roles a person holds in a grid at a moment, highest first."""
    held = {a.role for a in areas if grid.startswith(a.code) and a.from_ms <= at_ms and _still(a, at_ms)}
    return sorted(held, key=lambda role: (-rank(role), role)) if len(held) > 1 else list(held)


def _still(area: Area, at_ms: int) -> bool:
    return area.to_ms is None or at_ms < area.to_ms


def admit(op: Op, asker: Asker, credited_ms: int) -> Admitted | Refusal:
    """Whether the op may enter its grid's log, by the law and by where its actor stood at `credited_ms`.

    Says nothing about the subject's stage: an act that no longer fits is placed and becomes a note.
    """
    refusal = _identity(op, asker)
    if refusal:
        return refusal
    law = law_of(op.subject)
    if law is None or (op.name not in GENERIC_OPS and op.name not in law.ops):
        return Refusal(why="too_new" if op.v > OP_VERSION else "unknown_op", about=op.name)
    roles = roles_at(asker.areas, op.grid, credited_ms)
    if not roles:
        return Refusal(why="not_your_grid", about=op.grid)
    if op.name in GENERIC_OPS:
        return _admit_edit(op, law, roles)
    return _admit_act(op, law, roles)


def _identity(op: Op, asker: Asker) -> Refusal | None:
    if op.device != asker.device:
        return Refusal(why="not_your_device", about=op.device)
    if op.actor != asker.person:
        return Refusal(why="not_your_name", about=op.actor)
    if not is_stamp(op.stamp, op.device):
        return Refusal(why="bad_stamp", about=op.stamp)
    if not is_ref(op.subject):
        return Refusal(why="bad_subject", about=op.subject)
    return None


def _admit_act(op: Op, law: SubjectLaw, roles: list[str]) -> Admitted | Refusal:
    rows = law.rows_of.get(op.name, [])
    if not any(role in row.who for role in roles for row in rows):
        return Refusal(why="not_your_role", about=op.name)
    if _begins(rows) and op.subject != subject_id(kind_of(op.subject), op.device, op.seq):
        return Refusal(why="wrong_beginning", about=op.subject)
    refusal = _fields(op, law)
    if refusal:
        return refusal
    role = _best_role([row for row in rows if branch_fits(row, op.fields)], roles)
    return Admitted(role=role) if role else Refusal(why="not_your_role", about=op.name)


def _begins(rows: list[Row]) -> bool:
    """Whether an op with these rows can only begin a subject, whose id then is the op's own."""
    return all(row.from_ == [""] for row in rows)


def _best_role(rows: list[Row], roles: list[str]) -> str:
    """Of somebody's roles the one to which most of these rows are open, the higher of two alike; "" for none."""
    best, most = "", 0
    for role in roles:
        count = sum(1 for row in rows if role in row.who)
        if count > most:
            best, most = role, count
    return best


def _fields(op: Op, law: SubjectLaw) -> Refusal | None:
    act = law.ops[op.name]
    missing = next((name for name in act.need if name not in op.fields), "")
    if missing:
        return Refusal(why="field_missing", about=missing)
    if op.v <= OP_VERSION:
        unknown = "" if act.known.issuperset(op.fields) else next(name for name in op.fields if name not in act.known)
        if unknown:
            return Refusal(why="unknown_field", about=unknown)
    refusal = _values(op, law)
    if refusal:
        return refusal
    broken = broken_check(act, op.fields)
    return Refusal(why=broken, about=op.name) if broken else None


def _admit_edit(op: Op, law: SubjectLaw, roles: list[str]) -> Admitted | Refusal:
    if not op.fields:
        return Refusal(why="field_missing", about="")
    if op.v <= OP_VERSION:
        unknown = next((name for name in op.fields if name not in law.fields), "")
        if unknown:
            return Refusal(why="unknown_field", about=unknown)
    known = [name for name in op.fields if name in law.fields]
    for role in roles:
        if all(role in law.fields[name].edit for name in known):
            return _values(op, law) or Admitted(role=role)
    closed = next((name for name in known if not any(role in law.fields[name].edit for role in roles)), "")
    return Refusal(why="not_your_field", about=closed)


def _values(op: Op, law: SubjectLaw) -> Refusal | None:
    for name, value in op.fields.items():
        if name in law.fields:
            why = bad(law.fields[name], value)
            if why:
                return Refusal(why=why, about=name)
    return None
