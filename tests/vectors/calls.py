"""Every question that the vectors put to both cores, by name, with plain JSON in and out. The twin of tests/sync/calls.ts."""

import hashlib
import json
from collections.abc import Callable
from typing import Any, cast

import msgspec

from sync import admit, check, clock, fold, law, merge, op, receipt, snapshot, wire
from sync.op import Json
from sync.subjects import kept, same

ROLES = list(law.ROLES)
GRID = "329924101201001"

Args = list[Any]


def canonical(value: Json) -> str:
    """One text for one value: names sorted, nothing between. Names are ASCII, so that both languages sort alike."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def digest(value: Json) -> str:
    """The first 16 hexadecimal characters of a value's SHA-256: enough to tell two shapes apart."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()[:16]


def plain(value: object) -> Json:
    """A struct as the JSON it is on the wire."""
    return cast("Json", msgspec.to_builtins(value))


def _law(kind: str) -> law.SubjectLaw:
    return law.LAW[kind]


def _op(value: Json) -> op.Op:
    return msgspec.convert(value, op.Op)


def _changes(value: Json) -> list[op.Change]:
    return msgspec.convert(value, list[op.Change])


def _held(value: Json) -> merge.Held:
    return msgspec.convert(value, merge.Held)


def _at_stage(kind: str, stage: str, accepted: bool) -> fold.Shape:
    """A shape that stands at a stage, by one act; with an `accept` since, if asked."""
    came = fold.Act(
        row="", name="", from_stage="", to_stage=stage, stamp="", actor="", role="", at_ms=0, place=0, fields={}
    )
    took = msgspec.structs.replace(came, name="accept", from_stage=stage)
    acts = [came, took] if accepted else [came]
    return fold.Shape(subject=f"{kind}/d1.1", kind=kind, grid=GRID, stage=stage, acts=acts if stage else [])


def _simple(kind: str, name: str, fields: dict[str, Json], v: int) -> op.Op:
    stamp = clock.stamp(1000, 0, "d1")
    return op.Op(
        device="d1",
        seq=1,
        prev="",
        stamp=stamp,
        actor="p1",
        grid=GRID,
        subject=f"{kind}/d1.1",
        name=name,
        fields=fields,
        v=v,
    )


def _admit_as(one: op.Op, role: str) -> Json:
    return plain(admit.admit(one, admit.Asker(person="p1", device="d1", areas=[admit.Area(role=role, code="")]), 1000))


def _each_role(answers: list[Json]) -> Json:
    """The commonest answer, then by role the others: most roles hear the same."""
    common = max(answers, key=answers.count)
    return [common, {role: one for role, one in zip(ROLES, answers, strict=True) if one != common}]


def _row(found: law.Row | str) -> str:
    return found if isinstance(found, str) else found.id


def _cell(a: Args) -> Json:
    kind, stage, accepted, name, fields = a
    shape = _at_stage(kind, stage, accepted)
    return _each_role([_row(fold.find_row(_law(kind), shape, name, fields, role)) for role in ROLES])


def _cell_moves(a: Args) -> Json:
    kind, stage, accepted = a
    return _each_role([plain(fold.moves(_law(kind), _at_stage(kind, stage, accepted), role)) for role in ROLES])


def _admit_each(a: Args) -> Json:
    kind, name, fields, v = a
    return _each_role([_admit_as(_simple(kind, name, fields, v), role) for role in ROLES])


def _admit_lacking(a: Args) -> Json:
    kind, name, role, fields = a
    return {
        gone: _admit_as(_simple(kind, name, {n: f for n, f in fields.items() if n != gone}, 1), role) for gone in fields
    }


def _admit(a: Args) -> Json:
    asker = msgspec.convert(a[1], admit.Asker)
    return plain(admit.admit(_op(a[0]), asker, a[2]))


def _roles_at(a: Args) -> Json:
    return plain(admit.roles_at(msgspec.convert(a[0], list[admit.Area]), a[1], a[2]))


def _join(a: Args) -> Json:
    rule, steps = a
    register: merge.Register | None = None
    said: list[Json] = []
    for held, seen in steps:
        register = merge.join(rule, register, _held(held), seen)
        said.append(
            [digest(plain(register)), digest(merge.shown(rule, register)), plain(merge.all_stamps_of(register))]
        )
    return said


def _history(a: Args) -> Json:
    """The digest of the subject's shape after each change; "" for a subject whose kind is not known."""
    return [digest(plain(shape)) if shape else "" for shape in shapes_after(_changes(a[0]))]


def _shapes(a: Args) -> Json:
    return [plain(shape) for shape in shapes_after(_changes(a[0]))]


def shapes_after(changes: list[op.Change]) -> list[fold.Shape | None]:
    """After each change the shape of its subject."""
    shapes: dict[str, fold.Shape] = {}
    after: list[fold.Shape | None] = []
    for change in changes:
        subject = change.op.subject
        known = law.law_of(subject)
        if known:
            shapes[subject] = fold.step(known, shapes.get(subject) or fold.empty(subject, change.op.grid), change)
        after.append(shapes.get(subject))
    return after


def _final(a: Args) -> Json:
    """What people see at the end: values, moves of every role, entry into the stage."""
    seen: dict[str, Json] = {}
    for shape in {one.subject: one for one in shapes_after(_changes(a[0])) if one}.values():
        known = _law(shape.kind)
        entered = fold.entered_stage(shape)
        seen[shape.subject] = {
            "values": {name: fold.value_of(known, shape, name) for name in known.fields},
            "moves": [plain(fold.moves(known, shape, role)) for role in ROLES],
            "entered": entered.stamp if entered else "",
            "since": [act.stamp for act in fold.acts_since_entry(shape)],
        }
    return digest(seen)


def _carried(a: Args) -> Json:
    """The text of a part that holds every subject at `at` changes; and the digest of what its reader sees after the rest."""
    changes, at = _changes(a[0]), a[1]
    placed = [one for one in changes if one.place]
    shapes = {one.subject: one for one in shapes_after(placed[:at]) if one}
    part = snapshot.Part(epoch="e1", grid=GRID, place=at, part=0, parts=2, total=len(shapes), shapes=list(shapes.values()))
    text = snapshot.write_part(part)
    read = snapshot.read_part(text)
    assert isinstance(read, snapshot.Part)
    held = {one.subject: one for one in read.shapes}
    for change in placed[at:]:
        subject = change.op.subject
        if known := law.law_of(subject):
            held[subject] = fold.step(known, held.get(subject) or fold.empty(subject, change.op.grid), change)
    return [op.op_hash(text.decode())[:16], digest({name: plain(one) for name, one in held.items()})]


def _read_part(a: Args) -> Json:
    return plain(snapshot.read_part(a[0].encode()))


def _kept(a: Args) -> Json:
    """Of every subject of a history's end: when it was touched, and on how many of these days phones hold it."""
    ends = {one.subject: one for one in shapes_after(_changes(a[0])) if one}
    return [
        [one.subject, kept.touched_ms(one), [kept.is_kept(_law(one.kind), one, at_ms) for at_ms in a[1]]]
        for one in ends.values()
    ]


def _read_op(a: Args) -> Json:
    read = plain(wire.read_op(a[0]))
    return read if len(a[0]) < 10_000 else digest(read)


def _whole(placed: wire.Placed) -> Json:
    told = msgspec.structs.asdict(placed)
    assert told.pop("back") == 0
    return told


def _read_reply(a: Args) -> Json:
    read = wire.read_reply(a[0].encode())
    if isinstance(read, wire.Unreadable):
        return plain(read)
    changes = {
        grid: {"head": one.head, "ops": [_whole(placed) for placed in one.ops]}
        for grid, one in read.changes.items()
    }
    later = [list(one) for one in read.later]
    return plain({**msgspec.structs.asdict(read), "changes": changes, "later": later})


def _receipt(a: Args) -> Json:
    """Text of the receipt at a place, its way to the root of all, and the roots reached from both ends."""
    device, epoch, receipts, at = a
    texts = [receipt.receipt_text(device, epoch, one) for one in msgspec.convert(receipts, list[wire.Receipt])]
    text = texts[int(at)]
    steps = receipt.steps_of(texts, at)
    root = receipt.root_of(texts)
    return [text, plain(steps), root, receipt.climb(text, steps), receipt.signed_text(root)]


CALLS: dict[str, Callable[[Args], Json]] = {
    "stamp": lambda a: clock.stamp(a[0], a[1], a[2]),
    "stamp_ms": lambda a: clock.stamp_ms(a[0]),
    "is_stamp": lambda a: clock.is_stamp(a[0], a[1]),
    "tick": lambda a: clock.tick(a[0], a[1], a[2]),
    "witness": lambda a: clock.witness(a[0], a[1], a[2]),
    "credit": lambda a: clock.credit(a[0], a[1], a[2]),
    "skew": lambda a: clock.skew(a[0], a[1]),
    "same": lambda a: op.same(a[0], a[1]),
    "length": lambda a: len(a[0]),
    "may_lead": lambda a: same.may_lead(_at_stage(a[0], a[1], False), a[2], a[3]),
    "kind_of": lambda a: op.kind_of(a[0]),
    "write_op": lambda a: op.write_op(_op(a[0])),
    "op_hash": lambda a: op.op_hash(a[0]),
    "read_op": _read_op,
    "read_op_of": lambda a: _read_op([a[0].replace("%s", a[2] * a[1])]),
    "read_reply": _read_reply,
    "receipt": _receipt,
    "bad": lambda a: check.bad(_law(a[0]).fields[a[1]], a[2]),
    "is_ref": lambda a: check.is_ref(a[0]),
    "broken_check": lambda a: check.broken_check(law.OpLaw(check=[a[0]]), a[1]),
    "rank": lambda a: law.rank(a[0]),
    "cell": _cell,
    "cell_moves": _cell_moves,
    "roles_at": _roles_at,
    "admit": _admit,
    "admit_each": _admit_each,
    "admit_lacking": _admit_lacking,
    "join": _join,
    "history": _history,
    "shapes": _shapes,
    "final": _final,
    "carried": _carried,
    "read_part": _read_part,
    "kept": _kept,
}


def answer(name: str, args: Args) -> Json:
    """What the Python core says."""
    return CALLS[name](args)
