"""What rates and bulletins are counted from, asked of the caches."""

from collections.abc import Iterable, Iterator, Sequence

import msgspec
from sqlalchemy import Connection, and_, or_, select

from server.store.lists import Record, record_in, records
from server.store.tables import subjects
from sync.fold import Shape

ALWAYS = ("household", "mailbox", "mediation", "promise")
"""Kinds that rates look at however long ago they changed."""
PAGE = 200
"""Shapes that are in memory at a time."""
YEAR_MS = 366 * 86_400_000
_shape = msgspec.json.Decoder(Shape)


def pages(
    conn: Connection, code: str, since_ms: int, until_ms: int, kinds: Sequence[str], size: int = PAGE
) -> Iterator[list[Shape]]:
    """The shapes of these kinds under a code that began before one moment, and changed since another or may still count.

    In no order, a page at a time: nobody can hold a county's month.
    What is due on a day that people agreed on may have been done long before; an order's and a letter's day is never a year away.
    An issue that moved is there once, where it stands now.
    """
    here = (subjects.c.kind.in_(kinds), subjects.c.grid.startswith(code, autoescape=True), subjects.c.stage != "moved")
    late = and_(subjects.c.kind.in_(("order", "letter")), subjects.c.updated_ms >= since_ms - YEAR_MS)
    alive = or_(subjects.c.updated_ms >= since_ms, subjects.c.kind.in_(ALWAYS), late)
    asked = select(subjects.c.shape).where(*here, subjects.c.begun_ms < until_ms, alive)
    with conn.execute(asked, execution_options={"yield_per": size}) as found:
        for page in found.scalars().partitions():
            yield [_shape.decode(one) for one in page]


def each(conn: Connection, ids: Iterable[str]) -> Iterator[Record]:
    """These subjects' rows, however many, a page at a time in the order of their ids; one that is not known is left out."""
    wanted = sorted(set(ids))
    for at in range(0, len(wanted), PAGE):
        page = records(conn, wanted[at : at + PAGE])
        yield from (page[subject] for subject in sorted(page))


def changed_grids(conn: Connection, kinds: Sequence[str], since_ms: int, until_ms: int) -> list[str]:
    """The grids with a subject of these kinds that began before one moment and changed since another."""
    asked = select(subjects.c.grid).where(subjects.c.kind.in_(kinds), subjects.c.updated_ms >= since_ms)
    return list(conn.execute(asked.where(subjects.c.begun_ms < until_ms).distinct()).scalars())


def running_dues(conn: Connection, code: str) -> dict[str, int]:
    """By issue under a code, the moment its running clock is due."""
    here = (subjects.c.kind == "issue", subjects.c.grid.startswith(code, autoescape=True))
    asked = select(subjects.c.subject, subjects.c.due_ms).where(*here, subjects.c.due_ms.is_not(None))
    return dict(conn.execute(asked).all())


def open_to_all(
    conn: Connection, prefixes: Sequence[str], without: Sequence[str], since_ms: int, most: int
) -> list[Record]:
    """The issues of these categories that nothing is withheld of, not in the stages `without`, the newest change first."""
    kinds = or_(*(subjects.c.category.startswith(one, autoescape=True) for one in prefixes))
    here = (subjects.c.kind == "issue", subjects.c.mark == "", subjects.c.stage.not_in(without), kinds)
    asked = select(subjects).where(*here, subjects.c.updated_ms >= since_ms)
    rows = conn.execute(asked.order_by(subjects.c.updated_ms.desc(), subjects.c.subject).limit(most)).mappings()
    return [record_in(row) for row in rows]
