"""What one reader may see of a grid's log: the same places, with texts withheld or without the person. It changes nothing."""

import hashlib
from collections.abc import Sequence

import msgspec

from server.store import lists, log
from server.store.disk import Conn
from server.store.lists import Known, Record, Ref
from sync.admit import Area, roles_at
from sync.fold import Shape, empty, step
from sync.law import LAW
from sync.op import Change, Json, Op
from sync.sight import Mark, Reader, mark_after, may_see, shown, write_hidden
from sync.wire import Placed, Unreadable, read_op


def reader(person: str, areas: list[Area], grid: str, now_ms: int) -> Reader:
    """Somebody as the reader of what lies in a grid."""
    return Reader(person, frozenset(roles_at(areas, grid, now_ms)))


def may_know(actor: str, areas: list[Area], record: Known, credited_ms: int) -> bool:
    """Whether somebody may know that a subject exists: by a role where it lies, and unless it was sealed from him before."""
    roles = frozenset(roles_at(areas, record.grid, credited_ms))
    is_sealed = record.mark is not None and credited_ms >= record.mark.sealed_ms
    return bool(roles) and not (is_sealed and may_see(Reader(actor, roles), record.mark) == "nothing")


def as_seen(conn: Conn, who: Reader, grid: str, changes: list[Placed]) -> list[Placed]:
    """These changes of a grid's log, in the order of their places, as this reader may see them."""
    if not changes:
        return []
    marks = lists.marks_in(conn, [grid]).get(grid)
    if not marks:
        return changes
    about = log.subjects_between(conn, grid, changes[0].place, changes[-1].place, marks)
    return [_seen(who, marks.get(about.get(one.place, "")), one) for one in changes]


def record_seen(conn: Conn, who: Reader, record: Record) -> list[Placed]:
    """Everything placed about one subject, as this reader may see it."""
    changes = log.of_subject(conn, record.grid, record.subject)
    return [_seen(who, record.mark, one) for one in changes]


def shape_seen(conn: Conn, who: Reader, record: Record) -> Shape | None:
    """A subject as what this reader may see of its ops adds up to; None when that is nothing."""
    sight = may_see(who, record.mark)
    if sight in ("whole", "nothing"):
        return record.shape if sight == "whole" else None
    shape = empty(record.subject, record.grid)
    for one in record_seen(conn, who, record):
        op = read_op(one.text)
        if isinstance(op, Op):
            change = Change(place=one.place, placed_ms=one.placed_ms, credited_ms=one.credited_ms, role=one.role, op=op)
            shape = step(LAW[record.kind], shape, change)
    return shape if shape.stage else None


def _seen(who: Reader, mark: Mark | None, change: Placed) -> Placed:
    if may_see(who, mark) == "whole":
        return change
    op = read_op(change.text)
    seen = None if isinstance(op, Unreadable) else shown(who, mark, op)
    if seen is None:
        return withheld(change)
    return change if seen is op else msgspec.structs.replace(change, text=write_hidden(seen))


def hidden_under(conn: Conn, person: str, areas: list[Area], codes: Sequence[str], now_ms: int) -> list[str]:
    """The subjects in these areas that no list may show to this person, not even in a number."""
    return [
        subject
        for grid, marks in lists.marks_under(conn, codes).items()
        for subject, mark in marks.items()
        if may_see(reader(person, areas, grid, now_ms), mark) in ("nothing", "own")
    ]


def file_seen(who: Reader, record: Record, name: str) -> bool:
    """Whether a photo or voice that a record names is this reader's to see: of a sealed one, the author's own alone."""
    sight = may_see(who, record.mark)
    if sight != "own":
        return sight != "nothing"
    said = [*record.shape.acts, *record.shape.notes]
    return any(
        one.actor == who.person and Ref(record.subject, field, name) in lists.refs_in(record.shape, one.fields)
        for one in said
        for field in one.fields
    )


def brought_by(person: str, record: Record, name: str) -> bool:
    """Whether it was this person who named a photo or voice: he may bring it, also when he stands there no more."""
    said: list[tuple[str, dict[str, Json]]] = [
        (one.actor, one.fields) for one in (*record.shape.acts, *record.shape.notes)
    ]
    said += [
        (one.actor, {field: one.value})
        for field, register in record.shape.fields.items()
        for one in (register.now, *register.beside, *register.lost)
    ]
    return any(
        actor == person and any(ref.target == name for ref in lists.refs_in(record.shape, fields))
        for actor, fields in said
    )


def op_seen(conn: Conn, who: Reader, op: Op, role: str, grid: str) -> Op | None:
    """An op that lies in no log, as this reader could see it if it lay in this grid's; None when its words are sealed."""
    known = lists.records(conn, [op.subject]).get(op.subject)
    before = known.shape if known else empty(op.subject, grid)
    change = Change(place=0, placed_ms=0, credited_ms=0, role=role, op=op)
    after = step(LAW[before.kind], before, change)
    return shown(who, mark_after(known.mark if known else None, after, change, is_first=False), op)


def masked(name: str, phone: str) -> str:
    """A person as lists name him, enough to tell two apart: 王某 154****0012 (ASVS 14.2.6)."""
    hidden = f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 8 else "****" if phone else ""
    return " ".join(word for word in (f"{name[0]}某" if name else "", hidden) if word)


def withheld(change: Placed) -> Placed:
    """A place whose text this reader may not see; what it tells of time and author is withheld too."""
    return Placed(place=change.place, placed_ms=change.placed_ms, credited_ms=change.placed_ms, role="", text="")


def view(who: Reader, marks: dict[str, Mark]) -> str:
    """Under which rights a reader sees a grid's log: another one than before means that texts already sent were others.

    It changes with the roles held there, and with what was sealed, opened or revealed after phones may have read it.
    `marks` are those of the grid.
    """
    late = {one: mark for one, mark in marks.items() if mark.is_late or who.person in mark.revealed_to}
    seen = sorted((subject, may_see(who, mark)) for subject, mark in late.items())
    told = msgspec.json.encode([sorted(who.roles), seen])
    return hashlib.sha256(told).hexdigest()[:16]
