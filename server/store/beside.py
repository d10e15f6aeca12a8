"""What stands beside a record: who bears the same mark, who is the same person's, who is of one category. Asked at every op."""

from collections.abc import Iterable, Sequence

import msgspec
from sqlalchemy import Connection, bindparam, func, select

from server.store.batch import insert_rows
from server.store.tables import marks, subjects
from sync.fold import Shape
from sync.op import kind_of
from sync.subjects.issue import is_sealed, part, text


class Brief(msgspec.Struct, frozen=True):
    """As much of an issue as tells whether another one is the same matter."""

    subject: str
    grid: str
    stage: str
    category: str
    reporter: str
    begun_ms: int


_NEWEST_FIRST = (subjects.c.begun_ms.desc(), subjects.c.subject.desc())
_BEARING = (
    select(marks.c.mark, subjects.c.begun_ms, subjects.c.subject)
    .add_columns(func.row_number().over(partition_by=marks.c.mark, order_by=_NEWEST_FIRST).label("n"))
    .where(marks.c.mark.in_(bindparam("wanted", expanding=True)), marks.c.subject == subjects.c.subject)
    .subquery()
)
_WHO_BEARS = select(_BEARING).where(_BEARING.c.n <= bindparam("most"))
_AT_ONCE = 1_000
"""Most values in one list of a statement."""
_BRIEFS = select(*(getattr(subjects.c, name) for name in Brief.__struct_fields__))
# Were its kind asked for too, here or below, SQLite would read all issues of a stage or grid instead of these few.
_FROM = _BRIEFS.where(subjects.c.reporter.in_(bindparam("reporters", expanding=True)))
_ALIKE = _BRIEFS.where(
    subjects.c.grid.in_(bindparam("grids", expanding=True)),
    subjects.c.category.in_(bindparam("categories", expanding=True)),
    subjects.c.begun_ms >= bindparam("since_ms"),
)


def brief_of(shape: Shape) -> Brief:
    """The same of an issue at hand."""
    begun_ms = shape.acts[0].at_ms if shape.acts else 0
    return Brief(shape.subject, shape.grid, shape.stage, text(shape, "category"), reporter_of(shape), begun_ms)


def issues_from(conn: Connection, reporters: Sequence[str]) -> list[Brief]:
    """The issues these phone numbers reported."""
    rows = conn.execute(_FROM, {"reporters": list(reporters)}).all() if reporters else ()
    return _standing(Brief(*row) for row in rows)


def issues_alike(conn: Connection, pairs: Sequence[tuple[str, str]], since_ms: int) -> list[Brief]:
    """The issues of these grids and categories, each pair for itself, that began since then."""
    wanted = set(pairs)
    asked = {"grids": sorted({grid for grid, _ in wanted}), "categories": sorted({one for _, one in wanted})}
    rows = conn.execute(_ALIKE, {**asked, "since_ms": since_ms}).all() if pairs else ()
    return [one for one in _standing(Brief(*row) for row in rows) if (one.grid, one.category) in wanted]


def _standing(briefs: Iterable[Brief]) -> list[Brief]:
    return [one for one in briefs if kind_of(one.subject) == "issue" and one.stage != "moved"]


def reporter_of(shape: Shape) -> str:
    """The reporter's phone, digits only; "" when there is none, or when it must tell nobody that two matters are one person's."""
    confidential = shape.fields.get("confidential")
    if is_sealed(shape) or (confidential and confidential.now.value is True):
        return ""
    phone = part(shape, "reporter", "phone")
    return phone if phone.isdigit() else "".join(c for c in phone if c.isdigit())


def bearing(conn: Connection, wanted: Sequence[str], most: int) -> dict[str, list[tuple[int, str]]]:
    """By mark the subjects that bear it, or once bore it, with when they began: the newest ones, no more than `most` each."""
    found: dict[str, list[tuple[int, str]]] = {}
    for at in range(0, len(wanted), _AT_ONCE):
        asked = {"wanted": list(wanted[at : at + _AT_ONCE]), "most": most}
        for mark, begun_ms, subject, _ in conn.execute(_WHO_BEARS, asked).all():
            found.setdefault(mark, []).append((begun_ms, subject))
    return found


def bear(conn: Connection, many: Sequence[tuple[str, str]]) -> None:
    """Notes which mark which subject bears. What was borne once stays borne."""
    insert_rows(conn, marks, ["mark", "subject"], many, unless="mark, subject")
