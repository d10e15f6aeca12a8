"""Whom the clock may call for something: asked grid by grid, for a county that was left alone has very many of them."""

from collections.abc import Generator

from sqlalchemy import ColumnElement, Connection, and_, literal_column, or_, select, union

from server.store.lists import RUNNING_DUE, Record, record_in
from server.store.tables import subjects

_CALLS = subjects.c.waits == literal_column("1")
"""Written out, so that both databases find the index of these rows alone."""


def _waiting(now_ms: int, quiet_ms: int) -> list[ColumnElement[bool]]:
    """A running date that has passed; an answer that nobody confirms; a closed matter untouched since `quiet_ms`; a promise.

    Only of what `waits`: whatever was said once is not read again each minute.
    """
    kind, stage, updated_ms = subjects.c.kind, subjects.c.stage, subjects.c.updated_ms
    return [
        and_(_CALLS, kind.in_(sorted(RUNNING_DUE)), subjects.c.due_ms < now_ms),
        and_(_CALLS, kind == "issue", stage == "pending_confirm", updated_ms < now_ms),
        and_(_CALLS, kind == "issue", stage == "closed", updated_ms < quiet_ms),
        and_(_CALLS, kind == "promise", stage == "open"),
    ]


def grids(conn: Connection, now_ms: int, quiet_ms: int) -> list[str]:
    """The grids in which something may be called for."""
    each = (select(subjects.c.grid).where(one) for one in _waiting(now_ms, quiet_ms))
    return sorted(conn.execute(union(*each)).scalars())


def waiting(conn: Connection, grid: str, now_ms: int, quiet_ms: int) -> Generator[Record]:
    """The records of a grid for which something may be called, one after the other; whoever stops early closes it."""
    asked = select(subjects).where(subjects.c.grid == grid, or_(*_waiting(now_ms, quiet_ms)))
    with conn.execute(asked.order_by(subjects.c.subject)) as found:
        yield from (record_in(row) for row in found.mappings())
