"""The caches: each subject's shape with the columns that lists are asked by, and who names whom. Made from the log alone."""

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, RowMapping, and_, bindparam, delete, func, or_, select

from server.store import beside
from server.store.batch import Cell, insert_rows
from server.store.beside import reporter_of
from server.store.tables import marks, refs, subjects
from server.store.waits import waits
from sync.fold import Shape
from sync.law import LAW, FieldLaw
from sync.op import Json
from sync.rules.duplicate import Wording, marks_of, wording_of
from sync.sight import Mark
from sync.subjects import letter, order
from sync.subjects.issue import is_alarmed, part, running_due, text
from sync.subjects.same import questions

LINK_FIELD = "link_hash"


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """A subject's row: all of it follows from the shape and from the last change."""

    subject: str
    kind: str
    grid: str
    stage: str
    head_place: int
    shape: Shape
    title: str
    category: str
    urgency: str
    track: str
    due_ms: int | None
    due_clock: str
    flags: str
    """Comma between them."""
    issue_no: str
    reporter: str
    """The reporter's phone, digits only."""
    alarmed: int
    asks: int
    """Open questions whether it is the same as another one."""
    begun_ms: int
    updated_ms: int
    mark: Mark | None = None
    """What is withheld of it, and from whom; ask `may_see` before showing a record to anybody."""
    unit: str = ""
    """The unit that has an order; "" for every other kind."""
    waits: int = 1
    """Whether time alone may call for a word of it."""


class Known(msgspec.Struct, frozen=True, dict=True):
    """A subject as its log adds up, without the columns that follow from it."""

    shape: Shape
    head_place: int
    updated_ms: int
    mark: Mark | None = None

    @property
    def subject(self) -> str:
        """Its id."""
        return self.shape.subject

    @property
    def kind(self) -> str:
        """What it is."""
        return self.shape.kind

    @property
    def grid(self) -> str:
        """In whose log it lies."""
        return self.shape.grid

    @cached_property
    def wording(self) -> Wording:
        """What it says, if it is a letter."""
        return wording_of(self.shape)

    def record(self) -> "Record":
        """Its row."""
        return record_of(self.shape, self.head_place, self.updated_ms, self.mark)


class Ref(msgspec.Struct, frozen=True):
    """One subject's field that names a subject, a photo (its hash) or a resident's link (its hash)."""

    subject: str
    field: str
    target: str


_shape = msgspec.json.Decoder(Shape)
_mark = msgspec.json.Decoder(Mark)
RUNNING_DUE = {"issue": running_due, "order": order.running_due, "letter": letter.running_due}
_COLUMNS = list(Record.__struct_fields__)
_SHAPE, _MARK = _COLUMNS.index("shape"), _COLUMNS.index("mark")
# Built once, like all that are asked at every op: putting a statement together costs more than running one of these.
_SOME = select(subjects).where(subjects.c.subject.in_(bindparam("ids", expanding=True)))
_KNOWN = select(subjects.c.shape, subjects.c.head_place, subjects.c.updated_ms, subjects.c.mark).where(
    subjects.c.subject.in_(bindparam("ids", expanding=True))
)
_WHO_NAMES = (
    select(refs.c.subject)
    .where(refs.c.target == bindparam("target"), refs.c.field != LINK_FIELD)
    .distinct()
    .order_by(refs.c.subject)
)


def record_of(shape: Shape, head_place: int, updated_ms: int, mark: Mark | None = None) -> Record:
    """The row of a shape."""
    due = RUNNING_DUE[shape.kind](shape) if shape.kind in RUNNING_DUE else None
    return Record(
        subject=shape.subject,
        kind=shape.kind,
        grid=shape.grid,
        stage=shape.stage,
        head_place=head_place,
        shape=shape,
        title=text(shape, "title"),
        category=text(shape, "category"),
        urgency=text(shape, "urgency") or part(shape, "proposal", "urgency"),
        track=text(shape, "track"),
        due_ms=due.due_ms if due else None,
        due_clock=due.clock if due else "",
        flags=",".join(_flags(shape)),
        issue_no=text(shape, "issue_no"),
        reporter=reporter_of(shape),
        alarmed=int(shape.kind == "issue" and is_alarmed(shape)),
        asks=len(questions(shape)),
        begun_ms=shape.acts[0].at_ms if shape.acts else 0,
        updated_ms=updated_ms,
        mark=mark,
        unit=text(shape, "unit") if shape.kind == "order" else "",
        waits=int(waits(shape, due)),
    )


def _flags(shape: Shape) -> list[str]:
    register = shape.fields.get("proposal")
    value = register.now.value if register else None
    flags = value.get("flags") if isinstance(value, dict) else None
    return [flag for flag in flags if isinstance(flag, str)] if isinstance(flags, list) else []


def put(conn: Connection, records: Sequence[Record]) -> None:
    """Writes these subjects' rows anew."""
    insert_rows(conn, subjects, _COLUMNS, [_cells(one) for one in records], replace="subject")


def put_whole(conn: Connection, records: Sequence[Record]) -> None:
    """The same with all that they name and bear: for whoever has not watched them change."""
    put(conn, records)
    name(conn, (ref for one in records for ref in refs_of(one.shape)))
    beside.bear(conn, [(mark, one.subject) for one in records for mark in marks_of(one.shape)])


def _cells(record: Record) -> list[Cell]:
    cells: list[Any] = list(msgspec.structs.astuple(record))
    cells[_SHAPE] = msgspec.json.encode(record.shape).decode()
    cells[_MARK] = msgspec.json.encode(record.mark).decode() if record.mark else ""
    return cells


def refs_of(shape: Shape) -> list[Ref]:
    """Everything that a shape names: its standing and lost values, its acts, and the notes that were kept."""
    laws = _NAMING[shape.kind]
    values = {name: [*r.lost, *r.beside, r.now] for name, r in shape.fields.items() if name in laws}
    found = {ref: None for name, many in values.items() for one in many for ref in refs_in(shape, {name: one.value})}
    for said in [*shape.acts, *shape.notes]:
        found |= dict.fromkeys(refs_in(shape, said.fields))
    return list(found)


def refs_in(shape: Shape, fields: dict[str, Json]) -> list[Ref]:
    """Everything that these fields of a subject name."""
    laws = _NAMING[shape.kind]
    return [
        Ref(shape.subject, name, target)
        for name, value in fields.items()
        if name in laws
        for target in _named_in(laws[name], value)
    ]


def name(conn: Connection, many: Iterable[Ref]) -> None:
    """Notes what subjects name. What was named once stays named."""
    rows = [[ref.subject, ref.field, ref.target] for ref in many]
    insert_rows(conn, refs, ["subject", "field", "target"], rows, replace="subject, field, target")


def _names_something(law: FieldLaw) -> bool:
    inner = [*law.fields.values(), *([law.of] if law.of else [])]
    return law.type in ("ref", "hash") or any(_names_something(one) for one in inner)


_NAMING = {
    kind: {name: law for name, law in table.fields.items() if _names_something(law)} for kind, table in LAW.items()
}
"""By kind the fields that can name something: few, and asked for at every op."""


def _named_in(law: FieldLaw, value: Json) -> Iterable[str]:
    if law.type in ("ref", "hash") and isinstance(value, str):
        yield value
    elif isinstance(value, list) and law.of:
        for one in value:
            yield from _named_in(law.of, one)
    elif isinstance(value, dict):
        for name, one in value.items():
            if name in law.fields:
                yield from _named_in(law.fields[name], one)


def records(conn: Connection, ids: Iterable[str]) -> dict[str, Record]:
    """These subjects' rows; one that is not known is left out."""
    wanted = sorted(set(ids))
    rows = conn.execute(_SOME, {"ids": wanted}).mappings() if wanted else ()
    return {row["subject"]: record_in(row) for row in rows}


def known(conn: Connection, ids: Iterable[str]) -> dict[str, Known]:
    """The same for whoever folds them on."""
    wanted = sorted(set(ids))
    rows = conn.execute(_KNOWN, {"ids": wanted}).all() if wanted else ()
    found = [
        Known(_shape.decode(shape), place, updated_ms, _mark.decode(mark) if mark else None)
        for shape, place, updated_ms, mark in rows
    ]
    return {one.subject: one for one in found}


def record_in(row: RowMapping) -> Record:
    """A row of the table of subjects."""
    cells: dict[str, Any] = {str(name): cell for name, cell in row.items()}
    cells["shape"] = _shape.decode(row["shape"])
    cells["mark"] = _mark.decode(row["mark"]) if row["mark"] else None
    return Record(**cells)


def of_kind(conn: Connection, kind: str, codes: Sequence[str], limit: int, since_ms: int = 0) -> list[Record]:
    """The newest subjects of a kind in these logs, of those that began since a moment."""
    here = (subjects.c.kind == kind, subjects.c.grid.in_(list(codes)), subjects.c.begun_ms >= since_ms)
    asked = select(subjects).where(*here)
    order = (subjects.c.begun_ms.desc(), subjects.c.subject)
    return [record_in(row) for row in conn.execute(asked.order_by(*order).limit(limit)).mappings()]


def in_stages(
    conn: Connection, kind: str, codes: Sequence[str], stages: Sequence[str], limit: int, *, newest: bool
) -> list[Record]:
    """The subjects of a kind in these logs that are at one of these stages: what is due first on top, or else the newest."""
    here = (subjects.c.kind == kind, subjects.c.grid.in_(list(codes)), subjects.c.stage.in_(list(stages)))
    first = (subjects.c.updated_ms.desc(),) if newest else (subjects.c.due_ms.is_(None), subjects.c.due_ms)
    asked = select(subjects).where(*here).order_by(*first, subjects.c.begun_ms, subjects.c.subject)
    return [record_in(row) for row in conn.execute(asked.limit(limit)).mappings()]


def marks_in(conn: Connection, grids: Sequence[str]) -> dict[str, dict[str, Mark]]:
    """By grid the marks of its subjects, by subject: few, and for most grids none, which are left out."""
    return _marks(conn, subjects.c.grid.in_(grids))


def marks_under(conn: Connection, codes: Sequence[str]) -> dict[str, dict[str, Mark]]:
    """The same of every grid whose code begins with one of these."""
    return _marks(conn, under(codes))


def _marks(conn: Connection, where: ColumnElement[bool]) -> dict[str, dict[str, Mark]]:
    asked = select(subjects.c.grid, subjects.c.subject, subjects.c.mark).where(subjects.c.mark != "", where)
    found: dict[str, dict[str, Mark]] = {}
    for grid, subject, mark in conn.execute(asked.order_by(subjects.c.subject)):
        found.setdefault(grid, {})[subject] = _mark.decode(mark)
    return found


def by_number(conn: Connection, issue_no: str) -> str:
    """The issue of this number, where it stands now; "" if there is none."""
    standing = (subjects.c.issue_no == issue_no, subjects.c.stage != "moved")
    return conn.execute(select(subjects.c.subject).where(*standing)).scalar() or ""


def issue_by_link(conn: Connection, link_hash: str) -> Record | None:
    """The issue that a resident's link opens, where it stands now; None for a link that was never given out or was replaced."""
    asked = select(refs.c.subject).where(refs.c.target == link_hash, refs.c.field == LINK_FIELD)
    for record in records(conn, conn.execute(asked).scalars()).values():
        if record.stage != "moved" and text(record.shape, LINK_FIELD) == link_hash:
            return record
    return None


def naming(conn: Connection, target: str) -> list[str]:
    """The subjects that name this subject or this photo."""
    return list(conn.execute(_WHO_NAMES, {"target": target}).scalars())


def named_by(conn: Connection, subject: str) -> list[Ref]:
    """What this subject names."""
    asked = select(refs).where(refs.c.subject == subject).order_by(refs.c.field, refs.c.target)
    return [Ref(row.subject, row.field, row.target) for row in conn.execute(asked)]


def asking(conn: Connection, codes: Sequence[str], limit: int) -> list[Record]:
    """The subjects in these areas with an open question whether they are the same as another one, the longest standing first."""
    asked = select(subjects).where(subjects.c.asks > 0, under(codes))
    return [
        record_in(row)
        for row in conn.execute(asked.order_by(subjects.c.begun_ms, subjects.c.subject).limit(limit)).mappings()
    ]


def open_marks(conn: Connection, codes: Sequence[str], stages: Sequence[str]) -> list[tuple[str, str]]:
    """The marks of the issues of these stages in these areas: subject and mark, the oldest issues first."""
    asked = select(marks.c.subject, marks.c.mark).join(subjects, subjects.c.subject == marks.c.subject)
    asked = asked.where(subjects.c.kind == "issue", subjects.c.stage.in_(stages), under(codes))
    return [(subject, mark) for subject, mark in conn.execute(asked.order_by(subjects.c.begun_ms, marks.c.subject))]


def frequent(
    conn: Connection, codes: Sequence[str], without: Sequence[str], since_ms: int, least: int, limit: int
) -> list[tuple[str, str]]:
    """The grids and categories of which so many issues began since then, the most frequent first. Not in the stages `without`."""
    counted = (subjects.c.kind == "issue", subjects.c.stage.not_in(without), subjects.c.begun_ms >= since_ms)
    pair = (subjects.c.grid, subjects.c.category)
    asked = select(*pair).where(*counted, subjects.c.category != "", under(codes)).group_by(*pair)
    asked = asked.having(func.count() >= least).order_by(func.count().desc(), *pair).limit(limit)
    return [(grid, category) for grid, category in conn.execute(asked)]


def of_category(conn: Connection, grid: str, category: str, without: Sequence[str], since_ms: int) -> list[Record]:
    """These issues themselves, oldest first."""
    here = (subjects.c.kind == "issue", subjects.c.grid == grid, subjects.c.category == category)
    asked = select(subjects).where(*here, subjects.c.stage.not_in(without), subjects.c.begun_ms >= since_ms)
    return [record_in(row) for row in conn.execute(asked.order_by(subjects.c.begun_ms, subjects.c.subject)).mappings()]


def orders(
    conn: Connection, codes: Sequence[str], units: Sequence[str], stages: Sequence[str], limit: int
) -> list[Record]:
    """The orders of these stages in these areas, what is due first on top; of these units only, if any are named."""
    asked = select(subjects).where(subjects.c.kind == "order", subjects.c.stage.in_(stages), under(codes))
    if units:
        asked = asked.where(subjects.c.unit.in_(units))
    order_by = (subjects.c.due_ms.is_(None), subjects.c.due_ms, subjects.c.subject)
    return [record_in(row) for row in conn.execute(asked.order_by(*order_by).limit(limit)).mappings()]


def to_confirm(conn: Connection, codes: Sequence[str], limit: int) -> list[Record]:
    """The issues in these areas whose residents are to be asked, those that wait longest first."""
    asked = select(subjects).where(subjects.c.kind == "issue", subjects.c.stage == "pending_confirm", under(codes))
    asked = asked.order_by(subjects.c.updated_ms, subjects.c.subject).limit(limit)
    return [record_in(row) for row in conn.execute(asked).mappings()]


def in_stage_since(conn: Connection, stage: str, before_ms: int) -> list[Record]:
    """The issues that have been in a stage untouched since before this moment."""
    asked = select(subjects).where(
        subjects.c.kind == "issue", subjects.c.stage == stage, subjects.c.updated_ms < before_ms
    )
    return [record_in(row) for row in conn.execute(asked.order_by(subjects.c.grid, subjects.c.subject)).mappings()]


def mediated_in_vain(conn: Connection, before_ms: int) -> list[tuple[Record, Record]]:
    """The mediations that ended without an agreement before this moment, each with its issue that its grid still has in hand."""
    issue = subjects.alias("issue")
    asked = (
        select(subjects.c.subject, issue.c.subject.label("issue"))
        .join(refs, refs.c.subject == subjects.c.subject)
        .join(
            issue, and_(issue.c.subject == refs.c.target, issue.c.stage == "in_grid", issue.c.grid == subjects.c.grid)
        )
        .where(subjects.c.kind == "mediation", subjects.c.stage.in_(["failed", "refused"]))
        .where(subjects.c.updated_ms < before_ms)
        .order_by(subjects.c.subject)
    )
    pairs = conn.execute(asked).all()
    known = records(conn, {one for pair in pairs for one in pair})
    return [(known[mediation], known[target]) for mediation, target in pairs]


def under(codes: Sequence[str]) -> ColumnElement[bool]:
    """What lies in a grid whose code begins with one of these."""
    return or_(*(subjects.c.grid.startswith(code, autoescape=True) for code in codes))


def forget(conn: Connection) -> None:
    """Empties the caches, to make them again."""
    conn.execute(delete(subjects))
    conn.execute(delete(refs))
    conn.execute(delete(marks))
