"""What lies before a town, the most pressing first, and the numbers above it."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from server.store.lists import Record, record_in, under
from server.store.tables import subjects


def _for_town(codes: Sequence[str], hidden: Sequence[str]) -> ColumnElement[bool]:
    """What lies before the town: sent up, consulted, reopened, alarmed, or registered and not yet sorted. Not what is `hidden`."""
    with_town = subjects.c.stage.in_(["work_order", "consulting", "reopened", "registered"])
    open_ = subjects.c.subject.not_in(hidden)
    return and_(subjects.c.kind == "issue", under(codes), or_(with_town, subjects.c.alarmed == 1), open_)


def queue_page(
    conn: Connection, codes: Sequence[str], hidden: Sequence[str], stages: Sequence[str], offset: int, limit: int
) -> list[Record]:
    """What lies before the town in these areas, the most pressing first: alarmed, then what is due first, of these what is urgent."""
    asked = select(subjects).where(_for_town(codes, hidden))
    if stages:
        asked = asked.where(subjects.c.stage.in_(stages))
    urgent = (subjects.c.urgency == "urgent").desc()
    order = (subjects.c.alarmed.desc(), subjects.c.due_ms.is_(None), subjects.c.due_ms, urgent, subjects.c.subject)
    return [record_in(row) for row in conn.execute(asked.order_by(*order).offset(offset).limit(limit)).mappings()]


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """How many lie before the town, by stage, and how many of all of them burn."""

    stages: dict[str, int]
    alarmed: int
    overdue: int


def queue_counts(conn: Connection, codes: Sequence[str], hidden: Sequence[str], now_ms: int) -> Counts:
    """The numbers above the queue."""
    late = func.count().filter(subjects.c.due_ms < now_ms)
    alarmed_too = func.count().filter(subjects.c.alarmed == 1)
    asked = select(subjects.c.stage, func.count(), alarmed_too, late)
    rows = conn.execute(asked.where(_for_town(codes, hidden)).group_by(subjects.c.stage).order_by(subjects.c.stage))
    found = [(stage, n, alarmed, overdue) for stage, n, alarmed, overdue in rows]
    return Counts(
        stages={stage: n for stage, n, _, _ in found},
        alarmed=sum(alarmed for _, _, alarmed, _ in found),
        overdue=sum(overdue for *_, overdue in found),
    )
